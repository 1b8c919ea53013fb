"""What games ask of one role, item or service, the choice that meets it best, and what a choice costs.

A need is of one belief about the crowd. Its choice can be costed under the need of another belief, such as the gate
that came.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gatecast.plan.demand.game_days import UNKNOWN, GameDays
from gatecast.plan.operations.model import WEEKDAYS, StaffRole, StockItem, TransportService
from gatecast.plan.optimize.inventory import StockPlan, stock_cost, stock_orders, stock_program
from gatecast.plan.optimize.newsvendor import (
    UnitCosts,
    best_choice,
    expected_cost,
    risk_short,
    saved_by_one_more,
    within,
    worth_of_one_more,
)
from gatecast.plan.optimize.staffing import people_engaged, staff_program

__all__ = ["Decision", "LinkedStock", "Need"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Entry = StaffRole | StockItem | TransportService


@dataclass(frozen=True)
class Decision:
    """The choice for one role, item or service at every game.

    Parameters
    ----------
    need : Need
    choice : ndarray of int, shape (games,)
    apart, unlimited : ndarray of int, shape (games,)
        What the choice would be if nothing tied the games together; and with no minimum, pool or fleet either.
    expected_cost, risk_short : ndarray of float, shape (games,)
        Money; chance of running short, with all that can be had late.
    saved_by_one_more, marginal_worth : ndarray of float, shape (games,)
        Money that one more unit would save; the same less what it would cost.
    shortfall : ndarray of int, shape (games,)
        Units lacking to the minimum, where there are too few.
    engaged : ndarray of int, shape (games,), or None
        People to engage for the home stand; None for what is not staff.
    orders : StockPlan or None
        Deliveries and stock on hand of an item that is ordered for several games at once.
    """

    need: Need
    choice: IntArray
    apart: IntArray
    unlimited: IntArray
    expected_cost: FloatArray
    risk_short: FloatArray
    saved_by_one_more: FloatArray
    marginal_worth: FloatArray
    shortfall: IntArray
    engaged: IntArray | None = None
    orders: StockPlan | None = None


@dataclass(frozen=True)
class Need:
    """What each game asks of one role, item or service, and within which limits it is met.

    Parameters
    ----------
    kind : str
        staff, stock or transport.
    entry : StaffRole, StockItem or TransportService
    units : ndarray of float, shape (games, points)
        Equally likely needs in shifts, cases or vehicles, in any order.
    costs : UnitCosts
    by_rule : ndarray of int, shape (games,)
        Fewest units by a rule of one for so many people; 0 where there is none.
    days : GameDays
    """

    kind: str
    entry: Entry
    units: FloatArray
    costs: UnitCosts
    by_rule: IntArray
    days: GameDays

    @property
    def fixed(self) -> int:
        """Fewest units at any game."""
        return 0 if isinstance(self.entry, StockItem) else self.entry.minimum

    @property
    def least(self) -> IntArray:
        """Fewest units by the rules, shape (games,), whether there are as many or not."""
        return np.maximum(self.by_rule, self.fixed)

    @property
    def most(self) -> int | None:
        """Most units there are."""
        if isinstance(self.entry, StockItem):
            return self.entry.store_size
        return self.entry.pool if isinstance(self.entry, StaffRole) else self.entry.fleet

    @property
    def minimum_shifts(self) -> int:
        """Fewest units for each one taken on for a home stand."""
        return self.entry.minimum_shifts if isinstance(self.entry, StaffRole) else 0

    @cached_property
    def unlimited(self) -> IntArray:
        """The best choice if there were no limit and nothing tied the games together, shape (games,)."""
        return best_choice(self.units, self.costs)

    def choose(self, *, heed_rules: bool = True) -> IntArray:
        """The best choice, shape (games,); without the one-per rule if `heed_rules` is False."""
        return staff_program(
            self.units,
            self.costs,
            self.days.stands,
            self.minimum_shifts,
            least=self.least if heed_rules else self.fixed,
            most=self.most,
            free=self.unlimited,
        )

    def cost(self, choice: IntArray) -> FloatArray:
        """Expected cost of a choice, shape (games,)."""
        return expected_cost(self.units, choice, self.costs)

    def decide(self) -> Decision:
        """The best choice, with what follows from it."""
        choice = self.choose()
        return Decision(
            need=self,
            choice=choice,
            apart=within(self.unlimited, self.least, self.most),
            unlimited=self.unlimited,
            expected_cost=self.cost(choice),
            risk_short=risk_short(self.units, choice, self.costs.reserve),
            saved_by_one_more=saved_by_one_more(self.units, choice, self.costs),
            marginal_worth=worth_of_one_more(self.units, choice, self.costs),
            shortfall=np.maximum(self.least - choice, 0),
            engaged=people_engaged(choice, self.days.stands) if isinstance(self.entry, StaffRole) else None,
        )


@dataclass(frozen=True)
class LinkedStock(Need):
    """What games ask of an item that keeps for later games, or comes on some days only.

    Parameters
    ----------
    units : ndarray of float, shape (games, scenarios)
        Cases asked for; each column is one joint outcome of all games.
    """

    entry: StockItem

    def choose(self, *, heed_rules: bool = True) -> IntArray:
        """Cases delivered for each game, shape (games,)."""
        return stock_orders(*self._asked(), stores=self.days.stores)

    def cost(self, choice: IntArray) -> FloatArray:
        """Expected cost of the deliveries, shape (games,); a unit never sold counts at its last game."""
        return stock_cost(choice, *self._asked(), stores=self.days.stores)

    def decide(self) -> Decision:
        """The best deliveries, with what follows from them."""
        orders, costs = stock_program(*self._asked(), stores=self.days.stores), self.costs
        used = np.where(orders.reachable, orders.worth_of_one_more + costs.idle, 0.0) / (costs.missing + costs.idle)
        return Decision(
            need=self,
            choice=orders.cases,
            apart=orders.cases,
            unlimited=orders.cases,
            expected_cost=orders.expected_cost,
            risk_short=orders.risk_short,
            saved_by_one_more=costs.missing * used,
            marginal_worth=orders.worth_of_one_more,
            shortfall=np.zeros_like(orders.cases),
            orders=orders,
        )

    def _asked(self) -> tuple[FloatArray, IntArray, IntArray, StockItem]:
        """Units asked for, days, weekdays and item; what is needed on an unknown day is delivered on it."""
        days = self.days
        delivered = WEEKDAYS.index(self.entry.delivery_days[0]) if self.entry.delivery_days else 0
        weekdays = np.where(days.weekdays == UNKNOWN, delivered, days.weekdays)
        return self.units * self.entry.case_size, days.days, weekdays, self.entry
