"""Quantiles of the standard normal distribution, without SciPy, which takes longer to import than they to work out."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["normal_quantiles", "score_weights"]

FEW = 256
"""Levels up to which Python's own function is quick; above, many are worked out at once."""
OUTERMOST = 1e-13
"""Level from which on SciPy is asked."""
Floats = npt.NDArray[np.float64]


def normal_quantiles(levels: npt.ArrayLike) -> Floats:
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
    if wanted.size > FEW and ((wanted > OUTERMOST) & (wanted < 1 - OUTERMOST)).all():
        return _many_quantiles(wanted.ravel()).reshape(wanted.shape)
    if wanted.size > FEW or not ((wanted > 0) & (wanted < 1)).all():
        from scipy.special import ndtri

        return np.asarray(ndtri(wanted), np.float64)
    inverse = NormalDist().inv_cdf
    return np.array([inverse(level) for level in wanted.ravel().tolist()]).reshape(wanted.shape)


NEAR = 0.13533528323661269189
"""exp(-2): levels as far from 0 and 1 have one approximation, and those beyond another."""
MIDDLE = (
    (-59.9633501014107895267, 98.0010754185999661536, -56.6762857469070293439, 13.9312609387279679503,
     -1.23916583867381258016),
    (1.0, 1.95448858338141759834, 4.67627912898881538453, 86.3602421390890590575, -225.462687854119370527,
     200.260212380060660359, -82.0372256168333339912, 15.9056225126211695515, -1.18331621121330003142),
)  # fmt: skip
TAIL = (
    (4.05544892305962419923, 31.5251094599893866154, 57.1628192246421288162, 44.0805073893200834700,
     14.6849561928858024014, 2.18663306850790267539, -0.140256079171354495875, -0.0350424626827848203418,
     -8.57456785154685413611e-4),
    (1.0, 15.7799883256466749731, 45.3907635128879210584, 41.3172038254672030440, 15.0425385692907503408,
     2.50464946208309415979, -0.142182922854787788574, -0.0380806407691578277194, -9.33259480895457427372e-4),
)  # fmt: skip
"""Coefficients of both polynomials of each quotient, the highest power first."""
ROOT_OF_TWO_PI = 2.50662827463100050242


def _many_quantiles(levels: Floats) -> Floats:
    """Return quantiles to the last digit as `scipy.special.ndtri` does, by the same approximation.

    It is that of the Cephes library (Moshier, Methods and Programs for Mathematical Functions, 1989).
    """
    upper = levels > 1 - NEAR
    outside = np.where(upper, 1 - levels, levels)
    middle = outside > NEAR
    quantiles = np.empty_like(levels)
    off = outside[middle] - 0.5
    square = off * off
    quantiles[middle] = (off + off * _approximation(square, MIDDLE)) * ROOT_OF_TWO_PI
    root = np.sqrt(-2 * _logarithms(outside[~middle]))
    inverse = 1 / root
    away = root - _logarithms(root) / root - _approximation(inverse, TAIL)
    quantiles[~middle] = np.where(upper[~middle], away, -away)
    return quantiles


def _logarithms(values: Floats) -> Floats:
    """Return logarithms by the C library, as SciPy has them: the last digit of NumPy's depends on the processor."""
    return np.array([math.log(value) for value in values.tolist()])


def _approximation(at: Floats, polynomials: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    above, below = (_polynomial(at, each) for each in polynomials)
    return at * above / below


def _polynomial(at: Floats, coefficients: tuple[float, ...]) -> Floats:
    value = np.full_like(at, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * at + coefficient
    return value


def score_weights(known: Floats, wanted: Floats) -> Floats:
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
