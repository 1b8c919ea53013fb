"""From a file to games: read the table, find the columns, parse the cells, check the whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from gatecast.collect.column_mapping import (
    METADATA_KEY,
    ColumnMapping,
    CustomColumn,
    Source,
    joined_columns,
    read_mapping,
    resolved,
    with_custom_columns,
)
from gatecast.collect.headers import guessed
from gatecast.collect.parse import parse, promotions, translated
from gatecast.collect.raw_table import Cells, RawTable, Refusals
from gatecast.collect.tables import read_table
from gatecast.collect.write import columns_beside
from gatecast.errors import DataError, SettingsError
from gatecast.games import CANONICAL, Column, Games
from gatecast.games import columns as c
from gatecast.games.declarations import columns_from_json
from gatecast.suggestions import listed, suggestion

__all__ = ["UsableGames", "read_games", "usable_games"]

EARLIEST_START = dt.time(8)

Note = Callable[[str], None]


def _quiet(text: str) -> None:
    """Drop a note."""


@dataclass(frozen=True)
class UsableGames:
    """The games that could be read of a table, and the rows that could not.

    Parameters
    ----------
    games : Games
        Of the rows that can be used, in their order.
    rows : tuple of int
        The row of the file of each of them.
    refused : tuple of DataError
        The first cell of each other row that cannot be used, by row.
    mapping : ColumnMapping
        With all that was guessed.
    """

    games: Games
    rows: tuple[int, ...]
    refused: tuple[DataError, ...]
    mapping: ColumnMapping


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
        Called with a line for whatever was guessed, left out or taken as unknown.

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
        custom_columns = joined_columns(
            columns_from_json(table.metadata[METADATA_KEY], table.file), custom_columns, table.frame.columns
        )
        _check_attendance(table, set(table.frame.columns), upcoming=upcoming)
        return Games.from_frame(table.frame, custom_columns, file=table.file, rows=table.rows)
    return _games_of(
        table, mapping or ColumnMapping(), upcoming=upcoming, custom_columns=custom_columns, note=note
    ).games


def usable_games(
    table: RawTable,
    mapping: ColumnMapping,
    *,
    custom_columns: Sequence[Column] = (),
    note: Note = _quiet,
) -> UsableGames:
    """Read the usable rows of a table of games, past or to come, and the first unusable cell of each other row.

    Parameters
    ----------
    table : RawTable
    mapping : ColumnMapping
    custom_columns : sequence of Column
        A club's own columns as they were declared before.
    note : function of str

    Raises
    ------
    DataError, SettingsError
        The table cannot be used as a whole, or more than a hundred of its rows cannot.
    """
    return _games_of(table, mapping, upcoming=True, custom_columns=custom_columns, note=note, refusals=Refusals())


def _mapping(path: Path, columns: str | Path | ColumnMapping | None) -> ColumnMapping | None:
    if isinstance(columns, ColumnMapping):
        return columns
    if columns is not None:
        return read_mapping(columns)
    beside = columns_beside(path)
    return read_mapping(beside) if beside.is_file() else None


def _games_of(
    table: RawTable,
    mapping: ColumnMapping,
    *,
    upcoming: bool,
    custom_columns: Sequence[Column],
    note: Note,
    refusals: Refusals | None = None,
) -> UsableGames:
    """Read a table; where `refusals` are given, its rows that cannot be used are left out and told there."""
    table = table.cleaned()
    mapping = with_custom_columns(resolved(mapping, table), custom_columns, table)
    table = _kept(table, mapping, note)
    mapping = guessed(table, mapping, note)
    _check_attendance(table, {*mapping.columns, *mapping.constants}, upcoming=upcoming)
    _note_left_out(table, mapping, note)
    frame = pl.DataFrame(_Columns(table, mapping, refusals).parsed())
    return _checked(table, mapping, frame, refusals, note)


def _checked(
    table: RawTable, mapping: ColumnMapping, frame: pl.DataFrame, refusals: Refusals | None, note: Note
) -> UsableGames:
    """Check the parsed rows as games."""
    custom_columns = tuple(custom.column for custom in mapping.custom_columns)
    places = list(range(frame.height))
    if refusals is not None and refusals.by_place:
        places = [place for place in places if place not in refusals.by_place]
        if not places:
            raise refusals.by_place[min(refusals.by_place)]
        frame = frame[places]
    frame = _known_attendance(frame, table.file, note)
    _note_early(frame, table.file, note)
    rows = [table.rows[place] for place in places]

    def refuse(at: int, error: DataError) -> None:
        if refusals is None:
            raise error
        refusals.add(places[at], _in_their_words(error, mapping))

    try:
        games = Games.from_frame(
            frame, custom_columns, file=table.file, rows=rows, refuse=None if refusals is None else refuse
        )
    except DataError as refused:
        raise _in_their_words(refused, mapping) from None
    refused_rows = {} if refusals is None else refusals.by_place
    kept = [table.rows[place] for place in places if place not in refused_rows]
    in_order = sorted(kept) == kept
    return UsableGames(
        games,
        tuple(kept) if in_order else tuple(range(2, len(games) + 2)),
        tuple(sorted(refused_rows.values(), key=lambda each: each.row or 0)),
        mapping,
    )


def _kept(table: RawTable, mapping: ColumnMapping, note: Note) -> RawTable:
    """Return the rows that [keep] keeps."""
    for header, texts in mapping.keep.items():
        text = table.cells(header).text()
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


def _note_left_out(table: RawTable, mapping: ColumnMapping, note: Note) -> None:
    used = {header for source in mapping.columns.values() for header in source.columns}
    used |= {custom.header for custom in mapping.custom_columns} | set(mapping.keep)
    unused = [header for header in table.frame.columns if header not in used]
    if unused:
        note(f"{table.file}: left out {listed(unused)}; declare what should count under [further] in a mapping file")
    if c.DATE not in {*mapping.columns, *mapping.constants}:
        note(f"{table.file}: no dates found; rows count as in order of play; map {c.DATE} where the table tells it")


@dataclass(frozen=True)
class _Columns:
    """The columns of games that a mapping finds in a table."""

    table: RawTable
    mapping: ColumnMapping
    refusals: Refusals | None

    def parsed(self) -> dict[str, pl.Series]:
        """Return every column of games that the mapping finds, typed, by name."""
        out = {name: self._sourced(CANONICAL[name], source) for name, source in self.mapping.columns.items()}
        for name, text in self.mapping.constants.items():
            out[name] = self._constant(name, text)
        for custom in self.mapping.custom_columns:
            if custom.column.name not in out:
                out[custom.column.name] = self._custom(custom)
        return out

    def _sourced(self, column: Column, source: Source) -> pl.Series:
        """Return a column of games from its source, typed, shape (rows,)."""
        name, table = column.name, self.table
        if source.marks:
            return promotions([table.cells(header, self.refusals) for header in source.columns]).alias(name)
        if source.template:
            text = source.filled([table.cells(header).text() for header in source.columns])
            cells = Cells(text, table.rows, table.file, source.header, table.decimal_comma, self.refusals)
        else:
            cells = table.cells(source.header, self.refusals)
            if source.header != name:
                cells = self._without_codes(cells, name, source.unit)
        return parse(translated(cells, self.mapping.values.get(name, {})), column, source.unit).alias(name)

    def _custom(self, custom: CustomColumn) -> pl.Series:
        """Return a club's own column, typed, shape (rows,)."""
        name = custom.column.name
        cells = translated(self.table.cells(custom.header, self.refusals), self.mapping.values.get(name, {}))
        return parse(cells, custom.column).alias(name)

    def _constant(self, name: str, text: str) -> pl.Series:
        """Return a value that holds in every row; raise SettingsError where its column cannot hold it."""
        custom_columns = {custom.column.name: custom.column for custom in self.mapping.custom_columns}
        column: Column = {**CANONICAL, **custom_columns}[name]
        try:
            one = parse(Cells(pl.Series([text]), [1], self.mapping.file, name), column)
        except DataError as refused:
            raise SettingsError.of(refused, file=self.mapping.file, key=f"constants.{name}") from None
        return one.new_from_index(0, self.table.frame.height).alias(name)

    def _without_codes(self, cells: Cells, name: str, unit: str) -> Cells:
        """Return weather without Retrosheet's codes: wind -1, and temperature 0 in °F or where the wind is unknown."""
        if name not in {c.TEMPERATURE, c.WIND}:
            return cells
        numbers = cells.values.cast(pl.Float64, strict=False)
        code = numbers == (-1 if name == c.WIND else 0)
        if name == c.TEMPERATURE and unit != "F":
            wind = self.mapping.columns.get(c.WIND)
            if wind is None or wind.header not in self.table.frame.columns:
                return cells
            code &= self.table.frame[wind.header].cast(pl.Float64, strict=False) == -1
        return cells.having(cells.values.zip_with(~code.fill_null(False), pl.Series([None], dtype=cells.values.dtype)))


def _known_attendance(frame: pl.DataFrame, file: str, note: Note) -> pl.DataFrame:
    """Return the games with an attendance of 0 taken as unknown."""
    zeros = frame.filter(pl.col(c.ATTENDANCE) == 0).height if c.ATTENDANCE in frame.columns else 0
    if not zeros:
        return frame
    note(f"{file}: took the {c.ATTENDANCE} of 0 in {zeros} rows as unknown")
    return frame.with_columns(pl.when(pl.col(c.ATTENDANCE) != 0).then(pl.col(c.ATTENDANCE)))


def _note_early(frame: pl.DataFrame, file: str, note: Note) -> None:
    """Ask whether 7:05 is meant to be the morning."""
    early = frame.filter(pl.col(c.START_TIME) < EARLIEST_START).height if c.START_TIME in frame.columns else 0
    if early:
        note(f"{file}: {early} start times are before 8 in the morning; write 19:05 or 7:05PM for the evening")


def _in_their_words(refused: DataError, mapping: ColumnMapping) -> DataError:
    """Return an error that names the column as the file does."""
    headers = {name: source.header for name, source in mapping.columns.items()}
    headers |= {custom.column.name: custom.header for custom in mapping.custom_columns}
    return refused.at(column=headers.get(refused.column, refused.column))
