"""Policies with a network, one for every item, as it reads costs and shelf life.

`train.train_policy` trains the deep one, `controlled.train_controlled` the one that takes the best of a few moves. A
network is a Keras model of two hidden layers. For decisions its layers are applied in numpy, so that a page does not
wait for a compiler; the tests hold one against the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from gatecast.errors import InputError
from gatecast.files import written_whole
from gatecast.networks import require_jax
from gatecast.plan.ordering.features import FEATURES, StateArrays, features, order_of
from gatecast.plan.ordering.policies import whole
from gatecast.plan.ordering.problem import OrderingProblem, OrderState

if TYPE_CHECKING:
    import keras

__all__ = [
    "MOVES",
    "ControlledPolicy",
    "DeepPolicy",
    "NetworkPolicy",
    "best_move",
    "hidden_layers",
    "last_layer",
    "policy_network",
]

Array = Any
"""An array of numpy or of JAX, or a module of either."""

FloatArray = npt.NDArray[np.float32]

WIDTH = 32
REACH = (1.5, 0.5)
"""Largest difference of the score, and of the share of projected stock counted."""
MOVES: FloatArray = np.array(
    [(0, 0), (0, -0.5), (-0.15, -0.5), (0.15, -0.5), (-0.4, -0.5), (0.4, -0.5), (0.8, -0.5), (1.2, -0.5)], np.float32
)
"""Answers that `order_of` takes, shape (moves, 2); the first is that of projected inventory."""
HERE = Path(__file__).parent


def policy_network(seed: int = 0) -> keras.Model:
    """Return an untrained network from features, shape (batch, FEATURES), to answers, shape (batch, 2).

    Its first answer is 0: the newsvendor's score, less the stock that will probably be left.
    """
    import keras

    inputs, hidden = hidden_layers(seed)
    answer = keras.layers.Dense(2, "tanh", kernel_initializer="zeros")(hidden)
    return keras.Model(inputs, keras.layers.Rescaling(scale=list(REACH))(answer))


def hidden_layers(seed: int) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return features, shape (batch, FEATURES), and the second of two layers over them, shape (batch, WIDTH)."""
    require_jax()
    import keras

    def start(place: int) -> keras.Initializer:
        return keras.initializers.GlorotUniform(seed=seed * 10 + place)

    inputs = keras.Input((FEATURES,))
    hidden = keras.layers.Dense(WIDTH, "tanh", kernel_initializer=start(0))(inputs)
    return inputs, keras.layers.Dense(WIDTH, "tanh", kernel_initializer=start(1))(hidden)


def last_layer(weights: Sequence[Array], read: Array, xp: Array = np) -> Array:
    """Return what the last layer sums up, shape (..., outputs), before its activation.

    Parameters
    ----------
    weights : sequence of array
        Kernel and bias of each layer.
    read : array, shape (..., FEATURES)
    xp : module
        numpy or jax.numpy.
    """
    *hidden, (kernel, bias) = zip(weights[::2], weights[1::2], strict=True)
    for wide, shift in hidden:
        read = xp.tanh(read @ wide + shift)
    return read @ kernel + bias


@dataclass(frozen=True)
class NetworkPolicy(ABC):
    """A policy whose orders follow from the answer of a network.

    Parameters
    ----------
    weights : tuple of ndarray
        Kernel and bias of each layer.
    """

    weights: tuple[FloatArray, ...]
    outputs: ClassVar[int]
    """Numbers that the last layer has."""
    file: ClassVar[Path]
    """The policy that comes with gatecast."""

    @classmethod
    def shipped(cls) -> Self:
        """Return the policy that comes with gatecast."""
        return cls(_weights(cls.file, cls.outputs))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a policy that `save` wrote.

        Raises
        ------
        InputError
            The file is not such a policy.
        """
        return cls(_weights.__wrapped__(Path(path), cls.outputs))

    def save(self, path: Path) -> None:
        """Write the policy as safetensors."""
        from safetensors.numpy import save_file

        with written_whole(path) as draft:
            save_file({f"{place:02}": np.ascontiguousarray(one) for place, one in enumerate(self.weights)}, draft)

    @abstractmethod
    def answer(self, read: FloatArray) -> FloatArray:
        """Return the answers that `order_of` takes, shape (..., 2), to features, shape (..., FEATURES)."""

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the whole cases to order."""
        view = StateArrays.of(problem, state)
        read, parts = features(view)
        return whole(float(order_of(view, self.answer(read), parts)), problem)


@dataclass(frozen=True)
class DeepPolicy(NetworkPolicy):
    """The policy whose network moves score and share of stock freely, as `train_policy` trains it."""

    outputs, file = 2, HERE / "policy.safetensors"

    def answer(self, read: FloatArray) -> FloatArray:
        """Return the network's answers, shape (..., 2), to features, shape (..., FEATURES)."""
        answer: FloatArray = np.tanh(last_layer(self.weights, np.asarray(read, np.float32))) * np.array(
            REACH, np.float32
        )
        return answer


def best_move(weights: Sequence[Array], read: Array, xp: Array = np) -> Array:
    """Return the moves that a network finds most probable, shape (..., 2).

    Parameters
    ----------
    weights : sequence of array
        Kernel and bias of each layer.
    read : array, shape (..., FEATURES)
    xp : module
        numpy or jax.numpy.
    """
    return xp.asarray(MOVES)[last_layer(weights, read, xp).argmax(axis=-1)]


@dataclass(frozen=True)
class ControlledPolicy(NetworkPolicy):
    """The policy that takes the move which its network finds most probable, as `train_controlled` trains it."""

    outputs, file = len(MOVES), HERE / "controlled.safetensors"

    def answer(self, read: FloatArray) -> FloatArray:
        """Return the most probable moves, shape (..., 2), for features, shape (..., FEATURES)."""
        answer: FloatArray = best_move(self.weights, np.asarray(read, np.float32))
        return answer


@lru_cache(maxsize=4)
def _weights(path: Path, outputs: int) -> tuple[FloatArray, ...]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        stored = load(path.read_bytes())
        weights = tuple(stored[name] for name in sorted(stored))
        fits = len(weights) % 2 == 0 and weights[0].shape[0] == FEATURES and weights[-1].shape == (outputs,)
    except (SafetensorError, OSError, IndexError) as problem:
        raise InputError(f"{path.name}: got {problem}, expected a policy that gatecast wrote") from problem
    if not fits:
        raise InputError(f"{path.name}: got other layers, expected a policy that gatecast {FEATURES} inputs wide wrote")
    return weights
