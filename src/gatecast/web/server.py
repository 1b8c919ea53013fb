"""The web server: where it listens, and its worker."""

from __future__ import annotations

import datetime as dt
import os
import sys
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from gatecast.service import ClubService
    from gatecast.service.clubs import Clubs
    from gatecast.web.launch import LaunchedWorker
    from gatecast.web.worker import Worker

__all__ = ["has_display", "serve"]

ENDING_S = 10
"""Seconds that answers begun have to end once the server is told to stop."""


def serve(
    service: ClubService | Clubs,
    host: str,
    port: int,
    *,
    note: Callable[[str], None],
    browse: bool = False,
    launched: LaunchedWorker | None = None,
) -> None:
    """Serve a service until interrupted.

    Parameters
    ----------
    service : ClubService or Clubs
        One club, or many.
    host : str
        An address of this computer; one that others can reach needs a password.
    port : int
        0 takes a free one.
    note : callable
        Told the address once it answers.
    browse : bool
        True to open the pages in the browser of this computer, if it has a display.
    launched : LaunchedWorker, optional
        A process that waits to render the pages.

    Raises
    ------
    InputError
        The address may not be listened on, or is taken.
    """
    from gatecast.service.access import has_password
    from gatecast.service.clubs import Clubs
    from gatecast.web.listening import check_listening, listen

    if isinstance(service, Clubs):
        check_listening(host, service.registry.has_accounts(), "make an account with 'gatecast clubs account NAME'")
    else:
        check_listening(host, has_password(service.store))
    with listen(host, port) as listening, _working(service, launched) as worker:
        import uvicorn

        from gatecast.web.front import build
        from gatecast.web.guard.limits import BoundedHttp
        from gatecast.web.interrupts import interrupts

        if isinstance(service, Clubs):
            from gatecast.web.clubs import build_clubs

            app: ASGIApp = build_clubs(service, worker)
        else:
            app = build(service, worker)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}"
        note(f"serving on {address}  (Ctrl-C ends it)")
        if browse and has_display():
            # Connections wait in the backlog until the server takes them.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        settings = uvicorn.Config(
            app,
            http=BoundedHttp,
            log_level="warning",
            server_header=False,
            lifespan="off",
            proxy_headers=False,
            timeout_graceful_shutdown=ENDING_S,
        )
        server = uvicorn.Server(settings)
        interrupts.check()
        server.run(sockets=[listening])


@contextmanager
def _working(service: ClubService | Clubs, launched: LaunchedWorker | None) -> Iterator[Worker | None]:
    """Start the worker, and end it with the block; yield None where there can be none."""
    from gatecast.web.launch import CAN_SERVE

    # The worker goes by the calendar of the computer.
    if not CAN_SERVE or service.today != dt.date.today:
        yield None
        return
    worker = None
    try:
        if launched is not None:
            # It opens the store, and renders the first page, while this process imports what a server needs.
            launched.open(service)
        from gatecast.web.worker import Worker

        worker = Worker(service, launched=launched)
        worker.start()
        yield worker
    finally:
        # What it opened is closed only after it.
        if worker is not None:
            worker.close()
        elif launched is not None:
            launched.end()


def has_display(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Return whether a browser can be opened for whoever started the server.

    Parameters
    ----------
    environment : mapping, optional
        By default that of this process.
    platform : str

    Examples
    --------
    >>> has_display({}, "linux"), has_display({"DISPLAY": ":0"}, "linux"), has_display({"SSH_TTY": "x"}, "darwin")
    (False, True, False)
    """
    known = os.environ if environment is None else environment
    if known.get("CI") or known.get("SSH_TTY") or known.get("SSH_CONNECTION"):
        return False
    return platform in ("darwin", "win32") or bool(known.get("DISPLAY") or known.get("WAYLAND_DISPLAY"))
