"""Training of the policy for every item: the cost of whole homestands is differentiated through every order.

The simulated homestand is a chain of larger, smaller and sum, so its cost has a gradient in the orders, and through
them in the weights; no value function and no exploration is needed. Source: Madeka, Torkkola, Eisenach, Luo, Foster
and Kakade, Deep Inventory Management (2022), arXiv 2210.03137.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gatecast.files import written_whole
from gatecast.plan.ordering.deep import DeepPolicy, NetworkPolicy, policy_network
from gatecast.plan.ordering.samples import random_homestands
from gatecast.plan.ordering.simulator import Batch, simulate
from gatecast.progress import Progress, silent

__all__ = ["CHECKED", "TrainedPolicy", "scaled", "train_policy"]

Array = Any

BATCH = 512
CHECKED = 2048
"""Homestands on which the policy is checked while it is trained."""
EVERY = 50
"""Steps between two checks."""
LEARNING_RATE = 3e-3
SETTLED, STEP = "settled", "step"


@dataclass(frozen=True)
class TrainedPolicy:
    """A policy and its learning curve.

    Parameters
    ----------
    policy : NetworkPolicy
    curve : list of (int, float)
        Steps taken, or generations, and cost on the homestands checked as a share of the cost at the start: that of the
        newsvendor's score with projected stock.
    """

    policy: NetworkPolicy
    curve: list[tuple[int, float]]


def train_policy(
    *,
    steps: int = 1500,
    seed: int = 0,
    batch: int = BATCH,
    keep: Path | None = None,
    progress: Progress = silent,
) -> TrainedPolicy:
    """Train a policy for every item on random homestands.

    The same seed gives the same policy, also where a training that was cut short goes on.

    Parameters
    ----------
    steps : int
        Steps of the optimiser, each over `batch` new homestands.
    seed : int
    batch : int
    keep : Path, optional
        A file that holds the training so far; a training of the same steps, seed and batch goes on from it.
    progress : Progress
        Called at each check.
    """
    import jax
    import keras

    model = policy_network(seed)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps, alpha=0.02)
    optimizer = keras.optimizers.Adam(schedule, clipnorm=1.0)
    optimizer.build(model.trainable_variables)
    fixed = [each.value for each in model.non_trainable_variables]

    def cost(weights: list[Array], data: Batch, scale: Array) -> Array:
        paid, _ = simulate(data, lambda read: model.stateless_call(weights, fixed, read)[0])
        return (paid / scale).mean()

    def step(weights: list[Array], state: list[Array], data: Batch, scale: Array) -> Array:
        gradients = jax.grad(cost)(weights, data, scale)
        return optimizer.stateless_apply(state, gradients, weights)

    step_at_once = jax.jit(step)
    check, checked = jax.jit(cost), scaled(random_homestands(np.random.default_rng([seed, 1]), CHECKED))
    weights = [each.value for each in model.trainable_variables]
    state = [each.value for each in optimizer.variables]
    label = {"steps": steps, "seed": seed, "batch": batch}
    done, curve, weights, state = _restored(keep, label, weights, state)
    first = curve[0][1] if curve else float(check(weights, *checked))
    curve = curve or [(0, first)]
    while done < steps:
        data = scaled(random_homestands(np.random.default_rng([seed, 2, done]), batch))
        weights, state = step_at_once(weights, state, *data)
        done += 1
        if done % EVERY == 0 or done == steps:
            curve.append((done, float(check(weights, *checked))))
            _keep(keep, label, (done, curve), weights, state)
            progress("training a policy for orders", done, steps)
    if keep:
        keep.unlink(missing_ok=True)
    policy = DeepPolicy(tuple(np.asarray(one) for one in weights))
    return TrainedPolicy(policy, [(at, value / first) for at, value in curve])


def scaled(data: Batch) -> tuple[Batch, Array]:
    """Return homestands for JAX and what their costs are divided by: what their uncertainty costs, about."""
    import jax
    import jax.numpy as jnp

    spread = (data.quantiles[..., 6] - data.quantiles[..., 2]).sum(axis=1)
    density = np.exp(-(data.calendar.score**2) / 2)
    scale = 0.2 * spread * (data.calendar.missing + data.calendar.idle) * np.maximum(density, 0.05) + 1e-3
    plain: tuple[Batch, Array] = jax.tree.map(
        lambda value: jnp.asarray(value, jnp.float32 if np.asarray(value).dtype.kind == "f" else None), (data, scale)
    )
    return plain


def _keep(
    path: Path | None, label: dict[str, int], told: tuple[int, list[Array]], weights: list[Array], state: list[Array]
) -> None:
    if path is None:
        return
    from safetensors.numpy import save_file

    tensors = {f"weight {place}": np.asarray(one) for place, one in enumerate(weights)}
    tensors |= {f"state {place}": np.asarray(one) for place, one in enumerate(state)}
    with written_whole(path) as draft:
        save_file(tensors, draft, {SETTLED: json.dumps(label), STEP: json.dumps(told)})


def _restored(path: Path | None, label: dict[str, int], weights: list[Array], state: list[Array]) -> tuple[Array, ...]:
    """Return steps done, curve, weights and optimiser as kept; as given where nothing fitting is kept."""
    if path is None or not path.is_file():
        return 0, [], weights, state
    import jax.numpy as jnp
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as kept:
            about = kept.metadata() or {}
            if json.loads(about.get(SETTLED, "null")) != label:
                return 0, [], weights, state
            done, curve = json.loads(about[STEP])
            weights = [jnp.asarray(kept.get_tensor(f"weight {place}")) for place in range(len(weights))]
            state = [jnp.asarray(kept.get_tensor(f"state {place}")) for place in range(len(state))]
    except (SafetensorError, OSError):
        return 0, [], weights, state
    return done, [tuple(each) for each in curve], weights, state
