"""The distribution of unconstrained demand, on the scale where capacity is 1.

Demand follows a sinh-arcsinh distribution (Jones & Pewsey 2009): a normal variable bent by a skewness and a tail
weight, so that its quantile function and its distribution function are both closed forms:

    Q(p) = location + scale * sinh((asinh(z_p) + skewness) / tail)

Attendance is the minimum of demand and capacity. Quantiles never cross, since Q grows with p.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gatecast.errors import ModelError
from gatecast.normal import normal_quantiles

__all__ = ["PARAMETERS", "Demand", "check_parameters", "demand_quantiles", "grid"]

Array = Any
PARAMETERS = 4
ABOVE_ZERO = ("scale", "tail")


class Demand(NamedTuple):
    """Parameters of the distribution, each of shape (batch,).

    Parameters
    ----------
    location : array
        In units of capacity.
    scale : array
        In units of capacity, above 0.
    skewness : array
        0 for a symmetric distribution.
    tail : array
        Above 0; 1 for the tails of a normal distribution.
    """

    location: Array
    scale: Array
    skewness: Array
    tail: Array


def demand_quantiles(parameters: Array, levels: npt.NDArray[np.float64]) -> Array:
    """Return quantiles of demand in units of capacity.

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
    xp: Any = np
    if not isinstance(parameters, np.ndarray):
        import jax.numpy as xp
    demand = Demand(*(parameters[:, i : i + 1] for i in range(PARAMETERS)))
    bent = (xp.arcsinh(xp.asarray(normal_quantiles(levels), xp.float32)) + demand.skewness) / demand.tail
    return demand.location + demand.scale * xp.sinh(bent)


def check_parameters(parameters: npt.NDArray[np.floating], network: str) -> None:
    """Refuse parameters that describe no distribution.

    Parameters
    ----------
    parameters : ndarray, shape (..., 4)
        Location, scale, skewness and tail.
    network : str
        Name of the network, for the message.

    Raises
    ------
    ModelError
        There are not four of them, one is not a number, or a scale or tail is not above 0.
    """
    mend = "end the network in gatecast.networks.layers.demand_head"
    if parameters.shape[-1] != PARAMETERS:
        got = f"{parameters.shape[-1]} figures for each game"
        raise ModelError(f"network {network!r}: got {got}, expected {PARAMETERS}: {', '.join(Demand._fields)}; {mend}")
    for i, name in enumerate(Demand._fields):
        values = parameters[..., i]
        if not np.isfinite(values).all():
            raise ModelError(
                f"network {network!r}, {name}: got a value that is not a number, expected a number; {mend}"
            )
        if name in ABOVE_ZERO and not (values > 0).all():
            raise ModelError(f"network {network!r}, {name}: got {values.min():g}, expected numbers above 0; {mend}")


def grid(points: int) -> npt.NDArray[np.float64]:
    """Return the midpoints of `points` equal slices of (0, 1): equally likely levels, shape (points,)."""
    return (np.arange(points) + 0.5) / points
