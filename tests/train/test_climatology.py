import numpy as np
import pytest

from gatecast.train.climatology import Climatology

LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


@pytest.mark.parametrize("games", [2, 3, 6, 40])
def test_the_next_of_some_normal_gates_falls_below_each_quantile_as_often_as_its_level_says(games):
    rng = np.random.default_rng(games)
    tries = 1000
    gates = rng.normal(20_000, 4_000, (tries, games + 1))
    below = [
        gates[i, -1] <= 30_000 * Climatology.fit(gates[i, :-1], np.full(games, 30_000.0)).quantiles(LEVELS)
        for i in range(tries)
    ]
    spread = np.sqrt(LEVELS * (1 - LEVELS) / len(below))
    assert (np.abs(np.mean(below, axis=0) - LEVELS) < 4 * spread).all()


def test_gates_are_learned_as_shares_of_what_each_venue_holds():
    climatology = Climatology.fit(np.array([5_000, 9_000, 30_000]), np.array([10_000.0, 10_000.0, 50_000.0]))
    assert climatology.centre == pytest.approx(2.0 / 3)
    assert climatology.spread == pytest.approx(np.std([0.5, 0.9, 0.6], ddof=1))
    assert climatology.games == 3
    assert climatology.quantiles([0.5])[0] == pytest.approx(climatology.centre)


def test_its_part_falls_from_all_to_none_with_the_games_trained_on():
    weights = [Climatology(0.6, 0.2, games).weight for games in (2, 6, 30, 60, 200, 1000, 5000)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 0.99
    assert weights[3] == pytest.approx(0.5)
    assert weights[-1] == 0.0
