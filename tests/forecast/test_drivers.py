import pytest

from gatecast.forecast import drivers as d
from gatecast.games import columns as c
from gatecast.prepare import Preparation


@pytest.fixture(scope="module")
def names(league):
    arrays = Preparation(league.games).at_lead(7)
    return [*arrays.names, *arrays.categories.columns]


def test_every_input_belongs_to_a_driver_by_its_own_name(names):
    unnamed = [
        name for name in names if not name.startswith(("own_", *d.PREFIXES)) and name not in (c.HOME, c.PROMOTION)
    ]
    assert unnamed == []
    assert {d.driver_of(name) for name in names} >= set(d.DRIVERS)


def test_an_input_of_no_driver_is_an_error():
    with pytest.raises(ValueError, match="'broadcast': got no driver, expected one of its prefixes in INPUT_PREFIXES"):
        d.driver_of("broadcast")


def test_the_longest_prefix_wins():
    assert d.driver_of("gate_month_last_season") == d.SEASON
    assert d.driver_of("shape_month_weekday") == d.START
    assert d.driver_of("home_games_left") == d.SEASON
    assert d.driver_of("home_last10") == d.FORM
    assert d.driver_of(c.HOME_STARTER) == d.STARTERS
    assert d.driver_of(c.HOME) == d.BALLPARK


def test_columns_of_the_club_come_last(names):
    told = d.drivers_of(names)
    assert told[: len(d.DRIVERS)] == list(d.DRIVERS)
    assert {"own_price", "own_tickets_sold"} < set(told[len(d.DRIVERS) :])
    assert d.drivers_of(["weekend"]) == list(d.DRIVERS)


def test_factors_of_products_are_inputs(names):
    for product, factors in d.FACTORS.items():
        assert product in names
        for driver, top, bottom in factors:
            assert driver in d.DRIVERS
            assert {top, bottom or top} <= set(names)
