"""Forecasts drawn towards the projected level of each club's season."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.forecast import Forecaster
from gatecast.forecast.distribution import demand_at, demand_of
from gatecast.forecast.season_level import SHARE, level_shift
from gatecast.games import PRESEASON, cutoff_days
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEDIAN
from gatecast.prepare import Preparation
from gatecast.train.samples import training_games

from ..prepare.test_projected_level import table

SEASON = 2015


def to_come(preparation):
    return np.flatnonzero(preparation.schedule.season == SEASON)


@pytest.fixture(scope="module")
def preparation():
    return Preparation(table())


@pytest.fixture(scope="module")
def forecaster(compiled_once, preparation):
    rows = training_games(preparation.games, through=SEASON - 1)
    return Forecaster("feedforward", members=1, epochs=2).fit_rows(preparation, rows)


@pytest.fixture(scope="module")
def forecasts(forecaster, preparation):
    return forecaster.forecast_rows(preparation, to_come(preparation), PRESEASON)


def test_the_level_is_nearer_to_the_truth_than_the_network_s(forecaster, preparation, forecasts):
    schedule, rows = preparation.schedule, to_come(preparation)
    model = forecaster.trained
    raw = np.minimum(model.parameters(preparation.at_lead(PRESEASON, rows))[0, :, 0], 1.0)
    raw = raw * preparation.at_lead(PRESEASON, rows).capacity
    shifted = forecasts[MEDIAN].to_numpy()
    wrong = [
        np.mean(
            [
                abs(np.log(values[schedule.home[rows] == club].mean() / true))
                for club in np.unique(schedule.home[rows])
                if (true := schedule.attendance[rows][schedule.home[rows] == club].mean())
            ]
        )
        for values in (raw, shifted)
    ]
    assert wrong[1] < wrong[0]


def test_the_share_falls_as_the_season_tells_its_level(forecaster, preparation):
    rows = to_come(preparation)
    before, after = (
        level_shift(forecaster.trained, preparation).weights(rows, cutoff_days(preparation.games, lead)[rows])
        for lead in (PRESEASON, 1)
    )
    assert (before == SHARE).all()
    assert after.min() < SHARE / 2 < after.max() == SHARE


def test_no_forecast_depends_on_which_others_are_asked_for(forecaster, preparation, forecasts):
    some = to_come(preparation)[[3, 70]]
    alone = forecaster.forecast_rows(Preparation(preparation.games), some, PRESEASON)
    whole = forecasts.filter(pl.col(c.GAME_ID).is_in(alone[c.GAME_ID].implode()))
    assert alone[MEDIAN].to_numpy() == pytest.approx(whole[MEDIAN].to_numpy(), rel=1e-5)


def test_clubs_forecast_together_have_the_bytes_that_each_has_alone(forecaster, preparation):
    rows = to_come(preparation)
    clubs = [np.flatnonzero(preparation.schedule.home[rows] == club) for club in range(3)]
    arrays = preparation.at_lead(7, rows[np.concatenate(clubs)])
    places = np.split(np.arange(len(arrays.capacity)), np.cumsum([len(club) for club in clubs])[:-1])
    together = forecaster.trained.parameters(arrays, parts=places)
    for place, club in zip(places, clubs, strict=True):
        alone = forecaster.trained.parameters(preparation.at_lead(7, rows[club]))
        assert together[:, place].tobytes() == alone.tobytes()


def test_games_forecast_some_at_a_time_have_the_bytes_of_all_at_once(forecaster, preparation, monkeypatch):
    model, rows = forecaster.trained, np.arange(3000) % len(preparation.games)
    cutoffs = cutoff_days(preparation.games, 7)[rows]
    monkeypatch.setattr("gatecast.train.model.LARGEST_BLOCK", 512)
    monkeypatch.setattr("gatecast.train.model.FEW_ROWS", 0)
    whole = demand_of(model, preparation.at(cutoffs, rows))
    monkeypatch.setattr("gatecast.forecast.distribution.GAMES_AT_ONCE", 1024)
    parts = demand_at(model, preparation, cutoffs, rows)
    for name in ("parameters", "capacity", "stated_seats"):
        assert getattr(parts, name).tobytes() == getattr(whole, name).tobytes()


def test_no_later_attendance_changes_a_forecast(forecaster, forecasts):
    def later(frame):
        played = pl.col(c.DATE) >= dt.date(SEASON, 1, 1)
        return frame.with_columns(pl.when(played).then(7).otherwise(c.ATTENDANCE).alias(c.ATTENDANCE))

    changed = Preparation(table(change=later))
    after = forecaster.forecast_rows(changed, to_come(changed), PRESEASON)
    assert after.equals(forecasts)
