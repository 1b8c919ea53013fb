"""How the errors of forecasts go together, by the days between games and the leads of their forecasts.

Two forecasts err together by what neither could know. Every day brings a club news; news h days old moves a gate by
`f(h)`: most of it on the day itself, a trace for a day or two (the same visitor, the same weather), a smaller one for
months (the standings, the mood). A forecast lacks the news that came after its cut-off, so the further ahead it is, the
more it shares with its neighbours; and a game whose gate was known to the other's forecast shares little with it. That
is the innovations form of a state space model (Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential Smoothing,
2008, chapters 2 and 6). To it comes a lasting part, which forecasts are slow to learn. Clubs share a small part of all.

The covariance of two games is an inner product of the news that each lacks, plus an exponential in the days between:
positive definite for any days and any leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = ["MEASURED", "Dependence"]

Floats = npt.NDArray[np.float64]

LONGEST = 400
"""Days after which news makes no difference, and beyond which a lead is taken for this one."""


@dataclass(frozen=True)
class Dependence:
    """Dependence of forecast errors, in units of the standard deviation of a game's own luck and news of its day.

    Parameters
    ----------
    on_day : float
        How far the news of the day moves the gate of that day, 0 to 1; the rest is the luck of one game alone.
    trace, trace_days : float
        How far news moves a gate later, and the days in which that falls to a third (1/e).
    level, level_days : float
        The same for the part that stays for months.
    lasting : float
        Variance that no forecast is free of; it too falls with the days between games, in `level_days`.
    league : float
        Share of all this that clubs have in common.
    """

    on_day: float
    trace: float
    trace_days: float
    level: float
    level_days: float
    lasting: float
    league: float

    @property
    def own(self) -> float:
        """Variance of what moves one game alone."""
        return 1.0 - self.on_day**2

    def shared(self, days: Floats, cutoffs: Floats) -> Floats:
        """Covariance of games of one club without `own`, shape (games, games).

        Parameters
        ----------
        days, cutoffs : ndarray of float, shape (games,)
            Day of each game and the last day known to its forecast, in whole days.
        """
        apart = np.abs(days[:, None] - days)
        unknown = np.minimum(days[:, None], days) - np.maximum(cutoffs[:, None], cutoffs)
        return self.covariance(apart, unknown)

    def covariance(self, apart: Floats, unknown: Floats) -> Floats:
        """Covariance of two games of a club, of any shape.

        Parameters
        ----------
        apart : ndarray of float
            Days between the games.
        unknown : ndarray of float
            Days up to the earlier game, that day included, that neither forecast knew; 0 or less where its gate was
            known to the other's forecast.
        """
        days = np.clip(apart, 0, LONGEST - 1).astype(np.int64)
        lacking = np.clip(unknown, 0, LONGEST).astype(np.int64)
        covariance: Floats = self._news[days, lacking] + self.lasting * np.exp(-apart / self.level_days)
        return covariance

    def variance(self, leads: Floats) -> Floats:
        """Variance of a game's error, shape (games,); at least one day of news is unknown to any forecast."""
        return self.own + self.covariance(np.zeros(len(leads)), np.maximum(leads, 1.0))

    def correlation(self, apart: Floats, earlier: Floats, later: Floats) -> Floats:
        """Correlation of the errors of two games of a club, of any shape.

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
        moved = self.trace * np.exp(-age / self.trace_days) + self.level * np.exp(-age / self.level_days)
        moved[0] = self.on_day
        both = np.stack([moved[:LONGEST] * moved[apart : apart + LONGEST] for apart in range(LONGEST)])
        return np.concatenate([np.zeros((LONGEST, 1)), both.cumsum(axis=1)], axis=1)


MEASURED = Dependence(
    on_day=0.582, trace=1.27, trace_days=0.788, level=0.0984, level_days=106.0, lasting=0.15, league=0.032
)
"""Fitted to the errors of 2013 to 2017, forecast by a network trained through 2012: 1,144,583 pairs of forecasts.

`python benchmarks/homestands.py runs/games.parquet runs/development.parquet --fit` prints it; docs/scenarios.md has the
table.
"""
