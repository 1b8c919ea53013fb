"""Staff, stock and transport: what each game needs, and the choice that costs least over the whole forecast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.plan.crowd import Crowd, times
from gatecast.plan.newsvendor import ROUNDING, UnitCosts, best_choice, expected_cost, risk_short, worth_of_one_more
from gatecast.plan.operations import Operations, StaffRole, StockItem, TransportService

__all__ = ["KINDS", "STAFF", "STOCK", "TRANSPORT", "Decision", "Need", "decide", "needs"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Entry = StaffRole | StockItem | TransportService

STAFF, STOCK, TRANSPORT = "staff", "stock", "transport"
KINDS = (STAFF, STOCK, TRANSPORT)
UNITS = {STAFF: "shifts", STOCK: "cases", TRANSPORT: "vehicles"}


@dataclass(frozen=True)
class Need:
    """What each game asks of one role, item or service, and within which limits it is met.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    entry : StaffRole, StockItem or TransportService
    units : ndarray of float, shape (games, points)
        Equally likely needs, ascending, in shifts, cases or vehicles.
    costs : UnitCosts
    by_rule : ndarray of int, shape (games,)
        Fewest units by a rule of one for so many people; 0 where there is none.
    """

    kind: str
    entry: Entry
    units: FloatArray
    costs: UnitCosts
    by_rule: IntArray

    @property
    def fixed(self) -> int:
        """Fewest units at any game."""
        return 0 if isinstance(self.entry, StockItem) else self.entry.minimum

    @property
    def most(self) -> int | None:
        """Most units there are."""
        if isinstance(self.entry, StockItem):
            return None
        return self.entry.pool if isinstance(self.entry, StaffRole) else self.entry.fleet

    def choose(self, *, heed_rules: bool = True) -> IntArray:
        """The best choice, shape (games,); without the one-per rule if `heed_rules` is False."""
        least = np.maximum(self.by_rule, self.fixed) if heed_rules else self.fixed
        return best_choice(self.units, self.costs, least, self.most)

    def cost(self, choice: IntArray) -> FloatArray:
        """Expected cost of a choice, shape (games,)."""
        return expected_cost(self.units, choice, self.costs)


@dataclass(frozen=True)
class Decision:
    """The choice for one role, item or service at every game.

    Parameters
    ----------
    need : Need
    choice : ndarray of int, shape (games,)
    unlimited : ndarray of int, shape (games,)
        What the choice would be with no minimum, pool or fleet.
    expected_cost, risk_short, marginal_worth : ndarray of float, shape (games,)
        Money; chance of running short; money that one more unit would save, less its cost.
    """

    need: Need
    choice: IntArray
    unlimited: IntArray
    expected_cost: FloatArray
    risk_short: FloatArray
    marginal_worth: FloatArray


def decide(crowd: Crowd, operations: Operations) -> Iterator[Decision]:
    """The best choice for every role, item and service, one at a time."""
    for need in needs(crowd, operations):
        choice = need.choose()
        yield Decision(
            need=need,
            choice=choice,
            unlimited=best_choice(need.units, need.costs),
            expected_cost=need.cost(choice),
            risk_short=risk_short(need.units, choice),
            marginal_worth=worth_of_one_more(need.units, choice, need.costs),
        )


def needs(crowd: Crowd, operations: Operations) -> Iterator[Need]:
    """What the crowd asks of every role, item and service, one at a time, in the order of the file."""
    for role in operations.staff:
        yield _staff(role, crowd, operations.crowd.minimum_certainty)
    for item in operations.stock:
        yield _stock(item, crowd)
    for service in operations.transport:
        yield _transport(service, crowd)


def _staff(role: StaffRole, crowd: Crowd, certainty: float) -> Need:
    by_rule = np.zeros(len(crowd), np.int64)
    if role.minimum_one_per is not None:
        by_rule = np.ceil(crowd.quantile(certainty) / role.minimum_one_per - ROUNDING).astype(np.int64)
    costs = UnitCosts(unit=role.cost, missing=role.shortage_cost)
    return Need(STAFF, role, crowd.people / role.people_per_shift, costs, by_rule)


def _stock(item: StockItem, crowd: Crowd) -> Need:
    sold = times(crowd.people, item.sold_per_head, item.sold_per_head_spread)
    lost_sale, leftover = item.price - item.unit_cost, item.unit_cost - item.salvage
    costs = UnitCosts(unit=0.0, missing=lost_sale * item.case_size, idle=leftover * item.case_size)
    return Need(STOCK, item, sold / item.case_size, costs, np.zeros(len(crowd), np.int64))


def _transport(service: TransportService, crowd: Crowd) -> Need:
    riders = times(crowd.people, service.share, service.share_spread, largest=1.0)
    costs = UnitCosts(unit=service.cost, missing=service.penalty * service.seats)
    return Need(TRANSPORT, service, riders / service.seats, costs, np.zeros(len(crowd), np.int64))
