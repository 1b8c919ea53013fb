"""The training loop, fused: each epoch is one compiled call that scans over its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.flatten_util import ravel_pytree

from gatecast.networks import require_jax
from gatecast.prepare.tokens import network_inputs
from gatecast.train.blocks import in_blocks
from gatecast.train.losses import censored_crps

if TYPE_CHECKING:
    import keras

__all__ = ["Loop", "State"]

Array = Any
Inputs = dict[str, npt.NDArray[Any]]

CLIP_NORM = 1.0


class State(NamedTuple):
    """Everything that changes in training: all weights as one vector, and their running average as another."""

    weights: Array
    other: list[Array]
    optimizer: list[Array]
    averaged: Array


class Loop:
    """A network with its optimiser, ready to train and to forecast.

    Parameters
    ----------
    model : keras.Model
    steps : int
        Steps of an epoch.
    epochs : int
        Epochs over which the learning rate falls to nothing along a cosine.
    batch : int
        Games in a step.
    learning_rate, weight_decay : float
        Of AdamW (Loshchilov & Hutter 2019).
    """

    def __init__(
        self, model: keras.Model, *, steps: int, epochs: int, batch: int, learning_rate: float, weight_decay: float
    ) -> None:
        require_jax()
        import keras

        self.model, self.steps, self.batch = model, steps, batch
        total = steps * epochs
        schedule = keras.optimizers.schedules.CosineDecay(
            learning_rate * 0.1,
            max(total - total // 20, 1),
            warmup_target=learning_rate,
            warmup_steps=max(total // 20, 1),
        )
        self.optimizer = keras.optimizers.AdamW(schedule, weight_decay=weight_decay, clipnorm=CLIP_NORM)
        flat, self.unflatten = ravel_pytree([variable.value for variable in model.trainable_variables])
        self.optimizer.build([keras.Variable(flat)])
        self.memory = 1.0 - 1.0 / min(2 * steps, 1000)
        self._epoch = jax.jit(self._run_epoch, donate_argnums=0)
        self._apply = jax.jit(self._forward)

    def start(self, model: keras.Model) -> State:
        """The state of a freshly built model of the same network."""
        weights, _ = ravel_pytree([variable.value for variable in model.trainable_variables])
        other = [jnp.array(variable.value) for variable in model.non_trainable_variables]
        optimizer = [jnp.array(variable.value) for variable in self.optimizer.variables]
        return State(weights, other, optimizer, jnp.array(weights))

    def epoch(self, state: State, samples: dict[str, Array], key: Array) -> tuple[State, float]:
        """Train for one epoch; each game is drawn at one random lead.

        Parameters
        ----------
        state : State
            Given up: its arrays are reused.
        samples : dict
            `Samples.arrays()`, on the device.
        key : JAX random key

        Returns
        -------
        state : State
        loss : float
            Mean over the steps.
        """
        state, loss = self._epoch(state, samples, key)
        return state, float(loss)

    def parameters(self, weights: Array, other: list[Array], inputs: Inputs, tables: Inputs) -> npt.NDArray[np.float32]:
        """Parameters of demand for every row of `inputs`, shape (rows, 4)."""
        return in_blocks(lambda block: self._apply(weights, other, block, tables), inputs)

    def _forward(self, weights: Array, other: list[Array], rows: dict[str, Array], tables: dict[str, Array]) -> Array:
        inputs = network_inputs(rows, tables, self.model.input, jnp)
        out, _ = self.model.stateless_call(self.unflatten(weights), other, inputs, training=False)
        return out

    def _run_epoch(self, state: State, samples: dict[str, Array], key: Array) -> tuple[State, Array]:
        games = samples["weights"].shape[0]
        leads = samples["attended"].shape[0] // games
        of_order, of_lead = jax.random.split(key)
        drawn = self.steps * self.batch
        rounds = -(-drawn // games)
        order = jnp.concatenate([jax.random.permutation(k, games) for k in jax.random.split(of_order, rounds)])[:drawn]
        rows = order + games * jax.random.randint(of_lead, (drawn,), 0, leads)
        plan = (order.reshape(self.steps, self.batch), rows.reshape(self.steps, self.batch))

        def step(state: State, chosen: tuple[Array, Array]) -> tuple[State, Array]:
            game, row = chosen
            drawn = {name: values[row] for name, values in samples["inputs"].items()}
            batch = network_inputs(drawn, samples["tables"], self.model.input, jnp)
            measure = jax.value_and_grad(self._loss, has_aux=True)
            (loss, other), slopes = measure(
                state.weights, state.other, batch, samples["attended"][row], samples["weights"][game]
            )
            (weights,), optimizer = self.optimizer.stateless_apply(state.optimizer, [slopes], [state.weights])
            averaged = self.memory * state.averaged + (1 - self.memory) * weights
            return State(weights, other, optimizer, averaged), loss

        state, losses = jax.lax.scan(step, state, plan)
        return state, losses.mean()

    def _loss(
        self, weights: Array, other: list[Array], inputs: dict[str, Array], attended: Array, weight: Array
    ) -> tuple[Array, list[Array]]:
        parameters, other = self.model.stateless_call(self.unflatten(weights), other, inputs, training=True)
        return (weight * censored_crps(parameters, attended)).mean(), other
