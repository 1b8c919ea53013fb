"""Quantiles of the standard normal distribution, without importing SciPy for a handful of them."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["normal_quantiles", "score_weights"]

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


def score_weights(known: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return weights that turn quantiles at some normal scores into those at others.

    Between two known scores a quantile is linear in the score, so that the distribution is normal there; beyond the
    outermost ones it goes on as between the outermost and the third from the end.

    Parameters
    ----------
    known : ndarray of float, shape (known,)
        Normal scores, ascending, at least three.
    wanted : ndarray of float, shape (wanted,)

    Returns
    -------
    ndarray of float, shape (known, wanted)
        Multiply quantiles of shape (..., known) by it.

    Examples
    --------
    >>> (np.array([10.0, 20.0, 40.0]) @ score_weights(np.array([-1.0, 0.0, 1.0]), np.array([-0.5, 1.0, 2.0]))).tolist()
    [15.0, 40.0, 55.0]
    """
    weights = np.stack([np.interp(wanted, known, unit) for unit in np.eye(len(known))])
    for outer, inner, beyond in ((0, 2, wanted < known[0]), (-1, -3, wanted > known[-1])):
        slope = (wanted[beyond] - known[outer]) / (known[outer] - known[inner])
        weights[outer, beyond] = 1 + slope
        weights[inner, beyond] = -slope
    return weights
