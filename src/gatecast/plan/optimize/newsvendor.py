"""The newsvendor problem in whole units: how many to take when the need is uncertain.

`need` is in units of the choice, shape (games, points): equally likely values, in any order. If missing units can be
had late, at most `most` of them, the expected cost of x is

    unit * x + idle * E[max(x - need, 0)] + late * E[min(short, most)] + missing * E[max(short - most, 0)]

where short = max(need - x, 0). It is convex in x, so the best whole number stands beside a critical quantile of the
need: that of `missing` if nothing can be had late, else between those of `late` and of `missing`.

Source: Arrow, Harris and Marschak, Optimal Inventory Policy, Econometrica 19 (1951); with recourse, Birge and
Louveaux, Introduction to Stochastic Programming (2011), section 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = [
    "ROUNDING",
    "UnitCosts",
    "best_choice",
    "expected_cost",
    "next_unit_used",
    "risk_short",
    "saved_by_one_more",
    "within",
    "worth_of_one_more",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ROUNDING = 1e-9


@dataclass(frozen=True)
class UnitCosts:
    """Hold the costs of one unit: a shift of a role, a case of an item, a vehicle of a service.

    `missing` is a role's `shortage_cost`, the lost margin of a case, or a service's `penalty` for all whom a vehicle
    takes; `late` is a role's `call_in_cost`, and `late_most` its `call_in_pool`: a shift had late is one called in.

    Parameters
    ----------
    unit : float
        Paid for each unit taken, used or not.
    missing : float
        Paid for each unit needed and not there.
    idle : float
        Paid for each unit there and not needed, beyond `unit`.
    late : float, optional
        Paid for each unit had late, in place of `missing`; between `unit` and `missing`. None: nothing is had late.
    late_most : float
        Most units had late for one game.

    Examples
    --------
    >>> UnitCosts(unit=100, missing=400).critical_ratio
    0.75
    """

    unit: float
    missing: float
    idle: float = 0.0
    late: float | None = None
    late_most: float = np.inf

    @property
    def critical_ratio(self) -> float:
        """Share of outcomes in which the best choice is enough if nothing is had late, up to rounding."""
        return (self.missing - self.unit) / (self.missing + self.idle)

    @property
    def reserve(self) -> float:
        """Units that can be had late."""
        return 0.0 if self.late is None else self.late_most


def expected_cost(need: FloatArray, choice: IntArray, costs: UnitCosts) -> FloatArray:
    """Return the expected cost of `choice`, shape (games,)."""
    beyond = need - choice[:, None]
    over = np.maximum(-beyond, 0.0).mean(axis=1)
    short = np.maximum(beyond, 0.0).mean(axis=1)
    cost: FloatArray = costs.unit * choice + costs.missing * short + costs.idle * over
    if costs.late is not None:
        unmet = np.maximum(beyond - costs.late_most, 0.0).mean(axis=1)
        cost -= (costs.missing - costs.late) * (short - unmet)
    return cost


def best_choice(
    need: FloatArray, costs: UnitCosts, least: IntArray | int = 0, most: IntArray | int | None = None
) -> IntArray:
    """Return the whole number of units with the smallest expected cost; the smaller of two equal ones.

    Parameters
    ----------
    need : ndarray of float, shape (games, points)
    costs : UnitCosts
    least, most : int or ndarray of int, shape (games,)
        Limits of the choice; if they contradict each other, `most` holds.

    Returns
    -------
    ndarray of int, shape (games,)

    Examples
    --------
    >>> best_choice(np.array([[3.0, 1.0, 4.0, 2.0]]), UnitCosts(unit=100, missing=400))
    array([3])
    """
    free = _at_critical_quantile(need, replace(costs, late=None))
    if costs.late is not None:
        low = _at_critical_quantile(need, replace(costs, missing=costs.late, late=None))
        free = _between(need, costs, np.minimum(low, free), free)
    return within(free, least, most)


def within(choice: IntArray, least: IntArray | int, most: IntArray | int | None) -> IntArray:
    """Return the allowed choice that costs least, given the best of all, as costs are convex."""
    allowed = np.maximum(choice, least)
    return allowed if most is None else np.minimum(allowed, most)


def next_unit_used(need: FloatArray, choice: IntArray) -> FloatArray:
    """Return the expected share of one more unit that would be used, shape (games,)."""
    used: FloatArray = np.clip(need - choice[:, None], 0.0, 1.0).mean(axis=1)
    return used


def saved_by_one_more(need: FloatArray, choice: IntArray, costs: UnitCosts) -> FloatArray:
    """Return the money that one more unit would save on shortage and units had late, shape (games,)."""
    return _saved(need, choice, costs, next_unit_used(need, choice))


def _saved(need: FloatArray, choice: IntArray, costs: UnitCosts, used: FloatArray) -> FloatArray:
    if costs.late is None:
        return costs.missing * used
    return costs.late * used + (costs.missing - costs.late) * next_unit_used(need - costs.late_most, choice)


def risk_short(need: FloatArray, choice: IntArray, reserve: float = 0.0) -> FloatArray:
    """Return the chance that `choice` and a `reserve` of units had late are not enough, shape (games,)."""
    short: FloatArray = (need > choice[:, None] + reserve + ROUNDING).mean(axis=1)
    return short


def worth_of_one_more(need: FloatArray, choice: IntArray, costs: UnitCosts) -> FloatArray:
    """Return the money that one more unit would save less its cost, shape (games,); above 0 only if a limit binds."""
    used = next_unit_used(need, choice)
    return _saved(need, choice, costs, used) - costs.idle * (1 - used) - costs.unit


def _at_critical_quantile(need: FloatArray, costs: UnitCosts) -> IntArray:
    """Return the best choice if nothing is had late."""
    place = max(int(np.ceil(costs.critical_ratio * need.shape[1] - ROUNDING)) - 1, 0)
    below = np.floor(np.partition(need, place, axis=1)[:, place]).astype(np.int64)
    return np.where(_enough(need, costs, below), below, below + 1)


def _between(need: FloatArray, costs: UnitCosts, low: IntArray, high: IntArray) -> IntArray:
    """Return the smallest whole number from `low` to `high` that is enough, by bisection; `high` is enough."""
    while (low < high).any():
        middle = (low + high) // 2
        enough = _enough(need, costs, middle)
        low, high = np.where(enough, low, np.minimum(middle + 1, high)), np.where(enough, middle, high)
    return high


def _enough(need: FloatArray, costs: UnitCosts, choice: IntArray) -> npt.NDArray[np.bool_]:
    """Return True for games at which one more unit is not worth its cost."""
    return worth_of_one_more(need, choice, costs) <= ROUNDING * (costs.missing + costs.idle)
