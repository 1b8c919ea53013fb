import json

import numpy as np
import polars as pl
import pytest

from gatecast.plan import default_operations, plan_value
from gatecast.plan.evaluate.replay import replay_costs, replayed
from gatecast.plan.evaluate.value import saved_over

from ..seasons import forecasts_of, homestands_of_season, league


def entry(value, decision="all", season=2019):
    return next(r for r in value["results"] if (r["decision"], r["season"]) == (decision, season))


def test_a_forecast_that_knows_more_saves_more_and_nothing_beats_hindsight():
    games = league()
    good, poor = (plan_value(games, forecasts_of(games, e, e), default_operations()) for e in (700, 2500))
    assert entry(good)["captured"]["estimate"] > entry(poor)["captured"]["estimate"] > 0
    assert entry(good)["saved_over_naive"]["low"] > 0
    for decision in ("staff", "stock", "transport", "all"):
        costs = entry(good, decision)["cost_a_game"]
        assert costs["hindsight"] <= min(costs.values()) + 1e-6


def test_an_exact_forecast_is_hindsight():
    games = league()
    found = entry(plan_value(games, forecasts_of(games, 0, 0), default_operations()))
    assert found["captured"]["estimate"] == pytest.approx(1, abs=0.02)
    assert found["saved_over_point"]["estimate"] == pytest.approx(0, abs=found["cost_a_game"]["hindsight"] * 1e-3)


def test_knowing_the_spread_beats_the_point_alone():
    games = league(games=90)
    found = entry(plan_value(games, forecasts_of(games, 2500, 2500), default_operations()))
    assert found["saved_over_point"]["estimate"] > 0
    assert found["cost_a_game"]["forecast"] < found["cost_a_game"]["point"]


def test_a_method_that_knows_less_is_saved_over():
    games = league()
    good, poor = (forecasts_of(games, error, error) for error in (500, 3000))
    found = entry(plan_value(games, good, default_operations(), against={"trees": poor, "same": good}))
    assert found[saved_over("trees")]["low"] > 0
    assert found[saved_over("same")] == {"estimate": 0, "low": 0, "high": 0}
    assert found["saved_over_trees"]["estimate"] == pytest.approx(
        found["cost_a_game"]["trees"] - found["cost_a_game"]["forecast"], abs=0.02
    )


def test_the_result_is_json_with_every_decision_and_season_the_same_each_time():
    games = league()
    first, again = (plan_value(games, forecasts_of(games, 900, 900), default_operations()) for _ in range(2))
    assert json.dumps(first) == json.dumps(again)
    keys = {(r["lead"], r["season"], r["decision"]) for r in first["results"]}
    assert keys == {("7", s, d) for s in (2019, "all") for d in ("staff", "stock", "transport", "all")}
    captured = entry(first)["captured"]
    assert captured["low"] <= captured["estimate"] <= captured["high"]
    assert (entry(first)["games"], entry(first)["homestands"]) == (120, 2)
    assert (first["games_without_naive"], first["games_without_others"], first["scaled_from_seats"]) == (0, 0, None)


def test_parts_add_up_to_their_decision():
    games = league()
    value = plan_value(games, forecasts_of(games, 900, 900), default_operations())
    for decision in ("staff", "stock", "transport"):
        parts = [p for p in value["parts"] if (p["decision"], p["season"]) == (decision, 2019)]
        assert [p["name"] for p in parts] == [e.name for e in getattr(default_operations(), decision)]
        for plan, cost in entry(value, decision)["cost_a_game"].items():
            assert sum(p["cost_a_game"][plan] for p in parts) == pytest.approx(cost, abs=0.2)


def test_homestands_are_drawn_whole():
    games = homestands_of_season(stands=16, length=5)
    shared = np.repeat(np.random.default_rng(0).standard_normal(16), 5) * 2500
    levels = [f"q{level}" for level in ("05", "10", "25", "50", "75", "90", "95")]
    forecasts = forecasts_of(games, 0, 300).with_columns(pl.col("mean", *levels) + pl.Series(shared))
    found = entry(plan_value(games, forecasts, default_operations()))["saved_over_naive"]
    told = replayed(games, forecasts)
    costs = replay_costs(told, default_operations()).sum(axis=1)
    saved = (costs[:, told.plans.index("naive")] - costs[:, 0]).reshape(16, 5)
    by_stand = 2 * 1.96 * saved.mean(axis=1).std() / 4
    by_game = 2 * 1.96 * saved.std() / np.sqrt(80)
    assert found["high"] - found["low"] == pytest.approx(by_stand, rel=0.12)
    assert abs(by_stand / by_game - 1) > 0.25


def test_people_counted_at_the_gate_take_the_place_of_the_show_rate():
    sold = league()
    counted = league(scanned=(pl.col("attendance") * 0.5).cast(pl.Int32))
    forecasts = forecasts_of(sold, 900, 900)
    few, many = (entry(plan_value(g, forecasts, default_operations()), "staff") for g in (counted, sold))
    assert few["cost_a_game"]["hindsight"] < 0.8 * many["cost_a_game"]["hindsight"]


def test_scaled_operations_are_said_to_be():
    games = league(capacity=40_000)
    forecasts = forecasts_of(games, 900, 900)
    plain, scaled = (plan_value(games, forecasts, default_operations(), scaled=s) for s in (False, True))
    assert scaled["scaled_from_seats"] == 40_000
    assert entry(plain)["cost_a_game"] == pytest.approx(entry(scaled)["cost_a_game"])
