import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.forecast.scenarios import marginal_points
from gatecast.games import Games
from gatecast.plan import CrowdSettings
from gatecast.plan.demand.crowd import SCENARIOS, Crowd, forecast_crowd, known_crowd, times
from gatecast.plan.demand.show_rate import ShowRate

from ..normal import SCORES, normal_forecast

USUAL = CrowdSettings(show_rate=0.83, show_rate_spread=0.05)


def normal_points(mean, spread, games=1):
    return marginal_points(np.repeat(mean + spread * SCORES[None, :], games, axis=0))


def homestand(games=6, mean=20_000, spread=3_000, **more):
    """Games of one club on six days, forecast as of a week before the first."""
    dates = [dt.date(2019, 6, 1) + dt.timedelta(days=i) for i in range(games)]
    described = {"date": dates, "home": "Riverside", "as_of": dt.date(2019, 5, 25), "capacity": [30_000] * games}
    return normal_forecast(np.full(games, mean), spread, **(described | more))


def test_a_ratio_keeps_the_mean_and_adds_its_spread():
    product = times(np.full((1, 150), 1000.0), 0.4, 0.08)[0]
    assert product.mean() == pytest.approx(400)
    assert product.std() == pytest.approx(80, rel=0.05)


def test_a_product_is_close_to_a_simulated_one():
    draw = np.random.default_rng(0)
    product = times(normal_points(20_000, 3_000), 0.5, 0.1)[0]
    shape = np.sqrt(np.log1p(0.04))
    drawn = (20_000 + 3_000 * draw.standard_normal(200_000)) * 0.5 * draw.lognormal(-(shape**2) / 2, shape, 200_000)
    for level in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95):
        assert np.quantile(product, level) == pytest.approx(np.quantile(drawn, level), rel=0.01)


def test_a_product_goes_with_what_it_is_a_product_of():
    points = np.random.default_rng(1).permuted(normal_points(20_000, 3_000, 40), axis=1)
    product = times(points, 0.5, 0.1)
    expected = 3_000 / np.sqrt(3_000**2 + (20_000 * 0.2) ** 2)
    found = [np.corrcoef(one, other)[0, 1] for one, other in zip(points, product, strict=True)]
    assert np.mean(found) == pytest.approx(expected, abs=0.04)


def test_ratios_of_two_games_and_of_two_seeds_are_independent():
    even = np.full((60, SCENARIOS), 1000.0)
    one, other = times(even, 0.5, 0.1), times(even, 0.5, 0.1, seed=9)
    between = np.corrcoef(np.concatenate([one, other]))
    assert np.abs(between[np.triu_indices(120, 1)]).mean() < 0.08
    np.testing.assert_allclose(np.sort(one, axis=1), np.sort(other, axis=1))


def test_each_game_may_have_a_ratio_of_its_own():
    both = times(np.full((2, 100), 1000.0), np.array([0.4, 0.8]), np.array([0.0, 0.1]), largest=1.0)
    assert set(both[0]) == {400.0}
    assert both[1].mean() == pytest.approx(800, rel=0.01)
    assert both[1].std() == pytest.approx(100, rel=0.1)


def test_games_in_blocks_are_as_games_alone():
    points = normal_points(20_000, 900, 4100)
    many, one = times(points, 0.83, 0.05), times(points[-1:], 0.83, 0.05)
    np.testing.assert_allclose(np.sort(many[-1]), np.sort(one[0]))


@settings(max_examples=30)
@given(st.lists(st.floats(100, 60_000), min_size=2, max_size=2).map(sorted), st.floats(0, 3000))
def test_a_larger_crowd_is_larger_at_every_level(means, spread):
    crowd = forecast_crowd(normal_forecast(means, spread), USUAL)
    assert (np.diff(np.sort(crowd.people, axis=1), axis=0) >= -1e-6).all()


def test_columns_are_joint_outcomes():
    """The total of a homestand varies more than that of independent games, and people go with tickets."""
    crowd = forecast_crowd(homestand(), USUAL)
    assert crowd.tickets.shape == crowd.people.shape == (6, SCENARIOS)
    for scenarios in (crowd.tickets, crowd.people):
        assert scenarios.sum(axis=0).std() > 1.25 * np.sqrt((scenarios.std(axis=1) ** 2).sum())
    assert np.corrcoef(crowd.tickets[0], crowd.people[0])[0, 1] > 0.85


def test_no_more_people_than_tickets():
    often = CrowdSettings(show_rate=0.98, show_rate_spread=0.1)
    assert known_crowd(np.array([1000.0]), often).people.max() <= 1000
    crowd = forecast_crowd(homestand(), often)
    assert (np.sort(crowd.people, axis=1) <= np.sort(crowd.tickets, axis=1) + 1e-6).all()


def test_the_same_seed_gives_the_same_crowd():
    first, again, other = (forecast_crowd(homestand(), USUAL, seed=seed) for seed in (0, 0, 5))
    np.testing.assert_array_equal(first.people, again.people)
    assert (first.people != other.people).any()
    np.testing.assert_allclose(np.sort(first.tickets, axis=1), np.sort(other.tickets, axis=1))


def test_a_certain_number_of_tickets_leaves_the_show_rate_uncertain():
    crowd = known_crowd(np.array([1000.0, 2000.0]), USUAL, count=100)
    assert crowd.tickets.shape == crowd.people.shape == (2, 100)
    assert crowd.tickets.std(axis=1).tolist() == [0, 0]
    assert crowd.people.mean(axis=1) == pytest.approx([830, 1660])
    assert crowd.people.std(axis=1) == pytest.approx([50, 100], rel=0.05)
    assert abs(np.corrcoef(crowd.people)[0, 1]) < 0.3


def test_scanned_people_take_the_place_of_the_show_rate():
    plain = CrowdSettings(show_rate=0.8, show_rate_spread=0.05)
    crowd = known_crowd(np.array([1000.0, 1000.0]), plain, np.array([640.0, np.nan]))
    assert set(crowd.people[0]) == {640.0}
    assert crowd.people[1].mean() == pytest.approx(800)


def test_what_a_club_scanned_takes_the_place_of_the_settings():
    past = pl.DataFrame(
        {
            "date": [dt.date(2018, 4, 1) + dt.timedelta(days=i) for i in range(100)],
            "home": "Riverside",
            "visitor": "Gulls",
            "attendance": 20_000,
        }
    ).with_columns(scanned=pl.when(pl.col("date").dt.weekday() == 6).then(14_000).otherwise(12_000).cast(pl.Int32))
    model = ShowRate.fit(Games.from_frame(past))
    crowd = forecast_crowd(homestand(), USUAL, show_rate=model)
    share = crowd.people.mean(axis=1) / crowd.tickets.mean(axis=1)
    assert share == pytest.approx([0.7, 0.6, 0.6, 0.6, 0.6, 0.6], abs=0.02)


def test_a_sure_sell_out_has_no_spread_of_tickets():
    crowd = forecast_crowd(normal_forecast([5000], 0), CrowdSettings(show_rate=0.8))
    assert crowd.tickets.min() == crowd.tickets.max() == 5000
    assert crowd.quantile(0.9)[0] == pytest.approx(4000)


def test_a_quantile_is_that_of_the_sorted_people():
    people = np.random.default_rng(0).permuted(np.arange(1.0, 101.0))[None, :]
    crowd = Crowd(people, people)
    assert [crowd.quantile(level)[0] for level in (0.001, 0.5, 0.505, 0.95, 1.0)] == [1, 50, 51, 95, 100]


def test_no_games_are_no_crowd():
    assert len(forecast_crowd(normal_forecast([], 900), USUAL)) == 0
    assert len(known_crowd(np.array([]), USUAL)) == 0
