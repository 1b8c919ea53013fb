"""The loss and the training loop, fused: each epoch is one compiled call that scans over its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.flatten_util import ravel_pytree

from gatecast.networks import require_jax
from gatecast.networks.demand import demand_quantiles, grid
from gatecast.prepare.tokens import network_inputs
from gatecast.train.model import in_blocks

if TYPE_CHECKING:
    import keras

    from gatecast.train.samples import Samples

__all__ = ["Loop", "State", "censored_crps", "not_a_number"]

Array = Any

POINTS = 32
LEAK = 0.01


def censored_crps(parameters: Array, attended: Array) -> Array:
    """Return the CRPS of attendance, the minimum of demand and capacity.

    The continuous ranked probability score is twice the pinball loss averaged over all levels (Gneiting & Raftery
    2007); quantiles of attendance are quantiles of demand cut at capacity, as in censored quantile regression (Powell
    1986). Beyond capacity a slight slope is left, so that a network that starts there finds its way back.

    Parameters
    ----------
    parameters : array, shape (batch, 4)
        Of demand, on the scale where capacity is 1.
    attended : array, shape (batch,)
        Attendance as a share of capacity; at least 1 means sold out.

    Returns
    -------
    array, shape (batch,)
    """
    levels = grid(POINTS)
    demand = demand_quantiles(parameters, levels)
    sold_out = attended[:, None] >= 1.0
    beyond = jnp.maximum(demand - 1.0, 0.0)
    forecast = jnp.minimum(demand, 1.0) + jnp.where(sold_out, 0.0, LEAK * beyond)
    error = jnp.minimum(attended, 1.0)[:, None] - forecast
    pinball = jnp.maximum(levels * error, (levels - 1.0) * error)
    return 2.0 * pinball.mean(axis=1)


Inputs = dict[str, npt.NDArray[Any]]

CLIP_NORM = 1.0
PART = 128
"""Games whose gradients are taken at once: with their tokens in the cache, a pass takes a tenth less time."""
FEW_ROWS = 64
"""Games that a network is tried on, to find the layer that fails."""


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
        self.parts = batch // PART if batch % PART == 0 else 1
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
        # Members train side by side, one thread each; sharing such small matrices among threads gains less.
        one_thread = {"xla_cpu_multi_thread_eigen": False}
        self._epoch = jax.jit(self._run_epoch, donate_argnums=0, compiler_options=one_thread)
        self._apply = jax.jit(self._forward)

    def start(self, model: keras.Model) -> State:
        """Return the state of a freshly built model of the same network."""
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
        """Return the parameters of demand for every row of `inputs`, shape (rows, 4)."""
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
        by_part = (self.steps, self.parts, self.batch // self.parts)
        plan = (order.reshape(by_part), rows.reshape(by_part))
        measure = jax.value_and_grad(self._loss, has_aux=True)

        def step(state: State, chosen: tuple[Array, Array]) -> tuple[State, Array]:
            def part(sums: tuple[Array, list[Array]], chosen: tuple[Array, Array]) -> tuple[Any, Array]:
                slopes, other = sums
                game, row = chosen
                drawn = {name: values[row] for name, values in samples["inputs"].items()}
                batch = network_inputs(drawn, samples["tables"], self.model.input, jnp)
                (loss, other), of_part = measure(
                    state.weights, other, batch, samples["attended"][row], samples["weights"][game]
                )
                return (slopes + of_part, other), loss

            (slopes, other), losses = jax.lax.scan(part, (jnp.zeros_like(state.weights), state.other), chosen)
            (weights,), optimizer = self.optimizer.stateless_apply(
                state.optimizer, [slopes / self.parts], [state.weights]
            )
            averaged = self.memory * state.averaged + (1 - self.memory) * weights
            return State(weights, other, optimizer, averaged), losses.mean()

        state, losses = jax.lax.scan(step, state, plan)
        return state, losses.mean()

    def _loss(
        self, weights: Array, other: list[Array], inputs: dict[str, Array], attended: Array, weight: Array
    ) -> tuple[Array, list[Array]]:
        parameters, other = self.model.stateless_call(self.unflatten(weights), other, inputs, training=True)
        return (weight * censored_crps(parameters, attended)).mean(), other


def not_a_number(loop: Loop, model: keras.Model, state: State, samples: Samples, *, network: str, epoch: int) -> str:
    """Return a message that names the layer or weights which gave the first value that is not a number.

    Parameters
    ----------
    loop : Loop
    model : keras.Model
        As built, before training.
    state : State
        After the epoch in which the loss became no number.
    samples : Samples
    network : str
        Name of the network.
    epoch : int
        Number of that epoch, from 1.
    """
    import keras

    rows = {name: values[:FEW_ROWS] for name, values in samples.inputs.items()}
    inputs = network_inputs(rows, samples.tables, model.input, np)
    for layer in model.layers:
        values = np.asarray(keras.Model(model.input, layer.output)(inputs)) if layer.output is not None else np.zeros(1)
        if not np.isfinite(values).all():
            return (
                f"network {network!r}, layer {layer.name!r}: got a value that is not a number before training, "
                "expected numbers; look at that layer"
            )
    weights = loop.unflatten(state.weights)
    broken = [
        v.path for v, value in zip(model.trainable_variables, weights, strict=True) if not np.isfinite(value).all()
    ]
    return (
        f"network {network!r}: got a loss that is not a number in epoch {epoch}, expected a number; "
        f"look at {broken[0] if broken else 'the loss'}, or lower learning_rate"
    )
