import openpyxl
import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.plan import CrowdSettings, Operations, StaffRole, make_plan, workbook

from .normal import normal_forecast


@pytest.fixture
def book(tmp_path, forecast, operations):
    make_plan(forecast, operations).write(tmp_path / "plan.xlsx")
    return openpyxl.load_workbook(tmp_path / "plan.xlsx")


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]


def test_a_manager_finds_each_sheet(book):
    assert book.sheetnames == ["Summary", "Staff", "Stock", "Transport", "Reasons", "Assumptions"]


def test_the_summary_has_a_game_a_row_and_a_total(book):
    header, *games, total = rows(book["Summary"])
    assert header[:4] == ["Date", "Day", "Start", "Opponent"]
    assert [row[1] for row in games] == ["Thu", "Fri", "Sat"]
    shifts = header.index("Staff\nshifts")
    assert total[0] == "Total"
    assert total[shifts] == sum(row[shifts] for row in games)
    assert book["Summary"]["A1"].value.startswith("Operations plan for Riverside: 3 games, 30 May 2019 to 1 Jun 2019")


def test_the_matrices_hold_the_choices(book, forecast, operations):
    table = make_plan(forecast, operations).table
    for tab, kind, heading in (("Staff", "staff", "Ushers"), ("Stock", "stock", "Hot dogs\n(case of 50)")):
        header, *games, _ = rows(book[tab])
        place = header.index(heading)
        assert [row[place] for row in games] == table.filter(kind=kind)["choice"].to_list()


def test_every_sheet_prints_on_pages_one_wide_with_its_header(book):
    for sheet in book:
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes.endswith("5")


def test_assumptions_name_their_sources(book):
    header, *listed = rows(book["Assumptions"])
    assert header == ["Of", "Setting", "Value", "Unit", "Source"]
    assert ["Show rate", 1, "share of tickets", "yours (default 0.83)"] in [row[1:] for row in listed]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_text_is_run_as_a_formula(tmp_path, forecast, start):
    text = f'{start}HYPERLINK("x")'
    role = StaffRole(name=text, people_per_shift=100, cost=1, shortage_cost=2)
    plan = make_plan(
        forecast.with_columns(visitor=pl.lit(text)), Operations(crowd=CrowdSettings(show_rate=1.0), staff=(role,))
    )
    plan.write(tmp_path / "plan.xlsx")
    found = 0
    for sheet in openpyxl.load_workbook(tmp_path / "plan.xlsx"):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            if isinstance(cell.value, str) and cell.value.startswith(start):
                assert cell.quotePrefix
                found += 1
    assert found >= 4


def test_signs_a_workbook_cannot_hold_become_blanks(tmp_path, operations):
    odd = normal_forecast([5000], 100).with_columns(game_id=pl.lit("a\x07b"))
    make_plan(odd, operations).write(tmp_path / "plan.xlsx")
    assert openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"]["A5"].value == "a b"


def test_games_without_a_date_are_shown_by_id(tmp_path, operations):
    make_plan(normal_forecast([5000, 6000], 100), operations).write(tmp_path / "plan.xlsx")
    header, first, *_ = rows(openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"])
    assert header[:2] == ["Game", "Tickets\non average"]
    assert first[0] == "RIV201905300"


def test_a_plan_too_long_for_a_sheet_is_refused_and_leaves_no_file(tmp_path, forecast, operations, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    with pytest.raises(InputError, match=r"write \.csv or \.parquet"):
        make_plan(forecast, operations).write(tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []
