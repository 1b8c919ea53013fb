"""Long work through outages, locks, kills and clocks: one piece of it at a time, and why it failed is told."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
import sqlalchemy as sa

from gatecast.errors import ConflictError, StoreUnavailableError
from gatecast.service import jobs, open_service
from gatecast.store.schema import JOBS

LONGEST_S = 60
STARTER = """
import sys, time
from gatecast.errors import ConflictError
from gatecast.store import open_store
with open_store(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        print(store.start_job("train", {}, slot="work", silent_s=30.0))
    except ConflictError:
        print("taken")
"""


def awaited(condition, seconds=LONGEST_S):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def heard(service, number, moment):
    """Let a job's last report be of a moment."""
    values = {JOBS.c.heartbeat_at: moment}
    with service.store.database.writing() as connection:
        connection.execute(sa.update(JOBS).where(JOBS.c.job_id == number).values(values))


class Work:
    """A job that runs in a thread until it is let go."""

    def __init__(self, service, monkeypatch):
        self.service, self.go, self.reporter = service, threading.Event(), None

        def perform(_, job, reporter):
            self.reporter = reporter
            assert self.go.wait(LONGEST_S)
            reporter.patiently(reporter.check)
            return "worked"

        monkeypatch.setattr(jobs, "_perform", perform)
        monkeypatch.setattr(jobs, "REPORT_S", 0.05)
        self.number = service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT)
        self.thread = threading.Thread(target=jobs.run_job, args=(service, self.number))
        self.thread.start()
        awaited(lambda: self.job().state == "running" and self.reporter)

    def job(self):
        return self.service.store.job(self.number)

    def end(self):
        self.go.set()
        self.thread.join(LONGEST_S)
        return self.job()


@pytest.fixture
def work(own_service, monkeypatch):
    made = Work(own_service, monkeypatch)
    yield made
    made.go.set()
    made.thread.join(LONGEST_S)


def test_processes_that_start_at_once_start_one_job(own_service):
    command = [sys.executable, "-c", STARTER, str(own_service.folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    starters = [subprocess.Popen(command, **pipes) for _ in range(6)]
    assert [each.stdout.readline() for each in starters] == ["ready\n"] * 6
    for each in starters:
        each.stdin.write("\n")
        each.stdin.flush()
    answers = [each.communicate()[0].strip() for each in starters]
    assert sorted(answers) == [*(each for each in answers if each != "taken"), *["taken"] * 5]
    assert len(own_service.store.jobs()) == 1


def test_requests_at_once_start_one_job(own_service, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda *_: None)

    def start(_):
        try:
            return jobs.start(own_service, jobs.TRAIN)
        except ConflictError as other:
            return str(other)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(start, range(8)))
    assert len([each for each in answers if isinstance(each, int)]) == 1
    assert all("one at a time" in each for each in answers if isinstance(each, str))


def test_two_open_jobs_in_one_slot_are_refused_by_the_database(own_service):
    own_service.store.start_job("train", {}, slot="work")
    other = own_service.store.start_job("train", {})
    with pytest.raises(Exception, match="UNIQUE"), own_service.store.database.writing() as connection:
        connection.execute(sa.update(JOBS).where(JOBS.c.job_id == other).values({JOBS.c.slot: "work"}))


@pytest.mark.parametrize("ahead", [dt.timedelta(minutes=1), dt.timedelta(days=3)])
def test_a_clock_that_was_ahead_blocks_nothing(own_service, monkeypatch, ahead):
    monkeypatch.setattr(jobs, "_launch", lambda *_: None)
    monkeypatch.setattr(jobs, "REPORT_S", 0.01)
    number = jobs.start(own_service, jobs.TRAIN)
    own_service.store.claim_job(number, "dead")
    heard(own_service, number, dt.datetime.now(dt.UTC) + ahead)
    assert jobs.open_job(own_service) is None
    assert jobs.job_of(own_service, number).state == "interrupted"
    again = jobs.start(own_service, jobs.TRAIN)
    assert own_service.store.job(number).state == "interrupted"
    assert jobs.open_job(own_service).job_id == again


@pytest.mark.parametrize("silent", [dt.timedelta(minutes=-1), dt.timedelta(days=1)])
def test_cancel_ends_a_job_whose_process_is_gone(own_service, silent):
    number = own_service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT)
    own_service.store.claim_job(number, "dead")
    heard(own_service, number, dt.datetime.now(dt.UTC) + silent)
    jobs.cancel(own_service, number)
    assert own_service.store.job(number).state == "cancelled"
    assert own_service.store.holder(jobs.SLOT) is None


def test_a_job_is_done_by_one_process(own_service):
    number = own_service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT)
    assert [own_service.store.claim_job(number, name) for name in ("one", "two")] == [True, False]
    assert own_service.store.report_job(number, 0.5, "", worker="one")
    assert not own_service.store.report_job(number, 0.9, "", worker="two")
    assert own_service.store.job(number).done == 0.5
    assert not own_service.store.finish_job(number, "done", "", worker="two")
    assert own_service.store.job(number).state == "running"


def test_a_process_that_lost_its_job_cannot_end_the_next_one(own_service):
    first = own_service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT)
    own_service.store.claim_job(first, "stopped")
    heard(own_service, first, dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5))
    second = own_service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT, silent_s=30.0)
    assert not own_service.store.report_job(first, 0.9, "awake again", worker="stopped")
    assert own_service.store.holder(jobs.SLOT).job_id == second


def test_work_goes_on_while_the_database_does_not_answer(own_service, work, monkeypatch):
    report, failures = own_service.store.report_job, []

    def broken(*words, **more):
        failures.append(1)
        raise StoreUnavailableError("the database does not answer")

    monkeypatch.setattr(own_service.store, "report_job", broken)
    awaited(lambda: len(failures) > 5)
    monkeypatch.setattr(own_service.store, "report_job", report)
    before = work.job().heartbeat_at
    awaited(lambda: work.job().heartbeat_at > before)
    assert work.job().state == "running"
    assert (work.end().state, work.job().message) == ("done", "worked")


def test_work_outlives_a_restart_of_postgresql(server, tmp_path, monkeypatch):
    with open_service(tmp_path, server.url) as service:
        service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [700, 800]}))
        work = Work(service, monkeypatch)
        server.stop()
        with pytest.raises(StoreUnavailableError):
            service.store.jobs()
        work.go.set()
        time.sleep(0.5)
        server.start()
        work.thread.join(LONGEST_S)
        assert (work.job().state, work.job().message) == ("done", "worked")
        assert len(service.games()) == 2


def test_a_lock_held_for_long_neither_cancels_work_nor_hinders_a_reader(own_service, work, monkeypatch):
    monkeypatch.setattr(jobs, "SILENT_S", 0.4)
    lock = sqlite3.connect(own_service.folder / "gatecast.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    awaited(lambda: jobs.open_job(own_service) is None)  # nobody hears of it; nobody writes that down either
    assert own_service.store.job(work.number).state == "running"
    assert len(own_service.store.games())
    lock.execute("COMMIT")
    lock.close()
    awaited(lambda: jobs.open_job(own_service) is not None)
    with pytest.raises(ConflictError):
        jobs.start(own_service, jobs.TRAIN)
    assert work.end().state == "done"


def test_looking_at_work_writes_nothing(own_service):
    number = own_service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT)
    heard(own_service, number, dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5))
    before = own_service.store.job(number)
    assert jobs.open_job(own_service) is None
    assert [job.state for job in jobs.latest_jobs(own_service)] == ["interrupted"]
    assert jobs.job_of(own_service, number).state == "interrupted"
    assert own_service.store.job(number) == before


def test_why_work_failed_is_told_in_a_line_and_its_log_kept(own_service, monkeypatch):
    def perform(*_):
        raise ValueError("no weights\nin the second line")

    monkeypatch.setattr(jobs, "_perform", perform)
    number = own_service.store.start_job(jobs.TRAIN, {}, slot=jobs.SLOT)
    jobs.run_job(own_service, number)
    job = own_service.store.job(number)
    assert (job.state, job.message) == ("failed", "ValueError: no weights")
    assert "in the second line" in jobs.log_of(own_service, number)
    assert "Traceback" in jobs.log_of(own_service, number)
    assert jobs.open_job(own_service) is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "free some space, then resume"),
        (OSError(30, "Read-only file system"), "cannot be written"),
        (MemoryError(), "memory"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_the_cause_says_what_to_do(error, words):
    assert words in jobs._cause(error)
    assert "\n" not in jobs._cause(error)


def test_a_process_that_was_killed_is_told_at_once(own_service, monkeypatch):
    real, started = subprocess.Popen, []

    def sleeping(command, **more):
        started.append(real([sys.executable, "-c", "import time; time.sleep(60)"], **more))
        return started[0]

    monkeypatch.setattr(jobs.subprocess, "Popen", sleeping)
    number = jobs.start(own_service, jobs.TRAIN)
    os.kill(started[0].pid, signal.SIGKILL)
    awaited(lambda: own_service.store.job(number).state == "interrupted")
    assert "SIGKILL" in own_service.store.job(number).message


def test_a_process_that_ends_before_it_can_say_why_is_told(own_service, monkeypatch):
    real = subprocess.Popen

    def broken(command, **more):
        return real([sys.executable, "-c", "raise SystemExit('cannot begin')"], **more)

    monkeypatch.setattr(jobs.subprocess, "Popen", broken)
    number = jobs.start(own_service, jobs.TRAIN)
    awaited(lambda: own_service.store.job(number).state == "failed")
    assert "cannot begin" in jobs.log_of(own_service, number)


def test_checkpoints_belong_to_one_job_and_pass_to_the_next(tmp_path):
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "member-0.checkpoint.safetensors").write_text("of version 0.1")
    first = jobs._checkpoints(tmp_path, 3)
    assert [each.name for each in first.iterdir()] == ["member-0.checkpoint.safetensors"]
    second = jobs._checkpoints(tmp_path, 4)
    assert (second / "member-0.checkpoint.safetensors").read_text() == "of version 0.1"
    assert not first.exists()
    assert jobs._checkpoints(tmp_path, 4) == second
