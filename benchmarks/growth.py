"""How time and memory of each step grow with the number of games, from one league to thousands of venues.

    python benchmarks/growth.py runs/growth --games 60000,240000,960000,3600000 --out docs/growth.json

The games are those of the sample league's simulator: leagues of eight clubs over thirty seasons, each drawn with a seed
of its own, as many leagues as make the number of games. Each step runs as the command that a user runs, in a process of
its own; its figures are added to the file as soon as it ends, and a step that stands there is not run again (`--again`
names steps to run again). The arrays of all games, which no command makes alone, are made by `--prepare`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared import markdown

SEASONS = tuple(range(1996, 2026))
LAST_WHOLE = SEASONS[-2]
AS_OF = dt.date(SEASONS[-1], 6, 30)
UPCOMING_UNTIL = dt.date(SEASONS[-1], 7, 20)
GAMES_A_LEAGUE = 17_010
"""Games of a simulated league up to `AS_OF`, about."""
STEPS = ("simulate", "collect", "prepare", "train", "backtest", "forecast", "plan")
LEADS = "7,preseason"
SHORT = ["--network", "transformer", "--members", "1", "--epochs", "5"]
"""One network and half of the usual passes: beyond 100,000 games their time is the same, whatever the table."""
AT_ONCE = 100_000
"""Games whose arrays are made at once."""
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder for the games and what is made of them")
    parser.add_argument("--games", default="60000,240000,960000,3600000", help="numbers of games")
    parser.add_argument("--out", type=Path, default=Path("docs/growth.json"), help="figures, read first if it is there")
    parser.add_argument("--steps", default=",".join(STEPS), help="steps to run")
    parser.add_argument("--again", action="store_true", help="run steps that stand in the file once more")
    parser.add_argument("--simulate", type=int, metavar="LEAGUES", help="only simulate games in the folder")
    parser.add_argument("--prepare", action="store_true", help="only make the arrays of the games in the folder")
    given = parser.parse_args()
    if given.simulate:
        simulate(given.folder, given.simulate)
    elif given.prepare:
        prepare(given.folder)
    else:
        sizes = [int(size) for size in given.games.split(",")]
        measure(given.folder, sizes, given.steps.split(","), given.out, again=given.again)


def measure(folder: Path, sizes: list[int], steps: list[str], out: Path, *, again: bool) -> None:
    """Run every step for every size, add its figures to the file, and print them all."""
    figures: list[Figures] = json.loads(out.read_text()) if out.is_file() else []
    for size in sizes:
        leagues = max(round(size / GAMES_A_LEAGUE), 1)
        place = folder / str(size)
        place.mkdir(parents=True, exist_ok=True)
        for step, command in commands(place, leagues):
            key = {"asked": size, "step": step}
            known = [each for each in figures if key.items() <= each.items()]
            if step not in steps or (known and not again):
                continue
            found = {**key, **run(command), **counted(place, step)}
            figures = [each for each in figures if each not in known] + [found]
            out.write_text(json.dumps(figures, indent=1) + "\n")
            print(json.dumps(found), file=sys.stderr, flush=True)
    print(markdown(["step", "games", "wall s", "processor s", "peak MB"], [row_of(each) for each in figures]))


def commands(place: Path, leagues: int) -> Iterator[tuple[str, list[str]]]:
    """Yield each step and the command that runs it, in order."""
    table, upcoming, model = (str(place / name) for name in ("games.parquet", "upcoming.parquet", "model"))
    forecast, operations = str(place / "forecast.parquet"), str(place / "operations.toml")
    itself = [sys.executable, __file__, str(place)]
    gatecast = [sys.executable, "-m", "gatecast.cli.main"]
    yield "simulate", [*itself, "--simulate", str(leagues)]
    yield "collect", [*gatecast, "collect", "file", str(place / "export.parquet"), "--out", table]
    yield "prepare", [*itself, "--prepare"]
    yield "train", [*gatecast, "train", table, "--through", str(LAST_WHOLE), "--out", model, *SHORT]
    season = ["--seasons", str(LAST_WHOLE), "--leads", LEADS, *SHORT]
    out = str(place / "backtest.parquet")
    yield "backtest", [*gatecast, "backtest", table, *season, "--no-baselines", "--out", out]
    given = ["--upcoming", upcoming, "--as-of", str(AS_OF), "--model", model]
    yield "forecast", [*gatecast, "forecast", table, *given, "--out", forecast]
    made = str(place / "plan.parquet")
    yield "plan", [*gatecast, "plan", forecast, "--operations", operations, "--out", made]


def run(command: list[str]) -> Figures:
    """Run a command to its end; return its seconds of the clock and of the processor, and its peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ))
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    return {
        "wall_s": round(time.perf_counter() - began, 1),
        "processor_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
    }


def counted(place: Path, step: str) -> Figures:
    """Return how many games there are in all, and how many a step forecast or planned."""
    import polars as pl

    names = {"collect": "games", "train": "games", "prepare": "games"}
    rows = {
        "games": pl.scan_parquet(place / "export.parquet").select(pl.len()).collect().item(),
        "rows": pl.scan_parquet(place / f"{names.get(step, step)}.parquet").select(pl.len()).collect().item()
        if step != "simulate"
        else 0,
    }
    found: Figures = {name: count for name, count in rows.items() if count}
    return {**found, "wape": wape(place)} if step == "backtest" else found


def wape(place: Path) -> float:
    """Return the mean error of medians a week ahead, in percent of the attendance."""
    import polars as pl

    forecasts = pl.scan_parquet(place / "backtest.parquet").filter(pl.col("lead") == "7")
    both = forecasts.join(pl.scan_parquet(place / "games.parquet"), on="game_id")
    missed, attended = (pl.col("q50") - pl.col("attendance")).abs().sum(), pl.col("attendance").sum()
    percent: float = both.select(100 * missed / attended).collect().item()
    return round(percent, 2)


def row_of(figures: Figures) -> list[object]:
    return [
        figures["step"],
        f"{figures['games']:,}",
        f"{figures['wall_s']:,.0f}",
        f"{figures['processor_s']:,.0f}",
        f"{figures['peak_mb']:,}",
    ]


def simulate(place: Path, leagues: int) -> None:
    """Write games played, as a league might export them, and games to come, league by league."""
    import pyarrow.parquet as pq

    from gatecast.plan.operations.toml import write_default_operations

    writers: dict[str, pq.ParquetWriter] = {}
    for league in range(leagues):
        for name, table in zip(("export", "upcoming"), games_of(league), strict=True):
            arrow = table.to_arrow()
            if name not in writers:
                writers[name] = pq.ParquetWriter(place / f"{name}.parquet", arrow.schema)
            writers[name].write_table(arrow)
    for writer in writers.values():
        writer.close()
    write_default_operations(place / "operations.toml")


def games_of(league: int) -> tuple[Any, Any]:
    """Return the games played and to come of one simulated league, its clubs named apart from those of the others."""
    import numpy as np
    import polars as pl

    from gatecast.collect.sample.league import simulated_games
    from gatecast.games import columns as c

    games = simulated_games(league, SEASONS, AS_OF)
    # Ballparks of all sizes, each league's by a factor of its own.
    larger = float(np.random.default_rng(league).uniform(0.5, 5.0))
    names = [c.VENUE, c.HOME, c.VISITOR, c.HOME_LEAGUE, c.VISITOR_LEAGUE, c.HOME_STARTER, c.VISITOR_STARTER]
    games = games.with_columns(
        *(pl.format("{} {}", name, pl.lit(league)).alias(name) for name in names),
        *((pl.col(name) * larger).round().cast(pl.Int64).alias(name) for name in (c.CAPACITY, c.ATTENDANCE, c.SCANNED)),
        pl.format("{}-{}", pl.lit(league), c.GAME_ID).alias(c.GAME_ID),
    ).drop(c.SCANNED)
    to_come = (pl.col(c.DATE) > AS_OF) & (pl.col(c.DATE) <= UPCOMING_UNTIL)
    unknown = [c.ATTENDANCE, c.HOME_RUNS, c.VISITOR_RUNS, c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION]
    return games.filter(pl.col(c.DATE) <= AS_OF), games.filter(to_come).drop(unknown)


def prepare(place: Path) -> None:
    """Make the arrays of every game at every training lead, some at a time."""
    import numpy as np

    from gatecast.collect import read_games
    from gatecast.games import cutoff_days
    from gatecast.prepare import Preparation
    from gatecast.train.samples import training_leads

    games = read_games(place / "games.parquet")
    preparation = Preparation(games)
    for lead in training_leads(games):
        cutoffs = cutoff_days(games, lead)
        for begin in range(0, len(games), AT_ONCE):
            rows = np.arange(begin, min(begin + AT_ONCE, len(games)))
            preparation.at(cutoffs[rows], rows)


if __name__ == "__main__":
    main()
