import csv
import io
import json

import openpyxl
import pytest

from gatecast.plan.operations.toml import operations_from_dict, operations_to_dict
from gatecast.service.homestands import homestand_view
from gatecast.web.pages.plan import MEDIA_TYPES, plan_file


@pytest.fixture
def visitor(sample_club, visit):
    return visit(sample_club)


def test_downloads_are_of_the_same_plan(visitor):
    service = visitor.app.state.service
    plan = homestand_view(service).plan
    names = {}
    for ending in ("xlsx", "csv", "ics", "json"):
        names[ending] = visitor.get(f"/plan.{ending}?season=2025&stand=5")
        assert names[ending].headers["content-disposition"] == f'attachment; filename="plan-2025-06-03.{ending}"'
    assert names["xlsx"].headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert names["csv"].headers["content-type"] == "text/csv; charset=utf-8"
    assert names["ics"].headers["content-type"] == "text/calendar; charset=utf-8"
    assert names["json"].headers["content-type"] == "application/json"
    rows = list(csv.DictReader(io.StringIO(names["csv"].text)))
    assert [int(row["choice"]) for row in rows] == plan.decisions.table["choice"].to_list()
    assert json.loads(names["json"].text)["notice"] == service.notice()
    assert names["ics"].text.count("BEGIN:VEVENT") == len(plan.deadlines)
    assert "Staff" in openpyxl.load_workbook(io.BytesIO(names["xlsx"].content)).sheetnames


def test_a_tried_plan_is_downloaded_as_it_is_shown(visitor):
    whole = visitor.get("/plan.json?season=2025&stand=5&staff.ushers.cost=150").json()
    assert whole["operations"]["staff"][1]["cost"] == 150


def test_nothing_in_a_download_runs_as_a_formula(own_service, visit):
    owner = visit(own_service)
    table = operations_to_dict(own_service.operations())
    table["staff"][0]["name"] = "=HYPERLINK(1)"
    own_service.save_operations(operations_from_dict(table))
    rows = list(csv.DictReader(io.StringIO(owner.get("/plan.csv").text)))
    assert rows[0]["name"] == "'=HYPERLINK(1)"
    assert not [row for row in rows if any(cell.startswith(("=", "@", "+")) for cell in row.values())]
    book = openpyxl.load_workbook(io.BytesIO(owner.get("/plan.xlsx").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=HYPERLINK(1)" for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("ending", MEDIA_TYPES)
def test_a_plan_in_every_form_under_a_plain_name(sample_club, ending):
    file = plan_file(homestand_view(sample_club), ending, "")
    assert file.headers["content-type"] == MEDIA_TYPES[ending]
    assert file.headers["content-disposition"] == f'attachment; filename="plan-2025-06-03.{ending}"'
    assert file.headers["cache-control"] == "no-store"
    assert len(file.body) > 1000


def test_no_plan_no_file(sample_club):
    assert plan_file(None, "csv", "") is None
    assert plan_file(homestand_view(sample_club, 2025, 1), "csv", "") is None
    assert plan_file(homestand_view(sample_club), "parquet", "") is None
