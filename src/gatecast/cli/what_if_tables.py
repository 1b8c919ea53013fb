"""What a change would do, as a manager reads it in the terminal: two forecasts and two plans side by side."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from gatecast.cli.tables import MOST_ROWS, game_cells
from gatecast.evaluate.tables import PageTable
from gatecast.formatting import ABSENT, money, number, percent, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEDIAN, P_SELLOUT, QUANTILE_COLUMNS, quantile_column
from gatecast.plan import Operations
from gatecast.plan.columns import CHOICE, EXPECTED_COST, NAME, UNIT, after, before

__all__ = ["difference_table", "forecasts_table"]

LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
WITH = "With it"
SHOWN = (c.GAME_ID, c.DATE, c.START_TIME, c.HOME, c.VISITOR)
PLUS = "+"


def forecasts_table(given: pl.DataFrame, changed: pl.DataFrame, asked: Collection[str]) -> PageTable:
    """Two forecasts side by side: the games asked about, and any other whose forecast differs; the first `MOST_ROWS`.

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
        expected = [rounded(was[MEDIAN]), rounded(now[MEDIAN])]
        expected.append(_signed(_shown(now[MEDIAN]) - _shown(was[MEDIAN])))
        between = [f"{rounded(each[LOW])} to {rounded(each[HIGH])}" for each in (was, now)]
        rows.append([*name, *expected, *between, percent(was[P_SELLOUT]), percent(now[P_SELLOUT])])
    extra = ["Expected", WITH, "Difference", "8 in 10 between", WITH, "Sell-out", WITH]
    numeric = [False] * len(heads) + [True] * len(extra)
    return PageTable("The forecast, and with the change" + _beyond(before_), [*heads, *extra], numeric, rows)


def difference_table(differences: pl.DataFrame, games: pl.DataFrame, operations: Operations) -> PageTable:
    """What differs between two plans of the same games: the first `MOST_ROWS` choices, and the cost in all.

    Parameters
    ----------
    differences : polars.DataFrame
        As `gatecast.plan.compare` returns it.
    games : polars.DataFrame
        The `games` of one of the plans.
    operations : Operations
        Of the plans.
    """
    rows = differences.join(games.select(SHOWN), on=c.GAME_ID, how="left", maintain_order="left")
    heads, names = game_cells(rows)
    if rows[c.GAME_ID].n_unique() <= 1:
        heads, names = [], [[] for _ in names]
    costs = (before(EXPECTED_COST), after(EXPECTED_COST))
    cells = []
    for name, row in zip(names, rows.iter_rows(named=True), strict=False):
        choices = [ABSENT if row[each] is None else f"{row[each]:,}" for each in (before(CHOICE), after(CHOICE))]
        amounts = [money(row[each], operations.currency) for each in costs]
        dearer = round(row[costs[1]] or 0.0) - round(row[costs[0]] or 0.0)
        cells.append([*name, f"{row[NAME]} ({row[UNIT]})", *choices, *amounts, _signed(dearer)])
    sums = [float(rows[each].sum()) for each in costs]
    shown = [*(money(each, operations.currency) for each in sums), _signed(round(sums[1]) - round(sums[0]))]
    cells.append(["in all", *[""] * (len(heads) + 2), *shown])
    extra = ["To get ready", "Plan", WITH, "Cost", WITH, "Difference"]
    numeric = [False] * (len(heads) + 1) + [True] * 5
    return PageTable("What the plan would change" + _beyond(rows), [*heads, *extra], numeric, cells)


def _shown(people: float) -> int:
    """A crowd as `rounded` shows it, so that differences are those of the figures beside them."""
    return int(rounded(people).replace(",", ""))


def _signed(difference: int) -> str:
    """A difference with its sign."""
    return number(difference) if difference <= 0 else f"{PLUS}{number(difference)}"


def _beyond(table: pl.DataFrame) -> str:
    more = table.height - MOST_ROWS
    return f" (the first {MOST_ROWS}; {number(more)} more differ)" if more > 0 else ""
