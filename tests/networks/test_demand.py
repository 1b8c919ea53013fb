import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gatecast.errors import ModelError
from gatecast.networks.demand import check_parameters, demand_quantiles, grid

pytestmark = pytest.mark.usefixtures("compiled_once")

LEVELS = np.array([0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])
NORMAL = np.array([[0.6, 0.15, 0.0, 1.0], [1.1, 0.4, 0.0, 1.0]], np.float32)

shapes = st.tuples(
    st.floats(-0.5, 3, width=32),
    st.floats(1 / 64, 2, width=32),
    st.floats(-0.75, 0.75, width=32),
    st.floats(0.625, 1.5625, width=32),
)


@settings(deadline=None)
@given(shapes)
def test_quantiles_rise_with_the_level(shape):
    quantiles = np.asarray(demand_quantiles(np.array([shape], np.float32), LEVELS))[0]
    assert (np.diff(quantiles) > 0).all()


def test_without_skewness_and_at_tail_one_demand_is_normal():
    normal = stats.norm(NORMAL[:, :1], NORMAL[:, 1:2])
    np.testing.assert_allclose(demand_quantiles(NORMAL, LEVELS), normal.ppf(LEVELS), atol=1e-4)


def test_a_bent_normal_sample_has_the_same_quantiles():
    location, scale, skewness, tail = parameters = (0.7, 0.2, 0.5, 0.8)
    normal = np.random.default_rng(0).normal(size=400_000)
    demand = location + scale * np.sinh((np.arcsinh(normal) + skewness) / tail)
    given_parameters = np.array([parameters], np.float32)
    middle = LEVELS[2:-2]
    np.testing.assert_allclose(demand_quantiles(given_parameters, middle)[0], np.quantile(demand, middle), rtol=0.01)


def test_skewness_leans_upwards_and_a_small_tail_is_heavy():
    upwards = np.asarray(demand_quantiles(np.array([[0.5, 0.1, 0.5, 1.0]], np.float32), np.array([0.1, 0.5, 0.9])))[0]
    assert upwards[2] - upwards[1] > upwards[1] - upwards[0]
    light, heavy = (
        np.asarray(demand_quantiles(np.array([[0, 1, 0, tail]], np.float32), LEVELS))[0] for tail in (1.5, 0.7)
    )
    assert heavy[-1] / heavy[7] > light[-1] / light[7]


def test_grid_levels_are_midpoints_of_equal_slices():
    assert grid(4).tolist() == [0.125, 0.375, 0.625, 0.875]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ([[0.5, 0.1, 0.0]], "'mine': got 3 figures for each game, expected 4: location, scale, skewness, tail"),
        ([[0.5, np.nan, 0.0, 1.0]], "'mine', scale: got a value that is not a number"),
        (
            [[0.5, -0.1, 0.0, 1.0]],
            "'mine', scale: got -0.1, expected numbers above 0; end the network in .*demand_head",
        ),
        ([[0.5, 0.1, 0.0, 0.0]], "'mine', tail: got 0, expected numbers above 0"),
    ],
)
def test_parameters_that_describe_no_distribution_are_refused(parameters, message):
    check_parameters(NORMAL, "mine")
    with pytest.raises(ModelError, match=message):
        check_parameters(np.array(parameters, np.float32), "mine")
