"""Two versions of gatecast on the same games: forecasts of a backtest, byte by byte, and processor time of a training.

    python benchmarks/versions.py backtest runs/games.parquet --source ../gatecast-before/src --source src
    python benchmarks/versions.py train runs/games.parquet --source ../gatecast-before/src --source src --runs 3

`backtest` forecasts one season at four leads with each version, on one thread, so that nothing depends on how threads
share the work. It ends with an error unless all files are the same. `train` trains the default network on all games,
the versions in turn. `--source` is a folder to take gatecast from.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from shared import markdown

LEADS = "1,7,30,preseason"
ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("backtest", "train"))
    parser.add_argument("games", type=Path, help="games table")
    parser.add_argument("--source", type=Path, action="append", required=True, help="folder to take gatecast from")
    parser.add_argument("--season", default="2018", help="that the backtest forecasts")
    parser.add_argument("--network", default="transformer")
    parser.add_argument("--runs", type=int, default=1, help="trainings of each version")
    given = parser.parse_args()
    games, sources = given.games.resolve(), [source.resolve() for source in given.source]
    with tempfile.TemporaryDirectory() as scratch:
        if given.what == "backtest":
            compare(games, sources, Path(scratch), given.season, given.network)
        else:
            timed(games, sources, Path(scratch), given.network, given.runs)


def compare(games: Path, sources: list[Path], scratch: Path, season: str, network: str) -> None:
    """Print a digest of each version's forecasts; end with an error if they differ."""
    rows: list[list[object]] = []
    for i, source in enumerate(sources):
        out = scratch / f"{i}.parquet"
        options = ["--seasons", season, "--leads", LEADS, "--network", network, "--no-baselines", "--out", str(out)]
        seconds = run(source, ["backtest", str(games), *options], one_thread=True)[0]
        rows.append([source, f"{seconds:,.0f}", hashlib.sha256(out.read_bytes()).hexdigest()])
    print(markdown(["version", "processor s", "SHA-256 of the forecasts"], rows))
    if len({row[-1] for row in rows}) > 1:
        sys.exit("the forecasts differ")


def timed(games: Path, sources: list[Path], scratch: Path, network: str, runs: int) -> None:
    """Print processor and wall seconds of training, the median of some runs in turn."""
    spent: dict[Path, list[tuple[float, float]]] = {source: [] for source in sources}
    for turn in range(runs):
        for i, source in enumerate(sources):
            model = scratch / f"{turn}-{i}"
            spent[source].append(run(source, ["train", str(games), "--network", network, "--out", str(model)]))
            print(f"run {turn + 1}, {source}: {spent[source][-1][0]:,.0f} s", file=sys.stderr, flush=True)
    figures = {source: [median(column) for column in zip(*each, strict=True)] for source, each in spent.items()}
    first = figures[sources[0]][0]
    rows = [[source, *(f"{s:,.0f}" for s in each), f"{each[0] / first:.2f}"] for source, each in figures.items()]
    print(markdown(["version", "processor s", "wall s", "processor, of the first"], rows))


def run(source: Path, arguments: list[str], *, one_thread: bool = False) -> tuple[float, float]:
    """Run a command of one version; return the seconds of the processor and of the wall clock that it took."""
    environment = {**os.environ, **(ONE_THREAD if one_thread else {}), "PYTHONPATH": str(source)}
    command = [sys.executable, "-m", "gatecast.cli.main", *arguments]
    used, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{source}: {done.stderr.strip()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return spent, time.perf_counter() - begun


if __name__ == "__main__":
    main()
