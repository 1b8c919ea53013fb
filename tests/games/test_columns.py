import json
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.errors import DataError, InputError
from gatecast.games import AFTER, ALWAYS, CANONICAL, Column, Knowability, Role
from gatecast.games import columns as c
from gatecast.games.columns import columns_from_json, columns_to_json

from .tables import EXTRAS


@given(st.integers(1, 999), st.booleans())
def test_knowability_reads_what_it_shows(lead, worsens):
    known = Knowability(float(lead), worsens=worsens)
    assert Knowability.parse(str(known)) == known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (" Always ", ALWAYS),
        ("AFTER", AFTER),
        ("1 day", Knowability(1.0)),
        ("0 days", AFTER),
        ("Forecast 10 days", Knowability(10.0, worsens=True)),
    ],
)
def test_knowability_is_read(text, known):
    assert Knowability.parse(text) == known
    assert Knowability.parse(str(known)) == known


@pytest.mark.parametrize("text", ["", "soon", "-3 days", "2.5 days", "3", "forecast", "5 days before"])
def test_knowability_that_says_nothing_is_refused(text):
    with pytest.raises(ValueError, match="expected 'always', 'after', 'N days' or 'forecast N days'"):
        Knowability.parse(text)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (CANONICAL[c.ATTENDANCE], "a whole number from 0 to 250000 people"),
        (CANONICAL[c.TEMPERATURE], "a number from -40 to 55 °C"),
        (CANONICAL[c.DAY_NIGHT], "one of day, night"),
        (CANONICAL[c.DATE], "a date such as 2019-05-30"),
        (CANONICAL[c.START_TIME], "a time such as 19:05"),
        (CANONICAL[c.HOME], "text"),
        (Column("share", pl.Float64, Role.NUMBER, ALWAYS, low=0, high=0.5), "a number from 0 to 0.5"),
        (Column("price", pl.Float64, Role.NUMBER, ALWAYS, "dollars", low=0), "a number from 0 dollars"),
        (Column("depth", pl.Float64, Role.NUMBER, ALWAYS, high=2.25), "a number to 2.25"),
        (Column("beers", pl.Int32, Role.RESULT, AFTER, "sold", high=1_000_000), "a whole number to 1000000 sold"),
        (Column("any", pl.Int32, Role.NUMBER, ALWAYS, "tickets"), "a whole number"),
    ],
)
def test_a_column_says_what_it_holds(column, words):
    assert column.expected == words


def test_only_results_become_known_after_the_game():
    after = {column.name for column in CANONICAL.values() if column.known == AFTER}
    assert after == {column.name for column in CANONICAL.values() if column.role in (Role.RESULT, Role.TARGET)}


def test_only_weather_is_a_forecast_and_of_sixteen_days_at_most():
    worsening = {column.name: column.known.lead for column in CANONICAL.values() if column.known.worsens}
    assert worsening == dict.fromkeys((c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION), 16.0)


def test_numbers_of_games_have_limits_and_units():
    for column in CANONICAL.values():
        if column.dtype.is_numeric():
            assert math.isfinite(column.low)
            assert math.isfinite(column.high)
            assert column.unit or column.name == c.NUMBER


def test_declarations_survive_as_text():
    columns = (*EXTRAS, *CANONICAL.values())
    assert columns_from_json(columns_to_json(columns)) == columns


def without(key):
    entry = json.loads(columns_to_json(EXTRAS[:1]))[0]
    del entry[key]
    return json.dumps([entry])


def with_value(key, value):
    entry = json.loads(columns_to_json(EXTRAS[:1]))[0]
    return json.dumps([{**entry, key: value}])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "3",
        "[3]",
        "[" * 100_000,
        without("known"),
        with_value("type", "Object"),
        with_value("role", "king"),
        with_value("known", "soon"),
        with_value("low", "x"),
        with_value("values", 3),
    ],
)
def test_other_text_is_refused(text):
    with pytest.raises(DataError, match=r"games\.parquet: got declarations of custom columns that cannot be read"):
        columns_from_json(text, "games.parquet")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "number"}, "Column, role: got 'number', expected one of Role.IDENTIFIER, Role.TIME, .*Role.NUMBER"),
        ({"known": "always"}, "Column, known: got 'always', expected a knowability, such as Knowability.parse"),
        ({"dtype": "number"}, "Column, dtype: got 'number', expected one of polars.Float64, .*polars.Date"),
        ({"dtype": pl.Categorical}, "Column, dtype: got Categorical, expected one of polars.Float64"),
        ({"name": ""}, "Column, name: got '', expected text that is not empty"),
        ({"values": "ab"}, "Column, values: got 'ab', expected a tuple of texts"),
        ({"low": 3.0, "high": 2.0}, "Column, low: got 3.0, expected a number up to high, 2.0"),
    ],
)
def test_a_wrong_argument_of_a_column_is_refused_when_it_is_given(change, message):
    arguments = {"name": "price", "dtype": pl.Float64, "role": Role.NUMBER, "known": ALWAYS, **change}
    with pytest.raises(InputError, match=message):
        Column(**arguments)
