"""Climatology, the distribution of past attendance: the forecast to fall back on if games are too few to train on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

__all__ = ["Climatology"]

Floats = npt.NDArray[np.float64]

TRUSTED_GAMES = 60
"""With this many training games the network and the climatology weigh the same."""
NEGLIGIBLE = 0.002
"""Shares nearer to none or to all than this are taken for none or all."""


@dataclass(frozen=True)
class Climatology:
    """Mean and spread of the attendance trained on, as shares of the most each venue is known to hold.

    Parameters
    ----------
    centre, spread : float
        Mean and sample standard deviation.
    games : int
    """

    centre: float
    spread: float
    games: int

    @classmethod
    def fit(cls, attendance: npt.NDArray[np.int64], holds: Floats) -> Self:
        """Learn from attendance and what the venues hold, both of shape (games,)."""
        fill = attendance / holds
        return cls(float(fill.mean()), float(fill.std(ddof=1)), len(fill))

    @property
    def weight(self) -> float:
        """Share of the climatology in a forecast: all of it for a handful of games, none for a league's seasons."""
        share = 1.0 / (1.0 + (self.games / TRUSTED_GAMES) ** 3)
        return round(share) if min(share, 1.0 - share) < NEGLIGIBLE else share

    def quantiles(self, levels: npt.ArrayLike) -> Floats:
        """Return quantiles of the next game's attendance as a share, shape (levels,).

        The predictive distribution of a normal sample of unknown mean and spread: Student's t, widened for the error of
        the mean (Geisser 1993, Predictive Inference, section 2.2).
        """
        widened = self.spread * np.sqrt(1.0 + 1.0 / self.games)
        from scipy.special import stdtrit

        out: Floats = self.centre + widened * stdtrit(self.games - 1, np.asarray(levels))
        return out
