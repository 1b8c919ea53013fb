import numpy as np
import pytest

from gatecast.forecast.distribution import DemandForecast
from gatecast.train.climatology import Climatology

HOLDS = np.array([40_000.0, 12_000.0, 6_000.0, 30_000.0, 8_000.0])
SEATS = np.array([38_000.0, 12_000.0, 6_000.0, 25_000.0, 8_000.0])
DRAWS = 200_000
SEASONS, FORTNIGHT = Climatology(0.6, 0.2, 5000), Climatology(0.6, 0.2, 14)
CERTAIN, IMPOSSIBLE = 3, 4


@pytest.fixture(scope="module")
def demand():
    """Three members' view of five games; the fourth is sure to be sold out, the last sure not to be."""
    rng = np.random.default_rng(0)
    bounds = ((0.5, 1.1), (0.1, 0.35), (-0.5, 0.5), (0.8, 1.3))
    parameters = np.stack([rng.uniform(*each, (3, 5)) for each in bounds], axis=-1)
    parameters[:, CERTAIN, :2] = 5.0, 0.1
    parameters[:, IMPOSSIBLE, :2] = 0.2, 0.01
    return DemandForecast(parameters.astype(np.float32), HOLDS, SEATS, SEASONS)


@pytest.fixture(scope="module")
def drawn(demand):
    """Demand drawn by chance: all members at the same level, averaged. Shape (games, draws)."""
    normal = np.random.default_rng(1).normal(size=DRAWS)
    members = [
        [at + scale * np.sinh((np.arcsinh(normal) + skew) / tail) for at, scale, skew, tail in games]
        for games in demand.parameters.astype(float)
    ]
    return np.maximum(np.mean(members, axis=0) * HOLDS[:, None], 0.0)


def test_the_mean_is_of_attendance(demand, drawn):
    np.testing.assert_allclose(demand.mean, np.minimum(drawn, HOLDS[:, None]).mean(axis=1), rtol=0.003)


def test_the_chance_of_a_sell_out_is_of_reaching_the_seats(demand, drawn):
    np.testing.assert_allclose(demand.sell_out, (drawn >= SEATS[:, None]).mean(axis=1), atol=0.004)
    assert demand.sell_out[CERTAIN] == 1
    assert demand.sell_out[IMPOSSIBLE] == 0


def test_turned_away_is_demand_beyond_what_the_venue_holds(demand, drawn):
    beyond = np.maximum(drawn - HOLDS[:, None], 0.0).mean(axis=1)
    np.testing.assert_allclose(demand.turned_away, beyond, rtol=0.03, atol=1.0)


def test_quantiles_are_those_of_the_draws_cut_at_what_the_venue_holds(demand, drawn):
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    expected = np.quantile(drawn, levels, axis=1).T
    np.testing.assert_allclose(demand.demand(levels), expected, rtol=0.02)
    np.testing.assert_allclose(demand.attendance(levels), np.minimum(expected, HOLDS[:, None]), rtol=0.02)


def test_more_seats_are_never_likelier_to_be_sold_out(demand):
    chances = [
        DemandForecast(demand.parameters, HOLDS, HOLDS * share, SEASONS).sell_out
        for share in np.linspace(0.01, 1.6, 60)
    ]
    assert (np.diff(chances, axis=0) <= 0).all()
    assert (np.asarray(chances) >= 0).all()
    assert (np.asarray(chances) <= 1).all()


def test_after_few_games_the_climatology_has_the_larger_part(demand):
    levels = np.array([0.1, 0.5, 0.9])
    few = DemandForecast(demand.parameters, HOLDS, SEATS, FORTNIGHT)
    usual = FORTNIGHT.quantiles(levels) * HOLDS[:, None]
    assert 0.5 < FORTNIGHT.weight < 1
    expected = FORTNIGHT.weight * usual + (1 - FORTNIGHT.weight) * demand.demand(levels)
    np.testing.assert_allclose(few.demand(levels), np.maximum(expected, 0), rtol=1e-6)
    assert (np.diff(few.attendance(levels), axis=1) >= 0).all()
