"""Stock: what is on hand before each game, and the order list of each delivery."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import polars as pl

from gatecast.formatting import capital
from gatecast.games import columns as c
from gatecast.plan.columns import (
    CASE_SIZE,
    CASES,
    DECIDE_BY,
    DELIVERY,
    KEEPS_UNTIL,
    KIND,
    NAME,
    ON_HAND,
    SERVES,
    STOCK,
    UNITS_ORDERED,
)
from gatecast.plan.export.workbook.labels import COUNT_WIDTH, DATE_WIDTH, Labels, date_words
from gatecast.plan.export.workbook.page import DAY, WHOLE, Block, Heading, Page
from gatecast.plan.plan import Plan
from gatecast.plan.views.delivery_list import delivery_list

__all__ = ["orders_page", "stock_page"]


def stock_page(plan: Plan, labels: Labels) -> Page:
    """Cases on hand: a row a game, a column an item."""
    items = plan.operations.stock
    on_hand = plan.table.filter(pl.col(KIND) == STOCK)[ON_HAND].to_numpy().reshape(-1, len(items))
    rows = [(*label, *row) for label, row in zip(labels.rows, on_hand.tolist(), strict=True)]
    return Page(
        tab="Stock",
        title="Stock: cases on hand before each game",
        note="What the stands start with, on average: what was delivered for the game, and what is left of earlier"
        " deliveries and still keeps.",
        headings=[
            *labels.headings,
            *(Heading(f"{capital(item.name)}\n(case of {item.case_size:,})", COUNT_WIDTH + 2, WHOLE) for item in items),
        ],
        blocks=[Block(rows)],
        kept=len(labels.headings),
    )


def orders_page(plan: Plan, labels: Labels) -> Iterator[Page]:
    """One block a delivery: each item with its cases, the day to order by, and the games it is for; none undated."""
    deliveries = delivery_list(plan)
    if deliveries.is_empty():
        return
    clubs = plan.games[c.HOME].n_unique() > 1
    short = dict(zip(labels.ids, labels.short, strict=True))
    headings = [
        Heading("Item", 24),
        Heading("Cases", 9, WHOLE),
        Heading("Units\nin a case", 10, WHOLE),
        Heading("Units", 10, WHOLE),
        Heading("Order by", DATE_WIDTH, DAY),
        Heading("Keeps until", DATE_WIDTH, DAY),
        Heading("For the games", 50),
    ]
    yield Page(
        tab="Orders",
        title="Order list, by delivery",
        note="Cases that come with each delivery. For the games: until the item is delivered next, as far as it keeps.",
        headings=headings,
        blocks=[
            Block([_row(row, short) for row in rows], _title(day, home, clubs))
            for (day, home), rows in groupby(deliveries.iter_rows(named=True), lambda row: (row[DELIVERY], row[c.HOME]))
        ],
    )


def _title(day: Any, home: str | None, clubs: bool) -> str:  # noqa: ANN401  a date
    return f"Delivery of {day:%a} {date_words(day)}" + (f" to {home}" if clubs and home else "")


def _row(row: dict[str, Any], short: dict[str, str]) -> tuple[Any, ...]:
    cells = (row[name] for name in (CASES, CASE_SIZE, UNITS_ORDERED, DECIDE_BY, KEEPS_UNTIL))
    return capital(row[NAME]), *cells, ", ".join(short[game] for game in row[SERVES])
