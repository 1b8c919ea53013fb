import datetime as dt
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import sklearn.base

from gatecast.errors import DataError, InputError, ReadingWarning
from gatecast.evaluate import FORECAST_COLUMNS, QUANTILE_COLUMNS
from gatecast.forecast import Forecaster, ForecastSession
from gatecast.forecast.table import CONTEXT_COLUMNS, TURNED_AWAY
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT
from gatecast.train.settings import TrainingSettings

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
    assert forecast.columns == [*contract, TURNED_AWAY, *CONTEXT_COLUMNS, "p_postponed"]


def test_one_row_a_game_in_their_order(forecaster, league, forecast):
    assert forecast[c.GAME_ID].to_list() == league.upcoming.table[c.GAME_ID].to_list()
    assert forecast[c.DATE].to_list() == league.upcoming.table[c.DATE].to_list()
    turned = Games(league.upcoming.table.reverse(), league.upcoming.custom_columns)
    assert forecaster.forecast(league.games, turned, as_of=league.as_of).equals(forecast.reverse())


def test_lead_and_cutoff_tell_when_it_was_made(league, forecast):
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
def test_the_cutoff_is_a_date_or_its_text(forecaster, league, forecast, day):
    assert forecaster.forecast(league.games, league.upcoming, as_of=day).equals(forecast)


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        (None, "as_of: got none, expected the last day known"),
        ("June 8", "as_of: got 'June 8', expected a date such as 2019-05-30"),
        ("2025-06-31", "as_of: got '2025-06-31'"),
        ("", "as_of: got ''"),
        ("2025-06-10", "on 2025-06-10 with a cutoff of 2025-06-10, expected games after the cutoff"),
    ],
)
def test_a_cutoff_that_cannot_be_used_is_refused(forecaster, league, as_of, told):
    with pytest.raises(InputError, match=told):
        forecaster.forecast(league.games, league.upcoming, as_of=as_of)
    with pytest.raises(InputError, match=told):
        ForecastSession(Forecaster(), league.games, league.upcoming, as_of)


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


FRAMES = {
    "pandas": lambda table: table.to_pandas(),
    "arrow": lambda table: table.to_arrow(),
    "lazy": lambda table: table.lazy(),
    "polars": lambda table: table,
}
BACK = {
    "pandas": pl.from_pandas,
    "arrow": pl.from_arrow,
    "lazy": lambda table: table.collect(),
    "polars": lambda table: table,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_data_frame_comes_out_as_the_kind_that_went_in(forecaster, league, forecast, kind):
    past, upcoming = FRAMES[kind](league.games.table), FRAMES[kind](league.upcoming.table)
    table = forecaster.forecast(past, upcoming, as_of=league.as_of)
    assert type(table) is type(upcoming)
    assert BACK[kind](table).cast(forecast.schema).equals(forecast)


def test_rows_come_out_in_the_order_and_with_the_index_they_went_in(forecaster, league, forecast):
    shuffled = league.upcoming.table.sample(fraction=1.0, shuffle=True, seed=1)
    expected = shuffled.select(c.GAME_ID).join(forecast, on=c.GAME_ID, how="left", maintain_order="left")
    assert forecaster.forecast(league.games, shuffled, as_of=league.as_of).equals(expected)
    pandas = shuffled.to_pandas().set_index(c.GAME_ID)
    table = forecaster.forecast(league.games, pandas, as_of=league.as_of)
    assert table.index.equals(pandas.index)
    assert table[MEAN].tolist() == expected[MEAN].to_list()


def test_frames_with_other_headers_are_read_by_the_rules_of_files(forecaster, league, forecast):
    upcoming = league.upcoming.table.rename({c.DATE: "Game Date", c.VISITOR: "Opponent"}).with_columns(Row=1)
    with pytest.warns(ReadingWarning, match="read Game Date as date"):
        table = forecaster.forecast(league.games, upcoming, as_of=league.as_of)
    assert table[c.GAME_ID].to_list() == forecast[c.GAME_ID].to_list()
    assert table[c.DATE].equals(forecast[c.DATE])
    assert table[c.VISITOR].equals(forecast[c.VISITOR])


def test_seats_that_nobody_states_give_no_chance_of_a_sell_out(forecaster, league):
    past, upcoming = (
        games.with_table(games.table.with_columns(pl.lit(None, pl.Int32).alias(c.CAPACITY)))
        for games in (league.games, league.upcoming)
    )
    assert forecaster.forecast(past, upcoming, as_of=league.as_of)[P_SELLOUT].null_count() == len(upcoming)
    table = forecaster.forecast(league.games, upcoming, as_of=league.as_of)
    assert table[P_SELLOUT].null_count() == 0


def test_what_is_no_data_frame_is_refused(forecaster, league):
    with pytest.raises(InputError, match="got str, expected games or a data frame"):
        forecaster.forecast("games.csv", league.upcoming, as_of=league.as_of)
    with pytest.raises(InputError, match="games: got list, expected games or a data frame"):
        Forecaster().fit([1, 2])


def test_it_follows_the_habits_of_scikit_learn(forecaster):
    copy = sklearn.base.clone(forecaster)
    assert copy.get_params() == forecaster.get_params()
    assert copy.model is None
    assert repr(copy) == "Forecaster(network='transformer', members=1, epochs=2)"
    assert repr(forecaster).startswith("<Forecaster(network='transformer', members=1, epochs=2) trained on 1,")
    assert copy.set_params(network="feedforward", n_jobs=2) is copy
    assert (copy.settings.network, copy.n_jobs, copy.settings.epochs) == ("feedforward", 2, 2)
    with pytest.raises(InputError, match=r"got 'epoch', expected one of network, .*; did you mean 'epochs'"):
        copy.set_params(epoch=3)
    with pytest.raises(InputError, match="members: got 0"):
        copy.set_params(members=0, network="recurrent")
    assert copy.settings.network == "feedforward"


def test_a_keyword_takes_precedence_over_settings(quick):
    assert Forecaster(settings=quick, epochs=5).settings == replace(quick, epochs=5)


def test_a_forecaster_can_be_pickled_after_a_forecast(forecaster, league, forecast):
    copy = pickle.loads(pickle.dumps(forecaster))
    assert copy.get_params() == forecaster.get_params()
    assert copy.forecast(league.games, league.upcoming, league.as_of).equals(forecast)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"network": "lstm"},
            "network: got 'lstm', expected one of feedforward, convolutional, recurrent, transformer, pretrained, auto",
        ),
        ({"network": None}, "network: got None, expected one of feedforward"),
        ({"members": 0}, "members: got 0, expected a whole number from 1"),
        ({"epochs": 0}, "epochs: got 0, expected a whole number from 1"),
        ({"epochs": 2.5}, "epochs: got 2.5, expected a whole number from 1"),
        ({"batch": True}, "batch: got True, expected a whole number from 1"),
        ({"seed": -1}, "seed: got -1, expected a whole number from 0"),
        ({"learning_rate": 0}, "learning_rate: got 0, expected a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate: got nan, expected a number above 0"),
        ({"weight_decay": "1"}, "weight_decay: got '1', expected a number from 0"),
        ({"half_life": -3}, "half_life: got -3, expected a number above 0"),
        ({"verbose": "yes"}, "verbose: got 'yes', expected True or False"),
        ({"n_jobs": 0}, "n_jobs: got 0, expected a whole number from 1, or -1"),
    ],
)
def test_a_wrong_argument_is_refused_when_it_is_given(arguments, message):
    with pytest.raises(InputError, match=message):
        Forecaster(**arguments)


def test_members_trained_at_the_same_time_are_those_trained_one_by_one(compiled_once, league):
    one, several = (
        Forecaster("feedforward", members=3, epochs=1, n_jobs=jobs).fit(league.games, through=2023) for jobs in (1, 3)
    )
    for alone, together in zip(one.model.members, several.model.members, strict=True):
        for weights, others in zip(alone, together, strict=True):
            assert weights.tobytes() == others.tobytes()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_training_that_is_stopped_stops(compiled_once, league, jobs):
    class StoppedError(Exception):
        pass

    steps = []

    def progress(what, done, total):
        steps.append(what)
        if what == "training, member 1":
            raise StoppedError

    with pytest.raises(StoppedError):
        Forecaster("feedforward", members=3, epochs=3, n_jobs=jobs).fit(league.games, progress=progress)
    assert steps.count("training, member 3") == 0


def test_verbose_shows_progress_on_the_error_stream(compiled_once, league, capsys):
    Forecaster("feedforward", members=1, epochs=1, verbose=True).fit(league.games, through=2022)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "training, member 1: 1 of 1" in shown.err


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


@pytest.mark.slow
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
    with pytest.raises(InputError, match="got 0 games with a known attendance, expected at least 2"):
        Forecaster().fit(league.games, through=2021)


def test_the_documented_defaults_are_those_of_the_settings():
    stated = re.findall(r"^    (\w[\w, ]*) : (?:int|float)\n((?:        .*\n)+)", Forecaster.__doc__, re.MULTILINE)
    defaults = {
        name: float(number)
        for names, text in stated
        if (said := re.search(r"Defaults?: ([\d. and]+)\.\n", text))
        for name, number in zip(names.split(", "), said[1].split(" and "), strict=True)
    }
    assert {"members", "epochs", "batch", "learning_rate", "weight_decay", "half_life"} <= defaults.keys()
    assert defaults == {name: getattr(TrainingSettings(), name) for name in defaults}
