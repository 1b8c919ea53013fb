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
from typing import Any

__all__ = ["CAN_SERVE", "LaunchedWorker", "launched_worker"]

CAN_SERVE = hasattr(socket, "AF_UNIX")
"""True if this system has the sockets that the worker listens on."""
SPARING = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Settings of the worker's libraries, where the environment has none. Tables and networks of one club are small:
sharing them out among threads takes longer than computing, above all where another process has the second core. Jobs
that the worker starts have the same, so that what-if and forecasts agree to the last digit."""
BACKLOG = 256


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
            self._inherited = listening.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "gatecast.web.worker_process"],
                stdin=subprocess.PIPE,
                pass_fds=[self._inherited],
                env={**SPARING, **os.environ},
                process_group=0,  # Ctrl-C ends this process, and that one with it
            )

    def open(self, opening: dict[str, Any]) -> None:
        """Tell it what to open: a folder, a database, and whether they are of many clubs."""
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
