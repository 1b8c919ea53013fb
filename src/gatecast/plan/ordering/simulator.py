"""Whole homestands at once in JAX: many items and outcomes side by side, differentiable in the orders.

The same steps as `OrderingEnvironment`: `tests/plan/ordering` holds one against the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import jax
import jax.numpy as jnp

from gatecast.plan.ordering.belief import condition, shifted
from gatecast.plan.ordering.features import ProblemArrays, StateArrays, after_game, features, order_of

__all__ = ["Batch", "Tried", "simulate", "states_met"]

Array = Any
Answer = Callable[[Array], Array]
Tried = tuple[Array, Array]
"""A game of each row, shape (batch,), and an answer that is taken for its order, shape (batch, 2)."""


@dataclass(frozen=True)
class Batch:
    """Problems, beliefs and outcomes, one each of `batch` rows.

    Parameters
    ----------
    calendar : ProblemArrays
    known : array of int, shape (batch, games)
    quantiles : array, shape (batch, games, levels)
    covariance : array, shape (batch, games, games)
    weight, p_postponed : array, shape (batch, games)
    scores, need : array, shape (batch, games)
        Scores of attendance, NaN where postponed, and cases asked for.
    """

    calendar: ProblemArrays
    known: Array
    quantiles: Array
    covariance: Array
    weight: Array
    p_postponed: Array
    scores: Array
    need: Array


for _kind in (ProblemArrays, Batch):
    jax.tree_util.register_dataclass(_kind, [each.name for each in fields(_kind)], [])


def simulate(batch: Batch, answer: Answer, *, whole: bool = True, tried: Tried | None = None) -> tuple[Array, Array]:
    """Return cost and orders of each row under a policy.

    Parameters
    ----------
    batch : Batch
    answer : callable
        From features, shape (batch, FEATURES), to the answer that `order_of` takes, shape (batch, 2).
    whole : bool
        Round orders to whole cases; gradients pass through as if they were not rounded.
    tried : Tried, optional
        One order of each row that is not the policy's; the policy places all others.

    Returns
    -------
    cost : array, shape (batch,)
        Money.
    orders : array, shape (batch, games)
    """
    cost, orders, _ = _played(batch, answer, whole, tried)
    return cost, orders


def states_met(batch: Batch, answer: Answer) -> Array:
    """Return what the network reads at each order under a policy, shape (batch, games, FEATURES).

    Parameters
    ----------
    batch : Batch
    answer : callable
        As in `simulate`.
    """
    return _played(batch, answer, True, None)[2]


def _played(batch: Batch, answer: Answer, whole: bool, tried: Tried | None) -> tuple[Array, Array, Array]:
    """Return cost, orders and what was read at them."""
    calendar, games = batch.calendar, batch.need.shape[1]
    mean, deviation = condition(jnp.nan_to_num(batch.scores), batch.covariance, ~jnp.isnan(batch.scores), jnp)
    rows, places = jnp.arange(len(batch.need)), jnp.arange(games)

    def one(carry: tuple[Array, ...], game: Array) -> tuple[tuple[Array, ...], Array]:
        shelves, orders, cost = carry
        known = batch.known[:, game]
        quantiles = shifted(batch.quantiles, batch.weight, mean[rows, known], deviation[rows, known], jnp)
        unseen = places >= known[:, None]
        under_way = jnp.where(unseen & (places < game), orders, 0.0)
        quantiles = jnp.where(unseen[..., None], quantiles, 0.0)
        postponed = jnp.where(unseen, batch.p_postponed, 0.0)
        view = StateArrays(calendar, shelves[rows, known], under_way, quantiles, postponed, known, game)
        read, parts = features(view, jnp)
        given = answer(read)
        if tried:
            given = jnp.where((tried[0] == game)[:, None], tried[1], given)
        cases = order_of(view, given, parts, jnp)
        if whole:
            cases = cases + jax.lax.stop_gradient(jnp.round(cases) - cases)
        left, paid = after_game(calendar, shelves[:, game], game, (cases, batch.need[:, game]), jnp)
        orders = jnp.where(places == game, cases[:, None], orders)
        return (shelves.at[:, game + 1].set(left), orders, cost + paid), read

    empty = jnp.zeros((len(batch.need), games + 1, games), jnp.float32)
    start = (empty, jnp.zeros(batch.need.shape, jnp.float32), jnp.zeros(len(batch.need), jnp.float32))
    (_, orders, cost), read = jax.lax.scan(one, start, places)
    return cost, orders, jnp.moveaxis(read, 0, 1)
