"""From a file to games: read the table, find the columns, parse the cells, check the whole."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from gatecast.collect.column_mapping import (
    LEAGUE_KEY,
    METADATA_KEY,
    ColumnMapping,
    CustomColumn,
    Source,
    joined_columns,
    read_mapping,
    resolved,
    with_custom_columns,
)
from gatecast.collect.dates_and_times import has_short_years, with_years
from gatecast.collect.headers import Guess, check_attendance, guessed
from gatecast.collect.names import unified
from gatecast.collect.parse import parse, promotions, translated
from gatecast.collect.plausible import far_from_others
from gatecast.collect.raw_table import Cells, RawTable, Refusals
from gatecast.collect.report import LIKELY, WRONG_IF_USED, Reading, ReadingReport
from gatecast.collect.rows import home_games, merged, with_clubs_apart, without_noise
from gatecast.collect.season_games import apart_from_games_called_off, without_neutral_sites, without_playoffs
from gatecast.collect.tables import read_table, table_of
from gatecast.collect.write import columns_beside
from gatecast.errors import DataError, ReadingWarning, SettingsError
from gatecast.games import ALWAYS, CANONICAL, Column, Games, League, Role
from gatecast.games import columns as c
from gatecast.games.columns import columns_from_json
from gatecast.suggestions import listed, plain_header

__all__ = [
    "HELP_SHEET",
    "ROW",
    "STATUS",
    "UsableGames",
    "read_frame",
    "read_games",
    "read_games_with_report",
    "usable_games",
]

EARLIEST_START = dt.time(8)
UNIVERSAL_HEADERS = ("utc", "gmt")
TELLS = "says which"
"""Beginning of the reason of a column that tells which rows to read."""
MOST_SEATS_OF_ONE, LARGEST_REBUILT = 4, 1.5
"""Numbers of seats that one ballpark may have had, and the ratio of the largest to the smallest, in rebuilding."""
ROW, STATUS = "row of the file", "status"
OF_A_GAME = (c.GAME_ID, c.DATE, c.START_TIME, c.NUMBER, c.VENUE, c.HOME, c.VISITOR)
"""Columns that tell which game a row is."""
PLACE = Column("gatecast place of the row", pl.Int64, Role.NUMBER, ALWAYS)
"""Carries the place of each row through the sorting of games."""

HELP_SHEET = "How to fill it in"
"""Sheet of explanations in the workbook that a club downloads to fill in."""

Note = Callable[[str], None]


def _quiet(text: str) -> None:
    """Drop a note."""


@dataclass(frozen=True)
class UsableGames:
    """The games that could be read of a table, and the rows that could not.

    Parameters
    ----------
    games : Games
        Of the rows that can be used, in order of play.
    rows : tuple of int, shape (games,)
        The row of the file of each of them.
    refused : tuple of DataError
        The first cell of each other row that cannot be used, by row.
    mapping : ColumnMapping
        With all that was guessed.
    report : ReadingReport
        Report of how the table was read, and of guesses.
    called_off : polars.DataFrame
        Games that the table says are called off: what tells which games they are, `ROW` and `STATUS`, which is
        `season_games.POSTPONED` or `CANCELLED`. Without rows if there are none.
    """

    games: Games
    rows: tuple[int, ...]
    refused: tuple[DataError, ...]
    mapping: ColumnMapping
    report: ReadingReport = field(default_factory=ReadingReport)
    called_off: pl.DataFrame = field(default_factory=pl.DataFrame)


def read_games(
    source: str | Path | Any,  # noqa: ANN401
    columns: str | Path | ColumnMapping | None = None,
    *,
    upcoming: bool = False,
    custom_columns: Sequence[Column] = (),
    note: Note | None = None,
    strict: bool = False,
) -> Games:
    """Read games from a CSV, XLSX or Parquet file, or from a data frame with anyone's headers.

    Parameters
    ----------
    source : path or data frame
        A pandas, polars, Arrow or lazy frame is read by the same rules as a file; a pandas index that holds dates or
        has a name counts as a column.
    columns : path or ColumnMapping, optional
        The table's names of its columns (docs/mapping.md). If not given, a file `<stem>.columns.toml` beside the
        table is used where there is one, but not for Parquet files that gatecast wrote; whatever is left unsaid is
        guessed.
    upcoming : bool
        True for a table of games to come, which may be without attendance.
    custom_columns : sequence of Column
        Custom columns as another table declares them, the first of each name; read where this table has them.
    note : function of str, optional
        Called with a line for whatever was guessed, left out or taken as unknown. If not given, each line is a
        `ReadingWarning`.
    strict : bool
        True to refuse a table in which something has to be guessed that may be wrong.

    Raises
    ------
    DataError
        The table, with row and column of the first cell that cannot be used.
    SettingsError
        The mapping, with its key.
    """
    lines: list[str] = []
    games, _ = read_games_with_report(
        source,
        columns,
        upcoming=upcoming,
        custom_columns=custom_columns,
        note=lines.append if note is None else note,
        strict=strict,
    )
    for line in lines:
        warnings.warn(line, ReadingWarning, stacklevel=2)
    return games


def read_games_with_report(
    source: str | Path | Any,  # noqa: ANN401
    columns: str | Path | ColumnMapping | None = None,
    *,
    upcoming: bool = False,
    custom_columns: Sequence[Column] = (),
    note: Note = _quiet,
    strict: bool = False,
) -> tuple[Games, ReadingReport]:
    """Read games as `read_games` does, and return the reading report with them."""
    if isinstance(source, str | Path):
        mapping = _mapping(Path(source), columns)
        table = read_table(source, mapping.sheet if mapping else "")
        if columns is None and METADATA_KEY in table.metadata:
            mapping = None
    else:
        mapping = columns if isinstance(columns, ColumnMapping | None) else read_mapping(columns)
        table = table_of(source)
    if mapping is None and METADATA_KEY in table.metadata:
        custom_columns = joined_columns(
            columns_from_json(table.metadata[METADATA_KEY], table.file), custom_columns, table.frame.columns
        )
        reading = Reading(table.file)
        check_attendance(table, set(table.frame.columns), reading, upcoming=upcoming)
        league = League.from_json(table.metadata.get(LEAGUE_KEY, "{}"), table.file)
        games = Games.from_frame(table.frame, custom_columns, league=league, file=table.file, rows=table.rows)
        for name in games.columns:
            if name in table.frame.columns:
                reading.column(name, name, reason="written by gatecast")
        reading.count(in_file=len(table.rows))
        return games, reading.report(table, games)
    usable = _games_of(
        table,
        mapping or ColumnMapping(),
        upcoming=upcoming,
        custom_columns=custom_columns,
        reading=Reading(table.file, note),
        strict=strict,
    )
    return usable.games, usable.report


def read_frame(
    frame: Any,  # noqa: ANN401
    custom_columns: Sequence[Column] = (),
    *,
    upcoming: bool = False,
) -> Games:
    """Read a data frame with anyone's headers as games, and warn of each guess.

    Parameters
    ----------
    frame : data frame
    custom_columns : sequence of Column
        Custom columns as another table declares them.
    upcoming : bool
        True for games to come, which may be without attendance and keep the order of the rows of the frame.

    Raises
    ------
    DataError
        As `read_games` does; also for a row of a frame of games to come that is none, such as an away game.
    """
    reading, table = Reading(), table_of(frame)
    usable = _games_of(table, ColumnMapping(), upcoming=upcoming, custom_columns=custom_columns, reading=reading)
    for line in reading.notes:
        warnings.warn(line, ReadingWarning, stacklevel=4)
    if not upcoming:
        return usable.games
    absent = next((row for row in table.rows if row not in usable.rows), None)
    if absent is not None:
        remedy = "take it out, or pass gatecast.read_games(frame, upcoming=True)"
        raise DataError("a row that is no game of the season at home", "games to come alone", remedy, row=absent)
    order = pl.Series(usable.rows, dtype=pl.Int64).arg_sort()
    return usable.games.with_table(usable.games.table[order])


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
        Custom columns as they were declared before.
    note : function of str

    Raises
    ------
    DataError, SettingsError
        The table cannot be used as a whole, or more than a hundred of its rows cannot.
    """
    reading = Reading(table.file, note)
    return _games_of(table, mapping, upcoming=True, custom_columns=custom_columns, reading=reading, refusals=Refusals())


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
    reading: Reading,
    refusals: Refusals | None = None,
    strict: bool = False,
) -> UsableGames:
    """Read a table; where `refusals` are given, its rows that cannot be used are left out and told there."""
    whole = table = table.cleaned()
    reading.count(in_file=len(table.rows))
    _note_facts(table, reading)
    mapping = with_custom_columns(resolved(mapping, table), custom_columns, table)
    table = _kept(table, mapping, reading)
    table = without_noise(table, reading)
    at_home = home_games(without_neutral_sites(table, mapping, reading), mapping, reading)
    table = with_clubs_apart(at_home.table, mapping, reading)
    table, aside, statuses = apart_from_games_called_off(table, mapping, reading)
    guess = guessed(table, mapping, reading, at_home.used)
    mapping = guess.mapping
    check_attendance(table, {*mapping.columns, *mapping.constants}, reading, upcoming=upcoming)
    _note_left_out(table, mapping, reading, at_home.used)
    table = without_playoffs(table, mapping, reading)
    columns = unified(_Columns(table, mapping, refusals, reading).parsed(), mapping.aliases, reading)
    columns, trusted = _numbered(table, columns, guess, reading)
    table, columns = merged(table, columns, mapping, reading, refusals, trusted=trusted)
    usable = _checked(table, mapping, pl.DataFrame(columns), refusals, reading)
    if strict:
        reading.refuse_doubts()
    if refusals is not None and statuses:
        usable = _with_called_off(usable, aside, statuses, trusted=trusted)
    reading.count(refused=len(usable.refused))
    return replace(usable, report=reading.report(whole, usable.games))


def _with_called_off(
    usable: UsableGames, aside: RawTable, statuses: Mapping[int, str], *, trusted: bool
) -> UsableGames:
    """Return what was read of a table with its games called off; only what tells which games they are is read."""
    names = {*OF_A_GAME} - (set() if trusted else {c.NUMBER})
    columns = {name: source for name, source in usable.mapping.columns.items() if name in names}
    constants = {name: text for name, text in usable.mapping.constants.items() if name in names}
    mapping = replace(usable.mapping, columns=columns, constants=constants, custom_columns=())
    refusals, quiet = Refusals(), Reading(aside.file)
    if not {c.DATE, c.GAME_ID} & set(columns):
        return usable
    try:
        parsed = unified(_Columns(aside, mapping, refusals, quiet).parsed(), mapping.aliases, quiet)
        off = _checked(aside, mapping, pl.DataFrame(parsed), refusals, quiet)
    except DataError as refused:
        return replace(usable, refused=(*usable.refused, refused))
    table = off.games.table.with_columns(
        pl.Series(ROW, off.rows, pl.Int64), pl.Series(STATUS, [statuses[row] for row in off.rows], pl.String)
    )
    return replace(usable, called_off=table, refused=(*usable.refused, *off.refused))


def _checked(
    table: RawTable, mapping: ColumnMapping, frame: pl.DataFrame, refusals: Refusals | None, reading: Reading
) -> UsableGames:
    """Check the parsed rows as games."""
    custom_columns = tuple(custom.column for custom in mapping.custom_columns)
    frame = frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(PLACE.name))
    if refusals is not None and refusals.by_place:
        frame = frame.filter(~pl.col(PLACE.name).is_in(list(refusals.by_place)))
        if not frame.height:
            raise refusals.by_place[min(refusals.by_place)]
    frame = _known_attendance(frame, reading)
    _note_early(frame, reading)
    _note_far_off(frame, table, reading)
    _check_one_ballpark(frame, mapping, table)
    places = frame[PLACE.name]

    def placed(at: int | None, error: DataError) -> DataError:
        error = _in_their_words(error, mapping)
        return error if at is None else error.at(**table.where(places[at]))

    def refuse(at: int, error: DataError) -> None:
        if refusals is not None:
            refusals.add(places[at], placed(at, error))

    try:
        games = Games.from_frame(
            frame,
            (*custom_columns, PLACE),
            league=mapping.league,
            file=table.file,
            rows=range(frame.height),
            refuse=None if refusals is None else refuse,
        )
    except DataError as refused:
        raise placed(refused.row, refused) from None
    rows = tuple(table.rows[place] for place in games.table[PLACE.name])
    refused_rows = [] if refusals is None else [refusals.by_place[place] for place in sorted(refusals.by_place)]
    games = replace(games, table=games.table.drop(PLACE.name), custom_columns=custom_columns)
    return UsableGames(games, rows, tuple(refused_rows), mapping)


def _note_facts(table: RawTable, reading: Reading) -> None:
    """Say how the file was opened, where that was a guess."""
    facts = table.facts
    if facts.encoding and facts.encoding != "UTF-16":
        reading.doubt(
            f"the text is not UTF-8; it was taken as {facts.encoding}", "save it as CSV UTF-8", weight=WRONG_IF_USED
        )
    if facts.index:
        reading.note(f"left out {facts.index}, which only counts the rows")
    if len(facts.sheets) > 1:
        reading.note(f"read the sheets {', '.join(facts.sheets)} as one table, as their headers are the same")
    others = [sheet for sheet in facts.other_sheets if sheet != HELP_SHEET]
    if others:
        first = others[0]
        read = ", ".join(facts.sheets)
        remedy = f'name another one in a mapping file, as in sheet = "{first}"'
        reading.doubt(f"read the sheet {read}, not {listed(others)}", remedy)


def _kept(table: RawTable, mapping: ColumnMapping, reading: Reading) -> RawTable:
    """Return the rows that [keep] keeps."""
    for header, texts in mapping.keep.items():
        text = table.cells(header).text()
        kept = table.filter_rows(
            text.str.to_lowercase().is_in([wanted.strip().lower() for wanted in texts]).fill_null(False)
        )
        if not kept.rows:
            seen = listed(text.drop_nulls().unique(maintain_order=True).to_list())
            got = f"no row with {header} {' or '.join(map(repr, texts))}"
            raise DataError(got, f"one of those in the file: {seen}", file=table.file, column=header)
        if len(kept.rows) < len(table.rows):
            reading.note(f"kept {len(kept.rows)} of {len(table.rows)} rows by {header}")
            reading.count(filtered=len(table.rows) - len(kept.rows))
        reading.column(header, "", reason="says which rows to keep")
        table = kept
    return table


def _note_left_out(table: RawTable, mapping: ColumnMapping, reading: Reading, at_home: Sequence[str]) -> None:
    """Say which columns are not used, and which guesses follow from what is absent."""
    used = {header for source in mapping.columns.values() for header in source.columns}
    used |= {custom.header for custom in mapping.custom_columns} | set(mapping.keep)
    for custom in mapping.custom_columns:
        reading.column(custom.header, custom.column.name, unit=custom.column.unit, reason="a column of the club's own")
    unused = [header for header in table.frame.columns if header not in used and header not in reading.columns]
    telling = {*at_home, *(name for name, column in reading.columns.items() if column.reason.startswith(TELLS))}
    unused_headers = [header for header in table.frame.columns if header not in used and header not in telling]
    if unused_headers:
        reading.note(f"left out {listed(unused_headers)}; declare what should count under [further] in a mapping file")
    for header in unused:
        reading.column(header, "", reason="not a column that games have")
    names = {*mapping.columns, *mapping.constants}
    if c.DATE not in names:
        reading.doubt(
            "no dates found; rows count as in order of play",
            f"map {c.DATE} where the table tells it",
            weight=LIKELY,
        )
    if c.HOME not in names and c.VENUE in names and mapping.guess:
        reading.doubt(
            f"no column of home clubs found; each {c.VENUE} counts as a club of its own",
            f"map {c.HOME} where the table tells it, or say {c.HOME} under [constants] for a table of one club",
            weight=LIKELY,
        )
    if c.HOME not in names and c.VENUE not in names and mapping.guess:
        clubs = [header for header in unused if any(word in plain_header(header) for word in ("home", "team", "host"))]
        if clubs:
            reading.doubt(
                "no column of home clubs found; all games count as those of one ballpark",
                f'map {c.HOME} where the table tells it, as in {c.HOME} = "{clubs[0]}"',
                weight=WRONG_IF_USED,
            )


def _numbered(
    table: RawTable, columns: dict[str, pl.Series], guess: Guess, reading: Reading
) -> tuple[dict[str, pl.Series], bool]:
    """Return the columns with numbers of doubleheaders alone, and True where those numbers can be trusted.

    A guessed column of numbers that most games alone on their date have counts the games of a series or season.
    """
    if c.NUMBER not in columns and not guess.counter:
        return columns, False
    if c.NUMBER in columns and (c.NUMBER not in guess.guessed or c.DATE not in columns):
        return columns, True
    counted = columns[c.NUMBER] if c.NUMBER in columns else table.frame[guess.counter].cast(pl.Int64, strict=False)
    day = [columns[name].alias(name) for name in (c.DATE, c.HOME) if name in columns]
    frame = pl.DataFrame([*day, counted.alias(c.NUMBER)])
    over = [series.name for series in day]
    alone = frame.select(pl.len().over(over) == 1).to_series()
    positive = (frame[c.NUMBER] > 0).fill_null(False)
    if c.NUMBER in columns and int((alone & positive).sum()) * 2 < max(int(positive.sum()), 1):
        return columns, True
    if c.NUMBER in columns:
        header = guess.mapping.columns[c.NUMBER].header
        reason = "it counts the games of a series or season"
        reading.note(f"did not take {header} for {c.NUMBER}: {reason}")
        reading.column(header, "", reason=f"not {c.NUMBER}: {reason}")
    told_apart = (pl.len().over(over) > 1) & (pl.col(c.NUMBER).n_unique().over(over) == pl.len().over(over))
    rank = pl.col(c.NUMBER).rank("ordinal").over(over)
    number = frame.select(pl.when(told_apart & (rank <= 3)).then(rank).cast(pl.Int8)).to_series().alias(c.NUMBER)
    return {**columns, c.NUMBER: number}, bool(number.is_not_null().any())


@dataclass(frozen=True)
class _Columns:
    """The columns of games that a mapping finds in a table."""

    table: RawTable
    mapping: ColumnMapping
    refusals: Refusals | None
    reading: Reading

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
            cells = table.cells_of(text, source.header, self.refusals)
        else:
            cells = table.cells(source.header, self.refusals)
            if source.header != name:
                cells = self._without_codes(cells, name, source.unit)
        if name == c.DATE:
            cells = self._with_years(cells, source)
        universal = any(plain_header(header).endswith(UNIVERSAL_HEADERS) for header in source.columns)
        cells = replace(cells, time_zone=self.mapping.time_zone, universal=universal, day_first=self.mapping.day_first)
        return parse(self._translated(cells, name), column, source.unit).alias(name)

    def _with_years(self, cells: Cells, source: Source) -> Cells:
        """Return dates whose years stand in the season's column with those years, and say what short years became."""
        if source.season:
            beside = self.table.frame
            seasons = beside[source.season] if source.season in beside.columns else pl.Series([source.season])
            return with_years(
                cells, seasons if len(seasons) == beside.height else seasons.new_from_index(0, beside.height)
            )
        if has_short_years(cells.values):
            self.reading.note(f"took years of two digits under {cells.header} as those from 1969 to 2068")
        return cells

    def _translated(self, cells: Cells, name: str) -> Cells:
        """Return the cells with the words of [values] replaced; say which of those stand in no cell."""
        words = self.mapping.values.get(name, {})
        if words:
            seen = set(cells.text().str.strip_chars().str.to_lowercase().drop_nulls().unique())
            absent = [word for word in words if word.strip().lower() not in seen]
            if absent:
                self.reading.doubt(f"no cell of {cells.header} says {listed(absent)}, as [values.{name}] has it")
        return translated(cells, words)

    def _custom(self, custom: CustomColumn) -> pl.Series:
        """Return a custom column, typed, shape (rows,)."""
        name = custom.column.name
        cells = self._translated(self.table.cells(custom.header, self.refusals), name)
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
        return cells.with_values(
            cells.values.zip_with(~code.fill_null(False), pl.Series([None], dtype=cells.values.dtype))
        )


def _known_attendance(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Return the games with an attendance of 0 taken as unknown."""
    zeros = frame.filter(pl.col(c.ATTENDANCE) == 0).height if c.ATTENDANCE in frame.columns else 0
    if not zeros:
        return frame
    reading.note(f"took the {c.ATTENDANCE} of 0 in {zeros} rows as unknown")
    return frame.with_columns(pl.when(pl.col(c.ATTENDANCE) != 0).then(pl.col(c.ATTENDANCE)))


def _note_early(frame: pl.DataFrame, reading: Reading) -> None:
    """Ask whether 7:05 is meant to be the morning."""
    early = frame.filter(pl.col(c.START_TIME) < EARLIEST_START).height if c.START_TIME in frame.columns else 0
    if early:
        reading.doubt(f"{early} start times are before 8 in the morning", "write 19:05 or 7:05PM for the evening")


def _note_far_off(frame: pl.DataFrame, table: RawTable, reading: Reading) -> None:
    """Ask about attendance that is far from what is usual in the table."""
    if c.ATTENDANCE not in frame.columns or not len(frame[c.ATTENDANCE].drop_nulls()):
        return
    far = far_from_others(frame[c.ATTENDANCE])
    if far.any():
        rows = [f"{frame[c.ATTENDANCE][at]:,} in row {table.rows[frame[PLACE.name][at]]}" for at in far.arg_true()]
        usual = int(frame[c.ATTENDANCE].drop_nulls().quantile(0.5) or 0)
        figures = "figures are" if len(rows) > 1 else "figure is"
        reading.doubt(
            f"{len(rows)} {c.ATTENDANCE} {figures} far from the usual {usual:,}: {listed(rows)}",
            "correct them, or leave the cells empty where nobody knows",
        )


def _check_one_ballpark(frame: pl.DataFrame, mapping: ColumnMapping, table: RawTable) -> None:
    """Refuse a table without clubs and venues whose seats are those of several ballparks."""
    if {c.HOME, c.VENUE} & set(frame.columns) or c.CAPACITY not in mapping.columns:
        return
    seats = frame[c.CAPACITY].drop_nulls()
    if seats.n_unique() > MOST_SEATS_OF_ONE and seats.max() > LARGEST_REBUILT * seats.min():  # type: ignore[operator]
        got = f"{seats.n_unique()} different numbers of seats and no column of home clubs or ballparks"
        remedy = f'map the home club, as in {c.HOME} = "theirs"; its columns are {listed(table.frame.columns)}'
        raise DataError(got, "the home club of each game", remedy, file=table.file)


def _in_their_words(refused: DataError, mapping: ColumnMapping) -> DataError:
    """Return an error that names the column as the file does."""
    headers = {name: source.header for name, source in mapping.columns.items()}
    headers |= {custom.column.name: custom.header for custom in mapping.custom_columns}
    return refused.at(column=headers.get(refused.column, refused.column))
