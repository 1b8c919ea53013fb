"""Joint scenarios: equally likely outcomes of all games of a forecast at once, from the quantiles of each.

A Gaussian copula (Clemen & Reilly, Correlations and Copulas for Decision and Risk Analysis, Management Science 45,
1999): the order of the outcomes of each game comes from correlated normal scores, their values from its own forecast,
so that every game keeps its distribution. `Dependence` says how games go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, QUANTILE_COLUMNS, QUANTILE_LEVELS
from gatecast.normal import normal_quantiles, score_weights

__all__ = ["MEASURED", "SCENARIOS", "Dependence", "joint_scenarios", "marginal_points", "ticket_scenarios"]

Floats = npt.NDArray[np.float64]

LONGEST = 400
"""Days after which news makes no difference, and beyond which a lead is taken for this one."""


@dataclass(frozen=True)
class Dependence:
    """Dependence of forecast errors, in units of the standard deviation of the part that arises on the day of the game.

    Parameters
    ----------
    same_day : float
        Loading of news of the day on the attendance of that day, 0 to 1; the rest is particular to one game.
    transient, transient_days : float
        Loading of news on later attendance that fades, and the days in which it falls to a third (1/e).
    level, level_days : float
        The same two for the part that stays for months.
    persistent : float
        Variance common to forecasts at any lead; it falls with the days between games, in `level_days`.
    league : float
        Share of these covariances that clubs have in common.
    """

    same_day: float
    transient: float
    transient_days: float
    level: float
    level_days: float
    persistent: float
    league: float

    @property
    def idiosyncratic(self) -> float:
        """Variance of the part that is particular to one game."""
        return 1.0 - self.same_day**2

    def shared(self, days: Floats, cutoffs: Floats) -> Floats:
        """Return the covariance of games of one club without `idiosyncratic`, shape (games, games).

        Parameters
        ----------
        days, cutoffs : ndarray of float, shape (games,)
            Day of each game and the last day known to its forecast, in whole days.
        """
        apart = np.abs(days[:, None] - days)
        unknown = np.minimum(days[:, None], days) - np.maximum(cutoffs[:, None], cutoffs)
        return self.covariance(apart, unknown)

    def covariance(self, apart: Floats, unknown: Floats) -> Floats:
        """Return the covariance of two games of a club, of any shape.

        Parameters
        ----------
        apart : ndarray of float
            Days between the games.
        unknown : ndarray of float
            Days up to the earlier game, that day included, that neither forecast knew; 0 or less if its attendance was
            known to the other's forecast.
        """
        days = np.clip(apart, 0, LONGEST - 1).astype(np.int64)
        lacking = np.clip(unknown, 0, LONGEST).astype(np.int64)
        covariance: Floats = self._news[days, lacking] + self.persistent * np.exp(-apart / self.level_days)
        return covariance

    def variance(self, leads: Floats) -> Floats:
        """Return the variance of a game's error, shape (games,); no forecast knows the last day's news."""
        return self.idiosyncratic + self.covariance(np.zeros(len(leads)), np.maximum(leads, 1.0))

    def correlation(self, apart: Floats, earlier: Floats, later: Floats) -> Floats:
        """Return the correlation of the errors of two games of a club, of any shape.

        Parameters
        ----------
        apart : ndarray of float
            Days between the games.
        earlier, later : ndarray of float
            Leads of their forecasts, days.

        Examples
        --------
        >>> one_day_apart = MEASURED.correlation(np.ones(3), np.array([1.0, 7.0, 30.0]), np.array([1.0, 7.0, 30.0]))
        >>> bool((np.diff(one_day_apart) > 0).all())
        True
        """
        shared = self.covariance(apart, np.minimum(earlier, later - apart))
        out: Floats = shared / np.sqrt(self.variance(earlier) * self.variance(later))
        return out

    @cached_property
    def _news(self) -> Floats:
        """Sum of f(h) f(h + apart) over the news h days old that both lack, shape (apart, unknown)."""
        age = np.arange(2 * LONGEST)
        moved = self.transient * np.exp(-age / self.transient_days) + self.level * np.exp(-age / self.level_days)
        moved[0] = self.same_day
        both = np.stack([moved[:LONGEST] * moved[apart : apart + LONGEST] for apart in range(LONGEST)])
        return np.concatenate([np.zeros((LONGEST, 1)), both.cumsum(axis=1)], axis=1)


MEASURED = Dependence(
    same_day=0.582, transient=1.27, transient_days=0.788, level=0.0984, level_days=106.0, persistent=0.15, league=0.032
)
"""Fitted to the errors of 2013 to 2017, forecast by a network trained through 2012: 1,144,583 pairs of forecasts.

`python benchmarks/homestands.py runs/games.parquet runs/development.parquet --fit` prints it; docs/scenarios.md has the
table.
"""


Ints = npt.NDArray[np.int64]

SCENARIOS = 256
"""Equally likely outcomes."""
USUAL_LEAD = 7.0
"""Days taken where a table says neither the lead nor the day of the forecast."""
DECIMALS = 6  # so that the last bits of a product of matrices never tip a choice
OFF_SEASON = 60
"""Games of a club further apart than this many days are of two seasons, which have nothing in common."""
MOST_TOGETHER = 366
"""Games of a club that are drawn jointly, at most: a year of them."""


def ticket_scenarios(forecast: pl.DataFrame, *, count: int = SCENARIOS, seed: int = 0) -> Floats:
    """Return joint scenarios of tickets sold, of a forecast table.

    Parameters
    ----------
    forecast : polars.DataFrame
        One row a game with the quantiles q05 to q95. Of home (or venue), date, as_of, lead and capacity what there is:
        games without a club are taken for one club's, games without dates for one a day in the order of the rows.
    count, seed : int

    Returns
    -------
    ndarray of float, shape (games, count)
        Each column is one outcome of all games; columns are equally likely.
    """
    rows = forecast.height

    def column(name: str, dtype: type[pl.DataType]) -> pl.Series:
        values = forecast[name] if name in forecast.columns else pl.Series([None] * rows, dtype=dtype)
        return values.cast(dtype, strict=False)

    days = column(c.DATE, pl.Date).to_physical().cast(pl.Float64)
    leads = days - column(AS_OF, pl.Date).to_physical().cast(pl.Float64)
    if leads.null_count():
        leads = leads.fill_null(column(LEAD, pl.Float64)).fill_null(USUAL_LEAD)
    dated = days
    if days.null_count():
        dated = days.interpolate().fill_null(strategy="forward").fill_null(strategy="backward")
    clubs = column(c.HOME, pl.String)
    if clubs.null_count():
        clubs = clubs.fill_null(column(c.VENUE, pl.String)).fill_null("")
    return joint_scenarios(
        forecast.select(QUANTILE_COLUMNS).to_numpy().astype(np.float64),
        clubs.to_numpy(),
        dated.to_numpy() if days.null_count() < rows else np.arange(rows, dtype=np.float64),
        leads.to_numpy(),
        column(c.CAPACITY, pl.Float64).to_numpy(),
        count=count,
        seed=seed,
    )


def joint_scenarios(
    quantiles: Floats,
    clubs: npt.NDArray[np.object_],
    days: Floats,
    leads_days: Floats,
    capacity: Floats | None = None,
    *,
    count: int = SCENARIOS,
    seed: int = 0,
    dependence: Dependence = MEASURED,
) -> Floats:
    """Return equally likely joint outcomes of tickets sold.

    Parameters
    ----------
    quantiles : ndarray of float, shape (games, levels)
        At the levels of `QUANTILE_LEVELS`, ascending.
    clubs : ndarray of str, shape (games,)
        Home club of each game.
    days : ndarray of float, shape (games,)
        Day of each game, counted from any day.
    leads_days : ndarray of float, shape (games,)
        Days from the forecast's cutoff to the game.
    capacity : ndarray of float, shape (games,), optional
        Seats, NaN where unknown.
    count : int
        Scenarios.
    seed : int
    dependence : Dependence

    Returns
    -------
    ndarray of float, shape (games, count)
        Column by column an outcome of all games; each row holds the points of `marginal_points` in some order.

    Examples
    --------
    >>> quantiles = np.array([[8, 10, 14, 20, 26, 30, 34.0]] * 3) * 1000
    >>> tickets = joint_scenarios(quantiles, np.array(["A"] * 3), np.arange(3.0), np.arange(7.0, 10.0))
    >>> tickets.shape, bool(np.corrcoef(tickets)[0, 1] > 0.3)
    ((3, 256), True)
    """
    points = marginal_points(quantiles, capacity, count)
    scores = _joint_scores(clubs, np.round(days), np.round(leads_days), dependence, count=count, seed=seed)
    rank = scores.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return np.take_along_axis(points, rank, axis=1)


def marginal_points(quantiles: Floats, seats: Floats | None = None, count: int = SCENARIOS) -> Floats:
    """Return equally likely points of tickets sold, from quantiles.

    Between two quantiles the distribution is normal; beyond the outermost it goes on as the outer quarter does. It is
    kept from 0 to the seats, or to the highest quantile where that passes the seats.

    Parameters
    ----------
    quantiles : ndarray of float, shape (games, levels)
        At the levels of `QUANTILE_LEVELS`, ascending.
    seats : ndarray of float, shape (games,), optional
        NaN where unknown.
    count : int

    Returns
    -------
    ndarray of float, shape (games, count)
        Ascending.

    Examples
    --------
    >>> points = marginal_points(np.array([[8, 10, 14, 20, 26, 30, 30.0]]) * 1000, np.array([30_000.0]), 199)
    >>> points.shape, float(points[0, 99]), float(points.max())
    ((1, 199), 20000.0, 30000.0)
    """
    levels = np.maximum.accumulate(quantiles, axis=1)
    points = np.round(levels @ _point_weights(count), DECIMALS)
    if seats is not None:
        points = np.minimum(points, np.fmax(np.where(np.isnan(seats), np.inf, seats), levels[:, -1])[:, None])
    return np.maximum.accumulate(np.maximum(points, 0.0), axis=1)


@lru_cache(maxsize=8)
def _point_weights(count: int) -> Floats:
    """Return weights that turn quantiles into points, shape (levels, count): linear in the normal score."""
    known: Floats = normal_quantiles(np.array(QUANTILE_LEVELS))
    scores: Floats = normal_quantiles((np.arange(count) + 0.5) / count)
    return score_weights(known, scores)


def _joint_scores(
    clubs: npt.NDArray[np.object_], days: Floats, leads: Floats, dependence: Dependence, *, count: int, seed: int
) -> Floats:
    """Return normal scores, each row of variance 1, correlated as `dependence` says, shape (games, count)."""
    draw = np.random.default_rng(seed)
    cutoffs = days - leads
    _, codes = np.unique(clubs, return_inverse=True)
    league = dependence.league if codes.max(initial=0) > 0 else 0.0
    scores = np.empty((len(days), count))
    for rows in _together(codes, days):
        shared = dependence.shared(days[rows], cutoffs[rows])
        covariance = (1 - league) * shared + dependence.idiosyncratic * np.eye(len(rows))
        scores[rows] = np.linalg.cholesky(covariance) @ _normals(draw, len(rows), count)
    if league:
        moments, of_game = np.unique(np.stack([days, cutoffs], axis=1), axis=0, return_inverse=True)
        common = np.empty((len(moments), count))
        for rows in _together(np.zeros(len(moments), np.int64), moments[:, 0]):
            shared = league * dependence.shared(*moments[rows].T)
            common[rows] = np.linalg.cholesky(shared + 1e-9 * np.eye(len(rows))) @ _normals(draw, len(rows), count)
        scores += common[of_game.ravel()]
    return scores / np.sqrt(dependence.variance(leads))[:, None]


def _together(codes: Ints, days: Floats) -> list[npt.NDArray[np.intp]]:
    """Return the rows of each season of each club, in order of day; one of more than `MOST_TOGETHER` games is cut."""
    order = np.lexsort((days, codes))
    starts = np.ones(len(order), bool)
    starts[1:] = (np.diff(codes[order]) != 0) | (np.diff(days[order]) > OFF_SEASON)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    starts |= (np.arange(len(order)) - first) % MOST_TOGETHER == 0
    return np.split(order, np.flatnonzero(starts)[1:]) if len(order) else []


def _normals(draw: np.random.Generator, rows: int, count: int) -> Floats:
    """Return standard normal scores in pairs of opposite sign, shape (rows, count).

    Up to half as many rows as scores, the rows are uncorrelated exactly, so that few scenarios keep the correlation
    asked for (quadratic resampling: Barraquand, Management Science 41, 1995).
    """
    half = (count + 1) // 2
    plain = draw.standard_normal((half, rows))
    if rows <= half:
        plain = np.linalg.qr(plain)[0] * np.sqrt(half)
    return np.concatenate([plain.T, -plain.T], axis=1)[:, :count]
