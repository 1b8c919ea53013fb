"""The pages and the API of a service, and their error handling."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast import __version__
from gatecast.errors import GatecastError, StoreError, StoreWriteError
from gatecast.service import pinned_revisions
from gatecast.web.cache import READ_METHODS
from gatecast.web.guard.requests import unavailable
from gatecast.web.pages import ROUTERS
from gatecast.web.problems import RETRY_AFTER_S, from_error, from_invalid, is_unavailable, problem
from gatecast.web.render import page

if TYPE_CHECKING:
    from gatecast.service import ClubService

__all__ = ["pages", "refused"]

API = "/api/"
CHECK_EVERY_S = 60.0
"""Seconds from one check of the database's integrity to the next."""
LOG = logging.getLogger("gatecast.web")


def pages(service: ClubService, *, api: bool = True) -> FastAPI:
    """Return the pages and API of a service, without cache and guard.

    Parameters
    ----------
    service : ClubService
    api : bool
        False to leave out the API, which takes as long to import as all pages, for `gatecast.web.api.include`.
    """
    app = FastAPI(title="gatecast", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = service
    app.add_middleware(OneMomentPerPage)
    app.mount("/static", StaticFiles(directory=str(resources.files("gatecast.web") / "static")), name="static")
    if api:
        from gatecast.web.api import include

        include(app)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)

    health = Health(service)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> Response:
        problem = health.problem()
        if problem:
            return PlainTextResponse(problem, 503, {"Retry-After": str(RETRY_AFTER_S)})
        return PlainTextResponse("ok")

    app.exception_handler(HTTPException)(refused)
    app.exception_handler(GatecastError)(_unusable)
    app.exception_handler(RequestValidationError)(_invalid)
    return app


class Health:
    """Health of a service's database: whether it answers, and whether it is damaged, checked now and then.

    Parameters
    ----------
    service : ClubService
    """

    def __init__(self, service: ClubService) -> None:
        self._database, self._store = service.store.database, service.store
        self._lock = Lock()
        self._checked_at = float("-inf")
        self._damage = ""

    def problem(self) -> str:
        """Return what is wrong in one line, without details for strangers; empty if all is well."""
        try:
            self._store.revisions()
            return self._checked()
        except StoreError as error:
            LOG.warning("healthz: %s", error)
            return "The database cannot be read."

    def _checked(self) -> str:
        with self._lock:
            if time.monotonic() - self._checked_at > CHECK_EVERY_S:
                found = self._database.problem()
                if found:
                    LOG.warning("healthz: %s", found)
                self._damage = "The database is damaged or cannot be read." if found else ""
                self._checked_at = time.monotonic()
        return self._damage


class OneMomentPerPage:
    """ASGI middleware that lets each page see one state of the store, read once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        with pinned_revisions() if scope.get("method") in READ_METHODS else nullcontext():
            await self.app(scope, receive, send)


def refused(request: Request, error: HTTPException) -> Response:
    """Return the answer to a request that is refused, for example as there is no such page."""
    if _of_api(request):
        return problem(error.status_code, error.detail, headers=error.headers)
    return _error_page(request, error.status_code, error.detail)


def _unusable(request: Request, refused: GatecastError) -> Response:
    if is_unavailable(refused):
        return unavailable(request.scope, refused)
    if isinstance(refused, StoreWriteError):
        LOG.warning("507 %s %s: %s", request.method, request.url.path, refused)
    status = 507 if isinstance(refused, StoreWriteError) else 422
    return from_error(refused) if _of_api(request) else _error_page(request, status, str(refused))


def _invalid(request: Request, refused: RequestValidationError) -> Response:
    """Return what is wrong with a request: all of it for programs, the first of it on a page."""
    if _of_api(request):
        return from_invalid(refused)
    first = refused.errors()[0]
    return _error_page(request, 422, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def _of_api(request: Request) -> bool:
    return request.url.path.startswith(API)


def _error_page(request: Request, status: int, detail: str) -> Response:
    return page(request, "problem.html.j2", status=status, detail=detail)
