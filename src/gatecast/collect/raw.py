"""A table as it stands in a file: columns under the file's own headers, and where in the file each row stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from gatecast.errors import DataError

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "RawTable", "check_headers"]

MOST_ROWS = 2_000_000
MOST_COLUMNS = 1_000


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
    """

    frame: pl.DataFrame
    rows: Sequence[int]
    file: str
    decimal_comma: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)

    def kept(self, mask: pl.Series) -> RawTable:
        """The rows for which `mask` holds."""
        rows = pl.Series(self.rows, dtype=pl.Int64).filter(mask).to_list()
        return replace(self, frame=self.frame.filter(mask), rows=rows)

    def cleaned(self) -> RawTable:
        """The same with texts stripped of spaces around them, and null where nothing is left."""
        stripped = pl.col(pl.String).str.strip_chars()
        return replace(self, frame=self.frame.with_columns(pl.when(stripped != "").then(stripped)))


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
