"""Forecasts for everyone who is not a major league: beside simple rules, beside a column of noise, and in seconds.

    python benchmarks/any_club.py table ../shared/anyclub --out runs/any_club
    python benchmarks/any_club.py noise ../shared/anyclub
    python benchmarks/any_club.py columns ../shared/anyclub
    python benchmarks/any_club.py speed

`table` runs `anyclub.py` of that folder, which gives this gatecast what six kinds of user have. `noise` takes the
tickets sold of that folder's kind E away, and puts pure noise in their place; `columns` does so where the club knows
its last 10, 20 or 40 games only, beside the usual ratio of attendance to tickets sold. `speed` takes the sample club's
last 162 games: processor seconds of `gatecast forecast` without a model, and seconds to a forecast in a process that
has begun.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from shared import markdown

import gatecast
from gatecast.files import write_table
from gatecast.forecast import Forecaster
from gatecast.games import Column, Games, Knowability, Role
from gatecast.games import columns as c
from gatecast.service import open_service
from gatecast.service.jobs import FORECAST, job_of, start

ROWS = 162
PAST_GAMES = (10, 20, 40, None)
PACE = Column("sold_7", pl.Float64, Role.NUMBER, Knowability.parse("7 days"))
HEADERS = {"date": c.DATE, "number": c.NUMBER, "home": c.HOME, "visitor": c.VISITOR, "venue": c.VENUE}


def table(shared: Path, out: Path, only: str) -> None:
    """Run the script of the folder with this installation."""
    out.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name("gatecast")
    command = [sys.executable, "anyclub.py", "--data", "data", "--cases", "shared_cases.toml", "--jobs", "1"]
    command += ["--gatecast", str(program), "--out", str((out / "results.json").resolve())]
    source = str(Path(gatecast.__file__).parents[1])
    subprocess.run(
        [*command, *(["--only", only] if only else [])],
        cwd=shared,
        env={**os.environ, "PYTHONPATH": source},
        check=True,
    )
    print((out / "results.md").read_text(encoding="utf-8"))


def noise(shared: Path) -> None:
    """Compare forecasts with the column, without it, and with noise in its place."""
    sys.path.insert(0, str(shared.resolve()))
    anyclub = importlib.import_module("anyclub")
    cases = tomllib.loads((shared / "shared_cases.toml").read_text(encoding="utf-8"))["case"]
    rows: list[tuple[str, list[float]]] = []
    for case in cases:
        for job in anyclub.jobs_of(case, shared / "data") if "tickets_sold" in case else ():
            draw = np.random.default_rng(len(rows))
            made = job["table"].assign(noise=draw.normal(50, 10, len(job["table"])))
            errors = [_error(anyclub, job, made, column) for column in ("sold_7", None, "noise")]
            rows.append((job["instance"], errors))
    mean = np.mean([errors for _, errors in rows], axis=0).tolist()
    shown = [
        [name, *(f"{error:.1f}" for error in errors), f"{errors[2] / errors[1]:.3f}"]
        for name, errors in [*rows, ("all", mean)]
    ]
    print(markdown(["club", "tickets sold", "no column", "noise", "noise / none"], shown))


def columns(shared: Path) -> None:
    """Compare forecasts from few past games with the column, without it, with noise, and by one ratio."""
    sys.path.insert(0, str(shared.resolve()))
    anyclub = importlib.import_module("anyclub")
    cases = tomllib.loads((shared / "shared_cases.toml").read_text(encoding="utf-8"))["case"]
    jobs = [job for case in cases if "tickets_sold" in case for job in anyclub.jobs_of(case, shared / "data")]
    rows: list[list[object]] = []
    for games in PAST_GAMES:
        errors = []
        for i, job in enumerate(jobs):
            made = job["table"].assign(noise=np.random.default_rng(i).normal(50, 10, len(job["table"])))
            each = [_error(anyclub, job, made, column, games) for column in (None, "sold_7", "noise")]
            errors.append([*each, _ratio_error(anyclub, job, games)])
        rows.append([games or "all", *(f"{error:.1f}" for error in np.mean(errors, axis=0))])
        print(rows[-1], file=sys.stderr, flush=True)
    print(markdown(["past games", "no column", "tickets sold", "noise", "one ratio"], rows))


def _ratio_error(anyclub: Any, job: dict[str, Any], games: int | None) -> float:
    """Return the error of the median ratio of attendance to tickets sold, in per cent of the mean attendance."""
    table, parts = job["table"], []
    for _, as_of, rows in anyclub.cut_offs(job):
        past = table[table.date <= as_of]
        past = past if games is None else past.tail(games)
        asked = table.loc[rows]
        middle = np.minimum(asked.sold_7 * (past.attendance / past.sold_7).median(), asked.capacity)
        parts.append(np.stack([np.abs(middle - asked.attendance), asked.attendance]))
    together = np.concatenate(parts, axis=1)
    return float(100 * together[0].mean() / together[1].mean())


def _error(anyclub: Any, job: dict[str, Any], made: Any, column: str | None, games: int | None = None) -> float:
    """Return the error of the middle forecast in per cent of the mean attendance, given the last games or all."""
    missed = []
    for _, as_of, rows in anyclub.cut_offs(job):
        columns = [] if column is None else [PACE]
        day = as_of.date()
        past, coming = made[made.date <= as_of], made[(made.date > as_of) & (made.season <= made.season[rows].max())]
        past = past if games is None else past.tail(games)
        known, asked = (_games(part, None if column is None else part[column], columns) for part in (past, coming))
        forecast = Forecaster.pretrained().forecast(known, asked, day)
        came, wanted = coming.attendance.to_numpy(), coming.index.isin(rows)
        missed.append(np.stack([np.abs(forecast["q50"].to_numpy() - came), came])[:, wanted])
    together = np.concatenate(missed, axis=1)
    return float(100 * together[0].mean() / together[1].mean())


def _games(part: Any, values: Any, columns: list[Column]) -> Games:
    """Return rows of the tables of `anyclub.py` as games, with a column of the club's own."""
    frame = pl.DataFrame(
        {
            **{name: part[header].to_list() for header, name in HEADERS.items()},
            c.CAPACITY: part["capacity"].to_list(),
            c.ATTENDANCE: part["attendance"].to_list(),
        }
    ).with_columns(
        pl.col(c.DATE).cast(pl.Date), pl.col(c.CAPACITY, c.ATTENDANCE, c.NUMBER).cast(pl.Int32, strict=False)
    )
    if columns:
        frame = frame.with_columns(pl.Series(PACE.name, values.to_numpy(), pl.Float64))
    return Games.from_frame(frame, columns, keep_order=True)


def speed() -> None:
    """Time a forecast from 162 rows of one club."""
    from gatecast.collect.sample import sample_league

    league = sample_league()
    own = league.games.table.filter(pl.col(c.HOME) == league.club, pl.col(c.DATE) <= league.as_of)
    kept = [name for name in own.columns if name in c.CANONICAL and own[name].null_count() < len(own)]
    past = own.tail(ROWS).select(kept)
    coming = league.upcoming.table.select([name for name in kept if name in league.upcoming.table.columns])
    with tempfile.TemporaryDirectory() as folder:
        games, asked, out = (Path(folder) / name for name in ("games.csv", "upcoming.csv", "forecast.csv"))
        write_table(past, games)
        write_table(coming.drop(c.ATTENDANCE, strict=False), asked)
        command = [sys.executable, "-m", "gatecast.cli.main", "forecast", str(games), "--upcoming", str(asked)]
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*command, "--as-of", str(league.as_of), "--out", str(out)], check=True, capture_output=True)
        after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begun
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    first = []
    for _ in range(3):
        begun = time.perf_counter()
        Forecaster.pretrained().forecast(past, coming, league.as_of)
        first.append(time.perf_counter() - begun)
    waited = _page_waits(past, coming, league.as_of)
    rows = [
        [f"gatecast forecast, {ROWS} rows, no model", f"{used:.1f}", f"{seconds:.1f}"],
        ["in a process that has begun: the first", "", f"{first[0]:.2f}"],
        ["in a process that has begun: one more", "", f"{min(first[1:]):.2f}"],
        ["the page, from the import to the end of its job", "", f"{waited:.1f}"],
    ]
    print(markdown(["forecast", "processor seconds", "seconds"], rows))


def _page_waits(past: pl.DataFrame, coming: pl.DataFrame, as_of: dt.date) -> float:
    """Return the seconds that the page waits for the first forecast of a table that was imported."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_service(Path(folder), today=lambda: as_of + dt.timedelta(days=1)) as service,
    ):
        service.store.import_games(Games.from_frame(past).extended(Games.from_frame(coming)), source="a table")
        begun = time.perf_counter()
        number = start(service, FORECAST)
        while job_of(service, number).is_open:
            time.sleep(0.05)
        seconds = time.perf_counter() - begun
        job = job_of(service, number)
        if job.state != "done":
            raise SystemExit(f"the job ended as {job.state}: {job.message}")
        return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=["table", "noise", "columns", "speed"])
    parser.add_argument("shared", type=Path, nargs="?", help="folder of anyclub.py; not needed for speed")
    parser.add_argument("--out", type=Path, default=Path("runs/any_club"))
    parser.add_argument("--only", default="", help="letters of kinds, such as A,E")
    given = parser.parse_args()
    if given.what == "speed":
        speed()
    elif given.shared is None:
        parser.error("the folder of anyclub.py is needed")
    elif given.what == "noise":
        noise(given.shared)
    elif given.what == "columns":
        columns(given.shared)
    else:
        table(given.shared, given.out, given.only)


if __name__ == "__main__":
    main()
