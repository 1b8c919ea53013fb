"""The web server: where it listens, and its worker."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from gatecast.errors import InputError

if TYPE_CHECKING:
    from gatecast.service import ClubService

__all__ = ["serve"]

WAITING = 256
"""Connections that may wait to be taken."""


def serve(service: ClubService, host: str, port: int, *, note: Callable[[str], None]) -> None:
    """Serve a service until interrupted.

    Parameters
    ----------
    service : ClubService
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
    from gatecast.service.access import has_password
    from gatecast.web.guard import check_listening

    check_listening(host, has_password(service.store))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as problem:
        raise InputError(f"--port: got {port} ({problem.strerror}), expected a free one; choose another") from problem
    with listening:
        import uvicorn

        from gatecast.web.app import build
        from gatecast.web.guard.limits import BoundedHttp
        from gatecast.web.worker import CAN_SERVE, Worker

        # The worker goes by the calendar of the computer.
        worker = Worker(service) if CAN_SERVE and service.today == dt.date.today else None
        app = build(service, worker)
        shown = f"[{host}]" if ":" in host else host
        note(f"serving on http://{shown}:{listening.getsockname()[1]}  (Ctrl-C ends it)")
        settings = uvicorn.Config(
            app, http=BoundedHttp, log_level="warning", server_header=False, lifespan="off", proxy_headers=False
        )
        try:
            if worker is not None:
                worker.start()
            uvicorn.Server(settings).run(sockets=[listening])
        finally:
            if worker is not None:
                worker.close()
