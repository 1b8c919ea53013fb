"""A policy improved when it decides: each order is tried on every outcome still possible, the policy deciding the rest.

The order that costs least on average is placed. This is one step of policy iteration, taken only at the states that
come up, and the improved policy can be improved again (Bertsekas, Rollout, Policy Iteration, and Distributed
Reinforcement Learning, 2020). Nothing is used that is not known: outcomes that agree with the games seen count by
their chance. It needs outcomes that can be listed, as those of `exact.SmallProblem`, where whole cases matter most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from gatecast.plan.ordering.deep import NetworkPolicy
from gatecast.plan.ordering.exact import SmallProblem, state_of
from gatecast.plan.ordering.features import ProblemArrays, StateArrays, after_game, features, order_of

__all__ = ["DecideAll", "ListedOutcomes", "improved", "network_orders"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DecideAll = Callable[[int, IntArray, FloatArray, FloatArray], FloatArray]
"""From the game ordered for, places of outcomes, stock and cases under way, shape (rows, games), to the cases ordered,
shape (rows,). Of an outcome it may read only the games known at the order."""


@dataclass(frozen=True)
class ListedOutcomes:
    """Every outcome of a small problem, played side by side.

    Parameters
    ----------
    small : SmallProblem
    """

    small: SmallProblem

    @cached_property
    def need(self) -> FloatArray:
        """Cases asked for, shape (outcomes, games)."""
        places, _ = self.small.outcomes
        return self.small.values[np.arange(self.small.games), places].astype(np.float64)

    @cached_property
    def chance(self) -> FloatArray:
        """Chance of each outcome, shape (outcomes,)."""
        return self.small.outcomes[1]

    @cached_property
    def calendar(self) -> ProblemArrays:
        """The problem as arrays."""
        return ProblemArrays.of(self.small.problem)

    @cached_property
    def quantiles(self) -> list[FloatArray]:
        """Quantiles of need after each number of games, shape (what was seen, games, levels)."""
        small, left, orders = self.small, np.zeros(self.small.games), np.zeros(self.small.games, np.int64)
        values = range(small.values.shape[1])
        return [
            np.array([state_of(small, known, seen, left, orders).quantiles for seen in product(values, repeat=known)])
            for known in range(small.games)
        ]

    def alike(self, known: int) -> int:
        """Return how many outcomes share what was seen in the first games; they follow one another."""
        return int(self.small.values.shape[1] ** (self.small.games - known))

    def cost(self, decide: DecideAll) -> float:
        """Return the expected cost of a policy, money."""
        rows, games = np.arange(len(self.need)), self.small.games
        left = np.zeros((len(rows), games))
        return float(self.chance @ self.played(decide, (0, rows), left, np.zeros_like(left)))

    def played(self, decide: DecideAll, turn: tuple[int, IntArray], left: FloatArray, orders: FloatArray) -> FloatArray:
        """Return what each row costs from the games known on, shape (rows,), if a policy places all later orders.

        Parameters
        ----------
        decide : callable
        turn : (int, ndarray of int)
            The first game to order for, and the outcome of each row.
        left, orders : ndarray of float, shape (rows, games)
            Cases left after the games known at that order, and cases ordered for later games.
        """
        first, rows = turn
        known, games = self.small.problem.known, self.small.games
        done, orders, places = int(known[min(first, games - 1)]), orders.copy(), np.arange(games)
        cost = np.zeros(len(rows))
        for game in range(first, games + 1):
            until = int(known[game]) if game < games else games
            for step in range(done, until):
                flow = (orders[:, step], self.need[rows, step])
                left, paid = after_game(self.calendar, left, step, flow)
                cost += paid
            done = max(done, until)
            if game < games:
                under_way = np.where((places >= until) & (places < game), orders, 0.0)
                orders[:, game] = decide(game, rows, left, under_way)
        return cost


def network_orders(listed: ListedOutcomes, policy: NetworkPolicy) -> DecideAll:
    """Return the orders of a policy with a network."""

    def decide(game: int, rows: IntArray, stock: FloatArray, under_way: FloatArray) -> FloatArray:
        known = int(listed.small.problem.known[game])
        states, again = _states(rows // listed.alike(known), stock, under_way)
        seen, stock, under_way = states
        view = StateArrays(
            listed.calendar,
            stock,
            under_way,
            listed.quantiles[known][seen],
            np.zeros(listed.small.games),
            np.array(known),
            np.array(game),
        )
        read, parts = features(view)
        orders: FloatArray = np.maximum(np.round(order_of(view, policy.answer(read), parts)), 0.0)
        return orders[again]

    return decide


def improved(listed: ListedOutcomes, decide: DecideAll) -> DecideAll:
    """Return the policy that places the order which costs least if `decide` places all later ones.

    Parameters
    ----------
    listed : ListedOutcomes
    decide : callable
    """

    def better(game: int, rows: IntArray, stock: FloatArray, under_way: FloatArray) -> FloatArray:
        known = int(listed.small.problem.known[game])
        alike = listed.alike(known)
        (seen, stock, under_way), again = _states(rows // alike, stock, under_way)
        outcomes = (seen[:, None] * alike + np.arange(alike)).ravel()
        chance = listed.chance[outcomes].reshape(-1, alike)
        chance = chance / chance.sum(axis=1, keepdims=True)
        left, ordered = (np.repeat(each, alike, axis=0) for each in (stock, under_way))
        costs = []
        for cases in range(listed.small.most + 1):
            ordered[:, game] = cases
            costs.append(_from_next(listed, decide, (game, outcomes), left, ordered).reshape(-1, alike))
        best = np.stack([(chance * cost).sum(axis=1) for cost in costs]).argmin(axis=0)
        orders: FloatArray = best[again].astype(np.float64)
        return orders

    return better


def _from_next(
    listed: ListedOutcomes, decide: DecideAll, turn: tuple[int, IntArray], left: FloatArray, orders: FloatArray
) -> FloatArray:
    """Return what each row costs if the order for the turn's game is placed and a policy places the later ones."""
    game, _ = turn

    def placed(later: int, rows: IntArray, stock: FloatArray, under_way: FloatArray) -> FloatArray:
        return orders[:, game] if later == game else decide(later, rows, stock, under_way)

    return listed.played(placed, turn, left, orders)


def _states(
    seen: IntArray, stock: FloatArray, under_way: FloatArray
) -> tuple[tuple[IntArray, FloatArray, FloatArray], IntArray]:
    """Return each different state once, and the place of each row's."""
    rows = np.concatenate([seen[:, None], stock, under_way], axis=1)
    states, again = np.unique(rows, axis=0, return_inverse=True)
    games = stock.shape[1]
    parts = states[:, 0].astype(np.int64), states[:, 1 : 1 + games], states[:, 1 + games :]
    return parts, again.ravel()
