"""The pages of a service as the worker process renders them: for the server that asks, and ahead for nobody.

The process imports this before it is told what to open (`gatecast.web.worker_process`); the pages after the first one,
and the API, later.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response

from gatecast.service import ClubService, open_service, pinned_revisions
from gatecast.service.backup import back_up_on_schedule
from gatecast.service.prefetch import prefetch_when_idle
from gatecast.web.calendar import calendar
from gatecast.web.guard.requests import of_api
from gatecast.web.launch import PING_PATH, SIGNED_IN_HEADER

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["PAGES", "Forwarded", "opened", "render_ahead"]

FIRST_S = 1.0
"""Seconds in which the first page is left alone, before pages are rendered that nobody has asked for."""
PAGES = ("/", "/plan", "/games", "/track", "/data", "/settings", "/api/v1/docs")


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def opened(opening: dict[str, Any]) -> AbstractContextManager[Forwarded]:
    """Open what a server names, for the length of a block, and give its pages.

    Parameters
    ----------
    opening : dict
        As `gatecast.web.launch.LaunchedWorker.open` sends it.
    """
    return _clubs_opened(opening) if opening["clubs"] else _club_opened(opening)


@contextmanager
def _club_opened(opening: dict[str, Any]) -> Iterator[Forwarded]:
    """Open the service of one club, and yield its pages."""
    with open_service(opening["folder"], opening["database"]) as service:
        app = Forwarded(PagesLater(service))

        def rendered_ahead() -> None:
            # What the first page shows is worked out while the server gets ready to ask for it.
            render(app.app, PAGES[0])
            app.answered.wait(FIRST_S)
            render_ahead(app.app, PAGES[1:])

        ahead = {"pages": rendered_ahead}
        Thread(target=prefetch_when_idle, args=(service, app.idle_s), kwargs=ahead, daemon=True).start()
        Thread(target=back_up_on_schedule, args=(service, _note), daemon=True).start()
        yield app


@contextmanager
def _clubs_opened(opening: dict[str, Any]) -> Iterator[Forwarded]:
    """Open the list of many clubs, and yield the pages of all."""
    from gatecast.service.clubs import open_clubs
    from gatecast.web.clubs.worker import ClubPages, back_up_clubs, prefetch_clubs

    with open_clubs(opening["folder"], opening["database"]) as clubs:
        of_clubs = ClubPages(clubs)
        app = Forwarded(of_clubs)
        Thread(target=prefetch_clubs, args=(of_clubs, app.idle_s, render, PAGES), daemon=True).start()
        Thread(target=back_up_clubs, args=(clubs, _note), daemon=True).start()
        yield app


def render_ahead(app: Any, paths: Iterable[str] = PAGES) -> None:  # noqa: ANN401  an ASGI application
    """Render the pages of the navigation for nobody, so that whoever opens one next does not wait for what it needs."""
    for path in paths:
        render(app, path)


def render(app: Any, path: str) -> None:  # noqa: ANN401  an ASGI application
    """Render one page for nobody."""

    async def rendered() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            pass

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "client": None,
            "headers": [(b"host", b"worker")], "server": None, "state": {"signed_in": True},
        }  # fmt: skip
        await app(scope, receive, send)

    asyncio.run(rendered())


class PagesLater:
    """ASGI application of pages that are imported when one is first asked for, and the API when it is.

    Until then it renders the calendar, so that the first page waits for no other.

    Parameters
    ----------
    service : ClubService
    """

    def __init__(self, service: ClubService) -> None:
        self.state = State({"service": service})
        self._pages: FastAPI | None = None
        self._included, self._lock = False, Lock()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer a request."""
        if self._pages is None and scope["path"] == "/" and scope["method"] == "GET" and not scope["query_string"]:
            answer = await to_thread.run_sync(self._calendar, scope)
            if answer is not None:
                await answer(scope, receive, send)
                return
        if self._pages is None or (not self._included and of_api(scope)):
            await to_thread.run_sync(self._import, of_api(scope))
        assert self._pages is not None
        await self._pages(scope, receive, send)

    def _calendar(self, scope: dict[str, Any]) -> Response | None:
        """Return the calendar; None where it cannot be rendered, which the pages then tell."""
        try:
            with pinned_revisions():
                return calendar(Request({**scope, "app": self}))
        except Exception:  # whatever it is, it happens again where it is told
            return None

    def _import(self, api: bool) -> None:
        with self._lock:
            if self._pages is None:
                from gatecast.web.app import pages

                self._pages = pages(self.state.service, api=False)
            if api and not self._included:
                from gatecast.web.api import include

                include(self._pages)
                self._included = True


class Forwarded:
    """ASGI application around the pages that takes requests from the server and answers its pings."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401  an ASGI application
        self.app, self._last, self.answered = app, time.monotonic(), Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer a request, with what the server knows of it."""
        if scope["type"] != "http":
            return
        if scope["path"] == PING_PATH:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        self._last = time.monotonic()
        headers = dict(scope["headers"])
        state = {**scope.get("state", {}), "signed_in": headers.get(SIGNED_IN_HEADER) == b"1"}
        await self.app({**scope, "state": state, "client": None, "server": None}, receive, send)
        self.answered.set()

    def idle_s(self) -> float:
        """Return the seconds since the last request came."""
        return time.monotonic() - self._last
