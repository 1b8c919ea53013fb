"""Staff, stock and transport: what each game needs, and the choice that costs least over the whole forecast.

The crowd gives the requirements, the requirements give the choice, and the cost of a choice follows from the
requirements that came true. Choice and cost are separate, so that a choice made under one belief about the crowd can
be costed under another, such as the attendance that came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from gatecast.plan.columns import STAFF, STOCK, TRANSPORT
from gatecast.plan.demand.crowd import Crowd, times
from gatecast.plan.demand.game_days import UNKNOWN, GameDays
from gatecast.plan.operations.model import WEEKDAYS, Entry, Operations, StaffRole, StockItem, TransportService
from gatecast.plan.optimize.deliveries import Deliveries, deliveries_for
from gatecast.plan.optimize.inventory import (
    StockPlan,
    case_costs,
    stock_cost,
    stock_orders,
    stock_outcome,
    stock_program,
)
from gatecast.plan.optimize.newsvendor import (
    UnitCosts,
    best_choice,
    expected_cost,
    risk_short,
    saved_by_one_more,
    within,
    worth_of_one_more,
)
from gatecast.plan.optimize.staffing import by_rule, people_engaged, shift_costs, shifts_needed, staff_program

__all__ = [
    "Decision",
    "Outcome",
    "Requirement",
    "StaffRequirement",
    "StockRequirement",
    "TransportRequirement",
    "decide",
    "delivered",
    "requirements",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
DateArray = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Decision:
    """The choice for one role, item or service at every game.

    Parameters
    ----------
    requirement : Requirement
    choice : ndarray of int, shape (games,)
    game_by_game, unconstrained : ndarray of int, shape (games,)
        The choice if nothing tied the games together (for stock that keeps, the choice itself, as its deliveries serve
        several games); and with no minimum, pool or fleet either.
    expected_cost, risk_short : ndarray of float, shape (games,)
        Money; chance of running short, with all that can be had late.
    saved_by_one_more, marginal_worth : ndarray of float, shape (games,)
        Money that one more unit would save; the same less what it would cost.
    shortfall : ndarray of int, shape (games,)
        Units missing to the minimum.
    on_hand : ndarray of float, shape (games,)
        Expected cases on hand before the game; NaN for staff and transport.
    delivery, decide_by : ndarray of datetime64[D], shape (games,)
        Day of the last delivery up to the game, and the last day to hire or order; NaT for none.
    engaged : ndarray of int, shape (games,), or None
        People to engage for the homestand; None for stock and transport.
    orders : StockPlan or None
        Deliveries and stock on hand of an item that is ordered for several games at once.
    """

    requirement: Requirement
    choice: IntArray
    game_by_game: IntArray
    unconstrained: IntArray
    expected_cost: FloatArray
    risk_short: FloatArray
    saved_by_one_more: FloatArray
    marginal_worth: FloatArray
    shortfall: IntArray
    on_hand: FloatArray
    delivery: DateArray
    decide_by: DateArray
    engaged: IntArray | None = None
    orders: StockPlan | None = None

    @property
    def risk_alone(self) -> FloatArray:
        """Chance that the choice alone falls short, before anything is had late, shape (games,)."""
        return self.risk_short if self.orders else risk_short(self.requirement.units, self.choice)


@dataclass(frozen=True)
class Outcome:
    """Hold the expected cost, the risk of running short and the stock of a choice, game by game.

    Parameters
    ----------
    expected_cost, risk_short, risk_alone, marginal_worth, on_hand : ndarray of float, shape (games,)
        As in `Decision`.
    """

    expected_cost: FloatArray
    risk_short: FloatArray
    risk_alone: FloatArray
    marginal_worth: FloatArray
    on_hand: FloatArray


@dataclass(frozen=True)
class Requirement:
    """Units that each game requires of one role, item or service, and the limits of the choice.

    Parameters
    ----------
    entry : StaffRole, StockItem or TransportService
    units : ndarray of float, shape (games, scenarios)
        Shifts, cases or vehicles required; each column is one joint outcome of all games, equally likely.
    costs : UnitCosts
    days : GameDays
    """

    kind: ClassVar[str]

    entry: Entry
    units: FloatArray
    costs: UnitCosts
    days: GameDays

    @property
    def by_rule(self) -> IntArray:
        """Fewest units by a rule of one for so many people, shape (games,); 0 without such a rule."""
        return np.zeros(len(self.units), np.int64)

    @property
    def least(self) -> IntArray:
        """Fewest units by all rules, shape (games,), even if there are not as many."""
        return np.maximum(self.by_rule, self.entry.minimum)

    @property
    def minimum_shifts(self) -> int:
        """Fewest units for each person engaged for a homestand."""
        return 0

    @property
    def linked(self) -> bool:
        """True if units chosen for one game can serve another."""
        return False

    @cached_property
    def unconstrained(self) -> IntArray:
        """The best choice if there were no limit and nothing tied the games together, shape (games,)."""
        return best_choice(self.units, self.costs)

    def served(self, place: int) -> BoolArray:
        """Return the games that the units chosen for one game are there for, shape (games,)."""
        games: BoolArray = np.arange(len(self.units)) == place
        return games

    def choose(self, *, heed_rules: bool = True) -> IntArray:
        """Return the best choice, shape (games,); `heed_rules=False` leaves out the rule of one for so many people."""
        return within(self.unconstrained, self.least if heed_rules else self.entry.minimum, self.entry.most)

    def cost(self, choice: IntArray) -> FloatArray:
        """Return the expected cost of a choice, shape (games,)."""
        return expected_cost(self.units, choice, self.costs)

    def outcome(self, choice: IntArray) -> Outcome:
        """Return what a choice leads to, such as one set by hand."""
        return Outcome(
            self.cost(choice),
            risk_short(self.units, choice, self.costs.reserve),
            risk_short(self.units, choice),
            worth_of_one_more(self.units, choice, self.costs),
            self._on_hand(choice),
        )

    def decide(self) -> Decision:
        """Return the best choice, with what follows from it."""
        choice = self.choose()
        return Decision(
            requirement=self,
            choice=choice,
            game_by_game=within(self.unconstrained, self.least, self.entry.most),
            unconstrained=self.unconstrained,
            expected_cost=self.cost(choice),
            risk_short=risk_short(self.units, choice, self.costs.reserve),
            saved_by_one_more=saved_by_one_more(self.units, choice, self.costs),
            marginal_worth=worth_of_one_more(self.units, choice, self.costs),
            shortfall=np.maximum(self.least - choice, 0),
            on_hand=self._on_hand(choice),
            delivery=self._delivery(),
            decide_by=self._decide_by(),
            engaged=self._engaged(choice),
        )

    def _on_hand(self, choice: IntArray) -> FloatArray:
        return np.full(len(choice), np.nan)

    def _delivery(self) -> DateArray:
        return np.full(len(self.units), np.datetime64("NaT", "D"))

    def _decide_by(self) -> DateArray:
        return np.full(len(self.units), np.datetime64("NaT", "D"))

    def _engaged(self, choice: IntArray) -> IntArray | None:
        return None


@dataclass(frozen=True)
class StaffRequirement(Requirement):
    """The shifts that each game requires of one role.

    Parameters
    ----------
    entry : StaffRole
    rule : ndarray of int, shape (games,)
        Fewest shifts by the role's rule of one for so many people.
    """

    kind = STAFF

    entry: StaffRole
    rule: IntArray

    @classmethod
    def of(cls, role: StaffRole, crowd: Crowd, days: GameDays, certainty: float) -> Self:
        """Return what a crowd requires of a role; its rule must be met in a share `certainty` of outcomes."""
        return cls(role, shifts_needed(role, crowd), shift_costs(role), days, by_rule(role, crowd, certainty))

    @property
    def by_rule(self) -> IntArray:
        """Fewest shifts by the rule of one for so many people, shape (games,)."""
        return self.rule

    @property
    def minimum_shifts(self) -> int:
        """Fewest shifts for each person engaged for a homestand."""
        return self.entry.minimum_shifts

    def choose(self, *, heed_rules: bool = True) -> IntArray:
        """Return the shifts that cost least over each homestand, shape (games,)."""
        return staff_program(
            self.units,
            self.costs,
            self.days.homestands,
            self.minimum_shifts,
            least=self.least if heed_rules else self.entry.minimum,
            most=self.entry.most,
            free=self.unconstrained,
        )

    def _decide_by(self) -> DateArray:
        return self.days.dates - np.timedelta64(self.entry.call_in_days, "D")

    def _engaged(self, choice: IntArray) -> IntArray:
        return people_engaged(choice, self.days.homestands)


@dataclass(frozen=True)
class StockRequirement(Requirement):
    """The cases that each game requires of one item.

    Parameters
    ----------
    entry : StockItem
    """

    kind = STOCK

    entry: StockItem

    @classmethod
    def of(cls, item: StockItem, crowd: Crowd, days: GameDays) -> Self:
        """Return what a crowd requires of an item: nothing where its game is postponed."""
        cases = times(crowd.people, item.sold_per_head, item.sold_per_head_spread) / item.case_size
        if crowd.postponed is not None:
            cases = np.where(crowd.postponed, 0.0, cases)
        return cls(item, cases, case_costs(item), days)

    @property
    def linked(self) -> bool:
        """True if the item keeps for later games, or comes on some days only."""
        return self.entry.linked

    def choose(self, *, heed_rules: bool = True) -> IntArray:
        """Return the cases delivered for each game, shape (games,)."""
        if not self.linked:
            return super().choose(heed_rules=heed_rules)
        return stock_orders(*self._asked(), stores=self.days.stores)

    def cost(self, choice: IntArray) -> FloatArray:
        """Return the expected cost of the cases, shape (games,); a unit never sold counts at its last game."""
        if not self.linked:
            return super().cost(choice)
        return stock_cost(choice, *self._asked(), stores=self.days.stores)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The deliveries that can matter, and the games that each can serve."""
        _, days, weekdays, item = self._asked()
        return deliveries_for(days, weekdays, item, self.days.stores)

    def served(self, place: int) -> BoolArray:
        """Return the games from a delivery to the next while it keeps, shape (games,)."""
        if not self.linked:
            return super().served(place)
        comes, back = self.deliveries.comes, self.deliveries.place
        number = np.cumsum(comes)[back]
        games: BoolArray = (number == number[place]) & self.deliveries.reachable[back]
        return games

    def outcome(self, choice: IntArray) -> Outcome:
        """Return what a choice leads to; the stock that a delivery leaves serves the games that follow."""
        if not self.linked:
            return super().outcome(choice)
        orders = stock_outcome(choice, *self._asked(), stores=self.days.stores)
        short = orders.risk_short
        return Outcome(orders.expected_cost, short, short, orders.worth_of_one_more, orders.on_hand)

    def decide(self) -> Decision:
        """Return the best deliveries, with what follows from them."""
        if not self.linked:
            return super().decide()
        orders, costs = stock_program(*self._asked(), stores=self.days.stores), self.costs
        used = np.where(orders.reachable, orders.worth_of_one_more + costs.idle, 0.0) / (costs.missing + costs.idle)
        reached = orders.reachable & (self.days.weekdays != UNKNOWN)
        delivery: DateArray = np.where(reached, orders.delivery_day.astype("datetime64[D]"), np.datetime64("NaT", "D"))
        return Decision(
            requirement=self,
            choice=orders.cases,
            game_by_game=orders.cases,
            unconstrained=orders.cases,
            expected_cost=orders.expected_cost,
            risk_short=orders.risk_short,
            saved_by_one_more=costs.missing * used,
            marginal_worth=orders.worth_of_one_more,
            shortfall=np.zeros_like(orders.cases),
            on_hand=orders.on_hand,
            delivery=delivery,
            decide_by=delivery - np.timedelta64(self.entry.order_days, "D"),
            orders=orders,
        )

    def _on_hand(self, choice: IntArray) -> FloatArray:
        return choice.astype(np.float64)

    def _delivery(self) -> DateArray:
        return self.days.dates

    def _decide_by(self) -> DateArray:
        return self.days.dates - np.timedelta64(self.entry.order_days, "D")

    def _asked(self) -> tuple[FloatArray, IntArray, IntArray, StockItem]:
        """Return units asked for, days, weekdays and item."""
        return self.units * self.entry.case_size, self.days.days, _weekdays(self.entry, self.days), self.entry


def delivered(item: StockItem, days: GameDays) -> BoolArray:
    """Return whether an item gets a delivery of its own for each game, shape (games,).

    Without one, a game sells what was delivered for an earlier one.
    """
    if not item.linked:
        return np.ones(len(days.days), np.bool_)
    deliveries = deliveries_for(days.days, _weekdays(item, days), item, days.stores)
    own: BoolArray = deliveries.comes[deliveries.place]
    return own


def _weekdays(item: StockItem, days: GameDays) -> IntArray:
    """Return the weekday of each game; one on an unknown day gets its delivery on that day."""
    on = WEEKDAYS.index(item.delivery_days[0]) if item.delivery_days else 0
    return np.where(days.weekdays == UNKNOWN, on, days.weekdays)


@dataclass(frozen=True)
class TransportRequirement(Requirement):
    """The vehicles that each game requires of one service.

    A vehicle takes its seats on each of the whole trips that fit into the time in which the crowd must be away. Games
    do not affect each other, so the newsvendor choice of each is exact.

    Parameters
    ----------
    entry : TransportService
    """

    kind = TRANSPORT

    entry: TransportService

    @classmethod
    def of(cls, service: TransportService, crowd: Crowd, days: GameDays) -> Self:
        """Return what a crowd requires of a service: the vehicles that those who want it fill in time."""
        people = times(crowd.people, service.share, service.share_spread, largest=1.0)
        return cls(service, people / service.people_per_vehicle, vehicle_costs(service), days)


def vehicle_costs(service: TransportService) -> UnitCosts:
    """Return the costs of a vehicle of `service`, and of one that is missing: the penalty of everyone it would take."""
    return UnitCosts(unit=service.cost, missing=service.penalty * service.people_per_vehicle)


def requirements(crowd: Crowd, operations: Operations, days: GameDays | None = None) -> Iterator[Requirement]:
    """Yield what the crowd requires of every role, item and service, one at a time, in the order of the file.

    Parameters
    ----------
    crowd : Crowd
    operations : Operations
    days : GameDays, optional
        When the games are played; if not given, nothing ties them together.
    """
    days = GameDays.apart(len(crowd)) if days is None else days
    for role in operations.staff:
        yield StaffRequirement.of(role, crowd, days, operations.crowd.minimum_certainty)
    for item in operations.stock:
        yield StockRequirement.of(item, crowd, days)
    for service in operations.transport:
        yield TransportRequirement.of(service, crowd, days)


def decide(crowd: Crowd, operations: Operations, days: GameDays | None = None) -> Iterator[Decision]:
    """Yield the best choice for every role, item and service, one at a time; parameters as in `requirements`."""
    for requirement in requirements(crowd, operations, days):
        yield requirement.decide()
