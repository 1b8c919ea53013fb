import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.plan.optimize import order_search as order_list
from gatecast.plan.optimize.newsvendor import UnitCosts
from gatecast.plan.optimize.order_cuts import Start, best_whole_list, expected_costs
from gatecast.plan.optimize.order_lp import LinkedGames, OrderProgram, around, at_limits
from gatecast.plan.optimize.order_search import best_order_list

COSTS = UnitCosts(unit=0.0, missing=3.0, idle=1.5)


def spell_of(need, life=2, room=np.inf):
    """A delivery for each game, one game a day, each keeping for `life` games."""
    games = np.arange(len(need))
    return LinkedGames(np.asarray(need, float), games + 1, np.maximum(games + 1 - life, 0), room, COSTS)


def drawn(games=6, scenarios=40, mean=12.0, seed=0, **terms):
    return spell_of(np.random.default_rng(seed).gamma(9, mean / 9, (games, scenarios)), **terms)


@pytest.mark.parametrize("terms", [{"life": 2}, {"life": 3, "room": 20.0}, {"life": 9, "room": 9.0}])
def test_limits_around_the_best_list_leave_it_the_best(terms):
    run = drawn(**terms)
    nothing = np.zeros(run.deliveries)
    free = OrderProgram(run, nothing, nothing + np.inf)
    best = free.solve()
    near = OrderProgram(run, *around(best.totals, 2.5))
    assert near.variables < free.variables
    assert near.solve().bound == pytest.approx(best.bound)
    assert expected_costs(run, best.totals[None, :]).sum() + run.cost_of_no_sales == pytest.approx(best.bound)


def test_a_limit_that_keeps_the_cost_up_is_named():
    run = drawn()
    nothing = np.zeros(run.deliveries)
    best = OrderProgram(run, nothing, nothing + np.inf).solve()
    low, high = around(best.totals, 1.0)
    high[2] -= 4.0
    low[2] -= 4.0
    held = OrderProgram(run, low, high).solve()
    assert held.bound > best.bound
    assert (held.pressing & at_limits(held.totals, low, high))[2]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4), st.sampled_from([np.inf, 3.0, 7.0]), st.floats(0.5, 6.0))
def test_between_whole_numbers_the_cost_of_a_chain_is_no_more_than_that_of_any_list(seed, life, room, mean):
    run = drawn(5, 6, mean, seed, life=life, room=room)
    draw = np.random.default_rng(seed)
    one, two = np.cumsum(draw.integers(0, 6, (2, run.deliveries)), axis=1).astype(float)
    up, down = np.ceil((one + two) / 2), np.floor((one + two) / 2)
    costs = expected_costs(run, np.array([one, two, up, down])).sum(axis=1)
    assert costs[2] + costs[3] <= costs[0] + costs[1] + 1e-9


def test_cuts_find_the_best_list_from_a_poor_start():
    run = drawn(games=8, life=3, room=30.0)
    known = best_order_list(run, 1e-6)
    reach = np.full(run.deliveries, 1.0)
    found = best_whole_list(run, Start(np.full(run.deliveries, 5.0), reach, -np.inf), 1e-6)
    assert found.cost == pytest.approx(known.cost, rel=1e-5)
    assert found.bound == pytest.approx(found.cost, rel=1e-5)


def test_programs_too_large_are_left_to_cuts(monkeypatch):
    run = drawn(games=10, scenarios=120, life=3)
    usual = best_order_list(run, 1e-6)
    monkeypatch.setattr(order_list, "LARGEST_PROGRAM", 0)
    assert best_order_list(run, 1e-6).cost == pytest.approx(usual.cost, rel=1e-5)


def test_groups_of_scenarios_add_up():
    run = drawn(scenarios=7)
    lists = np.cumsum(np.full((3, run.deliveries), 11.0), axis=1)
    assert expected_costs(run, lists, 3).sum(axis=1) == pytest.approx(expected_costs(run, lists)[:, 0])
