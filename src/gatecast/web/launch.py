"""Launch the process of the worker before it is known what to open, so that both processes get ready at once.

It imports what pages need while this process opens the store; only then is it told which.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.service import ClubService
    from gatecast.service.clubs import Clubs

__all__ = ["CAN_SERVE", "CLUB_HEADER", "PING_PATH", "SIGNED_IN_HEADER", "LaunchedWorker", "launched_worker"]

CAN_SERVE = hasattr(socket, "AF_UNIX")
"""True if this system has the sockets that the worker listens on."""
SPARING = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Settings of the worker's libraries, where the environment has none. Tables and networks of one club are small:
sharing them out among threads takes longer than computing, above all where another process has the second core. Jobs
that the worker starts have the same, so that what-if and forecasts agree to the last digit."""
BACKLOG = 256
PING_PATH = "/worker-ping"
SIGNED_IN_HEADER = b"x-gatecast-signed-in"
"""Tells the worker that a session goes with the request; the proxy removes it from what clients send."""
CLUB_HEADER = b"x-gatecast-club"
"""Tells the worker of many clubs which of them is asked; the proxy removes it from what clients send."""


class LaunchedWorker:
    """A process that imports what pages need and waits to be told what to open.

    Attributes
    ----------
    process : Popen
    socket : str
        Path of the socket that it answers on, in a private folder; connections wait there until it does.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gatecast-worker-", ignore_cleanup_errors=True)
        self.socket = str(Path(self._folder.name) / "worker")
        # It ends when its standard input does, which is when this process ends, however that comes about; its errors
        # go where those of this process go.
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self.socket)
            listening.listen(BACKLOG)
            self._inherited, self._told = listening.fileno(), False
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "gatecast.web.worker_process"],
                stdin=subprocess.PIPE,
                pass_fds=[self._inherited],
                env={**SPARING, **os.environ},
                process_group=0,  # Ctrl-C ends this process, and that one with it
            )

    def open(self, service: ClubService | Clubs) -> None:
        """Tell it to open what a service has opened, unless it was told before."""
        if self._told:
            return
        self._told = True
        opening = _opening_of(service)
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(json.dumps({**opening, "socket": self._inherited}).encode() + b"\n")
            self.process.stdin.flush()

    def end(self) -> None:
        """End it at once, if it has not ended, and clear up after it."""
        # One that is stopped takes no other signal.
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        self._folder.cleanup()


@contextmanager
def launched_worker() -> Iterator[LaunchedWorker | None]:
    """Launch a worker, and end it at the end of the block; yield None where there can be none."""
    if not CAN_SERVE:
        yield None
        return
    launched = LaunchedWorker()
    try:
        yield launched
    finally:
        launched.end()


def _opening_of(service: ClubService | Clubs) -> dict[str, Any]:
    """Return what the worker opens: the folder and the database of one club, or of many."""
    from gatecast.service.clubs import Clubs

    if isinstance(service, Clubs):
        return {"folder": str(service.folder.resolve()), "database": service.database, "clubs": True}
    database = service.store.database
    place = None if database.sqlite else database.url.render_as_string(hide_password=False)
    return {"folder": str(service.folder.resolve()), "database": place, "clubs": False}
