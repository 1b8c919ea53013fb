"""Two versions of gatecast on the same games: a backtest byte by byte, processor time of a training and of a season.

    python benchmarks/versions.py backtest runs/games.parquet --source ../gatecast-before/src --source src
    python benchmarks/versions.py train runs/games.parquet --source ../gatecast-before/src --source src --runs 3
    python benchmarks/versions.py season runs/games.parquet --source ../gatecast-before/src --source src \
        --peer ../shared/peers/lightgbm_peer.py --data ../shared/data/retrosheet

`backtest` forecasts one season at four leads with each version, on one thread, so that nothing depends on how threads
share the work. It ends with an error unless all files are the same. `train` trains the default network on all games,
the versions in turn; `season` trains for one season and forecasts it at four leads, and so does the peer's script.
`--source` is a folder to take gatecast from.
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
from collections.abc import Callable
from pathlib import Path
from statistics import median

from shared import markdown

Spent = tuple[float, float]
LEADS = "1,7,30,preseason"
ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("backtest", "train", "season"))
    parser.add_argument("games", type=Path, help="games table")
    parser.add_argument("--source", type=Path, action="append", required=True, help="folder to take gatecast from")
    parser.add_argument("--season", default="2018", help="that the backtest forecasts")
    parser.add_argument("--network", default="transformer")
    parser.add_argument("--runs", type=int, default=1, help="runs of each version")
    parser.add_argument("--peer", type=Path, help="script of a peer to run in turn, for `season`")
    parser.add_argument("--data", type=Path, help="folder that the peer reads")
    given = parser.parse_args()
    games, sources = given.games.resolve(), [source.resolve() for source in given.source]
    with tempfile.TemporaryDirectory() as scratch:
        if given.what == "backtest":
            compare(games, sources, Path(scratch), given.season, given.network)
            return
        runs: dict[str, Callable[[Path], Spent]] = {}
        train, season = ["train", str(games), "--network", given.network], of_season(games, given.season, given.network)
        command, ending = (train, "") if given.what == "train" else (season, ".parquet")
        for source in sources:
            runs[str(source)] = into(source, command, ending)
        if given.peer:
            peer = [str(given.peer), "--data", str(given.data), "--seasons", given.season, "--leads", *LEADS.split(",")]
            runs[given.peer.name] = lambda out: spent([*peer, "--out", f"{out}.parquet"], dict(os.environ))
        timed(runs, Path(scratch), given.runs)


def compare(games: Path, sources: list[Path], scratch: Path, season: str, network: str) -> None:
    """Print a digest of each version's forecasts; end with an error if they differ."""
    rows: list[list[object]] = []
    for i, source in enumerate(sources):
        out = scratch / f"{i}.parquet"
        seconds = run(source, [*of_season(games, season, network), "--out", str(out)], one_thread=True)[0]
        rows.append([source, f"{seconds:,.0f}", hashlib.sha256(out.read_bytes()).hexdigest()])
    print(markdown(["version", "processor s", "SHA-256 of the forecasts"], rows))
    if len({row[-1] for row in rows}) > 1:
        sys.exit("the forecasts differ")


def into(source: Path, command: list[str], ending: str) -> Callable[[Path], Spent]:
    """Return a command of one version as a function of where it writes."""
    return lambda out: run(source, [*command, "--out", f"{out}{ending}"])


def of_season(games: Path, season: str, network: str) -> list[str]:
    """Return the arguments of a backtest of one season at four leads."""
    return ["backtest", str(games), "--seasons", season, "--leads", LEADS, "--network", network, "--no-baselines"]


def timed(runs: dict[str, Callable[[Path], Spent]], scratch: Path, turns: int) -> None:
    """Print processor and wall seconds of each, the median of some runs in turn."""
    taken: dict[str, list[Spent]] = {name: [] for name in runs}
    for turn in range(turns):
        for i, (name, once) in enumerate(runs.items()):
            taken[name].append(once(scratch / f"{turn}-{i}"))
            print(f"run {turn + 1}, {name}: {taken[name][-1][0]:,.0f} s", file=sys.stderr, flush=True)
    figures = {name: [median(column) for column in zip(*each, strict=True)] for name, each in taken.items()}
    first = next(iter(figures.values()))[0]
    rows = [[name, *(f"{s:,.0f}" for s in each), f"{each[0] / first:.2f}"] for name, each in figures.items()]
    print(markdown(["what", "processor s", "wall s", "processor, of the first"], rows))


def run(source: Path, arguments: list[str], *, one_thread: bool = False) -> Spent:
    """Run a command of one version; return what it took."""
    environment = {**os.environ, **(ONE_THREAD if one_thread else {}), "PYTHONPATH": str(source)}
    return spent(["-m", "gatecast.cli.main", *arguments], environment)


def spent(arguments: list[str], environment: dict[str, str]) -> Spent:
    """Run Python; return the seconds of the processor and of the wall clock that it took."""
    used, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr.strip()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return seconds, time.perf_counter() - begun


if __name__ == "__main__":
    main()
