"""Losses on the demand distribution, with sell-outs treated as censored."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from gatecast.networks.demand import demand_quantiles, grid

__all__ = ["censored_crps"]

Array = Any

POINTS = 32
LEAK = 0.01


def censored_crps(parameters: Array, attended: Array) -> Array:
    """CRPS of attendance, the minimum of demand and capacity.

    The continuous ranked probability score is twice the pinball loss averaged over all levels (Gneiting & Raftery
    2007); quantiles of attendance are quantiles of demand cut at capacity, as in censored quantile regression (Powell
    1986). Beyond capacity a slight slope is left, so that a network that starts there finds its way back.

    Parameters
    ----------
    parameters : array, shape (batch, 4)
        Of demand, on the scale where capacity is 1.
    attended : array, shape (batch,)
        Attendance as a share of capacity; at least 1 means sold out.

    Returns
    -------
    array, shape (batch,)
    """
    levels = grid(POINTS)
    demand = demand_quantiles(parameters, levels)
    sold_out = attended[:, None] >= 1.0
    beyond = jnp.maximum(demand - 1.0, 0.0)
    forecast = jnp.minimum(demand, 1.0) + jnp.where(sold_out, 0.0, LEAK * beyond)
    error = jnp.minimum(attended, 1.0)[:, None] - forecast
    pinball = jnp.maximum(levels * error, (levels - 1.0) * error)
    return 2.0 * pinball.mean(axis=1)
