"""The workbook: its sheets, in the order in which a manager needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gatecast.errors import InputError
from gatecast.plan.columns import STAFF, STOCK, TRANSPORT
from gatecast.plan.export.workbook.assumptions import assumptions_page
from gatecast.plan.export.workbook.labels import Labels
from gatecast.plan.export.workbook.page import Page, add_page, rows_of
from gatecast.plan.export.workbook.reasons import reasons_page
from gatecast.plan.export.workbook.staff import shifts_page, staff_page
from gatecast.plan.export.workbook.stock import orders_page, stock_page
from gatecast.plan.export.workbook.summary import deadlines_page, summary_page
from gatecast.plan.export.workbook.transport import transport_page
from gatecast.plan.plan import Plan

__all__ = ["MOST_ROWS", "write_workbook"]

MOST_ROWS = 1_000_000


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

    _check_size(plan.table.height + plan.games.height)
    book = Workbook()
    book.remove(book.active)
    for page in _pages(plan):
        _check_size(rows_of(page))
        add_page(book, replace(page, note=f"{notice} {page.note}".strip()))
    book.save(path)


def _pages(plan: Plan) -> Iterator[Page]:
    labels = Labels.of(plan.games)
    kinds = {kind for kind in (STAFF, STOCK, TRANSPORT) if getattr(plan.operations, kind)}
    yield summary_page(plan, labels)
    yield from deadlines_page(plan)
    if STAFF in kinds:
        yield staff_page(plan, labels)
        yield shifts_page(plan, labels)
    if STOCK in kinds:
        yield stock_page(plan, labels)
        yield from orders_page(plan, labels)
    if TRANSPORT in kinds:
        yield transport_page(plan, labels)
    yield reasons_page(plan, labels)
    yield assumptions_page(plan)


def _check_size(rows: int) -> None:
    if rows > MOST_ROWS:
        raise InputError(
            f"plan: got {rows:,} rows, expected at most {MOST_ROWS:,} on a sheet;"
            " plan fewer games, or write .csv, .json or .parquet"
        )
