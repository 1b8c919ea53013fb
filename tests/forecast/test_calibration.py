"""Corrections of intervals: what they cover, what they follow, and what they must not see."""

import numpy as np
import pytest
from scipy.stats import norm

from gatecast.forecast.calibration import FEWEST, PAIRS, Calibration, Seen
from gatecast.games import PRESEASON
from gatecast.train.held_back import LEVELS, HeldBack, errors_of

MIDDLE = LEVELS.index(0.5)
FORECAST = norm.ppf(LEVELS)
RANGE = FORECAST[LEVELS.index(0.75)] - FORECAST[LEVELS.index(0.25)]


def errors(gates: np.ndarray) -> np.ndarray:
    """Errors of a standard normal forecast, in interquartile ranges."""
    return (gates[:, None] - FORECAST) / RANGE


def seen(gates: np.ndarray, lead: int = 1) -> Seen:
    days = np.arange(len(gates))
    return Seen(days, days - lead, errors(gates))


def covered(gates: np.ndarray, shifts: np.ndarray) -> list[float]:
    moved = FORECAST + shifts * RANGE
    return [float(((gates >= moved[:, low]) & (gates <= moved[:, high])).mean()) for low, high in PAIRS]


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_intervals_cover_their_share_whatever_the_spread(spread):
    draw = np.random.default_rng(1)
    gates = draw.normal(0, spread, 4000)
    shifts = Calibration(errors(draw.normal(0, spread, 2000))).shifts(np.arange(4000) - 1, seen(gates))
    assert covered(gates, shifts) == pytest.approx([0.9, 0.8, 0.5], abs=0.03)


def test_corrections_follow_a_spread_that_changes_within_the_season():
    draw = np.random.default_rng(2)
    gates = np.concatenate([draw.normal(0, 1, 500), draw.normal(0, 2, 4000)])
    shifts = Calibration(errors(draw.normal(0, 1, 2000))).shifts(np.arange(4500) - 1, seen(gates))
    assert covered(gates[3000:], shifts[3000:])[1] == pytest.approx(0.8, abs=0.04)


def test_a_drift_in_level_moves_the_middle_after_it_and_not_before():
    gates = np.concatenate([np.zeros(400), np.full(1500, 0.8)])
    shifts = Calibration(errors(np.zeros(500))).shifts(np.arange(1900) - 1, seen(gates))[:, MIDDLE] * RANGE
    assert shifts[:400] == pytest.approx(0.0)
    assert shifts[-1] == pytest.approx(0.4, abs=0.01)
    assert np.diff(shifts[560:]).min() >= -1e-9


def test_gates_after_the_cutoff_change_nothing():
    draw = np.random.default_rng(3)
    gates = draw.normal(size=600)
    prior = Calibration(errors(draw.normal(size=500)))
    cutoffs = np.array([100, 300, 599])
    before = prior.shifts(cutoffs, seen(gates))
    changed = gates.copy()
    changed[301:] += 5
    after = prior.shifts(cutoffs, seen(changed))
    assert (before[:2] == after[:2]).all()
    assert not (before[2] == after[2]).all()


def test_a_correction_is_the_conformal_rank_of_the_misses():
    crepes = pytest.importorskip("crepes")
    prior = errors(np.random.default_rng(4).normal(0, 1.7, 999))
    shift = Calibration(prior).shifts(np.zeros(1, np.int64), Seen.nothing())[0]
    for low, high in PAIRS:
        misses = np.maximum(-prior[:, low], prior[:, high])
        oracle = crepes.ConformalPredictiveSystem()
        oracle.fit(residuals=misses, seed=0)
        percentile = 100 * (LEVELS[high] - LEVELS[low])
        expected = oracle.predict_percentiles(y_hat=np.zeros(1), higher_percentiles=percentile)
        assert shift[high] == pytest.approx(np.ravel(expected)[0] / 2, abs=1e-6)
        assert shift[low] == -shift[high]


def test_too_few_misses_correct_nothing():
    few = Calibration(errors(np.full(FEWEST - 1, 9.0)))
    assert (few.shifts(np.zeros(3, np.int64), Seen.nothing()) == 0).all()


def test_the_nearest_training_lead_is_taken():
    held_back = HeldBack((1, 7, 30, PRESEASON), np.zeros((4, 5, 7), np.float32))
    assert held_back.nearest([1, 2, 3, 20, 45, 100, 300]).tolist() == [0, 0, 1, 2, 2, 3, 3]


def test_errors_are_cut_at_capacity_and_measured_in_ranges():
    demand = np.array([[0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 1.4]])
    found = errors_of(demand, np.array([1.1]))[0]
    assert found == pytest.approx((1 - np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 1.0])) / 0.2)
