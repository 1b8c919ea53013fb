import json

import icalendar
import openpyxl
import polars as pl
import pytest

from gatecast.files import write_text
from gatecast.plan import write_default_operations
from gatecast.plan.export.write import PLAN_ENDINGS

from .conftest import left_in, refused


@pytest.fixture
def planned(run, files):
    def plans(out, *, forecast="forecast.csv", operations="operations.toml"):
        return run("plan", files / forecast, "--operations", files / operations, "--out", out)

    return plans


def test_a_workbook_and_its_sum(planned, tmp_path):
    ended = planned("plan.xlsx")
    assert ended.code == 0
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames[:3] == ["Summary", "Deadlines", "Staff"]
    lines = ended.out.splitlines()
    assert lines[0].startswith("The plan: people expected through the gates, ")
    assert " ".join(lines[1].split()) == "Date Start Opponent People Shifts Cases Vehicles Cost"
    assert lines[-1] == "plan.xlsx: a plan for 18 games"
    assert left_in(tmp_path) == ["plan.xlsx"]


def test_sums_are_those_of_the_table(planned, tmp_path):
    ended = planned("plan.csv")
    table = pl.read_csv(tmp_path / "plan.csv")
    kinds = ("staff", "stock", "transport")
    first = table.filter(pl.col("game_id") == table["game_id"][0])
    lines = ended.out.splitlines()
    for line, rows in ((lines[2], first), (lines[2 + 18], table)):
        sums = [rows.filter(pl.col("kind") == kind)["choice"].sum() for kind in kinds]
        assert line.split()[-4:] == [*(f"{n:,}" for n in sums), f"${rows['expected_cost'].sum():,.0f}"]
    assert lines[2 + 18].startswith("Total ")


def test_what_to_decide_next_is_told(planned):
    lines = planned("plan.csv").out.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("Next deadlines"))
    assert lines[first] == "Next deadlines (the first 8; 28 more are in the plan)"
    by, decide = lines[first + 2].split("  ", 1)
    assert by == "overdue"
    assert decide.strip().startswith("Hire ")
    assert lines[first + 4].startswith("Mon  9 Jun  ")
    assert len(lines[first : lines.index("", first)]) == 2 + 8


def test_limits_that_bind_are_told(planned, tmp_path, files):
    write_default_operations(tmp_path / "operations.toml")
    text = (
        (tmp_path / "operations.toml").read_text().replace("minimum_one_per = 250", "minimum_one_per = 250\npool = 3")
    )
    write_text(text, files / "short.toml")
    lines = planned("plan.csv", operations="short.toml").out.splitlines()
    assert "Note: Crowd managers: too few for the rules at each of the 18 games, by up to" in " ".join(lines)


def test_a_calendar_and_json_for_programs(planned, tmp_path):
    assert planned("plan.ics").code == planned("plan.json").code == 0
    calendar = icalendar.Calendar.from_ical((tmp_path / "plan.ics").read_bytes())
    found = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert len(calendar.walk("VEVENT")) == len(found["deadlines"]) == 36
    assert len(found["games"]) == 18


def test_any_ending_of_a_plan_will_do_and_no_other(planned, tmp_path, files):
    for ending in PLAN_ENDINGS:
        assert planned(f"plan{ending}").code == 0
    assert left_in(tmp_path) == sorted(f"plan{ending}" for ending in PLAN_ENDINGS)
    refused(planned("plan.pdf"), "plan.pdf: got ending '.pdf', expected one of .xlsx, .ics, .json, .csv, .parquet")
    refused(planned(files / "forecast.csv"), "got an input as the file to write")


def test_a_calendar_without_dates_is_one_line(run, planned, files, tmp_path):
    pl.read_csv(files / "forecast.csv").drop("date").write_csv(files / "undated.csv")
    refused(planned("plan.ics", forecast="undated.csv"), "got no deadline")
    assert left_in(tmp_path) == []
    assert "Next deadlines" not in planned("plan.csv", forecast="undated.csv").out


def test_a_long_list_is_cut_and_says_so(run, files, tmp_path):
    one = pl.read_csv(files / "forecast.csv").head(1)
    pl.concat([one.with_columns(game_id=pl.lit(f"G{i}")) for i in range(50)]).write_csv(tmp_path / "long.csv")
    ended = run("plan", "long.csv", "--operations", files / "operations.toml", "--out", "plan.csv")
    lines = ended.out.splitlines()
    assert "(the first 40; 10 more are in the file)" in lines[0]
    assert lines.index("") == 2 + 40 + 1
