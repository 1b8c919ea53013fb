"""What the benchmarks share: the games they run on, the table they print, and the memory they took."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from gatecast.games import Games

__all__ = ["add_games", "games_of", "markdown", "peak_megabytes"]


def add_games(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("games", nargs="?", type=Path, help="games table; the simulated sample league if not given")


def games_of(path: Path | None) -> Games:
    """Return the games of a table, or those of the simulated sample league."""
    if path is None:
        from gatecast.collect.sample import sample_league

        return sample_league().games
    from gatecast.collect import read_games

    return read_games(path)


def markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown, its first column aligned left and the others right."""
    lines: list[Sequence[object]] = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def peak_megabytes() -> float:
    """Most memory that this process held so far, in MB, as Linux tells it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
