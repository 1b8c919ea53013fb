import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.plan import ForecastTable, StockItem, make_plan
from gatecast.plan.ordering.homestand import CONTROLLED, ROLLING, HomestandOrders
from gatecast.plan.ordering.rules import first_rules, next_orders, order_rules, plan_rules


@pytest.fixture
def keeps(operations):
    """One item for a day and one that keeps for three."""
    buns = StockItem(name="buns", sold_per_head=0.5, price=7, unit_cost=2, case_size=50, shelf_life_days=3)
    return operations.replace(stock=(*operations.stock, buns))


def checked(forecast):
    return ForecastTable.check(forecast).frame


def test_rules_say_more_after_a_good_day_and_less_after_a_bad_one(forecast, keeps):
    rules = plan_rules(make_plan(forecast, keeps))
    assert {(rule.name, rule.decide_by.day) for rule in rules} == {
        (name, day) for name in ("hot dogs", "buns") for day in (30, 31)
    }
    for rule in rules:
        assert rule.cases_less <= rule.cases <= rule.cases_more
        assert rule.cases_less < rule.cases_more
        assert rule.less_below < rule.more_above
        assert rule.method == (ROLLING if rule.name == "hot dogs" else CONTROLLED)
    words = rules[0].sentence("Thursday", "Friday")
    assert words.startswith(f"Hot dogs: {rules[0].cases} cases for Friday; if Thursday sells more than")


@pytest.mark.parametrize(
    ("day_of_second", "hot_dogs", "buns"),
    [(None, ROLLING, ROLLING), (0, ROLLING, CONTROLLED), (1, ROLLING, CONTROLLED)],
)
def test_the_program_decides_where_nothing_keeps_for_a_later_game_or_day(
    forecast, keeps, day_of_second, hot_dogs, buns
):
    first = checked(forecast).sort("date").head(1)
    games = [first]
    if day_of_second is not None:
        later = pl.col("date").dt.offset_by(f"{day_of_second}d")
        games.append(first.with_columns(later, pl.format("{} 2", "game_id").alias("game_id")))
    methods = {each.item.name: each.method for each in HomestandOrders.of(pl.concat(games), keeps).items}
    assert (methods["hot dogs"], methods["buns"]) == (hot_dogs, buns)


def test_the_rules_shown_first_are_those_of_the_first_homestand_that_has_any(forecast, keeps):
    """Another club, whose homestand comes later, has rules that are not among them."""
    other = forecast.with_columns(pl.format("{} b", "game_id").alias("game_id"), pl.lit("Ash").alias("home"))
    plan = make_plan(pl.concat([forecast, other.with_columns(pl.col("date").dt.offset_by("20d"))]), keeps)
    every = plan_rules(plan, first_only=True)
    assert first_rules(plan) == [rule for rule in every if not rule.game_id.endswith(" b")] != every


def test_the_next_order_follows_what_was_sold(forecast, keeps):
    table = checked(forecast)
    few, many = ({each.name: each for each in next_orders(table, keeps, [sold], {})} for sold in (3_000, 7_000))
    assert few.keys() == many.keys() == {"hot dogs", "buns"}
    for name, order in many.items():
        assert few[name].cases <= order.cases_expected <= order.cases
        assert order.decide_by == dt.date(2019, 5, 30)


def test_a_full_shelf_lowers_the_next_order(forecast, keeps):
    table = checked(forecast)
    usual, full = (next_orders(table, keeps, [5_000], {"buns": [cases]})[1].cases for cases in (50, 100))
    assert full < usual


def test_a_postponed_game_leaves_its_stock(forecast, keeps):
    table = checked(forecast)
    orders = HomestandOrders.of(table, keeps)
    assert np.isnan(orders.scores([None])).all()
    played, rained = (next_orders(table, keeps, [sold], {"buns": [50]})[1].cases for sold in (5_000, None))
    assert rained < played


def test_games_without_dates_have_no_rules(forecast, keeps):
    assert order_rules(checked(forecast.with_columns(pl.lit(None, pl.Date).alias("date"))), keeps) == []
