"""Long work: in a process of its own, watched, cancelled, gone on with."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from gatecast.errors import InputError
from gatecast.service import jobs as work

TINY = {"network": "feedforward", "members": 1, "epochs": 1}
LONGEST_S = 120


def awaited(service, number, states):
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        job = service.store.job(number)
        if job.state in states:
            return job
        time.sleep(0.2)
    raise AssertionError(service.store.job(number))


@pytest.mark.slow
def test_a_forecast_is_made_anew_by_a_process_of_its_own(visit, own_service):
    visitor = visit(own_service)
    before = own_service.store.forecasts().height
    answer = visitor.post("/jobs/forecast")
    assert answer.status_code == 303
    number = int(answer.headers["location"].rpartition("/")[2])
    assert visitor.post("/jobs/train").headers["location"] == f"/jobs/{number}"
    assert "<progress" in visitor.get(f"/jobs/{number}").text
    job = awaited(own_service, number, ("done", "failed"))
    assert (job.state, job.message) == ("done", "18 games of Quillport Lanterns forecast")
    assert own_service.store.forecasts().height == before + 18
    assert "Back to the calendar" in visitor.get(f"/jobs/{number}").text


@pytest.mark.slow
def test_training_keeps_a_model_and_forecasts_with_it(own_service):
    before = own_service.model_id()
    number = own_service.store.start_job(work.TRAIN, {"settings": TINY})
    work.run_job(own_service, number)
    job = own_service.store.job(number)
    assert job.state == "done", job.message
    assert own_service.model_id() not in (None, before)
    assert own_service.latest("Quillport Lanterns")["model"][-1] == own_service.model_id()
    assert not (own_service.folder / "training").exists()


def test_whoever_sees_that_a_job_is_done_sees_what_it_stored(own_service, visit):
    visitor, other = visit(own_service), own_service.store
    number = other.start_job(work.FORECAST, {})
    assert "model: " not in visitor.get("/").text
    assert "Progress" in visitor.get(f"/jobs/{number}").text
    # Another process stores something, as a job does, and ends its job.
    game = own_service.upcoming(own_service.club()).table["game_id"][0]
    other.record_override(game, "forecast", "", 5150.0)
    other.finish_job(number, "done", "18 games forecast")
    assert "See the plan" in visitor.get(f"/jobs/{number}").text
    assert "model: " in visitor.get("/").text


def test_work_that_was_cancelled_ends_and_stores_nothing(own_service):
    before = own_service.store.forecasts().height
    number = work.start(own_service, work.TRAIN)
    awaited(own_service, number, ("running",))
    work.cancel(own_service, number)
    assert awaited(own_service, number, ("cancelled", "done")).state == "cancelled"
    assert own_service.store.forecasts().height == before
    assert work.open_job(own_service) is None


def test_work_whose_process_was_killed_is_told_and_can_go_on(own_service, visit, monkeypatch):
    number = own_service.store.start_job(work.TRAIN, {"settings": TINY})
    command = [sys.executable, "-m", "gatecast.service.jobs", str(own_service.folder), str(number)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        awaited(own_service, number, ("running",))
        os.kill(process.pid, signal.SIGKILL)
    monkeypatch.setattr(work, "SILENT_S", 0.0)
    visitor = visit(own_service)
    page = visitor.get(f"/jobs/{number}").text
    assert "the process stopped responding" in page
    assert "Continue" in page


def test_one_piece_of_work_at_a_time(own_service):
    own_service.store.start_job(work.TRAIN, {})
    with pytest.raises(InputError, match="one at a time"):
        work.start(own_service, work.FORECAST)


def test_nothing_to_learn_from(empty_service, visit):
    refused = visit(empty_service).post("/jobs/forecast")
    assert refused.status_code == 422
    assert "upload them first" in refused.text


@pytest.mark.parametrize("path", ["/jobs/999", "/jobs/99999999999", "/jobs/x"])
def test_work_that_is_not_there(sample_club, visit, path):
    assert visit(sample_club).get(path).status_code in (404, 422)


def test_other_work_is_unknown(sample_club, visit):
    assert visit(sample_club).post("/jobs/nothing").status_code == 422


def test_the_latest_work_is_listed(visit, sample_club):
    page = visit(sample_club).get("/jobs")
    assert page.status_code == 200
    assert 'id="jobs-list"' in page.text


def test_a_forecast_with_no_game_to_come_says_so_before_anything_is_trained(visit, empty_service):
    days = [dt.date(2025, 5, day) for day in range(1, 9)]
    games = pl.DataFrame({"date": days, "home": ["Larks"] * 8, "attendance": [2000 + day for day in range(8)]})
    empty_service.store.import_games(games)
    visitor = visit(empty_service)
    answer = visitor.post("/jobs/forecast")
    assert answer.status_code == 422
    assert "no game to come of Larks" in answer.text
    assert "upload the schedule first" in answer.text
    assert empty_service.store.jobs(5) == []
    assert "upload the schedule first" in visitor.get("/data").text


def test_every_page_shows_the_open_job_with_one_bar(visit, own_service):
    visitor = visit(own_service)
    assert "<progress" not in visitor.get("/jobs/now").text
    assert 'hx-get="/jobs/now"' in visitor.get("/plan").text
    number = own_service.store.start_job(work.TRAIN, {})
    own_service.store.claim_job(number, "a test")
    own_service.store.report_job(number, 0.25, "training, member 1, about 2 minutes left", worker="a test")
    page = visitor.get("/jobs/now").text
    assert 'value="25"' in page
    assert "about 2 minutes left" in page
    assert f'action="/jobs/{number}/cancel"' in page
    own_service.store.finish_job(number, "done", "18 games forecast", worker="a test")
    assert "The forecast is ready" in visitor.get(f"/jobs/now?was={number}").text


def test_progress_of_a_training_runs_once_from_start_to_end(own_service, monkeypatch):
    told = []
    report = own_service.store.report_job
    monkeypatch.setattr(work, "REPORT_S", 0.02)
    monkeypatch.setattr(
        own_service.store,
        "report_job",
        lambda number, done, message, **more: told.append(done) or report(number, done, message, **more),
    )
    number = own_service.store.start_job(work.TRAIN, {"settings": TINY})
    work.run_job(own_service, number)
    assert told == sorted(told)
    assert told[-1] <= 1.0
