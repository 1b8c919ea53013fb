"""Ordering one item through a homestand: what comes when, how long it keeps, what it costs, and what is known.

A delivery may come for each game. It is ordered some days before, when the first `known` games have been played, and
keeps up to the game `last`. The oldest cases are sold first; those that perish, do not fit in the store or are left
after the last game lose `idle` each, and each case asked for and not there costs `missing`. This is the stock of
`optimize.inventory` decided game by game, not all at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from gatecast.plan.operations.model import StockItem
from gatecast.plan.optimize.deliveries import deliveries_for
from gatecast.plan.optimize.inventory import case_costs

__all__ = ["OrderState", "OrderingProblem", "Policy", "Shelf", "replay_orders"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class OrderingProblem:
    """The calendar and the costs of one item through a run of games; arrays of shape (games,).

    Parameters
    ----------
    comes : ndarray of bool
        True if a delivery comes for the game.
    known : ndarray of int
        Games whose attendance is known when the delivery for the game is ordered; never falling, at most its number.
    last : ndarray of int
        The last game that the delivery for the game keeps for.
    missing, idle : float
        Money lost on a case asked for and not there, and on a case never sold.
    room : float
        Most cases in the store.
    order_by : ndarray of int, optional
        Day number on which the delivery for the game is ordered at the latest.
    """

    comes: BoolArray
    known: IntArray
    last: IntArray
    missing: float
    idle: float
    room: float = np.inf
    order_by: IntArray | None = None

    def __len__(self) -> int:
        return len(self.comes)

    @property
    def critical_ratio(self) -> float:
        """Share of outcomes in which the best stock of a single game is enough."""
        return self.missing / (self.missing + self.idle)

    @property
    def covers(self) -> IntArray:
        """The last game before the next delivery that the delivery for each game keeps for, shape (games,)."""
        games = np.arange(len(self))
        following = np.where(self.comes, games, len(self))
        next_one = np.append(np.minimum.accumulate(following[::-1])[::-1][1:], len(self))
        covers: IntArray = np.maximum(np.minimum(next_one - 1, self.last), games)
        return covers

    @classmethod
    def of(cls, item: StockItem, days: IntArray, weekdays: IntArray | None = None) -> Self:
        """Return the problem of an item for games of one store.

        Parameters
        ----------
        item : StockItem
        days : ndarray of int, shape (games,)
            Day numbers in order of play.
        weekdays : ndarray of int, shape (games,), optional
            0 for Monday; deliveries come on any day if not given.

        Examples
        --------
        >>> item = StockItem(name="buns", sold_per_head=1, price=5, unit_cost=1, shelf_life_days=2)
        >>> problem = OrderingProblem.of(item, np.array([0, 1, 2, 4]))
        >>> problem.known.tolist(), problem.last.tolist(), problem.critical_ratio
        ([0, 1, 2, 3], [1, 2, 2, 3], 0.8)
        """
        days = np.asarray(days, np.int64)
        deliveries = deliveries_for(days, weekdays, item)
        ordered = deliveries.day - item.order_days
        known = np.searchsorted(days, ordered, side="right")
        last = np.searchsorted(days, deliveries.day + item.shelf_life_days) - 1
        games = np.arange(len(days))
        costs = case_costs(item)
        return cls(
            comes=deliveries.comes,
            known=np.minimum(np.maximum.accumulate(known), games),
            last=np.maximum(last, games),
            missing=costs.missing,
            idle=costs.idle,
            room=np.inf if item.store_size is None else float(item.store_size),
            order_by=ordered,
        )


@dataclass(frozen=True)
class OrderState:
    """All that is known when the delivery for one game is ordered.

    Parameters
    ----------
    game : int
        The game that the delivery is for.
    known : int
        Games played and seen.
    stock : ndarray of float, shape (games,)
        Cases left of the delivery for each game, after the games known.
    under_way : ndarray of float, shape (games,)
        Cases ordered for games from `known` on.
    quantiles : ndarray of float, shape (games, levels)
        Cases asked for at each game if it is played, at the levels of `belief.LEVELS`, as known now. Rows before
        `known` are 0.
    p_postponed : ndarray of float, shape (games,)
        Chance that each game from `known` on is not played on its day.
    history : tuple of float
        What was seen of each game known: the score of its attendance under the first forecast, NaN if it was postponed.
    """

    game: int
    known: int
    stock: FloatArray
    under_way: FloatArray
    quantiles: FloatArray
    p_postponed: FloatArray
    history: tuple[float, ...] = ()


class Policy(Protocol):
    """A rule for orders: the cases to order, given a problem and what is known."""

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the whole cases to order for the state's game."""
        ...


class Shelf:
    """Hold cases by delivery, the oldest sold first.

    Parameters
    ----------
    problem : OrderingProblem

    Examples
    --------
    >>> item = StockItem(name="buns", sold_per_head=1, price=5, unit_cost=1, shelf_life_days=2)
    >>> shelf = Shelf(OrderingProblem.of(item, np.array([0, 1, 2])))
    >>> shelf.play(5, 3.0), shelf.play(1, 4.0), shelf.left.tolist()
    (0.0, 4.0, [0.0, 0.0, 0.0])
    """

    def __init__(self, problem: OrderingProblem) -> None:
        self.problem = problem
        self.left: FloatArray = np.zeros(len(problem))
        self.game = 0

    def play(self, cases: float, need: float) -> float:
        """Deliver `cases` for the next game, sell up to `need`, and return the cost of the game in money.

        What can never be sold counts as soon as it is certain: at the last game that its delivery keeps for.
        """
        problem, game = self.problem, self.game
        self.left[game] = cases
        wasted = self._take(self.left.sum() - problem.room)
        sold = self._take(need)
        gone = (problem.last <= game) | (game == len(problem) - 1)
        wasted += float(self.left[gone].sum())
        self.left[gone] = 0.0
        self.game += 1
        return problem.missing * (need - sold) + problem.idle * wasted

    def _take(self, amount: float) -> float:
        """Take cases from the oldest delivery on; return how many there were to take."""
        before = np.cumsum(self.left) - self.left
        taken = np.clip(amount - before, 0.0, self.left)
        self.left = self.left - taken
        return float(taken.sum())


def replay_orders(problem: OrderingProblem, cases: IntArray | FloatArray, need: FloatArray) -> float:
    """Return the cost of a list of orders under one outcome, money.

    Parameters
    ----------
    problem : OrderingProblem
    cases : ndarray, shape (games,)
    need : ndarray of float, shape (games,)
        Cases asked for; 0 for a game that is postponed.
    """
    shelf = Shelf(problem)
    return sum(shelf.play(float(one), float(asked)) for one, asked in zip(cases, need, strict=True))
