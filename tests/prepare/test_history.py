"""Windows of past gates, and the tokens made of them, against the oracle."""

import datetime as dt
from dataclasses import asdict

import numpy as np
import pytest

from gatecast.games import PRESEASON, Games, cutoff_days
from gatecast.games import columns as c
from gatecast.prepare import Preparation
from gatecast.prepare import history as h
from gatecast.prepare.tokens import HOME_SHAPE, ROAD_SHAPE, network_inputs

from .oracle import DAY_ZERO, Oracle

LEADS = (1, 30, PRESEASON)
TOKENS = ("home_gates", "home_levels", "road_gates", "road_levels")


@pytest.fixture(scope="module")
def preparation(league: Games) -> Preparation:
    return Preparation(league)


@pytest.fixture(scope="module")
def oracle(league: Games) -> Oracle:
    return Oracle(league.table)


def day(game):
    return (game[c.DATE] - DAY_ZERO).days


@pytest.mark.parametrize("lead", LEADS)
def test_windows_hold_the_gates_known_latest_last(league, preparation, oracle, lead):
    arrays, cutoffs = preparation.at_lead(lead), cutoff_days(league, lead)
    windows, history = arrays.windows, arrays.history
    assert (windows.home_end > windows.home_begin).any()
    assert (windows.road_end > windows.road_begin).any()
    for row in range(0, len(league), 7):
        cutoff = DAY_ZERO + dt.timedelta(days=int(cutoffs[row]))
        game = oracle.games[row]
        home = history.home[windows.home_begin[row] : windows.home_end[row]]
        road = history.road[windows.road_begin[row] : windows.road_end[row]]
        for seen, past in ((home, oracle.own_gates(game, cutoff)), (road, oracle.road_gates(game, cutoff))):
            told = [(day(each), each[c.ATTENDANCE], np.float32(each["relative"]), each[c.NUMBER] > 0) for each in past]
            held = seen[:, [h.DAY, h.ATTENDANCE, h.RELATIVE, h.DOUBLE]]
            assert [tuple(each) for each in held.tolist()] == [tuple(map(float, each)) for each in told]


def test_the_schedule_of_a_query_is_laid_out_as_that_of_a_past_game(league, preparation, oracle):
    history = preparation.history
    assert history.games.shape == (len(league), h.ATTENDANCE)
    for game in oracle.games[::50]:
        fields = history.games[game["row"]]
        assert fields[h.DAY] == day(game)
        assert fields[h.WEEKDAY] == game[c.DATE].weekday()
        assert fields[h.SEASON] == game[c.SEASON]
        assert fields[h.NIGHT] == (game[c.DAY_NIGHT] == "night")
        assert fields[h.YEAR_DAY] == game[c.DATE].timetuple().tm_yday
    assert not history.home[-1].any()
    assert not history.road[-1].any()


def test_tokens_are_the_last_gates_as_shares_of_the_seats(league, preparation, oracle):
    arrays = preparation.at_lead(7)
    seats = np.full(len(league), 5000, np.float32)
    rows = {"query": np.column_stack([arrays.schedule, seats]), **asdict(arrays.windows)}
    tables = {"home": arrays.history.home, "road": arrays.history.road}
    made = network_inputs(rows, tables, TOKENS, np)
    assert made["home_gates"].shape == (len(league), *HOME_SHAPE)
    assert made["road_gates"].shape == (len(league), *ROAD_SHAPE)
    cutoffs = cutoff_days(league, 7)
    for row in range(0, len(league), 11):
        cutoff = DAY_ZERO + dt.timedelta(days=int(cutoffs[row]))
        home = [past[c.ATTENDANCE] / 5000 for past in oracle.own_gates(oracle.games[row], cutoff)][-HOME_SHAPE[0] :]
        road = [past["relative"] for past in oracle.road_gates(oracle.games[row], cutoff)][-ROAD_SHAPE[0] :]
        for name, values in (("home", home), ("road", road)):
            blank = made[f"{name}_levels"].shape[1] - len(values)
            padded = [-1.0] * blank + values
            np.testing.assert_allclose(made[f"{name}_levels"][row], padded, rtol=1e-6)
            assert not made[f"{name}_gates"][row, :blank].any()
            assert (made[f"{name}_gates"][row, blank:, 0] == 1).all()


def test_a_network_gets_the_inputs_it_asks_for(preparation):
    numeric = preparation.at_lead(1).numeric
    assert network_inputs({"numeric": numeric, "flags": numeric}, {}, ["numeric"], np).keys() == {"numeric"}


def test_taking_some_games_keeps_their_windows(preparation):
    arrays = preparation.at_lead(7)
    rows = np.array([40, 3, 200])
    few = arrays.take(rows)
    assert few.windows.home_end.tolist() == arrays.windows.home_end[rows].tolist()
    assert few.windows.road_begin.tolist() == arrays.windows.road_begin[rows].tolist()
    assert few.categories.rows() == [arrays.categories.row(int(row)) for row in rows]
    assert few.numeric.tobytes() == arrays.numeric[rows].tobytes()
    assert few.capacity.tobytes() == arrays.capacity[rows].tobytes()
    assert few.schedule.tobytes() == arrays.schedule[rows].tobytes()
