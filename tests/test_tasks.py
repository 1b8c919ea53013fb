"""Tasks in this process: what every engine must do, done in the simplest way."""

from gatecast.tasks import HERE, in_order


def test_results_come_with_their_places_and_progress_says_what_runs():
    told = []
    results = HERE.results(
        lambda shared, task, progress: shared[task],
        {"first": 1, "second": 2},
        ["second", "first"],
        names=["the second", "the first"],
        progress=lambda *said: told.append(said),
    )
    assert in_order(results) == [2, 1]
    assert told == [("the second", 0, 2), ("the first", 1, 2)]


def test_work_begins_only_when_its_result_is_asked_for():
    begun = []
    results = HERE.results(lambda shared, task, progress: begun.append(task), None, [1, 2], names=["one", "two"])
    next(results)
    assert begun == [1]
