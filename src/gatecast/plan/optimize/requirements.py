"""Staff, stock and transport: what each game needs, and the choice that costs least over the whole forecast.

What is believed of the crowd gives the needs, the needs give the choice, and the choice costs what the needs that came
make of it. Choice and cost stand apart, so that a choice made under one belief can be costed under another.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gatecast.plan.demand.crowd import Crowd, times
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.operations.model import Operations, StockItem
from gatecast.plan.optimize.inventory import case_costs
from gatecast.plan.optimize.need import Decision, LinkedStock, Need
from gatecast.plan.optimize.staffing import by_rule, shift_costs, shifts_needed
from gatecast.plan.optimize.transport import vehicle_costs, vehicles_needed

__all__ = ["KINDS", "STAFF", "STOCK", "TRANSPORT", "UNITS", "Decision", "Need", "decide", "needs"]

IntArray = npt.NDArray[np.int64]

STAFF, STOCK, TRANSPORT = "staff", "stock", "transport"
KINDS = (STAFF, STOCK, TRANSPORT)
UNITS = {STAFF: "shifts", STOCK: "cases", TRANSPORT: "vehicles"}


def decide(crowd: Crowd, operations: Operations, days: GameDays | None = None) -> Iterator[Decision]:
    """The best choice for every role, item and service, one at a time.

    Parameters
    ----------
    crowd : Crowd
    operations : Operations
    days : GameDays, optional
        When the games are played; nothing ties them together if not given.
    """
    for need in needs(crowd, operations, days):
        yield need.decide()


def needs(crowd: Crowd, operations: Operations, days: GameDays | None = None) -> Iterator[Need]:
    """What the crowd asks of every role, item and service, one at a time, in the order of the file.

    Parameters
    ----------
    crowd : Crowd
    operations : Operations
    days : GameDays, optional
        When the games are played; nothing ties them together if not given.
    """
    days = GameDays.apart(len(crowd)) if days is None else days
    none = np.zeros(len(crowd), np.int64)
    for role in operations.staff:
        rule = by_rule(role, crowd, operations.crowd.minimum_certainty)
        yield Need(STAFF, role, shifts_needed(role, crowd), shift_costs(role), rule, days)
    for item in operations.stock:
        yield _stock(item, crowd, days, none)
    for service in operations.transport:
        yield Need(TRANSPORT, service, vehicles_needed(service, crowd), vehicle_costs(service), none, days)


def _stock(item: StockItem, crowd: Crowd, days: GameDays, none: IntArray) -> Need:
    cases = times(crowd.people, item.sold_per_head, item.sold_per_head_spread) / item.case_size
    kind = LinkedStock if item.shelf_life_days > 1 or item.delivery_days else Need
    return kind(STOCK, item, cases, case_costs(item), none, days)
