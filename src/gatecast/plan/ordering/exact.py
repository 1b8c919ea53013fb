"""Small problems solved exactly: the optimum that any policy is measured against.

Needs take a few whole values, and games share a level that nobody sees: given the level they are independent, so each
game played says something of the next. Dynamic programming goes over everything that can have been seen and every
stock that can be left, backwards from the last game. It takes tables, so it is for few games of few cases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from gatecast.plan.ordering.belief import LEVELS, SCORES
from gatecast.plan.ordering.features import ProblemArrays, after_game
from gatecast.plan.ordering.policies import open_loop
from gatecast.plan.ordering.problem import OrderingProblem, OrderState

__all__ = ["SmallProblem", "exact_cost", "optimum", "rolling_order", "small_problem", "state_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NODES = 9
"""Levels of the homestand that are told apart."""


@dataclass(frozen=True)
class SmallProblem:
    """A homestand whose needs take few values.

    Parameters
    ----------
    life : int
        Games that a delivery keeps for.
    lead : int
        Games from an order to its delivery.
    missing, idle : float
        Money a case.
    values : ndarray of int, shape (games, values)
        Cases that each game can ask for, ascending.
    chances : ndarray of float, shape (levels, games, values)
        Chance of each, given the level.
    levels : ndarray of float, shape (levels,)
        Chance of each level.
    most : int
        Most cases of an order.
    """

    life: int
    lead: int
    missing: float
    idle: float
    values: IntArray
    chances: FloatArray
    levels: FloatArray
    most: int

    @property
    def games(self) -> int:
        """Games of the homestand."""
        return len(self.values)

    @cached_property
    def problem(self) -> OrderingProblem:
        """The same calendar and costs as an `OrderingProblem`."""
        games = np.arange(self.games)
        known = np.maximum(games - self.lead, 0)
        last = np.minimum(games + self.life - 1, self.games - 1)
        return OrderingProblem(np.ones(self.games, bool), known, last, self.missing, self.idle)

    @cached_property
    def outcomes(self) -> tuple[IntArray, FloatArray]:
        """Every outcome, shape (outcomes, games), as places of values; and the chance of each."""
        places = np.array(list(product(range(self.values.shape[1]), repeat=self.games)))
        likely = np.ones((len(self.levels), len(places)))
        for game in range(self.games):
            likely *= self.chances[:, game, places[:, game]]
        return places, self.levels @ likely

    def next_chances(self, seen: tuple[int, ...]) -> FloatArray:
        """Return the chance of each value at each game after those seen, shape (games left, values)."""
        weight = self.levels.copy()
        for game, place in enumerate(seen):
            weight *= self.chances[:, game, place]
        weight /= weight.sum()
        later: FloatArray = np.einsum("l,lgv->gv", weight, self.chances[:, len(seen) :])
        return later


def small_problem(random: np.random.Generator, *, games: int = 5, values: int = 4) -> SmallProblem:
    """Draw a problem: shelf life 1 to 4 games, lead 0 to 2, needs correlated by 0.2 to 0.7."""
    life, lead = int(random.integers(1, 5)), int(random.integers(0, 3))
    share, ratio = random.uniform(0.2, 0.7), ndtr(random.uniform(0.3, 1.8))
    scores = ndtri((np.arange(values) + 0.5) / values)
    mean = random.uniform(1.5, 2.5) * np.exp(0.2 * random.standard_normal(games))
    spread = random.uniform(0.4, 0.8)
    needs = np.round(mean[:, None] * np.exp(spread * scores)).astype(np.int64)
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    edges = ndtri(np.arange(1, values) / values)
    below = ndtr((edges - np.sqrt(share) * nodes[:, None]) / np.sqrt(1 - share))
    padded = np.concatenate([np.zeros((NODES, 1)), below, np.ones((NODES, 1))], axis=1)
    chances = np.repeat(np.diff(padded, axis=1)[:, None, :], games, axis=1)
    idle = float((1 - ratio) / ratio)
    return SmallProblem(life, lead, 1.0, idle, needs, chances, weights / weights.sum(), int(needs.max()))


def optimum(small: SmallProblem) -> float:
    """Return the smallest expected cost that any policy can have, money.

    The state after some games is what was seen, cases on the shelf, the oldest first, and cases under way; each order
    is tried in each.
    """
    games, size, count = small.games, small.most + 1, small.values.shape[1]
    worth: FloatArray = np.zeros(0)
    for game in range(games - 1, -1, -1):
        under_way = [size if game + ahead < games else 1 for ahead in range(small.lead + 1)]
        shape = (*[size] * (small.life - 1), *under_way)
        state = np.indices(shape).reshape(len(shape), -1)
        worth = _before_game(small, game, state, worth).reshape(count**game, *shape).min(axis=-1)
    return float(worth[(0, *[0] * (small.life - 1))].min())


def _before_game(small: SmallProblem, game: int, state: IntArray, worth: FloatArray) -> FloatArray:
    """Return the expected cost before a game, shape (what was seen, states): stock and orders at best from then on."""
    count, last = small.values.shape[1], game == small.games - 1
    batches, under_way = state[: small.life], state[small.life :]
    total = np.zeros((count**game, state.shape[1]))
    chance = np.stack([small.next_chances(seen)[0] for seen in product(range(count), repeat=game)])
    for place in range(count):
        need = int(small.values[game, place])
        left = batches - np.clip(need - (np.cumsum(batches, axis=0) - batches), 0, batches)
        missed = need - (batches - left).sum(axis=0)
        wasted = left.sum(axis=0) if last else left[0]
        cost = np.broadcast_to(small.missing * missed + small.idle * wasted, total.shape)
        if not last:
            after = worth.reshape(count**game, count, *worth.shape[1:])[:, place]
            cost = cost + after[(slice(None), *left[1:], *under_way)].reshape(len(total), -1)
        total += chance[:, place, None] * cost
    return total


def exact_cost(small: SmallProblem, order: Callable[[OrderState], int]) -> float:
    """Return the expected cost of a policy over every outcome, money.

    Parameters
    ----------
    small : SmallProblem
    order : callable
        The cases that a policy orders; the history of a state holds places of values.
    """
    places, chances = small.outcomes
    needs = small.values[np.arange(small.games), places].astype(np.float64)
    calendar, games = ProblemArrays.of(small.problem), small.games
    shelves, cost = np.zeros((games + 1, *needs.shape)), np.zeros(len(needs))
    orders = np.zeros(needs.shape, np.int64)
    for game in range(games):
        known = int(small.problem.known[game])
        alike = small.values.shape[1] ** (games - known)
        for first in range(0, len(needs), alike):
            seen = tuple(int(place) for place in places[first, :known])
            state = state_of(small, game, seen, shelves[known, first], orders[first])
            orders[first : first + alike, game] = order(state)
        shelves[game + 1], paid = after_game(calendar, shelves[game], game, (orders[:, game], needs[:, game]))
        cost += paid
    return float(chances @ cost)


def state_of(small: SmallProblem, game: int, seen: tuple[int, ...], left: FloatArray, orders: IntArray) -> OrderState:
    """Return what is known at an order, with quantiles of the values as far as `LEVELS` tell them."""
    known, games = len(seen), np.arange(small.games)
    quantiles = np.zeros((small.games, len(LEVELS)))
    totals = small.next_chances(seen).cumsum(axis=1)
    for ahead, total in enumerate(totals):
        middle = (total + np.concatenate([[0.0], total[:-1]])) / 2
        quantiles[known + ahead] = np.interp(SCORES, ndtri(middle), small.values[known + ahead])
    under_way = np.where((games >= known) & (games < game), orders, 0.0)
    return OrderState(game, known, left.copy(), under_way, quantiles, np.zeros(small.games), seen)


def rolling_order(small: SmallProblem, state: OrderState) -> int:
    """Return the order of the program that decides all later orders at once, over every outcome still possible."""
    seen = tuple(int(place) for place in state.history)
    places, chances = small.outcomes
    same = (places[:, : len(seen)] == seen).all(axis=1)
    needs = small.values[np.arange(small.games), places[same]].astype(np.float64)
    weights = chances[same] / chances[same].sum()
    return int(open_loop(small.problem, state, needs, weights)[state.game])
