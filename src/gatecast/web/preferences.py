"""A reader's preferences: units, clock and theme, chosen or taken from the browser's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gatecast.collect import numbers
from gatecast.date_style import DateStyle, date_style
from gatecast.formatting import number
from gatecast.games import columns as c

__all__ = ["DATES", "THEMES", "UNITS", "Preferences", "preferences"]

UNITS = {"metric": "°C and km/h", "imperial": "°F and mph"}
THEMES = {"auto": "as on this device", "light": "light", "dark": "dark"}
DATES = {"": "as in this browser", "GB": "13 June, 19:05", "US": "June 13, 7:05 pm"}
"""Regions whose dates a reader may choose, by example."""
IMPERIAL_REGIONS = frozenset({"US", "LR", "MM", "BS", "BZ", "KY", "PW", "FM", "MH"})
"""Regions whose weather reports speak of °F (Unicode CLDR, unitPreferenceData, temperature)."""
FIRST_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?\b")
UNITS_COOKIE, THEME_COOKIE, DATES_COOKIE = "gc_units", "gc_theme", "gc_dates"


@dataclass(frozen=True)
class Preferences:
    """A reader's preferences.

    Parameters
    ----------
    units, theme : str
        Keys of `UNITS` and `THEMES`.
    region : str
        ISO 3166 code of the region whose dates and clock are used; empty if unknown.
    dates : str
        The key of `DATES` that was chosen; empty for the browser's region.
    """

    units: str = "metric"
    theme: str = "auto"
    region: str = ""
    dates: str = ""

    @property
    def style(self) -> DateStyle:
        """How dates and times are written; the units tell the clock if no region is known."""
        return date_style(self.region) if self.region else DateStyle(twelve_hours=self.units == "imperial")

    def day(self, date: dt.date | None) -> str:
        """Return a date as spoken."""
        return self.style.day(date)

    def temperature(self, celsius: float | None) -> str:
        """Return a temperature with its unit.

        Examples
        --------
        >>> Preferences("imperial").temperature(25.0), Preferences().temperature(None)
        ('77 °F', '–')
        """
        if self.units == "imperial":
            return number(None if celsius is None else numbers.UNITS[c.TEMPERATURE]["F"].of(celsius)) + (
                " °F" if celsius is not None else ""
            )
        return number(celsius) + (" °C" if celsius is not None else "")

    def wind(self, kmh: float | None) -> str:
        """Return a wind speed with its unit.

        Examples
        --------
        >>> Preferences("imperial").wind(16.0)
        '10 mph'
        """
        if kmh is None:
            return number(None)
        return (
            f"{number(numbers.UNITS[c.WIND]['mph'].of(kmh))} mph" if self.units == "imperial" else f"{number(kmh)} km/h"
        )

    def clock(self, time: dt.time | None) -> str:
        """Return a time of day on the clock of the reader; empty if unknown.

        Examples
        --------
        >>> Preferences("imperial").clock(dt.time(19, 5)), Preferences().clock(dt.time(19, 5))
        ('7:05 pm', '19:05')
        """
        return self.style.clock(time)


def preferences(cookies: Mapping[str, str], accept_language: str) -> Preferences:
    """Return the reader's choice, or else what the first language of the browser suggests.

    Examples
    --------
    >>> preferences({}, "en-US,en;q=0.9").units, preferences({"gc_units": "metric"}, "en-US").units
    ('imperial', 'metric')
    """
    units, theme = cookies.get(UNITS_COOKIE, ""), cookies.get(THEME_COOKIE, "")
    found, dates = FIRST_LANGUAGE.match(accept_language), cookies.get(DATES_COOKIE, "")
    region = (found[2] or "").upper() if found else ""
    if units not in UNITS:
        units = "imperial" if region in IMPERIAL_REGIONS else "metric"
    chosen = dates if dates in DATES else ""
    return Preferences(units, theme if theme in THEMES else "auto", chosen or region, chosen)
