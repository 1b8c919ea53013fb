"""Errors of a network on games that it was not trained on, from which calibration learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from gatecast.games.cutoff import PRESEASON, Lead
from gatecast.games.forecast_columns import QUANTILE_LEVELS

__all__ = ["CalibrationErrors", "days_of", "interquartile_range", "scaled_errors", "scaled_errors_from_quantiles"]

Floats = npt.NDArray[np.float32]

LOWER, UPPER = QUANTILE_LEVELS.index(0.25), QUANTILE_LEVELS.index(0.75)
NARROWEST = 0.01
PRESEASON_DAYS = 130.0


@dataclass(frozen=True)
class CalibrationErrors:
    """Errors of quantiles on the season held back from the network that chose the number of epochs.

    Parameters
    ----------
    leads : tuple of int or "preseason"
    errors : ndarray of float32, shape (leads, games, 7)
        Attendance less each quantile of `QUANTILE_LEVELS`, in interquartile ranges of the forecast; in order of day.
    """

    leads: tuple[Lead, ...]
    errors: Floats

    @classmethod
    def of(cls, leads: Sequence[Lead], parameters: Floats, attended: Floats) -> Self:
        """Compute errors from parameters, shape (leads * games, 4), and attendance, shape (leads * games,)."""
        errors = scaled_errors(parameters, attended)
        return cls(tuple(leads), errors.reshape(len(leads), -1, len(QUANTILE_LEVELS)))

    def nearest(self, days_ahead: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the index of the lead nearest to each of `days_ahead` on a logarithmic scale, in the same shape."""
        known = np.log([days_of(lead) for lead in self.leads])
        apart = np.abs(np.log(np.maximum(days_ahead, 1.0))[:, None] - known)
        place: npt.NDArray[np.intp] = np.argmin(apart, axis=1)
        return place


def days_of(lead: Lead) -> float:
    """Return days before the game; of a forecast before the season, on average."""
    return PRESEASON_DAYS if lead == PRESEASON else float(lead)


def scaled_errors(parameters: Floats, attended: Floats) -> Floats:
    """Return attendance minus each quantile, in units of the interquartile range of demand.

    Parameters
    ----------
    parameters : ndarray, shape (games, 4)
        Of demand, on the scale where capacity is 1.
    attended : ndarray, shape (games,)
        Share of capacity.

    Returns
    -------
    ndarray of float32, shape (games, 7)
    """
    from gatecast.networks.demand import demand_quantiles

    demand = np.asarray(demand_quantiles(parameters, np.array(QUANTILE_LEVELS)))
    return scaled_errors_from_quantiles(demand, attended)


def scaled_errors_from_quantiles(demand: npt.NDArray[np.floating], attended: npt.NDArray[np.floating]) -> Floats:
    """Return scaled errors from quantiles of demand, shape (games, 7), and attendance, both shares of capacity."""
    out: Floats = (np.minimum(attended, 1.0)[:, None] - np.minimum(demand, 1.0)) / interquartile_range(demand)[:, None]
    return out.astype(np.float32)


def interquartile_range(demand: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return the interquartile range of demand, shape (games,), from its quantiles at `QUANTILE_LEVELS`."""
    return np.maximum(demand[:, UPPER] - demand[:, LOWER], NARROWEST)
