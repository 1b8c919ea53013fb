import datetime as dt
from itertools import pairwise

import openpyxl
import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.plan import CrowdSettings, Operations, StaffRole, StockItem, TransportService, make_plan, write_plan
from gatecast.plan.export.workbook import book as module

from ..normal import normal_forecast

HEADER = 4
A4_POINTS = 72 * (8.27 - 2 * 0.7)
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "\t=1+1", "\r=1+1"]


def written(plan, folder, **more):
    write_plan(plan, folder / "plan.xlsx", **more)
    return openpyxl.load_workbook(folder / "plan.xlsx")


@pytest.fixture
def book(tmp_path, forecast, operations):
    return written(make_plan(forecast, operations), tmp_path)


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER)]


def blocks(sheet):
    """The rows below each line that goes across the sheet."""
    found = {}
    across = {part.min_row for part in sheet.merged_cells.ranges}
    for row in sheet.iter_rows(min_row=HEADER + 1):
        if row[0].row in across:
            title = row[0].value
            found[title] = []
        else:
            found[title].append([cell.value for cell in row])
    return found


def stock(**settings):
    given = {"name": "hot dogs", "sold_per_head": 0.5, "price": 7, "unit_cost": 2, "case_size": 50}
    return Operations(crowd=CrowdSettings(show_rate=1.0), stock=(StockItem(**(given | settings)),))


def test_a_manager_finds_each_sheet(book):
    assert book.sheetnames == [
        "Summary", "Deadlines", "Staff", "Shifts", "Stock", "Orders", "Transport", "Reasons", "Assumptions",
    ]  # fmt: skip


def test_sheets_of_what_is_not_decided_are_left_out(tmp_path, forecast):
    names = written(make_plan(forecast, stock()), tmp_path).sheetnames
    assert names == ["Summary", "Deadlines", "Stock", "Orders", "Reasons", "Assumptions"]


def test_the_summary_has_a_game_a_row_and_a_total(book):
    header, *games, total = rows(book["Summary"])
    assert header[:3] == ["Date", "Start", "Opponent"]
    assert [row[0] for row in games] == [dt.datetime(2019, 5, 30), dt.datetime(2019, 5, 31), dt.datetime(2019, 6, 1)]
    assert book["Summary"]["A5"].number_format == "ddd d mmm yyyy"
    assert [row[header.index("People in\nexpected")] for row in games] == [5000, 7000, 8980]
    assert [row[header.index("First\ndeadline")] for row in games] == [dt.datetime(2019, 5, n) for n in (28, 29, 30)]
    for heading in ("Staff\nshifts", "Extra\nvehicles", "Expected\ncost"):
        place = header.index(heading)
        assert total[place] == pytest.approx(sum(row[place] for row in games))
    assert total[0] == "Total"
    assert book["Summary"]["A1"].value.startswith("Operations plan for Riverside: 3 games, 30 May 2019 to 1 Jun 2019")


def test_the_summary_says_what_to_watch(tmp_path, forecast, operations):
    short = operations.staff[0].replace(pool=60, minimum_one_per=50.0)
    plan = make_plan(forecast, operations.replace(staff=(short,)))
    shown = [row[0] for row in rows(written(plan, tmp_path)["Summary"])]
    assert shown[-2] == "To watch"
    assert shown[-1].startswith("Ushers: too few for the rules at each of the 3 games, by up to ")


def test_deadlines_stand_in_order_with_their_amounts(book):
    header, *due = rows(book["Deadlines"])
    assert header == ["By", "What", "How many"]
    assert [row[0] for row in due] == sorted(row[0] for row in due)
    assert due[0] == [dt.datetime(2019, 5, 28), "Hire 57 shifts for Thu 30 May, 19:05, Lakers", "ushers 57 shifts"]
    assert due[1] == [dt.datetime(2019, 5, 29), "Order hot dogs for the delivery of Thu 30 May", "hot dogs 56 cases"]
    assert not any("At once" in row[1] for row in due)


def test_a_deadline_that_has_passed_is_said_to_be_due_at_once(tmp_path, forecast, operations):
    late = forecast.with_columns(as_of=pl.lit(dt.date(2019, 5, 28)), lead=pl.lit("2"))
    sheet = written(make_plan(late, operations), tmp_path)["Deadlines"]
    assert [row[1].startswith("At once: hire 57 shifts") for row in rows(sheet)[1:]] == [True] + [False] * 5
    assert "At once: that day was over" in sheet["A2"].value


def test_the_staff_matrix_holds_the_choices(book, forecast, operations):
    table = make_plan(forecast, operations).table
    header, *games, total = rows(book["Staff"])
    chosen = table.filter(kind="staff")["choice"].to_list()
    assert [row[header.index("Ushers")] for row in games] == chosen
    assert total[header.index("All staff")] == sum(chosen)


def test_each_game_has_a_shift_sheet_on_a_page_of_its_own(tmp_path, forecast):
    roles = [
        StaffRole(name=name, people_per_shift=people, cost=100, shortage_cost=400, call_in_days=days)
        for name, people, days in (("ushers", 100, 2), ("gate: north", 400, 5))
    ]
    plan = make_plan(forecast, Operations(crowd=CrowdSettings(show_rate=1.0), staff=tuple(roles)))
    sheet = written(plan, tmp_path)["Shifts"]
    header, found = rows(sheet)[0], blocks(sheet)
    assert header == ["Role", "Shifts", "People for\nhomestand", "Hire by", "Enough in", "Why"]
    first, *_ = found
    assert len(found) == 3
    assert first == ("Thu 30 May 2019, 19:05, Lakers: 71 shifts for 5,000 people in (80% range from 3,720 to 6,280)")
    ushers, gate = found[first]
    assert ushers[:5] == ["Ushers", 57, 97, dt.datetime(2019, 5, 28), 0.75]
    assert ushers[5].startswith("Hire 57 to serve 5,700 people at 100 each")
    assert gate[0] == "Gate: north"
    assert gate[3] == dt.datetime(2019, 5, 25)
    assert gate[5].startswith("Hire 14 to serve")
    assert [found.id for found in sheet.row_breaks.brk] == [7, 10]
    assert sheet.page_setup.scale > 90
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage


def test_a_shortfall_has_a_column_where_there_is_one(tmp_path, forecast):
    role = StaffRole(name="ushers", people_per_shift=100, cost=1, shortage_cost=2, minimum=60, pool=58)
    plan = make_plan(forecast, Operations(crowd=CrowdSettings(show_rate=1.0), staff=(role,)))
    sheet = written(plan, tmp_path)["Shifts"]
    assert [block[0][2] for block in blocks(sheet).values()] == [2, 2, 2]
    assert rows(sheet)[0][2] == "Too few by"


def test_stock_shows_what_is_on_hand_not_what_comes(tmp_path, forecast):
    plan = make_plan(forecast, stock(shelf_life_days=3, delivery_days=["wed"]))
    header, *games = rows(written(plan, tmp_path)["Stock"])
    assert header[-1] == "Hot dogs\n(case of 50)"
    assert [row[-1] for row in games] == pytest.approx(plan.table["on_hand"].to_list())
    assert games[1][-1] > 0
    assert plan.table["choice"][1] == 0


def test_orders_stand_by_delivery_with_the_games_they_are_for(tmp_path, forecast):
    plan = make_plan(forecast, stock(shelf_life_days=3, delivery_days=["wed"], order_days=2))
    sheet = written(plan, tmp_path)["Orders"]
    assert rows(sheet)[0] == ["Item", "Cases", "Units\nin a case", "Units", "Order by", "Keeps until", "For the games"]
    ((title, (order,)),) = blocks(sheet).items()
    cases = plan.table["choice"].sum()
    assert title == "Delivery of Wed 29 May 2019"
    assert order[:4] == ["Hot dogs", cases, 50, 50 * cases]
    assert order[4:6] == [dt.datetime(2019, 5, 27), dt.datetime(2019, 5, 31)]
    assert order[6] == "Thu 30 Lakers, Fri 31 Gulls"


def test_transport_says_how_many_people_the_vehicles_take(tmp_path, forecast):
    shuttles = TransportService(
        name="shuttles", share=0.1, seats=50, cost=300, penalty=20, fleet=9, trip_minutes=25, minutes_to_clear=60
    )
    plan = make_plan(forecast, Operations(crowd=CrowdSettings(show_rate=1.0), transport=(shuttles,)))
    sheet = written(plan, tmp_path)["Transport"]
    ((title, games),) = blocks(sheet).items()
    assert (
        title == "Shuttles: a vehicle takes 100 people, 50 on each of 2 trips of 25 minutes within 60; 9 in the fleet"
    )
    header = rows(sheet)[0]
    for row, chosen in zip(games, plan.table["choice"], strict=True):
        assert row[header.index("Vehicles")] == chosen
        assert row[header.index("Room for\npeople")] == 100 * chosen


def test_reasons_stand_by_game(book, forecast, operations):
    found = blocks(book["Reasons"])
    assert next(iter(found)) == "Thu 30 May 2019, 19:05, Lakers"
    told = [reason for block in found.values() for _, reason in block]
    assert told == make_plan(forecast, operations).table["reason"].to_list()


def test_assumptions_name_their_sources(book):
    found = blocks(book["Assumptions"])
    assert rows(book["Assumptions"])[0] == ["Setting", "Value", "Unit", "Source"]
    assert ["Show rate", 1, "share of tickets", "yours (default 0.83)"] in found["Whole crowd (crowd)"]
    assert ["Price", 7, "$ a unit", "assumption"] in found["Hot dogs (stock)"]


def test_every_sheet_prints_on_pages_one_wide_with_its_header(book):
    for sheet in book:
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.freeze_panes.endswith("5")
        if sheet.sheet_properties.pageSetUpPr.fitToPage:
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        else:
            pixels = sum(7 * each.width + 5 for each in sheet.column_dimensions.values())
            assert pixels * sheet.page_setup.scale / 100 <= 96 * 10.2


def test_a_delivery_is_not_torn_by_the_end_of_a_page(tmp_path):
    dates = [dt.date(2019, 5, day) for day in range(1, 21)]
    items = tuple(StockItem(name=f"item {n}", sold_per_head=0.5, price=7, unit_cost=2, case_size=50) for n in range(8))
    plan = make_plan(
        normal_forecast([5000] * 20, 100, date=dates, home="Riverside"),
        Operations(crowd=CrowdSettings(show_rate=1.0), stock=items),
    )
    sheet = written(plan, tmp_path)["Orders"]
    heights = [sheet.row_dimensions[row].height or 15 for row in range(1, sheet.max_row + 1)]
    edges = [0, *(found.id for found in sheet.row_breaks.brk), len(heights)]
    assert len(edges) < 12
    for first, last in pairwise(edges):
        assert first == 0 or sheet.cell(first + 1, 1).value.startswith("Delivery of")
        assert (heights[3] * (first > 0) + sum(heights[first:last])) * sheet.page_setup.scale / 100 < A4_POINTS


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_run_as_a_formula(tmp_path, forecast, text):
    name = text.strip() or "x"
    operations = Operations(
        crowd=CrowdSettings(show_rate=1.0, sources={"show_rate": text}),
        currency="=",
        staff=(StaffRole(name=name, people_per_shift=100, cost=1, shortage_cost=2, minimum=200, pool=90),),
        stock=(StockItem(name=name, sold_per_head=1, price=2, unit_cost=1),),
        transport=(TransportService(name=name, share=0.1, seats=50, cost=300, penalty=20, fleet=1),),
    )
    hostile = forecast.with_columns(
        visitor=pl.lit(text), home=pl.lit(text), game_id=pl.format("{}{}", pl.lit(text), "game_id"),
        date=pl.when(pl.col("mean") > 8000).then("date"),
    )  # fmt: skip
    book = written(make_plan(hostile, operations), tmp_path, notice=text)
    assert len(book.sheetnames) == 9
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                assert cell.quotePrefix
    titles = [sheet["A2"].value.strip() for sheet in book]
    assert all(title.startswith(name) for title in titles)


def test_signs_a_workbook_cannot_hold_become_blanks(tmp_path, operations):
    odd = normal_forecast([5000], 100).with_columns(game_id=pl.lit("a\x07b"))
    assert written(make_plan(odd, operations), tmp_path)["Summary"]["A5"].value == "a b"


def test_games_without_a_date_are_shown_by_id(tmp_path, operations):
    book = written(make_plan(normal_forecast([5000, 6000], 100), operations), tmp_path)
    header, first, *_ = rows(book["Summary"])
    assert header[:2] == ["Game", "Tickets\nexpected"]
    assert "First\ndeadline" not in header
    assert first[0] == "RIV201905300"
    assert not {"Deadlines", "Orders"} & set(book.sheetnames)
    assert rows(book["Stock"])[1][-1] > 0


def test_two_games_on_a_day_are_told_apart(tmp_path, forecast):
    twice = forecast.with_columns(date=dt.date(2019, 5, 30), visitor=pl.lit("Gulls")).with_columns(
        start_time=pl.Series([dt.time(13), dt.time(16), dt.time(19)])
    )
    sheet = written(make_plan(twice, stock()), tmp_path)["Orders"]
    ((_, (order,)),) = blocks(sheet).items()
    assert order[-1] == "Thu 30 13:00 Gulls, Thu 30 16:00 Gulls, Thu 30 19:00 Gulls"


def test_deliveries_to_several_clubs_are_told_apart(tmp_path, forecast):
    clubs = forecast.with_columns(date=dt.date(2019, 5, 30), home=pl.Series(["Bay", "Hill", "Hill"]))
    book = written(make_plan(clubs, stock()), tmp_path)
    assert list(blocks(book["Orders"])) == ["Delivery of Thu 30 May 2019 to Bay", "Delivery of Thu 30 May 2019 to Hill"]
    assert rows(book["Summary"])[0][3] == "Home"


def test_a_plan_too_long_for_a_sheet_is_refused_and_leaves_no_file(tmp_path, forecast, operations, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 15)
    with pytest.raises(
        InputError, match=r"^plan: got 16 rows, expected at most 15 .* write \.csv, \.json or \.parquet"
    ):
        write_plan(make_plan(forecast, operations), tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []
