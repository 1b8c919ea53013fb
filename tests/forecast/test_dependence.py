from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.forecast.scenarios import MEASURED, Dependence

GAMES = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 230)), min_size=2, max_size=30)


def summed(dependence, days, cutoffs):
    """Covariance without `idiosyncratic`, news by news."""

    def moved(age):
        if age == 0:
            return dependence.same_day
        transient = dependence.transient * np.exp(-age / dependence.transient_days)
        return transient + dependence.level * np.exp(-age / dependence.level_days)

    out = np.zeros((len(days), len(days)))
    for i, (day, known) in enumerate(zip(days, cutoffs, strict=True)):
        for j, (other, other_known) in enumerate(zip(days, cutoffs, strict=True)):
            news = range(max(known, other_known) + 1, min(day, other) + 1)
            out[i, j] = sum(moved(day - each) * moved(other - each) for each in news)
            out[i, j] += dependence.persistent * np.exp(-abs(day - other) / dependence.level_days)
    return out


def correlations(days, leads, dependence=MEASURED):
    days, leads = np.array(days, float), np.array(leads, float)
    shared = dependence.shared(days, days - leads) + dependence.idiosyncratic * np.eye(len(days))
    spread = np.sqrt(dependence.variance(leads))
    return shared / np.outer(spread, spread)


def test_games_share_the_news_that_neither_forecast_knew():
    days, cutoffs = np.array([10, 11, 13, 30, 13]), np.array([3, 10, 6, 0, 9])
    found = MEASURED.shared(days.astype(float), cutoffs.astype(float))
    np.testing.assert_allclose(found, summed(MEASURED, days, cutoffs), rtol=1e-9)


@given(GAMES)
def test_any_days_and_leads_give_a_correlation_matrix(games):
    days, leads = zip(*games, strict=True)
    matrix = correlations(days, leads)
    np.testing.assert_allclose(np.diag(matrix), 1.0)
    assert np.linalg.eigvalsh(matrix).min() > 0
    assert (matrix > 0).all()


def test_a_further_lead_shares_more():
    near = [correlations([0, 1], [lead, lead])[0, 1] for lead in (1, 2, 7, 30, 180)]
    assert near == sorted(near)
    assert near[-1] > 2 * near[0]


def test_games_further_apart_share_less():
    apart = [correlations([0, days], [30, 30])[0, 1] for days in (1, 2, 3, 10, 20, 60)]
    assert apart == sorted(apart, reverse=True)


def test_forecasts_of_one_day_share_more_than_those_of_the_same_lead():
    assert correlations([0, 5], [7, 12])[0, 1] > correlations([0, 5], [7, 7])[0, 1]


def test_a_game_whose_gate_was_known_says_little_of_the_next():
    unknown, known = (correlations([0, 7], [7, lead])[0, 1] for lead in (8, 7))
    assert known < 0.8 * unknown
    without = replace(MEASURED, persistent=0.0)
    assert correlations([0, 7], [7, 7], without)[0, 1] == 0


def test_correlation_of_pairs_is_that_of_the_matrix():
    found = MEASURED.correlation(np.array([4.0]), np.array([7.0]), np.array([11.0]))[0]
    assert found == pytest.approx(correlations([0, 4], [7, 11])[0, 1])


def test_nothing_shared_is_independence():
    nothing = Dependence(same_day=0, transient=0, transient_days=1, level=0, level_days=10, persistent=0, league=0)
    np.testing.assert_array_equal(correlations([0, 1, 2], [7, 8, 9], nothing), np.eye(3))


def test_what_was_measured_stays_measured():
    """The forecasts of 2013 to 2017 correlated by 0.41 a day apart at a lead of 7, and by 0.46 at 30."""
    leads = np.array([7.0, 30.0])
    assert MEASURED.correlation(np.ones(2), leads, leads) == pytest.approx([0.41, 0.46], abs=0.03)
