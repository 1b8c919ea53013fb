import datetime as dt

import pytest

from gatecast.collect.retrosheet_files import read_gamelog
from gatecast.errors import DataError
from gatecast.games import columns as c

PLAYED = {
    1: "20190404",
    2: "0",
    4: "TEX",
    5: "AL",
    7: "ANA",
    8: "AL",
    10: 4,
    11: 11,
    13: "N",
    17: "ANA01",
    18: 42027,
    102: "smyld001",
    103: "Drew Smyly",
    104: "harvm002",
    105: 'Matt "Dark Knight" Harvey, Jr',
    161: "Y",
}


def line(**changes):
    fields = {**PLAYED, **{int(field[1:]): value for field, value in changes.items()}}
    cells = (fields.get(field, "") for field in range(1, 162))
    return ",".join(str(cell) if isinstance(cell, int) else '"' + cell.replace('"', '""') + '"' for cell in cells)


def text(*lines, newline="\r\n"):
    return (newline.join(lines) + newline).encode("latin-1")


def test_a_game_is_read_field_by_field():
    (game,) = read_gamelog(text(line())).to_dicts()
    expected = {
        c.GAME_ID: "ANA201904040",
        c.DATE: dt.date(2019, 4, 4),
        c.NUMBER: 0,
        c.DAY_NIGHT: "night",
        c.VENUE: "ANA01",
        c.HOME: "ANA",
        c.VISITOR: "TEX",
        c.HOME_LEAGUE: "AL",
        c.VISITOR_LEAGUE: "AL",
        c.HOME_RUNS: 11,
        c.VISITOR_RUNS: 4,
        c.ATTENDANCE: 42027,
        c.HOME_STARTER: "harvm002",
        c.VISITOR_STARTER: "smyld001",
    }
    assert {name: game[name] for name in expected} == expected
    assert game[c.START_TIME] is None and game[c.CAPACITY] is None


@pytest.mark.parametrize("gate", [0, "", "-1"])
def test_a_gate_that_was_not_published_is_null(gate):
    assert read_gamelog(text(line(_18=gate)))[c.ATTENDANCE].to_list() == [None]


def test_the_games_of_a_doubleheader_keep_their_numbers():
    games = read_gamelog(text(line(_2="1", _18=0), line(_2="2"), line(_1="18840530", _2="A")))
    assert games[c.GAME_ID].to_list() == ["ANA201904041", "ANA201904042", "ANA18840530A"]
    assert games[c.NUMBER].to_list() == [1, 2, 1]
    assert games[c.ATTENDANCE].to_list() == [None, 42027, 42027]


def test_latin_1_names_blank_lines_and_an_old_end_of_file_are_read():
    raw = text(line(_105="José Peña"), "", line(_1="20190405"), newline="\n") + b"\x1a"
    assert read_gamelog(raw)[c.DATE].to_list() == [dt.date(2019, 4, 4), dt.date(2019, 4, 5)]


def test_a_row_that_repeats_word_for_word_is_one_game():
    assert read_gamelog(text(line(), line())).height == 1


def test_a_game_twice_with_different_gates_is_refused():
    with pytest.raises(DataError, match=r"gl\.txt, row 3: got 'ANA201904040' a second time"):
        read_gamelog(text(line(), line(_1="20190405"), line(_18=41999)), "gl.txt")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"_1": "20190431"}, r"row 2, date \(field 1\): got '20190431', expected a date such as 20190530"),
        ({"_1": "2019-04-04"}, r"row 2, date \(field 1\)"),
        ({"_1": ""}, r"row 2, date \(field 1\): got an empty cell"),
        ({"_2": "7"}, r"row 2, number \(field 2\): got '7'"),
        ({"_7": ""}, r"row 2, home \(field 7\): got an empty cell"),
        ({"_10": "four"}, r"row 2, visitor_runs \(field 10\): got 'four'"),
        ({"_13": "dusk"}, r"row 2, day_night \(field 13\): got 'dusk', expected D or N"),
        ({"_18": "many"}, r"row 2, attendance \(field 18\): got 'many', expected a whole number from 0 to 250000"),
        ({"_18": "31.5"}, r"row 2, attendance \(field 18\): got '31.5'"),
        ({"_18": "99999999999"}, r"row 2, attendance"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(changes, message):
    with pytest.raises(DataError, match=rf"^gl2019\.txt, {message}"):
        read_gamelog(text(line(), line(**{"_2": "2", **changes})), "gl2019.txt")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "no games"),
        (b"\r\n\r\n", "no games"),
        (b"a,b,c\n", "row 1: got 3 fields, expected the 161 of a Retrosheet game log"),
        (text(line(), line()[:-30], line()), "row 2: got 1[0-9]{2} fields, expected 161"),
        (text(line(), line() + ',"Y"'), "row 2: got 162 fields, expected 161"),
        (text(line(), '"20190405","0'), "row 2: got 2 fields"),
        (b"\x00\xff\x13\x00" * 200, "row 1: got 1 fields"),
        (b"x" * 200_000, "row 1: got 1 fields"),
    ],
    ids=["empty", "blank", "another table", "short row", "long row", "cut short", "binary", "one long row"],
)
def test_a_text_that_is_no_game_log_is_refused(raw, message):
    with pytest.raises(DataError, match=message):
        read_gamelog(raw, "gl2019.txt")
