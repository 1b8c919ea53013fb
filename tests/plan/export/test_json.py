import dataclasses
import json
import math
import re
from pathlib import Path

import polars as pl
import pytest

from gatecast.plan import default_operations, make_plan, write_plan
from gatecast.plan.export.json import plan_as_dict

DOCS = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
KEYS = [
    "format", "version", "notice", "currency", "operations", "assumptions", "games", "decisions", "deliveries",
    "deadlines", "order_rules", "by_hand",
]  # fmt: skip


@pytest.fixture
def plan(forecast):
    return make_plan(forecast, default_operations())


@pytest.fixture
def found(plan, tmp_path):
    write_plan(plan, tmp_path / "plan.json", notice="Simulated.")
    return json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))


def test_the_file_holds_the_whole_plan(found, plan):
    assert list(found) == KEYS
    assert found["format"] == "gatecast plan"
    assert (found["version"], found["notice"], found["currency"]) == (1, "Simulated.", "$")
    assert [row["choice"] for row in found["decisions"]] == plan.table["choice"].to_list()
    assert list(found["decisions"][0]) == plan.table.columns
    assert list(found["games"][0]) == plan.games.columns
    assert {role["name"] for role in found["operations"]["staff"]} == {role.name for role in plan.operations.staff}
    assert found["operations"]["crowd"]["show_rate"] == 0.83
    assert found["assumptions"][0]["source"].startswith("15 to 20% of tickets")


def test_dates_and_times_are_text(found):
    game = found["games"][0]
    assert (game["date"], game["start_time"], game["as_of"]) == ("2019-05-30", "19:05", "2019-05-23")
    assert found["deadlines"][0]["decide_by"] == "2019-05-28"
    assert found["deliveries"][0]["delivery"] == "2019-05-30"


def test_deadlines_and_deliveries_say_what_for(found):
    due = found["deadlines"][0]
    assert due["amounts"][0] == {"name": "gate security", "amount": found["decisions"][0]["choice"], "unit": "shifts"}
    assert due["games"] == [found["games"][0]["game_id"]]
    assert found["deliveries"][0]["serves"] == due["games"]


def test_what_is_no_number_is_null(plan):
    odd = dataclasses.replace(plan, games=plan.games.with_columns(p_sellout=pl.lit(math.nan)))
    assert plan_as_dict(odd)["games"][0]["p_sellout"] is None


def test_unknown_dates_leave_the_same_keys(forecast, operations):
    undated = plan_as_dict(make_plan(forecast.with_columns(date=None), operations))
    assert list(undated) == KEYS
    assert undated["deliveries"] == undated["deadlines"] == []
    assert undated["games"][0]["date"] is None


def test_every_key_is_in_the_docs(found):
    section = DOCS.split("### JSON")[1].split("\n## ")[0]
    told = set(re.findall(r"`([a-z_0-9]+)`", section))
    keys = set(found)
    for name in ("games", "decisions", "deliveries", "deadlines", "assumptions", "order_rules"):
        keys |= set(found[name][0])
    keys |= set(found["deadlines"][0]["amounts"][0])
    assert keys <= told, keys - told
