import numpy as np
import polars as pl
import pytest

from gatecast.forecast import drivers as d
from gatecast.forecast.feature_swap import FeatureSwap, stacked
from gatecast.games import columns as c
from gatecast.prepare import Preparation
from gatecast.prepare.arrays import WEEKDAY

from .shipped import shipped_forecaster

DAYS_BEFORE = 3


@pytest.fixture(scope="module")
def preparation(league):
    return Preparation(league.games, weather_as_observed=False)


@pytest.fixture(scope="module")
def model():
    return shipped_forecaster().model


@pytest.fixture(scope="module")
def rows(preparation, league):
    ours = preparation.games.table.with_row_index().filter(pl.col(c.HOME) == league.club)
    return ours["index"][-40:].to_numpy().astype(np.intp)


@pytest.fixture(scope="module")
def arrays(preparation, rows):
    return preparation.at((preparation.games.days[rows] - DAYS_BEFORE).astype(np.int32), rows)


@pytest.fixture(scope="module")
def mixture(arrays, model):
    encoding = model.encoding
    return FeatureSwap(arrays, d.drivers_of([*encoding.names, *encoding.vocabularies]), encoding)


def all_of(mixture, game, **others):
    """Where each driver comes from: all from one game, but for those of others."""
    sources = np.full((1, len(mixture.drivers)), game)
    for driver, other in others.items():
        sources[0, mixture.drivers.index(driver)] = other
    return sources


def test_a_game_mixed_of_itself_is_that_game_to_the_bit(mixture, arrays, model, compiled_once):
    games = np.arange(len(arrays.capacity))
    mixed = mixture.mixed(np.repeat(games[:, None], len(mixture.drivers), axis=1))
    assert np.array_equal(mixed.numeric, arrays.numeric, equal_nan=True)
    assert mixed.categories.equals(arrays.categories)
    assert np.array_equal(mixed.capacity, arrays.capacity)
    assert np.array_equal(model.parameters(mixed), model.parameters(arrays))


def test_past_gates_stay_with_the_day_they_are_seen_from(mixture, arrays):
    mixed = mixture.mixed(all_of(mixture, 30, **{d.RECENT_ATTENDANCE: 2}))
    begin, end = mixed.windows.home_begin[0], mixed.windows.home_end[0]
    ago = mixed.schedule[0, 0] - mixed.history.home[begin:end, 0]
    own = arrays.windows.home_begin[2], arrays.windows.home_end[2]
    seen = arrays.schedule[2, 0] - arrays.history.home[slice(*own), 0]
    assert np.array_equal(ago, seen[-len(ago) :])
    assert (ago >= DAYS_BEFORE).all()


def test_each_driver_comes_from_its_game_and_no_other_input_moves(mixture, arrays):
    mixed = mixture.mixed(all_of(mixture, 0, **{d.PROMOTION: 7, d.WEATHER: 9}))
    labels = arrays.categories
    assert mixed.categories[c.PROMOTION][0] == labels[c.PROMOTION][7]
    assert mixed.categories[c.SKY][0] == labels[c.SKY][9]
    assert mixed.categories[WEEKDAY][0] == labels[WEEKDAY][0]
    place = arrays.names.index(c.TEMPERATURE)
    expected = arrays.numeric[0].copy()
    expected[[place, arrays.names.index(c.WIND)]] = arrays.numeric[9, [place, arrays.names.index(c.WIND)]]
    expected[arrays.names.index("promotions")] = arrays.numeric[7, arrays.names.index("promotions")]
    assert np.array_equal(mixed.numeric[0], expected, equal_nan=True)


def test_past_gates_of_a_weekday_are_mixed_factor_by_factor(mixture, arrays):
    mixed = mixture.mixed(all_of(mixture, 0, **{d.START: 5}))
    value = {name: arrays.numeric[:, arrays.names.index(name)].astype(float) for name in arrays.names}
    by_hand = value["gate_weekday4"][5] * value["gate_last40"][0] / value["gate_last40"][5]
    assert mixed.numeric[0, arrays.names.index("gate_weekday4")] == pytest.approx(by_hand, rel=1e-6)


def test_what_is_the_same_and_what_is_known(mixture, arrays):
    games = np.arange(len(arrays.capacity))
    assert mixture.same(games, games).all()
    pairs = np.zeros(len(games) - 1, np.intp), games[1:]
    same = mixture.same(*pairs)
    assert same[:, mixture.drivers.index(d.BALLPARK)].all()
    assert not same[:, mixture.drivers.index(d.RECENT_ATTENDANCE)].any()
    promotions = arrays.categories[c.PROMOTION]
    alike = [promotions[0] == other for other in promotions[1:]]
    assert same[:, mixture.drivers.index(d.PROMOTION)].tolist() == alike
    assert mixture.known(games)[:, mixture.drivers.index(d.STARTERS)].all()


def test_starters_and_weather_are_not_known_long_before(preparation, rows, model):
    far = preparation.at((preparation.games.days[rows] - 30).astype(np.int32), rows)
    mixture = FeatureSwap(far, d.drivers_of(model.encoding.names), model.encoding)
    known = dict(zip(mixture.drivers, mixture.known(np.arange(len(rows))).T, strict=True))
    assert not known[d.STARTERS].any()
    assert not known[d.WEATHER].any()
    assert known[d.PROMOTION].all()
    assert known[d.START].all()


def test_arrays_one_below_the_other(arrays):
    both = stacked([arrays.take(np.arange(3)), arrays.take(np.arange(3, len(arrays.capacity)))])
    assert np.array_equal(both.numeric, arrays.numeric, equal_nan=True)
    assert both.categories.equals(arrays.categories)
    assert np.array_equal(both.windows.road_end, arrays.windows.road_end)
