"""The rows of a published text, as cells that say where they stand when one of them is refused."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from gatecast.errors import DataError
from gatecast.games.columns import CANONICAL, GAME_ID

__all__ = ["FILE", "ROW", "PublishedRows", "first_row", "read_rows"]

FILE, ROW = "source_file", "source_row"
UNKNOWN = ("", "unknown", "(none)")
LONGEST_ROW = 100_000
LONGEST_SHOWN = 60
END_OF_FILE = b"\x1a\r\n"


@dataclass(frozen=True)
class PublishedRows:
    """The text cells of one published file.

    Parameters
    ----------
    table : polars.DataFrame
        Text, null where empty or unknown; `ROW` holds the row as a spreadsheet shows it.
    file : str
    titles : mapping of str to str
        What error messages call each column of the table.
    """

    table: pl.DataFrame
    file: str
    titles: Mapping[str, str]

    def checked(self, name: str, value: pl.Expr, expected: str = "") -> pl.Expr:
        """Give `value` back if it is null in no row where column `name` holds text; raise DataError otherwise."""
        refused = self.table.filter(pl.col(name).is_not_null() & value.is_null())
        if refused.height:
            expected = expected or CANONICAL[name].expected
            raise self.error(repr(refused[name][0][:LONGEST_SHOWN]), expected, name, refused[ROW][0])
        return value.alias(name)

    def whole(self, name: str) -> pl.Expr:
        """Read a whole number, written with or without thousands separators or an empty fraction."""
        digits = pl.col(name).str.replace_all(",", "").str.replace(r"\.0*$", "")
        return self.checked(name, digits.cast(CANONICAL[name].dtype, strict=False))

    def required(self, name: str) -> pl.Expr:
        """Give the column `name` back if no cell is empty; raise DataError otherwise."""
        empty = self.table.filter(pl.col(name).is_null())
        if empty.height:
            raise self.error("an empty cell", CANONICAL[name].expected, name, empty[ROW][0])
        return pl.col(name)

    def finished(self, games: pl.DataFrame) -> pl.DataFrame:
        """Add every canonical column and where each row came from, and merge rows that repeat word for word."""
        absent = [pl.lit(None, column.dtype()).alias(name) for name, column in CANONICAL.items() if name not in games]
        games = games.with_columns(*absent).select(*CANONICAL)
        games = games.with_columns(pl.lit(self.file).alias(FILE), self.table[ROW])
        games = games.unique(list(CANONICAL), keep="first", maintain_order=True)
        again = games.filter(~pl.col(GAME_ID).is_first_distinct())
        if again.height:
            got = f"{again[GAME_ID][0]!r} a second time, with other values"
            raise DataError(got, "one row for each game", file=self.file, row=again[ROW][0])
        return games

    def error(self, got: str, expected: str, name: str, row: int | None = None) -> DataError:
        """Build the error that names this file, the row and the column."""
        return DataError(got, expected, file=self.file, row=row, column=self.titles[name])


def read_rows(
    raw: bytes, places: Mapping[str, int], titles: Mapping[str, str], *, file: str, width: int, header: bool
) -> PublishedRows:
    """Read some columns of a comma-separated text in UTF-8 or Latin-1.

    Parameters
    ----------
    raw : bytes
    places : mapping of str to int
        The field each column stands in, counted from 0.
    titles : mapping of str to str
        What error messages call the columns.
    file : str
    width : int
        How many fields every row must have.
    header : bool
        Whether the first row names the fields.

    Raises
    ------
    DataError
        Where a row has more or fewer fields.
    """
    names = [f"column_{place + 1}" for place in range(width)]
    text = _utf8(raw)
    try:
        table = pl.read_csv(text, has_header=False, schema=dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError as problem:
        _check_widths(text, width, file)
        raise DataError("a text that cannot be read as rows of fields", "the text as published", file=file) from problem
    if table[names[-1]].null_count():
        _check_widths(text, width, file)
    table = table.with_row_index(ROW, offset=1).slice(int(header))
    table = table.select(pl.col(ROW).cast(pl.Int64), *(_cell(names[place], name) for name, place in places.items()))
    return PublishedRows(table.filter(pl.any_horizontal(pl.col(list(places)).is_not_null())), file, titles)


def first_row(raw: bytes, file: str) -> list[str]:
    """Read the fields of the first row; raise DataError where there is none."""
    row = next(_rows(_utf8(raw[:LONGEST_ROW]), file), [])
    if not row:
        raise DataError("no games", "games, one a row", file=file)
    return row


def _cell(place: str, name: str) -> pl.Expr:
    text = pl.col(place).str.strip_chars()
    return pl.when(~text.str.to_lowercase().is_in(UNKNOWN)).then(text).alias(name)


def _check_widths(text: bytes, width: int, file: str) -> None:
    """Raise DataError for the first row that has more or fewer fields than `width`."""
    for number, row in enumerate(_rows(text, file), 1):
        if row and len(row) != width:
            raise DataError(f"{len(row)} fields", f"{width}", "download the file again", file=file, row=number)


def _rows(text: bytes, file: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text.decode("utf-8", errors="replace"), newline=""))
    except csv.Error as problem:
        raise DataError(f"a text without rows of fields ({problem})", "the text as published", file=file) from problem


def _utf8(raw: bytes) -> bytes:
    """The text in UTF-8, without a byte order mark and without what some systems put at the end of a file."""
    text = raw.removeprefix(codecs.BOM_UTF8).rstrip(END_OF_FILE)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1").encode("utf-8")
    return text
