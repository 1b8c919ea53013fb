"""Retrosheet's two kinds of files: game logs (161 fields, no header, Latin-1) and gameinfo (a header, with weather).

Fields: https://www.retrosheet.org/gamelogs/glfields.txt and https://www.retrosheet.org/downloads/csvcontents.html
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping

import polars as pl

from gatecast.collect.numbers import UNITS, parse_numbers
from gatecast.collect.raw_table import UNKNOWN_NAMES, RawTable
from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.games.columns import CANONICAL

__all__ = ["FIELDS", "FILE", "HEADERS", "ROW", "read_gameinfo", "read_gamelog"]

FILE, ROW = "source_file", "source_row"
LONGEST_ROW = 100_000
END_OF_FILE = b"\x1a\r\n"

WIDTH = 161
FIELDS = {
    c.DATE: 1,
    c.NUMBER: 2,
    c.VISITOR: 4,
    c.VISITOR_LEAGUE: 5,
    c.HOME: 7,
    c.HOME_LEAGUE: 8,
    c.VISITOR_RUNS: 10,
    c.HOME_RUNS: 11,
    c.DAY_NIGHT: 13,
    c.VENUE: 17,
    c.ATTENDANCE: 18,
    c.VISITOR_STARTER: 102,
    c.HOME_STARTER: 104,
}
"""The field of a game log each column stands in, counted from 1."""
NUMBERS = {"0": 0, "1": 1, "2": 2, "3": 3, "A": 1, "B": 2}
"""A and B: a doubleheader of three clubs."""
DAY_NIGHT = {"D": "day", "N": "night"}

GAME_TYPE, REGULAR = "gametype", "regular"
HEADERS = {
    c.GAME_ID: "gid",
    c.DATE: "date",
    c.NUMBER: "number",
    c.START_TIME: "starttime",
    c.DAY_NIGHT: "daynight",
    c.VENUE: "site",
    c.HOME: "hometeam",
    c.VISITOR: "visteam",
    c.CAPACITY: "capacity",
    c.TEMPERATURE: "temp",
    c.WIND: "windspeed",
    c.SKY: "sky",
    c.PRECIPITATION: "precip",
    c.HOME_RUNS: "hruns",
    c.VISITOR_RUNS: "vruns",
    c.ATTENDANCE: "attendance",
    GAME_TYPE: GAME_TYPE,
}
"""The header of each column of gameinfo, in lower case."""
REQUIRED = (c.GAME_ID, c.DATE, c.HOME, c.VISITOR)
NOT_PUBLISHED = (0, -1)
UNKNOWN_START = r"^0?0:00"
UNKNOWN_TEMPERATURE, UNKNOWN_WIND = 0, -1


def read_gamelog(raw: bytes, file: str = "") -> pl.DataFrame:
    """Read one text of game logs.

    Parameters
    ----------
    raw : bytes
    file : str
        Name to use in error messages.

    Returns
    -------
    polars.DataFrame
        The canonical columns, null where the game log has no value, and the file and row of each game.

    Raises
    ------
    DataError
        The first problem found, with file, row and field.
    """
    width = len(_first_row(raw, file))
    if width != WIDTH:
        raise DataError(f"{width} fields", f"the {WIDTH} of a Retrosheet game log", file=file, row=1)
    places = {name: field - 1 for name, field in FIELDS.items()}
    titles = {name: f"{name} (field {field})" for name, field in FIELDS.items()}
    table = _published(raw, places, titles, file=file, width=WIDTH, header=False)
    for name in (c.DATE, c.NUMBER, c.HOME, c.VISITOR):
        _require(table, name)
    text = pl.col(c.DATE)
    date = pl.when(text.str.contains(r"^\d{8}$")).then(text.str.to_date("%Y%m%d", strict=False))
    number = pl.col(c.NUMBER).replace_strict(NUMBERS, default=None, return_dtype=pl.Int8)
    day_night = pl.col(c.DAY_NIGHT).replace_strict(DAY_NIGHT, default=None, return_dtype=pl.String)
    games = table.frame.select(
        pl.concat_str(c.HOME, c.DATE, c.NUMBER).alias(c.GAME_ID),
        _read(table, c.DATE, date, "a date such as 20190530"),
        _read(table, c.NUMBER, number, "0 for a single game, or its number in a doubleheader"),
        _read(table, c.DAY_NIGHT, day_night, "D or N"),
        _attendance(table),
        _whole(table, c.VISITOR_RUNS),
        _whole(table, c.HOME_RUNS),
        *(c.VENUE, c.HOME, c.VISITOR, c.HOME_LEAGUE, c.VISITOR_LEAGUE, c.HOME_STARTER, c.VISITOR_STARTER),
    )
    return _finished(table, games)


def read_gameinfo(raw: bytes, file: str = "") -> pl.DataFrame:
    """Read one gameinfo text: Retrosheet's own, or one with some of its columns and the park's seats.

    Parameters
    ----------
    raw : bytes
    file : str
        Name to use in error messages.

    Returns
    -------
    polars.DataFrame
        The canonical columns of the regular-season games, null where nothing is known, and their file and row.

    Raises
    ------
    DataError
        The first problem found, with file, row and column.
    """
    header = [title.strip() for title in _first_row(raw, file)]
    by_title = {title.lower(): place for place, title in reversed(list(enumerate(header)))}
    for name in REQUIRED:
        if HEADERS[name] not in by_title:
            expected = f"a column {HEADERS[name]!r}, as in Retrosheet's gameinfo.csv"
            remedy = "read a club's own table with read_games"
            raise DataError(f"the columns {', '.join(header)[:80]!r}", expected, remedy, file=file, row=1)
    places = {name: by_title[title] for name, title in HEADERS.items() if title in by_title}
    titles = {name: header[place] for name, place in places.items()}
    titles = {c.NUMBER: titles[c.GAME_ID], **titles}
    table = _published(raw, places, titles, file=file, width=len(header), header=True)
    absent = (pl.lit(None, pl.String).alias(name) for name in HEADERS if name not in places)
    frame = table.frame.with_columns(*absent).with_columns(
        pl.col(c.NUMBER).fill_null(pl.col(c.GAME_ID).str.slice(-1)),
        pl.when(~pl.col(c.START_TIME).str.contains(UNKNOWN_START)).then(pl.col(c.START_TIME)).alias(c.START_TIME),
    )
    regular = frame[GAME_TYPE].str.to_lowercase().fill_null(REGULAR) == REGULAR
    table = RawTable(frame, table.rows, file, titles=titles).filter_rows(regular)
    for name in REQUIRED:
        _require(table, name)
    return _finished(table, table.frame.select(*_schedule(table), *_weather(table), *_results(table)))


def _schedule(table: RawTable) -> list[pl.Expr | pl.Series]:
    date = pl.coalesce(pl.col(c.DATE).str.to_date(form, strict=False) for form in ("%Y-%m-%d", "%Y%m%d"))
    return [
        pl.col(c.GAME_ID, c.VENUE, c.HOME, c.VISITOR),
        _read(table, c.DATE, date),
        _whole(table, c.NUMBER),
        _read(table, c.START_TIME, _start_time(), "a start such as 7:05PM, or seconds after midnight"),
        pl.col(c.DAY_NIGHT).str.to_lowercase(),
        _whole(table, c.CAPACITY),
    ]


def _start_time() -> pl.Expr:
    """Read `3:08PM`, or seconds after midnight."""
    text = pl.col(c.START_TIME)
    seconds = (text.cast(pl.Float64, strict=False) * 1e9).cast(pl.Int64, strict=False).cast(pl.Time, strict=False)
    return pl.coalesce(seconds, text.str.to_uppercase().str.to_time("%I:%M%p", strict=False))


def _weather(table: RawTable) -> list[pl.Expr]:
    fahrenheit, mph = (
        pl.lit(_read(table, name, pl.col(name).cast(pl.Float64, strict=False))) for name in (c.TEMPERATURE, c.WIND)
    )
    return [
        pl.when(fahrenheit != UNKNOWN_TEMPERATURE).then((fahrenheit - 32) / 1.8).round(1).alias(c.TEMPERATURE),
        pl.when(mph != UNKNOWN_WIND).then(mph * UNITS[c.WIND]["mph"].scale).round(1).alias(c.WIND),
        pl.col(c.SKY, c.PRECIPITATION).str.to_lowercase(),
    ]


def _results(table: RawTable) -> list[pl.Series]:
    return [_whole(table, c.HOME_RUNS), _whole(table, c.VISITOR_RUNS), _attendance(table)]


def _published(
    raw: bytes, places: Mapping[str, int], titles: Mapping[str, str], *, file: str, width: int, header: bool
) -> RawTable:
    """Read some columns of a comma-separated text in UTF-8 or Latin-1 as text, null where empty or unknown.

    Parameters
    ----------
    raw : bytes
    places : mapping of str to int
        The field each column stands in, counted from 0.
    titles : mapping of str to str
        Names of the columns in error messages.
    file : str
    width : int
        Number of fields that every row must have.
    header : bool
        True where the first row names the fields.

    Raises
    ------
    DataError
        Where a row has more or fewer fields.
    """
    names = [f"column_{place + 1}" for place in range(width)]
    text = _utf8(raw)
    try:
        table = pl.read_csv(text, has_header=False, schema=dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError as problem:
        _check_widths(text, width, file)
        raise DataError("a text that cannot be read as rows of fields", "the text as published", file=file) from problem
    if table[names[-1]].null_count():
        _check_widths(text, width, file)
    table = table.with_row_index(ROW, offset=1).slice(int(header))
    table = table.select(pl.col(ROW).cast(pl.Int64), *(_cell(names[place], name) for name, place in places.items()))
    table = table.filter(pl.any_horizontal(pl.col(list(places)).is_not_null()))
    return RawTable(table.drop(ROW), table[ROW].to_list(), file, titles=titles)


def _cell(place: str, name: str) -> pl.Expr:
    text = pl.col(place).str.strip_chars()
    return pl.when((text != "") & ~text.str.to_lowercase().is_in(UNKNOWN_NAMES)).then(text).alias(name)


def _read(table: RawTable, name: str, value: pl.Expr, expected: str = "") -> pl.Series:
    """Return the values read of a column; raise DataError where one is null and its cell is not."""
    cells = table.cells(name)
    values = table.frame.select(value.alias(name)).to_series()
    if values.null_count() == cells.values.null_count():
        return values
    unread = values.is_null() & cells.values.is_not_null()
    return cells.accepted(values, unread, expected or CANONICAL[name].expected)


def _whole(table: RawTable, name: str) -> pl.Series:
    """Read whole numbers, written with or without thousands separators or an empty fraction."""
    cells = table.cells(name)
    plain = cells.values.cast(CANONICAL[name].dtype, strict=False)
    if plain.null_count() == cells.values.null_count():
        return plain
    return parse_numbers(cells, CANONICAL[name]).alias(name)


def _attendance(table: RawTable) -> pl.Series:
    """Read the attendance; 0 and -1 mean that it was not published."""
    people = _whole(table, c.ATTENDANCE)
    return people.set(people.is_in(NOT_PUBLISHED).fill_null(False), None)


def _require(table: RawTable, name: str) -> None:
    """Raise DataError for the first empty cell of a column."""
    if table.frame[name].null_count():
        empty = table.frame[name].is_null()
        row, title = table.rows[empty.arg_max() or 0], table.titles[name]
        raise DataError("an empty cell", CANONICAL[name].expected, file=table.file, row=row, column=title)


def _finished(table: RawTable, games: pl.DataFrame) -> pl.DataFrame:
    """Add every canonical column and where each row came from, and merge rows that repeat word for word."""
    absent = [pl.lit(None, column.dtype()).alias(name) for name, column in CANONICAL.items() if name not in games]
    games = games.with_columns(*absent).select(*CANONICAL)
    games = games.with_columns(pl.lit(table.file).alias(FILE), pl.Series(ROW, table.rows, pl.Int64))
    games = games.unique(list(CANONICAL), keep="first", maintain_order=True)
    again = games.filter(~pl.col(c.GAME_ID).is_first_distinct())
    if again.height:
        got = f"{again[c.GAME_ID][0]!r} a second time, with other values"
        raise DataError(got, "one row for each game", file=table.file, row=again[ROW][0])
    return games


def _first_row(raw: bytes, file: str) -> list[str]:
    """Read the fields of the first row; raise DataError where there is none."""
    row = next(_rows(_utf8(raw[:LONGEST_ROW]), file), [])
    if not row:
        raise DataError("no games", "games, one a row", file=file)
    return row


def _check_widths(text: bytes, width: int, file: str) -> None:
    """Raise DataError for the first row that has more or fewer fields than `width`."""
    for number, row in enumerate(_rows(text, file), 1):
        if row and len(row) != width:
            raise DataError(f"{len(row)} fields", f"{width}", "download the file again", file=file, row=number)


def _rows(text: bytes, file: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text.decode("utf-8", errors="replace"), newline=""))
    except csv.Error as problem:
        raise DataError(f"a text without rows of fields ({problem})", "the text as published", file=file) from problem


def _utf8(raw: bytes) -> bytes:
    """Return the text in UTF-8, without a byte order mark and without control characters at its end."""
    text = raw.removeprefix(codecs.BOM_UTF8).rstrip(END_OF_FILE)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1").encode("utf-8")
    return text
