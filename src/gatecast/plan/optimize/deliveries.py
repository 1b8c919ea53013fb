"""Delivery calendars: on which days deliveries come, and which of them can serve which games."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.plan.operations.model import WEEKDAYS, StockItem

__all__ = ["Deliveries", "deliveries_for"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

WEEK = len(WEEKDAYS)


@dataclass(frozen=True)
class Deliveries:
    """The deliveries that can matter, at most one for each day of play, and the games that each can serve.

    Of several delivery days between two days of play only the last counts: it serves the same games with fresher
    stock. Arrays are in the order of stores and of play. A run is a run of games linked by deliveries that keep
    from one to the next; all that is left of it has perished before the next run.

    Parameters
    ----------
    order : ndarray of int, shape (games,)
        Row of each game in the caller's order.
    day : ndarray of int, shape (games,)
        Day of the last delivery up to the game; the day of the game itself if none came.
    comes : ndarray of bool, shape (games,)
        True if that delivery comes after the last game and still keeps at this one.
    arrived, expired : ndarray of int, shape (games,)
        Number of the run's deliveries that have come by the game, and of those past their shelf life.
    first : ndarray of int, shape (runs + 1,)
        The first game of each run, and the number of games.
    """

    order: IntArray
    day: IntArray
    comes: BoolArray
    arrived: IntArray
    expired: IntArray
    first: IntArray

    @property
    def reachable(self) -> BoolArray:
        """True if some delivery keeps at the game, shape (games,)."""
        reached: BoolArray = self.arrived > self.expired
        return reached

    @property
    def games(self) -> IntArray:
        """Games of each run, shape (runs,)."""
        return np.diff(self.first)

    @property
    def run(self) -> IntArray:
        """The run of each game, shape (games,)."""
        return np.repeat(np.arange(len(self.first) - 1), self.games)

    @property
    def place(self) -> IntArray:
        """Place of each of the caller's games in this order, shape (games,)."""
        return np.argsort(self.order)


def deliveries_for(
    days: IntArray, weekdays: IntArray | None, item: StockItem, stores: IntArray | None = None
) -> Deliveries:
    """Return the deliveries of an item that can serve these games.

    Parameters
    ----------
    days : ndarray of int, shape (games,)
        Day numbers; games of one store and day are in order of play.
    weekdays : ndarray of int, shape (games,), or None
        Weekday of each game, 0 for Monday; None if games have no dates: deliveries then come on any day.
    item : StockItem
    stores : ndarray of int, shape (games,), optional
        The store that each game sells from; games of different stores share nothing. One store if not given.

    Examples
    --------
    >>> item = StockItem(
    ...     name="buns", sold_per_head=1, price=5, unit_cost=1, shelf_life_days=3, delivery_days=("mon", "thu")
    ... )
    >>> deliveries = deliveries_for(np.array([0, 1, 3, 4, 9]), np.array([0, 1, 3, 4, 2]), item)
    >>> deliveries.day.tolist(), deliveries.arrived.tolist(), deliveries.first.tolist()
    ([0, 0, 3, 3, 7], [1, 1, 1, 1, 1], [0, 2, 4, 5])
    """
    days = np.asarray(days, np.int64)
    order = np.lexsort((days, np.zeros_like(days) if stores is None else stores)).astype(np.int64)
    if not len(days):
        none = np.zeros(0, np.int64)
        return Deliveries(order, none, none.astype(bool), none, none, np.zeros(1, np.int64))
    _, store = np.unique(np.zeros_like(days) if stores is None else stores, return_inverse=True)
    store, played = store[order], days[order]
    back = np.zeros_like(days) if weekdays is None else _days_back(item)[weekdays[order]]
    span = int(played.max() - played.min()) + WEEK + 1
    life = min(item.shelf_life_days, span)
    # One number line: no delivery of a store keeps into the days of the next.
    key = store * 2 * span + played - played.min() + WEEK
    before = np.concatenate([[-1], key[:-1]])
    came = key - back
    comes = (came > before) & (came + life > key)
    arrived = np.cumsum(comes)
    expired = np.searchsorted(came[comes] + life, key, side="right")
    starts = np.flatnonzero(expired >= np.concatenate([[0], arrived[:-1]]))
    first = np.concatenate([starts, [len(days)]])
    base = np.repeat(arrived[starts] - comes[starts], np.diff(first))
    last = np.concatenate([[0], came[comes]])[arrived]
    day = np.where(arrived > base, last - key + played, played)
    return Deliveries(order, day, comes, arrived - base, expired - base, first)


def _days_back(item: StockItem) -> IntArray:
    """Return the days from each weekday back to the last one on which deliveries come, shape (7,)."""
    allowed = [WEEKDAYS.index(day) for day in item.delivery_days or WEEKDAYS]
    days: IntArray = ((np.arange(WEEK)[:, None] - allowed) % WEEK).min(axis=1)
    return days
