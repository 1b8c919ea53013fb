"""Seasons and venues on a Ray cluster of two nodes on this machine, beside one process: bytes, time and memory.

    python benchmarks/cluster.py backtest games.parquet    # six seasons; then again, with a node killed in the middle
    python benchmarks/cluster.py venues --venues 2000      # forecast and planned, with 4 GB a node

Each run is a process of its own and waits for nothing but its own work. Figures go to docs/cluster.json.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from shared import add_games, games_of, markdown

RESULTS = Path(__file__).parents[1] / "docs" / "cluster.json"
TICKS = os.sysconf("SC_CLK_TCK")
NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 1 << 30, "memory": 3 << 30}
SEASONS, BEFORE = 6, 5
LEADS: Sequence[int | str] = [1, 7, 30, "preseason"]
LEAGUE_CLUBS = 8
AS_OF = dt.date(2025, 5, 20)
LAST_DAY = dt.date(2025, 6, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    of_seasons = commands.add_parser("backtest")
    add_games(of_seasons)
    of_seasons.add_argument("--clubs", type=int, default=6, help="home clubs taken, those with the most games")
    of_seasons.add_argument("--network", default="transformer")
    of_venues = commands.add_parser("venues")
    of_venues.add_argument("--venues", type=int, default=2000)
    for command in (of_seasons, of_venues):
        command.add_argument("--run", choices=("one process", "cluster", "node lost"), help=argparse.SUPPRESS)
        command.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        {"backtest": run_backtest, "venues": run_venues}[arguments.command](arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        measured = {"backtest": compare_backtests, "venues": compare_venues}[arguments.command](Path(folder))
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    options = {name: value for name, value in vars(arguments).items() if name in ("clubs", "network", "venues")}
    kept[arguments.command] = {"machine": machine(), **options, **measured}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    rows = [[name, *(f"{value:,}" for value in run.values())] for name, run in measured["runs"].items()]
    print(markdown(["run", *next(iter(measured["runs"].values()))], rows))
    print({name: value for name, value in measured.items() if name != "runs"})


def machine() -> dict[str, Any]:
    import ray

    memory = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1]) // 1024
    told = Path("/proc/cpuinfo").read_text(encoding="ascii")
    name = next((line.split(":")[1].strip() for line in told.splitlines() if line.startswith("model name")), "")
    return {
        "cores": os.cpu_count(), "processor": name, "memory_mb": memory,
        "python": platform.python_version(), "ray": ray.__version__,
    }  # fmt: skip


def again(folder: Path, run: str) -> dict[str, Any]:
    """Run this command again as a process of its own, and return what it measured."""
    subprocess.run([sys.executable, *sys.argv, "--run", run, "--folder", str(folder)], check=True)
    told: dict[str, Any] = json.loads((folder / f"{run}.json").read_text(encoding="utf-8"))
    return told


@contextmanager
def two_nodes() -> Iterator[Any]:
    """Give a cluster of two nodes, which this process has joined."""
    # By default tasks give way to everything else on the machine, which one process does not.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    second = cluster.add_node(**NODE)
    cluster.second = second
    try:
        yield cluster
    finally:
        cluster.shutdown()


# Backtest ------------------------------------------------------------------------------------------------------------


def compare_backtests(folder: Path) -> dict[str, Any]:
    """Compare six seasons in one process, on two nodes, and on two nodes of which one is killed."""
    runs = {run: again(folder, run) for run in ("one process", "cluster", "node lost")}
    files = {run: (folder / f"{run}.parquet").read_bytes() for run in runs}
    lost = runs["node lost"].pop("tasks")
    return {
        "seasons": SEASONS,
        "games": runs["one process"].pop("games"),
        "forecasts": runs["one process"].pop("forecasts"),
        "same_bytes": len(set(files.values())) == 1,
        "processor_overhead": round(runs["cluster"]["processor_s"] / runs["one process"]["processor_s"] - 1, 3),
        "times_begun": runs["cluster"].pop("tasks")["begun"],
        "times_begun_with_a_node_lost": lost["begun"],
        "done_when_it_was_lost": lost["done"],
        "runs": runs,
    }


def run_backtest(arguments: argparse.Namespace) -> None:
    import gatecast
    from gatecast.cluster import RayEngine, engine
    from gatecast.games import Games
    from gatecast.games import columns as c
    from gatecast.tasks import HERE

    games = games_of(arguments.games)
    table = games.table.filter(pl.col(c.ATTENDANCE) > 0)
    clubs = table.group_by(c.HOME).len().sort("len", c.HOME, descending=True)[c.HOME].head(arguments.clubs)
    seasons = sorted(table[c.SEASON].drop_nulls().unique().to_list())[-SEASONS - BEFORE :]
    wanted = pl.col(c.HOME).is_in(clubs.implode()) & pl.col(c.SEASON).is_in(seasons)
    games = Games(games.table.filter(wanted), games.custom_columns, games.league)
    forecaster = gatecast.Forecaster(arguments.network)
    begin, before = time.perf_counter(), processor_seconds()
    facts: dict[str, Any] = {"games": len(games)}
    if arguments.run == "one process":
        forecasts = gatecast.backtest(games, seasons[-SEASONS:], LEADS, forecaster, engine=HERE)
        facts |= {"forecasts": forecasts.height}
        seconds, processor = time.perf_counter() - begin, processor_seconds()
    else:
        with two_nodes() as cluster, engine(cluster.address) as where:
            assert isinstance(where, RayEngine)
            begin, before = time.perf_counter(), processor_seconds()
            killer = Killer(cluster, wanted=arguments.run == "node lost")
            forecasts = gatecast.backtest(
                games, seasons[-SEASONS:], LEADS, forecaster, progress=killer.told, engine=where
            )
            seconds, processor = time.perf_counter() - begin, processor_seconds()
            facts = {"tasks": {"begun": [where.begun[i] for i in range(SEASONS)], "done": killer.done}}
    forecasts.write_parquet(arguments.folder / f"{arguments.run}.parquet")
    write(arguments, {"wall_s": round(seconds, 1), "processor_s": round(processor - before, 1), **facts})


class Killer:
    """Kill the second node once two seasons are done and both nodes are at work."""

    def __init__(self, cluster: Any, *, wanted: bool) -> None:
        self.cluster, self.wanted, self.done = cluster, wanted, 0

    def told(self, what: str, done: int, total: int) -> None:
        """Show a progress, and kill when it is time."""
        print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)
        if self.wanted and done >= 2 and "2 at work" in what:
            self.wanted, self.done = False, done
            self.cluster.remove_node(self.cluster.second, allow_graceful=False)


# Venues --------------------------------------------------------------------------------------------------------------


def compare_venues(folder: Path) -> dict[str, Any]:
    """Compare forecasts and plans of many venues in one process and on two nodes."""
    facts = write_venues(folder)
    runs = {run: again(folder, run) for run in ("one process", "cluster")}
    same = {
        name: (folder / f"one process.{name}").read_bytes() == (folder / f"cluster.{name}").read_bytes()
        for name in ("forecast.parquet", "plan.parquet")
    }
    limits = {"node_memory_mb": NODE["memory"] >> 20, "node_objects_mb": NODE["object_store_memory"] >> 20}
    return {**facts, "same_bytes": all(same.values()), **limits, "runs": runs}


def write_venues(folder: Path) -> dict[str, Any]:
    """Write past and upcoming games of many venues: leagues of eight clubs, each simulated by a seed of its own."""
    from gatecast.collect import write_games
    from gatecast.collect.sample.league import simulated_games
    from gatecast.games import Games
    from gatecast.games import columns as c
    from gatecast.plan import write_default_operations

    venues = int(sys.argv[sys.argv.index("--venues") + 1]) if "--venues" in sys.argv else 2000
    named = (c.GAME_ID, c.HOME, c.VISITOR, c.VENUE)
    leagues = [
        simulated_games(seed, (2024, 2025), AS_OF)
        .filter(pl.col(c.DATE) <= LAST_DAY)
        .with_columns(pl.format("{} {}", pl.col(name), pl.lit(seed)).alias(name) for name in named)
        for seed in range(-(-venues // LEAGUE_CLUBS))
    ]
    games = Games.from_frame(pl.concat(leagues))
    past, coming = games.filter(pl.col(c.DATE) <= AS_OF), games.filter(pl.col(c.DATE) > AS_OF)
    write_games(past, folder / "games.parquet", notice="Simulated.")
    results = (c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS)
    coming.table.drop(results).write_parquet(folder / "upcoming.parquet")
    write_default_operations(folder / "operations.toml")
    return {"venues": past.table[c.VENUE].n_unique(), "past_games": len(past), "upcoming_games": len(coming)}


def run_venues(arguments: argparse.Namespace) -> None:
    if arguments.run == "one process":
        write(arguments, commands(arguments, [], None))
        return
    with two_nodes() as cluster:
        write(arguments, commands(arguments, ["--cluster", cluster.address], cluster))


def commands(arguments: argparse.Namespace, options: list[str], cluster: Any) -> dict[str, Any]:
    """Run `gatecast forecast` and `gatecast plan`, and return their time and the most memory of a process."""
    folder, run = arguments.folder, arguments.run
    forecast, plan = folder / f"{run}.forecast.parquet", folder / f"{run}.plan.parquet"
    given = ["--upcoming", folder / "upcoming.parquet", "--as-of", AS_OF, "--network", "pretrained"]
    each = {
        "forecast": ["forecast", folder / "games.parquet", *given, "--out", forecast, *options],
        "plan": ["plan", forecast, "--operations", folder / "operations.toml", "--out", plan, *options],
    }
    told: dict[str, Any] = {}
    for name, command in each.items():
        begin = time.perf_counter()
        with Memory() as memory:
            words = [sys.executable, "-m", "gatecast.cli.main", *map(str, command)]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        told |= {f"{name}_s": round(time.perf_counter() - begin, 1), f"{name}_driver_mb": memory.driver}
        told |= {f"{name}_largest_task_mb": memory.worker, f"{name}_all_tasks_mb": memory.workers}
    return told


class Memory:
    """Watch the memory of the command and of the tasks on the nodes, in MB of their own (not the shared objects)."""

    def __enter__(self) -> Memory:
        self.driver = self.worker = self.workers = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.ended.wait(0.3):
            tasks = 0
            for process in descendants(os.getpid()):
                words, own = command_of(process), own_megabytes(process)
                if "ray::run_task" in words:
                    tasks, self.worker = tasks + own, max(self.worker, own)
                elif "gatecast.cli.main" in words:
                    self.driver = max(self.driver, own)
            self.workers = max(self.workers, tasks)


# Processes -----------------------------------------------------------------------------------------------------------


def write(arguments: argparse.Namespace, facts: dict[str, Any]) -> None:
    (arguments.folder / f"{arguments.run}.json").write_text(json.dumps(facts), encoding="utf-8")


def processor_seconds() -> float:
    """Return the processor time of this process and all that it started, those of Ray included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = sum(sum(map(int, stat_of(process)[11:15])) for process in descendants(os.getpid()))
    return time.process_time() + ended.ru_utime + ended.ru_stime + running / TICKS


def descendants(process: int) -> list[int]:
    """Return the processes that one started, and those that they started."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        stat = stat_of(int(folder.name))
        if stat:
            parents.setdefault(int(stat[1]), []).append(int(folder.name))
    found, waiting = [], [process]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def stat_of(process: int) -> list[str]:
    """Return the fields of a process after its name, as Linux tells them; none if it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def own_megabytes(process: int) -> int:
    try:
        told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return int(told.split("RssAnon:")[1].split()[0]) // 1024 if "RssAnon:" in told else 0


if __name__ == "__main__":
    main()
