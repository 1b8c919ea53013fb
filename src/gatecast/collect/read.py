"""From a file to games: read the table, find the columns, parse the cells, check the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from gatecast.collect.column_mapping import ColumnMapping, read_mapping
from gatecast.collect.custom_columns import METADATA_KEY
from gatecast.collect.guess import guessed
from gatecast.collect.parsed import (
    cells_of,
    constant_column,
    known_gates,
    parse_custom_column,
    sourced_column,
    tell_early,
)
from gatecast.collect.raw import RawTable
from gatecast.collect.resolve import joined, resolved, with_custom_columns
from gatecast.collect.tables import read_table
from gatecast.collect.write import columns_beside
from gatecast.errors import DataError
from gatecast.games import CANONICAL, Column, Games
from gatecast.games import columns as c
from gatecast.games.declarations import columns_from_json
from gatecast.suggestions import listed, suggestion

__all__ = ["games_of", "read_games"]

Note = Callable[[str], None]


def _quiet(text: str) -> None:
    """Tell nobody."""


def read_games(
    path: str | Path,
    columns: str | Path | ColumnMapping | None = None,
    *,
    upcoming: bool = False,
    custom_columns: Sequence[Column] = (),
    note: Note = _quiet,
) -> Games:
    """Read games from a CSV, XLSX or Parquet file.

    Parameters
    ----------
    path : path
    columns : path or ColumnMapping, optional
        What the table calls its columns (docs/mapping.md). If not given, a file `<stem>.columns.toml` beside the
        table is used where there is one; whatever is left unsaid is guessed.
    upcoming : bool
        True for a table of games to come, which may be without attendance.
    custom_columns : sequence of Column
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
        custom_columns = joined(
            columns_from_json(table.metadata[METADATA_KEY], table.file), custom_columns, table.frame.columns
        )
        _check_attendance(table, set(table.frame.columns), upcoming=upcoming)
        return Games.from_frame(table.frame, custom_columns, file=table.file, rows=table.rows)
    return games_of(table, mapping or ColumnMapping(), upcoming=upcoming, custom_columns=custom_columns, note=note)[0]


def games_of(
    table: RawTable,
    mapping: ColumnMapping,
    *,
    upcoming: bool = False,
    custom_columns: Sequence[Column] = (),
    note: Note = _quiet,
) -> tuple[Games, ColumnMapping]:
    """Games from a table as it stands in a file, and the mapping with what was guessed; otherwise as `read_games`."""
    table = table.cleaned()
    mapping = with_custom_columns(resolved(mapping, table), custom_columns, table)
    table = _kept(table, mapping, note)
    mapping = guessed(table, mapping, note)
    _check_attendance(table, {*mapping.columns, *mapping.constants}, upcoming=upcoming)
    _tell_left_out(table, mapping, note)
    frame = pl.DataFrame(_parsed(table, mapping))
    frame = known_gates(frame, table.file, note)
    tell_early(frame, table.file, note)
    custom_columns = tuple(custom.column for custom in mapping.custom_columns)
    try:
        return Games.from_frame(frame, custom_columns, file=table.file, rows=table.rows), mapping
    except DataError as refused:
        raise _in_their_words(refused, mapping) from None


def _mapping(path: Path, columns: str | Path | ColumnMapping | None) -> ColumnMapping | None:
    if isinstance(columns, ColumnMapping):
        return columns
    if columns is not None:
        return read_mapping(columns)
    beside = columns_beside(path)
    return read_mapping(beside) if beside.is_file() else None


def _kept(table: RawTable, mapping: ColumnMapping, note: Note) -> RawTable:
    """The rows that [keep] keeps."""
    for header, texts in mapping.keep.items():
        text = cells_of(table, header).text()
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


def _tell_left_out(table: RawTable, mapping: ColumnMapping, note: Note) -> None:
    used = {header for source in mapping.columns.values() for header in source.columns}
    used |= {custom.header for custom in mapping.custom_columns} | set(mapping.keep)
    unused = [header for header in table.frame.columns if header not in used]
    if unused:
        note(f"{table.file}: left out {listed(unused)}; declare what should count under [further] in a mapping file")
    if c.DATE not in {*mapping.columns, *mapping.constants}:
        note(f"{table.file}: no dates found; rows count as in order of play; map {c.DATE} where the table tells it")


def _parsed(table: RawTable, mapping: ColumnMapping) -> dict[str, pl.Series]:
    """Every column of games that the mapping finds, typed."""
    out = {name: sourced_column(table, mapping, CANONICAL[name], source) for name, source in mapping.columns.items()}
    for name, text in mapping.constants.items():
        out[name] = constant_column(table, mapping, name, text)
    for custom in mapping.custom_columns:
        if custom.column.name not in out:
            out[custom.column.name] = parse_custom_column(table, mapping, custom)
    return out


def _in_their_words(refused: DataError, mapping: ColumnMapping) -> DataError:
    """An error that names the column as the file does."""
    headers = {name: source.header for name, source in mapping.columns.items()}
    headers |= {custom.column.name: custom.header for custom in mapping.custom_columns}
    column = headers.get(refused.column, refused.column)
    return DataError(refused.got, refused.expected, refused.remedy, file=refused.file, row=refused.row, column=column)
