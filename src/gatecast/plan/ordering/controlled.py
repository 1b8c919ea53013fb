"""A policy learned by deep controlled learning: a network that names the best of a few moves, generation by generation.

In a state that the present policy comes to, each move of the answer is tried on the same outcomes while the present
policy places all later orders. A network learns to classify states into the cheapest moves and is the next policy:
approximate policy iteration by classification, where `train.train_policy` differentiates through the simulator. The
policy that is shipped orders what keeps for several days. Source: Temizöz, Imdahl, Dijkman, Lamghari-Idrissi and van
Jaarsveld, Deep Controlled Learning for Inventory Control, European Journal of Operational Research 324 (2025), arXiv
2011.15122.

Two things differ from there. All moves are tried on one fixed number of outcomes. And a wrong move counts in training
by what it costs more than the cheapest (Lazaric, Ghavamzadeh and Munos, Analysis of Classification-based Policy
Iteration Algorithms, Journal of Machine Learning Research 17, 2016): where a shortage is dear and rare, most draws of a
few outcomes have none, so the move that is cheapest most often orders too little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from gatecast.plan.ordering.deep import MOVES, ControlledPolicy, best_move, hidden_layers, last_layer
from gatecast.plan.ordering.samples import outcomes_after, random_homestands
from gatecast.plan.ordering.simulator import Batch, simulate, states_met
from gatecast.plan.ordering.train import CHECKED, TrainedPolicy, scaled
from gatecast.progress import Progress, silent

if TYPE_CHECKING:
    import keras

__all__ = [
    "GENERATIONS",
    "Examples",
    "examples",
    "move_network",
    "train_controlled",
]

Array = Any
"""An array of numpy or of JAX, or a module of either."""

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

GENERATIONS, STATES, OUTCOMES = 3, 8192, 16
"""Generations, states of each, and outcomes on which each move is tried in a state."""
AT_ONCE = 512
"""States in which moves are tried side by side."""
BATCH, EPOCHS, LEARNING_RATE = 256, 30, 3e-3
MOST = 1.0
"""Most that a move taken at random costs more than the cheapest, in units of `train.scaled`; more counts as this."""
ENTROPY = 0.03
"""Worth of undecidedness in training, in the same units: the network does not settle on one move too early."""


def move_network(seed: int = 0) -> keras.Model:
    """Return an untrained network from features, shape (batch, FEATURES), to (batch, moves), a number for each.

    All numbers are 0 at first, so that the first move is taken everywhere.
    """
    import keras

    inputs, hidden = hidden_layers(seed)
    return keras.Model(inputs, keras.layers.Dense(len(MOVES), kernel_initializer="zeros")(hidden))


@dataclass(frozen=True)
class Examples:
    """States to learn from.

    Parameters
    ----------
    read : ndarray of float, shape (states, FEATURES)
    extra : ndarray of float, shape (states, moves)
        What each move costs more than the cheapest, in units of `train.scaled`; on average at most `MOST`.
    """

    read: FloatArray
    extra: FloatArray


def examples(
    weights: list[Array], batch: Batch, game: IntArray, random: np.random.Generator, outcomes: int = OUTCOMES
) -> Examples:
    """Try every move in one state of each homestand while the present policy places all other orders.

    All moves are tried on the same outcomes. Games not yet seen in a state are drawn again from what is known there:
    no cost knows what comes later.

    Parameters
    ----------
    weights : list of array
        Of the present policy.
    batch : Batch
        As of `random_homestands`.
    game : ndarray of int, shape (batch,)
        The game that is ordered for in the state.
    random : numpy.random.Generator
    outcomes : int
        Outcomes of each state.
    """
    data, scale = scaled(batch)
    drawn = outcomes_after(random, batch, batch.known[np.arange(len(game)), game], outcomes)
    scores, need = (jnp.asarray(each, jnp.float32) for each in drawn)
    found = _tried(weights, data, jnp.asarray(game), scores, need)
    read, cost = (np.asarray(each, np.float32) for each in found)
    extra = (cost - cost.min(axis=1, keepdims=True)) / np.asarray(scale)[:, None]
    return Examples(read, extra / np.maximum(extra.mean(axis=1, keepdims=True) / MOST, 1.0))


def _moves_tried(weights: list[Array], batch: Batch, game: Array, scores: Array, need: Array) -> tuple[Array, Array]:
    """Return what is read in one state of each row, and mean cost of each move there, shape (batch, moves).

    Scores and needs have shape (outcomes, batch, games).
    """

    def answer(read: Array) -> Array:
        return best_move(weights, read, jnp)

    def tried(move: Array, scores: Array, need: Array) -> Array:
        return simulate(replace(batch, scores=scores, need=need), answer, tried=(game, move))[0]

    cost = jax.vmap(jax.vmap(tried, (None, 0, 0)), (0, None, None))(jnp.asarray(MOVES), scores, need)
    return states_met(batch, answer)[jnp.arange(len(game)), game], cost.mean(axis=1).T


_tried = jax.jit(_moves_tried)


def train_controlled(
    *,
    generations: int = GENERATIONS,
    states: int = STATES,
    outcomes: int = OUTCOMES,
    seed: int = 0,
    progress: Progress = silent,
) -> TrainedPolicy:
    """Train a policy for every item on random homestands, one generation after another.

    The same seed gives the same policy. The curve counts generations; generation 0 is projected inventory.

    Parameters
    ----------
    generations : int
    states : int
        Homestands of a generation, each with one state that is learned from; a multiple of `AT_ONCE` is best.
    outcomes : int
        Outcomes on which each move is tried in each state.
    seed : int
    progress : Progress
        Called after each `AT_ONCE` states.
    """
    check, checked = jax.jit(_cost), scaled(random_homestands(np.random.default_rng([seed, 1]), CHECKED))
    start = [each.value for each in move_network(seed).trainable_variables]
    weights, curve = start, [(0, float(check(start, *checked)))]
    for generation in range(1, generations + 1):
        random, found = np.random.default_rng([seed, 3, generation]), []
        for done in range(0, states, AT_ONCE):
            batch = random_homestands(random, min(AT_ONCE, states - done))
            comes = batch.calendar.comes
            game = np.where(comes, random.random(comes.shape), -1.0).argmax(axis=1)
            found.append(examples(weights, batch, game, random, outcomes))
            progress(f"trying moves, generation {generation}", min(done + AT_ONCE, states), states)
        weights = _classifier(start, _joined(found), random)
        curve.append((generation, float(check(weights, *checked))))
    policy = ControlledPolicy(tuple(np.asarray(one) for one in weights))
    return TrainedPolicy(policy, [(at, value / curve[0][1]) for at, value in curve])


def _cost(weights: list[Array], batch: Batch, scale: Array) -> Array:
    paid, _ = simulate(batch, lambda read: best_move(weights, read, jnp))
    return (paid / scale).mean()


def _joined(parts: list[Examples]) -> Examples:
    """Return the states of all parts in which moves differ."""
    read, extra = (np.concatenate(each) for each in zip(*((part.read, part.extra) for part in parts), strict=True))
    differ = extra.max(axis=1) > 0
    return Examples(read[differ], extra[differ])


def _classifier(start: list[Array], data: Examples, random: np.random.Generator) -> list[Array]:
    """Return weights trained from a start so that the move taken costs little more than the cheapest."""
    import keras

    batch = min(BATCH, len(data.read))
    steps = len(data.read) // batch
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * steps), clipnorm=1.0
    )
    variables = [keras.Variable(each) for each in start]
    optimizer.build(variables)
    parts = [jnp.asarray(each) for each in (data.read, data.extra)]

    def loss(weights: list[Array], read: Array, extra: Array) -> Array:
        log_chance = jax.nn.log_softmax(last_layer(weights, read, jnp))
        return (jnp.exp(log_chance) * (extra + ENTROPY * log_chance)).sum(axis=1).mean()

    def step(carry: Array, rows: Array) -> tuple[Array, None]:
        weights, state = carry
        gradients = jax.grad(loss)(weights, *(each[rows] for each in parts))
        return tuple(map(list, optimizer.stateless_apply(state, gradients, weights))), None

    pass_over = jax.jit(lambda carry, rows: jax.lax.scan(step, carry, rows)[0])
    weights, state = start, [each.value for each in optimizer.variables]
    for _ in range(EPOCHS):
        rows = random.permutation(len(data.read))[: steps * batch].reshape(steps, batch)
        weights, state = pass_over((weights, state), jnp.asarray(rows))
    return weights
