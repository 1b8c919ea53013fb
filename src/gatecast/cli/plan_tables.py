"""A plan as a manager reads it in the terminal: a row a game, and what to decide next."""

from __future__ import annotations

import polars as pl

from gatecast.cli.tables import MOST_ROWS, game_cells, left_out, short_day
from gatecast.evaluate.tables import PageTable
from gatecast.formatting import money, number, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEDIAN
from gatecast.plan import Plan
from gatecast.plan.columns import CHOICE, EXPECTED_COST, KIND, PEOPLE, STAFF, STOCK, TRANSPORT
from gatecast.plan.views.deadlines import Deadline

__all__ = ["MOST_DEADLINES", "deadline_table", "plan_table"]

KINDS = {STAFF: "Shifts", STOCK: "Cases", TRANSPORT: "Vehicles"}
MOST_DEADLINES = 8


def plan_table(plan: Plan) -> PageTable:
    """What a plan comes to for each game, the first `MOST_ROWS`, and in all."""
    games = plan.games.head(MOST_ROWS)
    shown = {kind: head for kind, head in KINDS.items() if getattr(plan.operations, kind)}
    chosen = plan.table.group_by(c.GAME_ID, KIND).agg(pl.col(CHOICE).sum())
    sums = {(game, kind): total for game, kind, total in chosen.iter_rows()}
    heads, names = game_cells(plan.games)
    rows = [
        [
            *name,
            rounded(row[f"{PEOPLE}_{MEDIAN}"]),
            *(number(sums.get((row[c.GAME_ID], kind))) for kind in shown),
            money(row[EXPECTED_COST], plan.operations.currency),
        ]
        for name, row in zip(names, games.iter_rows(named=True), strict=True)
    ]
    if plan.games.height > 1:
        totals = (number(float(plan.table.filter(pl.col(KIND) == kind)[CHOICE].sum())) for kind in shown)
        cost = money(float(plan.games[EXPECTED_COST].sum()), plan.operations.currency)
        rows.append(["In all", *[""] * len(heads), *totals, cost])
    extra = ["People", *shown.values(), "Cost"]
    caption = "The plan: people through the gate, staff, stock and transport in all, expected cost" + left_out(
        plan.games
    )
    return PageTable(caption, [*heads, *extra], [False] * len(heads) + [True] * len(extra), rows)


def deadline_table(due: list[Deadline]) -> PageTable:
    """What to decide next: the first `MOST_DEADLINES` deadlines."""
    more = len(due) - MOST_DEADLINES
    return PageTable(
        "What to decide next"
        + (f" (the first {MOST_DEADLINES}; {number(more)} more are in the plan)" if more > 0 else ""),
        ["By", "Decide"],
        [False, False],
        [["at once" if each.passed else short_day(each.decide_by), each.what] for each in due[:MOST_DEADLINES]],
    )
