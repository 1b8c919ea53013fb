"""The forecast table that a plan is made from, checked row by row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

import polars as pl

from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_POSTPONED, P_SELLOUT, QUANTILE_COLUMNS

__all__ = ["CONTEXT", "FIRST_ROW", "ForecastTable", "read_forecast"]

CONTEXT: dict[str, type[pl.DataType]] = {
    name: c.CANONICAL[name].dtype for name in (c.DATE, c.START_TIME, c.HOME, c.VISITOR, c.VENUE, c.SEASON, c.CAPACITY)
}
"""Columns that identify a game; any may be missing."""

TYPES: dict[str, type[pl.DataType]] = {
    c.GAME_ID: pl.String,
    LEAD: pl.String,
    AS_OF: pl.Date,
    **dict.fromkeys((MEAN, *QUANTILE_COLUMNS, P_SELLOUT), pl.Float64),
    **CONTEXT,
    P_POSTPONED: pl.Float64,
}
REQUIRED = (c.GAME_ID, MEAN, *QUANTILE_COLUMNS)
ROUNDING = 1e-6
FIRST_ROW = 2
ISSUE = "issue of the row"
REMEDY = "give the file that gatecast forecast wrote"


@dataclass(frozen=True)
class ForecastTable:
    """A forecast that has been checked: made by `check`, `read_forecast` or `from_forecaster`, never directly.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a game and lead: game_id, lead, as_of, mean, the quantiles and p_sellout, then every column of
        `CONTEXT`, and p_postponed; null where absent.
    """

    frame: pl.DataFrame

    @classmethod
    def check(
        cls, frame: pl.DataFrame, *, file: str = "", rows: list[int] | None = None, issues: pl.Series | None = None
    ) -> Self:
        """Type and check a forecast table.

        Parameters
        ----------
        frame : polars.DataFrame
            One row a game and lead. Cells may be text.
        file : str
            Name to use in messages.
        rows : list of int, optional
            The row of `file` of each row; counted from 2 (below a header) if not given.
        issues : Series of int, optional
            The number of the forecast that each row is of, if there are several: each has a game once at each lead.

        Raises
        ------
        DataError
            The first problem found, with file, row and column.
        """
        missing = [name for name in REQUIRED if name not in frame.columns]
        if missing:
            raise DataError(
                f"no column {missing[0]}", f"columns {', '.join(REQUIRED)}", REMEDY, file=file, column=missing[0]
            )
        if frame.height == 0:
            raise DataError("no games", "at least one row below the header", file=file)
        cells = frame.select(_cells(frame, name) for name in TYPES)
        table = cells.select(_typed(name, cells.schema[name]) for name in TYPES)
        issue = pl.lit(0) if issues is None else pl.lit(issues)
        both = table.hstack(cells.rename(_as_given)).with_columns(issue.alias(ISSUE))
        places = both.select(
            pl.arg_where(rule.broken.fill_null(False)).first().alias(str(i)) for i, rule in enumerate(RULES)
        )
        for rule, place in zip(RULES, places.row(0), strict=True):
            if place is not None:
                raise DataError(
                    _shown(rule, both[place]),
                    rule.expected,
                    rule.remedy,
                    file=file,
                    row=place + FIRST_ROW if rows is None else rows[place],
                    column=rule.column,
                )
        return cls(table)

    @classmethod
    def from_forecaster(cls, frame: pl.DataFrame) -> Self:
        """Take a forecast as a `gatecast.Forecaster` returned it, which needs no check."""
        return cls(
            frame.select(
                pl.col(name) if name in frame.columns else pl.lit(None, dtype).alias(name)
                for name, dtype in TYPES.items()
            )
        )


def read_forecast(path: str | Path) -> ForecastTable:
    """Read a forecast table from CSV, XLSX or Parquet and check it.

    Parameters
    ----------
    path : path
        A file with game_id, mean and the quantiles q05 to q95 of tickets sold; lead, as_of, p_sellout, p_postponed
        and the columns of `CONTEXT` are kept if present.

    Raises
    ------
    DataError
        The first problem found, with file, row and column.
    """
    from gatecast.collect import read_table

    raw = read_table(path)
    frame = raw.frame
    if raw.decimal_comma:
        numbers = [
            name for name in (MEAN, *QUANTILE_COLUMNS, P_SELLOUT, P_POSTPONED) if frame.schema.get(name) == pl.String
        ]
        frame = frame.with_columns(pl.col(numbers).str.replace(",", ".", literal=True))
    return ForecastTable.check(frame, file=raw.file, rows=list(raw.rows))


@dataclass(frozen=True)
class _Rule:
    """A condition that every row must meet.

    Parameters
    ----------
    column : str
    broken : Expr
        True for a row that breaks it; of the typed columns, and of the cells as given, named by `_as_given`.
    expected, remedy : str
    got : Expr, optional
        Words for a row that breaks it; by default the cell as given.
    """

    column: str
    broken: pl.Expr
    expected: str
    remedy: str = ""
    got: pl.Expr | None = None


def _as_given(name: str) -> str:
    return f"{name} as given"


def _cells(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column with blanks as null; all null if absent."""
    if name not in frame.columns:
        return pl.lit(None, pl.String).alias(name)
    cells, dtype = pl.col(name), frame.schema[name]
    if dtype == pl.String:
        return pl.when(cells.str.strip_chars() != "").then(cells.str.strip_chars()).alias(name)
    return cells.fill_nan(None) if dtype.is_float() else cells


def _typed(name: str, cell_type: pl.DataType) -> pl.Expr:
    """Return a column in its type; null where a cell cannot be read."""
    cells, dtype = pl.col(name), TYPES[name]
    if cell_type == dtype:
        return cells
    if dtype is pl.Time and cell_type == pl.String:
        return cells.str.slice(0, 5).str.to_time("%H:%M", strict=False)
    if dtype is pl.Date and cell_type == pl.String:
        return cells.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    unreadable = (
        cell_type != pl.Datetime if dtype.is_temporal() else cell_type != pl.String and not cell_type.is_numeric()
    )
    if unreadable and dtype is not pl.String and not dtype.is_integer():
        return pl.lit(None, dtype).alias(name)
    if dtype.is_integer():
        return cells.cast(pl.Float64, strict=False).round().cast(dtype, strict=False)
    return cells.cast(dtype, strict=False)


def _readable(name: str, expected: str, remedy: str = "") -> _Rule:
    return _Rule(name, pl.col(_as_given(name)).is_not_null() & pl.col(name).is_null(), expected, remedy)


def _number(name: str, high: float, expected: str) -> list[_Rule]:
    number = pl.col(name)
    beyond = ~number.is_finite() | (number < 0) | (number > high)
    return [_readable(name, expected), _Rule(name, beyond, expected)]


def _people(name: str) -> list[_Rule]:
    expected = f"a number of people from 0 to {c.LARGEST_CROWD}"
    return [*_number(name, c.LARGEST_CROWD, expected), _Rule(name, pl.col(name).is_null(), expected)]


def _not_crossing(lower: str, upper: str) -> _Rule:
    crossing = pl.col(upper) < pl.col(lower) - ROUNDING * (1 + pl.col(lower))
    got = pl.format("{} below {} {}", pl.col(upper), pl.lit(lower), pl.col(lower))
    return _Rule(upper, crossing, f"at least {lower}", "quantiles must not cross", got)


RULES = (
    _readable(AS_OF, "a date such as 2019-05-30", "or leave it empty"),
    *(rule for name in (MEAN, *QUANTILE_COLUMNS) for rule in _people(name)),
    *_number(P_SELLOUT, 1.0, "a chance from 0 to 1"),
    *_number(P_POSTPONED, 1.0, "a chance from 0 to 1"),
    *(_readable(name, c.CANONICAL[name].expected, "or leave it empty") for name in CONTEXT),
    _Rule(c.GAME_ID, pl.col(c.GAME_ID).is_null(), "the id of the game"),
    *(_not_crossing(lower, upper) for lower, upper in pairwise(QUANTILE_COLUMNS)),
    _Rule(
        c.GAME_ID,
        ~pl.struct(c.GAME_ID, LEAD, ISSUE).is_first_distinct(),
        "each game once at each lead",
        "take the repeated row out",
        pl.format("{} a second time", c.GAME_ID),
    ),
)
"""Rules in order of precedence; only the first broken one is reported."""


def _shown(rule: _Rule, row: pl.DataFrame) -> str:
    """Return the words for a row that breaks a rule."""
    if rule.got is not None:
        return str(row.select(rule.got).item())
    value = row[_as_given(rule.column)].item()
    return "nothing" if value is None else repr(str(value))
