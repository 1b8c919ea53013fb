"""The newsvendor problem in whole units: how many to take when the need is uncertain.

`need` is in units of the choice, shape (games, points): equally likely values, ascending. The expected cost of x is

    unit * x + missing * E[max(need - x, 0)] + idle * E[max(x - need, 0)]

which is convex in x, so the best whole number stands beside the critical quantile of the need.

Source: Arrow, Harris and Marschak, Optimal Inventory Policy, Econometrica 19 (1951).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ROUNDING", "UnitCosts", "best_choice", "expected_cost", "next_unit_used", "risk_short", "worth_of_one_more"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ROUNDING = 1e-9


@dataclass(frozen=True)
class UnitCosts:
    """What one unit costs.

    Parameters
    ----------
    unit : float
        Paid for each unit taken, used or not.
    missing : float
        Paid for each unit needed and not there.
    idle : float
        Paid for each unit there and not needed, beyond `unit`.

    Examples
    --------
    >>> UnitCosts(unit=100, missing=400).critical_ratio
    0.75
    """

    unit: float
    missing: float
    idle: float = 0.0

    @property
    def critical_ratio(self) -> float:
        """Share of outcomes in which the best choice is enough, whole units apart."""
        return (self.missing - self.unit) / (self.missing + self.idle)


def expected_cost(need: FloatArray, choice: IntArray, costs: UnitCosts) -> FloatArray:
    """Expected cost of `choice`, shape (games,)."""
    x = choice[:, None].astype(np.float64)
    short = np.maximum(need - x, 0.0).mean(axis=1)
    over = np.maximum(x - need, 0.0).mean(axis=1)
    cost: FloatArray = costs.unit * choice + costs.missing * short + costs.idle * over
    return cost


def best_choice(
    need: FloatArray, costs: UnitCosts, least: IntArray | int = 0, most: IntArray | int | None = None
) -> IntArray:
    """The whole number of units with the smallest expected cost; the smaller of two that cost the same.

    Parameters
    ----------
    need : ndarray of float, shape (games, points)
    costs : UnitCosts
    least, most : int or ndarray of int, shape (games,)
        Limits of the choice; where they contradict each other, `most` holds.

    Returns
    -------
    ndarray of int, shape (games,)

    Examples
    --------
    >>> best_choice(np.array([[1.0, 2.0, 3.0, 4.0]]), UnitCosts(unit=100, missing=400))
    array([3])
    """
    place = int(np.ceil(costs.critical_ratio * need.shape[1] - ROUNDING)) - 1
    below = np.floor(need[:, max(place, 0)]).astype(np.int64)
    enough = next_unit_used(need, below) <= 1 - costs.critical_ratio + ROUNDING
    choice = np.maximum(np.where(enough, below, below + 1), least)
    return choice if most is None else np.minimum(choice, most)


def next_unit_used(need: FloatArray, choice: IntArray) -> FloatArray:
    """Expected share of one more unit that would be used, shape (games,)."""
    used: FloatArray = np.clip(need - choice[:, None], 0.0, 1.0).mean(axis=1)
    return used


def risk_short(need: FloatArray, choice: IntArray) -> FloatArray:
    """Chance that `choice` is not enough, shape (games,)."""
    short: FloatArray = (need > choice[:, None] + ROUNDING).mean(axis=1)
    return short


def worth_of_one_more(need: FloatArray, choice: IntArray, costs: UnitCosts) -> FloatArray:
    """What one more unit would save less what it would cost, shape (games,); above 0 only where a limit binds."""
    used = next_unit_used(need, choice)
    return costs.missing * used - costs.idle * (1 - used) - costs.unit
