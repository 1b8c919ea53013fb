"""From a forecast of tickets sold to the people through the gate: joint scenarios of all games.

A column is one outcome of all games, and columns are equally likely. Each game keeps its own distribution: its values
are points of it, arranged over the columns so that games vary together. All randomness comes from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.forecast.scenarios import SCENARIOS, ticket_scenarios
from gatecast.games.forecast_columns import P_POSTPONED
from gatecast.normal import normal_quantiles
from gatecast.plan.demand.show_rate import ShowRate
from gatecast.plan.operations.model import CrowdSettings

__all__ = ["SCENARIOS", "Crowd", "forecast_crowd", "known_crowd", "times"]

FloatArray = npt.NDArray[np.float64]

LATTICE = 4
"""Points of a product for each scenario, before they are averaged."""
GOLDEN = 0.6180339887498949
GAMES_AT_ONCE = 4096
TICKETS_SEED, SHOW_RATE_SEED, TIMES_SEED, POSTPONED_SEED = 0, 1, 2, 3
"""Different seeds, so that independent quantities are drawn independently."""


@dataclass(frozen=True)
class Crowd:
    """The crowd expected at each game, as scenarios.

    Parameters
    ----------
    tickets, people : ndarray of float, shape (games, scenarios)
        Tickets sold and people through the gate. Each column is one joint outcome of all games; columns are equally
        likely, in no order. As if every game were played on its day.
    postponed : ndarray of bool, shape (games, scenarios), optional
        Outcomes in which a game is not played on its day; None if that is not foreseen.
    """

    tickets: FloatArray
    people: FloatArray
    postponed: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.people)

    def quantile(self, level: float) -> FloatArray:
        """Return the people through the gate that a share `level` of outcomes does not exceed, shape (games,)."""
        place = max(int(np.ceil(level * self.people.shape[1] - 1e-9)) - 1, 0)
        people: FloatArray = np.partition(self.people, place, axis=1)[:, place]
        return people


def forecast_crowd(
    forecast: pl.DataFrame,
    settings: CrowdSettings,
    *,
    show_rate: ShowRate | None = None,
    count: int = SCENARIOS,
    seed: int = 0,
) -> Crowd:
    """Return the crowd that a forecast implies.

    Parameters
    ----------
    forecast : polars.DataFrame
        The frame of a `ForecastTable`; weather and other columns that the show rate learned from may be added.
    settings : CrowdSettings
    show_rate : ShowRate, optional
        The show rate learned from a club's scans; by default that of the settings.
    count : int
        Scenarios.
    seed : int
    """
    tickets = ticket_scenarios(forecast, count=count, seed=seed + TICKETS_SEED)
    mean, spread = (show_rate or ShowRate.default(settings)).of(forecast)
    people = times(tickets, mean, spread, largest=1.0, seed=seed + SHOW_RATE_SEED)
    return Crowd(tickets, people, _postponed(forecast, count, seed + POSTPONED_SEED))


def _postponed(forecast: pl.DataFrame, count: int, seed: int) -> npt.NDArray[np.bool_] | None:
    """Return the outcomes in which each game is postponed, as many as its chance says; None without any."""
    if P_POSTPONED not in forecast.columns or forecast[P_POSTPONED].null_count() == forecast.height:
        return None
    chance = forecast[P_POSTPONED].cast(pl.Float64).fill_null(0.0).to_numpy()
    rank = np.random.default_rng(seed).random((len(chance), count)).argsort(axis=1).argsort(axis=1)
    postponed: npt.NDArray[np.bool_] = rank < np.round(chance * count)[:, None]
    return postponed


def known_crowd(
    tickets: FloatArray,
    settings: CrowdSettings,
    scanned: FloatArray | None = None,
    *,
    count: int = SCENARIOS,
    seed: int = 0,
) -> Crowd:
    """Return the crowd for a known number of tickets, of which an uncertain share is used.

    Parameters
    ----------
    tickets : ndarray of float, shape (games,)
    settings : CrowdSettings
    scanned : ndarray of float, shape (games,), optional
        People counted through the gate; used in place of the show rate unless NaN.
    count : int
        Scenarios.
    seed : int
    """
    sold = np.repeat(tickets[:, None], count, axis=1)
    people = times(sold, settings.show_rate, settings.show_rate_spread, largest=1.0, seed=seed + SHOW_RATE_SEED)
    if scanned is not None:
        people = np.where(np.isnan(scanned)[:, None], people, scanned[:, None])
    return Crowd(sold, people)


def times(
    scenarios: FloatArray,
    mean: FloatArray | float,
    spread: FloatArray | float,
    largest: float = np.inf,
    *,
    seed: int = TIMES_SEED,
) -> FloatArray:
    """Multiply scenarios of a quantity by a ratio that is independent of it and from game to game.

    The ratio is log-normal in shape, with the given mean, cut off at `largest`. The distribution of each game's product
    is formed without chance, on a lattice of the two (Fibonacci's: Niederreiter, Random Number Generation and
    Quasi-Monte Carlo Methods, 1992, chapter 5); only its arrangement over the columns is drawn.

    Parameters
    ----------
    scenarios : ndarray of float, shape (games, scenarios)
    mean, spread : float or ndarray of float, shape (games,)
        Mean and standard deviation of the ratio.
    largest : float
    seed : int
        Two ratios that are independent of each other need two seeds.

    Returns
    -------
    ndarray of float, shape (games, scenarios)
        Each column is the same outcome as in `scenarios`.

    Examples
    --------
    >>> people = times(np.array([[1000.0, 3000.0, 2000.0, 4000.0]]), 0.8, 0.0)
    >>> people
    array([[ 800., 2400., 1600., 3200.]])
    """
    games = len(scenarios)
    means, spreads = (np.broadcast_to(np.asarray(each, np.float64), (games,)) for each in (mean, spread))
    if not spreads.any():
        return scenarios * np.minimum(means, largest)[:, None]
    shapes = np.sqrt(np.log1p((spreads / means) ** 2))
    scores = np.random.default_rng(seed).standard_normal(scenarios.shape)
    out = np.empty_like(scenarios)
    for i in range(0, games, GAMES_AT_ONCE):
        rows = slice(i, i + GAMES_AT_ONCE)
        products = _products(scenarios[rows], means[rows], shapes[rows], largest)
        rank = (scenarios[rows] * np.exp(shapes[rows, None] * scores[rows])).argsort(axis=1, kind="stable")
        np.put_along_axis(out[rows], rank, products, axis=1)
    return out


def _products(scenarios: FloatArray, means: FloatArray, shapes: FloatArray, largest: float) -> FloatArray:
    """Return equally likely products of each game, ascending, shape (games, scenarios)."""
    games, width = scenarios.shape
    shape = np.exp(shapes[:, None] * _lattice(width * LATTICE))
    ratio = np.minimum(means[:, None] * shape / shape.mean(axis=1, keepdims=True), largest)
    grid = np.sort(np.repeat(np.sort(scenarios, axis=1), LATTICE, axis=1) * ratio, axis=1)
    thinned: FloatArray = grid.reshape(games, width, LATTICE).mean(axis=2)
    return thinned


@lru_cache(maxsize=8)
def _lattice(points: int) -> FloatArray:
    """Return standard normal scores in the order of Fibonacci's lattice, shape (points,), read-only."""
    normal: FloatArray = normal_quantiles(((np.arange(points) * GOLDEN) % 1.0 + 0.5 / points) % 1.0)
    normal /= normal.std()
    normal.flags.writeable = False
    return normal
