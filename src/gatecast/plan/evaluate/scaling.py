"""Operations written for one ballpark, scaled to the size of another."""

from __future__ import annotations

import math

from gatecast.plan.operations.model import Operations
from gatecast.plan.optimize.newsvendor import ROUNDING

__all__ = ["REFERENCE_SEATS", "scaled_operations"]

REFERENCE_SEATS = 40_000
"""Seats of the ballpark that the default operations are written for: the median of the majors, 41,900, rounded.

Their fleets are about twice what a sold-out ballpark of that size needs.
"""


def scaled_operations(operations: Operations, seats: float, reference: float = REFERENCE_SEATS) -> Operations:
    """Return the operations scaled to a number of seats.

    Only minimums, pools, fleets and stores depend on the size of a ballpark; they change in proportion, rounded up.
    Prices, ratios, times, sizes of cases and vehicles, shifts promised to a person and rules of one for so many people
    stay.

    Parameters
    ----------
    operations : Operations
    seats : float
        Seats of the ballpark.
    reference : float
        Seats of the ballpark that `operations` are written for.

    Examples
    --------
    >>> from gatecast.plan import default_operations
    >>> [service.fleet for service in scaled_operations(default_operations(), 10_000).transport]
    [10, 2, 5]
    """
    share = seats / reference

    def of(count: int) -> int:
        return math.ceil(count * share - ROUNDING)

    def limit(count: int | None) -> int | None:
        return None if count is None else of(count)

    return operations.replace(
        staff=tuple(
            role.replace(minimum=of(role.minimum), pool=limit(role.pool), call_in_pool=limit(role.call_in_pool))
            for role in operations.staff
        ),
        stock=tuple(item.replace(store_size=limit(item.store_size)) for item in operations.stock),
        transport=tuple(
            service.replace(minimum=of(service.minimum), fleet=limit(service.fleet)) for service in operations.transport
        ),
    )
