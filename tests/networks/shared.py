"""The one check that every network passes, and the inputs it is made on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gatecast.networks import network
from gatecast.networks.demand import PARAMETERS
from gatecast.networks.signature import CODES, FLAGS, PAST_LEVELS, Signature
from gatecast.train.loop import censored_crps

VOCABULARIES = (29, 31, 37, 41)
"""Sizes that nothing else in a network has, so that each table of vectors can be told."""
IDENTITIES = (True, True, False, False)
HISTORIES = {"home": (6, 4), "road": (5, 3)}
ROWS = 192
FAR = 1e4

Inputs = dict[str, np.ndarray]


def signature(**changes: Any) -> Signature:
    """A small signature in which every vocabulary has a size of its own."""
    taken = {field.name for field in fields(Signature)}
    histories = {name: size for name, size in HISTORIES.items() if name in taken}
    sizes = {"numeric": 5, "flags": 3, "levels": 4, "vocabularies": VOCABULARIES, "identities": IDENTITIES}
    return Signature(**{**sizes, **histories, **changes})


class Built:
    """A network with its weights as an argument.

    Parameters
    ----------
    name : str
    sizes : Signature
    seed : int
    """

    def __init__(self, name: str, sizes: Signature, seed: int = 0) -> None:
        self.sizes, self.model = sizes, network(name)(sizes, seed)
        self.other = [variable.value for variable in self.model.non_trainable_variables]
        self.apply = jax.jit(lambda weights, inputs: self._call(weights, inputs, training=False))
        self.apply_in_training = jax.jit(lambda weights, inputs: self._call(weights, inputs, training=True))

    @property
    def weights(self) -> list[np.ndarray]:
        return [np.asarray(variable.value) for variable in self.model.trainable_variables]

    def moved(self, seed: int = 1) -> list[np.ndarray]:
        """The weights after small random steps, so that no part of the network is at its neutral start."""
        rng = np.random.default_rng(seed)
        return [weight + rng.normal(0, 0.1, weight.shape).astype(np.float32) for weight in self.weights]

    def _call(self, weights: list[Any], inputs: Inputs, *, training: bool) -> Any:
        return self.model.stateless_call(weights, self.other, inputs, training=training)[0]

    def inputs(self, *, number: Callable[..., np.ndarray] | None = None) -> Inputs:
        """Random inputs of the shapes that the network itself asks for; `number` draws what is standardised."""
        rng = np.random.default_rng(0)
        draw = number or rng.normal
        return {name: self._drawn(name, (ROWS, *place.shape[1:]), rng, draw) for name, place in self._places()}

    def unknown(self) -> Inputs:
        """Inputs of games of which nothing is known."""
        return {
            name: np.full((ROWS, *place.shape[1:]), -1.0 if name.endswith(PAST_LEVELS) else 0.0, place.dtype)
            for name, place in self._places()
        }

    def _places(self) -> list[tuple[str, Any]]:
        return list(self.model.input.items())

    def _drawn(
        self, name: str, shape: tuple[int, ...], rng: np.random.Generator, draw: Callable[..., np.ndarray]
    ) -> np.ndarray:
        if name == CODES:
            return np.column_stack(
                [rng.integers(min(1, size - 1), size, shape[0]) for size in self.sizes.vocabularies]
            ).astype(np.int32)
        if name == FLAGS:
            return rng.integers(0, 2, shape).astype(np.float32)
        if name.endswith(PAST_LEVELS):
            return np.where(rng.random(shape) < 0.2, -1.0, rng.uniform(0.1, 1.2, shape)).astype(np.float32)
        return draw(size=shape).astype(np.float32)


def check_network(name: str) -> None:
    """Everything that training and forecasting take for granted of a network."""
    built = Built(name, signature())
    check_shape(built)
    check_extremes(built)
    check_rows_stand_alone(built)
    check_a_step_lowers_the_loss(built)
    again, other = Built(name, signature(), seed=0), Built(name, signature(), seed=1)
    check_seeds(built, again, other)
    check_weights_are_all_there_is(built, other)
    check_hidden_identities(built)


def check_shape(built: Built) -> None:
    assert built.model.output.shape == (None, PARAMETERS)
    assert_demand(built.apply(built.moved(), built.inputs()))


def check_extremes(built: Built) -> None:
    rng = np.random.default_rng(3)
    extreme = built.inputs(number=lambda size: FAR * rng.choice([-1.0, 1.0], size=size))
    for weights in (built.weights, built.moved()):
        assert_demand(built.apply(weights, built.unknown()))
        assert_demand(built.apply(weights, extreme))


def assert_demand(parameters: Any) -> None:
    """Finite, with a scale and a tail above 0."""
    values = np.asarray(parameters)
    assert values.shape == (ROWS, PARAMETERS)
    assert np.isfinite(values).all()
    assert (values[:, [1, 3]] > 0).all()


def check_rows_stand_alone(built: Built) -> None:
    inputs, weights = built.inputs(), built.moved()
    first = np.asarray(built.apply(weights, inputs))
    assert first.tobytes() == np.asarray(built.apply(weights, inputs)).tobytes()
    assert len(np.unique(first[:, 0])) > ROWS // 2
    turned = np.asarray(built.apply(weights, {name: values[::-1] for name, values in inputs.items()}))
    np.testing.assert_allclose(turned[::-1], first, rtol=1e-4, atol=1e-5)


def check_a_step_lowers_the_loss(built: Built) -> None:
    inputs = built.inputs()
    attended = np.random.default_rng(2).uniform(0.4, 1.2, ROWS).astype(np.float32)

    @jax.jit
    @jax.value_and_grad
    def loss(weights: list[Any]) -> Any:
        return censored_crps(built.apply(weights, inputs), attended).mean()

    weights = [jnp.asarray(weight) for weight in built.moved()]
    before, slopes = loss(weights)
    steepness = sum(float((slope**2).sum()) for slope in slopes)
    assert steepness > 0
    rate = 0.02 * float(before) / steepness
    after, _ = loss([weight - rate * slope for weight, slope in zip(weights, slopes, strict=True)])
    assert after < before


def check_weights_are_all_there_is(built: Built, other: Built) -> None:
    from safetensors.numpy import load, save

    kept = save({str(i): weight for i, weight in enumerate(built.moved())})
    loaded = load(kept)
    weights = [loaded[str(i)] for i in range(len(loaded))]
    expected = np.asarray(built.apply(built.moved(), built.inputs()))
    assert np.asarray(other.apply(weights, built.inputs())).tobytes() == expected.tobytes()


def check_seeds(built: Built, again: Built, other: Built) -> None:
    assert all(a.tobytes() == b.tobytes() for a, b in zip(built.weights, again.weights, strict=True))
    assert any(a.tobytes() != b.tobytes() for a, b in zip(built.weights, other.weights, strict=True))
    inputs, weights = built.inputs(), built.moved()
    in_training = np.asarray(built.apply_in_training(weights, inputs))
    assert in_training.tobytes() == np.asarray(again.apply_in_training(weights, inputs)).tobytes()
    assert in_training.tobytes() != np.asarray(built.apply(weights, inputs)).tobytes()


def check_hidden_identities(built: Built) -> None:
    """No code is unknown in these inputs, so only a hidden one is looked up under "unknown", the first vector."""
    inputs, weights = built.inputs(), built.moved()
    usual = {call: np.asarray(call(weights, inputs)) for call in (built.apply, built.apply_in_training)}
    for size, identity in zip(VOCABULARIES, IDENTITIES, strict=True):
        tables = [i for i, weight in enumerate(weights) if weight.ndim == 2 and weight.shape[0] == size]
        assert tables
        for table in tables:
            changed = [weight.copy() for weight in weights]
            changed[table][0] += 1.0
            matters = {call: bool((np.asarray(call(changed, inputs)) != usual[call]).any()) for call in usual}
            assert not matters[built.apply]
            assert matters[built.apply_in_training] is identity
