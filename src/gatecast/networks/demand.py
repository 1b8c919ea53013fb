"""The distribution of unconstrained demand, on the scale where capacity is 1.

Demand follows a sinh-arcsinh distribution (Jones & Pewsey 2009): a normal variable bent by a skewness and a tail
weight, so that its quantile function and its distribution function are both closed forms:

    Q(p) = location + scale * sinh((asinh(z_p) + skewness) / tail)

Attendance is the minimum of demand and capacity. Quantiles never cross, since Q grows with p.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.scipy.special import ndtr
from scipy.special import ndtri

__all__ = ["PARAMETERS", "Demand", "demand_quantiles", "exceeding", "grid"]

Array = Any
PARAMETERS = 4


class Demand(NamedTuple):
    """Parameters of the distribution, each of shape (batch,)."""

    location: Array
    scale: Array
    skewness: Array
    tail: Array


def demand_quantiles(parameters: Array, levels: npt.NDArray[np.float64]) -> Array:
    """Quantiles of demand in units of capacity.

    Parameters
    ----------
    parameters : array, shape (batch, 4)
    levels : ndarray, shape (levels,)
        Probabilities in (0, 1).

    Returns
    -------
    array, shape (batch, levels)
        A NumPy array where `parameters` is one: nothing is compiled then.
    """
    xp = np if isinstance(parameters, np.ndarray) else jnp
    demand = Demand(*(parameters[:, i : i + 1] for i in range(PARAMETERS)))
    bent = (xp.arcsinh(xp.asarray(ndtri(levels), xp.float32)) + demand.skewness) / demand.tail
    return demand.location + demand.scale * xp.sinh(bent)


def exceeding(parameters: Array, threshold: Array) -> Array:
    """Probability that demand is at least `threshold` (in units of capacity), shape (batch,)."""
    demand = Demand(*(parameters[:, i] for i in range(PARAMETERS)))
    unbent = demand.tail * jnp.arcsinh((threshold - demand.location) / demand.scale) - demand.skewness
    return ndtr(-jnp.sinh(unbent))


def grid(points: int) -> npt.NDArray[np.float64]:
    """Midpoints of `points` equal slices of (0, 1): equally likely levels."""
    return (np.arange(points) + 0.5) / points
