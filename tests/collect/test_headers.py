import polars as pl
import pytest

from gatecast.collect import read_games_with_report
from gatecast.collect.column_mapping import ColumnMapping, Source
from gatecast.collect.headers import SYNONYMS, guessed
from gatecast.collect.raw_table import RawTable
from gatecast.collect.report import Reading
from gatecast.errors import DataError
from gatecast.games import CANONICAL
from gatecast.suggestions import plain_header


def guess(mapping=None, **columns):
    frame = pl.DataFrame(columns)
    reading = Reading("games.csv")
    table = RawTable(frame, range(2, frame.height + 2), "games.csv")
    return guessed(table, mapping or ColumnMapping(), reading).mapping.columns, reading.notes


@pytest.mark.parametrize(
    ("header", "name"),
    [
        *(("attend", "attendance"), ("Gate", "attendance"), ("CROWD", "attendance"), ("opponent", "visitor")),
        *(("visteam", "visitor"), ("hometeam", "home"), ("Home Team", "home"), ("site", "venue"), ("park", "venue")),
        *(("Capacity", "capacity"), ("vruns", "visitor_runs"), ("hruns", "home_runs"), ("starttime", "start_time")),
        *(("Day/Night", "day_night"), ("skies", "sky"), ("precip", "precipitation"), ("gid", "game_id")),
        *(("Game Date", "date"), ("away_team", "visitor"), ("Start Time", "start_time"), ("Game ID", "game_id")),
    ],
)
def test_headers(header, name):
    columns, notes = guess(**{header: ["1"]})
    assert columns == {name: Source((header,))}
    assert notes == [f"games.csv: read {header} as {name}"]


def test_no_header_speaks_for_two_columns():
    plain = [word for name, words in SYNONYMS.items() for word in (plain_header(name), *words)]
    assert sorted(plain) == sorted(set(plain))
    assert set(SYNONYMS) <= set(CANONICAL)
    assert all(word == plain_header(word) for word in plain)


def test_our_own_names_win_in_silence():
    columns, notes = guess(gate=["1"], attendance=["2"])
    assert columns == {"attendance": Source(("attendance",))}
    assert notes == []


def test_what_a_mapping_says_wins():
    said = ColumnMapping(columns={"attendance": Source(("turnstile",))}, constants={"home": "LAN"})
    columns, _ = guess(said, attend=["1"], turnstile=["2"], home=["x"])
    assert columns == {"attendance": Source(("turnstile",))}


def test_no_guess_but_our_own_names_where_a_mapping_says_so():
    columns, notes = guess(ColumnMapping(guess=False), attend=["1"], home=["x"])
    assert columns == {"home": Source(("home",))}
    assert notes == []


def test_promotions_are_the_columns_that_say_yes_or_no():
    columns, _ = guess(shirt=["NO", "YES"], cap=["no", None], jersey=["Wright 5", None], usedh=["TRUE", "FALSE"])
    assert columns == {"promotion": Source(("shirt", "cap"), marks=True)}


@pytest.mark.parametrize(
    ("header", "values", "unit"),
    [
        ("temp", ["61", "0", "75"], "F"),
        ("temp", ["21", "0", "12,5"], "C"),
        ("Temp (°F)", ["12"], "F"),
        ("temp_c", ["90"], "C"),
        ("Temperature (Celsius)", ["41"], "C"),
    ],
)
def test_units_of_temperatures(header, values, unit):
    columns, notes = guess(**{header: values})
    assert columns["temperature_c"].unit == unit
    assert (f"games.csv: took {header} as °{unit}" in notes) == (header == "temp")


def test_our_own_temperatures_are_celsius_however_warm():
    columns, notes = guess(temperature_c=["41", "42"], wind_kmh=["3", "4"])
    assert [source.unit for source in columns.values()] == ["", ""]
    assert notes == []


@pytest.mark.parametrize(
    ("header", "temperature", "unit"),
    [("windspeed", "70", "mph"), ("windspeed", "20", "km/h"), ("wind_mph", "20", "mph"), ("Wind (km/h)", "70", "km/h")],
)
def test_units_of_wind(header, temperature, unit):
    columns, _ = guess(**{"temp": [temperature], header: ["5"]})
    assert columns["wind_kmh"].unit in ({unit, ""} if unit == "km/h" else {unit})


@pytest.mark.parametrize(
    ("header", "cells", "cost"),
    [
        ("Opponent", (3, 7, 12), "forecasts learn what clubs draw"),
        ("Home Team", (21, 4, 21), "each number becomes a club"),
    ],
)
def test_a_lone_column_of_numbers_under_the_header_of_a_club_is_asked_about_first(tmp_path, header, cells, cost):
    rows = "".join(f"2024-04-{day:02d},{cell},{4000 + 90 * day}\n" for day, cell in enumerate(cells, start=5))
    path = tmp_path / "games.csv"
    path.write_text(f"Date,{header},Attendance\n{rows}", encoding="utf-8")
    games, report = read_games_with_report(path)
    assert len(games) == len(cells)
    first = report.doubts[0].line
    assert f"took the numbers under {header} ({cells[0]}, {cells[1]}" in first
    assert cost in first
    assert report.lines()[0] == f"check: games.csv: {first}"
    with pytest.raises(DataError, match=f"doubtful reading: took the numbers under {header}"):
        read_games_with_report(path, strict=True)


@pytest.mark.parametrize("header", ["Opponent ID", "visitor_team_code"])
def test_a_header_that_says_codes_or_a_mapping_is_believed(tmp_path, header):
    path, mapping = tmp_path / "games.csv", tmp_path / "columns.toml"
    path.write_text(f"date,{header},attendance\n2024-04-05,3,4100\n2024-04-06,7,4300\n", encoding="utf-8")
    mapping.write_text(f'[columns]\nvisitor = "{header}"\n', encoding="utf-8")
    for columns in (None, mapping):
        _, report = read_games_with_report(path, columns)
        assert not any("took the numbers" in doubt.text for doubt in report.doubts)


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        *(("18/08/24(金)", "2018-08-24"), ("16/04/29(金・祝)", "2016-04-29"), ("2024年3月1日(金)", "2024-03-01")),
        *(("2024.03.23(토)", "2024-03-23"), ("2024년 3월 23일", "2024-03-23"), ("2024. 3. 23.", "2024-03-23")),
    ],
)
def test_dates_of_japan_and_korea_begin_with_the_year(tmp_path, date, kept):
    path = tmp_path / "games.csv"
    path.write_text(f"試合日,ホーム,방문,入場者数\n{date},FC東京,川崎Ｆ,24100\n", encoding="utf-8")
    games, report = read_games_with_report(path)
    assert str(games.table["date"][0]) == kept
    assert games.table["visitor"].to_list() == ["川崎F"]
    short = any("took years of two digits" in note for note in report.notes)
    assert short == date[2:3].startswith("/")


def test_two_clubs_with_a_dash_between_them_are_asked_about(tmp_path):
    path = tmp_path / "games.csv"
    path.write_text("Game,Attendance\nLAK-HIL,4100\nOAK-ELM,5200\nFIR-LAK,3900\n", encoding="utf-8")
    games, report = read_games_with_report(path)
    assert len(games) == 3
    assert "Game seems to name two clubs (LAK-HIL)" in report.doubts[0].text
    with pytest.raises(DataError, match="one is at home"):
        read_games_with_report(path, strict=True)
    path.write_text("Game,Attendance\n2024-1,4100\n2024-2,5200\n2024-3,3900\n", encoding="utf-8")
    assert not any("two clubs" in doubt.text for doubt in read_games_with_report(path)[1].doubts)


def test_months_and_days_without_a_year_are_asked_about(tmp_path):
    path, mapping = tmp_path / "games.csv", tmp_path / "columns.toml"
    path.write_text("month,day,attend,opponent\nAPR,10,4100,LAK\nMAY,7,5200,HIL\n", encoding="utf-8")
    _, report = read_games_with_report(path)
    told = next(doubt for doubt in report.doubts if "nothing tells their year" in doubt.text)
    mapping.write_text(f"[columns]\n{told.remedy.removeprefix('say ').removesuffix(' in a mapping file')}\n")
    games, report = read_games_with_report(path, mapping)
    assert [str(day) for day in games.table["date"]] == ["2019-04-10", "2019-05-07"]
    assert not any("year" in doubt.text for doubt in report.doubts)
