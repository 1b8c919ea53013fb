"""Output of the command line: notes and progress on stderr, tables on stdout, errors in one line."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gatecast.progress import WholeJob, time_left_words

if TYPE_CHECKING:
    from gatecast.formatting import PageTable
    from gatecast.progress import Progress

__all__ = ["INTERRUPTED", "fail", "held_notes", "note", "resumable_folder", "say", "show_table", "shown_progress"]

INTERRUPTED = 130
SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 15.0
"""Seconds between two lines of progress: when something else began, and when it is still the same."""


def note(text: str) -> None:
    """Print a note on stderr."""
    print(_printable(text), file=sys.stderr, flush=True)


def say(text: str = "") -> None:
    """Print a line of the result on stdout."""
    print(_printable(text))


def fail(text: str) -> None:
    """Print an error as one line on stderr."""
    note(f"error: {' '.join(text.split())}")


@contextmanager
def held_notes() -> Iterator[Callable[[str], None]]:
    """Give a note that is shown only if the block succeeds: an error stands alone."""
    held: list[str] = []
    yield held.append
    for text in held:
        note(text)


def show_table(table: PageTable) -> None:
    """Print a table on stdout: ruled on a terminal, in plain columns where it is piped."""
    if sys.stdout.isatty():
        _draw(table)
        return
    from rich.cells import cell_len

    if table.caption:
        say(table.caption)
    lines = [[_printable(cell) for cell in row] for row in (table.heads, *table.rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
        parts = zip(line, gaps, table.numeric, strict=True)
        say("  ".join(gap + cell if numeric else cell + gap for cell, gap, numeric in parts).rstrip())
    say()


def _draw(table: PageTable) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    console = Console(highlight=False)
    for place, (head, numeric) in enumerate(zip(table.heads, table.numeric, strict=True)):
        # A heading may take two lines where the terminal is narrow; a cell may not.
        widest = max((len(row[place]) for row in table.rows), default=0)
        side: Literal["left", "right"] = "right" if numeric else "left"
        drawn.add_column(Text(_printable(head)), justify=side, min_width=widest)
    for row in table.rows:
        drawn.add_row(*(Text(_printable(cell)) for cell in row))
    if table.caption:
        console.print(Text(_printable(table.caption), style="bold"))
    console.print(drawn)
    console.print()


@contextmanager
def shown_progress(stages: Sequence[Mapping[str, float]] = ()) -> Iterator[Progress]:
    """Give a progress that draws a bar on a terminal, and prints a line now and then elsewhere; both on stderr.

    Parameters
    ----------
    stages : sequence of mapping
        As `gatecast.progress.WholeJob` takes them: one bar, or one percentage, from the start to the end of them all,
        with the time left. Without them, each stage counts its own steps.
    """
    whole = WholeJob(stages) if stages else None
    if not sys.stderr.isatty():
        yield _Lines(whole).told
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    count = MofNCompleteColumn() if whole is None else TaskProgressColumn()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), count, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def told(what: str, done: int, total: int) -> None:
            if whole is None:
                bar.update(task, description=what, completed=done, total=total)
                return
            share = whole.told(what, done, total)
            left = time_left_words(whole.seconds_left)
            bar.update(task, description=f"{what}, {left}" if left else what, completed=share * 100, total=100)

        yield told


class _Lines:
    """Progress as lines: when something else begins, and now and then while it lasts; none for quick work."""

    def __init__(self, whole: WholeJob | None = None) -> None:
        self.what, self.at, self.whole = "", time.monotonic(), whole

    def told(self, what: str, done: int, total: int) -> None:
        share = None if self.whole is None else self.whole.told(what, done, total)
        pause = LONGEST_PAUSE if what == self.what else SHORTEST_PAUSE
        now = time.monotonic()
        if now - self.at >= pause:
            left = time_left_words(self.whole.seconds_left) if self.whole else ""
            note(f"{what}: {done} of {total}" if share is None else f"{share:.0%}, {what}{f', {left}' if left else ''}")
            self.what, self.at = what, now


@contextmanager
def resumable_folder(folder: Path) -> Iterator[Path]:
    """Give a folder that keeps the state of a long job until the job is done.

    If the job is interrupted the folder stays, and a note says how to continue.
    """
    try:
        yield folder
    except KeyboardInterrupt:
        kept = folder.is_dir() and any(folder.rglob("*.*"))
        fail("stopped; run the same command again to continue from here" if kept else "stopped; nothing was written")
        raise SystemExit(INTERRUPTED) from None
    shutil.rmtree(folder, ignore_errors=True)


def _printable(text: str) -> str:
    """Return the text without characters that move a cursor or colour a terminal."""
    return "".join(letter if letter.isprintable() or letter.isspace() else "?" for letter in text)
