import datetime as dt

import polars as pl
import pytest

from gatecast.errors import DataError, InputError
from gatecast.games import Games, League

from .tables import days

SPRING_2021 = days(3, dt.date(2021, 4, 5))


def games(league=None, **columns):
    return Games.from_frame(pl.DataFrame({"date": SPRING_2021, "attendance": [10, 20, 30], **columns}), league=league)


def left_out(table):
    return int(table.league.restricts(table.table).sum())


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        ({"home_league": ["AL", "NL", "AL"]}, 3),
        ({"home": ["SEA", "Owls", "CHA"]}, 2),
        ({"home_league": ["PCL"] * 3}, 0),
        ({}, 0),
    ],
)
def test_attendance_was_restricted_in_the_major_leagues_alone(columns, count):
    assert left_out(games(**columns)) == count


def test_it_can_be_switched_on_and_off():
    assert left_out(games(League(restricted=True))) == 3
    assert left_out(games(League(restricted=False), home_league=["AL"] * 3)) == 0
    assert left_out(games(League("MLB"))) == 3
    assert left_out(games(League("NPB", "JP"), home_league=["AL"] * 3)) == 0


def test_it_is_said_how_many_games_are_left_out():
    table = games(League("MLB"))
    assert table.league.notice(table.table) == (
        "3 games from 2020-03-01 to 2021-07-04 are left out of training, as attendance was restricted; "
        "restricted_attendance = false in a mapping file keeps them"
    )
    assert League().notice(games().table) == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"country": "Japan"}, "country: got 'Japan', expected two letters such as US, CA or JP"),
        ({"country": "XX"}, "country: got 'XX', expected two letters"),
        ({"country": None}, "country: got None"),
        ({"name": 3}, "League, name: got 3, expected text"),
        ({"restricted": "no"}, "League, restricted: got 'no', expected True, False or None"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        League(**arguments)


def test_it_survives_as_text_and_stays_with_the_games():
    league = League("NPB", "JP", restricted=True)
    assert League.from_json(league.to_json()) == league
    with pytest.raises(DataError, match=r"games\.parquet: got settings of a league that cannot be read"):
        League.from_json("[1]", "games.parquet")
    table = games(league)
    assert table.filter(pl.col("attendance") > 10).league == league
    assert table.extended(table.filter(pl.col("attendance") > 10)).league == league
