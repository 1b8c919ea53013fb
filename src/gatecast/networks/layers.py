"""Layers that the networks share."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

__all__ = ["EntityEmbedding", "LevelMixture", "PeriodicEmbedding", "residual_block"]

Tensor = Any


class PeriodicEmbedding(keras.layers.Layer):
    """Numbers as learned sines and cosines, then one small linear map (Gorishniy et al. 2022, "PLR-lite").

    Shape: (batch, features) -> (batch, features * size).
    """

    def __init__(self, seed: int, *, frequencies: int = 8, size: int = 6, spread: float = 0.3) -> None:
        super().__init__()
        self.seed, self.frequencies, self.size, self.spread = seed, frequencies, size, spread

    def build(self, shape: tuple[int | None, int]) -> None:
        """Make one set of frequencies for each feature, and the map they share."""
        self.rates = self.add_weight(
            shape=(shape[1], self.frequencies), initializer=keras.initializers.RandomNormal(0.0, self.spread, self.seed)
        )
        self.map = self.add_weight(
            shape=(2 * self.frequencies + 1, self.size), initializer=keras.initializers.GlorotUniform(self.seed + 1)
        )
        self.shift = self.add_weight(shape=(self.size,), initializer="zeros")

    def call(self, numbers: Tensor) -> Tensor:
        """Embed and flatten."""
        turns = 2 * math.pi * ops.expand_dims(numbers, -1) * self.rates
        waves = ops.concatenate([ops.sin(turns), ops.cos(turns), ops.expand_dims(numbers, -1)], axis=-1)
        mapped = ops.relu(ops.matmul(waves, self.map) + self.shift)
        return ops.reshape(mapped, (-1, numbers.shape[1] * self.size))


class EntityEmbedding(keras.layers.Layer):
    """One learned vector for each code (Guo & Berkhahn 2016); in training a code is hidden, as 0, now and then.

    Shape: int (batch,) -> (batch, size).
    """

    def __init__(self, vocabulary: int, seed: int, *, hidden: float = 0.0) -> None:
        super().__init__()
        self.vocabulary, self.hidden, self.seed = vocabulary, hidden, seed
        self.size = min(16, math.ceil(math.sqrt(vocabulary)) + 1)
        self.random = keras.random.SeedGenerator(seed)

    def build(self, shape: tuple[int | None]) -> None:
        """Make the table of vectors."""
        initializer = keras.initializers.RandomNormal(0.0, 0.1, self.seed)
        self.table = self.add_weight(shape=(self.vocabulary, self.size), initializer=initializer)

    def call(self, codes: Tensor, training: bool = False) -> Tensor:
        """Look the vectors up."""
        if training and self.hidden:
            kept = keras.random.uniform(ops.shape(codes), seed=self.random) >= self.hidden
            codes = ops.where(kept, codes, 0)
        return ops.take(self.table, codes, axis=0)


class LevelMixture(keras.layers.Layer):
    """A mixture of known past levels, its weights chosen by the network; `default` where no level is known.

    Shape: logits (batch, levels), levels (batch, levels) -> (batch, 1).
    """

    def __init__(self, default: float = 0.5) -> None:
        super().__init__()
        self.default = default

    def call(self, logits: Tensor, levels: Tensor) -> Tensor:
        """Softmax over the levels that are known (at least 0)."""
        known = ops.cast(levels >= 0, levels.dtype)
        weights = ops.exp(logits - ops.max(logits, axis=-1, keepdims=True)) * known
        total = ops.sum(weights, axis=-1, keepdims=True)
        mixed = ops.sum(weights * levels, axis=-1, keepdims=True) / ops.maximum(total, 1e-9)
        return ops.where(total > 0, mixed, self.default)


def residual_block(hidden: Tensor, width: int, dropout: float, seed: int) -> Tensor:
    """Normalise, widen, gelu, dropout and add. Shape: (batch, width) -> (batch, width)."""
    inner = keras.layers.LayerNormalization()(hidden)
    inner = keras.layers.Dense(width, "gelu", kernel_initializer=keras.initializers.GlorotUniform(seed))(inner)
    inner = keras.layers.Dropout(dropout, seed=seed + 1)(inner)
    inner = keras.layers.Dense(width, kernel_initializer=keras.initializers.GlorotUniform(seed + 2))(inner)
    return keras.layers.Add()([hidden, inner])
