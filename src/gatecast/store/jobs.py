"""Keep long work: how far it has come, and whether it may continue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.store.database import Database
from gatecast.store.rows import as_text
from gatecast.store.schema import JOBS, utc_now

__all__ = ["CANCELLED", "DONE", "FAILED", "INTERRUPTED", "RUNNING", "WAITING", "Job", "Jobs"]

OPEN = WAITING, RUNNING = ("waiting", "running")
ENDED = DONE, FAILED, CANCELLED, INTERRUPTED = ("done", "failed", "cancelled", "interrupted")


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
        Whether it was asked to stop.
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


COLUMNS = tuple(JOBS.c[name] for name in Job.__dataclass_fields__)


class Jobs:
    """Part of a store: jobs, which a worker reports on and anyone may cancel."""

    database: Database

    def start_job(self, kind: str, params: Mapping[str, Any]) -> int:
        """Record a job that waits for its worker's first report and return its number.

        Parameters
        ----------
        kind : str
        params : mapping
            Values that JSON holds.

        Raises
        ------
        InputError
            Another value.
        """
        as_text(dict(params), f"job {kind!r}")
        now = utc_now()
        row = {
            JOBS.c.kind: kind,
            JOBS.c.params: dict(params),
            JOBS.c.state: WAITING,
            JOBS.c.done: 0.0,
            JOBS.c.message: "",
            JOBS.c.cancelling: False,
            JOBS.c.started_at: now,
            JOBS.c.heartbeat_at: now,
        }
        with self.database.writing() as connection:
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

    def report_job(self, job_id: int, done: float, message: str) -> bool:
        """Report how far a job has come, which also shows that its worker is alive.

        Parameters
        ----------
        done : float
            The share that is done; clipped to 0 to 1.
        message : str

        Returns
        -------
        bool
            Whether it may continue; False if it was cancelled or has ended.
        """
        report = {
            JOBS.c.state: RUNNING,
            JOBS.c.done: max(0.0, min(1.0, done)),
            JOBS.c.message: message,
            JOBS.c.heartbeat_at: utc_now(),
        }
        with self.database.writing() as connection:
            connection.execute(_update(job_id, OPEN).values(report))
            job = _job(connection, job_id)
        return job.state == RUNNING and not job.cancelling

    def cancel_job(self, job_id: int) -> None:
        """Ask a running job to stop; cancel a waiting one at once; leave one that has ended."""
        now = utc_now()
        with self.database.writing() as connection:
            connection.execute(_update(job_id, (RUNNING,)).values({JOBS.c.cancelling: True}))
            connection.execute(
                _update(job_id, (WAITING,)).values(
                    {JOBS.c.cancelling: True, JOBS.c.state: CANCELLED, JOBS.c.finished_at: now}
                )
            )
            _job(connection, job_id)

    def finish_job(self, job_id: int, state: str, message: str) -> None:
        """Record how a job ended; the first end counts, but a worker taken for dead may still report its own.

        Parameters
        ----------
        state : str
            done, failed, cancelled or interrupted.
        message : str

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
            **({JOBS.c.done: 1.0} if state == DONE else {}),
        }
        with self.database.writing() as connection:
            connection.execute(_update(job_id, (*OPEN, INTERRUPTED)).values(end))
            _job(connection, job_id)

    def interrupt_jobs(self, older_than_s: float) -> list[Job]:
        """Give up open jobs without a report for that many seconds, and return them, oldest first."""
        now = utc_now()
        silent = JOBS.c.state.in_(OPEN), JOBS.c.heartbeat_at <= now - dt.timedelta(seconds=older_than_s)
        with self.database.writing() as connection:
            numbers = connection.scalars(sa.select(JOBS.c.job_id).where(*silent).order_by(JOBS.c.job_id)).all()
            end = {JOBS.c.state: INTERRUPTED, JOBS.c.finished_at: now}
            connection.execute(sa.update(JOBS).where(JOBS.c.job_id.in_(numbers)).values(end))
            return [_job(connection, number) for number in numbers]


def _update(job_id: int, states: tuple[str, ...]) -> sa.Update:
    """Return an update of a job in one of these states."""
    return sa.update(JOBS).where(JOBS.c.job_id == job_id, JOBS.c.state.in_(states))


def _job(connection: sa.Connection, job_id: int) -> Job:
    row = connection.execute(sa.select(*COLUMNS).where(JOBS.c.job_id == job_id)).first()
    if row is None:
        raise StoreError(f"job {job_id}: got no such job, expected one that the list of jobs shows")
    return Job(*row)
