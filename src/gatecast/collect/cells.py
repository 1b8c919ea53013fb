"""A column of a file on its way to a column of games, which knows where each cell stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from gatecast.errors import DataError

__all__ = ["UNKNOWN", "Cells"]

UNKNOWN = ("unknown", "na", "n/a", "nan", "null", "none", "(none)", "-", "--", "?", "#n/a", "tbd", "tba")
"""What clubs write for a number, date or time that nobody knows, in small letters."""

LONGEST_SHOWN = 60
LARGEST_EXACT = 2**53


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
    """

    values: pl.Series
    rows: Sequence[int]
    file: str
    header: str
    decimal_comma: bool = False

    def having(self, values: pl.Series) -> Cells:
        """The same place with other values."""
        return replace(self, values=values)

    def refuse(self, bad: pl.Series, expected: str, remedy: str = "") -> None:
        """Raise DataError for the first cell where `bad` holds; return nothing if it holds nowhere."""
        bad = bad.fill_null(False)
        if not bad.any():
            return
        raise self.refusal(bad.arg_max() or 0, expected, remedy)

    def refusal(self, at: int, expected: str, remedy: str = "") -> DataError:
        """Why the cell at a place cannot be used."""
        shown = repr(_shown(self.values[at]))
        return DataError(shown, expected, remedy, file=self.file, row=self.rows[at], column=self.header)

    def text(self) -> pl.Series:
        """The cells as text: whole numbers without a decimal point, dates as 2019-05-30; null where empty."""
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
        """The cells as text, null where they are empty or say that nobody knows."""
        text = self.text()
        return text.set(text.str.to_lowercase().is_in(UNKNOWN).fill_null(False), None)


def _shown(value: object) -> str:
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
