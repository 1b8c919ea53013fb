from itertools import pairwise

import numpy as np
import pytest

from gatecast.plan import CrowdSettings, Operations, TransportService
from gatecast.plan.demand.crowd import Crowd
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.optimize.requirements import TransportRequirement, decide

PEOPLE = np.array([[900.0, 1500, 1100, 2500], [100, 90, 80, 0]])


def service(**settings):
    return TransportService(**({"name": "buses", "share": 0.2, "seats": 50, "cost": 300, "penalty": 20} | settings))


def decision(**settings):
    operations = Operations(crowd=CrowdSettings(show_rate=1), transport=(service(**settings),))
    return next(decide(Crowd(PEOPLE, PEOPLE), operations))


def cost_of(row, vehicles, each):
    """Expected cost of one game, counted person by person."""
    return 300 * vehicles + sum(20 * max(0.2 * people - vehicles * each, 0) for people in row) / len(row)


@pytest.mark.parametrize(("times", "each"), [({}, 50), ({"trip_minutes": 20, "minutes_to_clear": 65}, 150)])
def test_the_choice_is_the_best_of_all_whole_numbers(times, each):
    found = decision(**times)
    for row, choice, cost in zip(PEOPLE, found.choice, found.expected_cost, strict=True):
        best = min(cost_of(row, vehicles, each) for vehicles in range(12))
        assert cost == pytest.approx(cost_of(row, choice, each)) == pytest.approx(best)


def test_more_time_to_clear_never_needs_more_vehicles_nor_costs_more():
    found = [decision(trip_minutes=20, minutes_to_clear=minutes) for minutes in (10, 40, 60, 120)]
    for few, many in pairwise(found):
        assert (many.choice <= few.choice).all()
        assert (many.expected_cost <= few.expected_cost).all()


def test_a_fleet_and_a_minimum_limit_the_choice():
    assert decision(minimum=2, fleet=3).choice.tolist() == [3, 2]
    assert decision(minimum=2, fleet=3).marginal_worth[0] > 0


def test_needs_are_people_over_what_a_vehicle_takes():
    buses = service(trip_minutes=30, minutes_to_clear=60)
    requirement = TransportRequirement.of(buses, Crowd(PEOPLE, PEOPLE), GameDays.apart(2))
    assert sorted(requirement.units[0]) == pytest.approx([1.8, 2.2, 3.0, 5.0])
    assert requirement.costs.missing == 2000
