import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.store import open_store
from gatecast.store.jobs import ENDED
from gatecast.store.schema import JOBS


def age(store, number, seconds):
    """Let a job's last report be so many seconds ago."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
    with store.database.writing() as connection:
        connection.execute(sa.update(JOBS).where(JOBS.c.job_id == number).values({JOBS.c.heartbeat_at: at}))


def test_a_job_from_its_start_to_its_end(store, place):
    params = {"club": "RIV", "seasons": [2018, 2019], "width": 0.5}
    number = store.start_job("train", params)
    job = store.job(number)
    assert (job.job_id, job.kind, job.params) == (number, "train", params)
    assert (job.state, job.done, job.message, job.finished_at, job.cancelling) == ("waiting", 0.0, "", None, False)
    assert job.started_at == job.heartbeat_at
    assert abs(dt.datetime.now(dt.UTC) - job.started_at) < dt.timedelta(minutes=5)

    assert store.report_job(number, 0.25, "season 2018") is True
    with open_store(place) as looker:
        seen = looker.job(number)
    assert (seen.state, seen.done, seen.message, seen.finished_at) == ("running", 0.25, "season 2018", None)
    assert seen.heartbeat_at > seen.started_at == job.started_at

    store.finish_job(number, "done", "forecast 81 games")
    job = store.job(number)
    assert (job.state, job.done, job.message) == ("done", 1.0, "forecast 81 games")
    assert job.finished_at == job.heartbeat_at > seen.heartbeat_at


def test_the_newest_jobs_come_first(store):
    numbers = [store.start_job("forecast", {"day": i}) for i in range(25)]
    assert [job.job_id for job in store.jobs()] == numbers[:4:-1]
    assert [job.params["day"] for job in store.jobs(limit=2)] == [24, 23]


def test_a_share_is_brought_between_nought_and_one(store):
    number = store.start_job("train", {})
    for told, kept in ((-0.1, 0.0), (1.0000001, 1.0), (1 / 3, 1 / 3)):
        assert store.report_job(number, told, "")
        assert store.job(number).done == kept


def test_a_running_job_asked_to_stop_learns_it_from_its_next_report(store):
    number = store.start_job("train", {})
    store.report_job(number, 0.1, "first")
    store.cancel_job(number)
    assert (store.job(number).state, store.job(number).cancelling) == ("running", True)
    assert store.report_job(number, 0.2, "second") is False
    assert (store.job(number).done, store.job(number).message) == (0.2, "second")
    store.finish_job(number, "cancelled", "stopped by hand")
    job = store.job(number)
    assert (job.state, job.done, job.message) == ("cancelled", 0.2, "stopped by hand")
    assert job.finished_at is not None


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(store):
    number = store.start_job("train", {})
    store.cancel_job(number)
    before = store.job(number)
    assert (before.state, before.finished_at is None) == ("cancelled", False)
    assert store.report_job(number, 0.5, "too late") is False
    assert store.job(number) == before


@pytest.mark.parametrize("state", sorted(set(ENDED) - {"interrupted"}))
def test_the_first_end_counts(store, state):
    number = store.start_job("train", {})
    store.report_job(number, 0.5, "half")
    store.finish_job(number, state, "first")
    before = store.job(number)
    store.cancel_job(number)
    store.finish_job(number, "failed", "second")
    assert store.report_job(number, 0.9, "third") is False
    assert store.interrupt_jobs(0) == []
    assert store.job(number) == before


def test_silent_jobs_are_given_up_and_others_left(store):
    waiting, silent, lively, ended = (store.start_job("train", {"i": i}) for i in range(4))
    for number in (silent, lively, ended):
        store.report_job(number, 0.5, f"job {number}")
    store.finish_job(ended, "failed", "no games")
    for number in (waiting, silent, ended):
        age(store, number, 120)
    assert store.interrupt_jobs(180) == []
    given_up = store.interrupt_jobs(60)
    assert [(job.job_id, job.state) for job in given_up] == [(waiting, "interrupted"), (silent, "interrupted")]
    assert given_up == [store.job(waiting), store.job(silent)]
    assert (given_up[1].done, given_up[1].message) == (0.5, f"job {silent}")
    assert all(job.finished_at > job.heartbeat_at for job in given_up)
    assert [store.job(number).state for number in (lively, ended)] == ["running", "failed"]
    assert store.interrupt_jobs(60) == []
    assert [job.job_id for job in store.interrupt_jobs(0)] == [lively]


def test_a_worker_taken_for_dead_must_stop_but_may_tell_how_it_ended(store):
    number = store.start_job("train", {})
    store.report_job(number, 0.5, "half")
    store.interrupt_jobs(0)
    assert store.report_job(number, 0.6, "still here") is False
    assert (store.job(number).state, store.job(number).done) == ("interrupted", 0.5)
    store.finish_job(number, "done", "all the same")
    assert (store.job(number).state, store.job(number).message) == ("done", "all the same")


def test_what_is_no_job_or_no_end_is_told(store):
    for call in (
        lambda: store.job(99),
        lambda: store.report_job(99, 0.5, ""),
        lambda: store.cancel_job(99),
        lambda: store.finish_job(99, "done", ""),
    ):
        with pytest.raises(StoreError, match="job 99: got no such job"):
            call()
    number = store.start_job("train", {})
    with pytest.raises(InputError, match="got a job that ended as 'running', expected done, failed"):
        store.finish_job(number, "running", "")
    with pytest.raises(InputError, match="job 'train': got a value that JSON cannot hold"):
        store.start_job("train", {"games": {1, 2}})


def test_workers_that_report_at_once_do_not_hinder_each_other(store):
    numbers = [store.start_job("train", {}) for _ in range(4)]

    def work(number):
        return [store.report_job(number, i / 10, f"step {i}") for i in range(1, 11)]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, numbers)) == [[True] * 10] * 4
    assert [(job.done, job.message) for job in store.jobs()] == [(1.0, "step 10")] * 4
