"""From a forecast of tickets sold to the distribution of people through the gate.

Every distribution is a row of equally likely points, ascending. Products of independent quantities are formed on the
grid of their points and thinned back, so that all is deterministic and nothing is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtri

from gatecast.evaluate.quantiles import QUANTILE_COLUMNS, QUANTILE_LEVELS
from gatecast.games import columns as c
from gatecast.plan.operations import CrowdSettings

__all__ = ["POINTS", "Crowd", "forecast_crowd", "known_crowd", "ticket_points", "times"]

FloatArray = npt.NDArray[np.float64]

POINTS = 199
"""Equally likely points of a distribution."""
FACTOR_POINTS = 9
DECIMALS = 6  # so that the last bits of a product of matrices never tip a choice
GAMES_AT_ONCE = 4096


@dataclass(frozen=True)
class Crowd:
    """What is believed of the crowd at each game.

    Parameters
    ----------
    tickets, people : ndarray of float, shape (games, points)
        Equally likely numbers of tickets sold and of people through the gate, each ascending.
    """

    tickets: FloatArray
    people: FloatArray

    def __len__(self) -> int:
        return len(self.people)

    def quantile(self, level: float) -> FloatArray:
        """People through the gate that are not passed in a share `level` of outcomes, shape (games,)."""
        place = int(np.ceil(level * self.people.shape[1] - 1e-9)) - 1
        return self.people[:, max(place, 0)]


def forecast_crowd(forecast: pl.DataFrame, settings: CrowdSettings) -> Crowd:
    """The crowd a forecast promises.

    Parameters
    ----------
    forecast : polars.DataFrame
        As `checked_forecast` returns it.
    settings : CrowdSettings
    """
    levels = forecast.select(QUANTILE_COLUMNS).to_numpy()
    seats = forecast[c.CAPACITY].cast(pl.Float64).to_numpy() if c.CAPACITY in forecast.columns else None
    tickets = ticket_points(levels, seats)
    return Crowd(tickets, times(tickets, settings.show_rate, settings.show_rate_spread, largest=1.0))


def known_crowd(tickets: FloatArray, settings: CrowdSettings, scanned: FloatArray | None = None) -> Crowd:
    """The crowd when the number of tickets is taken as certain; the share of them used is not.

    Parameters
    ----------
    tickets : ndarray of float, shape (games,)
    settings : CrowdSettings
    scanned : ndarray of float, shape (games,), optional
        People counted through the gate; used in place of the show rate where it is not NaN.
    """
    column = tickets[:, None]
    people = times(column, settings.show_rate, settings.show_rate_spread, largest=1.0)
    if scanned is not None:
        people = np.where(np.isnan(scanned)[:, None], people, scanned[:, None])
    return Crowd(column, people)


def ticket_points(quantiles: FloatArray, seats: FloatArray | None = None) -> FloatArray:
    """Equally likely points of tickets sold, from quantiles.

    Between two quantiles the distribution is normal; beyond the outermost it goes on as the outer quarter does. It is
    kept from 0 to the seats, or to the highest quantile where that passes the seats.

    Parameters
    ----------
    quantiles : ndarray of float, shape (games, levels)
        At the levels of `QUANTILE_LEVELS`, ascending.
    seats : ndarray of float, shape (games,), optional
        NaN where unknown.

    Returns
    -------
    ndarray of float, shape (games, POINTS)
        Ascending.

    Examples
    --------
    >>> points = ticket_points(np.array([[8, 10, 14, 20, 26, 30, 30.0]]) * 1000, np.array([30_000.0]))
    >>> points.shape, float(points[0, 99]), float(points.max())
    ((1, 199), 20000.0, 30000.0)
    """
    levels = np.maximum.accumulate(quantiles, axis=1)
    points = np.round(levels @ _WEIGHTS, DECIMALS)
    if seats is not None:
        points = np.minimum(points, np.fmax(np.where(np.isnan(seats), np.inf, seats), levels[:, -1])[:, None])
    return np.maximum.accumulate(np.maximum(points, 0.0), axis=1)


def times(points: FloatArray, mean: float, spread: float, largest: float = np.inf) -> FloatArray:
    """The distribution of a quantity times an independent ratio.

    The ratio is log-normal in shape, with the mean given, cut off at `largest`.

    Parameters
    ----------
    points : ndarray of float, shape (games, points)
        Equally likely values, ascending.
    mean, spread : float
        Mean and standard deviation of the ratio.

    Returns
    -------
    ndarray of float, shape (games, points of the product)
        Equally likely values, ascending; at most POINTS where `points` holds at most POINTS.
    """
    if spread == 0:
        return points * min(mean, largest)
    shape = np.exp(np.sqrt(np.log1p((spread / mean) ** 2)) * _normal_points(FACTOR_POINTS))
    ratio = np.minimum(mean * shape / shape.mean(), largest)
    blocks = [_grid(points[i : i + GAMES_AT_ONCE], ratio) for i in range(0, len(points), GAMES_AT_ONCE)]
    return np.concatenate(blocks) if blocks else points


def _grid(points: FloatArray, ratio: FloatArray) -> FloatArray:
    """Sorted products, thinned to POINTS by averaging neighbours where there are more."""
    games, width = points.shape
    grid = np.sort((points[:, :, None] * ratio).reshape(games, -1), axis=1)
    thinned: FloatArray = grid.reshape(games, width, -1).mean(axis=2) if grid.shape[1] > POINTS else grid
    return thinned


def _normal_points(count: int) -> FloatArray:
    """Equally likely points of the standard normal, rescaled to a standard deviation of exactly 1."""
    scores: FloatArray = ndtri((np.arange(count) + 0.5) / count)
    scaled: FloatArray = scores / scores.std()
    return scaled


def _point_weights() -> FloatArray:
    """Weights that turn quantiles into points, shape (levels, POINTS): linear in the normal score."""
    known: FloatArray = ndtri(np.array(QUANTILE_LEVELS))
    scores: FloatArray = ndtri((np.arange(POINTS) + 0.5) / POINTS)
    weights = np.stack([np.interp(scores, known, unit) for unit in np.eye(len(QUANTILE_LEVELS))])
    for outer, inner, beyond in ((0, 2, scores < known[0]), (-1, -3, scores > known[-1])):
        slope = (scores[beyond] - known[outer]) / (known[outer] - known[inner])
        weights[outer, beyond] = 1 + slope
        weights[inner, beyond] = -slope
    return weights


_WEIGHTS = _point_weights()
