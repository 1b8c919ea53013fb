"""Tables read from a file by its ending, without judging what their columns mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from gatecast.collect.raw_table import RawTable, check_width, named_columns
from gatecast.errors import DataError
from gatecast.files import TABLE_ENDINGS
from gatecast.games.frames import to_polars

__all__ = ["LARGEST_FILE", "LARGEST_PARQUET", "read_table", "table_of"]

LARGEST_FILE = 200_000_000
LARGEST_PARQUET = 50_000_000
"""Rows of a Parquet file that somebody reads on their own machine."""
PARQUET_MARK = b"PAR1"


def read_table(path: str | Path, sheet: str = "", *, most_rows: int = LARGEST_PARQUET) -> RawTable:
    """Read a CSV, XLSX or Parquet file, by its ending, without judging what its columns mean.

    Parameters
    ----------
    path : path
    sheet : str
        The sheet of a workbook; its first one if not given.
    most_rows : int
        Rows of a Parquet file at most; files of other kinds have their own limit.

    Raises
    ------
    DataError
        The file cannot be read as a table, with row and column where there is one.
    """
    target = Path(path)
    ending = _checked_ending(target)
    if ending == ".xlsx":
        from gatecast.collect.workbook import read_workbook

        return read_workbook(target, sheet)
    if ending == ".parquet":
        return _read_parquet(target, most_rows)
    from gatecast.collect.delimited import read_delimited

    return read_delimited(target.read_bytes(), target.name)


def _checked_ending(path: Path) -> str:
    """Return the ending of a file that can be opened and is not too large."""
    ending, expected = path.suffix.lower(), f"one of {', '.join(TABLE_ENDINGS)}"
    if path.is_dir():
        raise DataError("a folder", "a table in a file", file=path.name)
    if ending == ".xls":
        raise DataError("an old workbook (.xls)", expected, "save it as an Excel workbook (.xlsx)", file=path.name)
    if ending not in TABLE_ENDINGS:
        raise DataError(f"ending {path.suffix!r}", expected, file=path.name)
    try:
        with path.open("rb"):
            size = path.stat().st_size
    except FileNotFoundError:
        raise DataError("no such file", "a table in a file", "check the name and the folder", file=path.name) from None
    except OSError as refused:
        raise DataError(f"'{refused.strerror}'", "a file that can be read", file=path.name) from None
    if size == 0:
        raise DataError("an empty file", "a header and at least one row below it", file=path.name)
    if size > LARGEST_FILE:
        got = f"{size / 1e6:.0f} MB"
        raise DataError(got, f"at most {LARGEST_FILE / 1e6:.0f} MB", "take out columns or seasons", file=path.name)
    return ending


def _read_parquet(path: Path, most_rows: int) -> RawTable:
    content = path.read_bytes()
    if content[:4] != PARQUET_MARK:
        raise DataError("a file that is no Parquet file", "a Parquet file", "check its ending", file=path.name)
    if content[-4:] != PARQUET_MARK:
        raise DataError("a Parquet file cut short", "a whole one", "copy or write it again", file=path.name)
    try:
        height = pl.scan_parquet(path).select(pl.len()).collect().item()
        if height > most_rows:
            raise DataError(f"{height} rows", f"at most {most_rows}", file=path.name)
        frame = pl.read_parquet(path)
        metadata = pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as broken:
        reason = str(broken).splitlines()[0][:80] if str(broken) else type(broken).__name__
        raise DataError(f"a damaged Parquet file ({reason})", "a whole one", "write it again", file=path.name) from None
    return replace(table_of(frame, path.name), metadata=metadata)


def table_of(source: Any, file: str = "") -> RawTable:  # noqa: ANN401
    """Return a data frame as a table; its first row counts as row 2, as below a header.

    Parameters
    ----------
    source : data frame
        Of pandas, polars, Arrow or another library that narwhals knows; lazy frames are collected. A pandas index
        that has a name or holds dates becomes a column.
    file : str
        Name for messages.

    Raises
    ------
    DataError
        No data frame, no rows, too many columns, or a column of lists.
    """
    frame = to_polars(source, file or "table")
    check_width(frame.width, file)
    if frame.height == 0:
        raise DataError("no games", "at least one row below the header", file=file)
    rows = range(2, frame.height + 2)
    columns = [_plain(values, file) for values in frame.get_columns()]
    plain, facts = named_columns([name.strip() for name in frame.columns], columns, rows, file)
    return RawTable(plain, rows, file, facts=facts)


def _plain(values: pl.Series, file: str) -> pl.Series:
    """Return a Parquet column as one of text, number, yes or no, date or time; NaN, as pandas writes, is null."""
    dtype = values.dtype
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Duration):
        expected = "one text, number, date or time in each row"
        raise DataError(f"a column of type {dtype}", expected, "take it out", file=file, column=values.name)
    if isinstance(dtype, (pl.Categorical, pl.Enum)) or dtype == pl.Null:
        values = values.cast(pl.String)
    elif dtype.is_decimal():
        values = values.cast(pl.Float64)
    return values.fill_nan(None) if values.dtype.is_float() else values
