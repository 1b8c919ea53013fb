"""Tables of plans for the terminal: a plan, its deadlines, what a change does to it, and what plans were worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from gatecast.cli.tables import MOST_ROWS, WITH, beyond, game_cells, left_out, short_day, signed
from gatecast.expected import total_people
from gatecast.formatting import ABSENT, PageTable, lead_words, money, number, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN
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
from gatecast.plan.ordering.rules import OrderRule
from gatecast.plan.views.deadlines import Deadline

__all__ = [
    "MOST_DEADLINES",
    "deadline_table",
    "difference_table",
    "order_rule_table",
    "plan_table",
    "saved_table",
    "value_table",
]

SHOWN = (c.GAME_ID, c.DATE, c.START_TIME, c.HOME, c.VISITOR)
MADE = {"naive": "By habit", "forecast": "By forecast", "point": "By its median", "hindsight": "In hindsight"}
SAVED_OVER = {"naive": "habit", "point": "its median"}


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
        cells.append([*name, f"{row[NAME]} ({row[UNIT]})", *choices, *amounts, signed(dearer)])
    sums = [float(rows[each].sum()) for each in costs]
    shown = [*(money(each, operations.currency) for each in sums), signed(round(sums[1]) - round(sums[0]))]
    cells.append(["total", *[""] * (len(heads) + 2), *shown])
    extra = ["Resource", "Plan", WITH, "Cost", WITH, "Difference"]
    numeric = [False] * (len(heads) + 1) + [True] * 5
    return PageTable("What would change in the plan" + beyond(rows), [*heads, *extra], numeric, cells)


def order_rule_table(rules: Sequence[OrderRule]) -> PageTable:
    """Return how the next orders follow from what a game sells: the rules of the first game that follows another."""
    first = [rule for rule in rules if (rule.game_id, rule.seen_game_id) == (rules[0].game_id, rules[0].seen_game_id)]
    low, high = number(first[0].less_below), number(first[0].more_above)
    rows = [[rule.name, number(rule.cases_less), number(rule.cases), number(rule.cases_more)] for rule in first]
    game, seen, by = first[0].game_id, first[0].seen_game_id, short_day(first[0].decide_by)
    caption = f"Cases to order by {by} for {game}, by what {seen} sells"
    heads = ["Item", f"fewer than {low}", "as forecast", f"more than {high}"]
    return PageTable(caption, heads, [False, True, True, True], rows)
