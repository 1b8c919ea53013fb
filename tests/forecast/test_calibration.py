"""Corrections of intervals: what they cover, what they follow, and what they must not see."""

import numpy as np
import pytest
from scipy.stats import norm

from gatecast.forecast.calibration import FEWEST, PAIRS, PRESEASON_SHARE, Calibration, SeasonErrors, _latest, _median
from gatecast.games import PRESEASON
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.train.calibration_errors import CalibrationErrors, scaled_errors_from_quantiles

MIDDLE = QUANTILE_LEVELS.index(0.5)
FORECAST = norm.ppf(QUANTILE_LEVELS)
RANGE = FORECAST[QUANTILE_LEVELS.index(0.75)] - FORECAST[QUANTILE_LEVELS.index(0.25)]


def errors(attendance: np.ndarray) -> np.ndarray:
    """Errors of a standard normal forecast, in interquartile ranges."""
    return (attendance[:, None] - FORECAST) / RANGE


def one_club(games: int) -> np.ndarray:
    return np.full(games, "AAA")


def calibration(attendance: np.ndarray) -> Calibration:
    """From the attendance of games held back."""
    return Calibration(errors(attendance), 1.0)


def shifts(prior: Calibration, cutoffs: np.ndarray, seen: SeasonErrors) -> np.ndarray:
    return prior.shifts(cutoffs, one_club(len(cutoffs)), seen)


def seen(attendance: np.ndarray, lead: int = 1) -> SeasonErrors:
    days = np.arange(len(attendance))
    return SeasonErrors(days, days - lead, errors(attendance), one_club(len(attendance)))


def covered(attendance: np.ndarray, shifts: np.ndarray) -> list[float]:
    moved = FORECAST + shifts * RANGE
    return [float(((attendance >= moved[:, low]) & (attendance <= moved[:, high])).mean()) for low, high in PAIRS]


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_intervals_cover_their_share_whatever_the_spread(spread):
    draw = np.random.default_rng(1)
    attendance = draw.normal(0, spread, 4000)
    moved = shifts(calibration(draw.normal(0, spread, 2000)), np.arange(4000) - 1, seen(attendance))
    assert covered(attendance, moved) == pytest.approx([0.9, 0.8, 0.5], abs=0.03)


def test_corrections_follow_a_spread_that_changes_within_the_season():
    draw = np.random.default_rng(2)
    attendance = np.concatenate([draw.normal(0, 1, 500), draw.normal(0, 2, 4000)])
    moved = shifts(calibration(draw.normal(0, 1, 2000)), np.arange(4500) - 1, seen(attendance))
    assert covered(attendance[3000:], moved[3000:])[1] == pytest.approx(0.8, abs=0.04)


def test_one_season_of_small_errors_narrows_nothing_before_the_next_begins():
    draw = np.random.default_rng(5)
    careful = calibration(draw.normal(0, 0.5, 2000))
    assert shifts(careful, np.zeros(1, np.int64), SeasonErrors.empty()) == pytest.approx(0.0)
    attendance = draw.normal(0, 0.5, 400)
    moved = shifts(careful, np.arange(400) - 1, seen(attendance))
    width = moved[:, QUANTILE_LEVELS.index(0.9)] - moved[:, QUANTILE_LEVELS.index(0.1)]
    assert width[0] == 0.0
    assert width[150] < -0.1
    assert width[350] < width[150]


def test_a_drift_in_level_moves_the_middle_after_it_and_not_before():
    attendance = np.concatenate([np.zeros(400), np.full(1500, 0.8)])
    prior, days = calibration(np.zeros(500)), np.arange(1900) - 1
    moved = prior.shifts(days, np.full(1900, "stranger"), seen(attendance))[:, MIDDLE] * RANGE
    assert moved[:400] == pytest.approx(0.0)
    assert moved[-1] == pytest.approx(0.4, abs=0.01)
    assert np.diff(moved[560:]).min() >= -1e-9


def test_gates_after_the_cutoff_change_nothing():
    draw = np.random.default_rng(3)
    attendance = draw.normal(size=600)
    prior = calibration(draw.normal(size=500))
    cutoffs = np.array([100, 300, 599])
    before = shifts(prior, cutoffs, seen(attendance))
    changed = attendance.copy()
    changed[301:] += 5
    after = shifts(prior, cutoffs, seen(changed))
    assert (before[:2] == after[:2]).all()
    assert not (before[2] == after[2]).all()


def test_a_correction_is_the_conformal_rank_of_the_misses():
    crepes = pytest.importorskip("crepes")
    prior = errors(np.random.default_rng(4).normal(0, 1.7, 999))
    shift = Calibration(prior, 1.0).shifts(np.zeros(1, np.int64), np.array(["stranger"]), SeasonErrors.empty())[0]
    for low, high in PAIRS:
        misses = np.maximum(-prior[:, low], prior[:, high])
        oracle = crepes.ConformalPredictiveSystem()
        oracle.fit(residuals=misses, seed=0)
        percentile = 100 * (QUANTILE_LEVELS[high] - QUANTILE_LEVELS[low])
        expected = oracle.predict_percentiles(y_hat=np.zeros(1), higher_percentiles=percentile)
        assert shift[high] == pytest.approx(PRESEASON_SHARE * np.ravel(expected)[0], abs=1e-6)
        assert shift[low] == -shift[high]


def test_too_few_misses_correct_nothing():
    few = calibration(np.full(FEWEST - 1, 9.0))
    assert (shifts(few, np.zeros(3, np.int64), SeasonErrors.empty()) == 0).all()


def test_the_nearest_training_lead_is_taken():
    held_back = CalibrationErrors((1, 7, 30, PRESEASON), np.zeros((4, 5, 7), np.float32))
    assert held_back.nearest([1, 2, 3, 20, 45, 100, 300]).tolist() == [0, 0, 1, 2, 2, 3, 3]


def test_errors_are_cut_at_capacity_and_measured_in_ranges():
    demand = np.array([[0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 1.4]])
    found = scaled_errors_from_quantiles(demand, np.array([1.1]))[0]
    assert found == pytest.approx((1 - np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 1.0])) / 0.2)


def two_clubs(games: int) -> np.ndarray:
    return np.where(np.arange(games) % 2 == 0, "EVN", "WLD")


def test_a_club_that_is_hard_to_foresee_gets_wider_intervals():
    draw, spread = np.random.default_rng(5), np.where(np.arange(4000) % 2 == 0, 0.6, 1.8)
    attendance, prior = draw.normal(size=4000) * spread, draw.normal(size=320) * spread[:320]
    clubs, days = two_clubs(4000), np.arange(4000)
    known = SeasonErrors(days, days - 1, errors(attendance), clubs)
    moved = calibration(prior).shifts(days - 1, clubs, known)
    together = calibration(prior).shifts(days - 1, np.full(4000, "stranger"), known)
    for club in ("EVN", "WLD"):
        own = clubs == club
        share, alone = (
            covered(attendance[own], moved[own])[1],
            covered(attendance[own], together[own])[1],
        )
        assert abs(share - 0.8) + 0.03 < abs(alone - 0.8)


def test_a_club_off_its_level_is_followed_and_the_others_are_not_moved():
    attendance = np.where(np.arange(2000) % 8 == 0, 1.5, 0.0)
    clubs, days = np.where(np.arange(2000) % 8 == 0, "OFF", "CLM"), np.arange(2000)
    moved = calibration(np.zeros(500)).shifts(days - 1, clubs, SeasonErrors(days, days - 1, errors(attendance), clubs))[
        :, MIDDLE
    ]
    assert moved[clubs == "OFF"][-1] * RANGE == pytest.approx(0.5, abs=0.01)
    assert moved[clubs == "CLM"][-1] == pytest.approx(0.0)


def test_latest_values_and_their_median_are_those_of_a_loop():
    values, counts = np.random.default_rng(6).normal(size=30), np.array([0, 1, 2, 7, 30])
    latest = _latest(values, counts, 5)
    for row, count in zip(latest, counts, strict=True):
        assert row[~np.isnan(row)].tolist() == values[max(0, count - 5) : count].tolist()
    assert _median(latest)[1:] == pytest.approx([np.median(values[max(0, n - 5) : n]) for n in counts[1:]])
    assert _median(latest)[0] == 0.0
