"""Quantiles of the standard normal distribution, without importing SciPy for a handful of them."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["normal_quantiles"]

FEW = 256
"""SciPy is many times as fast on more of them, and takes longer to import than these to work out."""


def normal_quantiles(levels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the quantiles of the standard normal distribution at some probabilities.

    Parameters
    ----------
    levels : array_like of float, any shape
        Probabilities in [0, 1].

    Examples
    --------
    >>> normal_quantiles([0.025, 0.5, 0.975]).round(2).tolist()
    [-1.96, 0.0, 1.96]
    """
    wanted = np.asarray(levels, np.float64)
    if wanted.size > FEW or not ((wanted > 0) & (wanted < 1)).all():
        from scipy.special import ndtri

        return np.asarray(ndtri(wanted), np.float64)
    inverse = NormalDist().inv_cdf
    return np.array([inverse(level) for level in wanted.ravel().tolist()]).reshape(wanted.shape)
