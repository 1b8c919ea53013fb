"""Quantiles of the normal distribution beside SciPy's."""

import numpy as np
from scipy.special import ndtri

from gatecast.normal import normal_quantiles


def test_many_quantiles_are_those_of_scipy():
    rng = np.random.default_rng(0)
    levels = np.concatenate([rng.random(2000), 10 ** rng.uniform(-12.9, 0, 500), 1 - 10 ** rng.uniform(-12.9, 0, 500)])
    # By less than a last digit: compilers of other processors round one of SciPy's steps otherwise.
    np.testing.assert_allclose(
        normal_quantiles(levels.reshape(50, 60)), ndtri(levels).reshape(50, 60), rtol=4e-16, atol=1e-18
    )
