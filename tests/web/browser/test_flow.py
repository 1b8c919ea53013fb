"""A morning of an operations manager, from a spreadsheet with two bad rows to a plan in the hand."""

import io
import re

import openpyxl
import pytest

from ..serving import demo_server
from .conftest import opened

HEADER = ["Date", "Start time", "Opponent", "Promotion", "Price", "Attendance"]
PLAYED = [
    ["2025-06-10", "18:35", "Oxbarrow Plowmen", None, 15.5, 3712],
    ["2025-06-11", "11:05", "Oxbarrow Plowmen", None, 15.5, "2,9o1"],
]
COMING = [
    ["2025-07-15", "18:35", "Harrowmere Foxes", None, 15.5, None],
    ["2025-07-36", "18:35", "Harrowmere Foxes", "fireworks", 15.5, None],
    ["2025-07-17", "12:05", "Harrowmere Foxes", None, 15.5, None],
]
WAGE, DEARER = "staff.ushers.cost", "150"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of this test's own, as it changes what is stored."""
    with demo_server(tmp_path_factory.mktemp("flow")) as server:
        yield server


@pytest.fixture(scope="module")
def spreadsheet(tmp_path_factory):
    path = tmp_path_factory.mktemp("sent") / "june and july.xlsx"
    book = openpyxl.Workbook()
    for row in [HEADER, *PLAYED, *COMING]:
        book.active.append(row)
    book.save(path)
    return path


def whole(text):
    """The number in a text such as $1,234."""
    return int(re.sub(r"[^\d]", "", text))


def test_a_managers_morning(served, chromium, spreadsheet):
    for tab in opened(chromium, served, {"width": 1280, "height": 900}):
        send_the_spreadsheet(tab, spreadsheet)
        put_it_right(tab)
        forecast(tab)
        what_rain_would_do(tab)
        plan = make_ushers_dearer(tab)
        assert_the_file_says_the_same(tab, plan)


def send_the_spreadsheet(tab, spreadsheet):
    tab.goto("/data")
    tab.set_input_files("input[type=file]", spreadsheet)
    tab.get_by_role("button", name="Preview").click()
    tab.wait_for_url("**/data/uploads/*")
    refused = tab.locator("section[aria-labelledby=refused] tbody tr")
    assert [row.locator("td").first.inner_text() for row in refused.all()] == ["Attendance", "Date"]
    assert [int(row.locator("th").inner_text()) for row in refused.all()] == [3, 5]


def put_it_right(tab):
    tab.get_by_label("Row 3, Attendance").fill("2901")
    tab.get_by_label("Row 5, Date").fill("2025-07-16")
    tab.get_by_role("button", name="Update preview").first.click()
    tab.wait_for_load_state()
    assert tab.locator("section[aria-labelledby=refused]").count() == 0
    tab.get_by_role("button", name="Import", exact=True).click()
    said = tab.locator("#message").inner_text()
    assert "3 added, 2 changed, 0 unchanged" in said and "refused" not in said


def forecast(tab):
    tab.goto("/")
    tab.get_by_role("button", name="Update forecast").first.click()
    tab.get_by_text("Done").wait_for(timeout=120_000)
    tab.goto("/")
    assert tab.get_by_label(re.compile(r"^Wed 16 Jul.* expected$")).count() == 1


def what_rain_would_do(tab):
    tab.locator("ol.games a").first.click()
    tab.get_by_role("link", name="What if?").click()
    tab.get_by_label("Precipitation").select_option("rain")
    tab.get_by_role("button", name="What if?").click()
    answer = tab.locator("section[aria-labelledby=answer]")
    answer.wait_for(timeout=60_000)
    now, then = (whole(cell.inner_text()) for cell in answer.locator("td.figure").all())
    assert then < now


def make_ushers_dearer(tab):
    """The plan as the page tells it, with a higher wage kept for every plan."""
    tab.goto("/plan")
    before = plan_of(tab)
    tab.get_by_text("Ushers: reasons and settings").click()
    tab.locator(f'[name="{WAGE}"]').first.fill(DEARER)
    tab.get_by_role("button", name="Preview").locator("visible=true").click()
    tab.get_by_role("heading", name="Preview:").wait_for()
    tab.get_by_role("button", name="Save for every plan").first.click()
    tab.get_by_role("heading", name="Saved for every plan:").wait_for()
    after = plan_of(tab)
    assert sum(after["Ushers"]) <= sum(before["Ushers"])
    assert after["cost"] > before["cost"]
    return after


def plan_of(tab):
    rows = tab.locator("section[aria-labelledby=staff] table.decided tbody tr").all()
    games = tab.locator("section[aria-labelledby=games] tbody tr").all()
    return {
        **{
            row.locator("th").inner_text(): [
                whole(cell.inner_text().split()[0]) for cell in row.locator("td").all()[1:-3]
            ]
            for row in rows
        },
        "cost": sum(whole(game.locator("td").last.inner_text()) for game in games),
        "games": len(games),
    }


def assert_the_file_says_the_same(tab, plan):
    with tab.expect_download() as begun:
        tab.get_by_role("link", name="workbook").click()
    book = openpyxl.load_workbook(io.BytesIO(begun.value.path().read_bytes()), data_only=True)
    staff = [row for row in book["Staff"].iter_rows(min_row=4, values_only=True) if row[0] is not None]
    header, rows = staff[0], [row for row in staff[1:] if row[0] != "Total"]
    assert len(rows) == plan["games"]
    for role in ("Gate security", "Ushers", "Cleaning"):
        assert [row[header.index(role)] for row in rows] == plan[role]
    total = next(row for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Total")
    cost = total[10]
    assert abs(cost - plan["cost"]) <= plan["games"]
    assumed = [row[:2] for row in book["Assumptions"].iter_rows(values_only=True)]
    place = next(i for i, row in enumerate(assumed) if str(row[0]).startswith("Ushers"))
    assert ("Cost", int(DEARER)) in assumed[place : place + 6]
