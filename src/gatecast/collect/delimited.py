"""CSV files as clubs have them: any delimiter, encoding or decimal mark, read as text with the row of each row."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

import polars as pl

from gatecast.collect.raw_table import MOST_ROWS, RawTable, check_headers
from gatecast.errors import DataError

__all__ = ["read_delimited"]

DELIMITERS = (",", ";", "\t")
DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
ROWS_AT_ONCE = 50_000

Numbered = tuple[int, list[str]]


def read_delimited(content: bytes, file: str) -> RawTable:
    """Read the bytes of a CSV file whose cells stand apart by commas, semicolons or tabs.

    Blank lines are skipped but counted; every other row must have as many cells as the header.

    Raises
    ------
    DataError
        Not a text, no rows, two headers of one name, or a row of another width.
    """
    text = _decoded(content, file)
    delimiter = _delimiter(text)
    records = _records(text, delimiter, file)
    header = next(records, None)
    if header is None:
        raise DataError("an empty file", "a header and at least one row below it", file=file)
    names = [name.strip() for name in header[1]]
    width = len(names)
    check_headers([name for name in names if name], file)
    schema = {str(place): pl.String for place in range(width)}
    chunks: list[pl.DataFrame] = []
    rows: list[int] = []
    widened = _same_width(records, width, delimiter, file)
    while chunk := list(islice(widened, ROWS_AT_ONCE)):
        rows.extend(number for number, _ in chunk)
        chunks.append(pl.DataFrame([cells for _, cells in chunk], schema=schema, orient="row"))
        if len(rows) > MOST_ROWS:
            raise DataError(f"more than {MOST_ROWS} rows", f"at most {MOST_ROWS}", file=file)
    if not chunks:
        raise DataError("no games", "at least one row below the header", file=file)
    stripped = pl.all().str.strip_chars()
    frame = pl.concat(chunks).select(pl.when(stripped != "").then(stripped))
    return RawTable(_named(frame, names, rows, file), rows, file, decimal_comma=delimiter != ",")


def _decoded(content: bytes, file: str) -> str:
    """Decode a text: UTF-8, or UTF-16 where its mark says so, or else Windows' Latin-1."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    at = text.find("\0")
    if at >= 0:
        row = text.count("\n", 0, at) + 1
        raise DataError(
            "bytes that are no text",
            "a CSV file",
            "save the table as CSV again, or check its ending",
            file=file,
            row=row,
        )
    return text


def _delimiter(text: str) -> str:
    """Return the delimiter that the first line with anything in it has most of, outside quotes."""
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _records(text: str, delimiter: str, file: str) -> Iterator[Numbered]:
    """Each row that has anything in it, with its number."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as broken:
            remedy = "close every quotation mark, and double those inside a cell"
            raise DataError(f"a broken cell ({broken})", "whole cells", remedy, file=file, row=number) from None
        if any(cell.strip() for cell in cells):
            yield number, cells


def _same_width(records: Iterator[Numbered], width: int, delimiter: str, file: str) -> Iterator[Numbered]:
    """Each row with as many cells as the header; empty ones beyond it are dropped."""
    for number, cells in records:
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            yield number, cells[:width]
            continue
        if len(cells) != width:
            remedy = (
                f"cells stand apart by {DELIMITER_NAMES[delimiter]}; put a cell that contains one in quotation marks"
            )
            raise DataError(f"{len(cells)} cells", f"{width} as in the header", remedy, file=file, row=number)
        yield number, cells


def _named(frame: pl.DataFrame, names: list[str], rows: list[int], file: str) -> pl.DataFrame:
    """Return the columns under their headers; one without header is dropped if it is empty and refused otherwise."""
    kept = {}
    for place, name in enumerate(names):
        values = frame[str(place)]
        if name:
            kept[name] = values
        elif values.null_count() < len(values):
            row = rows[values.is_not_null().arg_max() or 0]
            got = f"a value in column {place + 1}, which has no header"
            raise DataError(got, "a name in row 1 above every column", file=file, row=row)
    return pl.DataFrame(kept)
