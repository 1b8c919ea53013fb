"""The best order list of a run: how many cases with each delivery.

The stochastic program is first solved over a few scenarios, without limits; then over more of them within limits near
that solution, at the end over all unless that takes too long. A limit that keeps the cost up is moved outwards, so the
last solution is the best without limits if cases could be split, and its cost is a bound. Cuts then find the best list
of whole cases near the last solution.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gatecast.plan.optimize.newsvendor import ROUNDING, best_choice
from gatecast.plan.optimize.order_cuts import OrderList, Start, best_whole_list, expected_costs
from gatecast.plan.optimize.order_lp import LinkedGames, OrderProgram, Solution, around, at_limits
from gatecast.plan.optimize.perishables import outflow_after, outflow_before

__all__ = ["best_order_list"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEW_SCENARIOS = (16, 64, 256)
REACH = 2.0
"""Distance of the limits from the last solution, in standard errors of a mean over its scenarios."""
LARGEST_PROGRAM = 20_000
"""Most variables of a program; cuts are faster than a larger one."""


def best_order_list(run: LinkedGames, gap: float) -> OrderList:
    """Return the order list with the smallest expected cost; of lists that sell the same, one that delivers late.

    Parameters
    ----------
    run : LinkedGames
    gap : float
        Share of its expected cost by which the list may exceed the bound.
    """
    pooled = _pooled(run)
    if pooled is not None:
        return pooled
    found = best_whole_list(run, _start(run), gap)
    totals = _late(run, found.totals)
    return OrderList(totals, _cost(run, totals), found.bound)


def _cost(run: LinkedGames, totals: IntArray) -> float:
    return run.cost_of_no_sales + float(expected_costs(run, totals[None, :].astype(np.float64)).sum())


def _pooled(run: LinkedGames) -> OrderList | None:
    """Return the best list if nothing perishes within the run and the store holds all; None if it may not be so.

    It solves a newsvendor problem of the whole need.
    """
    if run.expired.any():
        return None
    most = best_choice(run.need.sum(axis=0)[None, :], run.costs)
    totals = _late(run, np.repeat(most, run.deliveries))
    roomy = replace(run, store_capacity=np.inf)
    cost, unconstrained = _cost(run, totals), _cost(roomy, totals)
    return OrderList(totals, cost, unconstrained) if cost <= unconstrained * (1 + ROUNDING) + ROUNDING else None


def _late(run: LinkedGames, totals: IntArray) -> IntArray:
    """Return the list that brings each case only for the first game at which some scenario would have sold it."""
    counts = np.concatenate([[0], totals])
    outflow = np.zeros(run.need.shape[1])
    wanted = np.zeros(len(counts))
    for need, arrived, expired in zip(run.need, run.arrived, run.expired, strict=True):
        supply = np.array(float(counts[arrived]))
        before = outflow_before(outflow, supply, np.array(float(counts[expired])), run.store_capacity)
        outflow = outflow_after(before, need, supply)
        wanted[arrived] = outflow.max()
    late: IntArray = np.minimum(np.maximum.accumulate(np.ceil(wanted - ROUNDING)).astype(np.int64), counts)
    return late[1:]


def _start(run: LinkedGames) -> Start:
    """Return a list near the best, as if cases could be split: the best of these unless the program is too large."""
    scenarios = run.need.shape[1]
    low, spread = np.zeros(run.deliveries), _spread(run)
    high, solution = low + np.inf, None
    for few in (count for count in FEW_SCENARIOS if 2 * count <= scenarios):
        program = OrderProgram(_fewer(run, few), low, high)
        if solution is not None and program.variables > LARGEST_PROGRAM:
            break
        solution, reach = program.solve(), REACH * spread / np.sqrt(few)
        low, high = around(solution.totals, reach)
    if solution is not None and OrderProgram(run, low, high).variables > LARGEST_PROGRAM:
        return Start(solution.totals, np.maximum(reach, 1.0), -np.inf)
    settled = _settled(run, low, high)
    return Start(settled.totals, np.ones(run.deliveries), settled.bound)


def _settled(run: LinkedGames, low: FloatArray, high: FloatArray) -> Solution:
    """Return the best list if cases could be split; limits move outwards as long as they keep the cost up."""
    reach = (high - low) / 2
    while True:
        solution = OrderProgram(run, low, high).solve()
        held = solution.pressing & at_limits(solution.totals, low, high)
        if not held.any():
            return solution
        reach = np.where(held, 2 * reach, reach)
        low, high = around(solution.totals, reach)


def _spread(run: LinkedGames) -> FloatArray:
    """Return the standard deviation, in cases, of the need that each delivery can serve, shape (deliveries,)."""
    place = np.arange(1, run.deliveries + 1)[:, None]
    served = (run.arrived >= place) & (run.expired < place)
    spread = (served @ run.need).std(axis=1)
    floor: FloatArray = np.maximum(spread, 0.5 * spread.mean() + 0.5)
    return floor


def _fewer(run: LinkedGames, count: int) -> LinkedGames:
    """Return the run with `count` of its scenarios, spread evenly over their ranks by whole need."""
    scenarios = run.need.shape[1]
    ranked = np.argsort(run.need.sum(axis=0), kind="stable")
    taken = ((np.arange(count) + 0.5) * scenarios / count).astype(np.int64)
    return replace(run, need=run.need[:, np.sort(ranked[taken])])
