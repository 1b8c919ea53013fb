"""Write a plan as a workbook to print."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gatecast.date_style import PLAIN, DateStyle
from gatecast.errors import InputError
from gatecast.plan.export.workbook.page import add_page, rows_of
from gatecast.plan.export.workbook.sheets import pages
from gatecast.plan.plan import Plan

__all__ = ["MOST_ROWS", "write_workbook"]

MOST_ROWS = 1_000_000


def write_workbook(plan: Plan, path: Path, notice: str = "", style: DateStyle = PLAIN) -> None:
    """Write a plan as an XLSX workbook.

    Parameters
    ----------
    plan : Plan
    path : path
    notice : str
        Shown at the top of every sheet.
    style : DateStyle
        How dates and times are written.

    Raises
    ------
    InputError
        The plan has more rows than a sheet can hold.
    """
    from openpyxl import Workbook

    _check_size(plan.table.height + plan.games.height)
    book = Workbook()
    book.remove(book.active)
    for page in pages(plan, style):
        _check_size(rows_of(page))
        add_page(book, replace(page, note=f"{notice} {page.note}".strip()), style)
    book.save(path)


def _check_size(rows: int) -> None:
    if rows > MOST_ROWS:
        raise InputError(
            f"plan: got {rows:,} rows, expected at most {MOST_ROWS:,} on a sheet;"
            " plan fewer games, or write .csv, .json or .parquet"
        )
