"""The forecast table: what a plan reads, checked row by row."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl

from gatecast.errors import DataError
from gatecast.evaluate.quantiles import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.games import columns as c

__all__ = ["CONTEXT", "checked_forecast", "read_forecast"]

CONTEXT: dict[str, type[pl.DataType]] = {
    name: c.CANONICAL[name].dtype for name in (c.DATE, c.START_TIME, c.HOME, c.VISITOR, c.VENUE, c.SEASON, c.CAPACITY)
}
"""Columns that say which game it is; any may be missing."""

REQUIRED = (c.GAME_ID, MEAN, *QUANTILE_COLUMNS)
ROUNDING = 1e-6
REMEDY = "give the file that gatecast forecast wrote"


def read_forecast(path: str | Path) -> pl.DataFrame:
    """Read a forecast table from CSV, XLSX or Parquet and check it.

    Parameters
    ----------
    path : path
        A file with game_id, mean and the quantiles q05 to q95 of tickets sold; lead, as_of, p_sellout and the
        columns of `CONTEXT` are kept where they stand.

    Returns
    -------
    polars.DataFrame
        As `checked_forecast` returns it.

    Raises
    ------
    DataError
        The first problem found, with file, row and column.
    """
    from gatecast.collect import read_table

    raw = read_table(path)
    frame = raw.frame
    if raw.decimal_comma:
        numbers = [name for name in (MEAN, *QUANTILE_COLUMNS, P_SELLOUT) if frame.schema.get(name) == pl.String]
        frame = frame.with_columns(pl.col(numbers).str.replace(",", ".", literal=True))
    return checked_forecast(frame, file=raw.file, rows=list(raw.rows))


def checked_forecast(frame: pl.DataFrame, *, file: str = "", rows: list[int] | None = None) -> pl.DataFrame:
    """Type and check a forecast table.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a game and lead. Cells may be text.
    file : str
        Name to use in messages.
    rows : list of int, optional
        The row of `file` each row stands in; counted from 2 (below a header) if not given.

    Returns
    -------
    polars.DataFrame
        game_id, lead, as_of, mean, the quantiles and p_sellout, then every column of `CONTEXT`; null where absent.
    """
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise DataError(
            f"no column {missing[0]}", f"columns {', '.join(REQUIRED)}", REMEDY, file=file, column=missing[0]
        )
    if frame.height == 0:
        raise DataError("no games", "at least one row below the header", file=file)
    check = _Check(frame, file, pl.Series(rows if rows is not None else range(2, frame.height + 2), dtype=pl.Int64))
    table = frame.select(
        check.text(c.GAME_ID),
        check.text(LEAD),
        check.typed(AS_OF, pl.Date, "a date such as 2019-05-30"),
        *(check.people(name) for name in (MEAN, *QUANTILE_COLUMNS)),
        check.number(P_SELLOUT, 1.0, "a chance from 0 to 1"),
        *(check.typed(name, dtype, c.CANONICAL[name].expected) for name, dtype in CONTEXT.items()),
    )
    check.table(table)
    return table


class _Check:
    """Types columns of one table, and refuses the first cell of a column that cannot be used."""

    def __init__(self, frame: pl.DataFrame, file: str, rows: pl.Series) -> None:
        self.frame, self.file, self.rows = frame, file, rows

    def refuse(
        self, broken: pl.Series, column: str, expected: str, remedy: str = "", got: pl.Series | None = None
    ) -> None:
        """Raise DataError for the first row where `broken` holds."""
        at = broken.fill_null(False).arg_max()
        if at is None or not broken[at]:
            return
        value = (self.frame[column] if got is None else got)[at]
        shown = "nothing" if value is None or value == "" else value if got is not None else repr(str(value))
        raise DataError(str(shown), expected, remedy, file=self.file, row=self.rows[at], column=column)

    def given(self, name: str) -> pl.Series:
        """A column as it stands, blanks as null; all null where absent."""
        if name not in self.frame.columns:
            return pl.Series(name, [None] * self.frame.height, pl.String)
        cells = self.frame[name]
        if cells.dtype == pl.String:
            cells = cells.str.strip_chars()
            return pl.select(pl.when(cells != "").then(cells)).to_series().rename(name)
        return cells.fill_nan(None) if cells.dtype.is_float() else cells

    def text(self, name: str) -> pl.Series:
        return self.given(name).cast(pl.String)

    def typed(self, name: str, dtype: type[pl.DataType], expected: str) -> pl.Series:
        given = self.given(name)
        if dtype is pl.Time and given.dtype == pl.String:
            typed = given.str.slice(0, 5).str.to_time("%H:%M", strict=False)
        elif dtype is pl.Date and given.dtype == pl.String:
            typed = given.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        elif dtype in (pl.Date, pl.Time) and not given.dtype.is_temporal():
            typed = pl.Series(name, [None] * len(given), dtype)
        elif dtype.is_integer():
            typed = given.cast(pl.Float64, strict=False).round().cast(dtype, strict=False)
        else:
            typed = given.cast(dtype, strict=False)
        self.refuse(given.is_not_null() & typed.is_null(), name, expected, "or leave it empty")
        return typed

    def number(self, name: str, high: float, expected: str) -> pl.Series:
        given = self.given(name)
        if given.dtype == pl.String or given.dtype.is_numeric():
            number = given.cast(pl.Float64, strict=False)
        else:
            number = pl.Series(name, [None] * len(given), pl.Float64)
        self.refuse(given.is_not_null() & number.is_null(), name, expected)
        self.refuse(~number.is_finite() | (number < 0) | (number > high), name, expected)
        return number

    def people(self, name: str) -> pl.Series:
        expected = f"a number of people from 0 to {c.LARGEST_CROWD}"
        number = self.number(name, c.LARGEST_CROWD, expected)
        self.refuse(number.is_null(), name, expected)
        return number

    def table(self, table: pl.DataFrame) -> None:
        """Refuse nameless games, crossing quantiles, and a game and lead that stand twice."""
        self.refuse(table[c.GAME_ID].is_null(), c.GAME_ID, "the id of the game")
        for lower, upper in pairwise(QUANTILE_COLUMNS):
            got = table.select(pl.format("{} below {} {}", pl.col(upper), pl.lit(lower), pl.col(lower))).to_series()
            crossing = table[upper] < table[lower] - ROUNDING * (1 + table[lower])
            self.refuse(crossing, upper, f"at least {lower}", "quantiles must not cross", got)
        twice = ~table.select(pl.struct(c.GAME_ID, LEAD).is_first_distinct()).to_series()
        got = table.select(pl.format("{} a second time", c.GAME_ID)).to_series()
        self.refuse(twice, c.GAME_ID, "each game once at each lead", "take the repeated row out", got)
