"""The sheets of the workbook: summary, deadlines, staff, shifts, stock, orders, transport, reasons, assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from gatecast.date_style import PLAIN, DateStyle
from gatecast.formatting import capital, heading, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN, P_SELLOUT, quantile_column
from gatecast.plan.columns import (
    CASE_SIZE,
    CASES,
    CHOICE,
    DECIDE_BY,
    DELIVERY,
    ENGAGED,
    EXPECTED_COST,
    KEEPS_UNTIL,
    KIND,
    NAME,
    ON_HAND,
    PEOPLE,
    REASON,
    RISK_SHORT,
    SERVES,
    SHIFTS,
    SHORTFALL,
    STAFF,
    STOCK,
    TICKETS,
    TRANSPORT,
    UNITS,
    UNITS_ORDERED,
)
from gatecast.plan.export.workbook.labels import (
    COUNT_WIDTH,
    DATE_WIDTH,
    Labels,
    date_words,
    money_form,
    rounded_column,
    why,
)
from gatecast.plan.export.workbook.page import CHANCE, DAY, PERCENT, TEXT, WHOLE, Block, Heading, Page
from gatecast.plan.operations.model import TransportService
from gatecast.plan.operations.toml import assumptions
from gatecast.plan.plan import Plan
from gatecast.plan.views.constraints import limits_that_bind
from gatecast.plan.views.deadlines import deadlines
from gatecast.plan.views.delivery_list import delivery_list

__all__ = ["pages"]

LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
VEHICLES = UNITS[TRANSPORT]
WATCH = "To watch"
ENOUGH, WHY, ROOM = "enough", "why", "room"
ASSUMPTION_HEADINGS = (
    Heading("Setting", 24),
    Heading("Value", 11, "#,##0.###"),
    Heading("Unit", 28),
    Heading("Source", 70, TEXT),
)


def pages(plan: Plan, style: DateStyle = PLAIN) -> Iterator[Page]:
    """Yield the sheets in the order in which a manager needs them; none for a kind that is not decided."""
    labels = Labels.of(plan.games, style)
    kinds = {kind for kind in (STAFF, STOCK, TRANSPORT) if getattr(plan.operations, kind)}
    yield _summary_page(plan, labels, style)
    yield from _deadlines_page(plan, style)
    yield from _overrides_page(plan, labels)
    if STAFF in kinds:
        yield _staff_page(plan, labels)
        yield _shifts_page(plan, labels)
    if STOCK in kinds:
        yield _stock_page(plan, labels)
        yield from _orders_page(plan, labels, style)
    if TRANSPORT in kinds:
        yield _transport_page(plan, labels)
    yield _reasons_page(plan, labels)
    yield _assumptions_page(plan)


def _summary_page(plan: Plan, labels: Labels, style: DateStyle) -> Page:
    """Return a row a game: people expected, staff and vehicles in all, expected cost, and the first deadline."""
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
    cells = games.select(rounded_column(name) if name.startswith((TICKETS, PEOPLE)) else pl.col(name) for name in shown)
    rows = [(*label, *row) for label, row in zip(labels.rows, cells.rows(), strict=True)]
    return Page(
        tab="Summary",
        title=_summary_title(plan.games, style),
        note="People in: through the gate; 80% of games end between low and high. Expected cost: wages, vehicles, and"
        " what waste and shortage cost on average.",
        headings=[*labels.headings, *(columns[name] for name in shown)],
        blocks=[Block(rows)],
        kept=len(labels.headings),
        totals=[*labels.total(), *(cells[name].sum() if name in added else None for name in shown)],
        remarks=[WATCH, *limits] if limits else [],
    )


def _deadlines_page(plan: Plan, style: DateStyle) -> Iterator[Page]:
    """Yield a row a deadline; no sheet if games have no dates."""
    due = deadlines(plan, style)
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


def _overrides_page(plan: Plan, labels: Labels) -> Iterator[Page]:
    """Yield a row a figure that was set by hand, beside the model's; no sheet if there is none."""
    if plan.overrides is None or plan.overrides.is_empty():
        return
    money = money_form(plan.operations.currency)
    lines = dict(zip(labels.ids, labels.short, strict=True))
    yield Page(
        tab="By hand",
        title="Figures set by hand, beside the model's",
        note="Cost: expected, of the whole game for a forecast (if the model is right), else of the role, item or"
        " service. Runs short: share of outcomes in which the number is not enough.",
        headings=[
            Heading("Game", 30),
            Heading("What", 22),
            Heading("By hand", COUNT_WIDTH, WHOLE),
            Heading("Model", COUNT_WIDTH, WHOLE),
            Heading("Unit", 10),
            Heading("Cost\nby hand", 12, money),
            Heading("Cost\nmodel", 12, money),
            Heading("Runs short\nby hand", 12, CHANCE),
            Heading("Runs short\nmodel", 12, CHANCE),
            Heading("Why", 50),
        ],
        blocks=[
            Block(
                [
                    (lines.get(row[0], row[0]), capital(row[2] or "attendance"), row[4], row[5], row[3], *row[6:])
                    for row in plan.overrides.iter_rows()
                ]
            )
        ],
    )


def _with_sums(plan: Plan) -> pl.DataFrame:
    """Return the games with their vehicles and first deadlines."""
    sums = plan.table.group_by(c.GAME_ID).agg(
        pl.col(CHOICE).filter(pl.col(KIND) == TRANSPORT).sum().alias(VEHICLES), pl.col(DECIDE_BY).min()
    )
    return plan.games.join(sums, on=c.GAME_ID, how="left", maintain_order="left")


def _summary_title(games: pl.DataFrame, style: DateStyle) -> str:
    """Return the title: the club, the number of games, first and last day, and the day of the forecast."""
    home = games[c.HOME].drop_nulls().unique()
    title = f"Operations plan{f' for {home[0]}' if len(home) == 1 else ''}: {games.height:,} "
    title += "game" if games.height == 1 else "games"
    dates: list[dt.date] = games[c.DATE].drop_nulls().to_list()
    if dates:
        last = f" to {date_words(max(dates), style)}" if min(dates) != max(dates) else ""
        title += f", {date_words(min(dates), style)}{last}"
    cutoffs: list[dt.date] = games[AS_OF].drop_nulls().to_list()
    return title + (f" (forecast as of {date_words(max(cutoffs), style)})" if cutoffs else "")


def _staff_page(plan: Plan, labels: Labels) -> Page:
    """Return the shifts to hire: a row a game, a column a role."""
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


def _shifts_page(plan: Plan, labels: Labels) -> Page:
    """Return one block a game: each role with its shifts, the people to engage, the last day to hire, and why."""
    columns = {
        NAME: Heading("Role", 20),
        CHOICE: Heading("Shifts", 9, WHOLE),
        SHORTFALL: Heading("Too few by", 9, WHOLE),
        ENGAGED: Heading("People for\nhomestand", 12, WHOLE),
        DECIDE_BY: Heading("Hire by", DATE_WIDTH, DAY),
        ENOUGH: Heading("Enough in", 10, PERCENT),
        WHY: Heading("Why", 62),
    }
    shifts = plan.table.filter(pl.col(KIND) == STAFF)
    shifts = shifts.with_columns(
        pl.Series(WHY, why(shifts[REASON].to_list(), shifts[NAME].to_list()), pl.String),
        _enough().alias(ENOUGH),
        pl.when(pl.col(SHORTFALL) > 0).then(SHORTFALL).alias(SHORTFALL),
    )
    shown = [name for name in columns if name != SHORTFALL or shifts[SHORTFALL].sum()]
    rows = shifts.select(shown).with_columns(pl.col(NAME).map_elements(capital, pl.String)).rows()
    each = len(plan.operations.staff)
    games = plan.games.select(SHIFTS, f"{PEOPLE}_{MEAN}", f"{PEOPLE}_{LOW}", f"{PEOPLE}_{HIGH}").rows()
    return Page(
        tab="Shifts",
        title="Shift sheets, a page for each game",
        note="People for homestand: to engage, as nobody works two shifts at one game. Enough in: share of outcomes in"
        " which the shifts, with those that can be called in late, are enough.",
        headings=[columns[name] for name in shown],
        blocks=[
            Block(
                rows[place * each : (place + 1) * each],
                f"{line}: {total:,} shifts for {rounded(people)} people in"
                f" (80% range from {rounded(low)} to {rounded(high)})",
            )
            for place, (line, (total, people, low, high)) in enumerate(zip(labels.lines, games, strict=True))
        ],
        apart=True,
    )


def _enough() -> pl.Expr:
    """Return the share of outcomes in which a choice is enough, rounded down to a percent."""
    return ((1 - pl.col(RISK_SHORT)) * 100 + 1e-6).floor() / 100


def _stock_page(plan: Plan, labels: Labels) -> Page:
    """Return the cases on hand: a row a game, a column an item."""
    items = plan.operations.stock
    on_hand = plan.table.filter(pl.col(KIND) == STOCK)[ON_HAND].to_numpy().reshape(-1, len(items))
    rows = [(*label, *row) for label, row in zip(labels.rows, on_hand.tolist(), strict=True)]
    return Page(
        tab="Stock",
        title="Stock: cases on hand before each game",
        note="Average stock before the game: cases delivered for it, and cases left of earlier deliveries that still"
        " keep.",
        headings=[
            *labels.headings,
            *(Heading(f"{capital(item.name)}\n(case of {item.case_size:,})", COUNT_WIDTH + 2, WHOLE) for item in items),
        ],
        blocks=[Block(rows)],
        kept=len(labels.headings),
    )


def _orders_page(plan: Plan, labels: Labels, style: DateStyle) -> Iterator[Page]:
    """Yield one block a delivery: each item with its cases, the last day to order, and its games; none if undated."""
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
            Block([_order_row(row, short) for row in rows], _delivery_title(day, home, clubs, style))
            for (day, home), rows in groupby(deliveries.iter_rows(named=True), lambda row: (row[DELIVERY], row[c.HOME]))
        ],
    )


def _delivery_title(day: Any, home: str | None, clubs: bool, style: DateStyle) -> str:  # noqa: ANN401  a date
    return f"Delivery of {day:%a}{',' if style.month_first else ''} {date_words(day, style)}" + (
        f" to {home}" if clubs and home else ""
    )


def _order_row(row: dict[str, Any], short: dict[str, str]) -> tuple[Any, ...]:
    cells = (row[name] for name in (CASES, CASE_SIZE, UNITS_ORDERED, DECIDE_BY, KEEPS_UNTIL))
    return capital(row[NAME]), *cells, ", ".join(short[game] for game in row[SERVES])


def _transport_page(plan: Plan, labels: Labels) -> Page:
    """Return each service with its vehicles for each game, the people they take away, and why."""
    return Page(
        tab="Transport",
        title="Transport: extra vehicles to run",
        note="Room: people that the vehicles take away in time. Enough in: share of outcomes in which nobody is left"
        " waiting.",
        headings=[
            *labels.headings,
            Heading("Vehicles", COUNT_WIDTH, WHOLE),
            Heading("Room for\npeople", COUNT_WIDTH, WHOLE),
            Heading("Enough in", COUNT_WIDTH, PERCENT),
            Heading("Why", 62),
        ],
        blocks=[_service_block(plan, labels, service) for service in plan.operations.transport],
        kept=len(labels.headings),
        apart=True,
    )


def _service_block(plan: Plan, labels: Labels, service: TransportService) -> Block:
    vehicles = plan.table.filter(pl.col(KIND) == TRANSPORT, pl.col(NAME) == service.name)
    reasons = why(vehicles[REASON].to_list(), vehicles[NAME].to_list())
    room = (pl.col(CHOICE) * service.people_per_vehicle).alias(ROOM)
    chosen = vehicles.select(CHOICE, room, _enough()).rows()
    return Block(
        [(*label, *row, reason) for label, row, reason in zip(labels.rows, chosen, reasons, strict=True)],
        _service_title(service),
    )


def _service_title(service: TransportService) -> str:
    """Return a service with the people that one vehicle takes away, and the fleet."""
    title = f"{capital(service.name)}: a vehicle takes {service.people_per_vehicle:,} people"
    if service.trip_minutes is not None:
        trips = f"{service.trips} trip{'s' if service.trips != 1 else ''} of {service.trip_minutes:g} minutes"
        title += f", {service.seats:,} on each of {trips} within {service.minutes_to_clear:g}"
    return title + (f"; {service.fleet:,} in the fleet" if service.fleet is not None else "")


def _reasons_page(plan: Plan, labels: Labels) -> Page:
    """Return the reason of every choice, a block a game."""
    each = plan.table.height // plan.games.height
    rows = [(capital(kind), reason) for kind, reason in plan.table.select(KIND, REASON).iter_rows()]
    return Page(
        tab="Reasons",
        title="Why each number was chosen",
        note="Outcomes: equally likely results of a game, by the forecast and your operations settings.",
        headings=[Heading("Decision", 12), Heading("Why", 150)],
        blocks=[Block(rows[place * each : (place + 1) * each], line) for place, line in enumerate(labels.lines)],
    )


def _assumptions_page(plan: Plan) -> Page:
    """Return every number that the plan assumes, with its unit and source."""
    groups = groupby(assumptions(plan.operations), lambda each: (each.group, each.name))
    return Page(
        tab="Assumptions",
        title="What the plan assumes",
        note="An assumption is a plain starting point: put your own numbers in the operations file.",
        headings=ASSUMPTION_HEADINGS,
        blocks=[
            Block(
                [(heading(each.setting), each.value, each.unit, each.source) for each in rows],
                f"{capital(name)} ({group})",
            )
            for (group, name), rows in groups
        ],
    )
