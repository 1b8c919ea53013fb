"""Tables for the terminal: forecasts, plans, what-if comparisons and the value of plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

import polars as pl

from gatecast.evaluate.tables import PageTable
from gatecast.expected import total_people
from gatecast.formatting import ABSENT, MONTHS, WEEKDAYS, clock, day, lead_words, money, number, percent, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN, P_SELLOUT, QUANTILE_COLUMNS, quantile_column
from gatecast.plan import Operations, Plan
from gatecast.plan.columns import (
    CHOICE,
    EXPECTED_COST,
    KIND,
    NAME,
    PEOPLE,
    STAFF,
    STOCK,
    TRANSPORT,
    UNIT,
    after,
    before,
)
from gatecast.plan.evaluate.value import EVERY, saved_over
from gatecast.plan.views.deadlines import Deadline

__all__ = [
    "MOST_DEADLINES",
    "MOST_ROWS",
    "deadline_table",
    "difference_table",
    "forecast_table",
    "forecasts_table",
    "game_cells",
    "left_out",
    "plan_table",
    "saved_table",
    "short_day",
    "value_table",
]

MOST_ROWS = 40
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
WITH, PLUS = "With change", "+"
SHOWN = (c.GAME_ID, c.DATE, c.START_TIME, c.HOME, c.VISITOR)
MADE = {"naive": "By habit", "forecast": "By forecast", "point": "By its median", "hindsight": "In hindsight"}
SAVED_OVER = {"naive": "habit", "point": "its median"}


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


def value_table(value: Mapping[str, Any]) -> PageTable:
    """Return a table of the cost of each plan over all seasons, by lead and decision.

    Parameters
    ----------
    value : mapping
        As `gatecast.plan.plan_value` returns it.
    """
    plans = sorted(value["plans"], key=lambda plan: plan != "naive")
    rows = []
    for entry in _all_seasons(value):
        share = entry["captured"]["estimate"]
        costs = [f"{value['currency']}{number(entry['cost_a_game'][plan])}" for plan in plans]
        captured = ABSENT if share is None else f"{share * 100:.0f}%"
        rows.append([lead_words(entry["lead"]), entry["decision"], number(entry["games"]), *costs, captured])
    heads = ["Forecast made", "Decision", "Games", *(MADE.get(plan, f"By {plan}") for plan in plans)]
    numeric = [False] * 2 + [True] * (len(heads) - 1)
    return PageTable("Cost a game of each plan", [*heads, "Share of hindsight saving"], numeric, rows)


def saved_table(value: Mapping[str, Any]) -> PageTable:
    """Return a table of what planning by the forecast saved over each other plan, by lead and decision.

    Parameters
    ----------
    value : mapping
        As `gatecast.plan.plan_value` returns it.
    """
    plans = [plan for plan in value["plans"] if plan not in ("forecast", "hindsight")]
    plans.sort(key=lambda plan: plan != "naive")
    rows = []
    for entry in _all_seasons(value):
        cells = [lead_words(entry["lead"]), entry["decision"]]
        for plan in plans:
            saved = entry[saved_over(plan)]
            cells.append(f"{value['currency']}{number(saved['estimate'])}")
            cells.append(f"{number(saved['low'])} to {number(saved['high'])}")
        rows.append(cells)
    heads = ["Forecast made", "Decision"]
    for plan in plans:
        heads += [f"Over {SAVED_OVER.get(plan, plan)}", "95% range"]
    numeric = [False] * 2 + [True] * (2 * len(plans))
    return PageTable("Saved a game by planning with the whole forecast", heads, numeric, rows)


def _all_seasons(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry for entry in value["results"] if entry["season"] == EVERY]


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


KINDS = {STAFF: "Shifts", STOCK: "Cases", TRANSPORT: "Vehicles"}
MOST_DEADLINES = 8


def plan_table(plan: Plan) -> PageTable:
    """Return a table of the plan by game, the first `MOST_ROWS`, with totals."""
    games = plan.games.head(MOST_ROWS)
    shown = {kind: head for kind, head in KINDS.items() if getattr(plan.operations, kind)}
    chosen = plan.table.group_by(c.GAME_ID, KIND).agg(pl.col(CHOICE).sum())
    sums = {(game, kind): total for game, kind, total in chosen.iter_rows()}
    heads, names = game_cells(plan.games)
    rows = [
        [
            *name,
            rounded(row[f"{PEOPLE}_{MEAN}"]),
            *(number(sums.get((row[c.GAME_ID], kind))) for kind in shown),
            money(row[EXPECTED_COST], plan.operations.currency),
        ]
        for name, row in zip(names, games.iter_rows(named=True), strict=True)
    ]
    if plan.games.height > 1:
        totals = (number(float(plan.table.filter(pl.col(KIND) == kind)[CHOICE].sum())) for kind in shown)
        cost = money(float(plan.games[EXPECTED_COST].sum()), plan.operations.currency)
        people = number(total_people(plan.games[f"{PEOPLE}_{MEAN}"]))
        rows.append(["Total", *[""] * (len(heads) - 1), people, *totals, cost])
    extra = ["People", *shown.values(), "Cost"]
    caption = "The plan: people expected through the gates, total staff, stock and transport, expected cost" + left_out(
        plan.games
    )
    return PageTable(caption, [*heads, *extra], [False] * len(heads) + [True] * len(extra), rows)


def deadline_table(due: list[Deadline]) -> PageTable:
    """Return a table of the first `MOST_DEADLINES` deadlines."""
    more = len(due) - MOST_DEADLINES
    return PageTable(
        "Next deadlines" + (f" (the first {MOST_DEADLINES}; {number(more)} more are in the plan)" if more > 0 else ""),
        ["By", "Decision"],
        [False, False],
        [["overdue" if each.passed else short_day(each.decide_by), each.what] for each in due[:MOST_DEADLINES]],
    )


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
        expected.append(_signed(_shown(now[MEAN]) - _shown(was[MEAN])))
        between = [f"{rounded(each[LOW])} to {rounded(each[HIGH])}" for each in (was, now)]
        rows.append([*name, *expected, *between, percent(was[P_SELLOUT]), percent(now[P_SELLOUT])])
    extra = ["Expected", WITH, "Difference", "80% range", WITH, "Sell-out", WITH]
    numeric = [False] * len(heads) + [True] * len(extra)
    return PageTable("The forecast without and with the change" + _beyond(before_), [*heads, *extra], numeric, rows)


def difference_table(differences: pl.DataFrame, games: pl.DataFrame, operations: Operations) -> PageTable:
    """Return a table of the differences between two plans: the first `MOST_ROWS` decisions, and the total cost.

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
    cells.append(["total", *[""] * (len(heads) + 2), *shown])
    extra = ["Resource", "Plan", WITH, "Cost", WITH, "Difference"]
    numeric = [False] * (len(heads) + 1) + [True] * 5
    return PageTable("What would change in the plan" + _beyond(rows), [*heads, *extra], numeric, cells)


def _shown(people: float) -> int:
    """Return a number of people as `rounded` shows it, so that differences match the figures shown."""
    return int(rounded(people).replace(",", ""))


def _signed(difference: int) -> str:
    """Return a difference with its sign."""
    return number(difference) if difference <= 0 else f"{PLUS}{number(difference)}"


def _beyond(table: pl.DataFrame) -> str:
    more = table.height - MOST_ROWS
    return f" (the first {MOST_ROWS}; {number(more)} more differ)" if more > 0 else ""
