"""What plans cost beside hindsight."""

from gatecast.service.plan_record import plan_record

CLUB = "Quillport Lanterns"


def test_the_replay_lies_between_habit_and_hindsight(sample_club):
    record = plan_record(sample_club, CLUB)
    assert record.issued is None
    replay = record.replay
    assert replay.games > 60
    assert replay.hindsight < replay.forecast < replay.habit
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
