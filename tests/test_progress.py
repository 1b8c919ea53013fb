import pytest

from gatecast.progress import WholeJob, training_stages


def ticking():
    moment = iter(range(10_000))
    return lambda: float(next(moment))


def test_one_share_runs_from_start_to_end_and_never_falls():
    job = WholeJob(training_stages(3))
    steps = [("", 0, 1)]
    steps += [("training, early stopping", epoch, 10) for epoch in range(1, 7)]
    steps += [(f"training, member {1 + turn % 3}", 1 + turn // 3, 6) for turn in range(18)]
    steps += [("forecasting", 0, 1), ("forecasting", 1, 1)]
    shares = [job.told(*step) for step in steps]
    assert shares == sorted(shares)
    assert shares[0] < 0.05
    assert shares[-1] == pytest.approx(1.0)


def test_members_side_by_side_count_what_each_has_done():
    job = WholeJob([{"a": 1.0, "b": 1.0}])
    job.told("a", 1, 2)
    assert job.told("b", 1, 2) == 0.5


def test_an_unknown_stage_changes_nothing():
    job = WholeJob([{"a": 1.0}])
    job.told("a", 1, 2)
    assert job.told("something else", 9, 9) == 0.5


def test_the_time_left_is_told_once_there_is_a_pace():
    job = WholeJob([{"a": 1.0}], clock=ticking())
    assert job.seconds_left is None
    job.told("a", 0, 10)
    assert job.seconds_left is None
    job.told("a", 5, 10)
    assert job.seconds_left == pytest.approx(2.0, abs=1.0)
