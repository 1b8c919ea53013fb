"""Work of every kind has the same results on a cluster as in one process."""

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast.collect.sample import sample_league
from gatecast.evaluate.baselines import BASELINES
from gatecast.forecast import Forecaster, ForecastSession
from gatecast.games import columns as c
from gatecast.games.forecast_columns import QUANTILE_COLUMNS
from gatecast.plan import default_operations, plan_value
from gatecast.tasks import HERE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("compiled_once")]

RULES = {name: BASELINES[name] for name in ("last gate", "ridge")}


@pytest.fixture(scope="module")
def games():
    return sample_league().games


@pytest.fixture(scope="module")
def forecasts(games):
    return gatecast.backtest(games, [2023, 2024], [7], RULES)


def test_a_backtest(engine, games, forecasts):
    assert gatecast.backtest(games, [2023, 2024], [7], RULES, engine=engine).equals(forecasts)
    assert [engine.begun[task] for task in range(4)] == [1] * 4


def test_the_value_of_plans(engine, games, forecasts):
    shares = zip(QUANTILE_COLUMNS, np.linspace(0.7, 1.3, len(QUANTILE_COLUMNS)), strict=True)
    spread = [(pl.col("mean") * share).round(1).alias(name) for name, share in shares]
    told = forecasts.filter(pl.col("model") == "ridge").drop("model").with_columns(spread, p_sellout=pl.lit(0.0))
    one, other = (plan_value(games, told, default_operations(), engine=where) for where in (engine, HERE))
    assert one == other


def test_forecasts_and_plans_of_several_clubs(engine, games, monkeypatch):
    monkeypatch.setattr("gatecast.forecast.session.FEW_ROWS", 10)
    monkeypatch.setattr("gatecast.plan.make.GAMES_OF_A_TASK", 10)
    last = games.table[c.DATE].max()
    as_of = pl.select(pl.lit(last).dt.offset_by("-6d")).item()
    past, coming = games.filter(pl.col(c.DATE) <= as_of), games.filter(pl.col(c.DATE) > as_of)
    session, same = (ForecastSession(Forecaster.pretrained(), past, coming, as_of) for _ in range(2))
    session.engine = engine
    assert session.forecast().equals(same.forecast())
    assert session.basis() == same.basis()
    plan = gatecast.make_plan(session.forecast(), default_operations(), engine=engine)
    alike = gatecast.make_plan(same.forecast(), default_operations())
    assert plan.table.equals(alike.table)
    assert plan.games.equals(alike.games)


def test_members(engine, games):
    network = {"network": "feedforward", "members": 2, "epochs": 2}
    there, here = (Forecaster(**network).fit(games, engine=where).model for where in (engine, HERE))
    assert len(there.members) == len(here.members) == 2
    for one, other in zip(there.members, here.members, strict=True):
        assert all(np.array_equal(first, second) for first, second in zip(one, other, strict=True))
    assert np.array_equal(there.held_back.errors, here.held_back.errors)
