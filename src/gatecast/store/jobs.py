"""Jobs: their progress and cancellation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from gatecast.errors import ConflictError, InputError, StoreError
from gatecast.store.database import Database
from gatecast.store.rows import as_text
from gatecast.store.schema import JOBS, utc_now

__all__ = ["CANCELLED", "DONE", "FAILED", "INTERRUPTED", "RUNNING", "WAITING", "Job", "Jobs"]

OPEN = WAITING, RUNNING = ("waiting", "running")
ENDED = DONE, FAILED, CANCELLED, INTERRUPTED = ("done", "failed", "cancelled", "interrupted")
CANCEL_S = 5.0
"""Seconds without a report after which a job that was asked to stop counts as ended."""


@dataclass(frozen=True)
class Job:
    """A piece of work and how far it has come.

    Parameters
    ----------
    job_id : int
    kind : str
        The kind of work, such as training.
    params : dict
        Its parameters.
    state : str
        waiting (nothing reported yet), running, done, failed, cancelled, or interrupted (its worker went silent).
    done : float
        The share that is done, from 0 to 1.
    message : str
        Its last message.
    started_at, heartbeat_at : datetime
        When it was started, and when it last reported.
    finished_at : datetime or None
    cancelling : bool
        True if it was asked to stop.
    slot : str or None
        The lease it holds while it is open; no two jobs hold the same one.
    worker : str or None
        The process that does it.
    """

    job_id: int
    kind: str
    params: dict[str, Any]
    state: str
    done: float
    message: str
    started_at: dt.datetime
    heartbeat_at: dt.datetime
    finished_at: dt.datetime | None
    cancelling: bool = False
    slot: str | None = None
    worker: str | None = None

    @property
    def is_open(self) -> bool:
        """True while it waits or runs."""
        return self.state in OPEN

    def is_silent(self, seconds: float, now: dt.datetime | None = None) -> bool:
        """Return whether an open job has not reported for that many seconds.

        A report from the future, left by a clock that was ahead, says nothing of the worker and counts as silence. A
        job that was asked to stop is silent after `CANCEL_S` at the latest.
        """
        if not self.is_open:
            return False
        limit = min(seconds, CANCEL_S) if self.cancelling else seconds
        return abs(((now or utc_now()) - self.heartbeat_at).total_seconds()) >= limit

    def ended_silently(self, seconds: float, now: dt.datetime | None = None) -> Job:
        """Return the job as it counts: a silent one is interrupted, or cancelled if it was asked to stop."""
        if not self.is_silent(seconds, now):
            return self
        state = CANCELLED if self.cancelling else INTERRUPTED
        return replace(self, state=state, finished_at=self.heartbeat_at, slot=None)


COLUMNS = tuple(JOBS.c[name] for name in Job.__dataclass_fields__)


class Jobs:
    """Part of a store: jobs, which a worker reports on and anyone may cancel."""

    database: Database

    def start_job(
        self, kind: str, params: Mapping[str, Any], *, slot: str | None = None, silent_s: float = math.inf
    ) -> int:
        """Record a job that waits for its worker's first report and return its number.

        Parameters
        ----------
        kind : str
        params : mapping
            JSON values.
        slot : str, optional
            A lease that one open job holds at a time; several jobs may be open if not given.
        silent_s : float
            A holder of the lease that has not reported for that many seconds loses it.

        Raises
        ------
        InputError
            A value that JSON does not know.
        ConflictError
            Another job holds the lease.
        """
        as_text(dict(params), f"job {kind!r}")
        with self.database.writing() as connection:
            now = utc_now()
            if slot is not None:
                holder = _holder(connection, slot)
                if holder is not None and not holder.is_silent(silent_s, now):
                    raise ConflictError(
                        f"got a second job, expected one at a time; wait for the {holder.kind} job, or cancel it"
                    )
                if holder is not None:
                    _end(connection, holder, now)
            row = {
                JOBS.c.kind: kind,
                JOBS.c.params: dict(params),
                JOBS.c.state: WAITING,
                JOBS.c.done: 0.0,
                JOBS.c.message: "",
                JOBS.c.cancelling: False,
                JOBS.c.started_at: now,
                JOBS.c.heartbeat_at: now,
                JOBS.c.slot: slot,
            }
            inserted = connection.execute(sa.insert(JOBS).values(row)).inserted_primary_key
        number: int = inserted[0]  # type: ignore[index]  # an insert of one row has one
        return number

    def job(self, job_id: int) -> Job:
        """Return a job.

        Raises
        ------
        StoreError
            No such job.
        """
        with self.database.reading() as connection:
            return _job(connection, job_id)

    def jobs(self, limit: int = 20) -> list[Job]:
        """Return the latest jobs, newest first."""
        query = sa.select(*COLUMNS).order_by(JOBS.c.job_id.desc()).limit(limit)
        with self.database.reading() as connection:
            return [Job(*row) for row in connection.execute(query)]

    def holder(self, slot: str) -> Job | None:
        """Return the job that holds a lease, silent or not; None if it is free."""
        with self.database.reading() as connection:
            return _holder(connection, slot)

    def claim_job(self, job_id: int, worker: str) -> bool:
        """Let a worker begin a waiting job, and return whether it may: one worker claims a job, once."""
        values = {JOBS.c.state: RUNNING, JOBS.c.worker: worker, JOBS.c.heartbeat_at: utc_now()}
        with self.database.writing() as connection:
            claimed = connection.execute(
                _update(job_id, (WAITING,)).where(JOBS.c.worker.is_(None)).values(values)
            ).rowcount
            _job(connection, job_id)
        return bool(claimed)

    def await_job(self, job_id: int, message: str) -> bool:
        """Report that a job still waits for its turn, and return whether it does: not once it was cancelled."""
        report = {JOBS.c.message: message, JOBS.c.heartbeat_at: utc_now()}
        with self.database.writing() as connection:
            return bool(connection.execute(_update(job_id, (WAITING,)).values(report)).rowcount)

    def report_job(self, job_id: int, done: float, message: str, *, worker: str | None = None) -> bool:
        """Report how far a job has come, which also shows that its worker is alive.

        Parameters
        ----------
        done : float
            The share that is done; clipped to 0 to 1.
        message : str
        worker : str, optional
            As given to `claim_job`.

        Returns
        -------
        bool
            True if it may continue; False if it was cancelled or has ended, or another worker does it.
        """
        report = {
            JOBS.c.state: RUNNING,
            JOBS.c.done: max(0.0, min(1.0, done)),
            JOBS.c.message: message,
            JOBS.c.heartbeat_at: utc_now(),
        }
        with self.database.writing() as connection:
            connection.execute(_update(job_id, OPEN, worker).values(report))
            job = _job(connection, job_id)
        return job.state == RUNNING and not job.cancelling and worker in (None, job.worker)

    def cancel_job(self, job_id: int) -> None:
        """Ask a running job to stop; cancel a waiting or silent one at once; leave one that has ended."""
        with self.database.writing() as connection:
            now, job = utc_now(), _job(connection, job_id)
            if not job.is_open:
                return
            asked = replace(job, cancelling=True)
            if job.state == WAITING or asked.is_silent(CANCEL_S, now):
                _end(connection, asked, now)
            else:
                connection.execute(_update(job_id, OPEN).values({JOBS.c.cancelling: True}))

    def finish_job(self, job_id: int, state: str, message: str, *, worker: str | None = None) -> bool:
        """Record how a job ended; the first end counts, but a worker taken for dead may still report its own.

        Parameters
        ----------
        state : str
            done, failed, cancelled or interrupted.
        message : str
        worker : str, optional
            As given to `claim_job`.

        Returns
        -------
        bool
            True if this end counts.

        Raises
        ------
        InputError
            Another state.
        """
        if state not in ENDED:
            raise InputError(f"got a job that ended as {state!r}, expected {', '.join(ENDED)}")
        now = utc_now()
        end = {
            JOBS.c.state: state,
            JOBS.c.message: message,
            JOBS.c.heartbeat_at: now,
            JOBS.c.finished_at: now,
            JOBS.c.slot: None,
            **({JOBS.c.done: 1.0} if state == DONE else {}),
        }
        with self.database.writing() as connection:
            changed = connection.execute(_update(job_id, (*OPEN, INTERRUPTED), worker).values(end)).rowcount
            _job(connection, job_id)
        return bool(changed)

    def interrupt_jobs(self, older_than_s: float) -> list[Job]:
        """Give up open jobs without a report for that many seconds, and return them, oldest first."""
        query = sa.select(*COLUMNS).where(JOBS.c.state.in_(OPEN)).order_by(JOBS.c.job_id)
        with self.database.reading() as connection:
            if not _silent(connection, query, older_than_s):
                return []
        with self.database.writing() as connection:
            silent = _silent(connection, query, older_than_s)
            now = utc_now()
            for job in silent:
                _end(connection, job, now)
            return [_job(connection, job.job_id) for job in silent]


def _update(job_id: int, states: tuple[str, ...], worker: str | None = None) -> sa.Update:
    """Return an update of a job in one of these states, done by this worker if one is named."""
    update = sa.update(JOBS).where(JOBS.c.job_id == job_id, JOBS.c.state.in_(states))
    return update if worker is None else update.where(JOBS.c.worker == worker)


def _end(connection: sa.Connection, job: Job, now: dt.datetime) -> None:
    """End a job that its worker does not end: as cancelled if it was asked to stop, else as interrupted."""
    state = CANCELLED if job.cancelling else INTERRUPTED
    end = {JOBS.c.state: state, JOBS.c.cancelling: job.cancelling, JOBS.c.finished_at: now, JOBS.c.slot: None}
    connection.execute(_update(job.job_id, OPEN).values(end))


def _silent(connection: sa.Connection, query: sa.Select[Any], seconds: float) -> list[Job]:
    now = utc_now()
    return [job for job in (Job(*row) for row in connection.execute(query)) if job.is_silent(seconds, now)]


def _holder(connection: sa.Connection, slot: str) -> Job | None:
    row = connection.execute(sa.select(*COLUMNS).where(JOBS.c.slot == slot)).first()
    return None if row is None else Job(*row)


def _job(connection: sa.Connection, job_id: int) -> Job:
    row = connection.execute(sa.select(*COLUMNS).where(JOBS.c.job_id == job_id)).first()
    if row is None:
        raise StoreError(f"job {job_id}: got no such job, expected one that the list of jobs shows")
    return Job(*row)
