"""Initial weights of networks, drawn by NumPy.

Keras draws them on its backend, where JAX compiles a program for every shape: six seconds for a network, which is more
than a small club's whole training takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

__all__ = ["glorot_uniform", "random_normal"]

Initializer = Callable[..., Any]


def glorot_uniform(seed: int) -> Initializer:
    """Draw evenly from ±sqrt(6 / (inputs + outputs)) of a layer (Glorot & Bengio 2010).

    Parameters
    ----------
    seed : int
        The same seed and shape give the same weights; another shape gives others.

    Returns
    -------
    callable
        Shape of a dense layer's weights, and their type -> weights.
    """

    def drawn(shape: tuple[int, int], dtype: str | None = None) -> Any:  # noqa: ANN401
        limit = math.sqrt(6.0 / sum(shape))
        return _tensor(np.random.default_rng((seed, *shape)).uniform(-limit, limit, shape), dtype)

    return drawn


def random_normal(deviation: float, seed: int) -> Initializer:
    """Draw from a normal distribution of mean 0.

    Parameters
    ----------
    deviation : float
        Standard deviation.
    seed : int
        The same seed and shape give the same weights; another shape gives others.

    Returns
    -------
    callable
        Shape and type -> weights.
    """

    def drawn(shape: tuple[int, ...], dtype: str | None = None) -> Any:  # noqa: ANN401
        return _tensor(np.random.default_rng((seed, *shape)).normal(0.0, deviation, shape), dtype)

    return drawn


def _tensor(values: np.ndarray[Any, Any], dtype: str | None) -> Any:  # noqa: ANN401
    return keras.ops.convert_to_tensor(values, dtype or keras.config.floatx())
