"""The policy with a network: one for every item, as it reads costs and shelf life; trained by `train_policy`.

The network is a Keras model of two hidden layers. For decisions its layers are applied in numpy, so that a page does
not wait for a compiler; the tests hold one against the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

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

__all__ = ["DeepPolicy", "policy_network"]

FloatArray = npt.NDArray[np.float32]

WIDTH = 32
REACH = (1.5, 0.5)
"""Largest difference of the score, and of the share of projected stock counted."""
SHIPPED = Path(__file__).with_name("policy.safetensors")


def policy_network(seed: int = 0) -> keras.Model:
    """Return an untrained network from features, shape (batch, FEATURES), to answers, shape (batch, 2).

    Its first answer is 0: the newsvendor's score, less the stock that will probably be left.
    """
    require_jax()
    import keras

    def start(place: int) -> keras.Initializer:
        return keras.initializers.GlorotUniform(seed=seed * 10 + place)

    inputs = keras.Input((FEATURES,))
    hidden = keras.layers.Dense(WIDTH, "tanh", kernel_initializer=start(0))(inputs)
    hidden = keras.layers.Dense(WIDTH, "tanh", kernel_initializer=start(1))(hidden)
    answer = keras.layers.Dense(2, "tanh", kernel_initializer="zeros")(hidden)
    return keras.Model(inputs, keras.layers.Rescaling(scale=list(REACH))(answer))


@dataclass(frozen=True)
class DeepPolicy:
    """A trained policy.

    Parameters
    ----------
    weights : tuple of ndarray
        Kernel and bias of each layer.
    """

    weights: tuple[FloatArray, ...]

    @classmethod
    def shipped(cls) -> Self:
        """Return the policy that comes with gatecast."""
        return cls(_weights(SHIPPED))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a policy that `save` wrote.

        Raises
        ------
        InputError
            The file is not such a policy.
        """
        return cls(_weights.__wrapped__(Path(path)))

    def save(self, path: Path) -> None:
        """Write the policy as safetensors."""
        from safetensors.numpy import save_file

        with written_whole(path) as draft:
            save_file({f"{place:02}": np.ascontiguousarray(one) for place, one in enumerate(self.weights)}, draft)

    def answer(self, read: FloatArray) -> FloatArray:
        """Return the network's answers, shape (..., 2), to features, shape (..., FEATURES)."""
        value = np.asarray(read, np.float32)
        for kernel, bias in zip(self.weights[::2], self.weights[1::2], strict=True):
            value = np.tanh(value @ kernel + bias)
        answer: FloatArray = value * np.array(REACH, np.float32)
        return answer

    def order(self, problem: OrderingProblem, state: OrderState) -> int:
        """Return the whole cases to order."""
        view = StateArrays.of(problem, state)
        read, parts = features(view)
        return whole(float(order_of(view, self.answer(read), parts)), problem)


@lru_cache(maxsize=4)
def _weights(path: Path) -> tuple[FloatArray, ...]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        stored = load(path.read_bytes())
        weights = tuple(stored[name] for name in sorted(stored))
        fits = len(weights) % 2 == 0 and weights[0].shape[0] == FEATURES and weights[-1].shape == (2,)
    except (SafetensorError, OSError, IndexError) as problem:
        raise InputError(f"{path.name}: got {problem}, expected a policy that gatecast wrote") from problem
    if not fits:
        raise InputError(f"{path.name}: got other layers, expected a policy that gatecast {FEATURES} inputs wide wrote")
    return weights
