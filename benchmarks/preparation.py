"""How seconds and memory of the preparation grow with the number of games, each size in a process of its own.

python benchmarks/preparation.py runs/games.parquet --sizes 5000,20000,65000
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

from shared import add_games, games_of, markdown, peak_megabytes

from gatecast.evaluate.backtesting import parse_lead
from gatecast.games import Games
from gatecast.games.cutoff import Lead
from gatecast.prepare import Preparation


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--sizes", default="5000,20000,65000", help="latest games taken; at most all there are")
    parser.add_argument("--lead", type=parse_lead, default=7)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    given = [[each] * len(sizes) for each in (arguments.games, arguments.lead, arguments.runs)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes:
        rows = list(processes.map(grown, sizes, *given))
    print(f"lead {arguments.lead}; seconds are the median of {arguments.runs}, memory is the peak beyond the games'\n")
    print(markdown(["games", "tables sorted, s", "arrays at the lead, s", "microseconds a game", "memory, MB"], rows))


def grown(size: int, path: Path | None, lead: Lead, runs: int) -> list[object]:
    games = games_of(path)
    games = Games(games.table.tail(size), games.custom_columns)
    before = peak_megabytes()
    sorting, looking_up = zip(*(timed(games, lead) for _ in range(runs)), strict=True)
    both = median(sorting) + median(looking_up)
    memory = peak_megabytes() - before
    each = 1e6 * both / len(games)
    return [f"{len(games):,}", f"{median(sorting):.2f}", f"{median(looking_up):.2f}", f"{each:.0f}", f"{memory:,.0f}"]


def timed(games: Games, lead: Lead) -> tuple[float, float]:
    begin = time.perf_counter()
    preparation = Preparation(games)
    sorted_at = time.perf_counter()
    preparation.at_lead(lead)
    return sorted_at - begin, time.perf_counter() - sorted_at


if __name__ == "__main__":
    main()
