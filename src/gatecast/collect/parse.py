"""Cells of a file as typed values of one column of games."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from gatecast.collect.cells import Cells
from gatecast.collect.dates import parse_dates
from gatecast.collect.labels import parse_category, parse_labels, parse_yes_no
from gatecast.collect.numbers import parse_numbers
from gatecast.collect.times import parse_times
from gatecast.games.columns import Column, Role

__all__ = ["is_yes_no", "parse", "translated"]


def parse(cells: Cells, column: Column, unit: str = "") -> pl.Series:
    """Read the cells of one column.

    Parameters
    ----------
    cells : Cells
    column : Column
        What the cells are to be.
    unit : str
        The unit of the file, as in `numbers.UNITS`; the column's own if empty.

    Returns
    -------
    polars.Series of the column's type, shape (rows,)

    Raises
    ------
    DataError
        The first cell that cannot be read so, with its row.
    """
    if column.dtype is pl.Date:
        return parse_dates(cells)
    if column.dtype is pl.Time:
        return parse_times(cells)
    if column.role is Role.LABELS:
        return parse_labels(cells)
    if column.dtype is pl.String:
        return parse_category(cells, column)
    if is_yes_no(column):
        return parse_yes_no(cells)
    return parse_numbers(cells, column, unit)


def is_yes_no(column: Column) -> bool:
    """Whether a column is declared as yes or no."""
    return column.dtype is pl.Int8 and (column.low, column.high) == (0.0, 1.0)


def translated(cells: Cells, words: Mapping[str, str]) -> Cells:
    """The cells with each text of `words` replaced, whatever its capitals; unchanged where there are none."""
    if not words:
        return cells
    small = {word.strip().lower(): meaning for word, meaning in words.items()}
    text = cells.text().str.strip_chars()
    meant = text.str.to_lowercase().replace_strict(small, default=None, return_dtype=pl.String)
    both = meant.fill_null(text)
    return cells.having(both.set(both == "", None))
