"""Policies without a network: levels that are tuned, today's plan, and the program solved again after each game.

All take a problem and what is known, and return whole cases. A level policy orders up to a target: the need up to the
next delivery, at a normal score. The projected-inventory policy counts what will probably be left when the delivery
comes (van Jaarsveld and Arts, Projected Inventory Level Policies for Lost Sales Inventory Systems, 2024); the
base-stock policy counts all stock and orders under way against the need until then, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gatecast.normal import normal_quantiles
from gatecast.plan.optimize.newsvendor import UnitCosts
from gatecast.plan.optimize.order_lp import LinkedGames, OrderProgram
from gatecast.plan.ordering.belief import Belief, quantile_at, spread_points
from gatecast.plan.ordering.features import COMMON, StateArrays, projected_stock, take
from gatecast.plan.ordering.problem import OrderingProblem, OrderState, Policy, Shelf

__all__ = ["BaseStock", "FixedPlan", "ProjectedInventory", "Rolling", "open_loop", "run_policy", "target", "tuned"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

P = TypeVar("P", bound=Policy)

SCENARIOS = 128
EARLINESS = 0.01
"""Share of what a sale saves that is taken for each case and delivery that it comes early."""
FEW_CASES = 12
"""Largest order up to which whole cases are searched, as rounding matters."""
LEVELS_TRIED = np.linspace(-1.5, 3.0, 19)
MOST_ROUNDS = 60


def target(quantiles: FloatArray, first: int, last: int, score: float) -> float:
    """Return the cases that games `first` to `last` ask for at a normal score."""
    games = quantiles[first : last + 1]
    mean = spread_points(games).mean(axis=-1)
    away = quantile_at(games, np.full(len(games), score)) - mean
    together = np.sqrt((1 - COMMON) * (away**2).sum() + COMMON * away.sum() ** 2)
    return float(mean.sum() + np.sign(score) * together) if len(games) > 1 else float((mean + away).sum())


def projected(problem: OrderingProblem, state: OrderState) -> FloatArray:
    """Return the cases left of each delivery when the state's game begins, if every game asks for its mean."""
    means = spread_points(state.quantiles).mean(axis=-1) * (1 - state.p_postponed)
    left: FloatArray = projected_stock(StateArrays.of(problem, state), means)
    return left


def whole(cases: float, problem: OrderingProblem) -> int:
    """Return whole cases, not below 0 and not above what the store holds."""
    return int(min(max(round(cases), 0), problem.room if np.isfinite(problem.room) else np.inf))


@dataclass(frozen=True)
class FixedPlan:
    """Orders decided before the first game, whatever comes."""

    cases: tuple[int, ...]

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the cases planned for the state's game."""
        return self.cases[state.game] if problem.comes[state.game] else 0


@dataclass(frozen=True)
class ProjectedInventory:
    """Order what is missing, when the delivery comes, to the need up to the next delivery at a normal score."""

    score: float

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the whole cases to order."""
        level = target(state.quantiles, state.game, int(problem.covers[state.game]), self.score)
        return whole(level - float(projected(problem, state).sum()), problem)


@dataclass(frozen=True)
class BaseStock:
    """Order what is missing, of stock and orders under way, to the need until the next delivery at a normal score."""

    score: float

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the whole cases to order."""
        level = target(state.quantiles, state.known, int(problem.covers[state.game]), self.score)
        return whole(level - float(state.stock.sum() + state.under_way.sum()), problem)


@dataclass(frozen=True)
class Rolling:
    """Decide all later orders at once from what is known, place the first, and decide again at the next.

    Parameters
    ----------
    belief : Belief
        How games go together. Quantiles are those of the state.
    scenarios, seed : int
    """

    belief: Belief
    scenarios: int = SCENARIOS
    seed: int = 0

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the whole cases to order."""
        return int(self.orders(problem, state)[state.game])

    def orders(self, problem: OrderingProblem, state: OrderState) -> IntArray:
        """Return the orders for all games as decided now, shape (games,); those under way as they are."""
        if problem.last[state.game] == state.game and state.known == state.game:
            return _alone(problem, state)
        later = np.arange(state.known, len(problem))
        weight = self.belief.weight[later]
        own = np.diag(np.maximum(1 - weight**2, 1e-6))
        joint = weight[:, None] * self.belief.later_covariance(state.history) * weight + own
        root = np.linalg.cholesky(joint / np.sqrt(np.outer(np.diag(joint), np.diag(joint))))
        points = _points(self.seed, self.scenarios, len(problem))
        scores = normal_quantiles(points[0][:, later]) @ root.T
        quantiles = np.broadcast_to(state.quantiles[later], (*scores.shape, state.quantiles.shape[1]))
        need = np.zeros((self.scenarios, len(problem)))
        need[:, later] = np.where(points[1][:, later] < state.p_postponed[later], 0.0, quantile_at(quantiles, scores))
        orders = program(problem, state, need)
        return open_loop(problem, state, need, start=orders) if orders.max() <= FEW_CASES else orders


def program(problem: OrderingProblem, state: OrderState, need: FloatArray) -> IntArray:
    """Return the orders of the stochastic program of `optimize.order_lp` from a state on, rounded to whole cases.

    Cases in the store and under way are deliveries whose size is fixed.

    Parameters
    ----------
    problem : OrderingProblem
    state : OrderState
    need : ndarray of float, shape (scenarios, games)
        Equally likely; games known are not read.
    """
    games = np.arange(len(problem))
    fixed = state.stock + state.under_way
    deliveries = np.flatnonzero((fixed > 0) | (problem.comes & (games >= state.game)))
    orders = state.under_way.astype(np.int64)
    if not len(deliveries):
        return orders
    later = games[state.known :]
    arrived = (deliveries <= later[:, None]).sum(axis=1)
    expired = (problem.last[deliveries] < later[:, None]).sum(axis=1)
    costs = UnitCosts(unit=0.0, missing=problem.missing, idle=problem.idle)
    run = LinkedGames(need[:, later].T, arrived, np.minimum(expired, arrived), problem.room, costs)
    low = np.cumsum(fixed[deliveries])
    high = np.where(deliveries < state.game, low, np.inf)
    totals = OrderProgram(run, low, high, EARLINESS * (problem.missing + problem.idle)).solve().totals
    free = deliveries >= state.game
    sizes = np.round(np.diff(np.round(totals, 6), prepend=0.0))[free]
    orders[deliveries[free]] = np.maximum(sizes, 0).astype(np.int64)
    return orders


def _alone(problem: OrderingProblem, state: OrderState) -> IntArray:
    """Return the newsvendor choice for a game whose delivery keeps for it alone; no other order."""
    cases = np.zeros(len(problem), np.int64)
    if problem.comes[state.game]:
        played = 1 - float(state.p_postponed[state.game])
        level = 1 - (1 - problem.critical_ratio) / max(played, 1e-9)
        if level > 0:
            cases[state.game] = whole(
                float(quantile_at(state.quantiles[state.game], np.array(normal_quantiles(level)))), problem
            )
    return cases


@lru_cache(maxsize=32)
def _points(seed: int, count: int, games: int) -> FloatArray:
    """Return points that fill the unit cube evenly, one coordinate for each game's need and one for rain."""
    from scipy.stats import qmc

    sobol = qmc.Sobol(2 * games, seed=np.random.default_rng(seed)).random(count)
    inside: FloatArray = np.clip(sobol, 1e-6, 1 - 1e-6).reshape(count, 2, games).transpose(1, 0, 2)
    return inside


def open_loop(
    problem: OrderingProblem,
    state: OrderState,
    need: FloatArray,
    weights: FloatArray | None = None,
    start: IntArray | None = None,
) -> IntArray:
    """Return the orders that cost least if all are decided now, by moves of one or two deliveries.

    Parameters
    ----------
    problem : OrderingProblem
    state : OrderState
        Orders for games before `state.game` are placed.
    need : ndarray of float, shape (scenarios, games)
        Cases asked for; games known are not read.
    weights : ndarray of float, shape (scenarios,), optional
        Chances of the scenarios; equally likely if not given.
    start : ndarray of int, shape (games,), optional
        Orders to begin with; the mean need up to the next delivery if not given.
    """
    free = np.flatnonzero(problem.comes & (np.arange(len(problem)) >= state.game))
    orders = state.under_way.astype(np.int64)
    if not len(free):
        return orders
    mean = need.mean(axis=0) if weights is None else weights @ need
    if start is None:
        orders[free] = np.round([mean[game : problem.covers[game] + 1].sum() for game in free])
    else:
        orders[free] = start[free]
    cost = costs_of(problem, state, orders[None, :], need, weights)[0]
    step = max(int(2 ** np.floor(np.log2(max(orders[free].max() / 4, 1)))), 1)
    for _ in range(MOST_ROUNDS):
        moves = _moves(free, len(problem), step)
        tried = orders + moves
        tried = tried[(tried[:, free] >= 0).all(axis=1)]
        found = costs_of(problem, state, tried, need, weights)
        best = int(found.argmin())
        if found[best] < cost - 1e-9:
            cost, orders = found[best], tried[best]
        elif step > 1:
            step //= 2
        else:
            break
    return orders


def _moves(free: IntArray, games: int, step: int) -> IntArray:
    """Return one more, one less, and one moved to the next delivery or from it, by `step` cases."""
    unit = np.eye(games, dtype=np.int64)[free] * step
    swaps = unit[1:] - unit[:-1]
    return np.concatenate([unit, -unit, swaps, -swaps])


def costs_of(
    problem: OrderingProblem, state: OrderState, orders: IntArray, need: FloatArray, weights: FloatArray | None = None
) -> FloatArray:
    """Return the expected cost, from the state on, of each list of orders, shape (lists,)."""
    games = len(problem)
    left = np.broadcast_to(state.stock, (len(orders), len(need), games)).copy()
    cost = np.zeros((len(orders), len(need)))
    for game in range(state.known, games):
        left[..., game] += orders[:, None, game]
        if np.isfinite(problem.room):
            left, over = take(left, np.maximum(left.sum(axis=-1) - problem.room, 0.0))
            cost += problem.idle * over
        left, sold = take(left, need[:, game])
        cost += problem.missing * (need[:, game] - sold)
        gone = (problem.last <= game) | (game == games - 1)
        cost += problem.idle * left[..., gone].sum(axis=-1)
        left[..., gone] = 0.0
    return cost.mean(axis=1) if weights is None else cost @ weights


def run_policy(
    problem: OrderingProblem,
    belief: Belief,
    policy: Policy,
    outcome: tuple[FloatArray, FloatArray],
    quantiles_at: Callable[[int, tuple[float, ...]], FloatArray] | None = None,
) -> tuple[float, IntArray]:
    """Return what a policy costs under one outcome, and its orders.

    Parameters
    ----------
    problem : OrderingProblem
    belief : Belief
        The first forecast.
    policy : Policy
    outcome : (ndarray of float, ndarray of float), shape (games,)
        Scores of attendance, and cases asked for.
    quantiles_at : callable, optional
        From the game ordered for and the scores seen to the quantiles of need; by default those of `Belief.given`, as
        if no new forecast were issued.
    """
    scores, need = outcome
    played, ahead = Shelf(problem), 0.0
    orders = np.zeros(len(problem), np.int64)
    games = np.arange(len(problem))
    for game in range(len(problem)):
        known = int(problem.known[game])
        while played.game < known:
            ahead += played.play(float(orders[played.game]), float(need[played.game]))
        if problem.comes[game]:
            history = tuple(float(score) for score in scores[:known])
            state = OrderState(
                game,
                known,
                played.left.copy(),
                np.where((games >= known) & (games < game), orders, 0.0),
                quantiles_at(game, history) if quantiles_at else belief.given(history),
                np.where(games >= known, belief.p_postponed, 0.0),
                history,
            )
            orders[game] = policy.order(problem, state)
    while played.game < len(problem):
        ahead += played.play(float(orders[played.game]), float(need[played.game]))
    return ahead, orders


def tuned(
    kind: Callable[[float], P], cases: Sequence[tuple[OrderingProblem, Belief]], *, outcomes: int = 64, seed: int = 0
) -> P:
    """Return the level policy whose score costs least on outcomes drawn from the beliefs.

    Parameters
    ----------
    kind : ProjectedInventory or BaseStock
    cases : sequence of (OrderingProblem, Belief)
    outcomes, seed : int
    """
    drawn = [belief.draw(np.random.default_rng(seed), outcomes) for _, belief in cases]

    def cost(score: float) -> float:
        policy = kind(score)
        return sum(
            run_policy(problem, belief, policy, (one, need))[0]
            for (problem, belief), (scores, needs) in zip(cases, drawn, strict=True)
            for one, need in zip(scores, needs, strict=True)
        )

    return kind(float(min(LEVELS_TRIED, key=cost)))
