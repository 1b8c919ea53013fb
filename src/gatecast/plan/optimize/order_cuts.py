"""The best order list in whole cases, by cuts.

In running totals the expected cost of an order list is L-natural-convex, being a sum of functions of differences
minimised over some of them. Between whole numbers it is therefore interpolated along a chain: round all totals down,
then up one after the other, the largest remainder first. The interpolation is convex and never above the cost of a
list of whole cases, so its slopes are cuts that hold for all lists. A linear program over the cuts bounds the cost
from below and gives the next point; the lists of each chain bound the cost from above. No branching is needed.

Sources: Murota, Discrete Convex Analysis (2003), chapter 7; for perishable stock, Chen, Pang and Pan, Coordinating
inventory control and pricing strategies for perishable products, Operations Research 62 (2014); cuts by groups of
scenarios, Birge and Louveaux, Introduction to Stochastic Programming (2011), section 5.1, the L-shaped method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gatecast.plan.optimize.newsvendor import ROUNDING
from gatecast.plan.optimize.order_lp import FORCE, LinkedGames, around, at_limits, unsolved
from gatecast.plan.optimize.perishables import outflow_after, outflow_before

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["OrderList", "Start", "best_whole_list", "expected_costs"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SMALLEST_GAP = 1e-6  # the precision of linear programs
MOST_GROUPS = 100
MOST_ROUNDS = 100


@dataclass(frozen=True)
class OrderList:
    """An order list and how near it is to the best.

    Parameters
    ----------
    totals : ndarray of int, shape (deliveries,)
        Cases delivered up to each delivery.
    cost, bound : float
        Expected cost over the run, and a lower bound for any list.
    """

    totals: IntArray
    cost: float
    bound: float

    def near(self, bound: float, gap: float) -> bool:
        """Return True if the cost exceeds `bound` by at most the share `gap` of the cost."""
        return self.cost - bound <= gap * self.cost


@dataclass(frozen=True)
class Start:
    """Starting point of the search for the best list.

    Parameters
    ----------
    totals, reach : ndarray of float, shape (deliveries,)
        Cases delivered up to each delivery, and how far from them to search.
    bound : float
        Lower bound of the expected cost of any list.
    """

    totals: FloatArray
    reach: FloatArray
    bound: float


def best_whole_list(run: LinkedGames, start: Start, gap: float) -> OrderList:
    """Return the list of whole cases with the smallest expected cost.

    Parameters
    ----------
    run : LinkedGames
    start : Start
    gap : float
        Share of its expected cost by which the list may exceed the bound.
    """
    cuts, gap = _Cuts(run), max(gap, SMALLEST_GAP)
    point = start.totals
    low, high = around(np.floor(point), start.reach)[0], around(np.ceil(point), start.reach)[1]
    best = OrderList(np.zeros(run.deliveries, np.int64), run.cost_of_no_sales, start.bound)
    for _ in range(MOST_ROUNDS):
        totals, cost = cuts.add(point)
        if cost < best.cost:
            best = OrderList(totals, cost, best.bound)
        if best.near(best.bound, gap):
            break
        point, bound, pressing = cuts.lowest(low, high)
        held = pressing & at_limits(point, low, high)
        if not held.any():
            best = OrderList(best.totals, best.cost, max(best.bound, bound))
        elif best.near(bound, gap):
            # The best list within the limits is known, but there may be a better one outside them.
            wider = around(best.totals.astype(np.float64), 2.0 * (high - low))
            low, high = np.where(held, wider[0], low), np.where(held, wider[1], high)
    return best


def expected_costs(run: LinkedGames, lists: FloatArray, groups: int = 1) -> FloatArray:
    """Return the change of expected cost against selling nothing, shape (lists, groups).

    Parameters
    ----------
    run : LinkedGames
    lists : ndarray of float, shape (lists, deliveries)
        Cases delivered up to each delivery.
    groups : int
        Parts into which the scenarios are divided; each adds its share.
    """
    totals = np.column_stack([np.zeros(len(lists)), lists])
    scenarios = run.need.shape[1]
    outflow = np.zeros((len(lists), scenarios))
    sold = np.zeros_like(outflow)
    for need, arrived, expired in zip(run.need, run.arrived, run.expired, strict=True):
        supply = totals[:, [arrived]]
        before = outflow_before(outflow, supply, totals[:, [expired]], run.store_capacity)
        outflow = outflow_after(before, need, supply)
        sold += outflow - before
    starts = np.arange(groups) * scenarios // groups
    share = np.diff(np.append(starts, scenarios)) / scenarios
    saved = run.saving_per_sale * np.add.reduceat(sold, starts, axis=1) / scenarios
    cost: FloatArray = run.costs.idle * totals[:, -1:] * share - saved
    return cost


class _Cuts:
    """Cuts below the expected cost of a run, one for each group of scenarios and each point added."""

    def __init__(self, run: LinkedGames) -> None:
        self.run = run
        self.groups = min(MOST_GROUPS, run.need.shape[1])
        self.slopes: list[FloatArray] = []
        self.limits: list[FloatArray] = []

    def add(self, point: FloatArray) -> tuple[IntArray, float]:
        """Cut at a point, shape (deliveries,); return the best list on its chain and its expected cost."""
        below = np.floor(point + ROUNDING)
        count = len(point)
        # Of equal remainders the last goes up first, as totals never fall.
        order = count - 1 - np.argsort((below - point)[::-1], kind="stable")
        rank = np.empty(count, np.int64)
        rank[order] = np.arange(count)
        chain = below + (rank < np.arange(count + 1)[:, None])
        costs = expected_costs(self.run, chain, self.groups)
        slopes = np.empty((count, self.groups))
        slopes[order] = np.diff(costs, axis=0)
        self.slopes.append(slopes.T)
        self.limits.append(below @ slopes - costs[0])
        sums = costs.sum(axis=1)
        best = int(np.argmin(sums))
        return chain[best].astype(np.int64), float(sums[best]) + self.run.cost_of_no_sales

    def lowest(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, float, npt.NDArray[np.bool_]]:
        """Return where the cuts are lowest within limits, how low, and which limits keep them up."""
        from scipy.optimize import linprog

        count = len(low)
        free = np.full(self.groups, np.inf)
        ends = np.column_stack([np.concatenate([low, -free]), np.concatenate([high, free])])
        rows, limits = self._rows(count)
        money = np.concatenate([np.zeros(count), np.ones(self.groups)])
        found = linprog(money, A_ub=rows, b_ub=limits, bounds=ends, method="highs-ds")
        if found.x is None:
            raise unsolved("order list", found.message)
        force = np.abs(found.lower.marginals[:count]) + np.abs(found.upper.marginals[:count])
        point = np.maximum.accumulate(found.x[:count])
        return point, float(found.fun) + self.run.cost_of_no_sales, force > FORCE * self.run.saving_per_sale

    def _rows(self, count: int) -> tuple[csr_array, FloatArray]:
        from scipy.sparse import csr_array, diags_array, hstack, vstack

        rising = diags_array([1.0, -1.0], offsets=[0, 1], shape=(count - 1, count + self.groups))
        slopes, each = (
            csr_array(np.vstack(self.slopes)),
            vstack([diags_array(-np.ones(self.groups))] * len(self.slopes)),
        )
        limits = np.concatenate([*self.limits, np.zeros(count - 1)])
        return csr_array(vstack([hstack([slopes, each]), rising])), limits
