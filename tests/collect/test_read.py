import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from gatecast.collect import ColumnMapping, read_games, read_games_with_report, write_games
from gatecast.errors import DataError
from gatecast.games import AFTER, ALWAYS, Column, Games, Knowability, Role

from .malformed_tables import column, frame, good, lines, parquet, workbook, written

DODGERS = """[columns]
date = "{SEP} {day} 2012"
attendance = "attend"
visitor = "opponent"
temperature_c = { column = "temp", unit = "F" }
promotion = ["cap", "shirt", "fireworks", "bobblehead"]
[constants]
home = "LAN"
capacity = 56000
"""
MILWAUKEE = """[columns]
temperature_c = { column = "temp", unit = "F" }
wind_kmh = { column = "windspeed", unit = "mph" }
[keep]
gametype = ["regular"]
"""


def mapped(tmp_path, path, text):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")
    notes = []
    return read_games(path, mapping, note=notes.append), notes


def test_the_dodgers_of_2012(shared_data, tmp_path):
    games, notes = mapped(tmp_path, shared_data / "clubs" / "dodgers-2012.csv", DODGERS)
    table = games.table
    assert table.height == 81
    assert table["date"].min() == dt.date(2012, 4, 10)
    assert table["date"].max() == dt.date(2012, 10, 3)
    assert table["attendance"].sum() == 3324246
    first = table.row(0, named=True)
    assert (first["game_id"], first["visitor"], first["sky"], first["day_night"]) == (
        "LAN201204100",
        "Pirates",
        "sunny",
        "day",
    )
    assert first["temperature_c"] == pytest.approx((67 - 32) / 1.8, abs=1e-4)
    assert table["promotion"].str.contains("bobblehead").sum() == 11
    assert table["promotion"].str.contains("fireworks").sum() == 14
    assert table.row(3, named=True)["promotion"] == "fireworks"
    assert any("left out day_of_week" in note for note in notes)


def test_milwaukee_from_1969(shared_data, tmp_path):
    games, notes = mapped(tmp_path, shared_data / "clubs" / "milwaukee-gameinfo-1969-2022.csv", MILWAUKEE)
    table = games.table
    assert table.height == 8517
    assert table["attendance"].null_count() == 311
    assert table["attendance"].min() > 0
    assert table.filter(pl.col("visitor") == "TBA").height > 0
    assert table["temperature_c"].min() > -10
    assert table["wind_kmh"].min() == 0
    assert set(table["sky"].drop_nulls()) == {"sunny", "cloudy", "overcast", "night", "dome"}
    game = table.filter(pl.col("game_id") == "SE1196904110").row(0, named=True)
    assert (game["start_time"], game["temperature_c"], game["home_runs"]) == (
        dt.time(14, 16),
        pytest.approx(14.4444),
        7,
    )
    assert any("8517 of 8567 rows" in note for note in notes)
    assert any("attendance of 0 in 311 rows" in note for note in notes)


def test_real_tables_load_without_a_mapping(shared_data):
    undated = read_games(shared_data / "clubs" / "dodgers-2012.csv")
    assert not undated.dated
    assert undated.table["attendance"].to_list()[:2] == [56000, 29729]
    games, report = read_games_with_report(shared_data / "clubs" / "milwaukee-gameinfo-1969-2022.csv")
    assert (len(games) + report.rows.playoffs, report.rows.playoffs) == (8567, 50)
    kept = ColumnMapping(playoffs="keep")
    assert len(read_games(shared_data / "clubs" / "milwaukee-gameinfo-1969-2022.csv", kept)) == 8567


def test_the_reference_shows_these_mappings():
    reference = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
    for text in (DODGERS, MILWAUKEE):
        assert f"```toml\n{text}```" in reference
        assert len(text.splitlines()) <= 10


def expected():
    return Games.from_frame(
        frame().select(
            *("date", "home", "visitor", "attendance", "capacity", "start_time"),
            ((pl.col("temp") - 32) * 5 / 9).round(4).alias("temperature_c"),
            sky=pl.col("skies").str.to_lowercase().replace("clear", "sunny"),
        )
    )


@pytest.mark.parametrize("build", [good(), workbook(), parquet()], ids=["csv", "xlsx", "parquet"])
def test_forms_of_one_table_read_the_same(build, tmp_path):
    assert_frame_equal(read_games(build(tmp_path)).table, expected().table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16"])
def test_encodings_and_delimiters_read_the_same(encoding, tmp_path):
    text = good()(tmp_path).read_text()
    written(text.replace("OAK", "Montréal").replace(",", ";").encode(encoding))(tmp_path)
    table = read_games(tmp_path / "games.csv").table
    assert table["visitor"][0] == "Montréal"
    assert_frame_equal(table.drop("visitor"), expected().table.drop("visitor"))


def test_decimal_commas(tmp_path):
    path = written("date;temp;gate\n2023-04-01;21,5;42.531\n2023-04-02;8,0;950\n")(tmp_path)
    table = read_games(path).table
    assert table["temperature_c"].to_list() == [21.5, 8.0]
    assert table["attendance"].to_list() == [42531, 950]


def test_one_row(tmp_path):
    assert read_games(lines("4210", header="attendance")(tmp_path)).table["attendance"].to_list() == [4210]


def test_rows_in_order_of_play_need_no_dates(tmp_path):
    games = read_games(lines("3,1", "1,2", header="gate,opponent")(tmp_path))
    assert not games.dated
    assert games.table["visitor"].to_list() == ["1", "2"]
    assert games.table["attendance"].to_list() == [3, 1]


def test_games_to_come_need_no_attendance(tmp_path):
    path = lines("2031-04-14,OAK", header="date,visitor")(tmp_path)
    assert read_games(path, upcoming=True).table["attendance"].to_list() == [None]
    with pytest.raises(DataError, match="no attendance column"):
        read_games(path)


def test_errors_name_the_column_as_the_file_does(tmp_path):
    path = column("attendance", ("4210", "19001", "1", "2"), "Paid Attendance")(tmp_path)
    with pytest.raises(DataError, match=r"games\.csv, row 3, Paid Attendance: got '19001' with 9500 seats"):
        read_games(path)


def test_rows_dropped_by_keep_still_count(tmp_path):
    path = lines("regular,1", "playoff,2", "regular,x", header="gametype,attendance")(tmp_path)
    with pytest.raises(DataError, match="row 4"):
        mapped(tmp_path, path, '[keep]\ngametype = "Regular"')


def test_values_are_translated(tmp_path):
    path = lines("1,sold out", "0,12", header="weather,gate")(tmp_path)
    text = '[columns]\nprecipitation = "weather"\n[values.precipitation]\n0 = "none"\n1 = "rain"\n[values.attendance]\n"sold out" = 9500'
    games, _ = mapped(tmp_path, path, text)
    assert games.table["precipitation"].to_list() == ["rain", "none"]
    assert games.table["attendance"].to_list() == [9500, 12]


def test_columns_of_a_mapping_may_differ_in_capitals(tmp_path):
    games, _ = mapped(tmp_path, lines("7", header="Gate Count")(tmp_path), '[columns]\nattendance = "gate_count"')
    assert games.table["attendance"].to_list() == [7]


def test_further_columns(tmp_path):
    path = lines("2019-05-30,4210,$12.50,yes", header="date,attendance,Ticket price,school")(tmp_path)
    text = '[further.price]\nknown = "always"\ncolumn = "Ticket price"\n[further.school]\ntype = "yes_no"\nknown = "30 days"'
    games, notes = mapped(tmp_path, path, text)
    assert games.table.select("price", "school").row(0) == (12.5, 1)
    assert [column.known for column in games.custom_columns] == [ALWAYS, Knowability(30.0)]
    assert notes == []


def test_undeclared_columns_are_left_out_with_one_note(tmp_path):
    notes = []
    games = read_games(lines("2019-05-30,1,2,3", header="date,attendance,shoes,socks")(tmp_path), note=notes.append)
    assert "shoes" not in games.table.columns
    assert len(notes) == 1
    assert "left out shoes, socks" in notes[0]


def test_zero_gates_and_early_starts_are_told(tmp_path):
    notes = []
    games = read_games(lines("0,7:05", "9,7:05", header="attendance,start_time")(tmp_path), note=notes.append)
    assert games.table["attendance"].to_list() == [None, 9]
    assert any("attendance of 0 in 1 rows" in note for note in notes)
    assert any("2 start times" in note for note in notes)


@pytest.mark.parametrize(("temperature", "meant"), [("0", None), ("1", 1.0)])
def test_codes_of_retrosheet_in_celsius(tmp_path, temperature, meant):
    path = lines(f"5,{temperature},-1", "5,0,3", header="attendance,temp,windspeed")(tmp_path)
    table = read_games(path).table
    assert table["temperature_c"].to_list() == [meant, 0.0]
    assert table["wind_kmh"].to_list() == [None, 3.0]


def played():
    custom_columns = (
        Column("price", pl.Float64, Role.NUMBER, ALWAYS, "USD", low=0, high=500),
        Column("sold", pl.Int32, Role.NUMBER, Knowability(7.0)),
        Column("school", pl.Int8, Role.NUMBER, ALWAYS, low=0, high=1),
        Column("tier", pl.String, Role.CATEGORY, ALWAYS, values=("gold", "silver")),
        Column("forecast_c", pl.Float64, Role.NUMBER, Knowability(10.0, worsens=True)),
        Column("beer", pl.Float64, Role.RESULT, AFTER),
    )
    given = frame().with_columns(
        *(pl.lit(12.55).alias("price"), pl.lit(300).alias("sold"), pl.Series("school", [1, 0, None, 1])),
        *(pl.lit("gold").alias("tier"), pl.lit(17.3).alias("forecast_c"), pl.lit(0.8).alias("beer")),
    )
    return Games.from_frame(given, custom_columns)


@pytest.mark.parametrize("ending", ["parquet", "csv", "xlsx"])
def test_written_games_read_back_the_same(ending, tmp_path):
    games = played()
    write_games(games, tmp_path / f"games.{ending}")
    notes = []
    back = read_games(tmp_path / f"games.{ending}", note=notes.append)
    assert_frame_equal(back.table, games.table)
    assert back.custom_columns == games.custom_columns
    assert notes == []


def test_declarations_of_an_earlier_table_do_not_stay(tmp_path):
    write_games(played(), tmp_path / "games.csv")
    plain = Games(played().table.drop("price", "sold", "school", "tier", "forecast_c", "beer"))
    write_games(plain, tmp_path / "games.csv")
    assert read_games(tmp_path / "games.csv").custom_columns == ()


def test_a_mapping_wins_over_the_one_beside_the_table(tmp_path):
    write_games(played(), tmp_path / "games.csv")
    games, _ = mapped(tmp_path, tmp_path / "games.csv", '[further.price]\nknown = "after"')
    assert [column.name for column in games.custom_columns] == ["price"]
    assert games.custom_columns[0].known == AFTER


def test_a_table_without_dates_is_said_to_be_one(tmp_path):
    table = tmp_path / "games.csv"
    table.write_text("visitor,attendance\nFoxes,1200\nKites,1500\n")
    told = []
    assert not read_games(table, note=told.append).dated
    assert any("no dates found" in line and "order of play" in line for line in told)
