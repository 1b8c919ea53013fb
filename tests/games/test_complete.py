import datetime as dt

import pytest

from gatecast.errors import DataError
from gatecast.games import columns as c

from .tables import days, read

DAY = dt.date(2019, 5, 30)


def column(name, **columns):
    return read(**columns).table[name].to_list()


def test_the_season_is_the_year_of_the_date():
    assert column(c.SEASON, date=[dt.date(2018, 9, 1), DAY]) == [2018, 2019]


def test_a_season_that_is_stated_stays():
    assert column(c.SEASON, date=[dt.date(2018, 12, 1)], season=[2019]) == [2019]


def test_an_only_club_needs_no_name():
    table = read(date=days(2)).table
    assert table[c.HOME].to_list() == ["home", "home"]
    assert table[c.VENUE].to_list() == ["home", "home"]


def test_a_missing_club_is_named_after_its_venue():
    assert column(c.HOME, date=days(2), venue=["Mill Park", None]) == ["Mill Park", "home"]


def test_a_missing_venue_is_named_after_its_club():
    assert column(c.VENUE, date=days(2), home=["RIV", "OAK"], venue=[None, "Oak Yard"]) == ["RIV", "Oak Yard"]


def test_two_games_of_a_club_on_a_date_are_a_doubleheader():
    table = read(date=[DAY, DAY, DAY, DAY + dt.timedelta(days=1)], home=["RIV", "OAK", "RIV", "RIV"]).table
    numbers = dict(zip(table[c.GAME_ID], table[c.NUMBER], strict=True))
    assert numbers == {"RIV201905301": 1, "RIV201905302": 2, "OAK201905300": 0, "RIV201905310": 0}


def test_numbers_that_are_stated_stay():
    assert column(c.NUMBER, date=[DAY, DAY], number=[2, 1], attendance=[20, 10]) == [1, 2]
    assert column(c.ATTENDANCE, date=[DAY, DAY], number=[2, 1], attendance=[20, 10]) == [10, 20]


def test_three_games_on_a_date_are_numbered_and_a_fourth_is_refused():
    assert column(c.NUMBER, date=[DAY] * 3) == [1, 2, 3]
    with pytest.raises(DataError, match=r"row 5, game_id: got 'home201905303' a second time"):
        read(date=[DAY] * 4)


@pytest.mark.parametrize(
    ("start", "label"),
    [
        (dt.time(13, 5), "day"),
        (dt.time(16, 59), "day"),
        (dt.time(17), "night"),
        (dt.time(19, 5), "night"),
        (None, None),
    ],
)
def test_a_start_before_five_is_a_day_game(start, label):
    assert column(c.DAY_NIGHT, date=days(2), start_time=[start, dt.time(12)]) == [label, "day"]


def test_day_or_night_that_is_stated_stays():
    assert column(c.DAY_NIGHT, date=[DAY], start_time=[dt.time(13)], day_night=["night"]) == ["night"]


def test_an_id_is_club_date_and_number():
    assert column(c.GAME_ID, date=[DAY], home=["ANA"]) == ["ANA201905300"]


def test_an_id_that_is_stated_stays():
    assert column(c.GAME_ID, date=days(2, DAY), home=["ANA", "ANA"], game_id=["opener", None]) == [
        "opener",
        "ANA201905310",
    ]


def test_games_without_dates_are_known_by_their_place():
    table = read(attendance=[300, 100, 200]).table
    assert table[c.GAME_ID].to_list() == ["game-000001", "game-000002", "game-000003"]
    assert table[c.NUMBER].to_list() == [0, 0, 0]
    assert table[c.SEASON].to_list() == [None, None, None]
