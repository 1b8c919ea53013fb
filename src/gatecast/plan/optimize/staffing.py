"""Staff over a homestand: how many shifts to hire for each game, and how many people to engage.

One shift serves so many people. Missing shifts are called in as far as possible; the rest stay unfilled. Both cost
money, so the expected cost of a game is a convex function of the shifts hired, known exactly at whole numbers. Alone,
a game is a newsvendor problem. A contract that offers everyone engaged for a homestand at least so many shifts ties
its games together: with x(g) shifts at game g and P people,

    minimise    sum of expected cost(g, x(g))
    subject to  least(g) <= x(g) <= P <= pool,  sum of x(g) >= minimum_shifts * P,  all whole

a two-stage stochastic program with simple recourse (Birge and Louveaux, Introduction to Stochastic Programming, 2011,
section 3.3), which HiGHS solves with the slopes of the expected costs as the second stage. If the newsvendor
choices meet the contract, they are the optimum, and no program is solved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gatecast.plan.demand.crowd import Crowd
from gatecast.plan.operations.model import StaffRole
from gatecast.plan.optimize.newsvendor import ROUNDING, UnitCosts, best_choice, within, worth_of_one_more
from gatecast.plan.optimize.order_lp import unsolved

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

__all__ = ["by_rule", "people_engaged", "shift_costs", "shifts_needed", "shifts_offered", "staff_program"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def shifts_needed(role: StaffRole, crowd: Crowd) -> FloatArray:
    """Return the shifts that the crowd needs, shape (games, scenarios)."""
    return crowd.people / role.people_per_shift


def by_rule(role: StaffRole, crowd: Crowd, certainty: float) -> IntArray:
    """Return the fewest shifts by the rule of one for so many people, shape (games,); 0 without a rule.

    Parameters
    ----------
    role : StaffRole
    crowd : Crowd
    certainty : float
        Share of outcomes in which the rule must be met.
    """
    if role.minimum_one_per is None:
        return np.zeros(len(crowd), np.int64)
    return np.ceil(crowd.quantile(certainty) / role.minimum_one_per - ROUNDING).astype(np.int64)


def shift_costs(role: StaffRole) -> UnitCosts:
    """Return the costs of a shift of `role` hired, called in and missing."""
    most = np.inf if role.call_in_pool is None else float(role.call_in_pool)
    return UnitCosts(unit=role.cost, missing=role.shortage_cost, late=role.call_in_cost, late_most=most)


def staff_program(
    need: FloatArray,
    costs: UnitCosts,
    homestands: IntArray,
    minimum_shifts: int = 0,
    *,
    least: IntArray | int = 0,
    most: int | None = None,
    free: IntArray | None = None,
) -> IntArray:
    """Return the shifts to hire for each game with the smallest expected cost over each homestand.

    Parameters
    ----------
    need : ndarray of float, shape (games, scenarios)
        Shifts needed.
    costs : UnitCosts
        Of a shift, from `shift_costs`.
    homestands : ndarray of int, shape (games,)
        The homestand of each game.
    minimum_shifts : int
        Fewest shifts for each person engaged for a homestand; all its games if it has fewer.
    least : int or ndarray of int, shape (games,)
        Fewest shifts.
    most : int, optional
        People available; holds even if `least` is more.
    free : ndarray of int, shape (games,), optional
        `best_choice(need, costs)`, if it is known already.

    Returns
    -------
    ndarray of int, shape (games,)
        Shifts; nobody works two at one game, so the most of a homestand is the number of people to engage.

    Examples
    --------
    >>> need, costs = np.array([[3.0], [3.0], [9.0]]), UnitCosts(unit=100, missing=250)
    >>> staff_program(need, costs, np.zeros(3, int)), staff_program(need, costs, np.zeros(3, int), 3)
    (array([3, 3, 9]), array([3, 3, 3]))
    """
    shifts = within(best_choice(need, costs) if free is None else free, least, most)
    least = np.minimum(np.broadcast_to(np.asarray(least, np.int64), shifts.shape), shifts)
    fewest = shifts_offered(minimum_shifts, homestands)
    _, stand = np.unique(homestands, return_inverse=True)
    offered = np.bincount(stand, weights=shifts)[stand]
    for one in np.unique(stand[offered < fewest * people_engaged(shifts, stand)]):
        rows = np.flatnonzero(stand == one)
        shifts[rows] = _contract(need[rows], costs, shifts[rows], least[rows], int(fewest[rows[0]]))
    return shifts


def shifts_offered(minimum_shifts: int, homestands: IntArray) -> IntArray:
    """Return the fewest shifts for each person engaged, shape (games,): those promised, or all games of a homestand."""
    _, stand, games = np.unique(homestands, return_inverse=True, return_counts=True)
    fewest: IntArray = np.minimum(minimum_shifts, games)[stand]
    return fewest


def people_engaged(shifts: IntArray, homestands: IntArray) -> IntArray:
    """Return the people to engage for the homestand of each game, shape (games,): its most shifts at one game."""
    _, stand = np.unique(homestands, return_inverse=True)
    most = np.zeros(stand.max(initial=-1) + 1, np.int64)
    np.maximum.at(most, stand, shifts)
    return most[stand]


def _contract(need: FloatArray, costs: UnitCosts, alone: IntArray, least: IntArray, fewest: int) -> IntArray:
    """Return the shifts of one homestand in which each person engaged is offered `fewest`.

    No choice below the smallest of the choices that are best alone can be better, as everyone engaged can work that
    many shifts of each game; none above the largest either, as fewer people then cost less.
    """
    from scipy.optimize import Bounds, milp

    games, high = len(need), int(alone.max())
    low = np.maximum(least, alone.min())
    steps = high - low
    game = np.repeat(np.arange(games), steps)
    level = np.arange(len(game)) - np.repeat(np.cumsum(steps) - steps - low, steps)
    slopes = -worth_of_one_more(need[game], level, costs)
    hired, free = games + 1, np.zeros(len(game))
    found = milp(
        np.concatenate([np.zeros(hired), slopes]),
        integrality=np.concatenate([np.ones(hired), free]),
        bounds=Bounds(np.concatenate([low, [low.max()], free]), np.concatenate([np.full(hired, high), free + 1])),
        constraints=_contract_rows(low, game, fewest),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise unsolved("shifts", found.message)
    shifts: IntArray = np.round(found.x[:games]).astype(np.int64)
    return shifts


def _contract_rows(low: IntArray, game: IntArray, fewest: int) -> LinearConstraint:
    """Return the constraints on shifts of each game, people, and each single shift above `low` with its game.

    Shifts are `low` and the single ones; no more than the people; in all at least `fewest` times the people.
    """
    from scipy.optimize import LinearConstraint
    from scipy.sparse import block_array, coo_array, eye_array

    games, singles = len(low), len(game)
    each, ones = eye_array(games), np.ones((games, 1))
    adds_up = coo_array((-np.ones(singles), (game, np.arange(singles))), shape=(games, singles))
    rows = [[each, None, adds_up], [each, -ones, None], [ones.T, np.array([[-fewest]]), None]]
    matrix = block_array(rows, format="csc")
    least = np.concatenate([low, np.full(games, -np.inf), [0]])
    return LinearConstraint(matrix, least, np.concatenate([low, np.zeros(games), [np.inf]]))
