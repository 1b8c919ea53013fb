import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.plan.evaluate.settlement import after_the_games
from gatecast.service.homestands import stand_view
from gatecast.service.issued_plans import afterwards, issue, since
from gatecast.service.operations_form import edited

TUESDAY, WEDNESDAY = "QUI202506100", "QUI202506110"


def gates(service, **attendance):
    service.store.record_outcomes(pl.DataFrame({"game_id": list(attendance), "attendance": list(attendance.values())}))


def test_a_plan_is_issued_as_it_is_with_its_forecast(own_service):
    view = stand_view(own_service)
    assert since(own_service, view) is None
    number = issue(own_service, view)
    assert own_service.store.plans().row(0)[0::2] == (number, view.issue_id)
    kept = own_service.store.plan(number)
    assert kept["notice"].startswith("Simulated")
    assert len(kept["decisions"]) == view.plan.plan.table.height
    found = since(own_service, view)
    assert (found.issued.plan_id, found.new_games) == (number, 0)
    assert (found.differences.changes, found.differences.choices) == ((), ())


def test_what_has_changed_since_the_last_one_was_issued(own_service):
    issue(own_service, stand_view(own_service))
    own_service.save_operations(edited(own_service.operations(), {"staff.ushers.cost": "150"}).operations)
    found = since(own_service, stand_view(own_service))
    assert [change.name for change in found.differences.changes] == ["ushers"]
    assert len(found.differences.choices) == 6
    issue(own_service, stand_view(own_service))
    assert since(own_service, stand_view(own_service)).differences.choices == ()


def test_games_played_since_are_not_compared(own_service):
    issue(own_service, stand_view(own_service))
    gates(own_service, **{TUESDAY: 3000})
    found = since(own_service, stand_view(own_service, 2025, 5))
    assert found.new_games == 0
    assert found.differences.choices == ()


def test_a_plan_of_another_home_stand_does_not_count(own_service):
    issue(own_service, stand_view(own_service, 2025, 6))
    assert since(own_service, stand_view(own_service)) is None


def test_what_a_plan_cost_with_the_gate_that_came_beside_hindsight(own_service):
    view = stand_view(own_service)
    issue(own_service, view)
    assert afterwards(own_service, stand_view(own_service).played) is None
    gates(own_service, **{TUESDAY: 3000, WEDNESDAY: 2900})
    found = afterwards(own_service, stand_view(own_service, 2025, 5).played)
    plain = after_the_games(view.plan.plan, own_service.home_games(own_service.club())).running
    assert [each.game_id for each in found.outcomes] == [TUESDAY, WEDNESDAY]
    assert found.cost == pytest.approx(plain["cost"].sum())
    assert found.expected == pytest.approx(plain["expected_cost"].sum())
    assert found.hindsight == pytest.approx(plain["hindsight_cost"].sum())
    assert found.hindsight < found.cost
    assert sum(each.cost for each in found.outcomes) == pytest.approx(found.cost)


def test_the_last_plan_before_each_game_counts(own_service):
    issue(own_service, stand_view(own_service))
    gates(own_service, **{TUESDAY: 3000})
    own_service.save_operations(edited(own_service.operations(), {"staff.ushers.cost": "150"}).operations)
    later = stand_view(own_service, 2025, 5)
    issue(own_service, later)
    gates(own_service, **{WEDNESDAY: 2900})
    found = afterwards(own_service, stand_view(own_service, 2025, 5).played)
    plain = after_the_games(later.plan.plan, own_service.home_games(own_service.club())).running
    assert found.outcomes[1].cost == pytest.approx(plain["cost"].sum())
    assert found.outcomes[0].game_id == TUESDAY


def test_plans_in_another_currency_are_not_compared(own_service):
    issue(own_service, stand_view(own_service))
    own_service.save_operations(edited(own_service.operations(), {"currency": "EUR"}).operations)
    assert since(own_service, stand_view(own_service)).differences is None


@pytest.mark.parametrize(
    "odd",
    [
        {"operations": {}},
        {"operations": {}, "games": 5},
        {"operations": {}, "games": [{"game_id": TUESDAY}], "decisions": []},
        {"operations": {}, "games": [None, {"game_id": TUESDAY}], "decisions": [5], "currency": "$"},
    ],
)
def test_a_plan_of_another_form_is_passed_over(own_service, odd):
    own_service.store.record_plan(odd)
    assert since(own_service, stand_view(own_service)) is None
    number = issue(own_service, stand_view(own_service))
    own_service.store.record_plan(odd)
    assert since(own_service, stand_view(own_service)).issued.plan_id == number


def test_nothing_to_issue(sample_club):
    with pytest.raises(InputError, match="without a plan"):
        issue(sample_club, stand_view(sample_club, 2025, 1))
