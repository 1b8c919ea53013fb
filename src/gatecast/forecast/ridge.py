"""Correct a forecast by a ridge regression of its errors on custom columns, used where it would have helped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gatecast.forecast.column_evidence import is_positive

__all__ = ["Ridge", "RidgeSettings"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RidgeSettings:
    """Say when a ridge is used, and how strongly it is drawn towards 0; chosen on development clubs.

    Parameters
    ----------
    penalties : sequence of float
        Tried penalties, of which the best on games left out is taken.
    fewest : int
        Games of which a column must be known for it to be used.
    worth : float
        Share of the error without the columns that the error with them must be below.
    certain : float
        Standard errors that the gain must be above, as noise brings gains too.
    """

    penalties: Sequence[float] = (0.3, 3.0, 15.0, 80.0)
    fewest: int = 8
    worth: float = 0.995
    certain: float = 1.5


@dataclass(frozen=True)
class Ridge:
    """Hold a ridge regression of the errors of forecasts on columns, in logarithms.

    Parameters
    ----------
    logs : ndarray of bool, shape (columns,)
        Columns that are read as logarithms.
    centre, spread, low, high : ndarray of float, shape (columns + 1,)
        Of each column, the forecast's own logarithm last; spread 0 where a column says nothing. Values are kept between
        low and high.
    effect : ndarray of float, shape (columns + 1,)
        Of a column of unit spread.
    constant : float
    narrower : float
        Error with the columns over error without.
    known : ndarray of bool
        Whether a column was known of each of the games learned from.
    left_out : ndarray of float
        Leave-one-out errors of the games of which one was known.
    """

    logs: npt.NDArray[np.bool_]
    centre: Floats
    spread: Floats
    low: Floats
    high: Floats
    effect: Floats
    constant: float
    narrower: float
    known: npt.NDArray[np.bool_]
    left_out: Floats

    @classmethod
    def fit(cls, x: Floats, middle: Floats, y: Floats, trust: Floats, settings: RidgeSettings) -> Ridge | None:
        """Learn from past games; None where no column would have helped.

        Parameters
        ----------
        x : ndarray of float, shape (games, columns)
            NaN where unknown.
        middle, y : ndarray of float, shape (games,)
            Logarithms of the forecast and of the attendance.
        trust : ndarray of float, shape (games,)
            Weight of each game.
        settings : RidgeSettings
        """
        known = np.atleast_1d(np.isfinite(x).any(axis=1))
        if known.sum() < settings.fewest:
            return None
        x, middle, errors, trust = x[known], middle[known], np.clip(y - middle, -1.5, 1.5)[known], trust[known]
        with np.errstate(all="ignore"):
            logs = np.array([_is_count(column) for column in x.T])
            values = _values(x, middle, logs)
            there = np.isfinite(values)
            count = np.maximum(there.sum(axis=0), 1)
            centre = np.where(there, values, 0.0).sum(axis=0) / count
            spread = np.sqrt(np.where(there, (values - centre) ** 2, 0.0).sum(axis=0) / count)
        spread[there.sum(axis=0) < settings.fewest] = 0.0
        spread[:-1][spread[:-1] < 1e-6] = 0.0
        if not logs.any():
            spread[-1] = 0.0
        if not (spread[:-1] > 0).any():
            return None
        low = np.where(there, values, np.inf).min(axis=0) - spread
        high = np.where(there, values, -np.inf).max(axis=0) + spread
        made = cls(logs, centre, spread, low, high, np.zeros(len(spread)), 0.0, 1.0, known, errors)
        design = made._design(x, middle)
        weight = np.sqrt(trust)
        constant = float(np.average(errors, weights=trust))
        rows, aim = design * weight[:, None], (errors - constant) * weight
        usual = float(np.average(np.abs(errors), weights=weight))
        best, out = settings.worth * usual, None
        for penalty in settings.penalties:
            solve = np.linalg.inv(rows.T @ rows + penalty * np.eye(rows.shape[1]))
            effect = solve @ (rows.T @ aim)
            leverage = np.einsum("ij,jk,ik->i", rows, solve, rows) + trust / trust.sum()
            left = (aim - rows @ effect) / np.maximum(1.0 - leverage, 1e-3) / weight
            error = float(np.average(np.abs(left), weights=weight))
            if error < best and _is_gain(np.abs(errors) - np.abs(left), weight, settings):
                best = error
                out = replace(
                    made,
                    effect=effect,
                    constant=constant,
                    narrower=float(np.clip(error / usual, 0.1, 1.0)),
                    left_out=left,
                )
        return out

    def correction(self, x: Floats, middle: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return what the columns move each forecast by, and where any of them is known."""
        known = np.atleast_1d(np.isfinite(x).any(axis=1))
        correction = np.clip(self.constant + self._design(x, middle) @ self.effect, -1.5, 1.5)
        return np.where(known, correction, 0.0), known

    def _design(self, x: Floats, middle: Floats) -> Floats:
        """Return the columns at unit spread, 0 where unknown, shape (games, columns + 1)."""
        with np.errstate(all="ignore"):
            scaled = (np.clip(_values(x, middle, self.logs), self.low, self.high) - self.centre) / self.spread
        return np.where((self.spread > 0) & np.isfinite(scaled), scaled, 0.0)


def _values(x: Floats, middle: Floats, logs: npt.NDArray[np.bool_]) -> Floats:
    """Return columns, those of `logs` as logarithms, beside the forecast's own, shape (games, columns + 1)."""
    return np.column_stack([np.where(logs, np.log(np.where(x > 0, x, np.nan)), x), middle])


def _is_count(column: Floats) -> bool:
    """Return whether a column has many positive numbers: read as logarithms then, beside the forecast's own."""
    return is_positive(column) and len(np.unique(column[column > 0])) > 6


def _is_gain(gains: Floats, weight: Floats, settings: RidgeSettings) -> bool:
    """Return whether gains of single games are more than chance, as columns of noise bring them."""
    share = weight / weight.sum()
    mean = float(gains @ share)
    return mean > settings.certain * float(np.sqrt(((gains - mean) ** 2 * share**2).sum()))
