import numpy as np
import pytest

from gatecast.forecast.ridge import Ridge, RidgeSettings

SETTINGS = RidgeSettings()


def history(games=120, seed=0):
    """Middle forecasts, what came, and the weight of each game."""
    draw = np.random.default_rng(seed)
    middle = draw.normal(9.0, 0.1, games)
    return draw, middle, middle + draw.normal(0, 0.2, games), np.ones(games)


@pytest.mark.parametrize("seed", range(10))
def test_noise_moves_nothing(seed):
    draw, middle, came, trust = history(seed=seed)
    assert Ridge.fit(draw.normal(50, 10, (120, 1)), middle, came, trust, SETTINGS) is None


def test_tickets_sold_take_over():
    draw, middle, came, trust = history()
    sold = 0.7 * np.exp(came) * draw.normal(1, 0.03, 120)
    ridge = Ridge.fit(sold[:, None], middle, came, trust, SETTINGS)
    assert ridge is not None
    assert ridge.narrower < 0.3
    moved, known = ridge.correction(np.array([[0.7 * np.exp(9.3)], [np.nan]]), np.array([9.0, 9.0]))
    assert moved[0] == pytest.approx(0.3, abs=0.05)
    assert moved[1] == 0
    assert known.tolist() == [True, False]


def test_too_few_games_tell_nothing():
    _, middle, came, trust = history(7)
    assert Ridge.fit(np.exp(came)[:, None], middle, came, trust, SETTINGS) is None


def test_more_flags_of_noise_than_games_are_not_used():
    used = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        flags = (draw.random((12, 25)) < 0.15) * 1.0
        found = Ridge.fit(flags, np.full(12, 9.0), 9 + draw.normal(0, 0.2, 12), np.ones(12), SETTINGS)
        used += found is not None
    assert used <= 8
