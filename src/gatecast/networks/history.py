"""Inputs and layers for networks that read past gates."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from gatecast.networks.signature import HOME_GATES, HOME_LEVELS, ROAD_GATES, ROAD_LEVELS, Signature

__all__ = ["HistoryAttention", "history_inputs"]

Tensor = Any
FAR_BELOW = -1e9


def history_inputs(signature: Signature) -> dict[str, keras.KerasTensor]:
    """The inputs that hold past gates, by name."""
    shapes = {
        HOME_GATES: signature.home,
        HOME_LEVELS: signature.home[:1],
        ROAD_GATES: signature.road,
        ROAD_LEVELS: signature.road[:1],
    }
    return {name: keras.Input(shape, name=name) for name, shape in shapes.items()}


class HistoryAttention(keras.layers.Layer):
    """Attention of one query to past gates, whose weights average the gates' levels as well (Vaswani et al. 2017).

    Queries are projected into the space of the tokens, so that tokens need no keys of their own; values are the tokens.

    Shape: query (batch, width), tokens (batch, length, size), levels (batch, length; below 0 where there is none) ->
    context (batch, heads * size), averaged levels (batch, heads; -1 where there is none at all).
    """

    def __init__(self, heads: int, seed: int) -> None:
        super().__init__()
        self.heads, self.seed = heads, seed

    def build(
        self, query_shape: tuple[int, int], tokens_shape: tuple[int, int, int], levels_shape: tuple[int, int]
    ) -> None:
        """Make one projection for each head."""
        initializer = keras.initializers.GlorotUniform(self.seed)
        size = self.heads * tokens_shape[-1]
        self.projection = self.add_weight(shape=(query_shape[-1], size), initializer=initializer)
        self.shift = self.add_weight(shape=(size,), initializer="zeros")

    def call(self, query: Tensor, tokens: Tensor, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Attend."""
        size = tokens.shape[-1]
        asked = ops.reshape(ops.matmul(query, self.projection) + self.shift, (-1, self.heads, size))
        there = ops.expand_dims(ops.cast(levels >= 0, tokens.dtype), 1)
        scores = ops.matmul(asked, ops.transpose(tokens, (0, 2, 1))) / size**0.5 + FAR_BELOW * (1.0 - there)
        weights = ops.softmax(scores, axis=-1) * there
        context = ops.reshape(ops.matmul(weights, tokens), (-1, self.heads * size))
        averaged = ops.squeeze(ops.matmul(weights, ops.expand_dims(levels, -1)), -1)
        return context, ops.where(ops.max(there, axis=-1) > 0, averaged, -1.0)
