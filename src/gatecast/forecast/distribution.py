"""From the parameters of an ensemble to the distribution of each game's attendance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.prepare import Arrays, Preparation
from gatecast.train.calibration_errors import interquartile_range
from gatecast.train.climatology import Climatology
from gatecast.train.model import LARGEST_BLOCK, TrainedModel

__all__ = ["AttendanceDistribution", "DemandForecast", "demand_at", "demand_of"]

Floats = npt.NDArray[np.float64]

POINTS = 200
GAMES_AT_ONCE = 16 * LARGEST_BLOCK
"""Whole blocks, so that games share theirs with the same others as in one go."""


class AttendanceDistribution(ABC):
    """The distribution of attendance at some games, in people: the smaller of demand and capacity.

    Attributes
    ----------
    capacity : ndarray of float, shape (games,)
        The most people the venue is known to hold; infinite if nothing tells.
    stated_seats : ndarray of float, shape (games,)
        People at which a game counts as sold out.
    """

    capacity: Floats
    stated_seats: Floats

    @abstractmethod
    def demand(self, levels: npt.ArrayLike) -> Floats:
        """Return quantiles of unconstrained demand, shape (games, levels), at least 0."""

    def attendance(self, levels: npt.ArrayLike) -> Floats:
        """Return quantiles of attendance, shape (games, levels), from 0 to capacity."""
        return np.minimum(self.demand(levels), self.capacity[:, None])

    @cached_property
    def mean(self) -> Floats:
        """Expected attendance, shape (games,)."""
        mean: Floats = np.minimum(self._points, self.capacity[:, None]).mean(axis=1)
        return mean

    @cached_property
    def sell_out(self) -> Floats:
        """Chance that demand reaches the seats, shape (games,)."""
        reached = (self._points >= self.stated_seats[:, None]).sum(axis=1)
        below = np.clip(POINTS - reached, 1, POINTS - 1)
        games = np.arange(len(self.stated_seats))
        left, right = self._points[games, below - 1], self._points[games, below]
        share = np.clip((self.stated_seats - left) / np.maximum(right - left, 1e-9), 0.0, 1.0)
        inside = 1.0 - (below - 0.5 + share) / POINTS
        return np.where(reached == 0, 0.0, np.where(reached == POINTS, 1.0, inside))

    @cached_property
    def turned_away(self) -> Floats:
        """Expected demand beyond capacity, shape (games,)."""
        beyond: Floats = np.maximum(self._points - self.capacity[:, None], 0.0).mean(axis=1)
        return beyond

    @cached_property
    def _points(self) -> Floats:
        """Equally likely values of demand, shape (games, points)."""
        return self.demand((np.arange(POINTS) + 0.5) / POINTS)


@dataclass(frozen=True)
class DemandForecast(AttendanceDistribution):
    """Demand for some games as the average of an ensemble's members, corrected by calibration.

    The members' quantile functions are averaged level by level (Vincent 1912), which keeps the shape of each where an
    average of densities would smear them.

    Parameters
    ----------
    parameters : ndarray of float32, shape (members, games, 4)
        Of each member's distribution, on the scale where `capacity` is 1.
    capacity : ndarray of float, shape (games,)
        The most people the venue is known to hold.
    stated_seats : ndarray of float, shape (games,)
        People at which a game counts as sold out: the stated seats, or `capacity` where none are stated.
    climatology : Climatology
        Takes the larger part of the average where the network was trained on few games.
    shifts : ndarray of float, shape (games, 7), or None
        Corrections by calibration of the quantiles at `QUANTILE_LEVELS`, in interquartile ranges.
    """

    parameters: npt.NDArray[np.float32]
    capacity: Floats
    stated_seats: Floats
    climatology: Climatology
    shifts: Floats | None = None

    def demand(self, levels: npt.ArrayLike) -> Floats:
        """Return quantiles of unconstrained demand, shape (games, levels), at least 0."""
        wanted = np.asarray(levels, np.float64)
        fill = self.averaged(wanted)
        if self.shifts is not None:
            shift = self.shifts @ _weights_between(wanted).T
            fill = np.sort(
                fill + shift * interquartile_range(self.averaged(np.array(QUANTILE_LEVELS)))[:, None], axis=1
            )
        demand: Floats = np.maximum(fill * self.capacity[:, None], 0.0)
        return demand

    def averaged(self, levels: Floats) -> Floats:
        """Return quantiles of demand before calibration, in units of `capacity`, shape (games, levels)."""
        from gatecast.networks.demand import demand_quantiles

        members = [np.asarray(demand_quantiles(each, levels), np.float64) for each in self.parameters]
        fill: Floats = np.mean(members, axis=0)
        share = self.climatology.weight
        return (1.0 - share) * fill + share * self.climatology.quantiles(levels) if share else fill


def demand_of(
    model: TrainedModel,
    arrays: Arrays,
    shifts: Floats | None = None,
    *,
    parts: Sequence[npt.NDArray[np.intp]] = (),
) -> DemandForecast:
    """Return the demand for the games of `arrays` by a trained model.

    Parameters
    ----------
    model : TrainedModel
    arrays : Arrays
        Values known of each game at its cutoff.
    shifts : ndarray of float, shape (games, 7), optional
        Calibration, in interquartile ranges; none if not given.
    parts : sequence of ndarray of int
        As `TrainedModel.parameters` takes them.
    """
    capacity = model.encoding.capacities(arrays).astype(np.float64)
    stated = arrays.stated_seats.astype(np.float64)
    seats = np.where(stated > 0, stated, capacity)
    return DemandForecast(model.parameters(arrays, parts=parts), capacity, seats, model.climatology, shifts)


def demand_at(
    model: TrainedModel, preparation: Preparation, cutoffs: npt.NDArray[np.int32], rows: npt.NDArray[np.intp]
) -> DemandForecast:
    """Return the demand for games at their own cutoffs, not calibrated, without the arrays of all of them in memory.

    Parameters
    ----------
    model : TrainedModel
    preparation : Preparation
    cutoffs : ndarray of int32, shape (games,)
    rows : ndarray of int, shape (games,)
    """
    parts = []
    for begin in range(0, max(len(rows), 1), GAMES_AT_ONCE):
        some = slice(begin, begin + GAMES_AT_ONCE)
        parts.append(demand_of(model, preparation.at(cutoffs[some], rows[some])))
    if len(parts) == 1:
        return parts[0]
    return DemandForecast(
        np.concatenate([part.parameters for part in parts], axis=1),
        np.concatenate([part.capacity for part in parts]),
        np.concatenate([part.stated_seats for part in parts]),
        model.climatology,
    )


def _weights_between(levels: Floats) -> Floats:
    """Return weights of linear interpolation from `QUANTILE_LEVELS` to other levels, shape (levels, 7)."""
    return np.stack([np.interp(levels, QUANTILE_LEVELS, row) for row in np.eye(len(QUANTILE_LEVELS))], axis=1)
