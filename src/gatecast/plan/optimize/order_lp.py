"""The stochastic program of an order list between two others, solved by HiGHS.

The here-and-now decision is how many cases have been delivered in all up to each delivery; sales follow in each
scenario. In running totals (see `perishables`) every step is the larger or the smaller of two totals plus a constant,
so the program is linear, each of its constraints bounds the difference of two variables, and selling the oldest as soon
as it is asked for is its optimum. Between a lower and an upper list the totals of each scenario lie between those of
the two lists. If that already decides which of two totals is the larger, no variable is needed: the closer the lists,
the smaller the program, with no change to its solution.

Source: Birge and Louveaux, Introduction to Stochastic Programming (2011), chapter 3, the extensive form; as
constraints on differences, Zipkin, On the structure of lost-sales inventory models, Operations Research 56 (2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.errors import InputError
from gatecast.plan.optimize.newsvendor import ROUNDING, UnitCosts

__all__ = ["FORCE", "LinkedGames", "OrderProgram", "Solution", "around", "at_limits", "unsolved"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

FORCE = 1e-7
"""Share of the saving of a sale above which a limit counts as keeping the cost up."""


@dataclass(frozen=True)
class LinkedGames:
    """Games linked by the deliveries that serve them, and the costs of a case of the item.

    Parameters
    ----------
    need : ndarray of float, shape (games, scenarios)
        Cases asked for.
    arrived, expired : ndarray of int, shape (games,)
        Deliveries that have come, and that have passed their shelf life, by each game; never falling.
    store_capacity : float
        Most cases in the store.
    costs : UnitCosts
        `missing` for a case asked for and not there, `idle` for one never sold.
    """

    need: FloatArray
    arrived: IntArray
    expired: IntArray
    store_capacity: float
    costs: UnitCosts

    @property
    def deliveries(self) -> int:
        """Number of deliveries."""
        return int(self.arrived[-1])

    @property
    def saving_per_sale(self) -> float:
        """Money that selling one case saves."""
        return self.costs.missing + self.costs.idle

    @property
    def cost_of_no_sales(self) -> float:
        """Expected cost of selling nothing."""
        return self.costs.missing * float(self.need.sum(axis=0).mean())


def around(totals: FloatArray, reach: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Return two lists that lie `reach` below and above another, but not below 0."""
    return np.maximum(totals - reach, 0.0), totals + reach


def at_limits(totals: FloatArray, low: FloatArray, high: FloatArray) -> BoolArray:
    """Return True for deliveries at which a list reaches a limit that could lie further out, shape (deliveries,)."""
    reached: BoolArray = ((low > 0) & (totals <= low + ROUNDING)) | (totals >= high - ROUNDING)
    return reached


@dataclass(frozen=True)
class Solution:
    """The best list between two lists.

    Parameters
    ----------
    totals : ndarray of float, shape (deliveries,)
        Cases delivered up to each delivery.
    bound : float
        Lower bound of the expected cost of any list between the two.
    pressing : ndarray of bool, shape (deliveries,)
        True if one of the two keeps the cost up.
    """

    totals: FloatArray
    bound: float
    pressing: BoolArray


@dataclass(frozen=True)
class _Total:
    """A running total in each scenario: a variable plus an offset, known to lie from `low` to `high`."""

    variable: IntArray
    offset: FloatArray
    low: FloatArray
    high: FloatArray

    def plus(self, cases: FloatArray | float) -> _Total:
        return _Total(self.variable, self.offset + cases, self.low + cases, self.high + cases)


class OrderProgram:
    """The program of the lists between two lists, over all scenarios of a run.

    Parameters
    ----------
    run : LinkedGames
    low, high : ndarray of float, shape (deliveries,)
        The two lists: cases delivered up to each delivery.
    earliness : float
        Money taken for each case and delivery that it comes before the last one, so that of lists that sell the same
        the late one is best.
    """

    def __init__(self, run: LinkedGames, low: FloatArray, high: FloatArray, earliness: float = 0.0) -> None:
        self.run, self.low, self.high, self.earliness = run, low, high, earliness
        self.deliveries = run.deliveries
        self.variables = 1 + self.deliveries  # the first stands for nothing delivered
        self.bounded: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.gains: list[tuple[IntArray, float]] = []
        self.sold_for_certain = 0.0
        count = np.arange(self.deliveries)
        self._keep_below(count, count + 1, np.zeros(self.deliveries))
        self._follow_stock()

    def solve(self) -> Solution:
        """Return the best list if cases could be split."""
        from scipy.optimize import linprog

        rows, most = self._rows()
        free = np.full(self.variables - 1 - self.deliveries, np.inf)
        ends = np.column_stack([np.concatenate([[0], self.low, -free]), np.concatenate([[0], self.high, free])])
        found = linprog(self._money(), A_ub=rows, b_ub=most, bounds=ends, method="highs-ds")
        if found.x is None:
            raise unsolved("order list", found.message)
        lists = slice(1, self.deliveries + 1)
        force = np.abs(found.lower.marginals[lists]) + np.abs(found.upper.marginals[lists])
        constant = self.run.cost_of_no_sales - self.run.saving_per_sale * self.sold_for_certain
        return Solution(found.x[lists], float(found.fun) + constant, force > FORCE * self.run.saving_per_sale)

    def _follow_stock(self) -> None:
        run = self.run
        outflow = self._delivered(0)
        arrived = expired = 0
        on_hand = np.full(run.need.shape[1], run.store_capacity)  # at most
        for need, arrived_now, expired_now in zip(run.need, run.arrived, run.expired, strict=True):
            supply = self._delivered(arrived_now)
            if expired_now > expired:
                outflow = self._either(outflow, self._delivered(expired_now), larger=True)
            if arrived_now > arrived and np.isfinite(run.store_capacity):
                outflow = self._either(outflow, supply.plus(-run.store_capacity), larger=True)
                on_hand = np.full_like(on_hand, run.store_capacity)
            before = outflow
            outflow = self._either(before.plus(need), supply, larger=False, second=need >= on_hand)
            on_hand = np.maximum(on_hand - need, 0.0)
            self.gains += [(outflow.variable, 1.0), (before.variable, -1.0)]
            self.sold_for_certain += float((outflow.offset - before.offset).mean())
            arrived, expired = arrived_now, expired_now

    def _delivered(self, count: int) -> _Total:
        """Return the cases of the first deliveries, the same in every scenario."""
        low, high = (0.0, 0.0) if count == 0 else (self.low[count - 1], self.high[count - 1])
        scenarios = self.run.need.shape[1]
        return _Total(np.full(scenarios, count), *(np.full(scenarios, value) for value in (0.0, low, high)))

    def _either(self, one: _Total, two: _Total, *, larger: bool, second: BoolArray | bool = False) -> _Total:
        """Return the larger or the smaller of two totals; the second one if `second` is True.

        If it is not known which, a new variable lies above or below the two; scenarios that agree so far share it.
        """
        same = (one.variable == two.variable) & ~np.asarray(second)
        above, below = one.low >= two.high, two.low >= one.high
        first = np.where(same, (one.offset >= two.offset) == larger, above if larger else below) & ~np.asarray(second)
        variable, offset = (np.where(first, getattr(one, k), getattr(two, k)) for k in ("variable", "offset"))
        unknown = np.flatnonzero(~(above | below | same | second))
        some, which = self._distinct(one, two, unknown)
        added = self.variables + np.arange(len(some))
        self.variables += len(some)
        for total in (one, two):
            if larger:
                self._keep_below(total.variable[some], added, -total.offset[some])
            else:
                self._keep_below(added, total.variable[some], total.offset[some])
        variable[unknown], offset[unknown] = added[which], 0.0
        limits = np.maximum if larger else np.minimum
        return _Total(variable, offset, limits(one.low, two.low), limits(one.high, two.high))

    def _distinct(self, one: _Total, two: _Total, scenarios: IntArray) -> tuple[IntArray, IntArray]:
        """Return the scenarios in which the two totals differ, and the place of each of `scenarios` among them."""
        if not (np.maximum(one.variable, two.variable)[scenarios] <= self.deliveries).any():
            return scenarios, np.arange(len(scenarios))
        ends = np.column_stack([part[scenarios] for part in (one.variable, one.offset, two.variable, two.offset)])
        _, first, which = np.unique(ends, axis=0, return_index=True, return_inverse=True)
        return scenarios[first], which.ravel()

    def _keep_below(self, one: IntArray, two: IntArray, most: FloatArray) -> None:
        """Let each variable of `one` exceed that of `two` by at most `most`."""
        self.bounded.append((one, two, most))

    def _rows(self) -> tuple[Any, FloatArray]:
        from scipy.sparse import csr_array

        one, two, most = (np.concatenate(parts) for parts in zip(*self.bounded, strict=True))
        row = np.arange(len(most))
        values = np.concatenate([np.ones(len(most)), -np.ones(len(most))])
        places = (np.concatenate([row, row]), np.concatenate([one, two]))
        return csr_array((values, places), shape=(len(most), self.variables)), most

    def _money(self) -> FloatArray:
        variable = np.concatenate([variable for variable, _ in self.gains])
        gain = np.repeat([gain for _, gain in self.gains], self.run.need.shape[1])
        money: FloatArray = (
            -self.run.saving_per_sale * np.bincount(variable, gain, self.variables) / self.run.need.shape[1]
        )
        money[self.deliveries] += self.run.costs.idle
        money[1 : self.deliveries] += self.earliness
        return money


def unsolved(sought: str, message: str) -> InputError:
    """Return the error for a program that HiGHS did not solve, as its numbers lie too far apart.

    Parameters
    ----------
    sought : str
        Name of the decision, such as an order list.
    message : str
        The message of HiGHS.
    """
    expected = (
        "costs, sizes and rates that are closer to each other; look for a slip among the smallest and the largest"
    )
    return InputError(
        f"operations: got numbers for which no {sought} can be worked out ({message}), expected {expected}"
    )
