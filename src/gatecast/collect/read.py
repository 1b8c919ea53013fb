"""From a file to games: read the table, find the columns, parse the cells, check the whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from gatecast.collect.cells import Cells
from gatecast.collect.further import METADATA_KEY
from gatecast.collect.guess import guessed
from gatecast.collect.labels import promotions
from gatecast.collect.mapping import Mapping, read_mapping
from gatecast.collect.parse import parse, translated
from gatecast.collect.raw import RawTable
from gatecast.collect.resolve import joined, resolved, with_further
from gatecast.collect.source import Source
from gatecast.collect.suggest import listed, suggestion
from gatecast.collect.tables import read_table
from gatecast.collect.write import columns_beside
from gatecast.errors import DataError, SettingsError
from gatecast.games import CANONICAL, Column, Games
from gatecast.games import columns as c
from gatecast.games.declarations import columns_from_json

__all__ = ["read_games"]

EARLIEST_START = dt.time(8)

Note = Callable[[str], None]


def _quiet(text: str) -> None:
    """Tell nobody."""


def read_games(
    path: str | Path,
    columns: str | Path | Mapping | None = None,
    *,
    upcoming: bool = False,
    further: Sequence[Column] = (),
    note: Note = _quiet,
) -> Games:
    """Read games from a CSV, XLSX or Parquet file.

    Parameters
    ----------
    path : path
    columns : path or Mapping, optional
        What the table calls its columns (docs/mapping.md). If not given, a file `<stem>.columns.toml` beside the
        table is used where there is one; whatever is left unsaid is guessed.
    upcoming : bool
        True for a table of games to come, which may be without attendance.
    further : sequence of Column
        A club's own columns as another table declares them, the first of each name; read where this table has them.
    note : function of str
        Told, a line at a time, what was guessed, left out or taken as unknown.

    Raises
    ------
    DataError
        The table, with row and column of the first cell that cannot be used.
    SettingsError
        The mapping, with its key.
    """
    mapping = _mapping(Path(path), columns)
    table = read_table(path, mapping.sheet if mapping else "")
    if mapping is None and METADATA_KEY in table.metadata:
        extras = joined(columns_from_json(table.metadata[METADATA_KEY], table.file), further, table.frame.columns)
        _check_attendance(table, set(table.frame.columns), upcoming=upcoming)
        return Games.from_frame(table.frame, extras, file=table.file, rows=table.rows)
    table = table.cleaned()
    mapping = with_further(resolved(mapping or Mapping(), table), further, table)
    table = _kept(table, mapping, note)
    mapping = guessed(table, mapping, note)
    _check_attendance(table, {*mapping.columns, *mapping.constants}, upcoming=upcoming)
    _tell_left_out(table, mapping, note)
    frame = pl.DataFrame(_parsed(table, mapping))
    frame = _known_gates(frame, table.file, note)
    _tell_early(frame, table.file, note)
    extras = tuple(further.column for further in mapping.further)
    try:
        return Games.from_frame(frame, extras, file=table.file, rows=table.rows)
    except DataError as refused:
        raise _in_their_words(refused, mapping) from None


def _mapping(path: Path, columns: str | Path | Mapping | None) -> Mapping | None:
    if isinstance(columns, Mapping):
        return columns
    if columns is not None:
        return read_mapping(columns)
    beside = columns_beside(path)
    return read_mapping(beside) if beside.is_file() else None


def _kept(table: RawTable, mapping: Mapping, note: Note) -> RawTable:
    """The rows that [keep] keeps."""
    for header, texts in mapping.keep.items():
        text = _cells(table, header).text()
        kept = table.kept(text.str.to_lowercase().is_in([wanted.strip().lower() for wanted in texts]).fill_null(False))
        if not kept.rows:
            seen = listed(text.drop_nulls().unique(maintain_order=True).to_list())
            got = f"no row with {header} {' or '.join(map(repr, texts))}"
            raise DataError(got, f"one of those in the file: {seen}", file=table.file, column=header)
        if len(kept.rows) < len(table.rows):
            note(f"{table.file}: kept {len(kept.rows)} of {len(table.rows)} rows by {header}")
        table = kept
    return table


def _check_attendance(table: RawTable, found: set[str], *, upcoming: bool) -> None:
    if upcoming or c.ATTENDANCE in found:
        return
    headers = table.frame.columns
    remedy = suggestion(c.ATTENDANCE, headers) or f"its columns are {listed(headers)}"
    expected = f'a column of gates, named {c.ATTENDANCE} or mapped by {c.ATTENDANCE} = "theirs"'
    raise DataError(f"no {c.ATTENDANCE} column", expected, remedy, file=table.file)


def _tell_left_out(table: RawTable, mapping: Mapping, note: Note) -> None:
    used = {header for source in mapping.columns.values() for header in source.columns}
    used |= {further.header for further in mapping.further} | set(mapping.keep)
    unused = [header for header in table.frame.columns if header not in used]
    if unused:
        note(f"{table.file}: left out {listed(unused)}; declare what should count under [further] in a mapping file")
    if c.DATE not in {*mapping.columns, *mapping.constants}:
        note(f"{table.file}: no dates found; rows count as in order of play; map {c.DATE} where the table tells it")


def _parsed(table: RawTable, mapping: Mapping) -> dict[str, pl.Series]:
    """Every column of games that the mapping finds, typed."""
    out = {name: _from_source(table, mapping, name, source) for name, source in mapping.columns.items()}
    for name, text in mapping.constants.items():
        out[name] = _constant(table, mapping, name, text)
    for further in mapping.further:
        if further.column.name not in out:
            cells = translated(_cells(table, further.header), mapping.values.get(further.column.name, {}))
            out[further.column.name] = parse(cells, further.column)
    return {name: values.alias(name) for name, values in out.items()}


def _cells(table: RawTable, header: str) -> Cells:
    return Cells(table.frame[header], table.rows, table.file, header, table.decimal_comma)


def _from_source(table: RawTable, mapping: Mapping, name: str, source: Source) -> pl.Series:
    if source.marks:
        return promotions([_cells(table, header) for header in source.columns])
    if source.template:
        text = source.filled([_cells(table, header).text() for header in source.columns])
        cells = Cells(text, table.rows, table.file, source.header, table.decimal_comma)
    else:
        cells = _cells(table, source.header)
        if source.header != name:
            cells = _without_codes(cells, table, mapping, name, source.unit)
    return parse(translated(cells, mapping.values.get(name, {})), CANONICAL[name], source.unit)


def _without_codes(cells: Cells, table: RawTable, mapping: Mapping, name: str, unit: str) -> Cells:
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


def _constant(table: RawTable, mapping: Mapping, name: str, text: str) -> pl.Series:
    """A value that holds in every row."""
    extras = {further.column.name: further.column for further in mapping.further}
    column: Column = {**CANONICAL, **extras}[name]
    try:
        one = parse(Cells(pl.Series([text]), [1], mapping.file, name), column)
    except DataError as refused:
        key = f"constants.{name}"
        raise SettingsError(refused.got, refused.expected, refused.remedy, file=mapping.file, key=key) from None
    return one.new_from_index(0, table.frame.height)


def _known_gates(frame: pl.DataFrame, file: str, note: Note) -> pl.DataFrame:
    """The games, with a gate of 0 taken as unknown."""
    zeros = frame.filter(pl.col(c.ATTENDANCE) == 0).height if c.ATTENDANCE in frame.columns else 0
    if not zeros:
        return frame
    note(f"{file}: took the {c.ATTENDANCE} of 0 in {zeros} rows as unknown")
    return frame.with_columns(pl.when(pl.col(c.ATTENDANCE) != 0).then(pl.col(c.ATTENDANCE)))


def _tell_early(frame: pl.DataFrame, file: str, note: Note) -> None:
    """Ask whether 7:05 is meant to be the morning."""
    early = frame.filter(pl.col(c.START_TIME) < EARLIEST_START).height if c.START_TIME in frame.columns else 0
    if early:
        note(f"{file}: {early} start times are before 8 in the morning; write 19:05 or 7:05PM for the evening")


def _in_their_words(refused: DataError, mapping: Mapping) -> DataError:
    """An error that names the column as the file does."""
    headers = {name: source.header for name, source in mapping.columns.items()}
    headers |= {further.column.name: further.header for further in mapping.further}
    column = headers.get(refused.column, refused.column)
    return DataError(refused.got, refused.expected, refused.remedy, file=refused.file, row=refused.row, column=column)
