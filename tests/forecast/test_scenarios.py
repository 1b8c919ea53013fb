import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.forecast.scenarios import MEASURED, SCENARIOS, joint_scenarios, marginal_points, ticket_scenarios
from gatecast.games.forecast_columns import QUANTILE_COLUMNS

SCORES = np.array([-1.6449, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.6449])
QUANTILES = st.lists(st.floats(0, 60_000), min_size=7, max_size=7).map(sorted).map(lambda q: np.array([q]))


def normal(games, mean=20_000, spread=3_000):
    return np.repeat(mean + spread * SCORES[None, :], games, axis=0)


def drawn(days, leads, clubs=None, count=SCENARIOS, seed=0, **more):
    clubs = np.array(["A"] * len(days) if clubs is None else clubs)
    days, leads = np.array(days, float), np.array(leads, float)
    return joint_scenarios(normal(len(days)), clubs, days, leads, count=count, seed=seed, **more)


def table(games=4):
    """Games of one club on neighbouring days, forecast as of a week before the first."""
    dates = [dt.date(2019, 6, 1) + dt.timedelta(days=i) for i in range(games)]
    named = dict(zip(QUANTILE_COLUMNS, normal(games).T, strict=True))
    described = {"home": "Riverside", "as_of": dt.date(2019, 5, 25), "lead": "7", "capacity": 40_000}
    return pl.DataFrame({"game_id": [f"g{i}" for i in range(games)], "date": dates, **named}).with_columns(
        pl.lit(value).alias(name) for name, value in described.items()
    )


def test_points_of_a_normal_forecast_are_normal():
    points = marginal_points(normal(1))[0]
    assert points.mean() == pytest.approx(20_000, abs=5)
    assert points.std() == pytest.approx(3_000, rel=0.02)


def test_points_pass_through_the_quantiles():
    quantiles = np.array([[8, 10, 14, 20, 26, 30, 34.0]]) * 1000
    points = marginal_points(quantiles)[0]
    for level, value in zip((0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95), quantiles[0], strict=True):
        assert np.interp(level, (np.arange(SCENARIOS) + 0.5) / SCENARIOS, points) == pytest.approx(value, rel=0.01)


@given(QUANTILES, st.one_of(st.just(np.nan), st.floats(1, 80_000)))
def test_points_ascend_from_nobody_to_the_seats(quantiles, seats):
    points = marginal_points(quantiles, np.array([seats]))[0]
    assert (np.diff(points) >= 0).all()
    assert points[0] >= 0
    if np.isfinite(seats):
        assert points[-1] <= max(seats, quantiles.max()) + 1e-6


@given(st.lists(QUANTILES, min_size=1, max_size=12), st.sampled_from([16, 101, 256]), st.integers(0, 5))
def test_every_game_keeps_its_distribution_exactly(rows, count, seed):
    quantiles = np.concatenate(rows)
    games = len(quantiles)
    seats = np.where(np.arange(games) % 2, 30_000.0, np.nan)
    days = np.arange(games) * 1.0
    found = joint_scenarios(quantiles, np.array(["A"] * games), days, days + 7, seats, count=count, seed=seed)
    np.testing.assert_array_equal(np.sort(found, axis=1), marginal_points(quantiles, seats, count))


@pytest.mark.parametrize("leads", [[7] * 6, list(range(7, 13)), [30] * 6, [1] * 6])
def test_games_go_together_as_measured(leads):
    """The rank correlation of a Gaussian copula with correlation r is 6 / pi asin(r / 2)."""
    days = np.arange(6)
    found = np.corrcoef(drawn(days, leads).argsort(axis=1).argsort(axis=1))
    for i, j in [(0, 1), (0, 3), (2, 5)]:
        wanted = MEASURED.correlation(np.array([j - i]), np.array([leads[i]]), np.array([leads[j]]))[0]
        assert found[i, j] == pytest.approx(6 / np.pi * np.arcsin(wanted / 2), abs=0.03)


def test_the_total_of_a_home_stand_varies_as_the_correlation_says():
    days, leads = np.arange(7), np.arange(7, 14)
    totals = drawn(days, leads).sum(axis=0)
    apart = np.abs(days[:, None] - days)
    earlier, later = np.minimum(leads[:, None], leads), np.maximum(leads[:, None], leads)
    matrix = MEASURED.correlation(apart.astype(float), earlier.astype(float), later.astype(float))
    np.fill_diagonal(matrix, 1.0)
    assert totals.std() == pytest.approx(3_000 * np.sqrt(matrix.sum()), rel=0.04)
    assert totals.std() > 1.4 * 3_000 * np.sqrt(7)


def test_few_scenarios_tell_nearly_what_many_tell():
    ranges = [np.quantile(drawn(range(6), [7] * 6, count=n).sum(axis=0), [0.1, 0.9]) for n in (256, 20_000)]
    width = np.diff(ranges[1])[0]
    assert np.abs(ranges[0] - ranges[1]).max() < 0.06 * width


def test_two_clubs_share_a_little():
    days = np.tile(np.arange(40) * 2, 2)
    found = np.corrcoef(drawn(days, [30] * 80, ["A"] * 40 + ["B"] * 40, count=2000))
    across, within = found[:40, 40:], found[:40, :40]
    near = np.abs(days[:40, None] - days[:40]) <= 4
    share = across[near].mean() / within[near & ~np.eye(40, dtype=bool)].mean()
    assert 0 < share < 0.3


def test_two_seasons_share_nothing():
    found = np.corrcoef(drawn([0, 1, 300, 301], [30] * 4, count=4000))
    assert found[0, 1] > 0.3
    assert np.abs(found[:2, 2:]).max() < 0.06


def test_the_same_seed_gives_the_same_scenarios():
    first, again, other = (drawn(range(5), [7] * 5, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_higher_forecast_moves_its_game_in_every_outcome_and_no_other():
    low, high = normal(3), normal(3)
    high[1] += 1000
    clubs, days = np.array(["A"] * 3), np.arange(3.0)
    before, after = (joint_scenarios(each, clubs, days, days + 7) for each in (low, high))
    np.testing.assert_allclose(after - before, np.array([0, 1000, 0])[:, None] * np.ones(SCENARIOS))


@pytest.mark.parametrize("games", [200, 1000])
def test_many_games_of_one_club_are_drawn(games):
    found = drawn(np.arange(games), [7] * games, count=64)
    assert found.shape == (games, 64)
    assert np.corrcoef(found[:2])[0, 1] > 0.2


def test_a_doubleheader_and_one_game_at_two_leads_are_drawn():
    found = drawn([3, 3, 3], [7, 7, 30])
    assert np.isfinite(found).all()
    assert 0.3 < np.corrcoef(found)[0, 1] < 0.9


def test_a_table_is_read_by_its_club_days_and_cut_off():
    forecast = table()
    expected = joint_scenarios(
        normal(4), np.array(["Riverside"] * 4), np.arange(18048.0, 18052.0), np.arange(7.0, 11.0), np.full(4, 40_000.0)
    )
    np.testing.assert_array_equal(ticket_scenarios(forecast), expected)
    same = forecast.with_columns(pl.lit(None, pl.String).alias("home"), venue=pl.lit("Riverside"))
    np.testing.assert_array_equal(ticket_scenarios(same), expected)


def test_a_table_without_cut_offs_is_read_by_its_leads():
    leads = table().drop("as_of").with_columns(lead=pl.Series([str(7 + i) for i in range(4)]))
    np.testing.assert_array_equal(ticket_scenarios(leads), ticket_scenarios(table()))


def test_a_bare_table_is_one_club_that_plays_every_day():
    bare = table().select("game_id", *QUANTILE_COLUMNS)
    expected = joint_scenarios(normal(4), np.array([""] * 4), np.arange(4.0), np.full(4, 7.0))
    np.testing.assert_array_equal(ticket_scenarios(bare), expected)


def test_a_game_without_a_date_is_drawn_with_its_neighbours():
    dates = table()["date"].to_list()
    dates[2] = None
    found = ticket_scenarios(table().with_columns(date=pl.Series(dates)))
    assert np.isfinite(found).all()
    assert np.corrcoef(found)[1, 2] > 0.2


def test_no_games_are_no_scenarios():
    assert ticket_scenarios(table().clear(), count=50).shape == (0, 50)
