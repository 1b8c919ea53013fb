"""The demand head: from a hidden layer to the distribution of unconstrained demand."""

from __future__ import annotations

import keras
from keras import ops

from gatecast.networks.demand import PARAMETERS
from gatecast.networks.layers import LevelMixture
from gatecast.networks.signature import LEVELS, Signature

__all__ = ["demand_head"]

START_SCALE = 0.12
LARGEST_SKEWNESS = 0.8
TAIL_RANGE = 0.45


def demand_head(
    hidden: keras.KerasTensor, inputs: dict[str, keras.KerasTensor], signature: Signature
) -> keras.KerasTensor:
    """From the last hidden layer to the parameters of demand, shape (batch, 4).

    The location starts from a mixture of the past levels; the rest starts from a plain normal shape.
    """
    raw = keras.layers.Dense(PARAMETERS, kernel_initializer="zeros", name="demand")(hidden)
    base = 0.5
    if signature.levels:
        logits = keras.layers.Dense(signature.levels, kernel_initializer="zeros", name="level_logits")(hidden)
        base = LevelMixture()(logits, inputs[LEVELS])
    location = base + raw[:, 0:1]
    scale = START_SCALE * ops.exp(ops.clip(raw[:, 1:2], -4.0, 3.0))
    skewness = LARGEST_SKEWNESS * ops.tanh(raw[:, 2:3])
    tail = ops.exp(TAIL_RANGE * ops.tanh(raw[:, 3:4]))
    return ops.concatenate([location, scale, skewness, tail], axis=1)
