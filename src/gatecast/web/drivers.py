"""What drives a forecast, in words: each driver, and what is known of a game that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gatecast.forecast import drivers as d
from gatecast.formatting import ABSENT, WEEKDAYS, heading, rounded
from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.prepare.arrays import OWN
from gatecast.web.facts import value_words
from gatecast.web.words import Preferences

__all__ = ["alike_words", "driver_bars", "driver_facts", "driver_words", "signed"]

WORDS = {
    d.START: "Weekday and start",
    d.OPPONENT: "Visitor",
    d.PROMOTION: "Promotion",
    d.WEATHER: "Weather",
    d.STARTERS: "Starting pitchers",
    d.SEASON: "Time of the season",
    d.FORM: "Results of the club",
    d.GATES: "Gates of late",
    d.BALLPARK: "Ballpark",
}
COLUMNS = {
    d.START: (c.START_TIME, c.DAY_NIGHT, c.NUMBER),
    d.OPPONENT: (c.VISITOR,),
    d.PROMOTION: (c.PROMOTION,),
    d.WEATHER: (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION),
    d.STARTERS: (c.HOME_STARTER, c.VISITOR_STARTER),
    d.BALLPARK: (c.VENUE,),
}
DRY = "none"
MINUS = "\N{MINUS SIGN}"


def driver_words(driver: str) -> str:
    """A driver as a reader knows it.

    Examples
    --------
    >>> driver_words(d.GATES), driver_words(OWN + "tickets_sold")
    ('Gates of late', 'Tickets sold')
    """
    return WORDS.get(driver) or heading(driver.removeprefix(OWN))


def alike_words(drivers: Iterable[str]) -> str:
    """Drivers as a list; a dash where there is none.

    Examples
    --------
    >>> alike_words([d.PROMOTION, d.GATES]), alike_words([])
    ('Promotion, gates of late', '–')
    """
    return heading(", ".join(driver_words(driver).lower() for driver in drivers)) or ABSENT


def signed(people: float) -> str:
    """People more or fewer, to no more digits than a forecast has.

    Examples
    --------
    >>> signed(312.4), signed(-87.6), signed(0.2)
    ('+310', '−88', '0')
    """
    words = rounded(abs(people))
    return words if words == "0" else f"{'+' if people > 0 else MINUS}{words}"


def driver_bars(people: Sequence[float]) -> tuple[float, list[tuple[float, float]]]:
    """Bars to both sides of a line, on a scale from 0 to 100: where the line is, and where each begins and how wide.

    Examples
    --------
    >>> driver_bars([300.0, -100.0])
    (25.0, [(25.0, 75.0), (0.0, 25.0)])
    """
    low, high = min([0.0, *people]), max([0.0, *people])
    unit = 100.0 / ((high - low) or 1.0)
    bars = [((min(each, 0.0) - low) * unit, abs(each) * unit) for each in people]
    return round(-low * unit, 2), [(round(begin, 2), round(width, 2)) for begin, width in bars]


def driver_facts(driver: str, row: Mapping[str, Any], columns: Mapping[str, Column], reader: Preferences) -> str:
    """What is known of the game that a driver stands for; empty where it is more than a value or two.

    Parameters
    ----------
    driver : str
    row : mapping
        The game by column names.
    columns : mapping of str to Column
    reader : Preferences
    """
    if driver.startswith(OWN):
        own = [name for name in columns if d.own_driver(name) == driver and row.get(name) is not None]
        latest = min(own, key=lambda name: columns[name].known.lead, default="")
        return value_words(row[latest], columns[latest], reader) if latest else ""
    names = [name for name in COLUMNS.get(driver, ()) if row[name] or name == c.PROMOTION]
    told = [_said(name, row[name], columns[name], reader) for name in names if not (name == c.NUMBER and not row[name])]
    if driver == d.START and row[c.DATE] is not None:
        told.insert(0, WEEKDAYS[row[c.DATE].weekday()])
    return ", ".join(told)


def _said(name: str, value: object, column: Column, reader: Preferences) -> str:
    if name == c.PRECIPITATION and value == DRY:
        return "dry"
    return value_words(value, column, reader)
