"""Numbers, money, dates and leads in plain words, the same in every page, table and sheet."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from gatecast.games import PRESEASON

__all__ = [
    "ABSENT",
    "MONTHS",
    "WEEKDAYS",
    "PageTable",
    "capital",
    "cell",
    "clock",
    "currency_sign",
    "day",
    "heading",
    "lead_words",
    "money",
    "number",
    "percent",
    "rounded",
    "rounded_people",
]

ABSENT = "–"
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
    """Return a number with thousands separated; a dash if there is none.

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
    """Return a number of people in no more digits than a forecast has; a dash if there is none.

    Examples
    --------
    >>> rounded(6213.4), rounded(41678), rounded(37)
    ('6,210', '41,700', '37')
    """
    return number(None if people is None or not math.isfinite(people) else rounded_people(people))


def rounded_people(people: float) -> float:
    """Round a number of people to the nearest ten, from ten thousand up to the nearest hundred; keep it below 100.

    Examples
    --------
    >>> rounded_people(6213.4), rounded_people(41678), rounded_people(37.2)
    (6210.0, 41700.0, 37.0)
    """
    step = 1 if people < 100 else 10 if people < 10_000 else 100
    return float(round(people / step) * step)


def currency_sign(currency: str) -> str:
    """Return a currency as it stands before an amount: a code is followed by a space.

    Examples
    --------
    >>> currency_sign("$"), currency_sign("EUR")
    ('$', 'EUR ')
    """
    return currency + " " * currency.isalpha()


def money(amount: float | None, currency: str, *, signed: bool = False) -> str:
    """Return an amount of money in whole units of its currency; a dash if there is none.

    Parameters
    ----------
    amount : float or None
    currency : str
        Sign or code, such as $ or EUR.
    signed : bool
        True for a difference: a plus is shown, too.

    Examples
    --------
    >>> money(1234.4, "$"), money(-3, "EUR", signed=True), money(3.2, "$", signed=True)
    ('$1,234', '−EUR 3', '+$3')
    """
    if amount is None:
        return ABSENT
    words = number(abs(amount))
    sign = "" if words in ("0", ABSENT) or (amount > 0 and not signed) else "+" if amount > 0 else "\N{MINUS SIGN}"
    return f"{sign}{currency_sign(currency)}{words}"


def capital(text: str) -> str:
    """Return a text with its first letter in upper case.

    Examples
    --------
    >>> capital("first aid")
    'First aid'
    """
    return text[:1].upper() + text[1:]


def percent(share: float | None) -> str:
    """Return a share of 1 as a percentage, never a bare 0 or 100 for what is not certain.

    Examples
    --------
    >>> [percent(share) for share in (0.123, 0.002, 0.998, 1.0)]
    ['12%', 'under 1%', 'over 99%', '100%']
    """
    if share is None or not math.isfinite(share):
        return ABSENT
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share * 100:.0f}%"


def day(date: dt.date | None) -> str:
    """Return a date as spoken.

    Examples
    --------
    >>> day(dt.date(2025, 6, 14))
    'Sat 14 June'
    """
    return ABSENT if date is None else f"{WEEKDAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}"


def clock(time: dt.time | None) -> str:
    """Return a local time such as 19:05; empty if unknown."""
    return "" if time is None else f"{time:%H:%M}"


def lead_words(lead: str) -> str:
    """Return how long before the game a lead is.

    Examples
    --------
    >>> lead_words("1"), lead_words("7"), lead_words("preseason")
    ('1 day before', '7 days before', 'before the season')
    """
    if lead == PRESEASON:
        return "before the season"
    return f"{lead} day{'' if lead == '1' else 's'} before"


def heading(column: str) -> str:
    """Return a column name as a heading.

    Examples
    --------
    >>> heading("season_mean")
    'Season mean'
    """
    return capital(column.replace("_", " ").strip())


def cell(value: object) -> str:
    """Return any value of a table as text: thousands separated, small numbers with two places, dates as spoken."""
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


@dataclass(frozen=True)
class PageTable:
    """A table ready for a page: every cell is text.

    Parameters
    ----------
    caption : str
    heads : list of str
    numeric : list of bool
        True for the columns to align right.
    rows : list of list of str
        The first cell of each is the row's heading.
    """

    caption: str
    heads: list[str]
    numeric: list[bool]
    rows: list[list[str]]
