"""The first two sheets: a row a game, and what to do by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN, P_SELLOUT, quantile_column
from gatecast.plan.columns import (
    CHOICE,
    DECIDE_BY,
    EXPECTED_COST,
    KIND,
    PEOPLE,
    SHIFTS,
    STAFF,
    TICKETS,
    TRANSPORT,
    UNITS,
)
from gatecast.plan.export.workbook.labels import COUNT_WIDTH, DATE_WIDTH, Labels, date_words, money_form, rounded
from gatecast.plan.export.workbook.page import CHANCE, DAY, WHOLE, Block, Heading, Page
from gatecast.plan.plan import Plan
from gatecast.plan.views.constraints import limits_that_bind
from gatecast.plan.views.deadlines import deadlines

__all__ = ["deadlines_page", "summary_page"]

LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
VEHICLES = UNITS[TRANSPORT]
WATCH = "To watch"


def summary_page(plan: Plan, labels: Labels) -> Page:
    """A row a game: how many people are expected, what that comes to in all, and by when to decide first."""
    columns = {
        f"{TICKETS}_{MEAN}": Heading("Tickets\nexpected", COUNT_WIDTH, WHOLE),
        f"{PEOPLE}_{MEAN}": Heading("People in\nexpected", COUNT_WIDTH, WHOLE),
        f"{PEOPLE}_{LOW}": Heading("People in\nlow", COUNT_WIDTH, WHOLE),
        f"{PEOPLE}_{HIGH}": Heading("People in\nhigh", COUNT_WIDTH, WHOLE),
        P_SELLOUT: Heading("Sell-out\nchance", 10, CHANCE),
        SHIFTS: Heading("Staff\nshifts", 10, WHOLE),
        VEHICLES: Heading("Extra\nvehicles", 10, WHOLE),
        EXPECTED_COST: Heading("Expected\ncost", 13, money_form(plan.operations.currency)),
        DECIDE_BY: Heading("First\ndeadline", DATE_WIDTH, DAY),
    }
    games, limits = _with_sums(plan), limits_that_bind(plan)
    decided = {name for name, kind in ((SHIFTS, STAFF), (VEHICLES, TRANSPORT)) if not getattr(plan.operations, kind)}
    shown = [name for name in columns if name not in decided and games[name].null_count() < games.height]
    added = {SHIFTS, VEHICLES, EXPECTED_COST, f"{TICKETS}_{MEAN}", f"{PEOPLE}_{MEAN}"}
    cells = games.select(rounded(name) if name.startswith((TICKETS, PEOPLE)) else pl.col(name) for name in shown)
    rows = [(*label, *row) for label, row in zip(labels.rows, cells.rows(), strict=True)]
    return Page(
        tab="Summary",
        title=_title(plan.games),
        note="People in: through the gate; 8 games in 10 end between low and high. Expected cost: wages, vehicles, and"
        " what waste and shortage cost on average.",
        headings=[*labels.headings, *(columns[name] for name in shown)],
        blocks=[Block(rows)],
        kept=len(labels.headings),
        totals=[*labels.total(), *(cells[name].sum() if name in added else None for name in shown)],
        remarks=[WATCH, *limits] if limits else [],
    )


def deadlines_page(plan: Plan) -> Iterator[Page]:
    """What to do by when, a row a deadline; no sheet where games have no dates."""
    due = deadlines(plan)
    if not due:
        return
    late = any(each.passed for each in due)
    yield Page(
        tab="Deadlines",
        title="What to decide by when",
        note="The last day to hire for a game, or to order for a delivery."
        + (" At once: that day was over when the forecast was made." if late else ""),
        headings=[Heading("By", DATE_WIDTH, DAY), Heading("What", 55), Heading("How many", 66)],
        blocks=[
            Block(
                [
                    (
                        each.decide_by,
                        f"At once: {each.what[:1].lower()}{each.what[1:]}" if each.passed else each.what,
                        ", ".join(f"{name} {amount:,}" for name, amount in each.amounts) + f" {each.unit}",
                    )
                    for each in due
                ]
            )
        ],
    )


def _with_sums(plan: Plan) -> pl.DataFrame:
    """The games with their vehicles and first deadlines."""
    sums = plan.table.group_by(c.GAME_ID).agg(
        pl.col(CHOICE).filter(pl.col(KIND) == TRANSPORT).sum().alias(VEHICLES), pl.col(DECIDE_BY).min()
    )
    return plan.games.join(sums, on=c.GAME_ID, how="left", maintain_order="left")


def _title(games: pl.DataFrame) -> str:
    """What is planned: for whom, how many games, from when to when, and when it was forecast."""
    home = games[c.HOME].drop_nulls().unique()
    title = f"Operations plan{f' for {home[0]}' if len(home) == 1 else ''}: {games.height:,} "
    title += "game" if games.height == 1 else "games"
    dates: list[dt.date] = games[c.DATE].drop_nulls().to_list()
    if dates:
        last = f" to {date_words(max(dates))}" if min(dates) != max(dates) else ""
        title += f", {date_words(min(dates))}{last}"
    made: list[dt.date] = games[AS_OF].drop_nulls().to_list()
    return title + (f" (forecast as of {date_words(max(made))})" if made else "")
