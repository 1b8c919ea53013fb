"""Calendar of a game: season, weekday, hour and holidays. All of it known with the schedule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.table import Games
from gatecast.prepare.holiday_dates import HOLIDAYS, HOME_OF_SUMMER_HOLIDAYS, NEIGHBOURS, holiday_dates

__all__ = ["CALENDAR_BY", "calendar"]

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

CALENDAR_BY = (c.DATE, c.START_TIME, c.NUMBER, c.HOME_LEAGUE, c.VISITOR_LEAGUE, c.PROMOTION)
"""Columns that the calendar is read from."""

LONGEST_RUN = 10
"""Days off in a row, weekends among them, that make a difference, such as those of Golden Week in Japan."""


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
    """Return features of the public holidays on and around each day, given with its year, shape (games,) each.

    For the United States, signed days from each of `HOLIDAYS` in the same year, clipped. For every country, how near
    the nearest of `NEIGHBOURS` is, from 1 on the day to 0; and 1 on a public holiday. For other countries, the days off
    in a row, weekends among them, around a day off.
    """
    years, which = np.unique(year, return_inverse=True)
    dates = holiday_dates(tuple(years.tolist()), country)
    out = {}
    if country == HOME_OF_SUMMER_HOLIDAYS:
        limits = np.array([most for _, most in HOLIDAYS.values()])[:, None]
        apart = np.clip(days - dates.named[:, which], -limits, limits).astype(np.float64)
        out = {f"days_from_{feature}": apart[i] for i, feature in enumerate(HOLIDAYS)}
    out["holiday"] = np.isin(days, dates.public).astype(np.float64)
    for (feature, (_, most)), near in zip(NEIGHBOURS.items(), dates.near, strict=True):
        out[f"near_{feature}"] = np.maximum(0.0, 1.0 - _distance(days, near) / (most + 1))
    if country != HOME_OF_SUMMER_HOLIDAYS:
        out["days_off"] = _days_off(days, dates.public)
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
