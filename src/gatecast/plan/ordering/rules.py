"""The first orders of a homestand and the rule for the next ones: how each follows from what the game before sold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from gatecast.formatting import capital, number
from gatecast.games import columns as c
from gatecast.games.homestands import homestand_of
from gatecast.plan.operations.model import Operations
from gatecast.plan.ordering.belief import quantile_at
from gatecast.plan.ordering.homestand import HomestandOrders, ItemOrders
from gatecast.plan.plan import Plan

__all__ = ["NextOrder", "OrderRule", "first_rules", "next_orders", "order_rules", "plan_rules"]

HUNDREDS_FROM = 1000
BAND, WITHIN = 0.6745, 1.15
"""Scores at the quartiles, and in the middle of the quarters beyond them."""


@dataclass(frozen=True)
class OrderRule:
    """How the order of an item for a game follows from the tickets that the game before sold.

    Parameters
    ----------
    name : str
    game_id, seen_game_id : str
        The game ordered for, and the latest game known at the order.
    decide_by : date
        The last day to order.
    cases : int
        Ordered if that game sells about as forecast.
    more_above, less_below : int
        Tickets above or below which another number is ordered: the quartiles of its forecast.
    cases_more, cases_less : int
        Ordered then.
    method : str
        The policy that decides.
    """

    name: str
    game_id: str
    seen_game_id: str
    decide_by: dt.date
    cases: int
    more_above: int
    cases_more: int
    less_below: int
    cases_less: int
    method: str

    def sentence(self, seen: str, game: str) -> str:
        """Return the rule in words, such as "Hot dogs: 45 cases for Saturday; if Friday sells more than 1,900, 51".

        Parameters
        ----------
        seen, game : str
            Words for the two games.
        """
        text = f"{capital(self.name)}: {number(self.cases)} cases for {game}"
        if self.cases_more > self.cases:
            text += f"; if {seen} sells more than {number(self.more_above)}, {number(self.cases_more)}"
        if self.cases_less < self.cases:
            text += f"; if fewer than {number(self.less_below)}, {number(self.cases_less)}"
        return text


@dataclass(frozen=True)
class NextOrder:
    """The order of an item for the next game, now that the games before it are known."""

    name: str
    game_id: str
    decide_by: dt.date
    cases: int
    cases_expected: int
    """Ordered if the latest game had sold its median."""
    method: str

    def as_json(self) -> dict[str, object]:
        """Return plain values, dates as text."""
        return {**asdict(self), "decide_by": self.decide_by.isoformat()}


def order_rules(forecast: pl.DataFrame, operations: Operations, *, first_only: bool = False) -> list[OrderRule]:
    """Return the rules of every homestand of a forecast, by game and item; none for games without dates.

    Parameters
    ----------
    forecast : polars.DataFrame
        The frame of a `ForecastTable`.
    operations : Operations
    first_only : bool
        Only the first game of each homestand and item that has a game before it.
    """
    return [rule for rules in _of_homestands(forecast, operations, first_only=first_only) for rule in rules]


def _of_homestands(forecast: pl.DataFrame, operations: Operations, *, first_only: bool) -> Iterator[list[OrderRule]]:
    for homestand in _homestands(forecast):
        orders = HomestandOrders.of(homestand, operations)
        yield [rule for item in orders.items for rule in _rules(orders, item, first_only)]


def next_orders(
    forecast: pl.DataFrame, operations: Operations, tickets: Sequence[float | None], placed: dict[str, Sequence[int]]
) -> list[NextOrder]:
    """Return the orders for the game that follows those sold, of one homestand.

    Parameters
    ----------
    forecast : polars.DataFrame
        The games of one homestand.
    operations : Operations
    tickets : sequence of float or None
        Sold at its first games; None for a game that was postponed.
    placed : dict of str to sequence of int
        Cases already ordered for its first games, by item; the policy's own where not given.

    Returns
    -------
    list of NextOrder
        For each item the first game whose order is placed after the latest game known; empty if there is none.
    """
    orders = HomestandOrders.of(forecast, operations)
    history = orders.scores(tickets)
    usual = (*history[:-1], 0.0) if history else ()
    found = []
    for item in orders.items:
        later = [game for game in np.flatnonzero(item.problem.comes) if item.problem.known[game] >= len(history) > 0]
        if not later:
            continue
        game, own = int(later[0]), placed.get(item.item.name, ())
        cases, expected = (item.order(game, seen, own) for seen in (history, usual))
        day = _order_day(item, game)
        found.append(NextOrder(item.item.name, orders.table[c.GAME_ID][game], day, cases, expected, item.method))
    return found


def plan_rules(plan: Plan, *, first_only: bool = False) -> list[OrderRule]:
    """Return the rules of a plan, as `order_rules` does; none for a plan that does not hold its forecast."""
    if plan.forecast is None or not plan.operations.stock:
        return []
    return order_rules(plan.forecast, plan.operations, first_only=first_only)


def first_rules(plan: Plan) -> list[OrderRule]:
    """Return the first rule of each item in the first homestand that has any, without looking at later homestands."""
    if plan.forecast is None or not plan.operations.stock:
        return []
    return next(filter(None, _of_homestands(plan.forecast, plan.operations, first_only=True)), [])


def _order_day(item: ItemOrders, game: int) -> dt.date:
    """Return the last day on which the delivery for a game is ordered."""
    days = item.problem.order_by
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(days[game]) if days is not None else 0)


def _rounded(tickets: float) -> int:
    """Return whole tickets, in hundreds from 1,000 on."""
    return int(round(tickets, -2)) if tickets >= HUNDREDS_FROM else round(tickets)


def _homestands(forecast: pl.DataFrame) -> Iterator[pl.DataFrame]:
    dated = forecast.filter(pl.col(c.DATE).is_not_null())
    if dated.height:
        for _, part in dated.with_columns(stand=pl.Series(homestand_of(dated))).group_by("stand", maintain_order=True):
            yield part.drop("stand")


def _rules(orders: HomestandOrders, item: ItemOrders, first_only: bool) -> Iterator[OrderRule]:
    """Return the rules of one item: one for each delivery that is ordered when a game has been seen."""
    table, problem = orders.table, item.problem
    later = [int(game) for game in np.flatnonzero(problem.comes & (problem.known > 0))][: 1 if first_only else None]
    usual = item.orders((0.0,) * len(problem), games=max(later, default=0) + 1)
    for game in later:
        seen = int(problem.known[game]) - 1
        less, more = (item.order(game, (*(0.0,) * seen, score), usual[:game]) for score in (-WITHIN, WITHIN))
        low, high = (float(quantile_at(orders.tickets[seen], np.array(score))) for score in (-BAND, BAND))
        yield OrderRule(
            name=item.item.name,
            game_id=table[c.GAME_ID][game],
            seen_game_id=table[c.GAME_ID][seen],
            decide_by=_order_day(item, game),
            cases=usual[game],
            more_above=_rounded(high),
            cases_more=more,
            less_below=_rounded(low),
            cases_less=less,
            method=item.method,
        )
