"""Numbers, dates and leads in plain words, the same in every page and table."""

from __future__ import annotations

import datetime as dt
import math

from gatecast.games import PRESEASON

__all__ = [
    "ABSENT",
    "MONTHS",
    "WEEKDAYS",
    "cell",
    "clock",
    "day",
    "heading",
    "lead_words",
    "number",
    "percent",
    "rounded",
]

ABSENT = "–"
GAP = "\N{NO-BREAK SPACE}"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: float | None, places: int = 0) -> str:
    """A number with thousands separated; a dash where there is none.

    Examples
    --------
    >>> number(12345.6), number(None)
    ('12,346', '–')
    """
    if value is None or not math.isfinite(value):
        return ABSENT
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "\N{MINUS SIGN}")


def rounded(people: float | None) -> str:
    """A crowd to the nearest ten, or hundred from ten thousand up: no more digits than a forecast has.

    Examples
    --------
    >>> rounded(6213.4), rounded(41678), rounded(37)
    ('6,210', '41,700', '37')
    """
    if people is None or not math.isfinite(people):
        return ABSENT
    step = 1 if people < 100 else 10 if people < 10_000 else 100
    return number(round(people / step) * step)


def percent(share: float | None) -> str:
    """A share of 1 as a percentage, never a bare 0 or 100 for what is not certain.

    Examples
    --------
    >>> [percent(share).replace(GAP, " ") for share in (0.123, 0.002, 0.998, 1.0)]
    ['12 %', 'under 1 %', 'over 99 %', '100 %']
    """
    if share is None or not math.isfinite(share):
        return ABSENT
    if 0 < share < 0.01:
        return f"under 1{GAP}%"
    if 0.99 < share < 1:
        return f"over 99{GAP}%"
    return f"{share * 100:.0f}{GAP}%"


def day(date: dt.date | None) -> str:
    """A date as spoken.

    Examples
    --------
    >>> day(dt.date(2025, 6, 14))
    'Sat 14 June'
    """
    return ABSENT if date is None else f"{WEEKDAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}"


def clock(time: dt.time | None) -> str:
    """A local time such as 19:05; empty where unknown."""
    return "" if time is None else f"{time:%H:%M}"


def lead_words(lead: str) -> str:
    """How long before the game.

    Examples
    --------
    >>> lead_words("1"), lead_words("7"), lead_words("preseason")
    ('1 day before', '7 days before', 'before the season')
    """
    if lead == PRESEASON:
        return "before the season"
    return f"{lead} day{'' if lead == '1' else 's'} before"


def heading(column: str) -> str:
    """A column name as a heading.

    Examples
    --------
    >>> heading("season_mean")
    'Season mean'
    """
    words = column.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def cell(value: object) -> str:
    """Any value of a table as text: crowds with thousands, small numbers with two places, dates as spoken."""
    text = "" if value is None else str(value)
    if isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, int | float):
        text = number(value, 0 if abs(value) >= 100 or value == round(value) else 2)
    elif isinstance(value, dt.datetime):
        text = f"{day(value.date())} {clock(value.time())}"
    elif isinstance(value, dt.date):
        text = day(value)
    elif isinstance(value, dt.time):
        text = clock(value)
    return text or ABSENT
