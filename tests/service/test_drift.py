"""The alarm: silent while chance explains the errors, loud where gates lie to one side or outside their ranges."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.service.drift import COVERAGE, LEVEL, LONGEST, SHORTEST, drift, drift_status, normal_scores, status_of
from gatecast.service.issued_forecasts import DAYS

CLUB = "Quillport Lanterns"
QUANTILES = (2000, 2200, 2600, 3000, 3400, 3800, 4000)


def games(gates, seats=10_000):
    """Games a day apart, each forecast the day before with the same quantiles."""
    return pl.DataFrame(
        {
            c.GAME_ID: [f"g{i}" for i in range(len(gates))],
            c.DATE: [dt.date(2025, 5, 1) + dt.timedelta(days=i) for i in range(len(gates))],
            DAYS: [1] * len(gates),
            c.ATTENDANCE: gates,
            c.CAPACITY: [seats] * len(gates),
            **{name: [float(value)] * len(gates) for name, value in zip(QUANTILE_COLUMNS, QUANTILES, strict=True)},
            MEAN: [float(QUANTILES[3])] * len(gates),
            P_SELLOUT: [0.0] * len(gates),
        }
    )


def test_gates_as_forecast_raise_none():
    found = status_of(games([2600, 3400, 3000, 2300, 3700] * 6))
    assert found.alarm is None
    assert found.games == LONGEST
    assert "Chance explains this" in found.summary


def test_gates_that_all_lie_below_raise_the_alarm_of_the_level():
    found = status_of(games([1900, 2050, 2000, 2100] * 6))
    assert found.alarm is not None
    assert found.alarm.kind == LEVEL
    assert found.alarm.share < 0
    assert "below the forecast" in found.summary


def test_gates_outside_their_ranges_on_both_sides_raise_the_alarm_of_the_coverage():
    found = status_of(games([1500, 4500] * 12))
    assert found.alarm is not None
    assert found.alarm.kind == COVERAGE
    assert found.alarm.inside == 0


def test_a_run_of_latest_games_on_one_side_is_told_before_it_is_an_alarm():
    found = status_of(games([3400, 2600, 3100] * 8 + [2700] * 6))
    assert found.alarm is None
    assert "The last 6 games all came in below their forecasts" in found.recent
    assert status_of(games([3400, 2600, 3100] * 8)).recent == ""


def test_few_games_tell_nothing():
    found = status_of(games([1000] * (SHORTEST - 1)))
    assert found.alarm is None
    assert "Too few games" in found.summary


def test_a_gate_at_a_quantile_has_its_normal_score():
    scores = normal_scores(games([3000, 3400, 2200]))
    assert scores == pytest.approx([0.0, 0.6745, -1.2816], abs=1e-3)


def test_a_full_house_counts_as_the_middle_of_its_chances():
    table = games([4000], seats=4000).with_columns(pl.lit(0.5).alias(P_SELLOUT))
    assert normal_scores(table) == pytest.approx([0.6745], abs=1e-3)


def test_scores_are_bounded():
    assert np.abs(normal_scores(games([1, 9000]))).max() == 3.5


def test_the_sample_has_no_alarm(sample_club):
    assert drift(sample_club, CLUB) is None
    assert drift_status(sample_club, CLUB).games > SHORTEST
