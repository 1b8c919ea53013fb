"""Seconds until the pages of the sample club can be read: `gatecast serve --demo` from its start to its first page.

    python benchmarks/start.py --runs 5 --source ../gatecast-before/src --source src

The versions in turn, each on an empty folder, with their modules compiled by a run that is not counted.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from shared import markdown

PATIENCE = 60.0
PAUSE = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, action="append", required=True, help="folder to take gatecast from")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        taken = [
            [first_page(source.resolve(), Path(scratch)) for source in given.source] for _ in range(given.runs + 1)
        ][1:]
    seconds = [median(run[i] for run in taken) for i in range(len(given.source))]
    rows = [[source, f"{s:.2f}", f"{s / seconds[0]:.2f}"] for source, s in zip(given.source, seconds, strict=True)]
    print(markdown(["version", "seconds to the first page", "of the first"], rows))


def first_page(source: Path, scratch: Path) -> float:
    """Start the server of one version in an empty folder; return the seconds until a page was read whole."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONPYCACHEPREFIX": str(scratch / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        begun = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "gatecast.cli.main", "serve", "--demo", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not page_read(port):
                if server.poll() is not None or time.perf_counter() - begun > PATIENCE:
                    sys.exit(f"{source}: no page")
                time.sleep(PAUSE)
            return time.perf_counter() - begun
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)


def page_read(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
            return answer.status == 200 and b"</html>" in answer.read()
    except (urllib.error.URLError, ConnectionError):
        return False


if __name__ == "__main__":
    main()
