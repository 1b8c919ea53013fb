"""A reader's preferences: units, clock and theme, chosen or taken from the browser's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gatecast.formatting import clock, number

__all__ = ["THEMES", "UNITS", "Preferences", "preferences"]

UNITS = {"metric": "°C and km/h", "imperial": "°F and mph"}
THEMES = {"auto": "as on this device", "light": "light", "dark": "dark"}
IMPERIAL_REGIONS = frozenset({"US", "LR", "MM", "BS", "BZ", "KY", "PW", "FM", "MH"})
"""Regions whose weather reports speak of °F (Unicode CLDR, unitPreferenceData, temperature)."""
FIRST_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?\b")
UNITS_COOKIE, THEME_COOKIE = "gc_units", "gc_theme"
MILE_KM = 1.609344


@dataclass(frozen=True)
class Preferences:
    """A reader's units (a key of `UNITS`) and theme (a key of `THEMES`)."""

    units: str = "metric"
    theme: str = "auto"

    def temperature(self, celsius: float | None) -> str:
        """Return a temperature with its unit.

        Examples
        --------
        >>> Preferences("imperial").temperature(25.0), Preferences().temperature(None)
        ('77 °F', '–')
        """
        if self.units == "imperial":
            return number(None if celsius is None else celsius * 9 / 5 + 32) + (" °F" if celsius is not None else "")
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
        return f"{number(kmh / MILE_KM)} mph" if self.units == "imperial" else f"{number(kmh)} km/h"

    def clock(self, time: dt.time | None) -> str:
        """Return a time of day as 19:05, or as 7:05 pm with imperial units; empty if unknown.

        Examples
        --------
        >>> Preferences("imperial").clock(dt.time(19, 5)), Preferences().clock(dt.time(19, 5))
        ('7:05 pm', '19:05')
        """
        if time is None or self.units != "imperial":
            return clock(time)
        return f"{(time.hour - 1) % 12 + 1}:{time:%M} {'am' if time.hour < 12 else 'pm'}"


def preferences(cookies: Mapping[str, str], accept_language: str) -> Preferences:
    """Return the reader's choice, or else what the first language of the browser suggests.

    Examples
    --------
    >>> preferences({}, "en-US,en;q=0.9").units, preferences({"gc_units": "metric"}, "en-US").units
    ('imperial', 'metric')
    """
    units, theme = cookies.get(UNITS_COOKIE, ""), cookies.get(THEME_COOKIE, "")
    if units not in UNITS:
        found = FIRST_LANGUAGE.match(accept_language)
        units = "imperial" if found and (found[2] or "").upper() in IMPERIAL_REGIONS else "metric"
    return Preferences(units, theme if theme in THEMES else "auto")
