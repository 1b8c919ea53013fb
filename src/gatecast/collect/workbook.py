"""Excel workbooks, read with care: they are zip files that anyone may have sent."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from gatecast.collect.raw_table import MOST_COLUMNS, RawTable, check_width, named_columns
from gatecast.errors import DataError, InputError
from gatecast.suggestions import suggestion

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

__all__ = ["read_workbook"]

MOST_ENTRIES = 10_000
LARGEST_UNPACKED = 200_000_000
SMALL_UNPACKED = 1_000_000
LARGEST_RATIO = 100
LAST_ROW = 1_048_576

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
SAVE_AGAIN = "open it in a spreadsheet and save it as an Excel workbook (.xlsx)"

Numbered = tuple[int, list[Any]]


def read_workbook(path: Path, sheet: str = "") -> RawTable:
    """Read the sheet of an Excel workbook that is named, or its first one and all others of the same header.

    Raises
    ------
    DataError
        No workbook, one that unpacks to far more than it should, formulas, or a header that leaves columns unnamed.
    """
    _check_zip(path)
    try:
        with warnings.catch_warnings(), path.open("rb") as opened:
            # openpyxl warns of decorations it leaves out, which do not matter here.
            warnings.simplefilter("ignore")
            return _read_sheets(opened, path.name, sheet)
    except InputError:
        raise
    except Exception as broken:
        # A damaged workbook can raise nearly anything inside openpyxl and the XML parser.
        got = f"a damaged workbook ({type(broken).__name__})"
        raise DataError(got, "an Excel workbook", SAVE_AGAIN, file=path.name) from broken


def _check_zip(path: Path) -> None:
    """Refuse what is no whole zip, is locked, or unpacks to more than a table of games ever would."""
    with path.open("rb") as opened:
        start = opened.read(4)
    if start == OLD_WORKBOOK:
        remedy = "save it without a password as an Excel workbook (.xlsx)"
        raise DataError("an old workbook or one with a password", "an open .xlsx", remedy, file=path.name)
    if start[:2] != b"PK":
        raise DataError("a file that is no workbook (no zip)", "an Excel workbook", SAVE_AGAIN, file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DataError("a workbook cut short", "a whole one", "copy or save it again", file=path.name) from None
    if "[Content_Types].xml" not in {entry.filename for entry in entries}:
        raise DataError("a zip file that is no workbook", "an Excel workbook", SAVE_AGAIN, file=path.name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise DataError("a workbook with a password", "an open one", "save it without a password", file=path.name)
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(1, path.stat().st_size)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > LARGEST_UNPACKED
        or (ratio > LARGEST_RATIO and unpacked > SMALL_UNPACKED)
    ):
        got = f"a workbook of {len(entries)} parts that unpacks to {unpacked / 1e6:.0f} MB, {ratio:.0f} times its size"
        expected = f"at most {LARGEST_UNPACKED / 1e6:.0f} MB, {LARGEST_RATIO} times its size and {MOST_ENTRIES} parts"
        raise DataError(got, expected, "copy the table alone into a new workbook", file=path.name)


def _read_sheets(opened: BinaryIO, file: str, sheet: str) -> RawTable:
    """Read the sheet named, or the first one and all others with the same header."""
    from openpyxl import load_workbook

    book = load_workbook(opened, read_only=True, data_only=False, keep_links=False)
    try:
        titles = [page.title for page in book.worksheets]
        if not titles:
            raise DataError("a workbook without sheets", "a sheet of games", file=file)
        if sheet and sheet not in titles:
            expected = f"one of its sheets: {', '.join(titles)}"
            raise DataError(f"no sheet {sheet!r}", expected, suggestion(sheet, titles), file=file)
        first = sheet or titles[0]
        read = {first: _read_sheet(book[first], file)}
        for title in titles:
            if not sheet and title != first and _header_of(book[title]) == read[first].header:
                read[title] = _read_sheet(book[title], file)
    finally:
        book.close()
    filled = {title: page for title, page in read.items() if page.rows}
    if not filled:
        raise DataError("no games", "at least one row below the header", _others(titles, [first]), file=file)
    rows = [row for page in filled.values() for row in page.rows]
    columns = [
        _column(str(place), [cell for page in filled.values() for cell in page.columns[place]])
        for place in range(len(read[first].header))
    ]
    frame, facts = named_columns(read[first].header, columns, rows, file)
    facts = replace(facts, sheets=tuple(filled), other_sheets=tuple(title for title in titles if title not in read))
    of_row = [title for title, page in filled.items() for _ in page.rows] if len(filled) > 1 else None
    return RawTable(frame, rows, file, facts=facts, sheet_of_row=of_row)


@dataclass(frozen=True)
class _Sheet:
    """The header of a sheet, the rows of the sheet that hold something, and their cells, column by column."""

    header: list[str]
    rows: list[int]
    columns: list[tuple[Any, ...]]


def _others(titles: list[str], read: list[str]) -> str:
    others = [title for title in titles if title not in read]
    return f'its other sheets are {", ".join(others)}: name one as sheet = "{others[0]}"' if others else ""


def _header_of(page: ReadOnlyWorksheet) -> list[str]:
    page.reset_dimensions()
    for row in page.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS + 1, values_only=True):
        if any(value is not None and value != "" for value in row):
            return _stripped(row)
    return []


def _stripped(header: Sequence[Any]) -> list[str]:
    """Return the texts of a header, without empty ones at its end."""
    names = ["" if cell is None else _as_text(cell).strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    return names


def _read_sheet(page: ReadOnlyWorksheet, file: str) -> _Sheet:
    page.reset_dimensions()
    start, cells = next(_filled_rows(page, file, MOST_COLUMNS + 1), (1, []))
    if not cells:
        raise DataError("an empty sheet", "a header and at least one row below it", file=file)
    header = _stripped(cells)
    check_width(len(header), file)
    numbered = [pair for pair in _filled_rows(page, file, len(header) + 1) if pair[0] > start]
    rows = [number for number, _ in numbered]
    columns = list(zip(*(row for _, row in numbered), strict=True)) if numbered else []
    beyond = columns[len(header)] if len(columns) > len(header) else ()
    filled = next((at for at, value in enumerate(beyond) if value is not None and value != ""), None)
    if filled is not None:
        got = f"a value in column {len(header) + 1}, which has no header"
        remedy = "unmerge the cells of the header, and take out titles above it"
        raise DataError(got, "a name in row 1 above every column", remedy, file=file, row=rows[filled])
    return _Sheet(header, rows, columns)


def _filled_rows(page: ReadOnlyWorksheet, file: str, width: int) -> Iterator[Numbered]:
    """Yield each row that has anything in it, with its number; formulas and errors are refused."""
    for number, row in enumerate(page.iter_rows(max_row=LAST_ROW, max_col=width), start=1):
        cells = [cell.value for cell in row]
        if not any(value is not None and value != "" for value in cells):
            continue
        for place, cell in enumerate(row):
            if cell.value is not None and cell.data_type in {"f", "e"}:
                _refuse_computed(cell, number, place, file)
        yield number, cells


def _refuse_computed(cell: ReadOnlyCell, row: int, place: int, file: str) -> None:
    from openpyxl.utils import get_column_letter

    column = f"column {get_column_letter(place + 1)}"
    if cell.data_type == "f":
        remedy = "copy the column and paste it as values"
        raise DataError(f"a formula ({str(cell.value)[:40]})", "a value", remedy, file=file, row=row, column=column)
    raise DataError(f"the error '{cell.value}'", "a value, or an empty cell", file=file, row=row, column=column)


def _column(name: str, values: Sequence[Any]) -> pl.Series:
    """Return a typed column where all its cells are of one kind; text otherwise."""
    kinds = {type(value) for value in values if value is not None and value != ""}
    clean = [None if value == "" else value for value in values]
    if kinds and kinds <= {int, float}:
        return pl.Series(name, [None if value is None else float(value) for value in clean], pl.Float64)
    if kinds == {bool}:
        return pl.Series(name, clean, pl.Boolean)
    if kinds and kinds <= {dt.datetime, dt.date}:
        midnight = dt.time()
        moments = [dt.datetime.combine(value, midnight) if type(value) is dt.date else value for value in clean]
        return pl.Series(name, moments, pl.Datetime("us"))
    if kinds == {dt.time}:
        return pl.Series(name, clean, pl.Time)
    texts = [None if value is None else _as_text(value).strip() or None for value in clean]
    return pl.Series(name, texts, pl.String)


def _as_text(value: object) -> str:
    """Return a cell as a spreadsheet would show it, near enough."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)
