"""The web server: what it listens on, and what it says when it does."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Timer
from typing import TYPE_CHECKING

from gatecast.errors import InputError

if TYPE_CHECKING:
    from gatecast.desk import Desk

__all__ = ["serve_desk"]

WAITING = 256
"""Connections that may wait to be taken."""
AHEAD_S = 4.0
"""Seconds after which work is done ahead: the first pages come before it."""


def serve_desk(desk: Desk, host: str, port: int, *, note: Callable[[str], None]) -> None:
    """Serve a desk until interrupted.

    Parameters
    ----------
    desk : Desk
    host : str
        An address of this computer; one that others can reach needs a password.
    port : int
        0 takes a free one.
    note : callable
        Told the address once it answers.

    Raises
    ------
    InputError
        The address may not be listened on, or is taken.
    """
    from gatecast.desk.access import has_password
    from gatecast.desk.ahead import work_ahead
    from gatecast.web.guard import check_listening

    check_listening(host, has_password(desk.store))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as problem:
        raise InputError(f"--port: got {port} ({problem.strerror}), expected a free one; choose another") from problem
    with listening:
        import uvicorn

        from gatecast.web.app import build
        from gatecast.web.guard.connections import BoundedHttp

        app = build(desk)
        shown = f"[{host}]" if ":" in host else host
        note(f"serving on http://{shown}:{listening.getsockname()[1]}  (Ctrl-C ends it)")
        settings = uvicorn.Config(
            app, http=BoundedHttp, log_level="warning", server_header=False, lifespan="off", proxy_headers=False
        )
        ahead = Timer(AHEAD_S, work_ahead, (desk,))
        ahead.start()
        try:
            uvicorn.Server(settings).run(sockets=[listening])
        finally:
            ahead.cancel()
            ahead.join()
