import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.plan.optimize.newsvendor import UnitCosts, best_choice, expected_cost, risk_short, worth_of_one_more

NEEDS = st.lists(st.floats(0, 40), min_size=1, max_size=12)
MONEY = st.floats(1, 100)
COSTS = st.builds(
    lambda unit, extra, idle: UnitCosts(unit=unit, missing=unit + extra, idle=idle),
    st.one_of(st.just(0.0), MONEY), MONEY, MONEY,
) | st.builds(
    lambda unit, extra, more, idle, most: UnitCosts(unit, unit + extra + more, idle, late=unit + extra, late_most=most),
    MONEY, MONEY, MONEY, st.one_of(st.just(0.0), MONEY), st.integers(0, 8) | st.just(np.inf),
)  # fmt: skip


def brute_cost(need, x, costs):
    total = 0
    for asked in need:
        short = max(asked - x, 0)
        late = 0 if costs.late is None else min(short, costs.late_most)
        total += costs.unit * x + costs.missing * (short - late) + costs.idle * max(x - asked, 0)
        total += 0 if costs.late is None else costs.late * late
    return total / len(need)


def as_need(values):
    return np.array([values], dtype=float)


@given(NEEDS, COSTS)
def test_the_choice_is_the_best_of_all_whole_numbers(need, costs):
    choice = int(best_choice(as_need(need), costs)[0])
    best = min(brute_cost(need, x, costs) for x in range(43))
    assert brute_cost(need, choice, costs) == pytest.approx(best, rel=1e-7, abs=1e-6)


@given(NEEDS, COSTS, st.integers(0, 40), st.integers(0, 20))
def test_the_choice_is_the_best_within_limits(need, costs, least, room):
    choice = int(best_choice(as_need(need), costs, least, least + room)[0])
    best = min(brute_cost(need, x, costs) for x in range(least, least + room + 1))
    assert least <= choice <= least + room
    assert brute_cost(need, choice, costs) == pytest.approx(best, rel=1e-7, abs=1e-6)


@given(NEEDS, COSTS, st.integers(0, 45))
def test_expected_cost_is_the_plain_average(need, costs, x):
    assert expected_cost(as_need(need), np.array([x]), costs)[0] == pytest.approx(brute_cost(need, x, costs))


@given(NEEDS, st.integers(0, 45))
def test_more_never_raises_the_risk_of_running_short(need, x):
    few, more = (risk_short(as_need(need), np.array([n]))[0] for n in (x, x + 1))
    assert more <= few


@given(NEEDS, COSTS, st.lists(st.floats(0, 10), min_size=12, max_size=12))
def test_higher_demand_never_lowers_the_choice(need, costs, added):
    higher = [n + a for n, a in zip(need, added, strict=False)]
    assert best_choice(as_need(higher), costs)[0] >= best_choice(as_need(need), costs)[0]


@given(NEEDS, COSTS, st.integers(0, 45))
def test_worth_of_one_more_is_the_drop_in_cost(need, costs, x):
    drop = brute_cost(need, x, costs) - brute_cost(need, x + 1, costs)
    assert worth_of_one_more(as_need(need), np.array([x]), costs)[0] == pytest.approx(drop, abs=1e-6)


def test_a_dearer_shortage_takes_more():
    need = np.linspace(10, 30, 199)[None, :]
    choices = [best_choice(need, UnitCosts(unit=100, missing=missing))[0] for missing in (150, 200, 400, 2000)]
    assert choices == sorted(choices)
    assert choices[0] < choices[-1]


def test_what_can_be_had_late_is_never_worse_and_asks_for_less():
    need, alone = np.linspace(10, 30, 199)[None, :], UnitCosts(unit=100, missing=400)
    choices, spent = [], []
    for costs in (alone, *(UnitCosts(100, 400, late=150, late_most=most) for most in (0, 2, 8, np.inf))):
        choices.append(int(best_choice(need, costs)[0]))
        spent.append(float(expected_cost(need, np.array(choices[-1:]), costs)[0]))
    assert choices == sorted(choices, reverse=True)
    assert spent == sorted(spent, reverse=True)
    assert choices[0] == choices[1] > choices[-1]
    assert spent[0] == spent[1] > spent[-1]


def test_the_order_of_outcomes_does_not_matter():
    need = np.random.default_rng(1).gamma(4, 3, (30, 20))
    costs = UnitCosts(unit=3, missing=11, idle=1, late=6, late_most=2)
    assert best_choice(need, costs).tolist() == best_choice(np.sort(need, axis=1), costs).tolist()


def test_many_games_at_once_are_each_chosen_alone():
    needs = np.sort(np.random.default_rng(0).gamma(4, 3, (50, 20)), axis=1)
    costs = UnitCosts(unit=3, missing=11, idle=1)
    together = best_choice(needs, costs)
    assert together.tolist() == [best_choice(need[None, :], costs)[0] for need in needs]
