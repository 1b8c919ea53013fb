import datetime as dt

import polars as pl
import pytest

from gatecast.collect import read_table
from gatecast.errors import DataError, InputError
from gatecast.games import Games
from gatecast.plan import Operations, StockItem, make_plan, write_plan
from gatecast.plan.evaluate.settlement import after_the_games, checked_plan


def came(forecast, gates=(8450, 5210, 7000), **more):
    """The games of the forecast (1 June, 30 May, 31 May) with the gates that came."""
    known = forecast.select("game_id", "date", "start_time", "home", "visitor", "capacity")
    return Games.from_frame(known.with_columns(attendance=pl.Series(gates), **more))


def test_costs_and_running_totals_are_simple_sums(forecast, operations):
    plan = make_plan(forecast, operations)
    ledger = after_the_games(plan, came(forecast))
    gates = {dt.date(2019, 5, 30): 5210, dt.date(2019, 5, 31): 7000, dt.date(2019, 6, 1): 8450}
    total = 0.0
    for day, row in zip(gates.items(), ledger.running.iter_rows(named=True), strict=True):
        date, gate = day
        one = dict(ledger.table.filter(date=date).select("name", "choice").iter_rows())
        needs = {"ushers": gate / 100, "hot dogs": gate / 100, "shuttles": gate / 500}
        short = {name: max(need - one[name], 0) for name, need in needs.items()}
        over = one["hot dogs"] - needs["hot dogs"] + short["hot dogs"]
        cost = one["ushers"] * 100 + short["ushers"] * 400 + short["hot dogs"] * 250 + over * 100
        cost += one["shuttles"] * 300 + short["shuttles"] * 1000
        total += cost
        assert (row["date"], row["games"]) == (date, 1)
        assert (row["cost"], row["cost_to_date"]) == (pytest.approx(cost), pytest.approx(total))
    assert ledger.running["games_to_date"].to_list() == [1, 2, 3]
    assert ledger.running["expected_cost_to_date"][-1] == pytest.approx(plan.table["expected_cost"].sum())


def test_hindsight_takes_what_the_gate_asked_for(forecast, operations):
    table = after_the_games(make_plan(forecast, operations), came(forecast)).table
    assert (table["hindsight_cost"] <= table["cost"] + 1e-9).all()
    # 84.5 shifts: the last half is worth hiring; 5,210 people ask for 10.42 shuttles, and 0.42 of one is worth running.
    asked = {(row["date"].day, row["name"]): row["hindsight_choice"] for row in table.iter_rows(named=True)}
    assert (asked[1, "ushers"], asked[30, "ushers"], asked[30, "shuttles"]) == (85, 52, 11)


def test_only_games_that_were_played_count(forecast, operations):
    plan = make_plan(forecast, operations)
    first = after_the_games(plan, came(forecast, (None, 5210, None)))
    assert first.running["date"].to_list() == [dt.date(2019, 5, 30)]
    every = after_the_games(plan, came(forecast))
    assert first.running["cost"].to_list() == every.running["cost"].head(1).to_list()
    with pytest.raises(DataError, match="both a plan and an attendance"):
        after_the_games(plan, came(forecast, (None, None, None)))


def test_people_counted_at_the_gate_count(forecast, operations):
    half = operations.replace(crowd=operations.crowd.replace(show_rate=0.5))
    plan = make_plan(forecast, half)
    sold = after_the_games(plan, came(forecast)).running["hindsight_cost"]
    counted = after_the_games(plan, came(forecast, scanned=pl.lit(8000))).running["hindsight_cost"]
    assert (counted > sold * 1.5).all()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_plan_as_it_was_written_is_read(forecast, operations, tmp_path, ending):
    plan = make_plan(forecast, operations)
    write_plan(plan, tmp_path / f"plan.{ending}")
    written = after_the_games(read_table(tmp_path / f"plan.{ending}").frame, came(forecast), operations)
    kept = after_the_games(plan, came(forecast))
    assert written.table.drop("expected_cost").equals(kept.table.drop("expected_cost"))
    assert written.running["expected_cost"].to_list() == pytest.approx(kept.running["expected_cost"].to_list())


def test_a_choice_made_by_hand_costs_what_it_costs(forecast, operations):
    table = make_plan(forecast, operations).table.drop("expected_cost")
    none = table.with_columns(choice=pl.lit(0))
    ledger = after_the_games(none, came(forecast), operations)
    ushers = ledger.table.filter(name="ushers")
    assert ushers["cost"].to_list() == pytest.approx([52.1 * 400, 70 * 400, 84.5 * 400])
    assert ledger.running["expected_cost"].null_count() == 3


def test_stock_that_keeps_is_followed_from_game_to_game(forecast, operations):
    item = StockItem(name="water", sold_per_head=1, price=3, unit_cost=1, case_size=100, shelf_life_days=5)
    kept = Operations(crowd=operations.crowd, stock=(item,))
    table = make_plan(forecast, kept).table.sort("game_id")
    days = dict(forecast.select("game_id", "date").iter_rows())
    all_at_once = table.with_columns(
        choice=pl.Series([207 if days[game] == dt.date(2019, 5, 30) else 0 for game in table["game_id"]])
    )
    ledger = after_the_games(all_at_once, came(forecast), kept)
    # 52.1 + 70 + 84.5 cases are asked for, so 0.4 are left.
    assert ledger.running["cost"].sum() == pytest.approx(0.4 * 100)
    assert ledger.running["hindsight_cost"].sum() <= 0.4 * 100 + 1e-6


def test_plan_and_operations_must_speak_of_the_same_decisions(forecast, operations):
    plan, games = make_plan(forecast, operations), came(forecast)
    fewer = operations.replace(transport=())
    with pytest.raises(DataError, match="transport 'shuttles', expected decisions of the operations"):
        after_the_games(plan, games, fewer)
    with pytest.raises(DataError, match="no transport 'shuttles' for"):
        after_the_games(plan.table.filter(pl.col("kind") != "transport"), games, operations)
    with pytest.raises(InputError, match="no operations"):
        after_the_games(plan.table, games)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda t: t.drop("choice"), "no column choice"),
        (lambda t: t.with_columns(choice=pl.lit("some")), "p.csv, row 2, choice: got 'some'"),
        (lambda t: t.with_columns(choice=pl.lit(2.5)), "whole number"),
        (lambda t: t.with_columns(choice=pl.lit(-1)), "whole number"),
        (lambda t: t.with_columns(kind=pl.lit(None, pl.String)), "a kind and a name"),
        (lambda t: pl.concat([t, t.head(1)]), "row 11, name"),
    ],
)
def test_a_table_that_is_no_plan_is_refused(forecast, operations, broken, words):
    with pytest.raises(DataError, match=words):
        checked_plan(broken(make_plan(forecast, operations).table), file="p.csv")
