import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.games import Games
from gatecast.plan import default_operations, plan_value
from gatecast.plan.value import naive_gates

from .normal import LEVELS, SCORES


def league(seasons=(2018, 2019), games=60, **more):
    """Two clubs, evenly spaced games, gates that depend on club, weekday and chance."""
    draw = np.random.default_rng(3)
    dates = [dt.date(year, 4, 1) + dt.timedelta(days=2 * i) for year in seasons for i in range(games)]
    clubs = [
        pl.DataFrame({"date": dates, "home": home, "visitor": "V"}).with_columns(
            attendance=(
                base + 1500 * pl.col("date").dt.weekday().cast(pl.Int32) + 3000 * draw.standard_normal(len(dates))
            ).cast(pl.Int32)
        )
        for home, base in (("A", 15_000), ("B", 25_000))
    ]
    return Games.from_frame(pl.concat(clubs).with_columns(**more))


def forecasts_of(games, error, spread, seed=0):
    played = games.table.filter(pl.col("season") == 2019)
    centre = played["attendance"].to_numpy() + error * np.random.default_rng(seed).standard_normal(played.height)
    quantiles = {name: np.maximum(centre + spread * s, 0) for name, s in zip(LEVELS, SCORES, strict=True)}
    return played.select("game_id", lead=pl.lit("7")).with_columns(mean=centre, **quantiles)


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


def test_the_result_is_json_with_every_decision_and_season_the_same_each_time():
    games = league()
    first, again = (plan_value(games, forecasts_of(games, 900, 900), default_operations()) for _ in range(2))
    assert json.dumps(first) == json.dumps(again)
    keys = {(r["lead"], r["season"], r["decision"]) for r in first["results"]}
    assert keys == {("7", s, d) for s in (2019, "all") for d in ("staff", "stock", "transport", "all")}
    captured = entry(first)["captured"]
    assert captured["low"] <= captured["estimate"] <= captured["high"]
    assert entry(first)["games"] == 120


def test_people_counted_at_the_gate_take_the_place_of_the_show_rate():
    sold = league()
    counted = league(scanned=(pl.col("attendance") * 0.5).cast(pl.Int32))
    forecasts = forecasts_of(sold, 900, 900)
    few, many = (entry(plan_value(g, forecasts, default_operations()), "staff") for g in (counted, sold))
    assert few["cost_a_game"]["hindsight"] < 0.8 * many["cost_a_game"]["hindsight"]


def test_naive_gates_are_the_same_weekday_of_the_season_before():
    games = league()
    found = games.table.join(naive_gates(games), on="game_id").with_columns(day=pl.col("date").dt.weekday())
    assert found.filter(season=2018)["naive_gate"].null_count() == 120
    days = found.filter(season=2019, home="B", day=3)["naive_gate"].to_list()
    past = found.filter(season=2018, home="B", day=3)["attendance"].mean()
    assert days == pytest.approx([past] * len(days))


def test_naive_gates_fall_back_to_the_season_then_to_all_clubs():
    days = [dt.date(2018, 4, 2), dt.date(2018, 4, 3), dt.date(2019, 4, 6), dt.date(2019, 4, 7)]
    games = Games.from_frame(
        pl.DataFrame(
            {"date": days, "home": ["A", "B", "A", "C"], "visitor": "V", "attendance": [8000, 4000, 1000, 1000]}
        )
    )
    found = games.table.join(naive_gates(games), on="game_id").filter(season=2019).sort("date")
    assert found["naive_gate"].to_list() == [8000, 6000]


def test_what_cannot_be_replayed_is_refused():
    games = league()
    forecasts = forecasts_of(games, 900, 900)
    with pytest.raises(DataError, match="both a forecast and a gate"):
        plan_value(games, forecasts.with_columns(game_id=pl.lit("x") + pl.col("game_id")), default_operations())
    with pytest.raises(DataError, match="no lead"):
        plan_value(games, forecasts.drop("lead"), default_operations())
    with pytest.raises(DataError, match="no earlier season"):
        plan_value(games.filter(pl.col("season") == 2019), forecasts, default_operations())
    with pytest.raises(DataError, match="dated games"):
        plan_value(Games.from_frame(pl.DataFrame({"home": "A", "attendance": [900]})), forecasts, default_operations())
