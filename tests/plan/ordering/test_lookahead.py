import numpy as np
import pytest

from gatecast.plan.ordering.deep import DeepPolicy
from gatecast.plan.ordering.exact import exact_cost, optimum, small_problem
from gatecast.plan.ordering.lookahead import ListedOutcomes, improved, network_orders


@pytest.fixture(scope="module")
def small():
    return small_problem(np.random.default_rng(3), games=4, values=3)


def test_all_outcomes_side_by_side_cost_what_each_costs_alone(small):
    policy, listed = DeepPolicy.shipped(), ListedOutcomes(small)
    alone = exact_cost(small, lambda state: policy.order(small.problem, state))
    assert listed.cost(network_orders(listed, policy)) == pytest.approx(alone)


def test_looking_ahead_lowers_the_cost_and_never_below_the_optimum():
    draw = np.random.default_rng(4)
    for _ in range(3):
        small = small_problem(draw, games=4, values=3)
        listed, best = ListedOutcomes(small), optimum(small)
        first = network_orders(listed, DeepPolicy.shipped())
        once = improved(listed, first)
        costs = [listed.cost(each) for each in (first, once, improved(listed, once))]
        assert costs == sorted(costs, reverse=True)
        assert best - 1e-9 <= costs[-1] <= 1.05 * best


def test_an_order_reads_only_the_games_known(small):
    listed = ListedOutcomes(small)
    better = improved(listed, network_orders(listed, DeepPolicy.shipped()))
    game = small.games - 1
    alike = listed.alike(int(small.problem.known[game]))
    rows = np.arange(alike)
    empty = np.zeros((alike, small.games))
    assert len(set(better(game, rows, empty, empty))) == 1
