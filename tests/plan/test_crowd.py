import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.plan import CrowdSettings
from gatecast.plan.crowd import POINTS, forecast_crowd, known_crowd, ticket_points, times

from .normal import LEVELS, SCORES, normal_forecast

QUANTILES = st.lists(st.floats(0, 60_000), min_size=7, max_size=7).map(sorted).map(lambda q: np.array([q]))


def test_points_of_a_normal_forecast_are_normal():
    points = ticket_points(20_000 + 3_000 * SCORES[None, :])[0]
    assert points.mean() == pytest.approx(20_000, abs=5)
    assert points.std() == pytest.approx(3_000, rel=0.02)


def test_points_pass_through_the_quantiles():
    quantiles = np.array([[8, 10, 14, 20, 26, 30, 34.0]]) * 1000
    points = ticket_points(quantiles)[0]
    for level, value in zip((0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95), quantiles[0], strict=True):
        assert np.interp(level, (np.arange(POINTS) + 0.5) / POINTS, points) == pytest.approx(value, rel=0.01)


@given(QUANTILES, st.one_of(st.just(np.nan), st.floats(1, 80_000)))
def test_points_ascend_from_nobody_to_the_seats(quantiles, seats):
    points = ticket_points(quantiles, np.array([seats]))[0]
    assert (np.diff(points) >= 0).all()
    assert points[0] >= 0
    if np.isfinite(seats):
        assert points[-1] <= max(seats, quantiles.max()) + 1e-6


def test_a_ratio_keeps_the_mean_and_adds_its_spread():
    product = times(np.full((1, 150), 1000.0), 0.4, 0.08)[0]
    assert product.mean() == pytest.approx(400)
    assert product.std() == pytest.approx(80, rel=0.05)
    assert (np.diff(product) >= 0).all()


def test_a_product_is_close_to_a_simulated_one():
    draw = np.random.default_rng(0)
    points = ticket_points(20_000 + 3_000 * SCORES[None, :])
    product = times(points, 0.5, 0.1)[0]
    shape = np.sqrt(np.log1p(0.04))
    drawn = (20_000 + 3_000 * draw.standard_normal(200_000)) * 0.5 * draw.lognormal(-(shape**2) / 2, shape, 200_000)
    for level in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert np.quantile(product, level) == pytest.approx(np.quantile(drawn, level), rel=0.01)


def test_no_more_people_than_tickets():
    crowd = known_crowd(np.array([1000.0]), CrowdSettings(show_rate=0.98, show_rate_spread=0.1))
    assert crowd.people.max() <= 1000


def test_scanned_people_take_the_place_of_the_show_rate():
    settings = CrowdSettings(show_rate=0.8, show_rate_spread=0.05)
    crowd = known_crowd(np.array([1000.0, 1000.0]), settings, np.array([640.0, np.nan]))
    assert set(crowd.people[0]) == {640.0}
    assert crowd.people[1].mean() == pytest.approx(800)


def test_games_in_blocks_are_as_games_alone():
    table = normal_forecast(np.linspace(2000, 40_000, 4100), 900)
    settings = CrowdSettings(show_rate=0.83, show_rate_spread=0.05)
    all_at_once, last = forecast_crowd(table, settings), forecast_crowd(table[-1:], settings)
    np.testing.assert_array_equal(all_at_once.people[-1], last.people[0])
    assert list(LEVELS) == [name for name in table.columns if name.startswith("q")]


def test_a_sure_sell_out_has_no_spread_of_tickets():
    crowd = forecast_crowd(normal_forecast([5000], 0), CrowdSettings(show_rate=0.8))
    assert crowd.tickets.min() == crowd.tickets.max() == 5000
    assert crowd.quantile(0.9)[0] == pytest.approx(4000)
