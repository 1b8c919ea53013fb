"""Calendar of a game: season, weekday, hour and holidays. All of it known with the schedule."""

from __future__ import annotations

import datetime as dt
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

COUNTRY = "US"
HOLIDAYS = {
    "memorial": ("Memorial Day", 4),
    "independence": ("Independence Day", 4),
    "labor": ("Labor Day", 4),
    "easter": ("Easter Sunday", 10),
    "mothers": ("Mother's Day", 1),
    "fathers": ("Father's Day", 1),
}
"""Holidays by the name of their feature, and the most days that are counted before and after each."""
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
        dated = _dated(table)
    else:
        unknown = np.full(table.height, np.nan)
        dated = dict.fromkeys(_dated(table.clear()), unknown)
    leagues = table.select((pl.col(c.HOME_LEAGUE) != pl.col(c.VISITOR_LEAGUE)).cast(pl.Float64)).to_series()
    labels = table[c.PROMOTION].fill_null("")
    return {
        **dated,
        "interleague": leagues.fill_null(np.nan).to_numpy(),
        "doubleheader": (table[c.NUMBER] > 0).cast(pl.Float64).to_numpy(),
        "promotions": (labels.str.count_matches(";") + (labels != "").cast(pl.Int32)).cast(pl.Float64).to_numpy(),
    }


def _dated(table: pl.DataFrame) -> dict[str, Floats]:
    date = table[c.DATE]
    phase = date.dt.ordinal_day().to_numpy() * (2 * np.pi / 365.25)
    turn = date.dt.weekday().to_numpy() * (2 * np.pi / 7)
    start = table[c.START_TIME]
    hour = (start.dt.hour() + start.dt.minute() / 60).cast(pl.Float64).fill_null(np.nan).to_numpy()
    near = _days_from_holidays(date)
    return {
        "day_of_year": date.dt.ordinal_day().cast(pl.Float64).to_numpy(),
        "season_sine": np.sin(phase),
        "season_cosine": np.cos(phase),
        "weekday_sine": np.sin(turn),
        "weekday_cosine": np.cos(turn),
        "weekend": (date.dt.weekday() >= 5).cast(pl.Float64).to_numpy(),
        "start_hour": hour,
        **near,
    }


def _days_from_holidays(date: pl.Series) -> dict[str, Floats]:
    """Return signed days from each holiday of the same year, clipped, and 1 on any public holiday."""
    days = date.to_physical().to_numpy().astype(np.int64)
    years, which = np.unique(date.dt.year().to_numpy(), return_inverse=True)
    named, public = _holidays_of(tuple(years.tolist()))
    apart = days - named[:, which]
    limits = np.array([most for _, most in HOLIDAYS.values()])[:, None]
    near = np.clip(apart, -limits, limits).astype(np.float64)
    out = {f"days_from_{feature}": near[i] for i, feature in enumerate(HOLIDAYS)}
    out["holiday"] = np.isin(days, public).astype(np.float64)
    return out


@lru_cache(maxsize=YEARS_KEPT)
def _holidays_of(years: tuple[int, ...]) -> tuple[Days, Days]:
    """Return the days since 1970-01-01 of each of `HOLIDAYS` in each year, 0 if absent, and of every public holiday."""
    import holidays

    public, known = (
        holidays.country_holidays(COUNTRY, years=years, observed=False, categories=wanted)
        for wanted in ((holidays.PUBLIC,), (holidays.PUBLIC, holidays.UNOFFICIAL))
    )
    named = np.zeros((len(HOLIDAYS), len(years)), np.int64)
    for i, (name, _) in enumerate(HOLIDAYS.values()):
        when = {day.year: day for day in known.get_named(name)}
        named[i] = [(when[year] - EPOCH).days if year in when else 0 for year in years]
    return named, np.array(sorted((day - EPOCH).days for day in public), np.int64)
