import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.plan import CrowdSettings, Operations, StockItem
from gatecast.plan.demand.crowd import Crowd
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.optimize.requirements import requirements

START = dt.date(2019, 6, 3)  # a Monday


def days(*after):
    dates = [START + dt.timedelta(days=day) for day in after]
    return GameDays.of(pl.DataFrame({"home": "A", "date": dates}))


def stock_need(people, when=None, **settings):
    given = {"name": "buns", "sold_per_head": 0.5, "price": 5, "unit_cost": 2, "salvage": 0.5, "case_size": 10}
    operations = Operations(crowd=CrowdSettings(show_rate=1), stock=(StockItem(**(given | settings)),))
    people = np.asarray(people, dtype=float)
    return next(requirements(Crowd(people, people), operations, when))


def believed(games=3, scenarios=40, seed=0):
    draw = np.random.default_rng(seed)
    return 1000 * draw.uniform(0.6, 1.4, (1, scenarios)) * draw.uniform(0.8, 1.2, (games, scenarios))


def kept_for_all(cases, asked):
    """Cost of one outcome of buns that keep for all games and are all delivered before them."""
    there, cost = 10 * sum(cases), 0.0
    for units in asked:
        cost += 3 * max(units - there, 0)
        there = max(there - units, 0)
    return cost + 1.5 * there


def test_only_items_that_keep_or_come_on_some_days_are_linked():
    assert not stock_need(believed()).linked
    assert not stock_need(believed(), store_size=20).linked
    assert stock_need(believed(), shelf_life_days=2).linked
    assert stock_need(believed(), delivery_days=["mon"]).linked


def test_deliveries_chosen_under_one_belief_are_costed_under_another():
    kept = {"shelf_life_days": 9, "delivery_days": ["mon"]}
    cases = stock_need(believed(), days(0, 1, 2), **kept).choose()
    assert (cases[0] > 0, cases[1:].tolist()) == (True, [0, 0])
    came = np.array([[900.0], [1400.0], [700.0]])
    cost = stock_need(came, days(0, 1, 2), **kept).cost(cases)
    assert cost.sum() == pytest.approx(kept_for_all(cases, 0.5 * came[:, 0]))


def test_a_decision_is_its_choice_with_its_cost():
    requirement = stock_need(believed(), days(0, 1, 4), shelf_life_days=3)
    decision = requirement.decide()
    assert decision.choice.tolist() == requirement.choose().tolist()
    assert decision.expected_cost == pytest.approx(requirement.cost(decision.choice))
    assert (decision.marginal_worth <= decision.saved_by_one_more).all()
    assert decision.marginal_worth.max() <= 1e-6


def test_keeping_never_costs_more_and_nothing_beats_hindsight():
    kept = {"shelf_life_days": 5}
    guess = stock_need(believed(), days(0, 1, 2), **kept)
    alone = stock_need(believed(), days(0, 1, 2))
    assert guess.cost(guess.choose()).sum() <= alone.cost(alone.choose()).sum() * 1.001
    for seed in range(1, 15):
        real = stock_need(believed(scenarios=1, seed=seed), days(0, 1, 2), **kept)
        assert real.cost(real.choose()).sum() <= real.cost(guess.choose()).sum() + 1e-6


def test_games_without_dates_get_their_delivery_on_the_day():
    linked, alone = (stock_need(believed(), **more) for more in ({"shelf_life_days": 3, "delivery_days": ["thu"]}, {}))
    assert linked.choose().tolist() == alone.choose().tolist()
    assert linked.cost(linked.choose()) == pytest.approx(alone.cost(alone.choose()))


def test_a_store_that_is_too_small_holds_the_choice_down():
    requirement = stock_need(believed(), store_size=20)
    assert requirement.choose().tolist() == [20] * 3
    assert requirement.decide().marginal_worth.min() > 0
