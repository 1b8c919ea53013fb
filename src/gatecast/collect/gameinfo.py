"""Retrosheet's gameinfo files: a header, then a row a game with start time, weather and, in some, the park's seats.

Fields: https://www.retrosheet.org/downloads/csvcontents.html
"""

from __future__ import annotations

import polars as pl

from gatecast.collect.retrosheet_csv import PublishedRows, first_row, read_rows
from gatecast.errors import DataError
from gatecast.games import columns as c

__all__ = ["HEADERS", "read_gameinfo"]

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
"""The header of each column, in lower case."""
REQUIRED = (c.GAME_ID, c.DATE, c.HOME, c.VISITOR)
UNKNOWN_GATES = (0, -1)
UNKNOWN_START = r"^0?0:00"
UNKNOWN_TEMPERATURE, UNKNOWN_WIND = 0, -1
KMH_PER_MPH = 1.609344


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
        The canonical columns of the regular-season games, null where nothing is known, and where each row came from.

    Raises
    ------
    DataError
        The first problem found, with file, row and column.
    """
    header = [title.strip() for title in first_row(raw, file)]
    found = {title.lower(): place for place, title in reversed(list(enumerate(header)))}
    for name in REQUIRED:
        if HEADERS[name] not in found:
            expected = f"a column {HEADERS[name]!r}, as in Retrosheet's gameinfo.csv"
            remedy = "read a club's own table with read_games"
            raise DataError(f"the columns {', '.join(header)[:80]!r}", expected, remedy, file=file, row=1)
    places = {name: found[title] for name, title in HEADERS.items() if title in found}
    titles = {name: header[place] for name, place in places.items()}
    rows = read_rows(raw, places, titles, file=file, width=len(header), header=True)
    absent = (pl.lit(None, pl.String).alias(name) for name in HEADERS if name not in places)
    table = rows.table.with_columns(*absent).with_columns(
        pl.col(c.NUMBER).fill_null(pl.col(c.GAME_ID).str.slice(-1)),
        pl.when(~pl.col(c.START_TIME).str.contains(UNKNOWN_START)).then(pl.col(c.START_TIME)).alias(c.START_TIME),
    )
    regular = pl.col(GAME_TYPE).str.to_lowercase().fill_null(REGULAR) == REGULAR
    rows = PublishedRows(table.filter(regular), file, {c.NUMBER: titles[c.GAME_ID], **titles})
    for name in REQUIRED:
        rows.required(name)
    return rows.finished(rows.table.select(*_schedule(rows), *_weather(rows), *_results(rows)))


def _schedule(rows: PublishedRows) -> list[pl.Expr]:
    date = pl.coalesce(pl.col(c.DATE).str.to_date(form, strict=False) for form in ("%Y-%m-%d", "%Y%m%d"))
    return [
        pl.col(c.GAME_ID, c.VENUE, c.HOME, c.VISITOR),
        rows.checked(c.DATE, date),
        rows.whole(c.NUMBER),
        rows.checked(c.START_TIME, _start_time(), "a start such as 7:05PM, or seconds after midnight"),
        pl.col(c.DAY_NIGHT).str.to_lowercase(),
        rows.whole(c.CAPACITY),
    ]


def _start_time() -> pl.Expr:
    """Read `3:08PM`, or seconds after midnight."""
    text = pl.col(c.START_TIME)
    seconds = (text.cast(pl.Float64, strict=False) * 1e9).cast(pl.Int64, strict=False).cast(pl.Time, strict=False)
    return pl.coalesce(seconds, text.str.to_uppercase().str.to_time("%I:%M%p", strict=False))


def _weather(rows: PublishedRows) -> list[pl.Expr]:
    fahrenheit, mph = (
        rows.checked(name, pl.col(name).cast(pl.Float64, strict=False)) for name in (c.TEMPERATURE, c.WIND)
    )
    return [
        pl.when(fahrenheit != UNKNOWN_TEMPERATURE).then((fahrenheit - 32) / 1.8).round(1).alias(c.TEMPERATURE),
        pl.when(mph != UNKNOWN_WIND).then(mph * KMH_PER_MPH).round(1).alias(c.WIND),
        pl.col(c.SKY, c.PRECIPITATION).str.to_lowercase(),
    ]


def _results(rows: PublishedRows) -> list[pl.Expr]:
    gate = rows.whole(c.ATTENDANCE)
    return [
        rows.whole(c.HOME_RUNS),
        rows.whole(c.VISITOR_RUNS),
        pl.when(~gate.is_in(UNKNOWN_GATES)).then(gate).alias(c.ATTENDANCE),
    ]
