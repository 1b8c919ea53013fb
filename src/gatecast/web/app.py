"""The web application over a desk: its middleware, its pages, its API and what it says when something is amiss."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from gatecast import __version__
from gatecast.errors import GatecastError
from gatecast.web import api
from gatecast.web.api.problems import problem
from gatecast.web.cache import PageCache
from gatecast.web.pages import ROUTERS
from gatecast.web.render import page

if TYPE_CHECKING:
    from gatecast.desk import Desk

__all__ = ["application", "build"]

API = "/api/"
MOST_ERRORS = 20


def build(desk: Desk) -> FastAPI:
    """The application over a desk, behind its guard."""
    from gatecast.web.guard import guarded

    app = application(desk)
    guarded(app, desk)
    return app


def application(desk: Desk) -> FastAPI:
    """The pages and the API over a desk, open to whoever asks."""
    app = FastAPI(title="gatecast", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.add_middleware(PageCache, state=desk.revision)
    app.mount("/static", StaticFiles(directory=str(resources.files("gatecast.web") / "static")), name="static")
    api.include(app)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)

    @app.get("/healthz", include_in_schema=False)
    def health() -> Response:
        desk.store.revisions()
        return PlainTextResponse("ok")

    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(GatecastError, _unusable)
    app.add_exception_handler(RequestValidationError, _invalid)
    return app


def _refused(request: Request, refused: Exception) -> Response:
    status = refused.status_code if isinstance(refused, HTTPException) else 500
    detail = str(refused.detail) if isinstance(refused, HTTPException) else ""
    return _told(request, status, detail)


def _unusable(request: Request, refused: Exception) -> Response:
    return _told(request, 422, str(refused))


def _invalid(request: Request, refused: Exception) -> Response:
    """What a request lacks or has wrong, the first of it in words."""
    found = refused.errors() if isinstance(refused, RequestValidationError) else []
    errors = [
        {"place": ".".join(str(part) for part in each["loc"]), "expected": each["msg"]} for each in found[:MOST_ERRORS]
    ]
    first = errors[0] if errors else {"place": "request", "expected": "another one"}
    return _told(request, 422, f"{first['place']}: {first['expected']}", errors)


def _told(request: Request, status: int, detail: str, errors: Sequence[dict[str, Any]] = ()) -> Response:
    if request.url.path.startswith(API):
        return problem(status, detail, errors)
    return page(request, "problem.html.j2", status=status, detail=detail)
