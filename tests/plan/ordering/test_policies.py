import itertools

import numpy as np
import pytest

from gatecast.plan.optimize.inventory import stock_cost
from gatecast.plan.ordering.exact import exact_cost, optimum, rolling_order, small_problem
from gatecast.plan.ordering.policies import (
    BaseStock,
    FixedPlan,
    ProjectedInventory,
    Rolling,
    costs_of,
    open_loop,
    program,
    run_policy,
    tuned,
)
from gatecast.plan.ordering.problem import OrderState, replay_orders

from .instances import belief, item, problem_of

DAYS = np.arange(4) + 18_000


@pytest.fixture(scope="module")
def keeps():
    return problem_of(item(shelf_life_days=2, order_days=1), DAYS, None), belief(DAYS, 6.0, p_postponed=0.0)


def start(problem, beliefs):
    empty = np.zeros(len(problem))
    return OrderState(0, 0, empty, empty, beliefs.given(()), beliefs.p_postponed)


def test_a_list_of_orders_costs_what_the_plan_of_all_games_says(keeps):
    problem, beliefs = keeps
    _, needs = beliefs.draw(np.random.default_rng(0), 20)
    orders = np.array([6, 5, 7, 4])
    ours = np.mean([replay_orders(problem, orders, need) for need in needs])
    assert ours == pytest.approx(costs_of(problem, start(problem, beliefs), orders[None], needs)[0])
    assert ours == pytest.approx(stock_cost(orders, needs.T, DAYS, None, item(shelf_life_days=2)).sum())


def test_orders_decided_at_once_are_nearly_the_best_list(keeps):
    problem, beliefs = keeps
    _, needs = beliefs.draw(np.random.default_rng(1), 32)
    state = start(problem, beliefs)
    found = open_loop(problem, state, needs)
    lists = np.array(list(itertools.product(range(4, 12), repeat=4)))
    best = costs_of(problem, state, lists, needs).min()
    assert costs_of(problem, state, found[None], needs)[0] <= 1.01 * best


def test_what_was_seen_changes_what_is_ordered(keeps):
    problem, beliefs = keeps
    outcome = [np.full(4, score) for score in (-2.0, 2.0)]
    need = np.full(4, 6.0)
    orders = [run_policy(problem, beliefs, Rolling(beliefs), (scores, need))[1] for scores in outcome]
    assert orders[0][0] == orders[1][0]
    assert orders[0][1:].sum() < orders[1][1:].sum()


def test_the_program_from_a_state_is_that_of_the_search(keeps):
    problem, beliefs = keeps[0], belief(DAYS, 60.0, p_postponed=0.0)
    _, needs = beliefs.draw(np.random.default_rng(1), 32)
    stock, under_way = np.array([30.0, 0, 0, 0]), np.array([0, 50.0, 0, 0])
    state = OrderState(2, 1, stock, under_way, beliefs.given((0.0,)), beliefs.p_postponed, (0.0,))
    found, searched = program(problem, state, needs), open_loop(problem, state, needs)
    costs = costs_of(problem, state, np.stack([found, searched]), needs)
    assert found[1] == 50
    assert costs[0] == pytest.approx(costs[1], rel=0.02)


def test_adapting_costs_less_than_a_list_and_tuning_less_than_a_guess(keeps):
    problem, beliefs = keeps
    scores, needs = beliefs.draw(np.random.default_rng(2), 150)

    def cost(policy):
        pairs = zip(scores, needs, strict=True)
        return np.mean([run_policy(problem, beliefs, policy, pair)[0] for pair in pairs])

    fixed = FixedPlan(tuple(int(x) for x in Rolling(beliefs).orders(problem, start(problem, beliefs))))
    level = tuned(ProjectedInventory, [keeps], outcomes=40)
    assert cost(Rolling(beliefs, scenarios=64)) < cost(fixed)
    assert cost(level) < cost(ProjectedInventory(-1.5))


def test_no_policy_beats_the_optimum_and_the_rolling_program_comes_close():
    draw = np.random.default_rng(5)
    for _ in range(3):
        small = small_problem(draw, games=3, values=3)
        best = optimum(small)
        rolling = exact_cost(small, lambda state, small=small: rolling_order(small, state))
        level = exact_cost(small, lambda state, small=small: BaseStock(0.5).order(small.problem, state))
        assert best - 1e-9 <= rolling <= 1.1 * best
        assert level >= best - 1e-9


def test_the_optimum_is_that_of_all_policies_tried():
    """One game of a tiny problem after another, every rule of what was seen tried."""
    small = small_problem(np.random.default_rng(8), games=2, values=2)
    places, chances = small.outcomes
    needs = small.values[np.arange(2), places]
    free = small.lead == 0
    costs = []
    for first, *later in itertools.product(range(small.most + 1), repeat=3 if free else 2):
        second = [later[place[0]] if free else later[0] for place in places]
        paid = [replay_orders(small.problem, np.array([first, x]), need) for x, need in zip(second, needs, strict=True)]
        costs.append(chances @ paid)
    assert optimum(small) == pytest.approx(min(costs))
