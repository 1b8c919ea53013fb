from dataclasses import replace

import numpy as np
import pytest

from gatecast.plan import CrowdSettings, Operations, StaffRole, default_operations
from gatecast.plan.demand.crowd import Crowd
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.optimize.requirements import decide, requirements

DAYS = replace(GameDays.apart(5), homestands=np.array([0, 0, 0, 1, 1]))


def crowd(people):
    people = np.asarray(people, dtype=float)
    return Crowd(people, people)


def believed(scenarios=60, seed=0):
    draw = np.random.default_rng(seed)
    return crowd(draw.uniform(5_000, 40_000, (5, 1)) * draw.uniform(0.7, 1.3, (5, scenarios)))


def ushers(**settings):
    given = {"name": "ushers", "people_per_shift": 100, "cost": 100, "shortage_cost": 400}
    return Operations(crowd=CrowdSettings(show_rate=1.0), staff=(StaffRole(**(given | settings)),))


def test_a_choice_made_under_one_belief_is_costed_under_another_with_its_call_ins():
    operations = ushers(call_in_cost=150, call_in_pool=10)
    guess, came = (next(requirements(crowd(people), operations)) for people in ([[1000.0], [2000]], [[1700.0], [2500]]))
    choice = guess.choose()
    assert choice.tolist() == [10, 20]
    assert came.cost(choice).tolist() == [1000 + 7 * 150, 2000 + 5 * 150]
    assert came.cost(choice - 5).tolist() == [500 + 10 * 150 + 2 * 400, 1500 + 10 * 150]


def test_nothing_beats_hindsight_where_games_are_tied_together():
    operations = ushers(minimum_shifts=3, call_in_cost=150, call_in_pool=5, minimum_one_per=120, pool=320)
    guess = next(requirements(believed(), operations, DAYS)).choose()
    for seed in range(1, 20):
        real = next(requirements(believed(scenarios=1, seed=seed), operations, DAYS))
        assert real.cost(real.choose(heed_rules=False)).sum() <= real.cost(guess).sum() + 1e-6


def test_without_home_stands_each_game_is_its_own():
    operations = ushers(minimum_shifts=3)
    apart, tied = (next(decide(believed(), operations, days)) for days in (None, DAYS))
    assert apart.choice.tolist() == apart.game_by_game.tolist() == tied.game_by_game.tolist()
    assert tied.choice.tolist() != tied.game_by_game.tolist()
    assert tied.expected_cost.sum() > apart.expected_cost.sum()


def test_needs_stand_in_the_order_of_the_file():
    operations = default_operations()
    named = [requirement.entry.name for requirement in requirements(believed(), operations)]
    assert named == [entry.name for entry in (*operations.staff, *operations.stock, *operations.transport)]


@pytest.mark.parametrize("seed", range(3))
def test_each_decision_costs_and_risks_what_its_outcomes_do(seed):
    belief = believed(seed=seed)
    decision = next(decide(belief, ushers(call_in_cost=150, call_in_pool=10)))
    asked = belief.people / 100
    short = np.maximum(asked - decision.choice[:, None], 0)
    late = np.minimum(short, 10)
    cost = 100 * decision.choice + (150 * late + 400 * (short - late)).mean(axis=1)
    assert decision.expected_cost == pytest.approx(cost)
    assert decision.risk_short == pytest.approx((short > 10).mean(axis=1))
