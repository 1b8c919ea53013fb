import warnings

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.errors import InputError
from gatecast.plan.ordering.environment import OrderingEnvironment

from .instances import belief, instances, item, plain_cost, problem_of

DAYS = np.arange(5) + 18_000


def two_items(days=DAYS):
    fresh = problem_of(item(order_days=0), days, None)
    keeps = problem_of(item(shelf_life_days=3, order_days=2, store_size=40), days, None)
    return [(fresh, belief(days)), (keeps, belief(days, 15.0))]


def test_gymnasium_finds_nothing_to_complain_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*`env.spec` is None.*|.*not within the range.*|.*render.*")
        check_env(OrderingEnvironment(two_items()), skip_render_check=True)


def play(environment, orders, scores, need):
    observation, _ = environment.reset(options={"scores": scores, "need": need})
    rewards, seen = [], [observation]
    for order in np.atleast_2d(orders).T:
        observation, reward, done, _, _ = environment.step(order)
        rewards.append(reward)
        seen.append(observation)
    assert done
    return -sum(rewards), seen, rewards


@given(instances())
@settings(max_examples=60, deadline=None)
def test_a_homestand_costs_what_a_plain_loop_counts(instance):
    entry, days, weekdays, orders, need, scores = instance
    problem = problem_of(entry, days, weekdays)
    environment = OrderingEnvironment([(problem, belief(days))])
    cost, _, _ = play(environment, orders, scores, need[None, :])
    assert cost == pytest.approx(plain_cost(entry, days, weekdays, orders, need), abs=0.005)


@given(instances(), st.integers(0, 5), st.integers(0, 20), st.floats(-3, 3))
@settings(max_examples=40, deadline=None)
def test_nothing_in_a_state_is_known_only_later(instance, changed, other_need, other_score):
    entry, days, weekdays, orders, need, scores = instance
    problem = problem_of(entry, days, weekdays)
    changed %= len(days)
    environment = OrderingEnvironment([(problem, belief(days))])
    _, before, paid = play(environment, orders, scores, need[None, :])
    scores, need = scores.copy(), need.copy()
    scores[changed], need[changed] = other_score, other_need
    _, after, paid_after = play(environment, orders, scores, need[None, :])
    unknown = [game for game in range(len(days)) if problem.known[game] <= changed]
    for game in unknown:
        assert all(np.array_equal(before[game][key], after[game][key]) for key in before[game])
        assert paid[:game] == paid_after[:game]


def test_items_of_other_games_are_refused():
    with pytest.raises(InputError, match="share the same games"):
        OrderingEnvironment([*two_items(), *two_items(DAYS[:3])])


def test_the_same_seed_plays_the_same_homestand():
    environment = OrderingEnvironment(two_items())
    needs = []
    for _ in range(2):
        environment.reset(seed=4)
        needs.append(environment.need)
    assert np.array_equal(*needs)
