"""Calibration: intervals widened or narrowed by how far off forecasts were before, adapting as the season goes on.

Conformalised quantile regression (Romano, Patterson & Candès 2019): an interval is moved out by the quantile of past
misses that would have covered its share of them. Misses are those of the latest season held back from training, then
those of the current season as far as known at the cut-off, the latest ones only, so that the correction follows a drift
(Gibbs & Candès 2021 show why it must). The whole distribution also follows the current season's median error, by more
the more games tell of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.games.cutoff import Lead
from gatecast.train.held_back import LEVELS, HeldBack, days_of

__all__ = ["Calibration", "Seen"]

Floats = npt.NDArray[np.float64]

RECENT = 2000
"""Latest misses that a correction is taken from."""
SAME_LUCK = 0.5
"""Share of a correction that is made before any game of the season is seen: errors within a season go together, so that
one season held back tells less than its games are many. The rest comes with the first games seen."""
FEWEST = 60
"""With fewer, forecasts stay as they are."""
DRIFT_GAMES, DRIFT_TRUST = 300, 300
"""Latest games of the season that the drift is taken from, and the games that count half against no drift."""
MIDDLE = LEVELS.index(0.5)
PAIRS = tuple((i, len(LEVELS) - 1 - i) for i in range(MIDDLE))


@dataclass(frozen=True)
class Seen:
    """Errors on games that the model was not trained on, their gates known since.

    Parameters
    ----------
    days : ndarray of int, shape (games,)
        Day of each game, in order.
    cutoffs : ndarray of int, shape (games,)
        The last day known to each forecast.
    errors : ndarray of float, shape (games, 7)
        As in `HeldBack`.
    """

    days: npt.NDArray[np.int64]
    cutoffs: npt.NDArray[np.int64]
    errors: Floats

    @classmethod
    def nothing(cls) -> Seen:
        """No game seen."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, len(LEVELS))))


@dataclass(frozen=True)
class Calibration:
    """Corrections learned from errors at one lead.

    Parameters
    ----------
    prior : ndarray of float, shape (games, 7)
        Errors on the games held back, in order of day.
    """

    prior: Floats

    @classmethod
    def at_lead(cls, held_back: HeldBack, lead: Lead) -> Calibration:
        """From the errors at the training lead nearest to a lead."""
        return cls(held_back.errors[held_back.nearest(np.array([days_of(lead)]))[0]].astype(np.float64))

    def shifts(self, cutoffs: npt.NDArray[np.int64], seen: Seen) -> Floats:
        """What to add to the quantiles of `LEVELS`, in units of the interquartile range.

        Parameters
        ----------
        cutoffs : ndarray of int, shape (games,)
            The last day known to each forecast; only games of `seen` up to that day are used.
        seen : Seen

        Returns
        -------
        ndarray of float, shape (games, 7)
        """
        moved = seen.errors - self._drift(seen.cutoffs, seen)[:, None]
        drift = self._drift(cutoffs, seen)
        scores, before = _misses(moved), _misses(self.prior)
        out = np.empty((len(cutoffs), len(LEVELS)))
        days, place = np.unique(cutoffs, return_inverse=True)
        for i, day in enumerate(days):
            count = np.searchsorted(seen.days, day, "right")
            pool = np.concatenate([before, scores[:count]])[-RECENT:]
            out[place == i] = _corrections(pool) * (SAME_LUCK + (1.0 - SAME_LUCK) * min(count / DRIFT_GAMES, 1.0))
        return out + drift[:, None]

    @staticmethod
    def _drift(cutoffs: npt.NDArray[np.int64], seen: Seen) -> Floats:
        """Median error of the latest games known at each cut-off, drawn towards none, shape (cutoffs,)."""
        known = np.searchsorted(seen.days, cutoffs, "right")
        drift = {
            count: _drift_after(seen.errors[max(0, count - DRIFT_GAMES) : count, MIDDLE]) for count in np.unique(known)
        }
        return np.array([drift[count] for count in known], np.float64)


def _drift_after(errors: Floats) -> float:
    if not len(errors):
        return 0.0
    return float(np.median(errors)) * len(errors) / (len(errors) + DRIFT_TRUST)


def _misses(errors: Floats) -> Floats:
    """How far gates lay outside each interval (inside: below 0), shape (games, pairs)."""
    return np.stack([np.maximum(-errors[:, low], errors[:, high]) for low, high in PAIRS], axis=1)


def _corrections(misses: Floats) -> Floats:
    """What to add to each quantile so that each interval would have covered its share of the misses, shape (7,)."""
    out = np.zeros(len(LEVELS))
    count = len(misses)
    if count < FEWEST:
        return out
    for i, (low, high) in enumerate(PAIRS):
        share = LEVELS[high] - LEVELS[low]
        rank = min(int(np.ceil((count + 1) * share)), count) - 1
        outward = np.partition(misses[:, i], rank)[rank]
        out[low], out[high] = -outward, outward
    return out
