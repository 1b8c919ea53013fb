"""Stock over a homestand or a season: how many cases to order for which delivery.

All orders of the games are decided at once, from the scenarios of today; sales follow in each scenario. An unsold unit
waits for the next game within its shelf life, and the oldest is sold first. Units that perish, do not fit in the store
or are left after the last game are worth their salvage. The expected cost is, as for a single game, the margin of
missed sales and the loss on units never sold. If items keep for the day of delivery only, each day is a newsvendor
problem of its own; else `order_search` solves a stochastic program for each run of games that stock can link.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.plan.operations.model import StockItem
from gatecast.plan.optimize.deliveries import Deliveries, deliveries_for
from gatecast.plan.optimize.newsvendor import UnitCosts, best_choice
from gatecast.plan.optimize.order_lp import LinkedGames
from gatecast.plan.optimize.order_search import best_order_list
from gatecast.plan.optimize.perishables import Sales, next_case_sold, sales

__all__ = ["GAP", "StockPlan", "case_costs", "stock_cost", "stock_orders", "stock_outcome", "stock_program"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

GAP = 0.001
"""Share of its expected cost by which an order list may exceed the bound."""


@dataclass(frozen=True)
class StockPlan:
    """The orders of one item, by game in the caller's order; arrays of shape (games,).

    Parameters
    ----------
    cases : ndarray of int
        Cases delivered for the game: with the last delivery up to it, which may serve later games too.
    delivery_day, order_day : ndarray of int
        Day numbers of that delivery, and of the last day to order it.
    reachable : ndarray of bool
        False if no delivery keeps at the game: nothing can be sold.
    on_hand : ndarray of float
        Cases in the store before the game, expected.
    expected_cost : ndarray of float
        Money. A unit never sold counts at the last game at which it could have been.
    risk_short : ndarray of float
        Chance that demand exceeds the stock.
    worth_of_one_more : ndarray of float
        Money that one more case with that delivery would save, less the loss on it; 0 if none is reachable.
    waste : ndarray of float
        Units never sold, expected.
    bound : float
        Lower bound of the expected cost of any list of whole cases.
    """

    cases: IntArray
    delivery_day: IntArray
    order_day: IntArray
    reachable: BoolArray
    on_hand: FloatArray
    expected_cost: FloatArray
    risk_short: FloatArray
    worth_of_one_more: FloatArray
    waste: FloatArray
    bound: float

    @property
    def cost(self) -> float:
        """Expected cost of all games, money."""
        return float(self.expected_cost.sum())

    @property
    def gap(self) -> float:
        """Share of the expected cost by which it may exceed that of the best list."""
        return max(self.cost - self.bound, 0.0) / self.cost if self.cost > 0 else 0.0


def case_costs(item: StockItem) -> UnitCosts:
    """Return the cost of a missing case of `item`, and of one that is never sold."""
    lost_sale, leftover = item.price - item.unit_cost, item.unit_cost - item.salvage
    return UnitCosts(unit=0.0, missing=lost_sale * item.case_size, idle=leftover * item.case_size)


def stock_program(
    sold: FloatArray,
    days: IntArray,
    weekdays: IntArray | None,
    item: StockItem,
    *,
    stores: IntArray | None = None,
    gap: float = GAP,
) -> StockPlan:
    """Return the order list with the smallest expected cost, and its consequences game by game.

    Parameters
    ----------
    sold : ndarray of float, shape (games, scenarios)
        Units asked for. Each column is one joint outcome of all games, the columns equally likely.
    days : ndarray of int, shape (games,)
        Day numbers; games of one store and day are in order of play.
    weekdays : ndarray of int, shape (games,), or None
        Weekday of each game, 0 for Monday; None if games have no dates: deliveries then come on any day.
    item : StockItem
    stores : ndarray of int, shape (games,), optional
        The store that each game sells from, such as its club or its homestand; games of different stores share nothing.
    gap : float
        Share of its expected cost by which the list may exceed the bound.

    Examples
    --------
    >>> item = StockItem(name="buns", sold_per_head=1, price=5, unit_cost=1, case_size=10, shelf_life_days=2)
    >>> sold = np.array([[20.0, 40.0, 60.0], [50.0, 50.0, 50.0]])
    >>> plan = stock_program(sold, np.array([0, 1]), None, item)
    >>> plan.cases.tolist(), plan.on_hand.tolist(), plan.waste.tolist()
    ([6, 5], [6.0, 7.0], [0.0, 20.0])
    """
    deliveries = deliveries_for(days, weekdays, item, stores)
    need = _cases_asked_for(sold, deliveries, item)
    cases, slack = _best_orders(need, deliveries, item, gap)
    return _followed(cases, need, deliveries, item, slack)


def stock_outcome(
    cases: IntArray,
    sold: FloatArray,
    days: IntArray,
    weekdays: IntArray | None,
    item: StockItem,
    *,
    stores: IntArray | None = None,
) -> StockPlan:
    """Return the consequences of an order list game by game, such as one with a number set by hand.

    Parameters
    ----------
    cases : ndarray of int, shape (games,)
        Cases delivered for each game; those of a game without a delivery of its own do not come.
    sold, days, weekdays, item, stores
        As in `stock_program`.
    """
    deliveries = deliveries_for(days, weekdays, item, stores)
    need = _cases_asked_for(sold, deliveries, item)
    ordered = np.where(deliveries.comes, cases[deliveries.order], 0)
    return _followed(ordered, need, deliveries, item, np.inf)


def _followed(cases: IntArray, need: FloatArray, deliveries: Deliveries, item: StockItem, slack: float) -> StockPlan:
    """Return what follows from cases by game, in the order of deliveries; `slack` as `_best_orders` returns it."""
    costs, room = case_costs(item), _room(item)
    found = sales(need, cases, deliveries, room)
    used = next_case_sold(need, cases, deliveries, room)
    cost = _cost_by_game(need, found, costs)
    back = deliveries.place
    return StockPlan(
        cases=cases[back],
        delivery_day=deliveries.day[back],
        order_day=deliveries.day[back] - item.order_days,
        reachable=deliveries.reachable[back],
        on_hand=found.on_hand[back],
        expected_cost=cost[back],
        risk_short=found.short[back],
        worth_of_one_more=np.where(deliveries.reachable, costs.missing * used - costs.idle * (1 - used), 0.0)[back],
        waste=found.wasted[back] * item.case_size,
        bound=float(cost.sum()) - slack,
    )


def stock_orders(
    sold: FloatArray,
    days: IntArray,
    weekdays: IntArray | None,
    item: StockItem,
    *,
    stores: IntArray | None = None,
    gap: float = GAP,
) -> IntArray:
    """Return the `cases` of `stock_program` alone, shape (games,), for replays of many games."""
    deliveries = deliveries_for(days, weekdays, item, stores)
    cases, _ = _best_orders(_cases_asked_for(sold, deliveries, item), deliveries, item, gap)
    return cases[deliveries.place]


def stock_cost(
    cases: IntArray,
    sold: FloatArray,
    days: IntArray,
    weekdays: IntArray | None,
    item: StockItem,
    *,
    stores: IntArray | None = None,
) -> FloatArray:
    """Return the expected cost of an order list under other scenarios, by game, shape (games,).

    Parameters
    ----------
    cases : ndarray of int, shape (games,)
        From a `StockPlan` or `stock_orders` of the same games and item.
    sold, days, weekdays, item, stores
        As in `stock_program`; the scenarios may differ, and be as few as one.
    """
    deliveries = deliveries_for(days, weekdays, item, stores)
    need = _cases_asked_for(sold, deliveries, item)
    found = sales(need, cases[deliveries.order], deliveries, _room(item))
    return _cost_by_game(need, found, case_costs(item))[deliveries.place]


def _cases_asked_for(sold: FloatArray, deliveries: Deliveries, item: StockItem) -> FloatArray:
    return sold[deliveries.order] / item.case_size


def _room(item: StockItem) -> float:
    return np.inf if item.store_size is None else float(item.store_size)


def _cost_by_game(need: FloatArray, found: Sales, costs: UnitCosts) -> FloatArray:
    cost: FloatArray = costs.missing * (need.mean(axis=1) - found.sold) + costs.idle * found.wasted
    return cost


def _best_orders(need: FloatArray, deliveries: Deliveries, item: StockItem, gap: float) -> tuple[IntArray, float]:
    """Return cases by game, in the order of deliveries, and the money they may cost above the best list."""
    costs, comes = case_costs(item), deliveries.comes
    cases = np.zeros(len(need), np.int64)
    if not comes.any():
        return cases, 0.0
    whole = np.add.reduceat(need, deliveries.first[:-1], axis=0)
    count = np.add.reduceat(comes, deliveries.first[:-1], dtype=np.int64)
    alone = np.flatnonzero(comes & (count == 1)[deliveries.run])
    cases[alone] = best_choice(whole[deliveries.run[alone]], costs, most=item.store_size)
    slack = 0.0
    for run in np.flatnonzero(count > 1):
        rows = slice(deliveries.first[run], deliveries.first[run + 1])
        games = LinkedGames(need[rows], deliveries.arrived[rows], deliveries.expired[rows], _room(item), costs)
        best = best_order_list(games, gap)
        cases[rows][comes[rows]] = np.diff(best.totals, prepend=0)
        slack += max(best.cost - best.bound, 0.0)
    return cases, slack
