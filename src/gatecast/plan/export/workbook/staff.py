"""Shifts: all games at a glance, then one shift sheet a game."""

from __future__ import annotations

import numpy as np
import polars as pl

from gatecast.formatting import capital, rounded
from gatecast.games.forecast_columns import MEAN, quantile_column
from gatecast.plan.columns import (
    CHOICE,
    DECIDE_BY,
    ENGAGED,
    KIND,
    NAME,
    PEOPLE,
    REASON,
    RISK_SHORT,
    SHIFTS,
    SHORTFALL,
    STAFF,
)
from gatecast.plan.export.workbook.labels import COUNT_WIDTH, DATE_WIDTH, Labels, why
from gatecast.plan.export.workbook.page import DAY, PERCENT, WHOLE, Block, Heading, Page
from gatecast.plan.plan import Plan

__all__ = ["enough", "shifts_page", "staff_page"]

LOW, HIGH = f"{PEOPLE}_{quantile_column(0.10)}", f"{PEOPLE}_{quantile_column(0.90)}"
ENOUGH, WHY = "enough", "why"


def staff_page(plan: Plan, labels: Labels) -> Page:
    """Shifts to hire: a row a game, a column a role."""
    roles = plan.operations.staff
    counts = plan.table.filter(pl.col(KIND) == STAFF)[CHOICE].to_numpy().reshape(-1, len(roles))
    counts = np.column_stack([counts, counts.sum(axis=1)])
    names = [*(capital(role.name) for role in roles), "All staff"]
    rows = [(*label, *row) for label, row in zip(labels.rows, counts.tolist(), strict=True)]
    return Page(
        tab="Staff",
        title="Staff: shifts to hire",
        note="Shifts for each game. The sheet Shifts has a page for each game.",
        headings=[*labels.headings, *(Heading(name, COUNT_WIDTH + 1, WHOLE) for name in names)],
        blocks=[Block(rows)],
        kept=len(labels.headings),
        totals=[*labels.total(), *counts.sum(axis=0).tolist()],
    )


def shifts_page(plan: Plan, labels: Labels) -> Page:
    """One block a game: each role with its shifts, the people to engage, the day to hire by, and why."""
    columns = {
        NAME: Heading("Role", 20),
        CHOICE: Heading("Shifts", 9, WHOLE),
        SHORTFALL: Heading("Too few by", 9, WHOLE),
        ENGAGED: Heading("People for\nhome stand", 12, WHOLE),
        DECIDE_BY: Heading("Hire by", DATE_WIDTH, DAY),
        ENOUGH: Heading("Enough in", 10, PERCENT),
        WHY: Heading("Why", 62),
    }
    told = plan.table.filter(pl.col(KIND) == STAFF)
    told = told.with_columns(
        pl.Series(WHY, why(told[REASON].to_list(), told[NAME].to_list()), pl.String),
        enough().alias(ENOUGH),
        pl.when(pl.col(SHORTFALL) > 0).then(SHORTFALL).alias(SHORTFALL),
    )
    shown = [name for name in columns if name != SHORTFALL or told[SHORTFALL].sum()]
    rows = told.select(shown).with_columns(pl.col(NAME).map_elements(capital, pl.String)).rows()
    each = len(plan.operations.staff)
    games = plan.games.select(SHIFTS, f"{PEOPLE}_{MEAN}", LOW, HIGH).rows()
    return Page(
        tab="Shifts",
        title="Shift sheets, a page for each game",
        note="People for home stand: to engage, as nobody works two shifts at one game. Enough in: share of outcomes in"
        " which the shifts, with those that can be called in late, are enough.",
        headings=[columns[name] for name in shown],
        blocks=[
            Block(
                rows[place * each : (place + 1) * each],
                f"{line}: {shifts:,} shifts for {rounded(people)} people in"
                f" (8 in 10 games from {rounded(low)} to {rounded(high)})",
            )
            for place, (line, (shifts, people, low, high)) in enumerate(zip(labels.lines, games, strict=True))
        ],
        apart=True,
    )


def enough() -> pl.Expr:
    """Share of outcomes in which a choice is enough, rounded down to a percent."""
    return ((1 - pl.col(RISK_SHORT)) * 100 + 1e-6).floor() / 100
