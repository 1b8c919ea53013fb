"""Long work: in a process of its own, watched, cancelled, gone on with."""

import os
import signal
import subprocess
import sys
import time

import pytest

from gatecast.desk import work
from gatecast.errors import InputError

TINY = {"network": "feedforward", "members": 1, "epochs": 1}
LONGEST_S = 120


def awaited(desk, number, states):
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        job = desk.store.job(number)
        if job.state in states:
            return job
        time.sleep(0.2)
    raise AssertionError(desk.store.job(number))


def test_a_forecast_is_made_anew_by_a_process_of_its_own(visit, own_desk):
    visitor = visit(own_desk)
    before = own_desk.store.forecasts().height
    answer = visitor.post("/jobs/forecast")
    assert answer.status_code == 303
    number = int(answer.headers["location"].rpartition("/")[2])
    assert visitor.post("/jobs/train").headers["location"] == f"/jobs/{number}"
    assert "<progress" in visitor.get(f"/jobs/{number}").text
    job = awaited(own_desk, number, ("done", "failed"))
    assert (job.state, job.message) == ("done", "18 games of Quillport Lanterns forecast")
    assert own_desk.store.forecasts().height == before + 18
    assert "To the calendar" in visitor.get(f"/jobs/{number}").text


def test_training_keeps_a_model_and_forecasts_with_it(own_desk):
    before = own_desk.model_id()
    number = own_desk.store.start_job(work.TRAIN, {"settings": TINY})
    work.work(own_desk, number)
    job = own_desk.store.job(number)
    assert job.state == "done", job.message
    assert own_desk.model_id() not in (None, before)
    assert own_desk.latest("Quillport Lanterns")["model"][-1] == own_desk.model_id()
    assert not (own_desk.folder / "training").exists()


def test_work_that_was_cancelled_ends_and_stores_nothing(own_desk):
    before = own_desk.store.forecasts().height
    number = work.ask(own_desk, work.TRAIN)
    awaited(own_desk, number, ("running",))
    work.cancelled(own_desk, number)
    assert awaited(own_desk, number, ("cancelled", "done")).state == "cancelled"
    assert own_desk.store.forecasts().height == before
    assert work.open_job(own_desk) is None


def test_work_whose_process_was_killed_is_told_and_can_go_on(own_desk, visit, monkeypatch):
    number = own_desk.store.start_job(work.TRAIN, {"settings": TINY})
    command = [sys.executable, "-m", "gatecast.desk.work", str(own_desk.folder), str(number)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        awaited(own_desk, number, ("running",))
        os.kill(process.pid, signal.SIGKILL)
    monkeypatch.setattr(work, "SILENT_S", 0.0)
    visitor = visit(own_desk)
    page = visitor.get(f"/jobs/{number}").text
    assert "its process fell silent" in page
    assert "Go on" in page


def test_one_piece_of_work_at_a_time(own_desk):
    own_desk.store.start_job(work.TRAIN, {})
    with pytest.raises(InputError, match="one at a time"):
        work.ask(own_desk, work.FORECAST)


def test_nothing_to_learn_from(empty_desk, visit):
    refused = visit(empty_desk).post("/jobs/forecast")
    assert refused.status_code == 422
    assert "upload them first" in refused.text


@pytest.mark.parametrize("path", ["/jobs/999", "/jobs/99999999999", "/jobs/x"])
def test_work_that_is_not_there(sample_desk, visit, path):
    assert visit(sample_desk).get(path).status_code in (404, 422)


def test_other_work_is_unknown(sample_desk, visit):
    assert visit(sample_desk).post("/jobs/nothing").status_code == 422


def test_the_latest_work_is_listed(visit, sample_desk):
    page = visit(sample_desk).get("/jobs")
    assert page.status_code == 200
    assert 'id="jobs-list"' in page.text
