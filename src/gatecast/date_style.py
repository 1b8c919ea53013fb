"""Write dates and times as a region does: order of day and month, clock, first day of the week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from gatecast.formatting import ABSENT, MONTHS, WEEKDAYS, clock, day

__all__ = ["PLAIN", "DateStyle", "date_style"]


@dataclass(frozen=True)
class DateStyle:
    """Dates and times in the order and on the clock of a region.

    Parameters
    ----------
    month_first : bool
        True for June 13, False for 13 June.
    twelve_hours : bool
        True for 7:05 pm, False for 19:05.
    first_weekday : int
        Day that begins a week, 0 for Monday.
    """

    month_first: bool = False
    twelve_hours: bool = False
    first_weekday: int = 0

    def day(self, date: dt.date | None) -> str:
        """Return a date as spoken; a dash if there is none.

        Examples
        --------
        >>> DateStyle(month_first=True).day(dt.date(2025, 6, 14)), DateStyle().day(dt.date(2025, 6, 14))
        ('Sat, June 14', 'Sat 14 June')
        """
        if date is None or not self.month_first:
            return day(date)
        return f"{WEEKDAYS[date.weekday()]}, {MONTHS[date.month - 1]} {date.day}"

    def short_day(self, date: dt.date) -> str:
        """Return weekday and day of the month.

        Examples
        --------
        >>> DateStyle().short_day(dt.date(2025, 6, 14))
        'Sat 14'
        """
        return f"{WEEKDAYS[date.weekday()]} {date.day}"

    def dated(self, date: dt.date | None) -> str:
        """Return a date with its year.

        Examples
        --------
        >>> DateStyle(month_first=True).dated(dt.date(2025, 6, 14)), DateStyle().dated(dt.date(2025, 6, 14))
        ('Sat, June 14, 2025', 'Sat 14 June 2025')
        """
        if date is None:
            return ABSENT
        return f"{self.day(date)}{',' if self.month_first else ''} {date.year}"

    def clock(self, time: dt.time | None) -> str:
        """Return a time of day; empty if unknown.

        Examples
        --------
        >>> DateStyle(twelve_hours=True).clock(dt.time(19, 5)), DateStyle().clock(dt.time(19, 5))
        ('7:05 pm', '19:05')
        """
        if time is None or not self.twelve_hours:
            return clock(time)
        return f"{(time.hour - 1) % 12 + 1}:{time:%M} {'am' if time.hour < 12 else 'pm'}"

    @property
    def weekdays(self) -> tuple[str, ...]:
        """The days of a week in order."""
        return WEEKDAYS[self.first_weekday :] + WEEKDAYS[: self.first_weekday]


PLAIN = DateStyle()


@lru_cache(maxsize=300)
def date_style(region: str) -> DateStyle:
    """Return the style of a region, by the Unicode Common Locale Data Repository; `PLAIN` for an unknown one.

    Parameters
    ----------
    region : str
        ISO 3166 code, such as US.

    Examples
    --------
    >>> date_style("US")
    DateStyle(month_first=True, twelve_hours=True, first_weekday=6)
    >>> date_style("GB") == date_style("") == PLAIN
    True
    """
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(f"und_{region}") if region else None
    except (UnknownLocaleError, ValueError):
        locale = None
    if locale is None:
        return PLAIN
    order, time = locale.date_formats["long"].pattern, locale.time_formats["short"].pattern
    return DateStyle(order.index("M") < order.index("d"), "h" in time, locale.first_week_day)
