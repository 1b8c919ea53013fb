import datetime as dt

import pytest

from gatecast.collect.retrosheet_files import read_gameinfo
from gatecast.errors import DataError
from gatecast.games import columns as c

FULL = {
    "gid": "MIL201904040",
    "visteam": "CHN",
    "hometeam": "MIL",
    "site": "MIL06",
    "date": "20190404",
    "number": "0",
    "starttime": "7:10PM",
    "daynight": "night",
    "attendance": "27812",
    "precip": "none",
    "sky": "dome",
    "temp": "68",
    "windspeed": "10",
    "gametype": "regular",
    "vruns": "3",
    "hruns": "4",
    "season": "2019",
}
SUBSET = {
    "site": "MIA01",
    "gid": "FLO199504250",
    "date": "1995-04-25",
    "visteam": "LAN",
    "hometeam": "FLO",
    "starttime": "70620.0",
    "attendance": "42125.0",
    "Capacity": '"42,531"',
    "vruns": "8.0",
    "hruns": "7.0",
    "temp": "75.0",
    "precip": "drizzle",
    "sky": "night",
    "winddir": "tocf",
}


def text(*games):
    rows = [",".join(games[0]), *(",".join(game.values()) for game in games)]
    return "\n".join(rows).encode() + b"\n"


def only(raw):
    (game,) = read_gameinfo(raw).to_dicts()
    return game


def test_retrosheets_own_file_is_read_in_si_units():
    game = only(text(FULL))
    expected = {
        c.GAME_ID: "MIL201904040",
        c.DATE: dt.date(2019, 4, 4),
        c.START_TIME: dt.time(19, 10),
        c.DAY_NIGHT: "night",
        c.NUMBER: 0,
        c.VENUE: "MIL06",
        c.HOME: "MIL",
        c.VISITOR: "CHN",
        c.TEMPERATURE: 20.0,
        c.WIND: 16.1,
        c.SKY: "dome",
        c.PRECIPITATION: "none",
        c.HOME_RUNS: 4,
        c.VISITOR_RUNS: 3,
        c.ATTENDANCE: 27812,
        c.CAPACITY: None,
    }
    assert {name: game[name] for name in expected} == expected


def test_the_form_with_seconds_and_seats_is_read():
    game = only(text(SUBSET))
    assert game[c.START_TIME] == dt.time(19, 37)
    assert (game[c.CAPACITY], game[c.ATTENDANCE], game[c.NUMBER]) == (42531, 42125, 0)
    assert (game[c.DATE], game[c.TEMPERATURE], game[c.WIND]) == (dt.date(1995, 4, 25), 23.9, None)


@pytest.mark.parametrize(
    ("title", "code", "column"),
    [
        ("temp", "0", c.TEMPERATURE),
        ("windspeed", "-1", c.WIND),
        ("sky", "unknown", c.SKY),
        ("precip", "Unknown", c.PRECIPITATION),
        ("precip", "", c.PRECIPITATION),
        ("starttime", "0:00PM", c.START_TIME),
        ("starttime", "", c.START_TIME),
        ("attendance", "0", c.ATTENDANCE),
        ("attendance", "", c.ATTENDANCE),
    ],
)
def test_a_code_for_unknown_is_null(title, code, column):
    assert only(text({**FULL, title: code}))[column] is None


def test_calm_is_not_unknown():
    assert only(text({**FULL, "windspeed": "0"}))[c.WIND] == 0.0


@pytest.mark.parametrize(("cell", "time"), [("12:05PM", (12, 5)), ("01:08pm", (13, 8)), ("11:06AM", (11, 6))])
def test_a_clock_time_is_read(cell, time):
    assert only(text({**FULL, "starttime": cell}))[c.START_TIME] == dt.time(*time)


def test_only_the_regular_season_is_kept():
    final = {**FULL, "gid": "MIL201910010", "date": "20191001", "gametype": "worldseries"}
    assert read_gameinfo(text(final, FULL))[c.GAME_ID].to_list() == ["MIL201904040"]


@pytest.mark.parametrize(
    ("title", "cell", "message"),
    [
        ("date", "20190431", "row 3, date: got '20190431'"),
        ("gid", "", "row 3, gid: got an empty cell"),
        ("starttime", "7ish", "row 3, starttime: got '7ish', expected a start such as 7:05PM"),
        ("attendance", "a lot", "row 3, attendance: got 'a lot'"),
        ("temp", "warm", "row 3, temp: got 'warm'"),
        ("windspeed", "10 mph", "row 3, windspeed: got '10 mph'"),
        ("hruns", "4.5", "row 3, hruns: got '4.5'"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(title, cell, message):
    with pytest.raises(DataError, match=rf"^gameinfo\.csv, {message}"):
        read_gameinfo(text({**FULL, "gid": "MIL201904030"}, {**FULL, title: cell}), "gameinfo.csv")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "no games"),
        (b"month,day,attend\nAPR,10,56000\n", "expected a column 'gid'.*read_games"),
        (text(SUBSET) + b"MIA01,FLO199504260,1995-04-26,LAN\n", "row 3: got 4 fields, expected 14"),
        (text(SUBSET)[:-40], "row 2: got [0-9]+ fields, expected 14"),
        (text(SUBSET) + b"MIA01" + b",x" * 20 + b"\n", "row 3: got 21 fields, expected 14"),
    ],
    ids=["empty", "a club's table", "short row", "cut short", "long row"],
)
def test_a_text_that_is_no_gameinfo_is_refused(raw, message):
    with pytest.raises(DataError, match=message):
        read_gameinfo(raw, "gameinfo.csv")
