"""Sheets to print: title, note, a header that repeats, blocks of rows, columns as wide as they need.

No text of a plan is run as a formula, whatever it begins with: it is stored as text, and stays text when it is edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from gatecast.date_style import PLAIN, DateStyle

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["CHANCE", "CLOCK", "DAY", "PERCENT", "TEXT", "WHOLE", "Block", "Heading", "Page", "add_page", "rows_of"]

WHOLE, PERCENT, DAY, CLOCK, TEXT = "#,##0", "0%", "ddd d mmm yyyy", "hh:mm", "@"
DAY_MONTH_FIRST, CLOCK_OF_TWELVE = "ddd, mmm d, yyyy", "h:mm AM/PM"
"""Forms of a date and a time where months come first, and where clocks have twelve hours."""
CHANCE = '[=0]0%;[<0.01]"under 1%";0%'
"""A small chance is shown as under 1%, never as a bare 0."""
LEFT_FORMS = (DAY, DAY_MONTH_FIRST, CLOCK, CLOCK_OF_TWELVE, TEXT)
TITLE_ROW, NOTE_ROW, HEADER_ROW = 1, 2, 4
FORMULA_STARTS = ("=", "+", "-", "@")
INK, GREY, SHADE, RULE = "FF1F3A4D", "FF555555", "FFE8EEF2", "FFB8C4CC"
FONT, FONT_SIZE = "Calibri", 11
LINE_POINTS, TITLE_POINTS, PADDING_POINTS = 14.5, 21, 4
PROSE_DENSITY = 1.1
"""Letters of prose to a unit of column width, which is the width of a digit."""
INDENT = 1.5
"""Units of a column's width that an indented text leaves empty."""
SIDE_INCHES, END_INCHES = 0.4, 0.7
PAGE_PIXELS = 0.95 * 96 * (11 - 2 * SIDE_INCHES)
"""Width of a landscape page of letter size between its margins, with room to spare; one of A4 is wider."""
PAGE_POINTS = 0.95 * 72 * (8.27 - 2 * END_INCHES)
"""Height of a landscape page of A4 between its margins, with room to spare; one of letter size is higher."""
DIGIT_PIXELS, CELL_PIXELS = 7, 5
SMALLEST_SCALE = 10
MOST_BREAKS = 1000
"""Page breaks that spreadsheets take on one sheet, rounded down from 1,026."""


@dataclass(frozen=True)
class Heading:
    """A column of a sheet.

    Parameters
    ----------
    text : str
        Header text; a line break starts a second line.
    width : float
        In characters.
    form : str
        Number format; a text cell is always shown as text.
    """

    text: str
    width: float
    form: str = TEXT


@dataclass(frozen=True)
class Block:
    """Rows of a sheet that belong together, under a line of their own.

    Parameters
    ----------
    rows : sequence of sequences
        Cell values, None for empty.
    title : str
        A line across the sheet; none if empty.
    """

    rows: Sequence[Sequence[Any]]
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """The content of one sheet.

    Parameters
    ----------
    tab, title, note : str
        Name of the sheet, first line, and the line below it.
    headings : sequence of Heading
    blocks : sequence of Block
    kept : int
        Columns that stay in view when scrolling to the right.
    totals : sequence
        A last row in bold; empty for none.
    remarks : sequence of str
        Lines below the table, the first of them in bold.
    apart : bool
        True if each block is printed on a page of its own.
    """

    tab: str
    title: str
    note: str
    headings: Sequence[Heading]
    blocks: Sequence[Block]
    kept: int = 1
    totals: Sequence[Any] = ()
    remarks: Sequence[str] = ()
    apart: bool = False


def rows_of(page: Page) -> int:
    """Return the number of rows that a page takes on its sheet."""
    blocks = sum(len(block.rows) + bool(block.title) for block in page.blocks)
    return HEADER_ROW + blocks + bool(page.totals) + (len(page.remarks) + 1 if page.remarks else 0)


def add_page(book: Workbook, page: Page, style: DateStyle = PLAIN) -> None:
    """Add a printable sheet to a workbook, with dates and times as in `style`."""
    from openpyxl.utils import get_column_letter

    forms = {DAY: DAY_MONTH_FIRST} if style.month_first else {}
    forms |= {CLOCK: CLOCK_OF_TWELVE} if style.twelve_hours else {}
    page = replace(page, headings=[replace(each, form=forms.get(each.form, each.form)) for each in page.headings])
    sheet, headings = book.create_sheet(page.tab), page.headings
    for place, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = heading.width
    _write_head(sheet, page)
    starts = _write_blocks(sheet, page)
    place = starts[-1]
    if page.totals:
        _style_row(sheet, _write_row(sheet, place, page.totals), headings, bold=True)
        place += 1
    for line, remark in enumerate(page.remarks, start=place + 1):
        _write_line(sheet, line, remark, headings, bold=line == place + 1)
    sheet.freeze_panes = f"{get_column_letter(page.kept + 1)}{HEADER_ROW + 1}"
    _set_print(sheet)
    if len(page.blocks) > 1:
        _break_pages(sheet, page, starts)


def _write_blocks(sheet: Worksheet, page: Page) -> list[int]:
    """Write the blocks below each other; return the first row of each, and the first free row after them."""
    starts = [HEADER_ROW + 1]
    for block in page.blocks:
        place = starts[-1]
        if block.title:
            _write_line(sheet, place, block.title, page.headings, bold=True)
            place += 1
        for row in block.rows:
            _style_row(sheet, _write_row(sheet, place, row), page.headings)
            place += 1
        starts.append(place)
    return starts


def _printable(value: Any) -> Any:  # noqa: ANN401  a cell holds any type
    """Return a cell value without the control characters that a workbook cannot hold."""
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


def _write_line(sheet: Worksheet, place: int, text: str, headings: Sequence[Heading], *, bold: bool = False) -> None:
    """Write text across the whole sheet, over as many lines as it needs."""
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    (cell,) = _write_row(sheet, place, [text])
    sheet.merge_cells(start_row=place, end_row=place, start_column=1, end_column=len(headings))
    cell.font = _font(bold=bold, color=INK)
    cell.alignment = Alignment(horizontal="left", vertical="center" if bold else "top", wrap_text=True, indent=1)
    if bold:
        cell.border, cell.fill = Border(top=Side(style="thin", color=INK)), PatternFill("solid", fgColor=SHADE)
    width = sum(heading.width for heading in headings)
    sheet.row_dimensions[place].height = LINE_POINTS * _lines(text, width) + PADDING_POINTS


def _style_row(sheet: Worksheet, cells: Sequence[Cell], headings: Sequence[Heading], *, bold: bool = False) -> None:
    border, font, left, right = _row_styles(bold)
    lines = 1
    for cell, heading in zip(cells, headings, strict=True):
        text = isinstance(cell.value, str) or heading.form in LEFT_FORMS
        cell.border, cell.font, cell.alignment = border, font, left if text else right
        if isinstance(cell.value, str):
            lines = max(lines, _lines(cell.value, heading.width))
        else:
            cell.number_format = heading.form
    sheet.row_dimensions[cells[0].row].height = LINE_POINTS * lines + PADDING_POINTS


def _lines(text: str, width: float) -> int:
    """Return the number of lines that a text takes in a column, broken between words."""
    letters = max(int((width - INDENT) * PROSE_DENSITY), 1)
    return sum(max(len(wrap(line, letters)), 1) for line in text.split("\n"))


def _font(**more: Any) -> Font:  # noqa: ANN401  what openpyxl takes
    """Return the font of the workbook; without a name, each program uses its own, and widths no longer fit."""
    from openpyxl.styles import Font

    return Font(**{"name": FONT, "size": FONT_SIZE, **more})


@cache
def _row_styles(bold: bool) -> tuple[Any, ...]:
    from openpyxl.styles import Alignment, Border, Side

    side = Side(style="medium" if bold else "hair", color=INK if bold else RULE)
    left = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
    right = Alignment(horizontal="right", vertical="center")
    return Border(top=side), _font(bold=bold), left, right


def _write_head(sheet: Worksheet, page: Page) -> None:
    from openpyxl.styles import Alignment, PatternFill

    headings = page.headings
    _write_line(sheet, TITLE_ROW, page.title, headings)
    _write_line(sheet, NOTE_ROW, page.note, headings)
    sheet.cell(TITLE_ROW, 1).font = _font(bold=True, size=14, color=INK)
    sheet.cell(NOTE_ROW, 1).font = _font(italic=True, color=GREY)
    sheet.row_dimensions[TITLE_ROW].height = TITLE_POINTS * _lines(page.title, sum(h.width for h in headings) / 1.4)
    for cell, heading in zip(_write_row(sheet, HEADER_ROW, [h.text for h in headings]), headings, strict=True):
        cell.font = _font(bold=True, color=INK)
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
    sheet.page_margins.left = sheet.page_margins.right = SIDE_INCHES
    sheet.page_margins.top = sheet.page_margins.bottom = END_INCHES
    sheet.page_margins.header = sheet.page_margins.footer = END_INCHES / 2
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "Page &P of &N"
    sheet.sheet_view.showGridLines = False


def _break_pages(sheet: Worksheet, page: Page, starts: Sequence[int]) -> None:
    """Begin a new page before each block that stands apart, or that the page before it does not hold to its end.

    Excel ignores page breaks on a sheet that it fits to a width, so the scale is set to what fits.
    """
    from openpyxl.worksheet.pagebreak import Break

    pixels = sum(heading.width * DIGIT_PIXELS + CELL_PIXELS for heading in page.headings)
    scale = max(min(int(100 * PAGE_PIXELS / pixels), 100), SMALLEST_SCALE)
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = scale
    heights = [sheet.row_dimensions[row].height or LINE_POINTS for row in range(1, starts[-1])]
    room, header = 100 * PAGE_POINTS / scale, heights[HEADER_ROW - 1]
    used = sum(heights[:HEADER_ROW])
    for number, (first, after) in enumerate(pairwise(starts)):
        block = sum(heights[first - 1 : after - 1])
        whole = used + block <= room
        if number and (page.apart or not whole) and len(sheet.row_breaks) < MOST_BREAKS:
            sheet.row_breaks.append(Break(id=first - 1))
            used = header
        used = (used + block) if used + block <= room else header + (used + block) % room
