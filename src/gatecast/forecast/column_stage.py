"""What custom columns add to a forecast once some are known and others are not, and how wide its ranges are then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.column_reading import ColumnReading
from gatecast.forecast.combination import MIDDLE, CombinationSettings, spread_about
from gatecast.forecast.past_forecasts import PastForecasts
from gatecast.forecast.ridge import Ridge

__all__ = ["ColumnStage"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

FEW = 20
"""Past forecasts up to which what the networks read is taken whatever it gained."""


@dataclass(frozen=True)
class ColumnStage:
    """Hold what was learned of forecasts of which some columns are known and no others.

    Parameters
    ----------
    known : ndarray of int, shape (known columns,)
        Numbers of the columns.
    reading : ColumnReading or None
        What the pretrained networks read of them.
    share : float
        How much of the reading is taken: all where it would have helped, and where there are few games.
    ridge : Ridge or None
        What is still missed, where a ridge would have helped.
    width : float
        Factor of the ranges.
    gains : ndarray of float, shape (known columns,)
        By how much each column narrows ranges, as a logarithm of at least 0.
    """

    known: Rows
    reading: ColumnReading | None
    share: float
    ridge: Ridge | None
    width: float
    gains: Floats

    @classmethod
    def untaught(cls, known: Rows, reading: ColumnReading | None, settings: CombinationSettings) -> ColumnStage:
        """Return the stage of a table with too few games to learn from: what the networks read is taken."""
        return cls(known, reading, 1.0, None, settings.width, np.ones(len(known)))

    @classmethod
    def fit(
        cls,
        past: PastForecasts,
        known: Rows,
        without: Floats,
        reading: ColumnReading | None,
        settings: CombinationSettings,
    ) -> ColumnStage:
        """Learn from past forecasts.

        Parameters
        ----------
        past : PastForecasts
        known : ndarray of int, shape (known columns,)
        without : ndarray of float, shape (forecasts, levels)
            What was forecast of them without the columns.
        reading : ColumnReading, optional
        settings : CombinationSettings
        """
        columns = np.zeros((len(without), 0)) if past.columns is None else past.columns
        seen = np.flatnonzero(np.isfinite(columns[:, known]).any(axis=1))
        past, columns, without = past.take(seen), columns[seen], without[seen]
        y, near, middle = past.log_attendance, past.near, without[:, MIDDLE].copy()
        narrowing, gains, share = np.ones(len(y)), np.zeros(len(known)), 1.0
        if reading is not None:
            shift, log_factor = reading.read(past.games.home, _only(columns, known), without, past.cutoffs)
            moved = shift.sum(axis=1)
            share = _share(np.abs(y - middle) - np.abs(y - middle - moved), past.trust)
            middle, narrowing = middle + share * moved, np.exp(share * log_factor)
            narrower = -share * float(log_factor.mean()) if len(y) else 0.0
            gains = narrower * _parts(np.abs(shift[:, known]).sum(axis=0))
        settings_of_ridge = settings.ridge if reading is None else settings.ridge_beside
        ridge = Ridge.fit(columns[near][:, known], middle[near], y[near], past.trust[near], settings_of_ridge)
        if ridge is not None:
            correction, used = ridge.correction(columns[:, known], middle)
            middle = middle + correction
            left_out = np.flatnonzero(near)[ridge.known]
            middle[left_out] = y[left_out] - ridge.left_out
            narrowing = np.where(used, narrowing * ridge.narrower, narrowing)
            gains = gains - np.log(ridge.narrower) * _parts(np.abs(ridge.effect[:-1]))
        width = (
            past.needed_width(middle, spread_about(without, middle, narrowing), settings) if len(y) else settings.width
        )
        return cls(known, reading, share, ridge, width, gains)

    def apply(self, home: Ints, columns: Floats, without: Floats) -> tuple[Floats, Floats]:
        """Return what the columns move each forecast by, and the factor of its ranges beside `width`.

        Parameters
        ----------
        home : ndarray of int, shape (queries,)
        columns : ndarray of float, shape (queries, numbers)
        without : ndarray of float, shape (queries, levels)
            What is forecast without the columns.
        """
        moved, narrowing = np.zeros(len(columns)), np.ones(len(columns))
        if self.reading is not None:
            shift, log_factor = self.reading.read(home, _only(columns, self.known), without)
            moved, narrowing = self.share * shift.sum(axis=1), np.exp(self.share * log_factor)
        if self.ridge is not None:
            correction, used = self.ridge.correction(columns[:, self.known], without[:, MIDDLE] + moved)
            moved, narrowing = moved + correction, np.where(used, narrowing * self.ridge.narrower, narrowing)
        return moved, narrowing


def _only(columns: Floats, known: Rows) -> Floats:
    """Return the columns with those not among the known ones unknown."""
    out = np.full(columns.shape, np.nan)
    out[:, known] = columns[:, known]
    return out


def _parts(effects: Floats) -> Floats:
    """Return effects as parts of the largest."""
    out: Floats = effects / max(float(effects.max(initial=0.0)), 1e-9)
    return out


def _share(gains: Floats, trust: Floats) -> float:
    """Return how much of a reading is taken, by what it gained in past games: all of it where that is more than chance.

    Few games cannot tell; what the networks learned from many clubs then counts.
    """
    if len(gains) <= FEW:
        return 1.0
    weight = trust / trust.sum()
    mean = float(gains @ weight)
    error = float(np.sqrt(((gains - mean) ** 2 * weight**2).sum()))
    return float(max(FEW / len(gains), np.clip(mean / max(error, 1e-9), 0.0, 1.0)))
