"""The worker's process: an HTTP server on a Unix socket that only the server that started it can reach.

    python -m gatecast.web.worker_process

It imports what pages need; then it waits for the first line of its standard input, which names the folder, the database
and the socket. It ends when standard input does. What takes long the first time, it does before anybody asks for it.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from gatecast.web.guard.requests import of_api
from gatecast.web.render import compile_templates
from gatecast.web.worker import PING_PATH, SIGNED_IN_HEADER

if TYPE_CHECKING:
    from fastapi import FastAPI

SWITCH_S = 0.001
"""Seconds for which a thread computes while others wait: an answer of many short queries gives way at each of them, and
must come back soon after a page that is rendered beside it."""


NEEDED = ("uvicorn", "gatecast.web.app", "anyio._backends._asyncio", "jinja2")
"""Modules that the first page needs, those that are imported only where they are used included."""
TEMPLATES = ("calendar.html.j2", "base.html.j2", "charts.html.j2", "stale.html.j2")
"""Templates of the first page."""
FIRST_S = 1.0
"""Seconds in which the first page is left alone, before pages are rendered that nobody has asked for."""
PAGES = ("/", "/plan", "/games", "/track", "/data", "/settings", "/api/v1/docs")


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Answer until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and the server this process
    # Importing makes many objects that all stay: looking for garbage among them costs a tenth of it.
    gc.disable()
    # FastAPI imports the whole of this package to ask whether a field is of its kind; none is.
    sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
    for module in NEEDED:
        importlib.import_module(module)
    compile_templates(TEMPLATES)
    gc.freeze()
    gc.enable()
    opening = json.loads(sys.stdin.buffer.readline() or b"null")
    if opening is None:
        return
    Thread(target=_end_with_the_server, daemon=True).start()
    sys.setswitchinterval(SWITCH_S)

    import uvicorn

    with (_club_opened if not opening["clubs"] else _clubs_opened)(opening) as app:
        settings = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        with socket.socket(fileno=opening["socket"]) as listening:
            uvicorn.Server(settings).run(sockets=[listening])
        # Nobody waits any more for whatever is still being computed.
        os._exit(0)


@contextmanager
def _club_opened(opening: dict[str, Any]) -> Iterator[Forwarded]:
    """Open the service of one club, and yield its pages."""
    from gatecast.service import open_service
    from gatecast.service.backup import back_up_on_schedule
    from gatecast.service.prefetch import prefetch_when_idle
    from gatecast.web.app import pages

    with open_service(opening["folder"], opening["database"]) as service:
        app = Forwarded(ApiLater(pages(service, api=False)))

        def rendered_ahead() -> None:
            app.answered.wait(FIRST_S)
            render_ahead(app.app)

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


def render_ahead(app: Any) -> None:  # noqa: ANN401  an ASGI application
    """Render the pages of the navigation for nobody, so that whoever opens one next does not wait for what it needs."""

    for path in PAGES:
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


class ApiLater:
    """ASGI application of pages whose API is imported when it is first asked for, so that no page waits for it.

    Parameters
    ----------
    app : FastAPI
        The pages, without the API.
    """

    def __init__(self, app: FastAPI) -> None:
        self.app, self._lock, self._included = app, Lock(), False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer a request."""
        if not self._included and of_api(scope):
            await to_thread.run_sync(self._include)
        await self.app(scope, receive, send)

    def _include(self) -> None:
        from gatecast.web.api import include

        with self._lock:
            if not self._included:
                include(self.app)
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


def _end_with_the_server() -> None:
    """End this process when standard input ends, at once and whatever it is doing."""
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
