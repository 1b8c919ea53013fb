"""What a policy with a network reads of a state, and how its answer becomes an order; in numpy and in JAX alike.

A network does not see cases or money but ratios, so that one serves every item: what a case missing costs to one left
over, how long it keeps, how uncertain the need is, how much of it the stock will probably cover. It answers with the
normal score up to which to order, as a difference from the newsvendor's, and with the share of the projected stock to
count. All arrays have any number of leading axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from gatecast.normal import normal_quantiles
from gatecast.plan.ordering.belief import quantile_at, spread_points
from gatecast.plan.ordering.problem import OrderingProblem, OrderState

__all__ = [
    "COMMON",
    "FEATURES",
    "ProblemArrays",
    "StateArrays",
    "after_game",
    "features",
    "order_of",
    "projected_stock",
    "take",
]

Array = Any
"""An array of numpy or of JAX, or a module of either."""

COMMON = 0.4
"""Correlation taken between the needs of the games that one delivery covers."""
FEATURES = 17
"""Numbers that a network reads."""
FAR = 4.0
SMALLEST = 1e-6


@dataclass(frozen=True)
class ProblemArrays:
    """Hold ordering problems as arrays.

    Parameters
    ----------
    comes, last, covers : array, shape (..., games)
        As in `OrderingProblem`.
    end : array of int, shape (...)
        The last game of the run.
    missing, idle, room : array, shape (...)
    score : array, shape (...)
        Normal score of the critical ratio.
    """

    comes: Array
    last: Array
    covers: Array
    end: Array
    missing: Array
    idle: Array
    room: Array
    score: Array

    @classmethod
    def of(cls, problem: OrderingProblem) -> Self:
        """Return one problem."""
        values = (problem.missing, problem.idle, min(problem.room, 1e9), normal_quantiles(problem.critical_ratio))
        end = np.array(len(problem) - 1)
        return cls(problem.comes, problem.last, problem.covers, end, *(np.array(value) for value in values))


@dataclass(frozen=True)
class StateArrays:
    """Hold what is known at an order, as arrays.

    Parameters
    ----------
    calendar : ProblemArrays
    stock, under_way, p_postponed : array, shape (..., games)
    quantiles : array, shape (..., games, levels)
    known : array of int, shape (...)
    game : array of int, shape ()
        As in `OrderState`; one game for all.
    """

    calendar: ProblemArrays
    stock: Array
    under_way: Array
    quantiles: Array
    p_postponed: Array
    known: Array
    game: Array

    @classmethod
    def of(cls, problem: OrderingProblem, state: OrderState) -> Self:
        """Return one state."""
        game, known = np.array(state.game), np.array(state.known)
        calendar = ProblemArrays.of(problem)
        return cls(calendar, state.stock, state.under_way, state.quantiles, state.p_postponed, known, game)


def take(left: Array, amount: Array, xp: Array = np) -> tuple[Array, Array]:
    """Take an amount from the oldest delivery on; return what is left and what was taken."""
    before = xp.cumsum(left, axis=-1) - left
    taken = xp.clip(amount[..., None] - before, 0.0, left)
    return left - taken, taken.sum(axis=-1)


def after_game(
    calendar: ProblemArrays, left: Array, game: Array, flow: tuple[Array, Array], xp: Array = np
) -> tuple[Array, Array]:
    """Deliver, sell and throw out at one game; return what is left of each delivery, and the cost in money.

    Parameters
    ----------
    calendar : ProblemArrays
    left : array, shape (..., games)
    game : int or array
    flow : tuple of array, shape (...)
        Cases delivered and cases asked for.
    xp : module
    """
    cases, need = flow
    games = xp.arange(left.shape[-1])
    left = left + xp.where(games == game, cases[..., None], 0.0)
    left, over = take(left, xp.maximum(left.sum(axis=-1) - calendar.room, 0.0), xp)
    left, sold = take(left, need, xp)
    gone = (calendar.last <= game) | (calendar.end <= game)[..., None]
    wasted = over + xp.where(gone, left, 0.0).sum(axis=-1)
    return xp.where(gone, 0.0, left), calendar.missing * (need - sold) + calendar.idle * wasted


def projected_stock(view: StateArrays, means: Array, xp: Array = np) -> Array:
    """Return what is left of each delivery when `game` begins, if every game until then asks for its mean."""
    left = view.stock
    one = xp is np and np.ndim(view.known) == 0  # where all rows know as many games, the others need not be tried
    for step in range(int(view.known), int(view.game)) if one else range(left.shape[-1]):
        between = (step >= view.known) & (step < view.game)
        moved, _ = after_game(view.calendar, left, step, (view.under_way[..., step], means[..., step]), xp)
        left = xp.where(between[..., None], moved, left)
    return left


def features(view: StateArrays, xp: Array = np) -> tuple[Array, Array]:
    """Return what the network reads, and what `order_of` needs beside its answer.

    Returns
    -------
    features : array, shape (..., FEATURES)
    parts : tuple of array
        Means of the games, marks of those that the delivery covers, cases projected to be left.
    """
    calendar, quantiles, known, game = view.calendar, view.quantiles, view.known, view.game
    games = xp.arange(view.stock.shape[-1])
    points = spread_points(quantiles, xp)
    means, spreads = points.mean(axis=-1), points.std(axis=-1)
    left = projected_stock(view, means * (1 - view.p_postponed), xp)
    at = games == game

    def of_game(values: Array) -> Array:
        return xp.where(at, values, 0).sum(axis=-1)

    last, covers = of_game(calendar.last), of_game(calendar.covers)
    covered = (games >= game) & (games <= covers[..., None])
    beyond = (games > covers[..., None]) & (games <= last[..., None])
    between = (games >= known[..., None]) & (games < game)
    mean, spread = xp.where(covered, means, 0.0).sum(axis=-1), xp.where(covered, spreads, 0.0).sum(axis=-1)
    unit = xp.maximum(spread, SMALLEST)
    total = left.sum(axis=-1)
    dying = xp.where(calendar.last <= game, left, 0.0).sum(axis=-1)
    before = xp.sqrt(xp.where(between, spreads**2, 0.0).sum(axis=-1))
    low, middle, high = (of_game(quantiles[..., place]) for place in (2, 4, 6))
    after = xp.where(beyond, means, 0.0).sum(axis=-1)
    read = (
        calendar.score / 2,
        spread / xp.maximum(mean, SMALLEST),
        xp.minimum(1 / unit, FAR),
        xp.minimum(last - game, FAR) / 2,
        xp.minimum(calendar.end - game, FAR) / 2,
        (covers - game) / 2,
        xp.minimum(game - known, FAR) / 2,
        4 * of_game(view.p_postponed),
        xp.clip((total - mean) / unit / 2, -FAR, FAR),
        xp.clip(total / unit / 2, 0.0, FAR),
        xp.clip(dying / unit / 2, 0.0, FAR),
        xp.minimum(before / unit, FAR),
        xp.minimum(after / xp.maximum(mean, SMALLEST), FAR) / 2,
        (high + low - 2 * middle) / xp.maximum(high - low, SMALLEST),
        xp.where(calendar.end <= last, 1.0, 0.0),
        xp.where(last <= covers, 1.0, 0.0),
        xp.where(beyond.sum(axis=-1) > 0, 1.0, 0.0),
    )
    shape = total.shape
    stacked = xp.stack([xp.broadcast_to(xp.asarray(value, dtype=xp.float32), shape) for value in read], axis=-1)
    return stacked, (means, covered, total)


def order_of(view: StateArrays, answer: Array, parts: tuple[Array, ...], xp: Array = np) -> Array:
    """Return the cases to order, not yet whole, from the answer of the network; shape (...).

    Parameters
    ----------
    view : StateArrays
    answer : array, shape (..., 2)
        Difference from the score of the critical ratio, and from counting all projected stock.
    parts : tuple
        From `features`.
    xp : module
    """
    calendar, (means, covered, total) = view.calendar, parts
    score = calendar.score + answer[..., 0]
    away = xp.where(
        covered, quantile_at(view.quantiles, xp.broadcast_to(score[..., None], means.shape), xp) - means, 0.0
    )
    single = away.sum(axis=-1)
    square = (1 - COMMON) * (away**2).sum(axis=-1) + COMMON * single**2
    several = xp.sign(single) * xp.sqrt(xp.maximum(square, SMALLEST))
    margin = xp.where(covered.sum(axis=-1) > 1, several, single)
    target_stock = xp.where(covered, means, 0.0).sum(axis=-1) + margin
    here = xp.where(xp.arange(means.shape[-1]) == view.game, calendar.comes, False).any(axis=-1)
    wanted = xp.clip(target_stock - (1 + answer[..., 1]) * total, 0.0, calendar.room)
    return xp.where(here, wanted, 0.0)
