"""The plan as a workbook to print: a summary, one matrix for each kind of decision, reasons and assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from gatecast.errors import InputError
from gatecast.evaluate.quantiles import AS_OF, MEAN, P_SELLOUT
from gatecast.games import columns as c
from gatecast.plan.columns import CHOICE, EXPECTED_COST, KIND, PEOPLE, REASON, SHIFTS, TICKETS
from gatecast.plan.decide import STAFF, STOCK, TRANSPORT
from gatecast.plan.operations import StaffRole, StockItem, TransportService
from gatecast.plan.reader import assumptions
from gatecast.plan.sheets import CLOCK, DAY, PERCENT, TEXT, WHOLE, Heading, Page, add_page

if TYPE_CHECKING:
    from gatecast.plan.plan import Plan

__all__ = ["write_workbook"]

MOST_ROWS = 1_000_000
ID_WIDTH, NAME_WIDTH, COUNT_WIDTH = 18, 18, 14


def write_workbook(plan: Plan, path: Path, notice: str = "") -> None:
    """Write a plan as an XLSX workbook.

    Parameters
    ----------
    plan : Plan
    path : path
    notice : str
        Shown above every sheet.

    Raises
    ------
    InputError
        The plan has more rows than a sheet can hold.
    """
    from openpyxl import Workbook

    if plan.table.height > MOST_ROWS:
        raise InputError(
            f"{path.name}: got a plan of {plan.table.height:,} rows, expected at most {MOST_ROWS:,} for a workbook;"
            " plan fewer games, or write .csv or .parquet"
        )
    book = Workbook()
    book.remove(book.active)
    for page in _pages(plan):
        add_page(book, replace(page, note=f"{notice} {page.note}".strip()))
    book.save(path)


def _pages(plan: Plan) -> Iterator[Page]:
    labels = _labels(plan.games)
    yield _summary(plan, labels)
    for kind, title, note in (
        (STAFF, "Staff: shifts to hire", "Shifts for each game."),
        (STOCK, "Stock: cases to have on hand", "Cases needed at each game, before anything left from the last one."),
        (TRANSPORT, "Transport: extra vehicles to run", "Vehicles for each game."),
    ):
        if getattr(plan.operations, kind):
            yield _matrix(plan, labels, kind, title, note)
    yield _reasons(plan, labels)
    yield _assumptions(plan)


@dataclass(frozen=True)
class _Labels:
    """The columns that say which game a row is of: date, day, start and opponent where known, else the id."""

    headings: list[Heading]
    rows: list[tuple[Any, ...]]

    def total(self) -> list[str | None]:
        """What stands below them in a row of totals."""
        return ["Total", *[None] * (len(self.headings) - 1)]


def _labels(games: pl.DataFrame) -> _Labels:
    known = {name for name in (c.DATE, c.START_TIME, c.HOME, c.VISITOR) if games[name].null_count() < games.height}
    columns = []
    if c.DATE in known:
        columns.append((Heading("Date", 14, DAY), pl.col(c.DATE)))
        columns.append((Heading("Day", 7), pl.col(c.DATE).dt.strftime("%a").alias("day")))
    if c.START_TIME in known:
        columns.append((Heading("Start", 9, CLOCK), pl.col(c.START_TIME)))
    if c.VISITOR in known:
        columns.append((Heading("Opponent", NAME_WIDTH), pl.col(c.VISITOR)))
    if c.HOME in known and games[c.HOME].n_unique() > 1:
        columns.append((Heading("Home", NAME_WIDTH), pl.col(c.HOME)))
    distinct = bool(columns) and games.select(expression for _, expression in columns).is_unique().all()
    if not distinct or not {c.DATE, c.VISITOR} & known:
        columns.insert(0, (Heading("Game", ID_WIDTH), pl.col(c.GAME_ID)))
    return _Labels([heading for heading, _ in columns], games.select(expression for _, expression in columns).rows())


def _summary(plan: Plan, labels: _Labels) -> Page:
    games, cost = plan.games, _money_form(plan.operations.currency)
    columns = {
        f"{TICKETS}_{MEAN}": Heading("Tickets\non average", COUNT_WIDTH, WHOLE),
        f"{TICKETS}_q10": Heading("Tickets\nlow", COUNT_WIDTH, WHOLE),
        f"{TICKETS}_q90": Heading("Tickets\nhigh", COUNT_WIDTH, WHOLE),
        f"{PEOPLE}_{MEAN}": Heading("People in\non average", COUNT_WIDTH, WHOLE),
        f"{PEOPLE}_q10": Heading("People in\nlow", COUNT_WIDTH, WHOLE),
        f"{PEOPLE}_q90": Heading("People in\nhigh", COUNT_WIDTH, WHOLE),
        P_SELLOUT: Heading("Sell-out\nchance", COUNT_WIDTH, PERCENT),
        SHIFTS: Heading("Staff\nshifts", COUNT_WIDTH, WHOLE),
        EXPECTED_COST: Heading("Expected\ncost", COUNT_WIDTH, cost),
    }
    shown = [name for name in columns if games[name].null_count() < games.height]
    added = {SHIFTS, EXPECTED_COST, f"{TICKETS}_{MEAN}", f"{PEOPLE}_{MEAN}"}
    return Page(
        tab="Summary",
        title=_title(games),
        note="Low and high: 8 games in 10 end between them. People in: through the gate. Expected cost: wages and"
        " vehicles, and what waste and shortage cost on average.",
        headings=[*labels.headings, *(columns[name] for name in shown)],
        rows=[(*label, *row) for label, row in zip(labels.rows, games.select(shown).rows(), strict=True)],
        kept=len(labels.headings),
        totals=[*labels.total(), *(games[name].sum() if name in added else None for name in shown)],
    )


def _matrix(plan: Plan, labels: _Labels, kind: str, title: str, note: str) -> Page:
    entries = getattr(plan.operations, kind)
    counts = plan.table.filter(pl.col(KIND) == kind)[CHOICE].to_numpy().reshape(plan.games.height, len(entries))
    names = [_capital(entry.name) + _size(entry) for entry in entries]
    if kind == STAFF:
        names.append("All staff")
        counts = np.column_stack([counts, counts.sum(axis=1)])
    return Page(
        tab=_capital(kind),
        title=title,
        note=note,
        headings=[*labels.headings, *(Heading(name, COUNT_WIDTH, WHOLE) for name in names)],
        rows=[(*label, *row) for label, row in zip(labels.rows, counts.tolist(), strict=True)],
        kept=len(labels.headings),
        totals=[*labels.total(), *counts.sum(axis=0).tolist()],
    )


def _reasons(plan: Plan, labels: _Labels) -> Page:
    each = plan.table.height // plan.games.height
    told = plan.table.select(KIND, REASON).rows()
    return Page(
        tab="Reasons",
        title="Why each number was chosen",
        note="Outcomes: equally likely ways a game may turn out, by the forecast and your operations settings.",
        headings=[Heading("Game", 36), Heading("Decision", 12), Heading("Why", 145)],
        rows=[(_label(labels.rows[i // each]), _capital(kind), reason) for i, (kind, reason) in enumerate(told)],
        grouped=True,
    )


def _assumptions(plan: Plan) -> Page:
    widths = (("Of", 16), ("Setting", 22), ("Value", 11), ("Unit", 28), ("Source", 75))
    return Page(
        tab="Assumptions",
        title="What the plan assumes",
        note="An assumption is a plain starting point: put your own numbers in the operations file.",
        headings=[Heading(text, width, "#,##0.###" if text == "Value" else TEXT) for text, width in widths],
        rows=[
            (_capital(found.name), _capital(found.setting.replace("_", " ")), found.value, found.unit, found.source)
            for found in assumptions(plan.operations)
        ],
        grouped=True,
    )


def _size(entry: StaffRole | StockItem | TransportService) -> str:
    """A second line of a heading: how much one unit holds."""
    if isinstance(entry, StockItem):
        return f"\n(case of {entry.case_size:,})"
    return f"\n({entry.seats:,} people)" if isinstance(entry, TransportService) else ""


def _title(games: pl.DataFrame) -> str:
    """What is planned: for whom, how many games, from when to when, and when it was forecast."""
    home = games[c.HOME].drop_nulls().unique()
    title = f"Operations plan{f' for {home[0]}' if len(home) == 1 else ''}: {games.height:,} "
    title += "game" if games.height == 1 else "games"
    dates: list[dt.date] = games[c.DATE].drop_nulls().to_list()
    if dates:
        title += f", {_words(min(dates))}" + (f" to {_words(max(dates))}" if min(dates) != max(dates) else "")
    made: list[dt.date] = games[AS_OF].drop_nulls().to_list()
    return title + (f" (forecast as of {_words(max(made))})" if made else "")


def _label(row: Sequence[Any]) -> str:
    return " ".join(_words(part) for part in row if part is not None)


def _words(part: object) -> str:
    if isinstance(part, dt.date):
        return f"{part.day} {part:%b %Y}"
    return f"{part:%H:%M}" if isinstance(part, dt.time) else str(part)


def _money_form(currency: str) -> str:
    return f'"{currency}{" " * currency.isalpha()}"#,##0'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
