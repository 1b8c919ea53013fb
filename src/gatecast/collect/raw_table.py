"""Tables as they stand in a file: columns under the file's own headers, and cells that know their row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from gatecast.errors import DataError

__all__ = [
    "MOST_COLUMNS",
    "MOST_REFUSED",
    "MOST_ROWS",
    "UNKNOWN",
    "UNKNOWN_NAMES",
    "Cells",
    "FileFacts",
    "RawTable",
    "Refusals",
    "check_width",
    "named_columns",
]

MOST_ROWS = 2_000_000
MOST_COLUMNS = 1_000
MOST_REFUSED = 100
"""Rows refused before a table is refused as a whole."""

UNKNOWN_NAMES = ("unknown", "n/a", "nan", "null", "(none)", "?", "#n/a")
"""Words for an unknown name, in lower case; NA and TBA may be codes of clubs."""
UNKNOWN = (*UNKNOWN_NAMES, "na", "none", "-", "--", "tbd", "tba")
"""Words for an unknown number, date, time or value of a closed set, in lower case."""

LONGEST_SHOWN = 60
INDEX_HEADER = "Unnamed: 0"
LARGEST_EXACT = 2**53


class Refusals:
    """The cells and rows that cannot be used, each with its error; refused one by one instead of all at the first.

    Parameters
    ----------
    most : int
        Rows refused before the next error is raised.

    Attributes
    ----------
    by_place : dict of int to DataError
        The first error of each row refused, by the place of the row in the table, counted from 0.
    """

    def __init__(self, most: int = MOST_REFUSED) -> None:
        self.most = most
        self.by_place: dict[int, DataError] = {}

    def add(self, place: int, error: DataError) -> None:
        """Refuse the row at a place; raise the error where that makes more than `most` rows."""
        if place not in self.by_place and len(self.by_place) >= self.most:
            raise error
        self.by_place.setdefault(place, error)


@dataclass(frozen=True)
class Cells:
    """One column as it stands in a file.

    Parameters
    ----------
    values : polars.Series, shape (rows,)
    rows : sequence of int, shape (rows,)
        The row of the file each cell stands in.
    file, header : str
        Names for messages.
    decimal_comma : bool
        True where a comma between digits is a decimal mark.
    refusals : Refusals, optional
        Where cells that cannot be used are collected; the first one raises DataError if not given.
    sheets : sequence of str, shape (rows,), optional
        The sheet that each cell stands on, where several sheets were read.
    time_zone : str
        The time zone of the ballparks, to convert universal time; empty where it is not known.
    universal : bool
        True where the header says that times without a zone are universal time.
    day_first : bool, optional
        Whether 5/6/2025 is the fifth of June, if somebody said so.
    """

    values: pl.Series
    rows: Sequence[int]
    file: str
    header: str
    decimal_comma: bool = False
    refusals: Refusals | None = None
    sheets: Sequence[str] | None = None
    time_zone: str = ""
    universal: bool = False
    day_first: bool | None = None

    def with_values(self, values: pl.Series) -> Cells:
        """Return the same place with other values."""
        return replace(self, values=values)

    def accepted(self, values: pl.Series, bad: pl.Series, expected: str, remedy: str = "") -> pl.Series:
        """Return `values` without those of cells where `bad` holds, which are refused.

        Parameters
        ----------
        values : polars.Series, shape (rows,)
            Cells as read so far.
        bad : polars.Series of Boolean, shape (rows,)
            Null counts as False.
        expected, remedy : str
            For the message.

        Raises
        ------
        DataError
            The first bad cell, unless refusals are collected.
        """
        bad = bad.fill_null(False)
        if not bad.any():
            return values
        for place in bad.arg_true():
            error = self.refusal(place, expected, remedy)
            if self.refusals is None:
                raise error
            self.refusals.add(place, error)
        return values.set(bad, None)

    def refusal(self, at: int, expected: str, remedy: str = "") -> DataError:
        """Return the error that refuses the cell at a place."""
        shown = repr(_shown(self.values[at]))
        file = _file(self.file, self.sheets, at)
        return DataError(shown, expected, remedy, file=file, row=self.rows[at], column=self.header)

    def text(self) -> pl.Series:
        """Return the cells as text: whole numbers without a decimal point, dates as 2019-05-30; null where empty."""
        values = self.values
        if values.dtype.is_float():
            whole = values.is_finite() & (values == values.round()) & (values.abs() < LARGEST_EXACT)
            integers = values.set(~whole, None).cast(pl.Int64).cast(pl.String)
            return integers.fill_null(values.cast(pl.String))
        if values.dtype == pl.Boolean:
            return values.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
        if isinstance(values.dtype, pl.Datetime) and (values.dt.time() == dt.time()).all():
            return values.dt.date().cast(pl.String)
        return values.cast(pl.String)

    def known_text(self) -> pl.Series:
        """Return the cells as text, null where they are empty or say that nobody knows."""
        text = self.text()
        return text.set(text.str.to_lowercase().is_in(UNKNOWN).fill_null(False), None)


@dataclass(frozen=True)
class FileFacts:
    """Properties of a file found before any of its columns is interpreted.

    Parameters
    ----------
    encoding : str
        Encoding of a text that is not UTF-8; empty otherwise.
    separator : str
        The sign between the cells of a text.
    sheets, other_sheets : tuple of str
        Sheets of a workbook that were read, and that were not.
    unnamed : tuple of str
        Names given to columns that have none in the file, such as "column 5".
    repeated : tuple of str
        Headers that stand over more than one column; each later one has its column number added.
    index : str
        A column that only counts rows and was left out; empty for none.
    """

    encoding: str = ""
    separator: str = ""
    sheets: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    index: str = ""


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file.

    Parameters
    ----------
    frame : polars.DataFrame
        Text columns for CSV; typed ones where the file has types. Empty cells are null.
    rows : sequence of int, shape (rows,)
        The row of the file as a spreadsheet shows it: the header is row 1.
    file : str
        Name of the file, for messages.
    decimal_comma : bool
        True where a comma between digits is a decimal mark (cells stand apart by semicolons or tabs).
    metadata : mapping of str to str
        Key-value metadata of a Parquet file.
    titles : mapping of str to str
        Names of columns in messages, if other than their headers.
    facts : FileFacts
    sheet_of_row : sequence of str, shape (rows,), optional
        The sheet that each row stands on, where several sheets were read.
    """

    frame: pl.DataFrame
    rows: Sequence[int]
    file: str
    decimal_comma: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    facts: FileFacts = field(default_factory=FileFacts)
    sheet_of_row: Sequence[str] | None = None

    def filter_rows(self, mask: pl.Series) -> RawTable:
        """Return the rows for which `mask` holds."""
        rows = pl.Series(self.rows, dtype=pl.Int64).filter(mask).to_list()
        sheets = self.sheet_of_row
        if sheets is not None:
            sheets = pl.Series(sheets, dtype=pl.String).filter(mask).to_list()
        return replace(self, frame=self.frame.filter(mask), rows=rows, sheet_of_row=sheets)

    def where(self, place: int) -> dict[str, Any]:
        """Return file (and sheet) and row of a row by its place, counted from 0; arguments of `DataError.at`."""
        return {"file": _file(self.file, self.sheet_of_row, place), "row": self.rows[place]}

    def cleaned(self) -> RawTable:
        """Return the table with texts stripped of spaces around them, and null where nothing is left."""
        stripped = pl.col(pl.String).str.strip_chars()
        return replace(self, frame=self.frame.with_columns(pl.when(stripped != "").then(stripped)))

    def cells(self, header: str, refusals: Refusals | None = None) -> Cells:
        """Return the cells under a header, which collect what is refused in `refusals` if given."""
        title = self.titles.get(header, header)
        return self.cells_of(self.frame[header], title, refusals)

    def cells_of(self, values: pl.Series, title: str, refusals: Refusals | None = None) -> Cells:
        """Return values made of this table's rows as cells, shape (rows,)."""
        return Cells(values, self.rows, self.file, title, self.decimal_comma, refusals, self.sheet_of_row)


def named_columns(
    headers: Sequence[str], columns: Sequence[pl.Series], rows: Sequence[int], file: str
) -> tuple[pl.DataFrame, FileFacts]:
    """Give every column of a table a name of its own, and leave out those that are empty or only count rows.

    Parameters
    ----------
    headers : sequence of str, shape (columns,)
        As the file has them, stripped; empty for a column without a header.
    columns : sequence of polars.Series, shape (columns,)
    rows : sequence of int, shape (rows,)
        The row of the file each row stands in.
    file : str
        Name of the file, for messages.

    Raises
    ------
    DataError
        Most columns that hold something have no header, so that row 1 is no header.
    """
    kept: dict[str, pl.Series] = {}
    unnamed: list[str] = []
    repeated: list[str] = []
    index = ""
    for place, (header, values) in enumerate(zip(headers, columns, strict=True)):
        if header in kept:
            repeated.append(header)
            kept[f"{header} (column {place + 1})"] = values
        elif header and not (place == 0 and header.startswith(INDEX_HEADER) and _counts_rows(values)):
            kept[header] = values
        elif place == 0 and _counts_rows(values):
            index = header or "column 1"
        elif values.null_count() < len(values):
            unnamed.append(f"column {place + 1}")
            kept[unnamed[-1]] = values
    if repeated and len(set(headers) - {""}) == 1:
        got, expected = f"the header {repeated[0]!r} twice", "a name of its own for each column"
        raise DataError(got, expected, file=file, row=1, column=repeated[0])
    if len(unnamed) * 2 > len(kept):
        first = kept[unnamed[0]]
        row = rows[first.is_not_null().arg_max() or 0]
        remedy = "unmerge the cells of the header, and take out titles above it"
        got = f"a value in {unnamed[0]}, which has no header"
        raise DataError(got, "a name in row 1 above every column", remedy, file=file, row=row)
    frame = pl.DataFrame([values.alias(name) for name, values in kept.items()])
    return frame, FileFacts(unnamed=tuple(unnamed), repeated=tuple(dict.fromkeys(repeated)), index=index)


def check_width(width: int, file: str) -> None:
    """Refuse too many columns."""
    if width > MOST_COLUMNS:
        raise DataError(f"{width} columns", f"at most {MOST_COLUMNS}", file=file, row=1)


def _counts_rows(values: pl.Series) -> bool:
    """Return True for 0, 1, 2, ... or 1, 2, 3, ... in order, as an index column written by pandas holds."""
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.null_count() or not len(numbers) or numbers[0] not in (0.0, 1.0):
        return False
    return bool((numbers == pl.Series(range(len(numbers)), dtype=pl.Float64) + numbers[0]).all())


def _file(file: str, sheets: Sequence[str] | None, place: int) -> str:
    return file if sheets is None else f"{file}, sheet {sheets[place]!r}"


def _shown(value: object) -> str:
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
