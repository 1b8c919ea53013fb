"""The best order list of a spell: how many cases with each delivery.

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
from gatecast.plan.optimize.order_lp import OrderProgram, Solution, Spell, around, at_limits
from gatecast.plan.optimize.perishables import outflow_after, outflow_before

__all__ = ["best_order_list"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEW_SCENARIOS = (16, 64, 256)
REACH = 2.0
"""Distance of the limits from the last solution, in standard errors of a mean over its scenarios."""
LARGEST_PROGRAM = 20_000
"""Most variables of a program; cuts are faster than a larger one."""


def best_order_list(spell: Spell, gap: float) -> OrderList:
    """Return the order list with the smallest expected cost; of lists that sell the same, one that delivers late.

    Parameters
    ----------
    spell : Spell
    gap : float
        Share of its expected cost by which the list may exceed the bound.
    """
    pooled = _pooled(spell)
    if pooled is not None:
        return pooled
    found = best_whole_list(spell, _start(spell), gap)
    totals = _late(spell, found.totals)
    return OrderList(totals, _cost(spell, totals), found.bound)


def _cost(spell: Spell, totals: IntArray) -> float:
    return spell.lost + float(expected_costs(spell, totals[None, :].astype(np.float64)).sum())


def _pooled(spell: Spell) -> OrderList | None:
    """Return the best list if nothing perishes within the spell and the store holds all; None if it may not be so.

    It solves a newsvendor problem of the whole need.
    """
    if spell.expired.any():
        return None
    most = best_choice(spell.need.sum(axis=0)[None, :], spell.costs)
    totals = _late(spell, np.repeat(most, spell.deliveries))
    roomy = replace(spell, room=np.inf)
    cost, unlimited = _cost(spell, totals), _cost(roomy, totals)
    return OrderList(totals, cost, unlimited) if cost <= unlimited * (1 + ROUNDING) + ROUNDING else None


def _late(spell: Spell, totals: IntArray) -> IntArray:
    """Return the list that brings each case only for the first game at which some scenario would have sold it."""
    counts = np.concatenate([[0], totals])
    outflow = np.zeros(spell.need.shape[1])
    wanted = np.zeros(len(counts))
    for need, arrived, expired in zip(spell.need, spell.arrived, spell.expired, strict=True):
        supply = np.array(float(counts[arrived]))
        before = outflow_before(outflow, supply, np.array(float(counts[expired])), spell.room)
        outflow = outflow_after(before, need, supply)
        wanted[arrived] = outflow.max()
    late: IntArray = np.minimum(np.maximum.accumulate(np.ceil(wanted - ROUNDING)).astype(np.int64), counts)
    return late[1:]


def _start(spell: Spell) -> Start:
    """Return a list near the best, as if cases could be split: the best of these unless the program is too large."""
    scenarios = spell.need.shape[1]
    low, spread = np.zeros(spell.deliveries), _spread(spell)
    high, solution = low + np.inf, None
    for few in (count for count in FEW_SCENARIOS if 2 * count <= scenarios):
        program = OrderProgram(_fewer(spell, few), low, high)
        if solution is not None and program.variables > LARGEST_PROGRAM:
            break
        solution, reach = program.solve(), REACH * spread / np.sqrt(few)
        low, high = around(solution.totals, reach)
    if solution is not None and OrderProgram(spell, low, high).variables > LARGEST_PROGRAM:
        return Start(solution.totals, np.maximum(reach, 1.0), -np.inf)
    settled = _settled(spell, low, high)
    return Start(settled.totals, np.ones(spell.deliveries), settled.bound)


def _settled(spell: Spell, low: FloatArray, high: FloatArray) -> Solution:
    """Return the best list if cases could be split; limits move outwards as long as they keep the cost up."""
    reach = (high - low) / 2
    while True:
        solution = OrderProgram(spell, low, high).solve()
        held = solution.pressing & at_limits(solution.totals, low, high)
        if not held.any():
            return solution
        reach = np.where(held, 2 * reach, reach)
        low, high = around(solution.totals, reach)


def _spread(spell: Spell) -> FloatArray:
    """Return the standard deviation, in cases, of the need that each delivery can serve, shape (deliveries,)."""
    place = np.arange(1, spell.deliveries + 1)[:, None]
    served = (spell.arrived >= place) & (spell.expired < place)
    spread = (served @ spell.need).std(axis=1)
    floor: FloatArray = np.maximum(spread, 0.5 * spread.mean() + 0.5)
    return floor


def _fewer(spell: Spell, count: int) -> Spell:
    """Return the spell with `count` of its scenarios, spread evenly over their ranks by whole need."""
    scenarios = spell.need.shape[1]
    ranked = np.argsort(spell.need.sum(axis=0), kind="stable")
    taken = ((np.arange(count) + 0.5) * scenarios / count).astype(np.int64)
    return replace(spell, need=spell.need[:, np.sort(ranked[taken])])
