"""Correct forecasts by the custom columns known so far, and set the width of their ranges."""

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
"""Past games up to which what the networks read is taken whatever it gained, and after which narrower ranges are
trusted by half, as is a ridge beside the reading."""


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
        Where a ridge on the columns would have helped.
    part : float
        Part of the ridge in what they add: all of it without a reading, the more beside one the more games tell.
    width : float
        Factor of the ranges.
    gains : ndarray of float, shape (known columns,)
        By how much each column narrows ranges, as a logarithm of at least 0.
    """

    known: Rows
    reading: ColumnReading | None
    share: float
    ridge: Ridge | None
    part: float
    width: float
    gains: Floats

    @classmethod
    def untaught(cls, known: Rows, reading: ColumnReading | None, settings: CombinationSettings) -> ColumnStage:
        """Return the stage of a table with too few games to learn from: what the networks read is taken."""
        return cls(known, reading, 1.0, None, 0.0, settings.width, np.ones(len(known)))

    @classmethod
    def fit(
        cls,
        past: PastForecasts,
        known: Rows,
        without: Floats,
        reading: ColumnReading | None,
        *,
        settings: CombinationSettings,
        width: float,
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
        width : float
            Factor of the ranges where no column is known; a smaller one is drawn to it if few games tell.
        """
        columns = np.zeros((len(without), 0)) if past.columns is None else past.columns
        seen = np.flatnonzero(np.isfinite(columns[:, known]).any(axis=1))
        past, columns, without = past.take(seen), columns[seen], without[seen]
        y, near, middle = past.log_attendance, past.near, without[:, MIDDLE]
        moved, log_factor, share, gains = np.zeros(len(y)), np.zeros(len(y)), 1.0, np.zeros(len(known))
        if reading is not None:
            shift, read_factor = reading.read(past.games.home, _only(columns, known), without, past.cutoffs)
            gained = np.abs(y - middle) - np.abs(y - middle - shift.sum(axis=1))
            share = _share(gained, past.trust, past.rows)
            moved, log_factor = share * shift.sum(axis=1), share * read_factor
            narrower = max(-float(log_factor.mean()), float(np.abs(moved).mean())) if len(y) else 0.0
            gains = _gains(narrower, np.abs(shift[:, known]).sum(axis=0))
        games = len(np.unique(past.rows))
        part = 1.0 if reading is None else games / (games + FEW)
        settings_of_ridge = settings.ridge if reading is None else settings.ridge_beside
        ridge = Ridge.fit(columns[near][:, known], middle[near], y[near], past.trust[near], settings_of_ridge)
        if ridge is not None:
            correction, used = ridge.correction(columns[:, known], middle)
            left_out = np.flatnonzero(near)[ridge.known]
            correction[left_out] = (y - middle)[left_out] - ridge.left_out
            moved = moved + part * used * (correction - moved)
            log_factor = log_factor + part * used * (np.log(ridge.narrower) - log_factor)
            gains = np.maximum(gains, _gains(-float(np.log(ridge.narrower)), np.abs(ridge.effect[:-1])))
        middle, narrowing = middle + moved, np.exp(log_factor)
        if games:
            needed = past.needed_width(middle, spread_about(without, middle, narrowing), settings)
            width *= (needed / width) ** (games / (games + FEW) if needed < width else 1.0)
        return cls(known, reading, share, ridge, part, width, gains)

    def apply(self, home: Ints, columns: Floats, without: Floats) -> tuple[Floats, Floats]:
        """Return what the columns move each forecast by, and the factor of its ranges beside `width`.

        Parameters
        ----------
        home : ndarray of int, shape (queries,)
        columns : ndarray of float, shape (queries, numbers)
        without : ndarray of float, shape (queries, levels)
            What is forecast without the columns.
        """
        moved, log_factor = np.zeros(len(columns)), np.zeros(len(columns))
        if self.reading is not None:
            shift, read_factor = self.reading.read(home, _only(columns, self.known), without)
            moved, log_factor = self.share * shift.sum(axis=1), self.share * read_factor
        if self.ridge is not None:
            correction, used = self.ridge.correction(columns[:, self.known], without[:, MIDDLE])
            moved = moved + self.part * used * (correction - moved)
            log_factor = log_factor + self.part * used * (np.log(self.ridge.narrower) - log_factor)
        return moved, np.exp(log_factor)


def _only(columns: Floats, known: Rows) -> Floats:
    """Return the columns with those not among the known ones unknown."""
    out = np.full(columns.shape, np.nan)
    out[:, known] = columns[:, known]
    return out


def _gains(narrower: float, effects: Floats) -> Floats:
    """Return what the column of the largest effect narrows ranges by, and of it the part of each other one."""
    out: Floats = narrower * effects / max(float(effects.max(initial=0.0)), 1e-9)
    return out


def _share(gains: Floats, trust: Floats, rows: Rows) -> float:
    """Return how much of a reading is taken, by what it gained in past games: all if that is above its standard error.

    Few games cannot tell; what the networks learned from many clubs counts the more then.
    """
    games, of_game = np.unique(rows, return_inverse=True)
    if len(games) <= FEW:
        return 1.0
    weight = np.bincount(of_game, trust)
    each = np.bincount(of_game, trust * gains) / weight
    weight = weight / weight.sum()
    mean = float(each @ weight)
    error = float(np.sqrt(((each - mean) ** 2 * weight**2).sum()))
    return float(max(FEW / len(games), np.clip(mean / max(error, 1e-9), 0.0, 1.0)))
