import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gatecast.plan
from gatecast.errors import DataError, InputError
from gatecast.plan import CrowdSettings, Operations, StaffRole, TransportService, default_operations, make_plan

from .normal import normal_forecast

COLUMNS = [
    "game_id", "kind", "name", "unit", "choice", "expected_cost", "risk_short", "marginal_worth", "reason",
]  # fmt: skip


def staffed(forecast, **settings):
    role = StaffRole(**({"name": "ushers", "people_per_shift": 100, "cost": 100, "shortage_cost": 400} | settings))
    return make_plan(forecast, Operations(crowd=CrowdSettings(show_rate=1.0), staff=(role,))).table


def test_the_package_can_be_called(forecast, operations):
    called = gatecast.plan(forecast, operations)
    assert called.table.equals(make_plan(forecast, operations).table)


def test_every_decision_of_every_game_stands_once_in_order_of_play(forecast, operations):
    plan = make_plan(forecast, operations)
    assert plan.table.columns == COLUMNS
    assert plan.games["visitor"].to_list() == ["Lakers", "Gulls", "Gulls"]
    assert plan.table["game_id"].unique(maintain_order=True).to_list() == plan.games["game_id"].to_list()
    assert plan.table["kind"].to_list() == ["staff", "stock", "transport"] * 3
    assert plan.table["unit"].to_list() == ["shifts", "cases", "vehicles"] * 3
    assert plan.games["shifts"].sum() == plan.table.filter(kind="staff")["choice"].sum()
    assert plan.games["expected_cost"].sum() == pytest.approx(plan.table["expected_cost"].sum())


def test_choices_stand_at_the_critical_quantiles(forecast, operations):
    """The first game is normal with mean 5000 and deviation 1000: three in four outcomes lie below 5674."""
    staff, stock, transport = make_plan(forecast, operations).table["choice"].to_list()[:3]
    assert staff == round(5674 / 100)
    assert stock == round((5000 + 1000 * 0.5659) * 0.5 / 50)
    assert transport == round((5000 + 1000 * 0.5244) * 0.1 / 50)


def test_people_are_tickets_times_the_show_rate(forecast):
    games = make_plan(forecast, default_operations()).games
    assert games["people_mean"].to_list() == pytest.approx([0.83 * m for m in games["tickets_mean"]], rel=0.01)
    assert (games["people_q10"] < games["people_q50"]).all()
    assert (games["people_q50"] < games["people_q90"]).all()


@settings(max_examples=40)
@given(st.lists(st.floats(500, 40_000), min_size=2, max_size=2).map(sorted), st.floats(0, 200))
def test_a_larger_crowd_never_needs_less(means, spread):
    plan = make_plan(normal_forecast(means, spread), default_operations())
    few, many = plan.table.partition_by("game_id", maintain_order=True)
    assert (many["choice"] >= few["choice"]).all()


def test_limits_bind_and_say_so(forecast):
    free = staffed(forecast)["choice"]
    low = staffed(forecast, minimum=80)
    assert low["choice"].to_list() == [max(80, n) for n in free]
    assert "minimum for any game" in low["reason"][0]
    pool = staffed(forecast, pool=40)
    assert pool["choice"].to_list() == [40] * 3
    assert (pool["marginal_worth"] > 0).all()
    assert f"{free[0]} are asked for" in pool["reason"][0]
    ruled = staffed(forecast, minimum_one_per=50)
    assert ruled["choice"].to_list() == pytest.approx([(m + 1645) / 50 for m in (5000, 7000, 9000)], rel=0.02)
    assert "rule of one for each 50 people" in ruled["reason"][0]
    assert (free.to_numpy() < ruled["choice"].to_numpy()).all()


def test_nothing_is_worth_one_more_where_no_limit_binds(forecast):
    assert make_plan(forecast, default_operations()).table.filter(pl.col("marginal_worth") > 1e-6).height == 0


def test_reasons_are_plain_sentences_with_their_numbers(forecast, operations):
    staff, stock, transport = make_plan(forecast, operations).table["reason"].to_list()[:3]
    assert staff == (
        "Ushers: hire 57 to serve 5,700 people at 100 each, enough in 75 of 100 outcomes;"
        " a missing one costs $400, one more costs $100 and would save $91."
    )
    assert stock.startswith("Hot dogs: have 56 cases (2,800 units), enough in 7")
    assert transport.startswith("Shuttles: run 11 with room for 550 people")


def test_a_service_nobody_would_pay_for_is_not_run():
    trains = TransportService(name="trains", share=0.01, seats=500, cost=5000, penalty=11)
    plan = make_plan(normal_forecast([2000], 100), Operations(crowd=CrowdSettings(show_rate=1.0), transport=(trains,)))
    assert plan.table["choice"].to_list() == [0]
    assert plan.table["reason"][0].startswith("Trains: run none; the first would cost $5,000 and save $2")


def test_a_game_that_stands_at_two_leads_is_refused(forecast, operations):
    twice = pl.concat([forecast, forecast.with_columns(lead=pl.lit("1"))])
    with pytest.raises(DataError, match="one row for each game"):
        make_plan(twice, operations)


@pytest.mark.parametrize(("ending", "read"), [(".csv", pl.read_csv), (".parquet", pl.read_parquet)])
def test_the_table_is_written_for_machines(tmp_path, forecast, operations, ending, read):
    plan = make_plan(forecast, operations)
    plan.write(tmp_path / f"plan{ending}")
    assert read(tmp_path / f"plan{ending}")["choice"].to_list() == plan.table["choice"].to_list()


def test_an_unknown_ending_is_refused_and_nothing_is_written(tmp_path, forecast, operations):
    with pytest.raises(InputError, match=r"\.docx"):
        make_plan(forecast, operations).write(tmp_path / "plan.docx")
    assert list(tmp_path.iterdir()) == []
