import datetime as dt

import openpyxl
import polars as pl
import pytest

from gatecast.collect import read_table
from gatecast.errors import DataError


def saved(tmp_path, *rows, **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, lines in sheets.items():
        page = book.create_sheet(name)
        for line in lines:
            page.append(line)
    path = tmp_path / "games.xlsx"
    book.save(path)
    return path


def test_cells_keep_their_types(tmp_path):
    path = saved(
        tmp_path,
        ("date", "start", "gate", "cap", "visitor", "mixed"),
        (dt.date(2023, 4, 1), dt.time(19, 5), 4210, True, "OAK", 1),
        (dt.datetime(2023, 4, 2), None, 12.5, False, " FRE ", "two"),
    )
    frame = read_table(path).frame
    assert frame.schema == {
        "date": pl.Datetime("us"),
        "start": pl.Time,
        "gate": pl.Float64,
        "cap": pl.Boolean,
        "visitor": pl.String,
        "mixed": pl.String,
    }
    assert frame["visitor"].to_list() == ["OAK", "FRE"]
    assert frame["mixed"].to_list() == ["1", "two"]


def test_blank_rows_count_but_are_left_out(tmp_path):
    path = saved(tmp_path, ("gate",), (1,), (), (2,))
    read = read_table(path)
    assert read.rows == [2, 4]


def test_empty_columns_are_dropped(tmp_path):
    path = saved(tmp_path, ("gate", None, "sky"), (1, None, "sunny"))
    assert read_table(path).frame.columns == ["gate", "sky"]


def test_the_named_sheet_is_read(tmp_path):
    path = saved(tmp_path, ("notes",), ("hello",), Games=[("gate",), (1,)])
    assert read_table(path).frame.columns == ["notes"]
    assert read_table(path, "Games").frame.columns == ["gate"]


def test_text_that_looks_like_a_formula_is_text(tmp_path):
    path = saved(tmp_path, ("promotion",), ("x",))
    book = openpyxl.load_workbook(path)
    book.active["A2"].value = "=cap"
    book.active["A2"].data_type = "s"
    book.save(path)
    assert read_table(path).frame["promotion"][0] == "=cap"


def test_a_cell_at_the_far_end_costs_nothing(tmp_path):
    path = saved(tmp_path, ("gate",), (1,))
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = None
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(path)
    assert read_table(path).rows == [2]


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gatecast.collect.workbook.LARGEST_UNPACKED", 1000)
    with pytest.raises(DataError, match="unpacks to"):
        read_table(saved(tmp_path, ("gate",), (1,)))
