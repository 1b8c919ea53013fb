import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.plan import CrowdSettings, Operations, StockItem, make_plan
from gatecast.plan.views.delivery_list import delivery_list

from ..normal import normal_forecast

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COLUMNS = ["delivery", "decide_by", "home", "name", "cases", "case_size", "units", "keeps_until", "serves"]


def planned(forecast, *items):
    made = [StockItem(**({"sold_per_head": 0.5, "price": 7, "unit_cost": 2, "case_size": 50} | each)) for each in items]
    return make_plan(forecast, Operations(crowd=CrowdSettings(show_rate=1.0), stock=tuple(made)))


def test_items_of_the_day_come_on_the_day_for_its_game(forecast):
    plan = planned(forecast, {"name": "buns"}, {"name": "ice", "order_days": 3})
    listed = delivery_list(plan)
    assert listed.columns == COLUMNS
    assert listed["name"].to_list() == ["buns", "ice"] * 3
    assert listed["cases"].to_list() == plan.table["choice"].to_list()
    assert listed["units"].to_list() == [50 * cases for cases in listed["cases"]]
    assert listed["serves"].to_list() == [[game] for game in plan.table["game_id"]]
    assert (listed["keeps_until"] == listed["delivery"]).all()
    first = listed.row(1, named=True)
    assert (first["delivery"], first["decide_by"]) == (dt.date(2019, 5, 30), dt.date(2019, 5, 27))


def test_a_delivery_is_for_the_games_until_the_next_as_far_as_it_keeps(forecast):
    keeps = planned(forecast, {"name": "buns", "shelf_life_days": 9, "delivery_days": ["thu"]})
    listed = delivery_list(keeps)
    assert listed["serves"].to_list() == [keeps.games["game_id"].to_list()]
    assert listed["keeps_until"].to_list() == [dt.date(2019, 6, 7)]
    short = delivery_list(planned(forecast, {"name": "buns", "shelf_life_days": 2, "delivery_days": ["thu"]}))
    assert short["serves"].to_list() == [keeps.games["game_id"].to_list()[:2]]


def test_what_is_not_ordered_is_not_listed(forecast):
    none = forecast.with_columns(pl.col("mean", "^q.*$") * 0)
    assert delivery_list(planned(none, {"name": "buns"})).height == 0
    assert delivery_list(planned(none, {"name": "buns", "shelf_life_days": 3})).height == 0


def test_games_without_dates_have_no_deliveries(forecast):
    listed = delivery_list(planned(forecast.with_columns(date=None), {"name": "buns"}))
    assert listed.columns == COLUMNS
    assert listed.height == 0


def test_a_plan_without_stock_has_no_deliveries(forecast, operations):
    listed = delivery_list(make_plan(forecast, Operations(crowd=operations.crowd, staff=operations.staff)))
    assert (listed.columns, listed.height) == (COLUMNS, 0)


def test_clubs_have_deliveries_of_their_own(forecast):
    same_day = forecast.with_columns(date=dt.date(2019, 5, 30), home=pl.Series(["Bay", "Hill", None]))
    listed = delivery_list(planned(same_day, {"name": "buns"}))
    assert listed["home"].to_list() == ["Bay", "Hill", None]


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=8),
    st.integers(1, 6),
    st.sets(st.sampled_from(DAYS)),
    st.floats(0, 300),
)
def test_the_list_orders_what_the_plan_chose_and_serves_a_game_once(gaps, life, days, spread):
    dates = [dt.date(2019, 5, 1) + dt.timedelta(days=sum(gaps[: i + 1])) for i in range(len(gaps))]
    item = {"name": "buns", "shelf_life_days": life, "delivery_days": tuple(days)}
    plan = planned(normal_forecast([600 + 100 * (i % 3) for i in range(len(gaps))], spread, date=dates), item)
    listed = delivery_list(plan)
    assert listed["cases"].sum() == plan.table["choice"].sum()
    assert (listed["cases"] > 0).all()
    assert listed["delivery"].is_unique().all()
    served = listed["serves"].explode(empty_as_null=True).drop_nulls().to_list()
    assert len(served) == len(set(served))
    on_hand = set(plan.table.filter(pl.col("on_hand") > 0.5)["game_id"])
    assert on_hand <= set(served)
    played = dict(plan.games.select("game_id", "date").iter_rows())
    for row in listed.iter_rows(named=True):
        assert all(row["delivery"] <= played[game] <= row["keeps_until"] for game in row["serves"])
