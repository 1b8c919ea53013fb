"""Building blocks of the networks: inputs, embeddings, attention to past attendance, and the demand head."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from gatecast.networks.demand import PARAMETERS
from gatecast.networks.initializers import glorot_uniform, random_normal
from gatecast.networks.signature import (
    CODES,
    FLAGS,
    HOME_GAMES,
    HOME_LEVELS,
    NUMERIC,
    PAST_LEVELS,
    ROAD_GAMES,
    ROAD_LEVELS,
    Signature,
)

__all__ = [
    "EntityEmbedding",
    "HistoryAttention",
    "LevelMixture",
    "PastGamesDense",
    "PeriodicEmbedding",
    "demand_head",
    "gelu",
    "history_inputs",
    "query_embedding",
    "query_inputs",
    "residual_block",
    "sine_of_turns",
]

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
            shape=(shape[1], self.frequencies), initializer=random_normal(self.spread, self.seed)
        )
        self.map = self.add_weight(
            shape=(2 * self.frequencies + 1, self.size), initializer=glorot_uniform(self.seed + 1)
        )
        self.shift = self.add_weight(shape=(self.size,), initializer="zeros")

    def call(self, numbers: Tensor, training: bool = False) -> Tensor:
        """Embed and flatten."""
        if training:
            # The same within rounding, and on one core a pass over the games takes a fifth less time.
            turns = ops.expand_dims(numbers, -1) * self.rates
            sines, cosines = sine_of_turns(turns), sine_of_turns(turns + 0.25)
        else:
            angles = 2 * math.pi * ops.expand_dims(numbers, -1) * self.rates
            sines, cosines = ops.sin(angles), ops.cos(angles)
        waves = ops.concatenate([sines, cosines, ops.expand_dims(numbers, -1)], axis=-1)
        mapped = ops.relu(ops.matmul(waves, self.map) + self.shift)
        return ops.reshape(mapped, (-1, numbers.shape[1] * self.size))


SINE = tuple((-1) ** k / math.factorial(2 * k + 1) for k in range(6))
"""Coefficients of the sine's Taylor series; within a quarter turn its rest is below 1e-7."""


def sine_of_turns(turns: Tensor) -> Tensor:
    """Return the sine of angles given in turns, by a polynomial, which XLA computes faster than its own sine.

    Shape: any -> the same. Within 1e-6 of the sine.
    """
    part = turns - ops.round(turns)
    angle = 2 * math.pi * ops.where(ops.abs(part) > 0.25, 0.5 * ops.sign(part) - part, part)
    square = angle * angle
    series = SINE[-1]
    for coefficient in reversed(SINE[:-1]):
        series = coefficient + square * series
    return angle * series


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
        initializer = random_normal(0.1, self.seed)
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
        """Return softmax over the levels that are known (at least 0)."""
        known = ops.cast(levels >= 0, levels.dtype)
        weights = ops.exp(logits - ops.max(logits, axis=-1, keepdims=True)) * known
        total = ops.sum(weights, axis=-1, keepdims=True)
        mixed = ops.sum(weights * levels, axis=-1, keepdims=True) / ops.maximum(total, 1e-9)
        return ops.where(total > 0, mixed, self.default)


def gelu(numbers: Tensor) -> Tensor:
    """Return the Gaussian error linear unit in its form with a hyperbolic tangent (Hendrycks & Gimpel 2016).

    It is within 0.0005 of the exact form, and its slope needs no exponential.
    """
    return ops.gelu(numbers, approximate=True)


def residual_block(hidden: Tensor, width: int, dropout: float, seed: int) -> Tensor:
    """Add a residual block: normalise, widen, gelu, dropout. Shape: (batch, width) -> (batch, width)."""
    inner = keras.layers.LayerNormalization()(hidden)
    inner = keras.layers.Dense(width, gelu, kernel_initializer=glorot_uniform(seed))(inner)
    inner = keras.layers.Dropout(dropout, seed=seed + 1)(inner)
    inner = keras.layers.Dense(width, kernel_initializer=glorot_uniform(seed + 2))(inner)
    return keras.layers.Add()([hidden, inner])


def query_inputs(signature: Signature) -> dict[str, keras.KerasTensor]:
    """Return the inputs of a network, by name."""
    sizes = {NUMERIC: signature.numeric, FLAGS: signature.flags, PAST_LEVELS: signature.levels}
    inputs = {name: keras.Input((size,), name=name) for name, size in sizes.items()}
    inputs[CODES] = keras.Input((len(signature.vocabularies),), dtype="int32", name=CODES)
    return inputs


def query_embedding(
    inputs: dict[str, keras.KerasTensor], signature: Signature, seed: int, hidden: float, *, waves: int = 6
) -> keras.KerasTensor:
    """Return everything known of the query as one vector, shape (batch, width).

    Each number is there as it is, and as `waves` figures of a periodic embedding.
    """
    parts = [inputs[NUMERIC], inputs[FLAGS], inputs[PAST_LEVELS]]
    if signature.numeric:
        parts.append(PeriodicEmbedding(seed, size=waves)(inputs[NUMERIC]))
    for i, vocabulary in enumerate(signature.vocabularies):
        embedding = EntityEmbedding(vocabulary, seed + 10 + i, hidden=hidden if signature.identities[i] else 0.0)
        parts.append(embedding(inputs[CODES][:, i]))
    return keras.layers.Concatenate()(parts)


FAR_BELOW = -1e9


def history_inputs(signature: Signature) -> dict[str, keras.KerasTensor]:
    """Return the inputs that hold past games, by name."""
    shapes = {
        HOME_GAMES: signature.home,
        HOME_LEVELS: signature.home[:1],
        ROAD_GAMES: signature.road,
        ROAD_LEVELS: signature.road[:1],
    }
    return {name: keras.Input(shape, name=name) for name, shape in shapes.items()}


class PastGamesDense(keras.layers.Dense):
    """A dense layer on every past game. Shape: (batch, length, fields) -> (batch, length, units)."""

    def call(self, games: Tensor, training: bool = False) -> Tensor:
        """Apply the layer."""
        if not training:
            return super().call(games)
        # With games one below the other XLA takes the weights' slope ten times as fast, and a pass a fifth less time.
        tokens = super().call(ops.reshape(games, (-1, games.shape[-1])))
        return ops.reshape(tokens, (-1, games.shape[1], self.units))


class HistoryAttention(keras.layers.Layer):
    """Attention of one query to past games, whose weights average their levels as well (Vaswani et al. 2017).

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
        initializer = glorot_uniform(self.seed)
        size = self.heads * tokens_shape[-1]
        self.projection = self.add_weight(shape=(query_shape[-1], size), initializer=initializer)
        self.shift = self.add_weight(shape=(size,), initializer="zeros")

    def call(self, query: Tensor, tokens: Tensor, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Attend to the tokens."""
        size = tokens.shape[-1]
        asked = ops.reshape(ops.matmul(query, self.projection) + self.shift, (-1, self.heads, size))
        there = ops.expand_dims(ops.cast(levels >= 0, tokens.dtype), 1)
        scores = ops.matmul(asked, ops.transpose(tokens, (0, 2, 1))) / size**0.5 + FAR_BELOW * (1.0 - there)
        weights = ops.softmax(scores, axis=-1) * there
        context = ops.reshape(ops.matmul(weights, tokens), (-1, self.heads * size))
        averaged = ops.squeeze(ops.matmul(weights, ops.expand_dims(levels, -1)), -1)
        return context, ops.where(ops.max(there, axis=-1) > 0, averaged, -1.0)


START_SCALE = 0.12
LARGEST_SKEWNESS = 0.8
TAIL_RANGE = 0.45


def demand_head(
    hidden: keras.KerasTensor, inputs: dict[str, keras.KerasTensor], signature: Signature
) -> keras.KerasTensor:
    """Turn the last hidden layer into the parameters of demand, shape (batch, 4).

    The location starts from a mixture of the past levels; the rest starts from a plain normal shape.
    """
    raw = keras.layers.Dense(PARAMETERS, kernel_initializer="zeros", name="demand")(hidden)
    base = 0.5
    if signature.levels:
        logits = keras.layers.Dense(signature.levels, kernel_initializer="zeros", name="level_logits")(hidden)
        base = LevelMixture()(logits, inputs[PAST_LEVELS])
    location = base + raw[:, 0:1]
    scale = START_SCALE * ops.exp(ops.clip(raw[:, 1:2], -4.0, 3.0))
    skewness = LARGEST_SKEWNESS * ops.tanh(raw[:, 2:3])
    tail = ops.exp(TAIL_RANGE * ops.tanh(raw[:, 3:4]))
    return ops.concatenate([location, scale, skewness, tail], axis=1)
