"""Readers and writers at once on a real server: how long pages take, and whether anything fails.

    python benchmarks/web_load.py --readers 50 --writers 5 --seconds 60
    python benchmarks/web_load.py --database postgresql://user@host/name

Serves the sample club in a process of its own on loopback. Readers ask for one page after the other over a connection
kept open; writers record tickets sold and gates over the API. Prints requests, errors and the 50th, 95th and 99th
percentile of the milliseconds that readers and writers waited.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

PAGES = ("/", "/?season=2024", "/plan", "/track", "/data", "/settings", "/games/{game}", "/games/{past}")
API = ("/api/v1/games?limit=50", "/api/v1/forecasts?latest=true&limit=50")


@dataclass
class Told:
    """What one kind of client met."""

    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Summarize what was met, in a line."""
        if not self.waits:
            return f"{name}: nothing"
        p50, p95, p99 = np.percentile(np.array(self.waits) * 1000, (50, 95, 99))
        counts = f"{len(self.waits)} requests, {len(self.errors)} errors"
        return f"{name}: {counts}, p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms"


class Connection:
    """HTTP over one connection kept open: as little work as a client can do, so that the server is what is measured."""

    def __init__(self, port: int, headers: str = "") -> None:
        self.port, self.headers = port, headers
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of one answer."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        reader, writer = self.streams
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n{self.headers}"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        told = await reader.readuntil(b"\r\n\r\n")
        status = int(told.split(b" ", 2)[1])
        lengths = [line for line in told.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if lengths:
            return status, await reader.readexactly(int(lengths[0].split(b":")[1]))
        parts = []
        while (size := int((await reader.readuntil(b"\r\n")).strip(), 16)) > 0:
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return status, b"".join(parts)


async def reader(port: int, paths: list[str], until: float, told: Told, pause: float) -> None:
    draw, connection = random.Random(id(told)), Connection(port)
    while time.monotonic() < until:
        path = draw.choice(paths)
        began = time.monotonic()
        status, _ = await connection.ask("GET", path)
        told.waits.append(time.monotonic() - began)
        if status != 200:
            told.errors.append(f"{status} {path}")
        await asyncio.sleep(pause)


async def writer(port: int, games: list[dict[str, object]], until: float, told: Told, seed: int) -> None:
    draw, connection = random.Random(seed), Connection(port)
    while time.monotonic() < until:
        game = draw.choice(games)
        if draw.random() < 0.7:
            row = {
                "game_id": game["game_id"],
                "as_of": f"2025-05-{draw.randint(1, 28):02d}",
                "tickets": draw.randint(0, 3000),
            }
            path, body = "/api/v1/tickets", json.dumps([row]).encode()
        else:
            row = {"game_id": game["game_id"], "attendance": draw.randint(2000, 6000)}
            path, body = "/api/v1/outcomes", json.dumps([row]).encode()
        began = time.monotonic()
        status, answer = await connection.ask("POST", path, body)
        told.waits.append(time.monotonic() - began)
        if status >= 300:
            told.errors.append(f"{status} {path} {answer[:200]!r}")


async def measured(port: int, arguments: argparse.Namespace) -> tuple[Told, Told, Told]:
    connection = Connection(port)
    _, body = await connection.ask("GET", "/api/v1/games?club=Quillport%20Lanterns&season=2025&limit=100")
    games = json.loads(gunzipped(body))["items"]
    past = [game for game in games if game["attendance"] is not None]
    coming = [game for game in games if game["attendance"] is None]
    pages = [page.format(game=coming[0]["game_id"], past=past[0]["game_id"]) for page in PAGES]
    for path in (*pages, *API):
        status, _ = await connection.ask("GET", path)
        assert status == 200, (status, path)
    until = time.monotonic() + arguments.seconds
    readers, api, writers = Told(), Told(), Told()
    tasks = [
        reader(port, pages, until, readers, arguments.pause) for i in range(arguments.readers - arguments.readers // 5)
    ]
    tasks += [reader(port, list(API), until, api, arguments.pause) for i in range(arguments.readers // 5)]
    tasks += [writer(port, past, until, writers, i) for i in range(arguments.writers)]
    await asyncio.gather(*tasks)
    return readers, api, writers


def gunzipped(body: bytes) -> bytes:
    import gzip

    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


SERVER = """
import sys
from pathlib import Path
from gatecast.service import open_service
from gatecast.service.sample import fill_with_sample
from gatecast.web import serve
folder, database = sys.argv[1:]
with open_service(Path(folder), database or None) as service:
    if not len(service.games()):
        fill_with_sample(service)
    serve(service, "127.0.0.1", 0, note=lambda text: print(text, file=sys.stderr, flush=True))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds a reader reads before the next page")
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gatecast-load-") as folder:
        command = [sys.executable, "-c", SERVER, folder, arguments.database]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(folder)) as server:
            try:
                assert server.stderr is not None
                port = next(
                    int(line.split()[2].rsplit(":", 1)[1]) for line in server.stderr if line.startswith("serving on")
                )
                readers, api, writers = asyncio.run(measured(port, arguments))
            finally:
                server.terminate()
    print(readers.line("pages"))
    print(api.line("API reads"))
    print(Told(readers.waits + api.waits, readers.errors + api.errors).line("all readers"))
    print(writers.line("writes"))
    for error in sorted({*readers.errors, *api.errors, *writers.errors})[:10]:
        print("  ", error)


if __name__ == "__main__":
    main()
