"""What is known of a game, in words: names of columns, and values in the reader's units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gatecast.formatting import ABSENT, cell, day, heading, number
from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.web.words import Preferences

__all__ = ["column_words", "game_words", "promotion_words", "value_words"]

NAMES = {
    c.DAY_NIGHT: "Day or night",
    c.NUMBER: "Doubleheader",
    c.HOME: "Home club",
    c.CAPACITY: "Seats",
    c.TEMPERATURE: "Temperature",
    c.WIND: "Wind",
    c.HOME_LEAGUE: "League",
    c.VISITOR_LEAGUE: "League of the visitor",
    c.HOME_STARTER: "Starter",
    c.VISITOR_STARTER: "Starter of the visitor",
}
OF_A_DAY = {0: "no", 1: "first game", 2: "second game", 3: "third game"}
NOT_KNOWN = "not known"


def game_words(row: Mapping[str, Any], reader: Preferences, *, year: bool = True) -> str:
    """Which game a row is: its day, start and visitor; its id where none is known.

    Examples
    --------
    >>> row = {c.DATE: dt.date(2025, 6, 14), c.START_TIME: None, c.VISITOR: "Kites", c.NUMBER: 2, c.GAME_ID: "Q1"}
    >>> game_words(row, Preferences())
    'Sat 14 June 2025, game 2, v. Kites'
    """
    date = row[c.DATE]
    parts = [
        f"{day(date)}{f' {date.year}' if year else ''}" if date else "",
        f"game {row[c.NUMBER]}" if row[c.NUMBER] else "",
        reader.clock(row[c.START_TIME]),
        f"v. {row[c.VISITOR]}" if row[c.VISITOR] else "",
    ]
    return ", ".join(part for part in parts if part) if date or row[c.VISITOR] else str(row[c.GAME_ID])


def column_words(name: str) -> str:
    """A column by the name a reader knows it under.

    Examples
    --------
    >>> column_words(c.WIND), column_words("school_holidays")
    ('Wind', 'School holidays')
    """
    return NAMES.get(name) or heading(name)


def value_words(value: object, column: Column, reader: Preferences) -> str:
    """A value of a column, with its unit.

    Examples
    --------
    >>> value_words(25.0, c.CANONICAL[c.TEMPERATURE], Preferences("imperial"))
    '77 °F'
    >>> value_words(None, c.CANONICAL[c.HOME_STARTER], Preferences())
    'not known'
    """
    if column.name == c.PROMOTION:
        return promotion_words(value if isinstance(value, str) else None)
    if value is None or value == "":
        return NOT_KNOWN
    if isinstance(value, dt.time):
        return reader.clock(value)
    if isinstance(value, dt.date):
        return f"{day(value)} {value.year}"
    if isinstance(value, int | float):
        return _number_words(value, column, reader)
    return str(value)


def promotion_words(labels: str | None) -> str:
    """Promotions as a list.

    Examples
    --------
    >>> promotion_words("fireworks;bobblehead"), promotion_words(None)
    ('fireworks, bobblehead', 'none')
    """
    return ", ".join(label.strip() for label in (labels or "").split(";") if label.strip()) or "none"


def _number_words(value: float, column: Column, reader: Preferences) -> str:
    if column.name == c.TEMPERATURE:
        return reader.temperature(value)
    if column.name == c.WIND:
        return reader.wind(value)
    if column.name == c.NUMBER:
        return OF_A_DAY.get(int(value), ABSENT)
    if column.role is Role.TIME:
        return str(value)
    if _is_yes_no(column):
        return "yes" if value else "no"
    words = number(value) if column.dtype.is_integer() else cell(value)
    return f"{words} {column.unit}" if column.unit else words


def _is_yes_no(column: Column) -> bool:
    return column.dtype.is_integer() and (column.low, column.high) == (0.0, 1.0)
