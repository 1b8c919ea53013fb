from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.plan import StaffRole
from gatecast.plan.demand.crowd import Crowd
from gatecast.plan.optimize.newsvendor import UnitCosts, best_choice, expected_cost, risk_short
from gatecast.plan.optimize.staffing import (
    by_rule,
    people_engaged,
    shift_costs,
    shifts_needed,
    shifts_offered,
    staff_program,
)

ONE = np.zeros(3, int)
NEEDS = st.lists(st.lists(st.floats(0, 7), min_size=3, max_size=3), min_size=1, max_size=4)
COSTS = st.builds(
    lambda unit, extra, more, most: UnitCosts(unit, unit + extra + more, late=unit + extra, late_most=most),
    st.floats(1, 50), st.floats(1, 50), st.floats(1, 50), st.integers(0, 3),
) | st.builds(lambda unit, extra: UnitCosts(unit, unit + extra), st.floats(1, 50), st.floats(1, 50))  # fmt: skip
LEAST = st.lists(st.integers(0, 4), min_size=3, max_size=3).map(np.array)


def as_need(columns):
    return np.array(columns).T


def cost_of_shifts(need, shifts, costs):
    """Expected cost of one homestand, counted shift by shift."""
    total = 0.0
    for row, hired in zip(need, shifts, strict=True):
        for asked in row:
            short = max(asked - hired, 0)
            late = min(short, costs.late_most) if costs.late is not None else 0
            total += (costs.unit * hired + (costs.late or 0) * late + costs.missing * (short - late)) / len(row)
    return total


def brute(need, costs, fewest, least, most):
    """The smallest cost of all whole numbers of shifts that keep the contract."""
    pool = 8 if most is None else most
    ways = product(*(range(min(low, pool), pool + 1) for low in least))
    return min(cost_of_shifts(need, w, costs) for w in ways if sum(w) >= min(fewest, len(w)) * max(w))


@settings(max_examples=60, deadline=None)
@given(NEEDS, COSTS, st.integers(0, 4), LEAST, st.none() | st.integers(0, 8))
def test_the_program_equals_enumeration(columns, costs, fewest, least, most):
    need = as_need(columns)
    shifts = staff_program(need, costs, ONE, fewest, least=least, most=most)
    assert cost_of_shifts(need, shifts, costs) == pytest.approx(brute(need, costs, fewest, least, most), abs=1e-6)
    assert (shifts >= (least if most is None else np.minimum(least, most))).all()
    assert most is None or shifts.max() <= most
    assert shifts.sum() >= min(fewest, 3) * shifts.max()


@settings(deadline=None)
@given(NEEDS, COSTS, st.integers(0, 1), LEAST)
def test_where_nothing_ties_the_games_the_newsvendor_is_the_program(columns, costs, fewest, least):
    need = as_need(columns)
    alone = best_choice(need, costs, least)
    assert staff_program(need, costs, ONE, fewest, least=least).tolist() == alone.tolist()
    assert cost_of_shifts(need, alone, costs) == pytest.approx(brute(need, costs, fewest, least, None), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(NEEDS, COSTS, st.integers(0, 3), LEAST, st.integers(0, 4), st.integers(0, 4))
def test_a_larger_pool_never_raises_cost(columns, costs, fewest, least, pool, more):
    need, enough = as_need(columns), pool + least.max()
    few, many = (
        expected_cost(need, staff_program(need, costs, ONE, fewest, least=least, most=int(n)), costs).sum()
        for n in (enough, enough + more)
    )
    assert many <= few + 1e-6


@settings(max_examples=40, deadline=None)
@given(NEEDS, COSTS, st.integers(0, 8), st.integers(0, 4))
def test_a_larger_pool_never_raises_what_lacks_to_the_minimum(columns, costs, pool, more):
    need, least = as_need(columns), np.array([2, 5, 9])
    few, many = (
        np.maximum(least - staff_program(need, costs, ONE, 2, least=least, most=n), 0) for n in (pool, pool + more)
    )
    assert (many <= few).all()


@settings(max_examples=60, deadline=None)
@given(NEEDS, st.lists(st.floats(0, 5), min_size=3, max_size=3), COSTS, st.integers(0, 3))
def test_more_demand_never_lowers_the_people_engaged_or_the_cost(columns, added, costs, fewest):
    need = as_need(columns)
    higher = need + np.array(added)[:, None]
    few, many = (staff_program(n, costs, ONE, fewest) for n in (need, higher))
    assert many.max() >= few.max()
    assert expected_cost(higher, many, costs).sum() >= expected_cost(need, few, costs).sum() - 1e-6


@given(NEEDS, COSTS, st.integers(0, 8))
def test_more_staff_never_raises_the_shortage(columns, costs, hired):
    need = as_need(columns)
    few, many = (risk_short(need, np.full(3, n), costs.reserve) for n in (hired, hired + 1))
    assert (many <= few).all()


def test_each_home_stand_keeps_its_own_contract():
    draw = np.random.default_rng(5)
    need, costs = draw.uniform(2, 30, (12, 40)), UnitCosts(100, 400, late=150, late_most=2)
    need[::5] *= 4
    stands = np.array([7, 1, 1, 7, 1, 3, 3, 3, 7, 7, 1, 9])
    together = staff_program(need, costs, stands, 3)
    for stand in np.unique(stands):
        rows = stands == stand
        apart = staff_program(need[rows], costs, np.zeros(rows.sum(), int), 3)
        assert expected_cost(need[rows], together[rows], costs).sum() == pytest.approx(
            expected_cost(need[rows], apart, costs).sum()
        )
        assert together[rows].sum() >= min(3, rows.sum()) * together[rows].max()
    assert people_engaged(together, stands)[stands == 1].tolist() == [together[stands == 1].max()] * 4


def test_a_contract_costs_more_and_binds_where_one_game_stands_out():
    need, costs = np.array([[10.0], [10.0], [30.0]]), UnitCosts(100, 250)
    free, bound = (staff_program(need, costs, ONE, fewest) for fewest in (0, 3))
    assert free.tolist() == [10, 10, 30]
    assert bound.tolist() == [10, 10, 10]
    assert expected_cost(need, bound, costs).sum() > expected_cost(need, free, costs).sum()


def test_a_home_stand_shorter_than_the_contract_offers_all_its_games():
    assert shifts_offered(4, np.array([0, 0, 1, 2, 2, 2, 2, 2])).tolist() == [2, 2, 1, 4, 4, 4, 4, 4]
    need = np.array([[10.0], [12.0]])
    assert staff_program(need, UnitCosts(100, 400), np.zeros(2, int), 5).tolist() == [12, 12]


def test_the_rule_is_met_in_the_share_of_outcomes_asked_for():
    people = np.arange(1.0, 201.0)[None, :]
    role = StaffRole(name="managers", people_per_shift=10, cost=1, shortage_cost=2, minimum_one_per=10)
    assert by_rule(role, Crowd(people, people), 0.95).tolist() == [19]
    assert shifts_needed(role, Crowd(people, people)).max() == 20


def test_shift_costs_hold_the_call_in():
    role = StaffRole(name="u", people_per_shift=10, cost=100, shortage_cost=400, call_in_cost=150, call_in_pool=5)
    assert shift_costs(role) == UnitCosts(100, 400, late=150, late_most=5)
    unconstrained = StaffRole(name="u", people_per_shift=10, cost=100, shortage_cost=400, call_in_cost=150)
    assert shift_costs(unconstrained).reserve == np.inf
    assert expected_cost(np.array([[20.0]]), np.array([8]), shift_costs(role)).tolist() == [800 + 5 * 150 + 7 * 400]
