"""Rows of a table that can be used, and why the others cannot."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gatecast.errors import DataError
from gatecast.games import ALWAYS, Column, Games, Role
from gatecast.games import columns as c
from gatecast.store.report import Refused

__all__ = ["MOST_REFUSED", "ROW", "screened"]

ROW = "row of the file"
"""The column that `screened` adds."""
MOST_REFUSED = 200
"""A table with more mistakes than this is refused as a whole: its columns are mapped wrongly, or it is another."""


def screened(
    frame: pl.DataFrame, custom_columns: Sequence[Column], *, file: str, rows: Sequence[int]
) -> tuple[pl.DataFrame, list[Refused]]:
    """Complete and check games as `Games.from_frame` does, leaving out the rows that it refuses.

    A cell that cannot be used is told, then emptied, so that the next mistake of its row is found as well; a row that
    is refused for a cell already empty, or for its game id, is taken out. So ids and numbers of doubleheaders are
    those that they would have been with the row in its place.

    Parameters
    ----------
    frame : polars.DataFrame
        Canonical columns under their names (any may be missing), and the custom_columns.
    custom_columns : sequence of Column
    file : str
        Name for messages.
    rows : sequence of int
        The row of `file` each row stands in.

    Returns
    -------
    table : polars.DataFrame
        The rows that can be used, every column present and typed, and `ROW`; in order of play.
    refused : list of Refused
        In order of rows.

    Raises
    ------
    DataError
        A table that cannot be used as a whole, or more than `MOST_REFUSED` mistakes.
    """
    marker = Column(ROW, pl.Int64, Role.NUMBER, ALWAYS)
    left = frame.with_columns(pl.Series(ROW, rows, pl.Int64))
    refused = _unprintable(left)
    left = left.filter(~pl.col(ROW).is_in([each.row for each in refused]))
    emptied: set[tuple[int | None, str]] = set()
    while left.height:
        try:
            table = Games.from_frame(left, (*custom_columns, marker), file=file, rows=left[ROW].to_list()).table
            break
        except DataError as error:
            if error.row is None:
                raise
            cell = (error.row, error.column)
            if cell not in emptied:
                refused.append(Refused.of(error))
            if len(refused) > MOST_REFUSED:
                raise _too_many(refused, file) from None
            left = _without(left, cell, drop=cell in emptied or error.column == c.GAME_ID)
            emptied.add(cell)
    else:
        table = pl.DataFrame(
            schema={each.name: each.dtype for each in (*c.CANONICAL.values(), *custom_columns, marker)}
        )
    return table.filter(~pl.col(ROW).is_in([each.row for each in refused])), sorted(refused, key=_place)


def _too_many(refused: list[Refused], file: str) -> DataError:
    remedy = f"mend the table or its mapping; the first: {min(refused, key=_place)}"
    return DataError(f"more than {MOST_REFUSED} mistakes", "a table of games", remedy, file=file)


def _without(left: pl.DataFrame, cell: tuple[int | None, str], *, drop: bool) -> pl.DataFrame:
    row, column = cell
    if drop or column not in left.columns:
        return left.filter(pl.col(ROW) != row)
    return left.with_columns(pl.when(pl.col(ROW) != row).then(pl.col(column)).alias(column))


def _unprintable(frame: pl.DataFrame) -> list[Refused]:
    """Text with a NUL, which PostgreSQL cannot keep."""
    broken = frame.select(pl.col(pl.String).str.contains("\x00", literal=True).any())
    names = [name for name in broken.columns if broken[name].item()] if broken.width else []
    return [
        Refused(row, name, "a cell with the character NUL", "text", "take it out")
        for name in names
        for row in frame.filter(pl.col(name).str.contains("\x00", literal=True))[ROW]
    ]


def _place(each: Refused) -> tuple[int, str]:
    return each.row or 0, each.column
