"""What plans cost beside hindsight."""

import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.plan.evaluate.settlement import after_the_games
from gatecast.service.homestands import homestand_view
from gatecast.service.issued_plans import changes_since_issue, outcome_of_plans, plan_record, record_plan
from gatecast.service.operations_form import edited

TUESDAY, WEDNESDAY = "QUI202506100", "QUI202506110"


def gates(service, **attendance):
    service.store.record_outcomes(pl.DataFrame({"game_id": list(attendance), "attendance": list(attendance.values())}))


def test_a_plan_is_issued_as_it_is_with_its_forecast(own_service):
    view = homestand_view(own_service)
    assert changes_since_issue(own_service, view) is None
    number = record_plan(own_service, view)
    assert own_service.store.plans().row(0)[0::2] == (number, view.issue_id)
    kept = own_service.store.plan(number)
    assert kept["notice"].startswith("Simulated")
    assert len(kept["decisions"]) == view.plan.decisions.table.height
    found = changes_since_issue(own_service, view)
    assert (found.issued.plan_id, found.new_games) == (number, 0)
    assert (found.differences.changes, found.differences.choices) == ((), ())


def test_what_has_changed_since_the_last_one_was_issued(own_service):
    record_plan(own_service, homestand_view(own_service))
    own_service.save_operations(edited(own_service.operations(), {"staff.ushers.cost": "150"}).operations)
    found = changes_since_issue(own_service, homestand_view(own_service))
    assert [change.name for change in found.differences.changes] == ["ushers"]
    assert len(found.differences.choices) == 6
    record_plan(own_service, homestand_view(own_service))
    assert changes_since_issue(own_service, homestand_view(own_service)).differences.choices == ()


def test_games_played_since_are_not_compared(own_service):
    record_plan(own_service, homestand_view(own_service))
    gates(own_service, **{TUESDAY: 3000})
    found = changes_since_issue(own_service, homestand_view(own_service, 2025, 5))
    assert found.new_games == 0
    # What keeps is ordered anew: a game that was played can no longer leave its stock to the next ones by rain.
    changed = found.differences.choices
    assert {choice["kind"] for choice in changed} <= {"stock"}
    assert TUESDAY not in {choice["game_id"] for choice in changed}


def test_a_plan_of_another_home_stand_does_not_count(own_service):
    record_plan(own_service, homestand_view(own_service, 2025, 6))
    assert changes_since_issue(own_service, homestand_view(own_service)) is None


def test_what_a_plan_cost_with_the_gate_that_came_beside_hindsight(own_service):
    view = homestand_view(own_service)
    record_plan(own_service, view)
    assert outcome_of_plans(own_service, homestand_view(own_service).played) is None
    gates(own_service, **{TUESDAY: 3000, WEDNESDAY: 2900})
    found = outcome_of_plans(own_service, homestand_view(own_service, 2025, 5).played)
    plain = after_the_games(view.plan.decisions, own_service.home_games(own_service.club())).running
    assert [each.game_id for each in found.outcomes] == [TUESDAY, WEDNESDAY]
    assert found.cost == pytest.approx(plain["cost"].sum())
    assert found.expected == pytest.approx(plain["expected_cost"].sum())
    assert found.hindsight == pytest.approx(plain["hindsight_cost"].sum())
    assert found.hindsight < found.cost
    assert sum(each.cost for each in found.outcomes) == pytest.approx(found.cost)


def test_the_last_plan_before_each_game_counts(own_service):
    record_plan(own_service, homestand_view(own_service))
    gates(own_service, **{TUESDAY: 3000})
    own_service.save_operations(edited(own_service.operations(), {"staff.ushers.cost": "150"}).operations)
    later = homestand_view(own_service, 2025, 5)
    record_plan(own_service, later)
    gates(own_service, **{WEDNESDAY: 2900})
    found = outcome_of_plans(own_service, homestand_view(own_service, 2025, 5).played)
    plain = after_the_games(later.plan.decisions, own_service.home_games(own_service.club())).running
    assert found.outcomes[1].cost == pytest.approx(plain["cost"].sum())
    assert found.outcomes[0].game_id == TUESDAY


def test_plans_in_another_currency_are_not_compared(own_service):
    record_plan(own_service, homestand_view(own_service))
    own_service.save_operations(edited(own_service.operations(), {"currency": "EUR"}).operations)
    assert changes_since_issue(own_service, homestand_view(own_service)).differences is None


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
    assert changes_since_issue(own_service, homestand_view(own_service)) is None
    number = record_plan(own_service, homestand_view(own_service))
    own_service.store.record_plan(odd)
    assert changes_since_issue(own_service, homestand_view(own_service)).issued.plan_id == number


def test_nothing_to_issue(sample_club):
    with pytest.raises(InputError, match="without a plan"):
        record_plan(sample_club, homestand_view(sample_club, 2025, 1))


CLUB = "Quillport Lanterns"


def test_the_replay_lies_between_habit_and_hindsight(sample_club):
    record = plan_record(sample_club, CLUB)
    assert record.issued is None
    replay = record.replay
    assert replay.games > 60
    assert replay.hindsight < replay.forecast < replay.naive
    assert replay.saved.low < replay.saved.estimate < replay.saved.high


def test_a_season_counts_alone(sample_club):
    assert plan_record(sample_club, CLUB, 2025).replay.games < plan_record(sample_club, CLUB).replay.games


def test_it_counts_with_todays_operations(own_service):
    before = plan_record(own_service, CLUB).replay
    own = own_service.operations()
    dearer = tuple(role.replace(cost=role.cost * 1.2) for role in own.staff)
    own_service.save_operations(own.replace(staff=dearer))
    assert plan_record(own_service, CLUB).replay.forecast > before.forecast


def test_without_forecasts_there_is_none(empty_service):
    record = plan_record(empty_service, "nobody")
    assert record.issued is None
    assert record.replay is None
