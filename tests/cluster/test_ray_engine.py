"""Tasks on a real Ray cluster: results, errors, progress, and a node that is lost."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from gatecast.errors import DataError
from gatecast.tasks import HERE, in_order


def waited_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_results_are_those_of_one_process_and_inputs_are_read_in_place(engine):
    shared = {"values": np.arange(1000.0)}

    def work(shared, task, progress):
        return shared["values"][task] * 2, shared["values"].flags.writeable

    tasks, names = [3, 1, 2], ["third", "first", "second"]
    there = in_order(engine.results(work, shared, tasks, names=names))
    here = in_order(HERE.results(work, shared, tasks, names=names))
    assert [value for value, _ in there] == [value for value, _ in here] == [6.0, 2.0, 4.0]
    assert not any(writeable for _, writeable in there)


def test_an_error_of_a_task_comes_as_it_was_raised(engine):
    def work(shared, task, progress):
        raise DataError("'-40'", "a whole number", file="games.csv", row=task)

    with pytest.raises(DataError, match=r"games\.csv, row 17: got '-40'") as raised:
        in_order(engine.results(work, None, [17], names=["reading"]))
    assert raised.value.row == 17


def test_one_progress_tells_of_all_tasks(engine):
    told = []

    def work(shared, task, progress):
        progress("training", 4, 10)
        time.sleep(2.5)

    in_order(engine.results(work, None, [1, 2], names=["one", "two"], progress=lambda *said: told.append(said)))
    assert any("1 node, 1 at work, training, 4 of 10" in what for what, _, _ in told)
    assert {total for _, _, total in told} == {2}


def test_a_lost_node_costs_only_the_tasks_it_was_at(engine, cluster, second_node, tmp_path):
    """Each begun task leaves a mark; two tasks that hold a node each wait until one of the nodes is gone."""

    def work(folder, task, progress):
        import ray

        node = ray.get_runtime_context().get_node_id()
        (Path(folder) / f"{task}-{time.monotonic_ns()}").write_text(f"{node} {os.getpid()}")
        while "held" in task and not (Path(folder) / "lost").exists():
            time.sleep(0.05)
        return task

    def begun(task):
        return [written.split() for file in tmp_path.glob(f"{task}-*") if (written := file.read_text())]

    tasks = [*"abc", "held", "also held", *"def"]
    results = engine.results(work, str(tmp_path), tasks, names=tasks)
    done = dict(next(results) for _ in range(3))
    waited_for(lambda: begun("held") and begun("also held"))
    at = {task: begun(task)[0] for task in ("held", "also held")}
    ((lost, process),) = [(task, int(process)) for task, (node, process) in at.items() if node == second_node.node_id]
    cluster.remove_node(second_node, allow_graceful=False)
    # What runs a task may outlive its node for a moment, in which it must not get done.
    waited_for(lambda: not Path(f"/proc/{process}").exists())
    (tmp_path / "lost").touch()
    done.update(results)
    assert done == dict(enumerate(tasks))
    assert {task: len(begun(task)) for task in tasks} == {task: 1 + (task == lost) for task in tasks}
