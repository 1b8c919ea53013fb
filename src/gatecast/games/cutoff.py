"""Values known of a game at its cutoff.

Training, backtests and forecasts read the columns of the game itself through `known_at`, which removes values not yet
known. Results of other games are limited to those up to and including the cutoff's day by
`gatecast.prepare.prefix_sums`, `gatecast.prepare.club_past` and `gatecast.prepare.league_past`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.games.table import EPOCH, Games
from gatecast.normal import normal_quantiles

__all__ = ["CATEGORY_SKILL", "PRESEASON", "Lead", "as_date", "as_day", "cutoff_days", "first_days_known", "known_at"]

PRESEASON = c.SEASON_START
SPRING = (3, 4)
"""Months in which a league begins whose seasons are forecast from the end of February."""
MOST = 0.5
DAYS_BEFORE_SEASON = dt.timedelta(days=30)
AFTER_START = dt.timedelta(days=240)

Lead = int | str
"""Days from the last day known to the game, or `PRESEASON`."""

NUMBER_ERROR = {c.TEMPERATURE: (1.2, 0.35), c.WIND: (4.0, 0.6)}
"""Standard deviation of the error of a forecast at lead 0, and its growth a day, in the column's unit."""
CATEGORY_SKILL = ((0.0, 5.0, 7.0, 10.0, 16.0), (1.0, 0.9, 0.8, 0.5, 0.4))
"""Days ahead, and the chance that a forecast of rain or sky is about right (NOAA SciJinks: 90% at 5, half at 10)."""
CLIMATOLOGY = {
    c.SKY: (("cloudy", 0.4), ("sunny", 0.4), ("overcast", 0.2)),
    c.PRECIPITATION: (("none", 0.9), ("drizzle", 0.04), ("showers", 0.03), ("rain", 0.03)),
}
ROOFED = "dome"


def cutoff_days(games: Games, lead: Lead) -> npt.NDArray[np.int32]:
    """Return the last day whose results were known, for a forecast of every game at one lead.

    Parameters
    ----------
    games : Games
    lead : int or "preseason"
        Days before the game (at least 1); or before the season: the end of February in a league that begins in March
        or April, else 30 days before the season's first game.

    Returns
    -------
    ndarray of int32, shape (games,)
        Days since 1970-01-01; places in the order of play where games carry no dates.

    Raises
    ------
    InputError
        Another lead.
    """
    if lead != PRESEASON:
        return games.days - np.int32(_days_ahead(lead))
    if not games.dated:
        return np.full(len(games), -1, np.int32)
    return _before_season(games.table)


def _before_season(table: pl.DataFrame) -> npt.NDArray[np.int32]:
    """Return the last day before the season of each game, in days since 1970-01-01, shape (games,).

    It is the end of February in a league of which most seasons begin in March or April, else 30 days before the
    season's first game.
    """
    keys, first = [c.SEASON, c.HOME_LEAGUE], pl.col("first")
    seasons = table.group_by(keys).agg(pl.col(c.DATE).min().alias("first"))
    in_spring = first.dt.month().is_in(SPRING)
    spring_league = in_spring.mean().over(c.HOME_LEAGUE) >= MOST
    end_of_february = pl.date(first.dt.year(), SPRING[0], 1) - dt.timedelta(days=1)
    last = (
        pl.when(spring_league & (first > end_of_february)).then(end_of_february).otherwise(first - DAYS_BEFORE_SEASON)
    )
    cutoffs = table.select(keys).join(
        seasons.with_columns(last.alias("last")), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return cutoffs["last"].to_physical().to_numpy().astype(np.int32)


def known_at(
    games: Games,
    cutoffs: npt.NDArray[np.int32],
    *,
    weather_as_observed: bool = True,
    first_days: Mapping[str, npt.NDArray[np.int32]] | None = None,
) -> pl.DataFrame:
    """Return the games as they stood at the end of each one's cutoff day.

    A value is kept where its column is known at that lead, and null otherwise. Where weather was observed, what a
    forecaster would have been told is simulated: the observation with an error that grows with the lead, the same
    for a game and lead each time.

    Parameters
    ----------
    games : Games
    cutoffs : ndarray of int32, shape (games,)
        The last day known, on the scale of `games.days`.
    weather_as_observed : bool
        True: the weather columns hold what was observed. False: they hold the forecast as given at the cutoff.
    first_days : mapping of str to ndarray of int32, shape (games,), optional
        `first_days_known` of these games, where they are only some of a season's.

    Returns
    -------
    polars.DataFrame
        The columns and rows of `games.table`.
    """
    first = first_days_known(games) if first_days is None else first_days
    lead = pl.Series("lead", np.maximum(games.days - cutoffs, 0).astype(np.float64))
    seen = []
    for name, column in games.columns.items():
        known = [pl.lit(lead <= column.known.lead)] if np.isfinite(column.known.lead) else []
        if name in first:
            known.append(pl.lit(pl.Series("known", cutoffs >= first[name])))
        worse = column.known.worsens and weather_as_observed
        if known or worse:
            value = _as_forecast(name, column, lead) if worse else pl.col(name)
            seen.append((pl.when(*known).then(value) if known else value).alias(name))
    return games.table.with_columns(seen)


def first_days_known(games: Games) -> dict[str, npt.NDArray[np.int32]]:
    """Return the first day on which each column that is known from some day on is known, of every game.

    A day of the year is meant as the one of the twelve months that end 240 days after the season's first game. Without
    dates no such day comes before a game.

    Parameters
    ----------
    games : Games
        Whole seasons, since the days follow from each season's first game.

    Returns
    -------
    dict of str to ndarray of int32, shape (games,)
        Days since 1970-01-01, by column.
    """
    return {
        name: _first_day_known(games, column.known.since)
        for name, column in games.columns.items()
        if column.known.since
    }


def _first_day_known(games: Games, since: str) -> npt.NDArray[np.int32]:
    if not games.dated:
        return np.full(len(games), np.iinfo(np.int32).max, np.int32)
    if since == PRESEASON:
        return _before_season(games.table)
    if len(since) > len("03-25"):
        return np.full(len(games), as_day(dt.date.fromisoformat(since)), np.int32)
    month, day = map(int, since.split("-"))
    latest = pl.col(c.DATE).min().over(c.SEASON, c.HOME_LEAGUE) + AFTER_START
    of_year = pl.date(latest.dt.year(), month, day)
    known = pl.when(of_year <= latest).then(of_year).otherwise(pl.date(latest.dt.year() - 1, month, day))
    return games.table.select(known.alias("known"))["known"].to_physical().to_numpy().astype(np.int32)


def _days_ahead(lead: Lead) -> int:
    days = int(lead) if str(lead).isdecimal() else 0
    if days < 1:
        raise InputError(f"lead: got {lead!r}, expected a number of days from 1, or {PRESEASON!r}")
    return days


def _as_forecast(name: str, column: c.Column, lead: pl.Series) -> pl.Expr:
    """Return a weather column with the error of a forecast made that many days ahead."""
    value = pl.col(name)
    if name in CLIMATOLOGY:
        right = np.interp(lead.to_numpy(), *CATEGORY_SKILL)
        drawn = pl.lit(None, pl.String)
        reached = 1.0
        for label, share in reversed(CLIMATOLOGY[name]):
            drawn = pl.when(_uniform(name + " label") <= reached).then(pl.lit(label)).otherwise(drawn)
            reached -= share
        kept = (_uniform(name) < pl.Series(right)) | (value == ROOFED) | value.is_null()
        return pl.when(kept).then(value).otherwise(drawn)
    if name not in NUMBER_ERROR:
        return value
    start, growth = NUMBER_ERROR[name]
    spread = np.where(lead.to_numpy() > 0, start + growth * lead.to_numpy(), 0.0)
    normal = _uniform(name).map_batches(lambda u: pl.Series(normal_quantiles(u.to_numpy())), return_dtype=pl.Float64)
    return (value + normal * pl.Series(spread)).clip(column.low, column.high)


def _uniform(salt: str) -> pl.Expr:
    """Return a number in (0, 1) for each game, fixed by its id and `salt`."""
    hashed = pl.concat_str(pl.col(c.GAME_ID), pl.lit(salt)).hash(seed=0)
    return ((hashed // 2**11).cast(pl.Float64) + 0.5) / 2.0**53


def as_day(date: dt.date) -> int:
    """Return the days from 1970-01-01 to a date."""
    return int((np.datetime64(date, "D") - EPOCH).astype(int))


def as_date(day: int) -> dt.date:
    """Return the date of a number of days since 1970-01-01."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day))
