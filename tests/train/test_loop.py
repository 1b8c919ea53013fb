import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scoringrules

from gatecast.networks.demand import demand_quantiles, grid
from gatecast.train.loop import LEAK, POINTS, censored_crps

pytestmark = pytest.mark.usefixtures("compiled_once")

TRUE_LOCATION, TRUE_SCALE = 0.8987, 0.4
"""Four games in ten are sold out."""


def normal(location, scale, rows):
    return jnp.stack([jnp.full(rows, value) for value in (location, scale, 0.0, 1.0)], axis=1)


@pytest.fixture(scope="module")
def attended():
    demand = np.random.default_rng(0).normal(TRUE_LOCATION, TRUE_SCALE, 4000)
    gates = np.clip(demand, 0.0, 1.0).astype(np.float32)
    assert 0.37 < (gates >= 1).mean() < 0.43
    return gates


def naive(parameters, attended):
    """Twice the mean pinball loss, level by level."""
    quantiles = np.asarray(demand_quantiles(parameters, grid(POINTS)), np.float64)
    out = []
    for row, gate in zip(quantiles, attended, strict=True):
        losses = []
        for level, demand in zip(grid(POINTS), row, strict=True):
            forecast = min(demand, 1.0)
            if gate < 1 and demand > 1:
                forecast += LEAK * (demand - 1)
            miss = min(gate, 1.0) - forecast
            losses.append(level * miss if miss > 0 else (level - 1) * miss)
        out.append(2 * sum(losses) / len(losses))
    return np.array(out)


def test_equals_the_mean_pinball_loss_level_by_level():
    rng = np.random.default_rng(1)
    parameters = np.column_stack(
        [rng.uniform(*bounds, 40) for bounds in ((0, 1.6), (0.05, 0.5), (-0.7, 0.7), (0.7, 1.4))]
    ).astype(np.float32)
    gates = rng.uniform(0.1, 1.3, 40).astype(np.float32)
    np.testing.assert_allclose(censored_crps(parameters, gates), naive(parameters, gates), atol=1e-5)


def test_far_below_capacity_it_is_the_crps_of_a_normal():
    gates = np.linspace(0.1, 0.5, 21, dtype=np.float32)
    expected = scoringrules.crps_normal(gates, 0.3, 0.08)
    np.testing.assert_allclose(censored_crps(normal(0.3, 0.08, 21), gates), expected, rtol=0.02, atol=2e-4)


def test_near_capacity_it_is_the_crps_of_a_normal_censored_there():
    gates = np.append(np.linspace(0.6, 0.98, 20), 1.0).astype(np.float32)
    expected = scoringrules.crps_cnormal(gates, 0.9, 0.15, upper=1.0)
    np.testing.assert_allclose(censored_crps(normal(0.9, 0.15, 21), gates), expected, atol=2e-3)


def test_all_gates_from_capacity_up_say_the_same():
    loss = np.asarray(censored_crps(normal(0.9, 0.2, 3), np.array([1.0, 1.1, 2.0], np.float32)))
    assert loss[0] == loss[1] == loss[2]


def test_a_sold_out_game_pulls_demand_up_until_all_of_it_is_beyond_capacity():
    def slope(location, gate):
        return float(jax.grad(lambda at: censored_crps(normal(at, 0.1, 1), jnp.array([gate])).sum())(location))

    assert slope(0.7, 1.0) < 0
    assert slope(3.0, 1.0) == 0
    assert slope(3.0, 0.8) > 0


@pytest.mark.parametrize(
    ("location", "scale"), [(-0.06, 1.0), (0.06, 1.0), (0.0, 0.7), (0.0, 1.4), (-0.1, 0.8), (0.1, 1.2)]
)
def test_the_true_distribution_scores_better_than_others(attended, location, scale):
    def mean_loss(location, scale):
        return float(censored_crps(normal(location, scale, len(attended)), attended).mean())

    assert mean_loss(TRUE_LOCATION, TRUE_SCALE) < mean_loss(TRUE_LOCATION + location, TRUE_SCALE * scale)


def test_fitting_recovers_the_mean_demand_that_the_mean_gate_understates(attended):
    @jax.jit
    def step(weights):
        slopes = jax.grad(lambda w: censored_crps(normal(w[0], jnp.exp(w[1]), len(attended)), attended).mean())(weights)
        return weights - 0.5 * slopes

    weights = jnp.array([0.5, jnp.log(0.12)])
    for _ in range(300):
        weights = step(weights)
    assert float(weights[0]) == pytest.approx(TRUE_LOCATION, rel=0.05)
    assert float(jnp.exp(weights[1])) == pytest.approx(TRUE_SCALE, rel=0.15)
    assert attended.mean() < 0.9 * TRUE_LOCATION
