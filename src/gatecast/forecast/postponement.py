"""The chance that rain postpones a game: which games were postponed, and what that says of the next.

Game logs do not name the games that were not played. `postponed_days` reads them off the days on which two clubs stood
idle in the middle of a series, or at its edge with a doubleheader in it. `PostponementModel` is a logistic regression
on rain and cold as known at the lead, the month, and how often the venue's roof was closed; `SHIPPED` was fitted to the
major leagues of 2012 to 2019 by `python benchmarks/rainouts.py`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.cutoff import CATEGORY_SKILL, as_date

__all__ = ["MILLIMETRES", "SHIPPED", "PostponementModel", "p_postponed", "postponed_days", "simulated_rain"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SERIES_PAUSE = 3
"""Most days between two games of one series."""
ALL_STAR = (7, 19)
"""Days of July on which nobody plays, in some years."""
OPENING = 3
"""Days around a club's first home game in which an idle day is planned."""
MONDAY, THURSDAY, FRIDAY = 0, 3, 4

MILLIMETRES = {"none": 0.0, "drizzle": 1.5, "showers": 6.0, "rain": 15.0, "snow": 10.0}
"""Rain of a day taken for each word; the model is fitted to amounts, as game logs seldom have the word."""
MOST_RAIN = 80.0
MILD, COLD = 20.0, 12.0
LEADS = (1, 3, 7)
"""Days ahead for which coefficients are fitted; between them they are interpolated."""
LONGEST = 10
"""Days ahead from which on rain is not read."""
DOME = "dome"
SEASONS_OF_ROOF = 2
DRAWS = 5
STRENGTH = 3.0
DECIMALS = 4


def postponed_days(table: pl.DataFrame) -> pl.DataFrame:
    """Return the home games that were probably postponed, read off idle days.

    Parameters
    ----------
    table : polars.DataFrame
        Every game of the league: season, date, home, visitor, venue, number.

    Returns
    -------
    polars.DataFrame
        One row a day: season, home, venue, date.
    """
    found: list[tuple[object, ...]] = []
    for season in table.partition_by(c.SEASON, maintain_order=True):
        played: dict[str, set[dt.date]] = {}
        for date, home, visitor in season.select(c.DATE, c.HOME, c.VISITOR).iter_rows():
            played.setdefault(home, set()).add(date)
            played.setdefault(visitor, set()).add(date)
        for home in season.sort(c.DATE, c.NUMBER, nulls_last=True).partition_by(c.HOME, maintain_order=True):
            opener = home[c.DATE][0]
            for series in _series(home):
                idle = played[series.home] | played[series.visitor]
                days = [day for day in series.idle_days(idle) if abs((day - opener).days) > OPENING or series.twice]
                found += [(home[c.SEASON][0], series.home, series.venue, day) for day in days if series.rained(day)]
    schema = {name: table.schema[name] for name in (c.SEASON, c.HOME, c.VENUE, c.DATE)}
    return pl.DataFrame(found, schema=schema, orient="row").unique(maintain_order=True)


@dataclass
class _Series:
    """Games of two clubs on days that follow one another."""

    home: str
    visitor: str
    venue: str
    days: list[dt.date]
    twice: bool = False

    def idle_days(self, played: set[dt.date]) -> list[dt.date]:
        """Return days within the series, and the day before and after it, on which neither club played."""
        one = dt.timedelta(days=1)
        span = [self.days[0] + one * place for place in range(-1, (self.days[-1] - self.days[0]).days + 2)]
        return [day for day in span if day not in played]

    def rained(self, day: dt.date) -> bool:
        """Return True if an idle day was probably a game's; clubs rest on Mondays and Thursdays, never from Friday."""
        weekday = day.weekday()
        if day.month == 7 and ALL_STAR[0] <= day.day <= ALL_STAR[1]:
            return False
        if self.days[0] < day < self.days[-1]:
            return self.twice or weekday not in (MONDAY, THURSDAY)
        if day < self.days[0]:
            return (self.twice and weekday != THURSDAY) or weekday > FRIDAY
        return weekday >= FRIDAY


def _series(home: pl.DataFrame) -> list[_Series]:
    """Return the series of one club's home games of a season, by day."""
    found: list[_Series] = []
    rows = home.select(c.HOME, c.VISITOR, c.VENUE, c.DATE, c.NUMBER).iter_rows()
    for club, visitor, venue, date, number in rows:
        last = found[-1] if found else None
        if last is None or last.visitor != visitor or (date - last.days[-1]).days > SERIES_PAUSE:
            last = _Series(club, visitor, venue, [date])
            found.append(last)
        elif date != last.days[-1]:
            last.days.append(date)
        last.twice |= number == 2
    return found


def simulated_rain(rain: FloatArray, lead: float, random: np.random.Generator) -> FloatArray:
    """Return the rain that a forecast would have told, mm a day.

    It is about right as often as `CATEGORY_SKILL` says, and otherwise that of any other day.

    Parameters
    ----------
    rain : ndarray of float, shape (games,)
        Observed, mm a day.
    lead : float
        Days ahead.
    random : numpy.random.Generator
    """
    near = rain * np.exp(random.normal(0.0, 0.35 + 0.1 * lead, len(rain)))
    right = random.random(len(rain)) < np.interp(lead, *CATEGORY_SKILL)
    told: FloatArray = np.where(right, near, random.choice(rain, len(rain)))
    return told


@dataclass(frozen=True)
class PostponementModel:
    """Coefficients of the logit of the chance, by lead.

    Parameters
    ----------
    leads : tuple of int
        The last is that without rain, for longer leads and unknown weather.
    coefficients : ndarray of float, shape (leads, features + 1)
        The first is the constant.
    """

    leads: tuple[int, ...]
    coefficients: FloatArray

    @classmethod
    def fit(
        cls,
        postponed: npt.NDArray[np.bool_],
        weather: tuple[FloatArray, FloatArray],
        months: IntArray,
        closed: FloatArray,
        *,
        seed: int = 0,
    ) -> PostponementModel:
        """Learn from game days.

        Parameters
        ----------
        postponed : ndarray of bool, shape (days,)
        weather : (ndarray of float, ndarray of float), shape (days,)
            Rain of the day, mm, and temperature, Celsius, as observed; forecasts of them are simulated.
        months : ndarray of int, shape (days,)
        closed : ndarray of float, shape (days,)
            Share of the venue's games before under a closed roof.
        seed : int
        """
        from sklearn.linear_model import LogisticRegression

        random, rows = np.random.default_rng(seed), []
        rain, temperature = weather
        for lead in (*LEADS, LONGEST):
            told, warm = [np.zeros_like(rain)], np.full_like(temperature, MILD)
            if lead < LONGEST:
                told, warm = [simulated_rain(rain, lead, random) for _ in range(DRAWS)], temperature
            read = np.concatenate([_features(one, warm, months, closed) for one in told])
            fitted = LogisticRegression(C=STRENGTH, max_iter=2000).fit(read, np.tile(postponed, len(told)))
            rows.append(np.concatenate([fitted.intercept_, fitted.coef_[0]]))
        return cls((*LEADS, LONGEST), np.stack(rows))

    def chance(
        self, rain: FloatArray, temperature: FloatArray, months: IntArray, closed: FloatArray, lead: FloatArray
    ) -> FloatArray:
        """Return the chance that each game is postponed, shape (games,).

        Parameters
        ----------
        rain, temperature : ndarray of float, shape (games,)
            Forecast for the day, mm and Celsius; NaN if unknown.
        months : ndarray of int, shape (games,)
        closed : ndarray of float, shape (games,)
        lead : ndarray of float, shape (games,)
            Days ahead.
        """
        lead = np.clip(np.where(np.isnan(rain), LONGEST, lead), self.leads[0], LONGEST)
        warm = np.where(np.isnan(temperature) | (lead >= LONGEST), MILD, temperature)
        read = _features(np.where(lead >= LONGEST, 0.0, np.nan_to_num(rain)), warm, months, closed)
        of_lead = np.stack([np.interp(lead, self.leads, one) for one in self.coefficients.T], axis=1)
        chance: FloatArray = 1 / (1 + np.exp(-(of_lead[:, 0] + (of_lead[:, 1:] * read).sum(axis=1))))
        return chance


def _features(rain: FloatArray, temperature: FloatArray, months: IntArray, closed: FloatArray) -> FloatArray:
    """Return what the regression reads, shape (games, features); all 0 where the roof is always closed."""
    wet = np.log1p(np.clip(rain, 0.0, MOST_RAIN))
    columns = [
        np.ones_like(wet),
        wet,
        wet**2,
        np.maximum(wet - 2, 0.0),
        np.clip(COLD - temperature, 0.0, None) / 10,
        months <= 4,
        months >= 9,
        (np.clip(months, 4, 9) - 6.5) ** 2 / 6,
    ]
    read: FloatArray = (1 - closed)[:, None] * np.stack(columns, axis=1)
    return read


def p_postponed(games: Games, rows: npt.NDArray[np.intp], cutoffs: IntArray) -> FloatArray:
    """Return the chance that each game to come is postponed, shape (rows,); NaN where the model says nothing.

    It is for baseball, told by starting pitchers anywhere in the table, with dates. Weather of games to come is a
    forecast, given by the cutoff: it is read as it stands, up to 16 days ahead, where `known_at` would only remove it
    beyond. Of other games only those up to the cutoff are read.

    Parameters
    ----------
    games : Games
    rows : ndarray of int, shape (rows,)
    cutoffs : ndarray of int, shape (rows,)
        The last day known.
    """
    if not games.dated or games.table[c.HOME_STARTER].null_count() == len(games):
        return np.full(len(rows), np.nan)
    word, sky = (pl.col(name).cast(pl.String) for name in (c.PRECIPITATION, c.SKY))
    table = games.table.select(c.VENUE, c.PRECIPITATION, c.TEMPERATURE, c.SKY, c.DATE)[rows].select(
        c.VENUE,
        rain=word.replace_strict(MILLIMETRES, default=None, return_dtype=pl.Float64).fill_null(float("nan")),
        temperature=pl.col(c.TEMPERATURE).cast(pl.Float64).fill_null(float("nan")),
        shut=(sky == DOME).fill_null(False),
        month=pl.col(c.DATE).dt.month().cast(pl.Int64),
    )
    lead = (games.days[rows] - cutoffs).astype(np.float64)
    near = lead <= games.columns[c.PRECIPITATION].known.lead
    rain, temperature = table["rain"].to_numpy(), table["temperature"].to_numpy()
    shut = table["shut"].to_numpy() & near
    closed = np.where(shut, 1.0, _closed(games, table[c.VENUE], int(cutoffs.min()) if len(cutoffs) else 0))
    months = table["month"].to_numpy()
    unknown = np.where(near, 0.0, np.nan)
    chance = SHIPPED.chance(rain + unknown, temperature + unknown, months, closed, np.maximum(lead, 1.0))
    rounded: FloatArray = np.round(np.where(shut, 0.0, chance), DECIMALS).astype(np.float64)
    return rounded


def _closed(games: Games, venues: pl.Series, last: int) -> FloatArray:
    """Return the share of each venue's games of the last seasons that were played under a closed roof; 0 if unknown."""
    first = as_date(last - 366 * SEASONS_OF_ROOF)
    of_last_seasons = pl.col(c.DATE).is_between(first, as_date(last), closed="right") & pl.col(c.SKY).is_not_null()
    past = games.table.select(c.VENUE, c.SKY, c.DATE).filter(of_last_seasons)
    share = past.group_by(c.VENUE).agg((pl.col(c.SKY).cast(pl.String) == DOME).mean().alias("closed"))
    by_venue = dict(share.iter_rows())
    return np.array([by_venue.get(venue, 0.0) for venue in venues], np.float64)


SHIPPED = PostponementModel(
    (*LEADS, LONGEST),
    np.array(
        [
            [-7.581, 1.39, 0.757, 0.134, -0.441, 2.323, -0.243, -0.366, 1.209],
            [-7.531, 1.459, 0.827, 0.075, -0.29, 2.267, -0.209, -0.325, 1.163],
            [-7.684, 1.906, 0.64, 0.124, -0.692, 2.103, -0.21, -0.327, 1.095],
            [-7.14, 2.187, 0.0, 0.0, 0.0, 0.0, 0.2, -0.442, 1.073],
        ]
    ),
)
"""Fitted to every game day of the major leagues from 2012 to 2019."""
