"""Columns of a table as columns of games, from where a mapping says that they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from gatecast.collect.cells import Cells
from gatecast.collect.column_mapping import ColumnMapping
from gatecast.collect.custom_columns import CustomColumn
from gatecast.collect.labels import promotions
from gatecast.collect.parse import parse, translated
from gatecast.collect.raw import RawTable
from gatecast.collect.source import Source
from gatecast.errors import DataError, SettingsError
from gatecast.games import CANONICAL, Column
from gatecast.games import columns as c

__all__ = ["cells_of", "constant_column", "known_gates", "parse_custom_column", "sourced_column", "tell_early"]

EARLIEST_START = dt.time(8)

Note = Callable[[str], None]


def cells_of(table: RawTable, header: str, kind: type[Cells] = Cells) -> Cells:
    """The cells under a header; `kind` says what they do when one is refused."""
    return kind(table.frame[header], table.rows, table.file, header, table.decimal_comma)


def sourced_column(
    table: RawTable, mapping: ColumnMapping, column: Column, source: Source, kind: type[Cells] = Cells
) -> pl.Series:
    """A column of games from its source, typed, shape (rows,).

    Raises
    ------
    DataError
        The first cell that cannot be read so, with its row.
    """
    name = column.name
    if source.marks:
        return promotions([cells_of(table, header, kind) for header in source.columns]).alias(name)
    if source.template:
        text = source.filled([cells_of(table, header).text() for header in source.columns])
        cells: Cells = kind(text, table.rows, table.file, source.header, table.decimal_comma)
    else:
        cells = cells_of(table, source.header, kind)
        if source.header != name:
            cells = _without_codes(cells, table, mapping, name, source.unit)
    return parse(translated(cells, mapping.values.get(name, {})), column, source.unit).alias(name)


def parse_custom_column(
    table: RawTable, mapping: ColumnMapping, further: CustomColumn, kind: type[Cells] = Cells
) -> pl.Series:
    """A club's own column, typed, shape (rows,); raises as `sourced_column` does."""
    name = further.column.name
    cells = translated(cells_of(table, further.header, kind), mapping.values.get(name, {}))
    return parse(cells, further.column).alias(name)


def constant_column(table: RawTable, mapping: ColumnMapping, name: str, text: str) -> pl.Series:
    """A value that holds in every row.

    Raises
    ------
    SettingsError
        The column cannot have that value.
    """
    custom_columns = {further.column.name: further.column for further in mapping.custom_columns}
    column: Column = {**CANONICAL, **custom_columns}[name]
    try:
        one = parse(Cells(pl.Series([text]), [1], mapping.file, name), column)
    except DataError as refused:
        key = f"constants.{name}"
        raise SettingsError(refused.got, refused.expected, refused.remedy, file=mapping.file, key=key) from None
    return one.new_from_index(0, table.frame.height).alias(name)


def known_gates(frame: pl.DataFrame, file: str, note: Note) -> pl.DataFrame:
    """The games, with a gate of 0 taken as unknown."""
    zeros = frame.filter(pl.col(c.ATTENDANCE) == 0).height if c.ATTENDANCE in frame.columns else 0
    if not zeros:
        return frame
    note(f"{file}: took the {c.ATTENDANCE} of 0 in {zeros} rows as unknown")
    return frame.with_columns(pl.when(pl.col(c.ATTENDANCE) != 0).then(pl.col(c.ATTENDANCE)))


def tell_early(frame: pl.DataFrame, file: str, note: Note) -> None:
    """Ask whether 7:05 is meant to be the morning."""
    early = frame.filter(pl.col(c.START_TIME) < EARLIEST_START).height if c.START_TIME in frame.columns else 0
    if early:
        note(f"{file}: {early} start times are before 8 in the morning; write 19:05 or 7:05PM for the evening")


def _without_codes(cells: Cells, table: RawTable, mapping: ColumnMapping, name: str, unit: str) -> Cells:
    """Weather without Retrosheet's codes for unknown: wind -1, and temperature 0 in °F or where the wind is unknown."""
    if name not in {c.TEMPERATURE, c.WIND}:
        return cells
    numbers = cells.values.cast(pl.Float64, strict=False)
    code = numbers == (-1 if name == c.WIND else 0)
    if name == c.TEMPERATURE and unit != "F":
        wind = mapping.columns.get(c.WIND)
        if wind is None or wind.header not in table.frame.columns:
            return cells
        code &= table.frame[wind.header].cast(pl.Float64, strict=False) == -1
    return cells.having(cells.values.zip_with(~code.fill_null(False), pl.Series([None], dtype=cells.values.dtype)))
