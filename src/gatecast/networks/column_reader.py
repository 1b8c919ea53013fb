"""The part of the pretrained network that reads a club's own columns: each one is a token, beside the forecast.

A token says what a column's value would have told of the club's past games, in figures that do not depend on what the
column means or in which unit it stands (`gatecast.forecast.column_evidence`). The columns of a game are a set: they
are read side by side, then each one again beside what all of them say (as in Deep Sets, arXiv 1703.06114); of each,
some share of what it says is taken. A column may narrow ranges and never widens them. Like the rest of the network it
is one plain function of its weights, in NumPy or in JAX.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["PREFIX", "TOKEN_FIGURES", "initial_column_weights", "read_columns", "reads_columns"]

Array = Any
Weights = Mapping[str, Array]

PREFIX = "columns."
"""Prefix of the names of these weights among those of a network."""
TOKEN_FIGURES = (
    "present", "positive", "flag", "games", "coverage", "value", "certainty", "correlation", "shift_by_slope",
    "mean_error", "left_by_slope", "error", "shift_by_ratio", "left_by_ratio", "ratio_spread",
    "shift_by_both", "left_by_both", "certainty_of_both", "spread", "out_of_range", "behind_best_ratio",
    "behind_best_slope",
)  # fmt: skip
"""Names of the figures of a token."""
WAYS = ("slope", "ratio", "both")
"""Simple ways to forecast by a column: what each would move the forecast by, and leave of its errors, is a figure."""
SHIFTS = tuple(TOKEN_FIGURES.index(f"shift_by_{way}") for way in WAYS)
LEFT = tuple(TOKEN_FIGURES.index(f"left_by_{way}") for way in WAYS)
UNITS = 48
DOUBT = 2.0
"""Logit by which an untrained network prefers to leave a forecast as it is."""
NARROWEST, CORRECTION = -3.0, 1.0
"""Least logarithm of the factor of ranges, and the most that the network adds to what the ways taken leave."""


def initial_column_weights(seed: int) -> dict[str, npt.NDArray[np.float32]]:
    """Draw the initial weights, by name."""
    draw = np.random.default_rng([seed, 1])

    def dense(rows: int, columns: int, scale: float = 1.0) -> npt.NDArray[np.float32]:
        return draw.normal(0.0, scale * np.sqrt(2.0 / (rows + columns)), (rows, columns)).astype(np.float32)

    return {
        "columns.token": dense(len(TOKEN_FIGURES), UNITS),
        "columns.token_bias": np.zeros(UNITS, np.float32),
        "columns.beside": dense(3 * UNITS, UNITS),
        "columns.beside_bias": np.zeros(UNITS, np.float32),
        "columns.again": dense(UNITS, UNITS),
        "columns.again_bias": np.zeros(UNITS, np.float32),
        "columns.trust": dense(UNITS, 1 + len(WAYS), 0.3),
        "columns.trust_bias": np.array([DOUBT] + [0.0] * len(WAYS), np.float32),
        "columns.width": np.zeros((2 * UNITS, 1), np.float32),
        "columns.width_bias": np.zeros(1, np.float32),
    }


def reads_columns(weights: Weights) -> bool:
    """Return whether a network has weights that read own columns."""
    return any(name.startswith(PREFIX) for name in weights)


def read_columns(weights: Weights, tokens: Array, *, xp: ModuleType) -> tuple[Array, Array]:
    """Return what the columns of each game move its forecast by, and the logarithm of the factor of its ranges.

    Parameters
    ----------
    weights : mapping of str to array
        Names begin with `PREFIX`.
    tokens : array, shape (queries, columns, figures)
        In the order of `TOKEN_FIGURES`; zeros where a column is not known.
    xp : module
        `numpy`, or `jax.numpy`.

    Returns
    -------
    shift : array, shape (queries, columns)
        Of each column, on the logarithm of demand; their sum is the forecast's.
    log_factor : array, shape (queries,)
        At most 0; 0 where no column is known.
    """
    present = tokens[..., :1]
    token = _gelu(tokens @ weights["columns.token"] + weights["columns.token_bias"], xp) * present
    pooled = _pooled(token, present, xp)
    both = xp.concatenate([token, xp.broadcast_to(pooled[:, None], (*token.shape[:2], pooled.shape[1]))], axis=2)
    token = _gelu(both @ weights["columns.beside"] + weights["columns.beside_bias"], xp) * present
    token = token + _gelu(token @ weights["columns.again"] + weights["columns.again_bias"], xp) * present
    logits = token @ weights["columns.trust"] + weights["columns.trust_bias"]
    trust = xp.exp(logits - logits.max(axis=2, keepdims=True))
    trust = trust / trust.sum(axis=2, keepdims=True)
    trust = trust[..., 1:] * present
    shift = (trust * xp.stack([tokens[..., place] for place in SHIFTS], axis=2)).sum(axis=2)
    left = (trust * xp.stack([tokens[..., place] for place in LEFT], axis=2)).sum(axis=(1, 2))
    # One product for each game: in one of all games, its last bits would depend on its place among them.
    more = (_pooled(token, present, xp)[:, None] @ weights["columns.width"])[:, 0, 0] + weights["columns.width_bias"]
    log_factor = left + CORRECTION * xp.tanh(more) * xp.minimum(trust.sum(axis=(1, 2)), 1.0)
    return shift, xp.clip(log_factor, NARROWEST, 0.0)


def _pooled(token: Array, present: Array, xp: ModuleType) -> Array:
    """Return mean and largest of what the columns of each game say, shape (queries, 2 units)."""
    mean = token.sum(axis=1) / xp.maximum(present.sum(axis=1), 1.0)
    return xp.concatenate([mean, token.max(axis=1)], axis=1)


def _gelu(x: Array, xp: ModuleType) -> Array:
    return 0.5 * x * (1.0 + xp.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))
