"""How heavy pages are and how long a server works on them, for a club with ten seasons in its store.

    export POLARS_MAX_THREADS=1 OPENBLAS_NUM_THREADS=1
    python benchmarks/page_budget.py runs/games.parquet --club SFN --through 2019

The two settings are those of the worker, which renders pages.

The club's home games of ten seasons are stored, the last season up to the first of July with forecasts of every Monday,
81 games a season. Bytes are those of the page and of everything it loads, compressed as they are sent. Milliseconds are
of the whole application without a network: the page as it is kept; the page the first time after a gate has changed,
when everything that follows from games is worked out anew; and the very first time. Each stands as processor time and
as time passed, the least of several: on a busy computer only the first says what a page costs. Of what-if also another
question of the same games, which is what its form asks, and the first question after a change that the worker had a
quiet moment to work ahead for.

`--ahead` first does what the worker does when it starts, so that the very first time is that of a server that has been
up for a few seconds and not that of a process that has imported nothing.

`--keep FOLDER` keeps the filled store, or uses the one that is there.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import httpx
import polars as pl
from shared import games_of, markdown

from gatecast.forecast import Forecaster
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MODEL
from gatecast.service import ClubService, open_service
from gatecast.service.models import keep_model
from gatecast.service.prefetch import work_ahead
from gatecast.train import TrainingSettings
from gatecast.web.front import build
from gatecast.web.worker_pages import PAGES as RENDERED_AHEAD

SEASONS = 10
HOST = "http://127.0.0.1:8000"
PAGES = {
    "calendar": "/",
    "calendar of another season": "/?season={before}",
    "game to come": "/games/{coming}",
    "what if, rain": "/games/{coming}/what-if?precipitation=rain",
    "game played": "/games/{played}",
    "plan": "/plan",
    "track record": "/track",
    "data": "/data",
    "settings": "/settings",
    "API description": "/api/v1/docs",
}
ANOTHER_QUESTION = "/games/{coming}/what-if?temperature_c={degrees}"
LOADED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
REPEATS = 7


def filled(service: ClubService, games: Games, as_of: dt.date, folder: Path) -> None:
    """Store results up to a day, a model trained on the seasons before, and the forecasts of each Monday."""
    results = (c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS)
    over = pl.col(c.DATE) <= as_of
    known = games.table.with_columns(pl.when(over).then(pl.col(name)).alias(name) for name in results)
    service.store.import_games(Games(known, games.custom_columns), source="the table of games")
    settings = TrainingSettings(members=1)
    forecaster = Forecaster("feedforward", settings=settings).fit(games, through=as_of.year - 1)
    forecaster.save(folder / "made")
    model = keep_model(service.store, service.folder, folder / "made")
    day = dt.date(as_of.year, 4, 1)
    while day <= as_of:
        past = games.filter(pl.col(c.DATE) <= day)
        coming = service.games().filter((pl.col(c.DATE) > day) & (pl.col(c.SEASON) == as_of.year))
        made = forecaster.forecast(past, coming, day)
        issued = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(6), dt.UTC)
        service.store.record_forecast(made.drop(MODEL, strict=False), model, issued_at=issued)
        day += dt.timedelta(days=7)


class Spent(NamedTuple):
    """Milliseconds that an answer took."""

    processor: float
    passed: float

    def __str__(self) -> str:
        """Return both, the processor's first."""
        return f"{self.processor:.{self.processor < 3:d}f} / {self.passed:.{self.passed < 3:d}f}"


def least(spent: list[Spent]) -> Spent:
    """Return the least of several, which is what other processes disturbed least."""
    return Spent(min(one.processor for one in spent), min(one.passed for one in spent))


class Visitor:
    """Asks an application without a network, as a browser that keeps its cookies."""

    def __init__(self, service: ClubService) -> None:
        transport = httpx.ASGITransport(app=build(service))
        self.client = httpx.AsyncClient(transport=transport, base_url=HOST, timeout=120)
        self.runner = asyncio.Runner()

    def get(self, path: str) -> tuple[httpx.Response, Spent]:
        """Return an answer, and the milliseconds it took."""
        began, used = time.perf_counter(), time.process_time()
        answer = self.runner.run(self.client.get(path, headers={"accept-encoding": "gzip"}))
        return answer, Spent(1000 * (time.process_time() - used), 1000 * (time.perf_counter() - began))

    def change_gate(self, game: str, gate: int) -> None:
        """Correct a gate; whoever sent a change is shown nothing older."""
        answer = self.runner.run(
            self.client.post("/api/v1/outcomes", json=[{c.GAME_ID: game, c.ATTENDANCE: gate}], headers={"origin": HOST})
        )
        assert answer.status_code == 200, answer.text


def size(answer: httpx.Response) -> int:
    """Bytes of a body as it was sent."""
    return int(answer.headers.get("content-length", len(answer.content)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("games", type=Path)
    parser.add_argument("--club", default="SFN")
    parser.add_argument("--through", type=int, default=2019)
    parser.add_argument("--keep", type=Path, help="folder of the filled store, used again if it is there")
    parser.add_argument("--ahead", action="store_true", help="work ahead first, as the worker does when it starts")
    arguments = parser.parse_args()
    last, as_of = arguments.through, dt.date(arguments.through, 7, 1)
    with tempfile.TemporaryDirectory() as text:
        folder = arguments.keep or Path(text)
        there = (folder / "made").is_dir()
        # The day after the last one known.
        with open_service(folder, today=lambda: as_of + dt.timedelta(days=1)) as service:
            if not there:
                every = games_of(arguments.games)
                seasons = pl.col(c.SEASON).is_between(last - SEASONS + 1, last)
                filled(service, every.filter((pl.col(c.HOME) == arguments.club) & seasons), as_of, folder)
            print(f"{len(service.games())} games, {service.forecasts(arguments.club).height} forecasts stored")
            header = ["page", "kB", "first, ms", "after a change, ms", "kept, ms"]
            print(markdown(header, measured(service, arguments.club, ahead=arguments.ahead)))


def paths_of(service: ClubService, club: str) -> tuple[dict[str, str], str, int]:
    """Return the path of each page, the game last played and its gate."""
    coming, past = service.upcoming(club).table, service.home_games(club).table.drop_nulls(c.ATTENDANCE)
    played, gate = past[c.GAME_ID][-1], past[c.ATTENDANCE][-1]
    names = {"coming": coming[c.GAME_ID][0], "played": played, "before": past[c.SEASON][-1] - 1}
    pages = {**PAGES, "another question": ANOTHER_QUESTION.replace("{degrees}", "{{degrees}}")}
    return {page: pattern.format(**names) for page, pattern in pages.items()}, played, gate


def measured(service: ClubService, club: str, *, ahead: bool = False) -> list[list[object]]:
    """Return a row for each page; `ahead` renders pages and works ahead before the first."""
    rows: list[list[object]] = []
    paths, played, gate = paths_of(service, club)
    visitor = Visitor(service)
    if ahead:
        for path in RENDERED_AHEAD:
            visitor.get(path)
        work_ahead(service)
    # Before anything changes: after that, what was worked ahead holds no more.
    firsts = {page: visitor.get(paths[page]) for page in PAGES}
    for page, (answer, first) in firsts.items():
        assert answer.status_code == 200, (paths[page], answer.status_code)
        kept = [visitor.get(paths[page])[1] for _ in range(REPEATS)]
        changed = []
        for _ in range(REPEATS):
            gate += 1
            visitor.change_gate(played, gate)
            changed.append(visitor.get(paths[page])[1])
        loaded = {each.replace("&amp;", "&") for each in LOADED.findall(answer.text)}
        whole = size(answer) + sum(size(visitor.get(each)[0]) for each in loaded)
        rows.append([page, f"{whole / 1000:.0f}", first, least(changed), least(kept)])
        print(*rows[-1], flush=True)
    question = paths["another question"]
    print(f"what if, another question of the same games: {questions(visitor, question)} ms")

    def change_and_work_ahead(turn: int) -> None:
        visitor.change_gate(played, gate - turn)
        work_ahead(service)

    worked_ahead = questions(visitor, question, change_and_work_ahead)
    print(f"what if, the first question after a change, worked ahead for: {worked_ahead} ms", flush=True)
    return rows


def questions(visitor: Visitor, question: str, before: Callable[[int], object] = lambda turn: None) -> Spent:
    """Milliseconds of a question of what-if that was not asked before, the least of several."""
    asked = []
    for turn in range(1 + REPEATS):
        before(turn)
        asked.append(visitor.get(question.format(degrees=20 + turn))[1])
    return least(asked[1:])


if __name__ == "__main__":
    main()
