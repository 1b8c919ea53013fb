"""Checks that a typed games table makes sense, each naming the row and column it refuses."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from gatecast.errors import DataError
from gatecast.games import columns as c

__all__ = ["LARGEST_OVERFLOW", "validate", "violations"]

RESULTS = (c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS)
LARGEST_OVERFLOW = 2
"""An attendance of more than this many times the seats is taken for a mistake."""


@dataclass(frozen=True)
class Rule:
    """A row is refused where `broken` holds; `got` is the text shown for it."""

    column: str
    broken: pl.Expr
    got: pl.Expr
    expected: str
    remedy: str = ""


def validate(table: pl.DataFrame, columns: Mapping[str, c.Column], *, file: str, rows: pl.Series) -> None:
    """Raise DataError for the first row that breaks a rule; return nothing otherwise.

    Parameters
    ----------
    table : polars.DataFrame
        Typed and completed, in the order of the file.
    columns : mapping of name to Column
    file : str
        Name to use in messages.
    rows : polars.Series
        The row of the file each row of the table stands in, shape (games,).
    """
    for _, error in violations(table, columns, file=file, rows=rows):
        raise error


def violations(
    table: pl.DataFrame, columns: Mapping[str, c.Column], *, file: str, rows: pl.Series
) -> Iterator[tuple[int, DataError]]:
    """Yield the place of each row that breaks a rule, in order, and an error for the first rule it breaks.

    Parameters are those of `validate`.

    Raises
    ------
    DataError
        The table has no rows.
    """
    if table.height == 0:
        raise DataError("no games", "at least one row below the header", file=file)
    rules = [rule for name, column in columns.items() for rule in _column_rules(name, column)]
    rules += _table_rules(dt.date.today())
    broken = table.select(rule.broken.fill_null(False).alias(str(i)) for i, rule in enumerate(rules))
    first: dict[int, Rule] = {}
    for i, rule in enumerate(rules):
        if broken[str(i)].any():
            for place in broken[str(i)].arg_true():
                first.setdefault(place, rule)
    for place in sorted(first):
        rule = first[place]
        got = table.slice(place, 1).select(rule.got.cast(pl.String)).item()
        yield (
            place,
            DataError(got or "nothing", rule.expected, rule.remedy, file=file, row=rows[place], column=rule.column),
        )


# Rules are kept, as making their expressions takes longer than checking a few games.
@lru_cache(maxsize=256)
def _column_rules(name: str, column: c.Column) -> tuple[Rule, ...]:
    cell = pl.col(name)
    quoted = pl.format("'{}'", cell.cast(pl.String))
    rules = []
    if column.values:
        rules.append(Rule(name, ~cell.is_in(column.values), quoted, column.expected))
    if column.dtype.is_float():
        rules.append(Rule(name, ~cell.is_finite(), quoted, column.expected, "leave unknown values empty"))
    if not math.isinf(column.low):
        rules.append(Rule(name, cell < column.low, quoted, column.expected))
    if not math.isinf(column.high):
        rules.append(Rule(name, cell > column.high, quoted, column.expected))
    return tuple(rules)


@lru_cache(maxsize=1)
def _table_rules(today: dt.date) -> tuple[Rule, ...]:
    return tuple(_make_table_rules(today))


def _make_table_rules(today: dt.date) -> Iterator[Rule]:
    game, date, attendance = pl.col(c.GAME_ID), pl.col(c.DATE), pl.col(c.ATTENDANCE)
    yield Rule(
        c.DATE,
        date.is_null() & ~date.is_null().all(),
        pl.lit("no date"),
        "a date in every row, or in none",
        "fill in the date, or take the column out if the rows stand in order of play",
    )
    yield Rule(
        c.GAME_ID,
        ~game.is_first_distinct(),
        pl.format("'{}' a second time", game),
        "one row for each game",
        "take the repeated row out, or number the games of a doubleheader 1 and 2",
    )
    yield Rule(
        c.ATTENDANCE,
        attendance > LARGEST_OVERFLOW * pl.col(c.CAPACITY),
        pl.format("'{}' with {} seats", attendance, c.CAPACITY),
        f"attendance of at most {LARGEST_OVERFLOW} times the seats",
        "correct the attendance or the capacity",
    )
    played = pl.any_horizontal(pl.col(name).is_not_null() for name in RESULTS)
    yield Rule(
        c.ATTENDANCE,
        played & (date > today),
        pl.format("a result for a game on {}", date),
        "results only of games already played",
        "leave the results of games to come empty, or correct the date",
    )
    yield Rule(
        c.SEASON,
        (pl.col(c.SEASON) - date.dt.year()).abs() > 1,
        pl.format("'{}' for a game on {}", c.SEASON, date),
        "the season the date falls in",
    )
