import datetime as dt

import pytest

from gatecast.collect.numbers import UNITS
from gatecast.games import columns as c
from gatecast.web.column_inputs import in_units, input_kind, typed_text, unit_of
from gatecast.web.preferences import Preferences

IMPERIAL = Preferences("imperial", "dark")


@pytest.mark.parametrize(
    ("name", "value", "metric", "imperial"),
    [
        (c.TEMPERATURE, 22.5, "22.5", "72.5"),
        (c.TEMPERATURE, -40.0, "-40", "-40"),
        (c.WIND, 16.1, "16.1", "10"),
        (c.CAPACITY, 6000, "6000", "6000"),
        (c.START_TIME, dt.time(19, 5), "19:05", "19:05"),
        (c.DATE, dt.date(2025, 6, 13), "2025-06-13", "2025-06-13"),
        (c.PROMOTION, None, "", ""),
    ],
)
def test_a_stored_value_as_its_reader_types_it(name, value, metric, imperial):
    column = c.CANONICAL[name]
    assert typed_text(value, column, Preferences()) == metric
    assert typed_text(value, column, IMPERIAL) == imperial


@pytest.mark.parametrize("name", UNITS)
def test_a_number_in_another_unit_and_back_is_the_same(name):
    for unit in UNITS[name].values():
        for ours in (-12.5, 0.0, 21.3):
            assert (unit.of(ours) - unit.zero) * unit.scale == pytest.approx(ours, abs=0.001)


def test_a_form_is_read_in_the_units_it_was_shown_in():
    assert in_units(Preferences(), "imperial").units == "imperial"
    assert in_units(IMPERIAL, "furlongs") == IMPERIAL
    assert unit_of(c.CANONICAL[c.TEMPERATURE], IMPERIAL) == "°F"


def test_a_refused_time_is_shown_as_it_was_typed():
    start = c.CANONICAL[c.START_TIME]
    assert input_kind(start, (), IMPERIAL, refused=False)[0] == "time"
    assert input_kind(start, (), IMPERIAL, refused=True)[0] == "text"


def test_every_place_that_a_game_may_have_in_its_day_is_offered():
    _, offered = input_kind(c.CANONICAL[c.NUMBER], (), IMPERIAL, refused=False)
    assert [value for value, _ in offered] == ["0", "1", "2", "3"]
