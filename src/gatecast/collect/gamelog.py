"""Retrosheet's game logs: a text without header, 161 fields a game, in Latin-1.

Fields: https://www.retrosheet.org/gamelogs/glfields.txt
"""

from __future__ import annotations

import polars as pl

from gatecast.collect.retrosheet_csv import first_row, read_rows
from gatecast.errors import DataError
from gatecast.games import columns as c

__all__ = ["FIELDS", "read_gamelog"]

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
"""The field each column stands in, counted from 1."""
NUMBERS = {"0": 0, "1": 1, "2": 2, "3": 3, "A": 1, "B": 2}
"""A and B: a doubleheader of three clubs."""
DAY_NIGHT = {"D": "day", "N": "night"}
UNKNOWN_GATES = (0, -1)


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
        The canonical columns, null where the game log says nothing, and where each row came from.

    Raises
    ------
    DataError
        The first problem found, with file, row and field.
    """
    width = len(first_row(raw, file))
    if width != WIDTH:
        raise DataError(f"{width} fields", f"the {WIDTH} of a Retrosheet game log", file=file, row=1)
    places = {name: field - 1 for name, field in FIELDS.items()}
    titles = {name: f"{name} (field {field})" for name, field in FIELDS.items()}
    rows = read_rows(raw, places, titles, file=file, width=WIDTH, header=False)
    for name in (c.DATE, c.NUMBER, c.HOME, c.VISITOR):
        rows.required(name)
    text = pl.col(c.DATE)
    date = pl.when(text.str.contains(r"^\d{8}$")).then(text.str.to_date("%Y%m%d", strict=False))
    number = pl.col(c.NUMBER).replace_strict(NUMBERS, default=None, return_dtype=pl.Int8)
    day_night = pl.col(c.DAY_NIGHT).replace_strict(DAY_NIGHT, default=None, return_dtype=pl.String)
    gate = rows.whole(c.ATTENDANCE)
    games = rows.table.select(
        pl.concat_str(c.HOME, c.DATE, c.NUMBER).alias(c.GAME_ID),
        rows.checked(c.DATE, date, "a date such as 20190530"),
        rows.checked(c.NUMBER, number, "0 for a single game, or its number in a doubleheader"),
        rows.checked(c.DAY_NIGHT, day_night, "D or N"),
        pl.when(~gate.is_in(UNKNOWN_GATES)).then(gate).alias(c.ATTENDANCE),
        rows.whole(c.VISITOR_RUNS),
        rows.whole(c.HOME_RUNS),
        *(c.VENUE, c.HOME, c.VISITOR, c.HOME_LEAGUE, c.VISITOR_LEAGUE, c.HOME_STARTER, c.VISITOR_STARTER),
    )
    return rows.finished(games)
