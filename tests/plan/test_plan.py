import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gatecast.plan
from gatecast.collect import sample_league
from gatecast.errors import DataError, InputError
from gatecast.games.forecast_columns import QUANTILE_COLUMNS
from gatecast.plan import (
    CrowdSettings,
    ForecastTable,
    Operations,
    StaffRole,
    StockItem,
    TransportService,
    default_operations,
    make_plan,
    write_plan,
)

from .normal import normal_forecast

COLUMNS = [
    "game_id", "kind", "name", "unit", "choice", "expected_cost", "risk_short", "risk_alone", "marginal_worth",
    "shortfall", "engaged", "on_hand", "delivery", "decide_by", "reason",
]  # fmt: skip


def staffed(forecast, **settings):
    role = StaffRole(**({"name": "ushers", "people_per_shift": 100, "cost": 100, "shortage_cost": 400} | settings))
    return make_plan(forecast, Operations(crowd=CrowdSettings(show_rate=1.0), staff=(role,))).table


def test_a_plan_is_made_and_written_from_the_public_package(forecast, operations, tmp_path):
    plan = gatecast.make_plan(forecast, operations)
    assert plan.table.equals(make_plan(ForecastTable.check(forecast), operations).table)
    gatecast.write_plan(plan, tmp_path / "plan.csv")
    assert gatecast.read_table(tmp_path / "plan.csv").frame.height == plan.table.height


def test_a_plan_to_compare_needs_no_reasons(forecast, operations):
    told, untold = make_plan(forecast, operations), make_plan(forecast, operations, explained=False)
    assert untold.table["reason"].null_count() == untold.table.height
    assert untold.table.drop("reason").equals(told.table.drop("reason"))
    assert untold.table.schema == told.table.schema


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


def test_a_pool_below_the_minimum_is_all_hired_and_says_which_rule_lacks_how_much(forecast):
    lacking = staffed(forecast, minimum_one_per=50, pool=90)
    asked = staffed(forecast, minimum_one_per=50)["choice"]
    assert lacking["choice"].to_list() == [90] * 3
    assert lacking["shortfall"].to_list() == [n - 90 for n in asked]
    assert lacking["reason"][0].startswith(
        f"Ushers: hire all 90 of the pool, {asked[0] - 90} too few: the rule of one for each 50 people asks for {asked[0]};"
    )
    fixed = staffed(forecast, minimum=120, pool=90)
    assert fixed["shortfall"].to_list() == [30] * 3
    assert "30 too few: the minimum for any game asks for 120" in fixed["reason"][0]
    assert staffed(forecast, minimum_one_per=50)["shortfall"].to_list() == [0] * 3


def test_a_contract_over_the_home_stand_binds_and_says_so(forecast):
    free, bound = staffed(forecast), staffed(forecast, minimum_shifts=3)
    assert bound["choice"].n_unique() == 1
    assert free["choice"][0] < bound["choice"][0] < free["choice"][2]
    assert bound["engaged"].to_list() == bound["choice"].to_list()
    assert free["engaged"].to_list() == [free["choice"].max()] * 3
    people, alone = bound["choice"][0], free["choice"]
    assert bound["reason"][0] == (
        f"Ushers: hire {people}, as each of the {people} people engaged for the homestand is offered 3 shifts;"
        f" this game alone would ask for {alone[0]}."
    )
    assert bound["reason"][2].startswith(f"Ushers: hire {people}, enough in ")
    assert f"alone would ask for {alone[2]}, but each further person engaged" in bound["reason"][2]
    apart = staffed(forecast.with_columns(date=None), minimum_shifts=3)
    assert sorted(apart["choice"]) == sorted(free["choice"])


def test_staff_called_in_late_lower_the_number_hired_and_the_cost(forecast):
    free, late = staffed(forecast), staffed(forecast, call_in_cost=150, call_in_pool=10)
    assert (late["choice"] < free["choice"]).all()
    assert (late["expected_cost"] < free["expected_cost"]).all()
    assert " in 53% of outcomes, in 86% with" in late["reason"][0]
    assert "with up to 10 called in at $150 each; a missing one costs $400" in late["reason"][0]
    endless = staffed(forecast, call_in_cost=150)
    assert endless["risk_short"].to_list() == [0] * 3
    assert "% of outcomes, in the others more are called in at $150 each;" in endless["reason"][0]


def stocked(forecast, **settings):
    given = {"name": "hot dogs", "sold_per_head": 0.5, "price": 7, "unit_cost": 2, "case_size": 50}
    return make_plan(
        forecast, Operations(crowd=CrowdSettings(show_rate=1.0), stock=(StockItem(**(given | settings)),))
    ).table


def test_stock_says_its_delivery_and_when_it_is_ordered(forecast):
    """The games are on a Thursday, a Friday and a Saturday."""
    table = stocked(forecast, shelf_life_days=3, delivery_days=["wed"], order_days=2)
    assert table["delivery"].to_list() == [dt.date(2019, 5, 29)] * 2 + [None]
    assert table["decide_by"].to_list() == [dt.date(2019, 5, 27)] * 2 + [None]
    assert (table["choice"][0], table["choice"][1:].to_list()) == (table["on_hand"][0], [0, 0])
    assert table["on_hand"][1] < table["on_hand"][0]
    first, second, third = table["reason"].to_list()
    assert first.startswith(f"Hot dogs: order {table['choice'][0]} cases with the delivery of 29 May; ")
    assert second.startswith("Hot dogs: order none with the delivery of 29 May; ")
    assert (
        third
        == "Hot dogs: nothing to sell: every earlier delivery is past its shelf life; 90 are asked for on average."
    )
    assert table["risk_short"][2] == 1


def test_stock_of_the_day_is_delivered_on_the_day(forecast):
    table = stocked(forecast)
    assert table["delivery"].to_list() == [dt.date(2019, 5, 30), dt.date(2019, 5, 31), dt.date(2019, 6, 1)]
    assert table["on_hand"].to_list() == table["choice"].to_list()
    assert stocked(forecast.with_columns(date=None))["delivery"].to_list() == [None] * 3


def test_a_store_that_is_too_small_says_so(forecast):
    table = stocked(forecast, store_size=30)
    assert table["choice"].to_list() == [30] * 3
    assert "all that the store holds, enough in 2% of outcomes; 56 are asked for" in table["reason"][0]


def test_shifts_are_hired_by_the_call_in_deadline(forecast):
    table = staffed(forecast, call_in_days=4)
    assert table["decide_by"].to_list() == [dt.date(2019, 5, 26), dt.date(2019, 5, 27), dt.date(2019, 5, 28)]
    assert table["on_hand"].null_count() == table["delivery"].null_count() == 3


def test_games_say_their_homestand(forecast, operations):
    later = [dt.date(2019, 6, 20), dt.date(2019, 5, 30), dt.date(2019, 5, 31)]
    games = make_plan(forecast.with_columns(date=pl.Series(later)), operations).games
    assert games["home_stand"].to_list() == [0, 0, 1]


def test_nothing_is_worth_one_more_where_no_limit_binds(forecast):
    assert make_plan(forecast, default_operations()).table.filter(pl.col("marginal_worth") > 1e-6).height == 0


def test_reasons_are_plain_sentences_with_their_numbers(forecast, operations):
    staff, stock, transport = make_plan(forecast, operations).table["reason"].to_list()[:3]
    assert staff == (
        "Ushers: hire 57 to serve 5,700 people at 100 each, enough in 75% of outcomes;"
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
    write_plan(plan, tmp_path / f"plan{ending}")
    assert read(tmp_path / f"plan{ending}")["choice"].to_list() == plan.table["choice"].to_list()


def test_an_unknown_ending_is_refused_and_nothing_is_written(tmp_path, forecast, operations):
    with pytest.raises(InputError, match=r"\.docx"):
        write_plan(make_plan(forecast, operations), tmp_path / "plan.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_club_s_own_scans_take_the_place_of_the_show_rate():
    league = sample_league()
    rows = league.upcoming.table.select("game_id", "date", "home", "capacity").with_columns(
        pl.lit(league.as_of).alias("as_of"),
        *(pl.lit(3000.0 + 10 * i).alias(name) for i, name in enumerate(("mean", *QUANTILE_COLUMNS))),
    )
    usual, learned = (
        make_plan(rows, default_operations(), scans=scans).games["people_mean"].mean() for scans in (None, league.games)
    )
    scanned = league.games.table.filter(pl.col("scanned") > 0)
    share = (scanned["scanned"] / scanned["attendance"]).mean()
    assert usual == pytest.approx(0.83 * 3000, rel=0.03)
    assert learned == pytest.approx(share * 3000, rel=0.04)


def test_a_club_s_plan_is_the_same_whichever_clubs_stand_beside_it(forecast, operations, monkeypatch):
    others = [
        forecast.with_columns(home=pl.lit(club), game_id=club + pl.col("game_id")) for club in ("Aster", "Zephyr")
    ]
    monkeypatch.setattr("gatecast.plan.make.GAMES_OF_A_TASK", 4)
    together = make_plan(pl.concat([others[0], forecast, others[1]]), operations)
    alone = make_plan(forecast, operations)
    ours = pl.col("game_id").is_in(forecast["game_id"].implode())
    assert together.table.filter(ours).equals(alone.table)
    assert together.games.filter(ours).drop("home_stand").equals(alone.games.drop("home_stand"))
    assert together.games["home_stand"].n_unique() == 3 * alone.games["home_stand"].n_unique()
    assert together.games["date"].is_sorted()
    assert together.table["game_id"].unique(maintain_order=True).equals(together.games["game_id"])
