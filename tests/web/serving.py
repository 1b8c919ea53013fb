"""The demo as a process of its own, as a user starts it."""

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTED_S = 60


@dataclass(frozen=True)
class Served:
    """A server, its process, and how long it took from the command to the first calendar."""

    address: str
    process: int
    seconds: float


@contextmanager
def demo_server(folder: Path) -> Iterator[Served]:
    """`gatecast serve --demo`, started in a folder."""
    with server_of(folder, "--demo") as server:
        yield server


@contextmanager
def server_of(folder: Path, *options: str) -> Iterator[Served]:
    """`gatecast serve` with further options, started in a folder."""
    command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--port", "0", "--no-browser", *options]
    began = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = ""
            for line in server.stderr:
                if line.startswith("serving on "):
                    address = line.split()[2]
                    break
            assert address, "the server did not start"
            with urllib.request.urlopen(address, timeout=STARTED_S) as page:
                assert page.status == 200
            yield Served(address, server.pid, time.monotonic() - began)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
