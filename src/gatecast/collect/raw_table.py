"""Tables as they stand in a file: columns under the file's own headers, and cells that know their row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from gatecast.errors import DataError

__all__ = [
    "MOST_COLUMNS",
    "MOST_REFUSED",
    "MOST_ROWS",
    "UNKNOWN",
    "UNKNOWN_NAMES",
    "Cells",
    "RawTable",
    "Refusals",
    "check_headers",
]

MOST_ROWS = 2_000_000
MOST_COLUMNS = 1_000
MOST_REFUSED = 100
"""Rows refused before a table is refused as a whole."""

UNKNOWN_NAMES = ("unknown", "n/a", "nan", "null", "(none)", "?", "#n/a")
"""What people write for a name that nobody knows, in small letters; NA and TBA may be codes of clubs."""
UNKNOWN = (*UNKNOWN_NAMES, "na", "none", "-", "--", "tbd", "tba")
"""What people write for a number, date, time or value of a closed set that nobody knows, in small letters."""

LONGEST_SHOWN = 60
LARGEST_EXACT = 2**53


class Refusals:
    """The cells and rows that cannot be used, each with its error; refused one by one instead of all at the first.

    Attributes
    ----------
    by_place : dict of int to DataError
        The first error of each row refused, by the place of the row in the table, counted from 0.
    """

    def __init__(self) -> None:
        self.by_place: dict[int, DataError] = {}

    def add(self, place: int, error: DataError) -> None:
        """Refuse the row at a place; raise the error where that makes more than `MOST_REFUSED` rows."""
        if place not in self.by_place and len(self.by_place) >= MOST_REFUSED:
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
    """

    values: pl.Series
    rows: Sequence[int]
    file: str
    header: str
    decimal_comma: bool = False
    refusals: Refusals | None = None

    def having(self, values: pl.Series) -> Cells:
        """Return the same place with other values."""
        return replace(self, values=values)

    def accepted(self, values: pl.Series, bad: pl.Series, expected: str, remedy: str = "") -> pl.Series:
        """Return `values` without those of cells where `bad` holds, which are refused.

        Parameters
        ----------
        values : polars.Series, shape (rows,)
            What was read of the cells so far.
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
        return DataError(shown, expected, remedy, file=self.file, row=self.rows[at], column=self.header)

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
        What messages call a column, where that is not its header.
    """

    frame: pl.DataFrame
    rows: Sequence[int]
    file: str
    decimal_comma: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def kept(self, mask: pl.Series) -> RawTable:
        """Return the rows for which `mask` holds."""
        rows = pl.Series(self.rows, dtype=pl.Int64).filter(mask).to_list()
        return replace(self, frame=self.frame.filter(mask), rows=rows)

    def cleaned(self) -> RawTable:
        """Return the table with texts stripped of spaces around them, and null where nothing is left."""
        stripped = pl.col(pl.String).str.strip_chars()
        return replace(self, frame=self.frame.with_columns(pl.when(stripped != "").then(stripped)))

    def cells(self, header: str, refusals: Refusals | None = None) -> Cells:
        """Return the cells under a header, which collect what is refused in `refusals` if given."""
        title = self.titles.get(header, header)
        return Cells(self.frame[header], self.rows, self.file, title, self.decimal_comma, refusals)


def check_headers(headers: Sequence[str], file: str) -> None:
    """Refuse too many columns, and two of one name."""
    if len(headers) > MOST_COLUMNS:
        raise DataError(f"{len(headers)} columns", f"at most {MOST_COLUMNS}", file=file, row=1)
    seen: set[str] = set()
    for header in headers:
        if header in seen:
            raise DataError(
                f"the header {header!r} twice", "a name of its own for each column", file=file, row=1, column=header
            )
        seen.add(header)


def _shown(value: object) -> str:
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
