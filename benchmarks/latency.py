"""Seconds, and memory, to forecast one club's 81 home games with a saved model: as a whole process, and warm.

    python benchmarks/latency.py runs/games.parquet --model model
    python benchmarks/latency.py runs/games.parquet --runs 5 --beside ../gatecast-before/src

Without a model, one is trained for a moment: how good it is makes no difference here. `--beside` takes the source of
another version, which reads the same model, and runs both in turn. Both have their modules compiled, as an installed
package has, from a run that is not counted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
from shared import add_games, games_of, markdown

from gatecast.collect.write import write_games
from gatecast.files import write_table
from gatecast.forecast import Forecaster
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.networks import NETWORKS
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings
from gatecast.train.model import TrainedModel
from gatecast.train.samples import training_games

GAMES_TO_COME = 81
GAMES_TRAINED_ON = 2000
COMMAND = """
import sys
from gatecast.cli.main import main
try:
    main()
finally:
    with open("/proc/self/status", encoding="ascii") as status:
        print(int(status.read().split("VmHWM:")[1].split()[0]) / 1024, file=sys.stderr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--model", type=Path, help="folder of a saved model")
    parser.add_argument("--network", choices=NETWORKS, default=TrainingSettings().network, help="where none is given")
    parser.add_argument("--members", type=int, default=TrainingSettings().members, help="likewise")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--beside", type=Path, help="source folder of another version to time in turn")
    arguments = parser.parse_args()
    past, coming, day = split(games_of(arguments.games))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        model = arguments.model or briefly_trained(past, arguments.network, arguments.members, folder / "model")
        sources = [None, arguments.beside] if arguments.beside else [None]
        command = written(past, coming, day, model, folder)
        taken = [[whole_process(command, each, folder) for each in sources] for _ in range(arguments.runs + 1)][1:]
        warm = warm_seconds(Forecaster.load(model), past, coming, day, arguments.runs)
    print(f"{len(past):,} past games, {len(coming)} to come; median of {arguments.runs}\n")
    rows: list[list[object]] = []
    for i, source in enumerate(sources):
        wall, processor, memory = (median(run[i][figure] for run in taken) for figure in range(3))
        of = f" with {source}" if source else ""
        rows.append([f"whole process{of}", f"{wall:.2f} s, processor {processor:.2f} s, peak memory {memory:,.0f} MB"])
    rows += [[f"warm: {what}", f"{1000 * taken:,.0f} ms"] for what, taken in warm.items()]
    print(markdown(["what", "taken"], rows))


def split(games: Games) -> tuple[Games, Games, dt.date]:
    """Past games, one club's games to come, and the last day known: the eve of the latest season."""
    table = games.table
    latest = table.filter(pl.col(c.SEASON) == table[c.SEASON].max())
    first = latest[c.DATE].min()
    assert isinstance(first, dt.date)
    day = first - dt.timedelta(days=1)
    club = latest[c.HOME].value_counts().sort("count", c.HOME)[c.HOME][-1]
    theirs = latest.filter(pl.col(c.HOME) == club)[c.GAME_ID].head(GAMES_TO_COME)
    unknown = pl.lit(None).alias(c.ATTENDANCE)
    coming = Games.from_frame(
        table.filter(pl.col(c.GAME_ID).is_in(theirs.implode())).with_columns(unknown), games.custom_columns
    )
    return games.filter(pl.col(c.DATE) <= day), coming, day


def briefly_trained(past: Games, network: str, members: int, folder: Path) -> Path:
    forecaster = Forecaster(network, settings=TrainingSettings(members=members, epochs=1))
    forecaster.fit_rows(Preparation(past), training_games(past)[-GAMES_TRAINED_ON:]).save(folder)
    return folder


def written(past: Games, coming: Games, day: dt.date, model: Path, folder: Path) -> list[str]:
    """Write the tables; return the command that forecasts them."""
    games, upcoming, out = (folder / name for name in ("games.parquet", "upcoming.csv", "forecast.csv"))
    write_games(past, games)
    write_table(
        coming.table.drop([name for name in coming.table.columns if coming.table[name].is_null().all()]), upcoming
    )
    files = ["--upcoming", str(upcoming), "--model", str(model.resolve()), "--out", str(out)]
    return [sys.executable, "-c", COMMAND, "forecast", str(games), "--as-of", str(day), *files]


def whole_process(command: list[str], source: Path | None, scratch: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processor, and peak memory in MB; of this version where `source` is none."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(scratch / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if source:
        environment["PYTHONPATH"] = str(source.resolve())
    begin, before = time.perf_counter(), processor_seconds()
    told = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent, env=environment
    ).stderr
    return time.perf_counter() - begin, processor_seconds() - before, float(told.split()[-1])


def processor_seconds() -> float:
    """Of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def warm_seconds(forecaster: Forecaster, past: Games, coming: Games, day: dt.date, runs: int) -> dict[str, float]:
    """Median seconds of the whole forecast and of its parts, after one that is left out."""
    everything = past.extended(coming)
    preparation = Preparation(everything, weather_as_observed=False)
    cutoffs = np.full(len(everything), everything.days[-len(coming) :].min() - 1, np.int32)
    rows = np.arange(len(everything) - len(coming), len(everything))
    arrays = preparation.at(cutoffs[rows], rows)
    parts: dict[str, Callable[[], object]] = {
        "forecast, all of it": lambda: forecaster.forecast(past, coming, day),
        "of it, tables sorted": lambda: Preparation(everything, weather_as_observed=False),
        "of it, arrays at the cutoff": lambda: preparation.at(cutoffs[rows], rows),
    }
    model = forecaster.model
    if isinstance(model, TrainedModel):
        parts["of it, the networks"] = lambda: model.parameters(arrays)
    return {what: median([seconds(part) for _ in range(runs + 1)][1:]) for what, part in parts.items()}


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
