"""What is believed of the games to come, and how each game played changes it.

The cases asked for at a game have a normal score `weight * z + sqrt(1 - weight**2) * e`: z is the score of its
attendance, which is seen after the game, and e the luck of show rate and sales per head, which is its own. Scores of
attendance are jointly normal with the correlations of `forecast.scenarios`, so what is known of later games after some
are seen has a closed form. Quantiles lie on straight lines between `LEVELS`, by normal score.

Functions take `xp`, numpy or jax.numpy, so that decisions and training use the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.forecast.scenarios import MEASURED, Dependence
from gatecast.normal import normal_quantiles

__all__ = [
    "LEVELS",
    "SCORES",
    "Belief",
    "condition",
    "quantile_at",
    "score_covariance",
    "scores_of",
    "shifted",
    "spread_points",
]

Array = Any
"""An array of numpy or of JAX, or a module of either."""

FloatArray = npt.NDArray[np.float64]

LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
SCORES: FloatArray = normal_quantiles(np.array(LEVELS))
POINTS = 32
"""Equally likely points from which means and spreads are taken."""
POINT_SCORES = normal_quantiles((np.arange(POINTS) + 0.5) / POINTS)
SMALLEST = 1e-9


def quantile_at(quantiles: Array, score: Array, xp: Array = np) -> Array:
    """Return quantiles at normal scores, by straight lines, going on beyond the outermost; never below 0.

    Parameters
    ----------
    quantiles : array, shape (..., levels)
        At the levels of `LEVELS`.
    score : array, shape (...)
    xp : module
        numpy or jax.numpy.

    Examples
    --------
    >>> float(quantile_at(SCORES + 10, np.array(0.5)))
    10.5
    """
    slopes = (quantiles[..., 1:] - quantiles[..., :-1]) / (SCORES[1:] - SCORES[:-1])
    bends = slopes[..., 1:] - slopes[..., :-1]
    beyond = xp.maximum(score[..., None] - SCORES[1:-1], 0.0)
    value = quantiles[..., 0] + slopes[..., 0] * (score - SCORES[0]) + (bends * beyond).sum(axis=-1)
    return xp.maximum(value, 0.0)


def spread_points(quantiles: Array, xp: Array = np) -> Array:
    """Return `POINTS` equally likely values of each distribution, shape (..., points)."""
    return quantile_at(quantiles[..., None, :], xp.asarray(POINT_SCORES), xp)


def scores_of(values: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Return the normal score of each value under its quantiles, shape (games,).

    Where quantiles are equal, such as at capacity, it is the middle of the scores that give this value.

    Parameters
    ----------
    values : ndarray of float, shape (games,)
    quantiles : ndarray of float, shape (games, levels)
    """
    out = np.empty(len(values))
    ties = np.arange(len(LEVELS)) * SMALLEST
    for row, (value, knots) in enumerate(zip(values, quantiles, strict=True)):
        low, high = (np.interp(value, knots + sign * ties * max(value, 1.0), SCORES) for sign in (0.0, 1.0))
        same = np.flatnonzero(np.abs(knots - value) <= SMALLEST * max(value, 1.0))
        out[row] = SCORES[same].mean() if len(same) else (low + high) / 2
        outer = (0, 1) if value < knots[0] else (-1, -2)
        if value < knots[0] or value > knots[-1]:
            slope = (knots[outer[0]] - knots[outer[1]]) / (SCORES[outer[0]] - SCORES[outer[1]])
            out[row] = SCORES[outer[0]] + (value - knots[outer[0]]) / max(slope, SMALLEST)
    return np.clip(out, -4.0, 4.0)


def score_covariance(days: FloatArray, leads: FloatArray, dependence: Dependence = MEASURED) -> FloatArray:
    """Return the covariance of the scores of attendance of games of one club, with variance 1.

    Parameters
    ----------
    days, leads : ndarray of float, shape (games,)
        Day of each game, and days from its forecast's cutoff to it.
    dependence : Dependence
    """
    days, leads = np.round(days), np.maximum(np.round(leads), 1.0)
    shared = dependence.shared(days, days - leads) + dependence.idiosyncratic * np.eye(len(days))
    scale = np.sqrt(np.diag(shared))
    covariance: FloatArray = shared / np.outer(scale, scale)
    return covariance


def condition(scores: Array, covariance: Array, seen: Array, xp: Array = np) -> tuple[Array, Array]:
    """Return mean and standard deviation of every score after each number of games.

    Parameters
    ----------
    scores : array, shape (..., games)
        Scores of attendance; those not seen are not read.
    covariance : array, shape (..., games, games)
    seen : array of bool, shape (..., games)
        False for a game that was not played.

    Returns
    -------
    mean, deviation : array, shape (..., games + 1, games)
        The first axis counts games played; the games already seen have their score and 0.
    """
    games = scores.shape[-1]
    mean = xp.zeros_like(scores)
    means, variances = [mean], [xp.diagonal(covariance, axis1=-2, axis2=-1)]
    for game in range(games):
        column = covariance[..., :, game]
        there = seen[..., game, None] & (column[..., game, None] > SMALLEST)
        gain = xp.where(there, column / xp.maximum(column[..., game, None], SMALLEST), 0.0)
        missed = xp.where(seen[..., game], scores[..., game], 0.0) - mean[..., game]
        mean = mean + gain * missed[..., None]
        covariance = covariance - gain[..., :, None] * column[..., None, :]
        means.append(mean)
        variances.append(xp.diagonal(covariance, axis1=-2, axis2=-1))
    deviation = xp.sqrt(xp.maximum(xp.stack(variances, axis=-2), 0.0))
    return xp.stack(means, axis=-2), deviation


def shifted(quantiles: Array, weight: Array, mean: Array, deviation: Array, xp: Array = np) -> Array:
    """Return quantiles of need once attendance has the given mean and deviation of score, shape (..., levels)."""
    centre, width = weight * mean, xp.sqrt(weight**2 * deviation**2 + 1.0 - weight**2)
    return quantile_at(quantiles[..., None, :], centre[..., None] + width[..., None] * SCORES, xp)


@dataclass(frozen=True)
class Belief:
    """The first forecast of what is asked for at each game, and how games go together.

    Parameters
    ----------
    quantiles : ndarray of float, shape (games, levels)
        Cases asked for if the game is played, at `LEVELS`.
    covariance : ndarray of float, shape (games, games)
        Of the scores of attendance, with variance 1.
    weight : ndarray of float, shape (games,)
        Correlation of need with attendance, by normal score.
    p_postponed : ndarray of float, shape (games,)
        Chance that the game is not played on its day.
    """

    quantiles: FloatArray
    covariance: FloatArray
    weight: FloatArray
    p_postponed: FloatArray

    def __len__(self) -> int:
        return len(self.quantiles)

    def given(self, history: tuple[float, ...]) -> FloatArray:
        """Return the quantiles of need of all games after some are seen; 0 for those seen.

        Parameters
        ----------
        history : tuple of float
            Scores of the attendance of the first games; NaN for one not played.

        Returns
        -------
        ndarray of float, shape (games, levels)
        """
        out = np.zeros_like(self.quantiles)
        later = np.arange(len(history), len(self))
        mean, left = self._later(history)
        deviation = np.sqrt(np.maximum(np.diag(left), 0.0))
        out[later] = shifted(self.quantiles[later], self.weight[later], mean, deviation)
        return out

    def later_covariance(self, history: tuple[float, ...]) -> FloatArray:
        """Return the covariance of the scores of the games not yet seen, shape (games left, games left)."""
        return self._later(history)[1]

    def _later(self, history: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of the scores of the games not yet seen."""
        later = np.arange(len(history), len(self))
        used = np.flatnonzero(~np.isnan(np.array(history, np.float64)))
        gain = self.covariance[np.ix_(later, used)] @ np.linalg.pinv(self.covariance[np.ix_(used, used)])
        left = self.covariance[np.ix_(later, later)] - gain @ self.covariance[np.ix_(used, later)]
        return gain @ np.array(history, np.float64)[used], left

    def draw(
        self, random: np.random.Generator, count: int, history: tuple[float, ...] = ()
    ) -> tuple[FloatArray, FloatArray]:
        """Draw outcomes of the games not yet seen.

        Returns
        -------
        scores, need : ndarray of float, shape (count, games)
            Scores of attendance (NaN where postponed; those seen as they were), and cases asked for (0 where postponed
            or seen).
        """
        known, games = len(history), len(self)
        seen = np.array([*history, *[np.nan] * (games - known)])
        mean, left = self._later(history)
        root = np.linalg.cholesky(left + 1e-9 * np.eye(games - known))
        scores = np.tile(seen, (count, 1))
        scores[:, known:] = mean + random.standard_normal((count, games - known)) @ root.T
        postponed = random.random((count, games)) < self.p_postponed
        scores[:, known:][postponed[:, known:]] = np.nan
        need = self.need_at(scores, random)
        need[:, :known] = 0.0
        return scores, need

    def need_at(self, scores: FloatArray, random: np.random.Generator) -> FloatArray:
        """Draw the cases asked for where attendance has these scores, shape (count, games); 0 where it is NaN."""
        luck = random.standard_normal(scores.shape)
        total = self.weight * np.nan_to_num(scores) + np.sqrt(1 - self.weight**2) * luck
        need = quantile_at(np.broadcast_to(self.quantiles, (*scores.shape, len(LEVELS))), total)
        return np.where(np.isnan(scores), 0.0, need)
