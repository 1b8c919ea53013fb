import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError, InputError
from gatecast.evaluate import FORECAST_COLUMNS, QUANTILE_COLUMNS
from gatecast.forecast import Forecaster, check_upcoming
from gatecast.forecast.table import CONTEXT_COLUMNS, TURNED_AWAY
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT

IN_ANOTHER_PROCESS = """
from gatecast.collect.sample import sample_league
from gatecast.forecast import Forecaster
from gatecast.train.settings import TrainingSettings
league = sample_league()
forecaster = Forecaster(settings=TrainingSettings(members=1, epochs=2)).fit(league.games)
print(forecaster.forecast(league.games, league.upcoming, as_of=league.as_of).write_csv(), end="")
"""


def assert_sound(forecast):
    """Quantiles rise from 0 to the capacity, the mean is among them, chances are chances."""
    quantiles = forecast.select(QUANTILE_COLUMNS).to_numpy()
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()
    assert (quantiles <= forecast[c.CAPACITY].to_numpy()[:, None]).all()
    mean = forecast[MEAN].to_numpy()
    assert ((quantiles[:, 0] <= mean) & (mean <= quantiles[:, -1])).all()
    assert forecast[P_SELLOUT].is_between(0, 1).all()
    assert (forecast[TURNED_AWAY] >= 0).all()


def test_the_columns_are_those_of_the_contract(forecast):
    contract = [name for name in FORECAST_COLUMNS if name != c.SEASON]
    assert forecast.columns == [*contract, TURNED_AWAY, *CONTEXT_COLUMNS]


def test_one_row_a_game_in_their_order(forecaster, league, forecast):
    assert forecast[c.GAME_ID].to_list() == league.upcoming.table[c.GAME_ID].to_list()
    assert forecast[c.DATE].to_list() == league.upcoming.table[c.DATE].to_list()
    turned = Games(league.upcoming.table.reverse(), league.upcoming.custom_columns)
    assert forecaster.forecast(league.games, turned, as_of=league.as_of).equals(forecast.reverse())


def test_lead_and_cut_off_tell_when_it_was_made(league, forecast):
    assert forecast[AS_OF].unique().to_list() == [league.as_of]
    days = (forecast[c.DATE] - league.as_of).dt.total_days().cast(pl.String)
    assert forecast[LEAD].to_list() == days.to_list()


def test_figures_are_sound_and_tell_games_apart(forecast):
    assert_sound(forecast)
    assert forecast[MEAN].n_unique() > 10
    assert forecast[MEAN].is_between(1500, 6200).all()


def test_one_game_is_forecast_as_among_others_where_the_games_hold_the_schedule(forecaster, league, forecast):
    alone = league.upcoming.filter(pl.col(c.GAME_ID) == forecast[c.GAME_ID][4])
    told = forecaster.forecast(league.games.extended(league.upcoming), alone, as_of=league.as_of)
    assert told.equals(forecast[4:5])


@pytest.mark.parametrize("day", [dt.date(2025, 6, 8), dt.datetime(2025, 6, 8, 23), "2025-06-08"])
def test_the_cut_off_is_a_date_or_its_text(forecaster, league, forecast, day):
    assert forecaster.forecast(league.games, league.upcoming, as_of=day).equals(forecast)


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        (None, "as_of: got none, expected the last day known"),
        ("June 8", "as_of: got 'June 8', expected a date such as 2019-05-30"),
        ("2025-06-31", "as_of: got '2025-06-31'"),
        ("", "as_of: got ''"),
        ("2025-06-10", "on 2025-06-10 with a cut-off of 2025-06-10, expected games after the cut-off"),
    ],
)
def test_a_cut_off_that_cannot_be_used_is_refused(forecaster, league, as_of, told):
    with pytest.raises(InputError, match=told):
        forecaster.forecast(league.games, league.upcoming, as_of=as_of)
    with pytest.raises(InputError, match=told):
        check_upcoming(league.games, league.upcoming, as_of)


def test_no_games_to_come_are_refused(forecaster, league):
    with pytest.raises(DataError, match="got no upcoming games, expected at least one"):
        forecaster.forecast(league.games, league.upcoming.filter(pl.lit(False)), as_of=league.as_of)


def test_a_club_never_seen_is_forecast(forecaster, league):
    table = league.upcoming.table.with_columns(pl.lit("Nowhere Nomads").alias(c.VISITOR))
    assert_sound(forecaster.forecast(league.games, Games(table, league.upcoming.custom_columns), as_of=league.as_of))


def test_a_ballpark_never_seen_holds_what_is_stated_or_usual(forecaster, league):
    table = league.upcoming.table.with_columns(
        pl.lit("Strangers").alias(c.HOME),
        pl.lit("Strange Field").alias(c.VENUE),
        pl.Series(c.CAPACITY, [12_000, *[None] * (len(league.upcoming) - 1)], pl.Int32),
    )
    told = forecaster.forecast(league.games, Games(table, league.upcoming.custom_columns), as_of=league.as_of)
    assert_sound(told)
    assert told[c.CAPACITY].to_list() == [12_000, *[int(forecaster.model.encoding.capacity)] * (len(told) - 1)]


def test_data_frames_are_taken_as_well(forecaster, league, forecast):
    told = forecaster.forecast(league.games.table, league.upcoming.table, as_of=league.as_of)
    assert told.equals(forecast)


def test_pandas_data_frames_are_taken_as_well(forecaster, league, forecast):
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    upcoming = league.upcoming.table.to_pandas()
    assert forecaster.forecast(league.games, upcoming, as_of=league.as_of).equals(forecast)


def test_a_club_may_stop_keeping_its_own_columns(forecaster, league, forecast):
    names = [column.name for column in league.games.custom_columns]
    assert forecaster.custom_columns == league.games.custom_columns
    told = forecaster.forecast(
        Games(league.games.table.drop(names)), Games(league.upcoming.table.drop(names)), as_of=league.as_of
    )
    assert_sound(told)
    assert not told.equals(forecast)


def test_a_saved_forecaster_forecasts_the_same_to_the_byte(forecaster, league, forecast, tmp_path):
    forecaster.save(tmp_path / "model")
    loaded = Forecaster.load(tmp_path / "model")
    assert loaded.settings == forecaster.settings
    told = loaded.forecast(league.games, league.upcoming, as_of=league.as_of)
    assert told.write_csv() == forecast.write_csv()


def test_another_process_forecasts_the_same_to_the_byte(compiled_once, forecast):
    kept = {
        "JAX_COMPILATION_CACHE_DIR": str(compiled_once),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "PYTHONHASHSEED": "7",
    }
    told = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        env=os.environ | kept,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert told.stdout == forecast.write_csv()


def test_a_forecaster_must_be_trained_first(league, tmp_path):
    untrained = Forecaster()
    assert untrained.custom_columns == ()
    with pytest.raises(InputError, match="not trained, expected a trained one; call fit or load first"):
        untrained.forecast(league.games, league.upcoming, as_of=league.as_of)
    with pytest.raises(InputError, match="not trained"):
        untrained.save(tmp_path)


def test_fitting_takes_the_counted_games_through_a_season(league, quick, monkeypatch):
    seen = {}

    def remembered(preparation, rows, settings, **more):
        seen.update(games=preparation.games.table[rows], settings=settings)

    monkeypatch.setattr("gatecast.train.ensemble.train_ensemble", remembered)
    Forecaster("transformer", seed=3, settings=quick).fit(league.games, through=2023)
    assert set(seen["games"][c.SEASON]) == {2022, 2023}
    assert seen["settings"] == replace(quick, network="transformer", seed=3)


def test_too_few_games_to_fit_are_refused(league):
    with pytest.raises(InputError, match="got 0 games with a known gate, expected at least 2"):
        Forecaster().fit(league.games, through=2021)
