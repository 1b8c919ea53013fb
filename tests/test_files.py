import csv
import datetime as dt
import os
import re
import stat

import openpyxl
import polars as pl
import pytest

from gatecast.collect import read_table
from gatecast.errors import InputError
from gatecast.files import TABLE_ENDINGS, check_writable, write_table, write_text, written_whole

TABLE = pl.DataFrame(
    {
        "game_id": ["RIV201905300", "=1+1", None],
        "date": [dt.date(2019, 5, 30), None, dt.date(2019, 6, 1)],
        "start_time": [dt.time(19, 5), dt.time(13, 10), None],
        "attendance": [4210, None, 3900],
        "share": [0.5, 0.25, None],
    }
)


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "forecast.csv"
    with written_whole(target) as draft:
        draft.write_text("half")
        assert not target.exists()
        assert (draft.parent, draft.suffix) == (tmp_path, ".csv")
        draft.write_text("whole")
    assert target.read_text() == "whole"
    assert names(tmp_path) == ["forecast.csv"]


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_of_a_file_cut_short(tmp_path, interruption):
    with pytest.raises(interruption), written_whole(tmp_path / "forecast.csv") as draft:
        draft.write_text("half")
        raise interruption
    assert names(tmp_path) == []


def test_the_old_file_stays_when_the_new_one_is_cut_short(tmp_path):
    target = tmp_path / "forecast.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError), written_whole(target) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert names(tmp_path) == ["forecast.csv"]


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path):
    target = tmp_path / "forecast.csv"
    target.write_text("an old and longer one")
    write_text("new", str(target))
    assert target.read_text() == "new"


def test_a_file_may_be_read_by_others_as_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        write_text("x", tmp_path / "a.txt")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640
    assert os.umask(before) == before


def test_text_is_utf_8_whatever_the_machine(tmp_path):
    write_text("Montréal 21 °C\n", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == "Montréal 21 °C\n".encode()


@pytest.mark.parametrize("ending", TABLE_ENDINGS)
def test_a_path_of_a_known_ending_is_writable(tmp_path, ending):
    assert check_writable(f"{tmp_path}/forecast{ending.upper()}") == tmp_path / f"forecast{ending.upper()}"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("forecast.doc", r"forecast\.doc: got ending '\.doc', expected one of \.parquet, \.csv, \.xlsx"),
        ("forecast", "got ending '', expected one of"),
        ("nowhere/forecast.csv", "got a folder that does not exist, expected one that does; make it first"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(tmp_path, name, words):
    with pytest.raises(InputError, match=words):
        check_writable(tmp_path / name)
    with pytest.raises(InputError, match=words):
        write_table(TABLE, tmp_path / name)
    assert names(tmp_path) == []


def test_other_endings_may_be_asked_for(tmp_path):
    assert check_writable(tmp_path / "a.html", (".html",)).name == "a.html"
    with pytest.raises(InputError, match=r"expected one of \.html"):
        check_writable(tmp_path / "a.csv", (".html",))


def test_parquet_keeps_types_and_metadata(tmp_path):
    write_table(TABLE, tmp_path / "a.parquet", {"gatecast.columns": "[]"})
    assert pl.read_parquet(tmp_path / "a.parquet").equals(TABLE)
    assert pl.read_parquet_metadata(tmp_path / "a.parquet")["gatecast.columns"] == "[]"


def test_csv_shows_times_as_a_manager_writes_them(tmp_path):
    write_table(TABLE, tmp_path / "a.CSV", {"gatecast.columns": "[]"})
    assert (tmp_path / "a.CSV").read_text().splitlines() == [
        "game_id,date,start_time,attendance,share",
        "RIV201905300,2019-05-30,19:05,4210,0.5",
        "'=1+1,,13:10,,0.25",
        ",2019-06-01,,3900,",
    ]


def test_a_workbook_holds_dates_numbers_and_no_formula(tmp_path):
    write_table(TABLE, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(TABLE.columns)
    assert rows[1] == ("RIV201905300", dt.datetime(2019, 5, 30), dt.time(19, 5), 4210, 0.5)
    assert rows[2][0] == "=1+1"
    assert sheet["A3"].data_type == "s"
    assert rows[3] == (None, dt.datetime(2019, 6, 1), None, 3900, None)
    assert sheet.freeze_panes == "A2"


def test_a_workbook_takes_text_that_spreadsheets_do_not(tmp_path):
    write_table(pl.DataFrame({"visitor": ["Oak\x07land", "Elm\tTown"]}), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["visitor", "Oakland", "Elm\tTown"]


def test_a_header_of_a_workbook_is_no_formula(tmp_path):
    write_table(pl.DataFrame({"=1+1": [1], "b": ["=2+2"]}), tmp_path / "a.xlsx")
    cells = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows())
    assert [[cell.data_type for cell in row] for row in cells] == [["s", "s"], ["n", "s"]]


FORMULAS = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\u200b=1+1", "a;=1+1", "O'Hara", "'Tis", "-12.5", "Kites"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_no_table_that_is_written_holds_a_formula_and_each_is_read_as_it_was(tmp_path, ending):
    path = tmp_path / f"table{ending}"
    write_table(pl.DataFrame({"visitor": FORMULAS, "mean": [1.0] * len(FORMULAS)}), path)
    if ending == ".csv":
        cells = [row[0] for row in csv.reader(path.read_text(encoding="utf-8").splitlines()[1:])]
        assert not [cell for cell in cells if re.match(r"[\s\u200b]*[=+\-@](?![\d.]+$)|.*;=", cell)]
    else:
        for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, max_col=1):
            assert row[0].data_type == "s"
            assert row[0].quotePrefix or row[0].value in ("O'Hara", "'Tis", "Kites")
    assert read_table(path).frame["visitor"].to_list() == FORMULAS
