"""Games from what Retrosheet publishes: game logs, and gameinfo files for start times, weather and seats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from gatecast.collect.archive import TEXT_ENDINGS, open_texts
from gatecast.collect.expected_wins import with_expected_wins
from gatecast.collect.retrosheet_files import FILE, ROW, read_gameinfo, read_gamelog
from gatecast.errors import DataError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.validate import LARGEST_OVERFLOW
from gatecast.progress import Progress, silent

__all__ = ["RETROSHEET_NOTICE", "retrosheet"]

RETROSHEET_NOTICE = (
    "The information used here was obtained free of charge from and is copyrighted by Retrosheet. Interested parties "
    'may contact Retrosheet at "www.retrosheet.org".'
)
"""Whatever shows figures made from these games carries this notice."""

PUBLISHED = ("gl*.zip", "gl*.txt", "*gameinfo*.csv", "*gameinfo*.csv.gz")
ACCEPTED = "a game log (.zip, .txt), a gameinfo file (.csv, .csv.gz), or a folder of them"
EARLIEST_START, LATEST_DAY_START = dt.time(9), dt.time(21)
DAY = "day"
CLUB_LETTERS = 3


def retrosheet(paths: Iterable[str | Path] | str | Path, *, progress: Progress = silent) -> Games:
    """Read Retrosheet's game logs and gameinfo files as published, merged by game id.

    Where two files carry the same game, the later file's values stand, game logs after gameinfo files; what it leaves
    unknown is taken from the earlier one.

    Parameters
    ----------
    paths : paths
        Game logs (zip or text), gameinfo files (csv or csv.gz), or folders that hold some.
    progress : Progress
        Told of each file.

    Returns
    -------
    Games
        Regular-season games, with the wins expected of the home club in the seasons from 1997 to 2022. An attendance of
        0, blank or -1 is null: it was not published, or stands with the other game of a doubleheader.

    Raises
    ------
    DataError
        The first problem found, with file, row and column.
    """
    files = list(_files([paths] if isinstance(paths, str | Path) else paths))
    logs: list[pl.DataFrame] = []
    infos: list[pl.DataFrame] = []
    for done, path in enumerate(files):
        progress("reading Retrosheet's files", done, len(files))
        for text in open_texts(path):
            if text.ending == ".txt":
                logs.append(read_gamelog(text.raw, text.file))
            else:
                infos.append(read_gameinfo(text.raw, text.file))
    progress("reading Retrosheet's files", len(files), len(files))
    table = _merged(logs, infos).with_columns(_plausible_start(), _plausible_capacity())
    return _games(with_expected_wins(table))


def _files(paths: Iterable[str | Path]) -> Iterator[Path]:
    given = False
    for path in map(Path, paths):
        given = True
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if _is_published(file.name) and file.is_file())
            if not inside:
                raise DataError("a folder without games", f"{', '.join(PUBLISHED)} in it", file=path.name)
            yield from inside
        elif not path.exists():
            raise DataError("a path that does not exist", ACCEPTED, "check the spelling", file=path.name)
        elif path.name.lower().endswith((".zip", ".csv.gz", *TEXT_ENDINGS)):
            yield path
        else:
            raise DataError(f"ending {path.suffix!r}", ACCEPTED, file=path.name)
    if not given:
        raise DataError("no paths", ACCEPTED)


def _is_published(name: str) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in PUBLISHED)


def _merged(logs: Sequence[pl.DataFrame], infos: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Merge files to one row a game: the last value known of each column, gameinfo first and game logs after them."""
    if logs and infos:
        infos = [_as_logged(pl.concat(infos), pl.concat(logs))]
    rows = pl.concat([*infos, *logs])
    alone = pl.col(c.GAME_ID).is_unique()
    several = rows.filter(~alone).group_by(c.GAME_ID, maintain_order=True).agg(pl.all().drop_nulls().last())
    return pl.concat([rows.filter(alone), several.select(rows.columns)])


def _as_logged(info: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """Return the gameinfo rows with the ids and, for doubleheaders, the attendance of the game logs.

    A game moved to the visitor's park stands under the park's club in gameinfo and under the club that batted last in
    the game logs. The attendance of a doubleheader may stand with either game, so that filling in
    from gameinfo would count it twice.
    """
    swapped = pl.concat_str(c.VISITOR, pl.col(c.GAME_ID).str.slice(CLUB_LETTERS))
    moved = pl.concat_str(swapped, c.HOME).is_in(log.select(pl.concat_str(c.GAME_ID, c.VISITOR)).to_series().implode())
    logged = log[c.GAME_ID].implode()
    info = info.with_columns(
        pl.when(moved & ~pl.col(c.GAME_ID).is_in(logged)).then(swapped).otherwise(c.GAME_ID).alias(c.GAME_ID)
    )
    with_other = (pl.col(c.NUMBER) > 0) & pl.col(c.GAME_ID).is_in(logged)
    return info.with_columns(pl.when(~with_other).then(c.ATTENDANCE).alias(c.ATTENDANCE))


def _plausible_start() -> pl.Expr:
    """Drop start times where am and pm were confused."""
    start, day = pl.col(c.START_TIME), (pl.col(c.DAY_NIGHT) == DAY).fill_null(False)
    return pl.when(~((start < EARLIEST_START) | ((start > LATEST_DAY_START) & day))).then(start).alias(c.START_TIME)


def _plausible_capacity() -> pl.Expr:
    """Drop the seats of parks where an attendance above `LARGEST_OVERFLOW` times the figure proves it wrong.

    For all games of the park, since one figure serves all its years; a game's own attendance must not decide what is
    known before it.
    """
    overflow = (pl.col(c.ATTENDANCE) > LARGEST_OVERFLOW * pl.col(c.CAPACITY)).any().over(c.VENUE)
    return pl.when(~overflow).then(c.CAPACITY).alias(c.CAPACITY)


def _games(table: pl.DataFrame) -> Games:
    """Check and sort the games; an error names the published file and row instead of the merged table's."""
    if table.height == 0:
        raise DataError("no regular-season games", "at least one", "add a game log or a gameinfo file")
    try:
        return Games.from_frame(table, rows=range(table.height))
    except DataError as problem:
        if problem.row is None:
            raise
        raise problem.at(file=table[FILE][problem.row], row=table[ROW][problem.row]) from problem
