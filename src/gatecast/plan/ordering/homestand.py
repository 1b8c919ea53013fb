"""Orders of a homestand as it goes on: from a forecast and what was seen so far to the next order of every item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.forecast.scenarios import marginal_points
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, P_POSTPONED, QUANTILE_COLUMNS
from gatecast.plan.demand.crowd import forecast_crowd, times
from gatecast.plan.demand.show_rate import ShowRate
from gatecast.plan.operations.model import Operations, StockItem
from gatecast.plan.ordering.belief import LEVELS, Belief, score_covariance, scores_of, shifted, spread_points
from gatecast.plan.ordering.deep import ControlledPolicy
from gatecast.plan.ordering.policies import Rolling
from gatecast.plan.ordering.problem import OrderingProblem, OrderState, Policy, Shelf

__all__ = ["HomestandOrders", "ItemOrders"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

POINTS = 1000
LEAD_IF_UNKNOWN = 7.0
CONTROLLED, ROLLING = "controlled learning", "rolling program"


@dataclass(frozen=True)
class ItemOrders:
    """One item through a homestand.

    Parameters
    ----------
    item : StockItem
    problem : OrderingProblem
    belief : Belief
    """

    item: StockItem
    problem: OrderingProblem
    belief: Belief

    @property
    def method(self) -> str:
        """Return the name of the policy that decides: the program where nothing is carried over to a later day.

        The program is exact there; elsewhere a network decides. It is the one whose orders cost less on real homestands
        (docs/reinforcement-learning.md).
        """
        alone = self.item.shelf_life_days == 1 or (self.problem.last == np.arange(len(self.problem))).all()
        return ROLLING if alone else CONTROLLED

    @property
    def policy(self) -> Policy:
        """The policy that decides the orders."""
        return Rolling(self.belief) if self.method == ROLLING else ControlledPolicy.shipped()

    def order(self, game: int, history: tuple[float, ...], placed: Sequence[int] = ()) -> int:
        """Return the cases to order for one game; parameters as in `orders`."""
        if not self.problem.comes[game] or (len(placed) < game and self.method != ROLLING):
            return self.orders(history, placed, games=game + 1)[game]
        known = min(int(self.problem.known[game]), len(history))
        orders = np.array([*placed[:game], *[0.0] * (len(self.problem) - len(placed[:game]))])
        return self.policy.order(self.problem, self._state(game, history[:known], orders))

    def orders(self, history: tuple[float, ...], placed: Sequence[int] = (), *, games: int | None = None) -> list[int]:
        """Return the cases to order for each game, as far as what was seen so far tells.

        Parameters
        ----------
        history : tuple of float
            Scores of the attendance of the games played so far, NaN for one postponed. An order reads those known when
            it is placed.
        placed : sequence of int
            Cases ordered for the first games; the policy's own orders where not given.
        games : int, optional
            Stop after so many games.
        """
        orders = np.zeros(len(self.problem))
        for game in range(len(self.problem) if games is None else games):
            if game < len(placed):
                orders[game] = placed[game]
            elif self.problem.comes[game]:
                known = min(int(self.problem.known[game]), len(history))
                orders[game] = self.policy.order(self.problem, self._state(game, history[:known], orders))
        return [int(cases) for cases in orders]

    def _state(self, game: int, history: tuple[float, ...], orders: FloatArray) -> OrderState:
        """Return what is known; stock is what is left if each game seen asked for what its attendance lets expect."""
        known, places = len(history), np.arange(len(self.problem))
        store = Shelf(self.problem)
        for seen, score in enumerate(history if orders.any() else ()):
            store.play(float(orders[seen]), self._expected(seen, score))
        under_way = np.where((places >= known) & (places < game), orders, 0.0)
        p_postponed = np.where(places >= known, self.belief.p_postponed, 0.0)
        return OrderState(game, known, store.left, under_way, self.belief.given(history), p_postponed, history)

    def _expected(self, game: int, score: float) -> float:
        """Return the cases that a game asks for, expected, once the score of its attendance is known."""
        if np.isnan(score):
            return 0.0
        known = shifted(self.belief.quantiles[game], self.belief.weight[game], np.array(score), np.array(0.0))
        return float(spread_points(known).mean())


@dataclass(frozen=True)
class HomestandOrders:
    """All items through a homestand, and what is believed of its tickets.

    Parameters
    ----------
    table : polars.DataFrame
        The forecast of its games, in order of play.
    tickets : ndarray of float, shape (games, levels)
        Quantiles of tickets sold at `belief.LEVELS`.
    items : tuple of ItemOrders
    """

    table: pl.DataFrame
    tickets: FloatArray
    items: tuple[ItemOrders, ...]

    @classmethod
    def of(cls, forecast: pl.DataFrame, operations: Operations, *, show_rate: ShowRate | None = None) -> Self:
        """Return the homestand of a forecast.

        Parameters
        ----------
        forecast : polars.DataFrame
            The games of one homestand as `ForecastTable` holds them; `p_postponed` is used where it is given.
        operations : Operations
        show_rate : ShowRate, optional
            Learned from scans; by default that of the operations.
        """
        table = forecast.sort(c.DATE, c.START_TIME, c.GAME_ID, nulls_last=True, maintain_order=True)
        days = table[c.DATE].cast(pl.Int64).to_numpy()
        ahead = days - table[AS_OF].cast(pl.Date).cast(pl.Int64).to_numpy() if not table[AS_OF].null_count() else None
        stated = table[LEAD].cast(pl.Float64, strict=False).fill_null(LEAD_IF_UNKNOWN).to_numpy()
        covariance = score_covariance(days.astype(np.float64), stated if ahead is None else ahead.astype(np.float64))
        postponed = np.zeros(len(days))
        if P_POSTPONED in table.columns:
            postponed = table[P_POSTPONED].cast(pl.Float64).fill_null(0.0).to_numpy()
        seats = table[c.CAPACITY].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        quantiles = table.select(QUANTILE_COLUMNS).to_numpy().astype(np.float64)
        points = marginal_points(quantiles, seats, POINTS)
        crowd = forecast_crowd(table, operations.crowd, show_rate=show_rate)
        weekdays = (table[c.DATE].dt.weekday().cast(pl.Int64) - 1).to_numpy()
        items = []
        for item in operations.stock:
            need = times(crowd.people, item.sold_per_head, item.sold_per_head_spread) / item.case_size
            belief = Belief(_levels(need), covariance, _together(crowd.tickets, need), postponed)
            items.append(ItemOrders(item, OrderingProblem.of(item, days, weekdays), belief))
        return cls(table, _levels(points), tuple(items))

    def scores(self, tickets: Sequence[float | None]) -> tuple[float, ...]:
        """Return the scores of the tickets sold at the first games; NaN for None, a game that was postponed."""
        known = len(tickets)
        sold = np.array([np.nan if number is None else float(number) for number in tickets])
        found = np.full(known, np.nan)
        played = ~np.isnan(sold)
        found[played] = scores_of(sold[played], self.tickets[:known][played])
        return tuple(float(score) for score in found)


def _levels(points: FloatArray) -> FloatArray:
    """Return quantiles at `LEVELS` of equally likely values, shape (games, levels)."""
    levels: FloatArray = np.quantile(points, LEVELS, axis=1, method="hazen").T
    return levels


def _together(tickets: FloatArray, need: FloatArray) -> FloatArray:
    """Return the correlation of the ranks of tickets and need, shape (games,)."""
    ranks = [each.argsort(axis=1).argsort(axis=1) - (each.shape[1] - 1) / 2 for each in (tickets, need)]
    product = (ranks[0] * ranks[1]).sum(axis=1) / (ranks[0] ** 2).sum(axis=1)
    weight: FloatArray = np.clip(product, 0.0, 0.999)
    return weight
