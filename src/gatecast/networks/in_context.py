"""The pretrained network: a game is the query, the club's own past games are the tokens; no club or year has a name.

One plain function of its weights, in NumPy or in JAX: pretraining differentiates it, a forecast calls it without
compiling anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["in_context", "initial_weights", "log_quantiles"]

Array = Any
Noise = Callable[[Any, int], Any]
Weights = Mapping[str, Array]

WIDTH, TOKEN, HEADS, HIDDEN, BLOCKS = 128, 32, 4, 256, 2
"""Sizes of new weights; a network has the sizes of its weights."""
READS = 1
"""Blocks that read the past games; the others only think over what was read."""
PRESENT, LEVEL, RESIDUAL = 0, 1, 2
"""Figures of a token: whether there is a game; and, averaged as they are, its attendance and the residual of
the regression."""


def initial_weights(
    seed: int,
    *,
    features: int,
    candidates: int,
    figures: int,
    width: int = WIDTH,
    hidden: int = HIDDEN,
    blocks: int = BLOCKS,
) -> dict[str, npt.NDArray[np.float32]]:
    """Draw the initial weights, by name.

    Parameters
    ----------
    seed : int
    features, candidates : int
        Figures of a query, and simple forecasts it may start from.
    figures : int
        Figures of a token.
    width, hidden, blocks : int, default 128, 256, 2
        Inner units of a query, units between two of its layers, and how often it is thought over.
    """
    draw = np.random.default_rng(seed)

    def dense(rows: int, columns: int, scale: float = 1.0) -> npt.NDArray[np.float32]:
        spread = scale * np.sqrt(2.0 / (rows + columns))
        return draw.normal(0.0, spread, (rows, columns)).astype(np.float32)

    def zeros(*shape: int) -> npt.NDArray[np.float32]:
        return np.zeros(shape, np.float32)

    start = features + candidates
    weights = {
        "query.kernel": dense(start, width),
        "query.bias": zeros(width),
        "token.kernel": dense(figures, TOKEN),
        "token.bias": zeros(TOKEN),
    }
    for i in range(blocks):
        if i < READS:
            weights |= {
                f"block{i}.ask": dense(width, TOKEN),
                f"block{i}.key": dense(TOKEN, TOKEN),
                f"block{i}.value": dense(TOKEN, TOKEN),
                f"block{i}.nothing": zeros(HEADS),
                f"block{i}.out": dense(TOKEN + 2 * HEADS, width, 0.5),
            }
        weights |= {
            f"block{i}.wide": dense(width, hidden),
            f"block{i}.wide_bias": zeros(hidden),
            f"block{i}.narrow": dense(hidden, width, 0.5),
            f"block{i}.narrow_bias": zeros(width),
        }
    choices = candidates + READS * HEADS
    return weights | {
        "choice.kernel": dense(width, choices, 0.3),
        "choice.bias": zeros(choices),
        "head.kernel": dense(width, 4, 0.1),
        "head.bias": np.array([0.0, -1.7, 0.0, 0.0], np.float32),
    }


def in_context(
    weights: Weights, features: Array, candidates: Array, tokens: Array, *, xp: ModuleType, noise: Noise | None = None
) -> Array:
    """Return the parameters of the distribution of log demand, relative to the club's level.

    Parameters
    ----------
    weights : mapping of str to array
    features, candidates, tokens : array
        Of queries, (queries, features) and (queries, candidates), and their past games, (queries, games, figures).
    xp : module
        `numpy`, or `jax.numpy`.
    noise : callable, optional
        Applied to inner units in training: dropout.

    Returns
    -------
    array, shape (queries, 4)
        Location, scale, skewness and tail of a sinh-arcsinh distribution.
    """
    query = xp.concatenate([features, candidates], axis=1)
    query = _gelu(_dense(query, weights["query.kernel"], xp) + weights["query.bias"], xp)
    token = _gelu(tokens @ weights["token.kernel"] + weights["token.bias"], xp)
    levels = []
    for i in range(sum(name.endswith(".wide") for name in weights)):
        if i < READS:
            seen, drawn = _read(_of_block(weights, i), _norm(query, xp), token, tokens, xp=xp)
            levels.append(drawn[..., 0])
            both = xp.concatenate([seen, drawn.reshape(-1, 2 * HEADS)], axis=1)
            query = query + _dense(noise(both, 2 * i) if noise else both, weights[f"block{i}.out"], xp)
        wide = _gelu(_dense(_norm(query, xp), weights[f"block{i}.wide"], xp) + weights[f"block{i}.wide_bias"], xp)
        wide = noise(wide, 2 * i + 1) if noise else wide
        query = query + _dense(wide, weights[f"block{i}.narrow"], xp) + weights[f"block{i}.narrow_bias"]
    query = _norm(query, xp)
    choices = xp.concatenate([candidates, *levels], axis=1)
    logits = _dense(query, weights["choice.kernel"], xp) + weights["choice.bias"]
    trust = xp.exp(logits - logits.max(axis=1, keepdims=True))
    trust = trust / trust.sum(axis=1, keepdims=True)
    raw = _dense(query, weights["head.kernel"], xp) + weights["head.bias"]
    location = (trust * choices).sum(axis=1) + raw[:, 0]
    scale = xp.exp(xp.clip(raw[:, 1], -5.0, 1.0))
    skewness = xp.clip(raw[:, 2], -1.2, 1.2)
    tail = xp.exp(xp.clip(raw[:, 3], -0.6, 0.6))
    return xp.stack([location, scale, skewness, tail], axis=1)


def _of_block(weights: Weights, block: int) -> Weights:
    """Return the weights of a block under their own names."""
    begin = f"block{block}."
    return {name.removeprefix(begin): value for name, value in weights.items() if name.startswith(begin)}


def _read(weights: Weights, query: Array, token: Array, own: Array, *, xp: ModuleType) -> tuple[Array, Array]:
    """Return what a query sees of its tokens, (queries, 32), and averages of their own figures, (queries, heads, 2)."""
    size = TOKEN // HEADS
    asked = _dense(query, weights["ask"], xp).reshape(-1, HEADS, size)
    # One vector a head asks for all keys at once: cheaper than the keys of every token.
    key = weights["key"].reshape(TOKEN, HEADS, size)
    asked = xp.einsum("qhs,ths->qht", asked, key)
    score = xp.einsum("qht,qnt->qhn", asked, token) / size**0.5
    score = xp.where(own[:, None, :, PRESENT] > 0, score, -1e9)
    nothing = xp.broadcast_to(weights["nothing"][None, :, None], (*score.shape[:2], 1))
    score = xp.concatenate([score, nothing], axis=2)
    share = xp.exp(score - score.max(axis=2, keepdims=True))
    share = (share / share.sum(axis=2, keepdims=True))[..., :-1]
    pooled = xp.einsum("qhn,qnt->qht", share, token)
    value = weights["value"].reshape(TOKEN, HEADS, size)
    seen = xp.einsum("qht,ths->qhs", pooled, value).reshape(-1, TOKEN)
    return seen, xp.einsum("qhn,qnf->qhf", share, own[..., LEVEL : RESIDUAL + 1])


def log_quantiles(parameters: Array, normal: Array, xp: ModuleType) -> Array:
    """Return quantiles of the logarithm of demand at normal scores, (queries, 4) and (levels,) -> (queries, levels)."""
    location, scale, skewness, tail = (parameters[:, i : i + 1] for i in range(4))
    bent = xp.sinh((xp.arcsinh(normal)[None] + skewness) / tail)
    return location + scale * bent


def _dense(queries: Array, kernel: Array, xp: ModuleType) -> Array:
    """Return the product of each query with a kernel.

    NumPy takes it query by query: in one product of all, the last bits of a query depend on its place among them on
    some processors.
    """
    return (queries[:, None] @ kernel)[:, 0] if xp is np else queries @ kernel


def _gelu(x: Array, xp: ModuleType) -> Array:
    # NumPy takes forty times as long for `x**3`.
    return 0.5 * x * (1.0 + xp.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


def _norm(x: Array, xp: ModuleType) -> Array:
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / xp.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
