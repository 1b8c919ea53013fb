"""Dates of public holidays: those of the United States from a table, all others from the package `holidays`.

Importing the package takes a tenth of the time of `gatecast forecast` with a saved model. The table holds what it says
of the United States for a span of years; `tools/holiday_table.py` writes it, and a test compares the two.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = [
    "EPOCH",
    "HOLIDAYS",
    "HOME_OF_SUMMER_HOLIDAYS",
    "NEIGHBOURS",
    "TABLE",
    "HolidayDates",
    "from_package",
    "holiday_dates",
]

Days = npt.NDArray[np.int64]

EPOCH = dt.date(1970, 1, 1)
HOLIDAYS = {
    "memorial": ("Memorial Day", 4),
    "independence": ("Independence Day", 4),
    "labor": ("Labor Day", 4),
    "easter": ("Easter Sunday", 10),
    "mothers": ("Mother's Day", 1),
    "fathers": ("Father's Day", 1),
}
"""Summer holidays of the United States by the name of their feature: exact name, and the most days that are counted
before and after."""
NEIGHBOURS = {
    "thanksgiving": ("Thanksgiving Day", 4),
    "christmas": ("Christmas Day", 8),
    "new_year": ("New Year's Day", 4),
}
"""Holidays of any country that fill or empty the days around them, likewise; the nearest one counts, in any year."""
HOME_OF_SUMMER_HOLIDAYS = "US"
YEARS_KEPT = 32
"""Sets of years whose holidays are kept: a server prepares the same seasons again and again."""
TABLE = Path(__file__).with_name("us_holidays.json")


@dataclass(frozen=True)
class HolidayDates:
    """Holidays of some years as days since 1970-01-01.

    Parameters
    ----------
    named : ndarray of int64, shape (HOLIDAYS, years)
        Each of `HOLIDAYS` in each year; 0 if there is none.
    near : tuple of ndarray of int64
        Each of `NEIGHBOURS` in these years and those beside them, in order.
    public : ndarray of int64
        Every public holiday of these years and those beside them, in order.
    """

    named: Days
    near: tuple[Days, ...]
    public: Days


@lru_cache(maxsize=YEARS_KEPT)
def holiday_dates(years: tuple[int, ...], country: str) -> HolidayDates:
    """Return the holidays of some years.

    Parameters
    ----------
    years : tuple of int
        Each once, in order.
    country : str
        As the package `holidays` names it, such as "US".
    """
    wide = _with_neighbours(years)
    table = _table() if country == HOME_OF_SUMMER_HOLIDAYS else None
    if table is None or not table.keys() >= set(wide):
        return from_package(years, country)
    return HolidayDates(
        np.array([table[year][0] for year in years], np.int64).reshape(len(years), len(HOLIDAYS)).T,
        tuple(_joined(table[year][1][i] for year in wide) for i in range(len(NEIGHBOURS))),
        _joined(table[year][2] for year in wide),
    )


def from_package(years: Sequence[int], country: str) -> HolidayDates:
    """Return the holidays of some years as the package `holidays` has them; parameters as in `holiday_dates`."""
    import holidays

    kind = holidays.country_holidays(country)
    wide = _with_neighbours(years)
    language = "en_US" if "en_US" in kind.supported_languages else None
    settings = {"years": wide, "observed": country != HOME_OF_SUMMER_HOLIDAYS, "language": language}
    further = {holidays.UNOFFICIAL, holidays.OPTIONAL, holidays.GOVERNMENT} & set(kind.supported_categories)
    public = holidays.country_holidays(country, **settings)
    known = holidays.country_holidays(country, categories=(holidays.PUBLIC, *sorted(further)), **settings)
    named = np.zeros((len(HOLIDAYS), len(years)), np.int64)
    for i, (name, _) in enumerate(HOLIDAYS.values()):
        when = {day.year: day for day in known.get_named(name, lookup="exact", split_multiple_names=True)}
        named[i] = [(when[year] - EPOCH).days if year in when else 0 for year in years]
    near = tuple(_as_days(known.get_named(name, lookup="exact")) for name, _ in NEIGHBOURS.values())
    return HolidayDates(named, near, _as_days(public))


def _with_neighbours(years: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({near for year in years for near in (year - 1, year, year + 1)}))


def _as_days(dates: Iterable[dt.date]) -> Days:
    return _joined([[(day - EPOCH).days for day in dates]])


def _joined(parts: Iterable[Sequence[int]]) -> Days:
    return np.array(sorted(day for part in parts for day in part), np.int64)


@lru_cache(maxsize=1)
def _table() -> dict[int, tuple[list[int], list[list[int]], list[int]]]:
    """Return the days of each year: one of each of `HOLIDAYS`, those of each of `NEIGHBOURS`, all public ones."""
    return {int(year): tuple(days) for year, days in json.loads(TABLE.read_text("utf-8"))["years"].items()}
