"""What plans cost beside hindsight."""

from dataclasses import replace

from gatecast.desk.plan_record import plan_record

CLUB = "Quillport Lanterns"


def test_the_replay_lies_between_habit_and_hindsight(sample_desk):
    record = plan_record(sample_desk, CLUB)
    assert record.issued is None
    replay = record.replay
    assert replay.games > 60
    assert replay.hindsight < replay.forecast < replay.habit
    assert replay.saved.low < replay.saved.estimate < replay.saved.high


def test_a_season_counts_alone(sample_desk):
    assert plan_record(sample_desk, CLUB, 2025).replay.games < plan_record(sample_desk, CLUB).replay.games


def test_it_counts_with_todays_operations(own_desk):
    before = plan_record(own_desk, CLUB).replay
    own = own_desk.operations()
    dearer = tuple(replace(role, cost=role.cost * 1.2) for role in own.staff)
    own_desk.save_operations(replace(own, staff=dearer))
    assert plan_record(own_desk, CLUB).replay.forecast > before.forecast


def test_without_forecasts_there_is_none(empty_desk):
    record = plan_record(empty_desk, "nobody")
    assert record.issued is None
    assert record.replay is None
