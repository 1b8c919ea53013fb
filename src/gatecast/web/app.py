"""The web application over a service: its middleware, its pages, its API and what it says when something is amiss."""

from __future__ import annotations

from contextlib import nullcontext
from importlib import resources
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast import __version__
from gatecast.errors import GatecastError
from gatecast.service import one_moment
from gatecast.web import api
from gatecast.web.api.problems import from_error, from_invalid, problem
from gatecast.web.cache import PageCache
from gatecast.web.kept import READING
from gatecast.web.pages import ROUTERS
from gatecast.web.render import page
from gatecast.web.worker import Worker, WorkerProxy

if TYPE_CHECKING:
    from gatecast.service import ClubService

__all__ = ["application", "build", "pages"]

API = "/api/"


def build(service: ClubService, worker: Worker | None = None) -> FastAPI:
    """The application over a service, behind its guard; a worker, where there is one, works its pages out."""
    from gatecast.web.guard import guarded

    app = application(service, worker)
    guarded(app, service)
    return app


def application(service: ClubService, worker: Worker | None = None) -> FastAPI:
    """The pages and the API over a service, kept until they change, open to whoever asks."""
    app = pages(service)
    if worker is not None:
        app.add_middleware(WorkerProxy, worker=worker)
    app.add_middleware(PageCache, state=service.revision)
    return app


def pages(service: ClubService) -> FastAPI:
    """The pages and the API over a service, each worked out when it is asked for."""
    app = FastAPI(title="gatecast", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = service
    app.add_middleware(AtOneMoment)
    app.mount("/static", StaticFiles(directory=str(resources.files("gatecast.web") / "static")), name="static")
    api.include(app)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)

    @app.get("/healthz", include_in_schema=False)
    def health() -> Response:
        service.store.revisions()
        return PlainTextResponse("ok")

    app.exception_handler(HTTPException)(_refused)
    app.exception_handler(GatecastError)(_unusable)
    app.exception_handler(RequestValidationError)(_invalid)
    return app


class AtOneMoment:
    """ASGI middleware that has each page see one state of the store, looked at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """CachedResponse."""
        with one_moment() if scope.get("method") in READING else nullcontext():
            await self.app(scope, receive, send)


def _refused(request: Request, refused: HTTPException) -> Response:
    if _of_api(request):
        return problem(refused.status_code, refused.detail, headers=refused.headers)
    return _told(request, refused.status_code, refused.detail)


def _unusable(request: Request, refused: GatecastError) -> Response:
    return from_error(refused) if _of_api(request) else _told(request, 422, str(refused))


def _invalid(request: Request, refused: RequestValidationError) -> Response:
    """What a request lacks or has wrong; a page tells the first of it."""
    if _of_api(request):
        return from_invalid(refused)
    first = refused.errors()[0]
    return _told(request, 422, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def _of_api(request: Request) -> bool:
    return request.url.path.startswith(API)


def _told(request: Request, status: int, detail: str) -> Response:
    return page(request, "problem.html.j2", status=status, detail=detail)
