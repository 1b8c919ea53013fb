"""Extra transport: how many vehicles the crowd fills, and what too many and too few cost.

A vehicle takes its seats on each of the whole trips that fit into the time in which the crowd must be away. Games do
not touch each other, so the newsvendor choice of each is exact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.plan.demand.crowd import Crowd, times
from gatecast.plan.operations.model import TransportService
from gatecast.plan.optimize.newsvendor import UnitCosts

__all__ = ["vehicle_costs", "vehicles_needed"]

FloatArray = npt.NDArray[np.float64]


def vehicles_needed(service: TransportService, crowd: Crowd) -> FloatArray:
    """Vehicles that those who want the service fill in time, shape (games, points)."""
    return times(crowd.people, service.share, service.share_spread, largest=1.0) / service.people_per_vehicle


def vehicle_costs(service: TransportService) -> UnitCosts:
    """What a vehicle of `service` costs, and what it costs to leave behind the people it would have taken."""
    return UnitCosts(unit=service.cost, missing=service.penalty * service.people_per_vehicle)
