"""Calendar of a game: season, weekday, hour and holidays. All of it known with the schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.table import Games

__all__ = ["CALENDAR_BY", "calendar"]

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

EPOCH = dt.date(1970, 1, 1)
CALENDAR_BY = (c.DATE, c.START_TIME, c.NUMBER, c.HOME_LEAGUE, c.VISITOR_LEAGUE, c.PROMOTION)
"""Columns that the calendar is read from."""

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
LONGEST_RUN = 10
"""Days off in a row, weekends among them, that make a difference, such as those of Golden Week in Japan."""
YEARS_KEPT = 32
"""Sets of years whose holidays are kept: a server prepares the same seasons again and again."""


def calendar(games: Games) -> dict[str, Floats]:
    """Return calendar features of every game, NaN where a table without dates leaves them unknown.

    Returns
    -------
    dict of str to ndarray of float64, shape (games,)
        Season phase on a circle, weekday on a circle, start hour, days from each holiday, interleague play,
        doubleheaders, promotions.
    """
    table = games.table
    if games.dated:
        dated = _dated(table, games.league.country)
    else:
        unknown = np.full(table.height, np.nan)
        dated = dict.fromkeys(_dated(table.clear(), games.league.country), unknown)
    labels = pl.col(c.PROMOTION).fill_null("")
    further = table.select(
        interleague=(pl.col(c.HOME_LEAGUE) != pl.col(c.VISITOR_LEAGUE)).cast(pl.Float64).fill_null(np.nan),
        doubleheader=(pl.col(c.NUMBER) > 0).cast(pl.Float64),
        promotions=(labels.str.count_matches(";") + (labels != "").cast(pl.Int32)).cast(pl.Float64),
    )
    return {**dated, **{each.name: each.to_numpy() for each in further}}


def _dated(table: pl.DataFrame, country: str) -> dict[str, Floats]:
    date, start = pl.col(c.DATE).dt, pl.col(c.START_TIME).dt
    of_day = table.select(
        day_of_year=date.ordinal_day().cast(pl.Float64),
        weekday=date.weekday().cast(pl.Float64),
        hour=(start.hour() + start.minute() / 60).cast(pl.Float64).fill_null(np.nan),
        year=date.year(),
        day=pl.col(c.DATE).to_physical().cast(pl.Int64),
    )
    day_of_year, weekday, hour, year, day = (of_day[name].to_numpy() for name in of_day.columns)
    phase, turn = day_of_year * (2 * np.pi / 365.25), weekday * (2 * np.pi / 7)
    return {
        "day_of_year": day_of_year,
        "season_sine": np.sin(phase),
        "season_cosine": np.cos(phase),
        "weekday_sine": np.sin(turn),
        "weekday_cosine": np.cos(turn),
        "weekend": (weekday >= 5).astype(np.float64),
        "start_hour": hour,
        **_near_holidays(day, year, country),
    }


def _near_holidays(days: Days, year: npt.NDArray[np.int32], country: str) -> dict[str, Floats]:
    """Return features of the public holidays on and around each day of a year, shape (games,) each.

    For the United States, signed days from each of `HOLIDAYS` in the same year, clipped. For every country, how near
    the nearest of `NEIGHBOURS` is, from 1 on the day to 0; and 1 on a public holiday. For other countries, the days off
    in a row, weekends among them, around a day off.
    """
    years, which = np.unique(year, return_inverse=True)
    named, near, public = _holidays_of(tuple(years.tolist()), country)
    out = {}
    if country == HOME_OF_SUMMER_HOLIDAYS:
        limits = np.array([most for _, most in HOLIDAYS.values()])[:, None]
        apart = np.clip(days - named[:, which], -limits, limits).astype(np.float64)
        out = {f"days_from_{feature}": apart[i] for i, feature in enumerate(HOLIDAYS)}
    out["holiday"] = np.isin(days, public).astype(np.float64)
    for (feature, (_, most)), dates in zip(NEIGHBOURS.items(), near, strict=True):
        out[f"near_{feature}"] = np.maximum(0.0, 1.0 - _distance(days, dates) / (most + 1))
    if country != HOME_OF_SUMMER_HOLIDAYS:
        out["days_off"] = _days_off(days, public)
    return out


def _distance(days: Days, dates: Days) -> Floats:
    """Return the days from each day to the nearest of some dates in order, shape (days,); infinite without dates."""
    if not len(dates):
        return np.full(len(days), np.inf)
    after = np.searchsorted(dates, days)
    before, behind = dates[np.maximum(after - 1, 0)], dates[np.minimum(after, len(dates) - 1)]
    distance: Floats = np.minimum(np.abs(days - before), np.abs(behind - days)).astype(np.float64)
    return distance


def _days_off(days: Days, public: Days) -> Floats:
    """Return the length of the run of weekend days and public holidays that each day is in, shape (days,); at most 10.

    A day of work has 0.
    """
    window = days[:, None] + np.arange(-LONGEST_RUN, LONGEST_RUN + 1)
    # 1970-01-01 was a Thursday.
    off = ((window + 3) % 7 >= 5) | np.isin(window, public)
    here = off[:, LONGEST_RUN]
    ahead = np.cumprod(off[:, LONGEST_RUN:], axis=1).sum(axis=1)
    back = np.cumprod(off[:, LONGEST_RUN::-1], axis=1).sum(axis=1)
    return np.where(here, np.minimum(ahead + back - 1, LONGEST_RUN), 0).astype(np.float64)


@lru_cache(maxsize=YEARS_KEPT)
def _holidays_of(years: tuple[int, ...], country: str) -> tuple[Days, tuple[Days, ...], Days]:
    """Return holidays of some years as days since 1970-01-01.

    Returns
    -------
    named : ndarray of int64, shape (HOLIDAYS, years)
        Each of `HOLIDAYS` in each year; 0 if there is none.
    near : tuple of ndarray of int64
        Each of `NEIGHBOURS` in these years and those beside them, in order.
    public : ndarray of int64
        Every public holiday of these years and those beside them, in order.
    """
    import holidays

    kind = holidays.country_holidays(country)
    wide = tuple(sorted({near for year in years for near in (year - 1, year, year + 1)}))
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
    return named, near, _as_days(public)


def _as_days(dates: Iterable[dt.date]) -> Days:
    return np.array(sorted((day - EPOCH).days for day in dates), np.int64)
