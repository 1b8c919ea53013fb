import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.league import RESTRICTED_FROM, RESTRICTED_UNTIL
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train.samples import (
    held_back_rows,
    known_at_leads,
    training_games,
    training_samples,
)

from .tiny import small_league


@pytest.fixture(scope="module")
def league():
    return small_league()


@pytest.fixture(scope="module")
def undated():
    return Games.from_frame(pl.DataFrame({c.ATTENDANCE: list(range(1000, 1010))}))


def samples_of(preparation, rows, half_life):
    known = known_at_leads(preparation, rows)
    encoding = Encoding.fit(known)
    return known, encoding, training_samples(preparation, encoding, known, rows, half_life=half_life)


def test_uncounted_gates_are_left_out(league):
    gates = league.table[c.ATTENDANCE].to_list()
    gates[3], gates[7] = 0, None
    games = Games(league.table.with_columns(pl.Series(c.ATTENDANCE, gates, pl.Int32)))
    assert set(range(len(games))) - set(training_games(games).tolist()) == {3, 7}


def test_seasons_can_be_bounded(league):
    seasons = league.table[c.SEASON].to_numpy()
    np.testing.assert_array_equal(training_games(league, through=2017), np.flatnonzero(seasons <= 2017))
    assert len(training_games(league, through=2015)) == 0


def test_limited_crowds_are_left_out_and_the_days_around_them_are_not():
    first, after = RESTRICTED_FROM, RESTRICTED_UNTIL
    dates = [first - dt.timedelta(days=1), first, after - dt.timedelta(days=1), after]
    games = Games.from_frame(pl.DataFrame({c.DATE: dates, c.HOME_LEAGUE: "AL", c.ATTENDANCE: [900, 800, 700, 600]}))
    assert training_games(games).tolist() == [0, 3]


def test_games_without_a_season_are_not_bounded(undated):
    assert len(training_games(undated, through=1990)) == 10


def test_the_latest_season_is_held_back(league):
    rows = training_games(league)
    assert set(league.table[c.SEASON][held_back_rows(league, rows)].to_list()) == {2018}
    assert len(held_back_rows(league, rows)) == 60


def test_of_a_single_season_the_last_fifth_is_held_back(league, undated):
    rows = training_games(league, through=2016)
    held_back = held_back_rows(league, rows)
    assert len(held_back) == 12
    assert league.days[held_back].min() > league.days[np.setdiff1d(rows, held_back)].max()
    assert held_back_rows(undated, np.arange(10)).tolist() == [8, 9]


def test_an_older_season_counts_less_by_its_half_life_and_a_larger_venue_more(league):
    preparation, rows = Preparation(league), training_games(league)
    weights = samples_of(preparation, rows, half_life=2.0)[2].weights
    assert weights.mean() == pytest.approx(1.0, abs=1e-6)
    seasons, seats = (league.table[name].to_numpy() for name in (c.SEASON, c.CAPACITY))
    naive = np.array([seat * 0.5 ** ((2018 - season) / 2.0) for season, seat in zip(seasons, seats, strict=True)])
    np.testing.assert_allclose(weights, naive / naive.mean(), rtol=1e-5)


def test_every_game_stands_at_every_lead_with_its_share_of_the_seats(league):
    preparation = Preparation(league)
    rows = training_games(league)[league.table[c.SEASON].to_numpy()[training_games(league)] >= 2017]
    known, encoding, samples = samples_of(preparation, rows, half_life=8.0)
    assert samples.games == len(rows)
    share = (league.table[c.ATTENDANCE] / league.table[c.CAPACITY]).to_numpy()[rows]
    np.testing.assert_allclose(samples.attended, np.tile(share, len(known)), rtol=1e-6)
    for place, arrays in enumerate(known):
        expected = encoding.inputs(arrays)
        for name, values in samples.inputs.items():
            np.testing.assert_array_equal(values[place * len(rows) : (place + 1) * len(rows)], expected[name])


def test_some_games_are_taken_at_every_lead(league):
    preparation, rows = Preparation(league), training_games(league)
    known, _, samples = samples_of(preparation, rows, half_life=8.0)
    chosen = np.zeros(len(rows), bool)
    chosen[[2, 9]] = True
    inputs, attended, weights = samples.of(chosen)
    expected = [lead * len(rows) + game for lead in range(len(known)) for game in (2, 9)]
    np.testing.assert_array_equal(attended, samples.attended[expected])
    np.testing.assert_array_equal(inputs["numeric"], samples.inputs["numeric"][expected])
    np.testing.assert_array_equal(weights, np.tile(samples.weights[[2, 9]], len(known)))
