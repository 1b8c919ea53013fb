"""Many clubs in one service, with readers and writers at once on a real server: how long pages take, and the memory.

    python benchmarks/clubs.py --engine sqlite --engine postgresql --out docs/clubs.json
    python benchmarks/clubs.py --clubs 5 --readers 5 --writers 1 --seconds 10

Fills as many clubs as asked for with leagues of their own (the sample league from ten seeds, in turn) and forecasts of
their games to come; starts `gatecast serve` on them, on SQLite or on a PostgreSQL server of its own; and asks as people
and programs do. A reader is signed in and looks at a page of its club every one to two seconds; a writer records
tickets sold or an attendance of its club over the API every second. Every answer is searched for the mark of its own
club, and for that of any other.

Then readers ask more and more often, so many seconds each time, until their 95th percentile passes the limit. Where the
computer is busy with other work, `--priority -15` lets what is measured run before it; filling the clubs does not.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import NotRequired, TypedDict
from urllib.parse import quote, urlencode

import numpy as np
import polars as pl
from shared import markdown
from web_load import Connection

from gatecast.collect import sample_league
from gatecast.files import write_text
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.service import ClubService, access, open_service
from gatecast.service.accounts import save_account
from gatecast.service.clubs import Clubs, open_clubs
from gatecast.service.freshness import forecast_inputs
from gatecast.service.models import keep_model

PAGES = ("/", "/games", "/plan", "/track", "/data", "/settings", "/games/{coming}", "/games/{past}")
API = ("/api/v1/games?limit=50", "/api/v1/forecasts?latest=true&limit=50")
MARK = re.compile(rb"Mark ([0-9]{3}) of a club")
LIMIT_MS = 150.0
PAUSES = (1.0, 0.5, 0.35, 0.25, 0.18, 0.12, 0.06, 0.0)
STEP_S = 12.0
LEAGUES = 10
PERSON, PASSWORD = "vendor", "a long enough password"


@dataclass(frozen=True)
class Served:
    """A club as a client knows it."""

    slug: str
    mark: bytes
    token: str
    paths: dict[str, str]
    past: list[str]


@dataclass
class Met:
    """What clients met: seconds waited by page, when each came, and what went wrong."""

    waits: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, page: str, seconds: float) -> None:
        """Take note of a wait."""
        self.waits.setdefault(page, []).append(seconds)

    @property
    def all(self) -> list[float]:
        """Every wait, of whatever page."""
        return [wait for waits in self.waits.values() for wait in waits]


@dataclass(frozen=True)
class League:
    """A league from a seed, and the forecasts of its club's games to come, as an analyst would have issued them."""

    club: str
    games: Games
    forecasts: pl.DataFrame
    inputs: dict[str, object]

    @classmethod
    def of(cls, seed: int) -> League:
        """Simulate a league, and forecast with the sample club's model."""
        league = sample_league(seed=seed)
        with tempfile.TemporaryDirectory(prefix="gatecast-league-") as folder, open_service(folder) as service:
            games = league.games.extended(league.upcoming)
            _keep_games(service, league.club, games)
            forecasts = service.forecast_now(league.club)
            return cls(league.club, games, forecasts, forecast_inputs(service, league.club))


def _keep_games(service: ClubService, club: str, games: Games) -> None:
    service.store.import_games(games, source="the sample league")
    service.store.save_setting("club", club)
    with resources.as_file(resources.files("gatecast.service") / "sample_club" / "model") as model:
        keep_model(service.store, service.folder, Path(model))


def filled(clubs: Clubs, number: int, league: League) -> Served:
    """Add a club with its mark on every page."""
    slug, mark = f"club-{number:03d}", f"Mark {number:03d} of a club"
    clubs.add(slug, f"Club {number}")
    with clubs.open(slug) as service:
        store = service.store
        _keep_games(service, league.club, league.games)
        store.record_forecast(league.forecasts, service.model_id() or "", made_from=league.inputs)
        # The notice stands on every page of a club.
        store.save_setting("notice", mark)
        token = access.make_token(store, "benchmark", True)
    home = league.games.table.filter(pl.col(c.HOME) == league.club)
    past = home.filter(pl.col(c.ATTENDANCE).is_not_null())[c.GAME_ID].to_list()
    coming = home.filter(pl.col(c.ATTENDANCE).is_null())[c.GAME_ID].to_list()
    paths = {path: path.format(coming=quote(coming[0]), past=quote(past[-1])) for path in (*PAGES, *API)}
    return Served(slug, mark.encode(), token, paths, past[-40:])


def wrong(page: str, club: Served, status: int, body: bytes) -> str:
    """Return what is wrong with an answer: its status, another club's mark, or no mark of its own on a page."""
    if status != 200:
        return f"{status} {page}"
    marks = set(MARK.findall(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body))
    own = set(MARK.findall(club.mark))
    if marks - own:
        return f"{page}: another club's mark"
    return f"{page}: no mark" if page in PAGES and marks != own else ""


@dataclass(frozen=True)
class Service:
    """A running service, and the session of an account that may see its clubs."""

    port: int
    clubs: list[Served]
    session: str

    def reader(self) -> Connection:
        """Return a connection of a person who is signed in."""
        return Connection(self.port, f"Cookie: gc_session={self.session}\r\n")

    def writer(self, club: Served) -> Connection:
        """Return a connection of a program of a club."""
        return Connection(self.port, f"Authorization: Bearer {club.token}\r\n")


async def look(client: Connection, club: Served, page: str, met: Met) -> None:
    """Ask for one page of a club, and take note of the wait and of what is wrong with the answer."""
    began = time.monotonic()
    status, body = await client.ask("GET", f"/clubs/{club.slug}{club.paths[page]}")
    met.add(page, time.monotonic() - began)
    problem = wrong(page, club, status, body)
    if problem:
        met.errors.append(problem)


async def read(service: Service, club: Served, until: float, pause: float, met: Met) -> None:
    draw, client = random.Random(club.slug), service.reader()
    await asyncio.sleep(draw.random() * pause)
    while time.monotonic() < until:
        page = draw.choices((*PAGES, *API), weights=(4, 2, 4, 1, 1, 1, 4, 2, 1, 1))[0]
        await look(client, club, page, met)
        await asyncio.sleep(pause * draw.uniform(2 / 3, 4 / 3))


async def write(service: Service, club: Served, until: float, pause: float, met: Met) -> None:
    draw, client = random.Random(club.slug), service.writer(club)
    while time.monotonic() < until:
        game = draw.choice(club.past)
        if draw.random() < 0.7:
            day = f"2025-05-{draw.randint(1, 28):02d}"
            page, row = "/api/v1/tickets", {"game_id": game, "as_of": day, "tickets": draw.randint(0, 3000)}
        else:
            page, row = "/api/v1/outcomes", {"game_id": game, "attendance": draw.randint(2000, 4000)}
        began = time.monotonic()
        status, answer = await client.ask("POST", f"/clubs/{club.slug}{page}", json.dumps([row]).encode())
        met.add(page, time.monotonic() - began)
        if status >= 300:
            met.errors.append(f"{status} {page} {answer[:200]!r}")
        await asyncio.sleep(pause)


async def load(service: Service, options: argparse.Namespace, seconds: float, pause: float) -> tuple[Met, Met]:
    """Let readers and writers ask for so many seconds."""
    readers, writers, until, clubs = Met(), Met(), time.monotonic() + seconds, service.clubs
    step = max(len(clubs) // max(options.writers, 1), 1)
    chosen = [clubs[i * step % len(clubs)] for i in range(options.writers)]
    tasks = [read(service, clubs[i % len(clubs)], until, pause, readers) for i in range(options.readers)]
    tasks += [write(service, club, until, options.write_pause, writers) for club in chosen]
    await asyncio.gather(*tasks)
    return readers, writers


async def first_looks(service: Service) -> Met:
    """Ask for every page of every club once, one after the other."""
    met, client = Met(), service.reader()
    for club in service.clubs:
        for page in club.paths:
            await look(client, club, page, met)
    return met


class Memory(TypedDict):
    """Resident memory of the server and of its worker."""

    server_mb: float
    worker_mb: float


class Measured(Memory):
    """What was measured on an engine."""

    clubs: int
    readers: int
    writers: int
    seconds: float
    pages_per_second: float
    readers_waited: dict[str, float]
    by_page: dict[str, dict[str, float]]
    writers_waited: dict[str, float]
    first_time_waited: dict[str, float]
    errors: list[str]
    climb: NotRequired[list[dict[str, float]]]
    after_climb: NotRequired[Memory]


def milliseconds(waits: list[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(np.array(waits) * 1000, (50, 95, 99))
    return {"requests": len(waits), "p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "p99_ms": round(p99, 1)}


def megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


def memory(server: int) -> Memory:
    """Return the resident memory of the server and of its worker."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    return {"server_mb": megabytes(server), "worker_mb": round(sum(megabytes(int(each)) for each in children), 1)}


def signed_in(port: int) -> str:
    """Return the secret of a session of the account that may see every club."""
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", port)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", urlencode({"name": PERSON, "password": PASSWORD}), form)
    return (connection.getresponse().getheader("Set-Cookie") or "").split("gc_session=")[1].split(";")[0]


@contextmanager
def serving(folder: Path, database: str | None) -> Iterator[tuple[int, int]]:
    """Start `gatecast serve`, and yield its port and its process."""
    command = [sys.executable, "-m", "gatecast.cli.main", "serve", "--port", "0", "--no-browser"]
    command += ["--folder", str(folder)]
    environment = {**os.environ, **({"GATECAST_DATABASE": database} if database else {})}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stderr is not None
            line = next(line for line in server.stderr if line.startswith("serving on"))
            yield int(line.split()[2].rsplit(":", 1)[1]), server.pid
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL server with its usual settings, and yield the URL of an empty database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    programs = found[-1].parent if found else Path(shutil.which("initdb") or "/usr/bin/initdb").parent
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="gatecast-pg-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(*command: object) -> None:
        subprocess.run([str(word) for word in command], check=True, capture_output=True, user=user, cwd=folder)

    data, name = folder / "data", user or os.environ.get("USER", "postgres")
    try:
        call(programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c port={port}"
        call(programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            yield f"postgresql://{name}@/postgres?host={folder}&port={port}"
        finally:
            call(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def climbed(service: Service, options: argparse.Namespace) -> list[dict[str, float]]:
    """Let readers ask more and more often until they wait too long, and return each step."""
    steps = []
    for pause in PAUSES:
        readers, _ = asyncio.run(load(service, options, options.step, pause))
        steps.append({"per_second": round(len(readers.all) / options.step, 1), **milliseconds(readers.all)})
        print(f"  {steps[-1]}", file=sys.stderr, flush=True)
        if steps[-1]["p95_ms"] > LIMIT_MS:
            break
    return steps


def measured(engine: str, leagues: list[League], options: argparse.Namespace) -> Measured:
    """Fill and serve clubs on an engine, and return what was measured."""
    database = postgresql() if engine == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="gatecast-clubs-") as home:
        if database is None:
            return _measured(Path(home), None, leagues, options)
        with database as url:
            return _measured(Path(home), url, leagues, options)


def _measured(folder: Path, database: str | None, leagues: list[League], options: argparse.Namespace) -> Measured:
    with open_clubs(folder, database) as clubs:
        served = []
        for number in range(options.clubs):
            served.append(filled(clubs, number, leagues[number % len(leagues)]))
            print(f"\r{number + 1} clubs", end="", file=sys.stderr, flush=True)
        save_account(clubs.registry, PERSON, PASSWORD)
        clubs.registry.allow(PERSON, None, "read")
    print(file=sys.stderr)
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, usual if options.priority is None else options.priority)
    try:
        return _asked(folder, database, served, options)
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, usual)


def _asked(folder: Path, database: str | None, served: list[Served], options: argparse.Namespace) -> Measured:
    with serving(folder, database) as (port, process):
        service = Service(port, served, signed_in(port))
        first = asyncio.run(first_looks(service))
        readers, writers = asyncio.run(load(service, options, options.seconds, options.pause))
        used = memory(process)
        result: Measured = {
            "clubs": options.clubs,
            "readers": options.readers,
            "writers": options.writers,
            "seconds": options.seconds,
            "pages_per_second": round(len(readers.all) / options.seconds, 1),
            "readers_waited": milliseconds(readers.all),
            "by_page": {page: milliseconds(waits) for page, waits in sorted(readers.waits.items())},
            "writers_waited": milliseconds(writers.all),
            "first_time_waited": milliseconds(first.all),
            "errors": sorted({*first.errors, *readers.errors, *writers.errors})[:20],
            "server_mb": used["server_mb"],
            "worker_mb": used["worker_mb"],
        }
        if options.step:
            result["climb"] = climbed(service, options)
            result["after_climb"] = memory(process)
    return result


def told(engine: str, result: Measured) -> str:
    """Return the result as tables in Markdown."""
    rows: list[list[object]] = [["all pages", *result["readers_waited"].values()]]
    rows += [[f"`{page}`", *values.values()] for page, values in result["by_page"].items()]
    rows += [["writes", *result["writers_waited"].values()], ["first time", *result["first_time_waited"].values()]]
    table = markdown([engine, "requests", "p50 ms", "p95 ms", "p99 ms"], rows)
    facts = (
        f"{result['pages_per_second']} pages a second; server {result['server_mb']} MB, worker {result['worker_mb']} MB"
    )
    return "\n".join([table, facts, *map(str, result["errors"])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--clubs", type=int, default=50)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=1.5, help="seconds between two pages of a reader, on average")
    parser.add_argument("--write-pause", type=float, default=1.0, help="seconds between two changes of a writer")
    parser.add_argument("--step", type=float, default=STEP_S, help="seconds of each step of the climb; 0 for none")
    parser.add_argument("--priority", type=int, help="of what is measured, from -20 (first) to 19; needs the right to")
    parser.add_argument("--out", type=Path, help="a JSON file; what it says of other engines stays")
    options = parser.parse_args()
    results = json.loads(options.out.read_text(encoding="utf-8")) if options.out and options.out.is_file() else {}
    leagues = [League.of(seed) for seed in range(min(LEAGUES, options.clubs))]
    for engine in options.engine or ["sqlite"]:
        results[engine] = measured(engine, leagues, options)
        print(told(engine, results[engine]), flush=True)
        if options.out:
            write_text(json.dumps(results, indent=1) + "\n", options.out)


if __name__ == "__main__":
    main()
