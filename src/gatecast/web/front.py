"""The web application of a service as the server runs it: guard, cache and worker before the pages."""

from __future__ import annotations

from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.web.cache import PageCache
from gatecast.web.render import outage_words
from gatecast.web.worker import Worker, WorkerProxy

if TYPE_CHECKING:
    from gatecast.service import ClubService

__all__ = ["application", "build"]


def build(service: ClubService, worker: Worker | None = None) -> Starlette:
    """Return the guarded application; a worker, if given, renders its pages."""
    from gatecast.web.guard import guarded

    app = application(service, worker)
    guarded(app, service)
    return app


def application(service: ClubService, worker: Worker | None = None) -> Starlette:
    """Return the cached pages and API of a service, without the guard."""
    if worker is None:
        from gatecast.web.app import pages

        app: Starlette = pages(service)
    else:
        app = _pages_later(service)
        app.add_middleware(WorkerProxy, worker=worker)
    app.add_middleware(PageCache, state=service.page_state, outage=lambda: outage_words(service.unreachable_since))
    return app


def _pages_later(service: ClubService) -> Starlette:
    """Return the pages for a server whose worker renders most of them, imported when it has to render one itself."""
    files = StaticFiles(directory=str(resources.files("gatecast.web") / "static"))
    app = Starlette(routes=[Mount("/static", files, name="static")], exception_handlers={HTTPException: _refused})
    app.state.service = service
    app.router.default = _PagesLater(service, app)
    return app


class _PagesLater:
    """ASGI application that imports and makes the pages of a service at the first request."""

    def __init__(self, service: ClubService, outer: Starlette) -> None:
        self._service, self._outer, self._lock = service, outer, Lock()
        self._pages: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._pages is None:
            await to_thread.run_sync(self._make)
        assert self._pages is not None
        await self._pages(scope, receive, send)

    def _make(self) -> None:
        from gatecast.web.app import pages

        with self._lock:
            if self._pages is None:
                made = pages(self._service)
                # Pages read there what the guard knows.
                made.state = self._outer.state
                self._pages = made


def _refused(request: Request, error: Exception) -> Response:
    from gatecast.web.app import refused

    assert isinstance(error, HTTPException)
    return refused(request, error)
