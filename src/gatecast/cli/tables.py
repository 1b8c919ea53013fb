"""Tables of forecasts for the terminal, and the parts that tables of plans share with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

import polars as pl

from gatecast.formatting import ABSENT, MONTHS, WEEKDAYS, PageTable, clock, day, number, percent, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN, P_SELLOUT, QUANTILE_COLUMNS, quantile_column

__all__ = [
    "MOST_ROWS",
    "WITH",
    "beyond",
    "forecast_table",
    "forecasts_table",
    "game_cells",
    "left_out",
    "short_day",
    "shown_people",
    "signed",
]

MOST_ROWS = 40
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
WITH, PLUS = "With change", "+"


def forecast_table(forecast: pl.DataFrame) -> PageTable:
    """Return a table of forecasts, one short row a game, the first `MOST_ROWS`.

    Parameters
    ----------
    forecast : polars.DataFrame
        As `Forecaster.forecast` returns it.
    """
    heads, names = game_cells(forecast)
    heads = [*heads, "Expected", "80% range", "Sell-out"]
    rows = [
        [*name, rounded(row[MEAN]), f"{rounded(row[LOW])} to {rounded(row[HIGH])}", percent(row[P_SELLOUT])]
        for name, row in zip(names, forecast.head(MOST_ROWS).to_dicts(), strict=True)
    ]
    known = forecast[AS_OF].max()
    caption = "Upcoming games" + (f", as known at the end of {day(known)}" if isinstance(known, dt.date) else "")
    return PageTable(caption + left_out(forecast), heads, [False] * (len(heads) - 3) + [True] * 3, rows)


def game_cells(table: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells that identify each game: date, start and clubs if known, otherwise its id."""
    shown = table.head(MOST_ROWS)
    forms: dict[str, tuple[str, Callable[[Any], str]]] = {
        c.DATE: ("Date", short_day),
        c.START_TIME: ("Start", clock),
        c.VISITOR: ("Opponent", str),
        c.HOME: ("Home", str),
    }
    kept = [name for name in forms if table[name].null_count() < table.height]
    if table[c.HOME].n_unique() == 1:
        kept = [name for name in kept if name != c.HOME]
    if c.DATE not in kept:
        cells = shown[c.GAME_ID].to_list()
        return ["Game"], [[cell] for cell in cells]
    columns = [[ABSENT if v is None else forms[name][1](v) for v in shown[name]] for name in kept]
    return [forms[name][0] for name in kept], [list(cells) for cells in zip(*columns, strict=True)]


def short_day(date: dt.date) -> str:
    """Return weekday, day and month, of one width."""
    return f"{WEEKDAYS[date.weekday()]} {date.day:>2} {MONTHS[date.month - 1][:3]}"


def left_out(table: pl.DataFrame) -> str:
    """Return the part of a caption about games beyond the first `MOST_ROWS`; empty if there are none."""
    more = table.height - MOST_ROWS
    return f" (the first {MOST_ROWS}; {number(more)} more are in the file)" if more > 0 else ""


def forecasts_table(given: pl.DataFrame, changed: pl.DataFrame, asked: Collection[str]) -> PageTable:
    """Return a table of two forecasts side by side: changed games and any other that differs, the first `MOST_ROWS`.

    Parameters
    ----------
    given, changed : polars.DataFrame
        As `gatecast.forecast.what_if` returns them.
    asked : collection of str
        Ids of the games that were changed.
    """
    differs = (given.select(QUANTILE_COLUMNS) != changed.select(QUANTILE_COLUMNS)).select(pl.any_horizontal(pl.all()))
    shown = differs.to_series() | given[c.GAME_ID].is_in(list(asked))
    before_, after_ = given.filter(shown), changed.filter(shown)
    heads, names = game_cells(before_)
    rows = []
    for name, was, now in zip(names, before_.iter_rows(named=True), after_.iter_rows(named=True), strict=False):
        expected = [rounded(was[MEAN]), rounded(now[MEAN])]
        expected.append(signed(shown_people(now[MEAN]) - shown_people(was[MEAN])))
        between = [f"{rounded(each[LOW])} to {rounded(each[HIGH])}" for each in (was, now)]
        rows.append([*name, *expected, *between, percent(was[P_SELLOUT]), percent(now[P_SELLOUT])])
    extra = ["Expected", WITH, "Difference", "80% range", WITH, "Sell-out", WITH]
    numeric = [False] * len(heads) + [True] * len(extra)
    return PageTable("The forecast without and with the change" + beyond(before_), [*heads, *extra], numeric, rows)


def shown_people(people: float) -> int:
    """Return a number of people as `rounded` shows it, so that differences match the figures shown."""
    return int(rounded(people).replace(",", ""))


def signed(difference: int) -> str:
    """Return a difference with its sign."""
    return number(difference) if difference <= 0 else f"{PLUS}{number(difference)}"


def beyond(table: pl.DataFrame) -> str:
    """Return the part of a caption about differences beyond the first `MOST_ROWS`; empty if there are none."""
    more = table.height - MOST_ROWS
    return f" (the first {MOST_ROWS}; {number(more)} more differ)" if more > 0 else ""
