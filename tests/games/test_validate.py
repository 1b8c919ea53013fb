import datetime as dt

import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.games import ALWAYS, Column, Games, Role
from gatecast.games import columns as c

from .tables import days, read

TOMORROW = dt.date.today() + dt.timedelta(days=1)

REFUSED = [
    (c.NUMBER, [0, 4], 3, ["'4'", "a whole number from 0 to 3"]),
    (c.DAY_NIGHT, ["day", "evening"], 3, ["'evening'", "one of day, night"]),
    (c.SKY, ["blue", "sunny"], 2, ["'blue'", "one of sunny, cloudy, overcast, night, dome"]),
    (c.PRECIPITATION, [None, "hail"], 3, ["'hail'", "one of none, drizzle, showers, rain, snow"]),
    (c.CAPACITY, [0, 5000], 2, ["'0'", "from 1 to 250000 seats"]),
    (c.TEMPERATURE, [18.0, 72.0], 3, ["'72.0'", "from -40 to 55 °C"]),
    (c.TEMPERATURE, [float("inf"), 20.0], 2, ["'inf'", "leave unknown values empty"]),
    (c.WIND, [-1.0, 3.0], 2, ["'-1.0'", "from 0 to 200 km/h"]),
    (c.HOME_RUNS, [3, -1], 3, ["'-1'", "from 0 to 999 runs"]),
    (c.VISITOR_RUNS, [1000, 1], 2, ["'1000'", "from 0 to 999 runs"]),
    (c.ATTENDANCE, [-40, 4000], 2, ["'-40'", "a whole number from 0 to 250000 people"]),
    (c.ATTENDANCE, [4000, 250_001], 3, ["'250001'", "a whole number from 0 to 250000 people"]),
    (c.SCANNED, [4000, -1], 3, ["'-1'", "people"]),
    (c.SEASON, [2019, 2017], 3, ["'2017' for a game on 2019-04-02", "the season the date falls in"]),
    (c.GAME_ID, ["a", "a"], 3, ["'a' a second time", "one row for each game", "doubleheader"]),
    (c.DATE, [None, dt.date(2019, 4, 2)], 2, ["no date", "a date in every row, or in none", "order of play"]),
]


@pytest.mark.parametrize(("name", "values", "row", "words"), REFUSED)
def test_a_value_that_cannot_be_is_refused(name, values, row, words):
    with pytest.raises(DataError) as refused:
        Games.from_frame(pl.DataFrame({c.DATE: days(2), name: values}), file="games.csv")
    assert str(refused.value).startswith(f"games.csv, row {row}, {name}: got ")
    assert "\n" not in str(refused.value)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("name", [c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS])
def test_a_result_of_a_game_to_come_is_refused(name):
    with pytest.raises(DataError, match=rf"row 3, attendance: got a result for a game on {TOMORROW}.*already played"):
        read(date=[dt.date(2019, 4, 1), TOMORROW], **{name: [1, 1]})


def test_a_game_to_come_is_welcome():
    assert read(date=[TOMORROW], attendance=[None]).table.height == 1


def test_a_game_of_today_may_have_a_gate():
    assert read(date=[dt.date.today()], attendance=[900]).table.height == 1


def test_a_gate_may_pass_the_seats_but_not_twice():
    assert read(date=days(1), attendance=[10_000], capacity=[5000]).table.height == 1
    with pytest.raises(
        DataError, match=r"row 2, attendance: got '10001' with 5000 seats, expected attendance of at most 2"
    ):
        read(date=days(1), attendance=[10_001], capacity=[5000])


def test_an_empty_table_is_refused():
    with pytest.raises(DataError, match="no games, expected at least one row below the header"):
        read(date=[], attendance=[])


def test_the_first_bad_row_is_told():
    with pytest.raises(DataError, match="row 3, sky"):
        read(date=days(4), sky=["sunny", "blue", None, None], attendance=[1, 2, -3, -4])
    with pytest.raises(DataError, match="row 3, attendance"):
        read(date=days(4), sky=["sunny", None, "blue", None], attendance=[1, -2, 3, -4])


def test_rows_are_those_of_the_file():
    frame = pl.DataFrame({c.DATE: days(2), c.ATTENDANCE: [1, -1]})
    with pytest.raises(DataError, match="row 31, attendance"):
        Games.from_frame(frame, rows=[7, 31])


def test_rows_are_those_of_the_file_though_games_are_sorted():
    with pytest.raises(DataError, match="row 2, attendance"):
        read(date=days(2)[::-1], attendance=[-1, 5])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (
            Column("price", pl.Float64, Role.NUMBER, ALWAYS, "dollars", low=0),
            -2.0,
            "'-2.0', expected a number from 0 dollars",
        ),
        (Column("size", pl.String, Role.CATEGORY, ALWAYS, values=("s", "l")), "m", "'m', expected one of s, l"),
    ],
)
def test_a_further_column_is_checked_by_its_declaration(column, value, words):
    with pytest.raises(DataError, match=rf"row 2, {column.name}: got {words}"):
        read([column], date=days(1), **{column.name: [value]})
