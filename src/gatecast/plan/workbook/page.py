"""Sheets a manager can print: title, header that repeats, numbers with thousands, columns as wide as they need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["CLOCK", "DAY", "PERCENT", "TEXT", "WHOLE", "Heading", "Page", "add_page"]

WHOLE, PERCENT, DAY, CLOCK, TEXT = "#,##0", "0%", "d mmm yyyy", "hh:mm", "@"
LEFT_FORMS = (DAY, CLOCK, TEXT)
HEADER_ROW = 4
FORMULA_STARTS = ("=", "+", "-", "@")
INK, SHADE, RULE = "FF1F3A4D", "FFE8EEF2", "FFB8C4CC"
LINE_POINTS = 15
PROSE_DENSITY = 1.15  # letters of prose to a character of column width, which is that of a digit


@dataclass(frozen=True)
class Heading:
    """A column of a sheet.

    Parameters
    ----------
    text : str
        Header; a line break starts a second line.
    width : float
        In characters.
    form : str
        Number format; text is shown as text whatever it holds.
    """

    text: str
    width: float
    form: str = TEXT


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one sheet shows.

    Parameters
    ----------
    tab, title, note : str
        Name of the sheet, first line, and the line below it.
    headings : sequence of Heading
    rows : sequence of sequences
        Cell values, None for empty.
    kept : int
        Columns that stay in view when scrolling to the right.
    totals : sequence
        A last row in bold; empty for none.
    grouped : bool
        True: repeats in the first column are left out, with a line above each new value.
    """

    tab: str
    title: str
    note: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Any]]
    kept: int = 1
    totals: Sequence[Any] = ()
    grouped: bool = False


def add_page(book: Workbook, page: Page) -> None:
    """Add a printable sheet to a workbook."""
    from openpyxl.utils import get_column_letter

    sheet, headings = book.create_sheet(page.tab), page.headings
    for place, line in enumerate(([page.title], [page.note], [], [heading.text for heading in headings]), start=1):
        _write_row(sheet, place, line)
    previous = None
    for place, row in enumerate(page.rows, start=HEADER_ROW + 1):
        repeated = page.grouped and row[0] == previous
        previous = row[0]
        cells = _write_row(sheet, place, [None, *row[1:]] if repeated else row)
        _style_row(sheet, cells, headings, ruled=not repeated)
    if page.totals:
        cells = _write_row(sheet, HEADER_ROW + 1 + len(page.rows), page.totals)
        _style_row(sheet, cells, headings, ruled=True, bold=True)
    for place, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = heading.width
    _style_head(sheet, headings)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, page.kept + 1)
    _set_print(sheet)


def _printable(value: Any) -> Any:  # noqa: ANN401  a cell holds any type
    """A cell value without the control signs that a workbook cannot hold."""
    if not isinstance(value, str):
        return value
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in value)


def _write_row(sheet: Worksheet, place: int, values: Sequence[Any]) -> list[Cell]:
    """Write a row in which no text is run as a formula, now or when the cell is edited."""
    cells = [sheet.cell(place, column, _printable(value)) for column, value in enumerate(values, start=1)]
    for cell in cells:
        if isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS):
            cell.data_type, cell.quotePrefix = "s", True
    return cells


def _style_row(
    sheet: Worksheet, cells: Sequence[Cell], headings: Sequence[Heading], *, ruled: bool, bold: bool = False
) -> None:
    border, font, left, right = _row_styles(ruled, bold)
    lines = 1
    for cell, heading in zip(cells, headings, strict=True):
        text = isinstance(cell.value, str) or heading.form in LEFT_FORMS
        cell.border, cell.font, cell.alignment = border, font, left if text else right
        if isinstance(cell.value, str):
            lines = max(lines, math.ceil(len(cell.value) / heading.width / PROSE_DENSITY))
        else:
            cell.number_format = heading.form
    sheet.row_dimensions[cells[0].row].height = LINE_POINTS * lines


@cache
def _row_styles(ruled: bool, bold: bool) -> tuple[Any, ...]:
    from openpyxl.styles import Alignment, Border, Font, Side

    side = Side(style="medium" if bold else "hair", color=INK if bold else RULE)
    left = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
    right = Alignment(horizontal="right", vertical="top")
    return Border(top=side) if ruled else Border(), Font(bold=bold), left, right


def _style_head(sheet: Worksheet, headings: Sequence[Heading]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet.cell(1, 1).font = Font(bold=True, size=14, color=INK)
    sheet.cell(2, 1).font = Font(italic=True, color="FF555555")
    for cell, heading in zip(sheet[HEADER_ROW], headings, strict=True):
        cell.font = Font(bold=True, color=INK)
        cell.fill = PatternFill("solid", fgColor=SHADE)
        side = "left" if heading.form in LEFT_FORMS else "right"
        cell.alignment = Alignment(horizontal=side, vertical="bottom", wrap_text=True, indent=int(side == "left"))
    lines = max(
        sum(-(-len(line) // max(int(heading.width) - 1, 1)) for line in heading.text.split("\n"))
        for heading in headings
    )
    sheet.row_dimensions[HEADER_ROW].height = LINE_POINTS * lines + 2


def _set_print(sheet: Worksheet) -> None:
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "Page &P of &N"
    sheet.sheet_view.showGridLines = False
