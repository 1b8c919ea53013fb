"""Forecast the games to come again wherever a forecast is older than what is known now, as every night."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from gatecast.errors import ConflictError, GatecastError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.progress import Progress
from gatecast.service import jobs
from gatecast.service.club_service import ClubService, open_service
from gatecast.service.clubs import Clubs
from gatecast.service.freshness import freshness
from gatecast.store.registry import club_place
from gatecast.tasks import HERE, Engine

__all__ = [
    "FAILED",
    "NOTHING",
    "REFRESHED",
    "ClubTask",
    "Refreshed",
    "club_tasks",
    "refresh",
    "refresh_all",
    "refresh_club",
]

REFRESHED, NOTHING, FAILED = "refreshed", "nothing to do", "failed"
LEASE_S = 1.0
"""Seconds from one try to get a club's lease to the next."""
MEMORY = 300 << 20
"""Bytes that refreshing a club takes at most."""


@dataclass(frozen=True)
class Refreshed:
    """Hold what the refresh of one club came to.

    Parameters
    ----------
    name : str
        The club's slug, or its name if it is alone.
    state : str
        `REFRESHED`, `NOTHING` or `FAILED`.
    message : str
        What was forecast, or why nothing was, in one line.
    """

    name: str
    state: str
    message: str


@dataclass(frozen=True)
class ClubTask:
    """A club to refresh, as a process elsewhere can open it: plain values, with paths and URLs that it can reach."""

    slug: str
    folder: str
    database: str | None


def club_tasks(clubs: Clubs, slugs: Iterable[str] = ()) -> list[ClubTask]:
    """Return a task for each club of a service, or for those named, each of which can be done alone.

    Raises
    ------
    InputError
        A club that is not there.
    """
    chosen = list(slugs) or [club.slug for club in clubs.registry.clubs()]
    for slug in chosen:
        clubs.require(slug)
    places = ((slug, *club_place(clubs.folder.resolve(), clubs.database, slug)) for slug in chosen)
    return [ClubTask(slug, str(folder), database) for slug, folder, database in places]


def refresh_club(task: ClubTask, patience_s: float = 0.0) -> Refreshed:
    """Refresh one club of a service of many; what goes wrong with it is told, not raised, so that the others go on."""
    try:
        with open_service(task.folder, task.database) as service:
            return refresh(service, task.slug, patience_s)
    except (GatecastError, OSError) as error:
        return Refreshed(task.slug, FAILED, " ".join(str(error).split()))


def refresh_all(tasks: Iterable[ClubTask], *, engine: Engine = HERE) -> Iterator[Refreshed]:
    """Refresh clubs, and yield what was done for each.

    Parameters
    ----------
    tasks : iterable of ClubTask
    engine : Engine
        Where clubs are refreshed: in this process, one after the other, or on a cluster whose nodes reach the folders
        and the database of the service, in whichever order they are done.
    """
    given = list(tasks)
    names = [f"refreshing {task.slug}" for task in given]
    for _, done in engine.results(_refresh_one, None, given, names=names, memory=MEMORY):
        yield done


def _refresh_one(shared: None, task: ClubTask, progress: Progress) -> Refreshed:
    # A task that is done again, as its node was lost, finds the lease of the first attempt.
    return refresh_club(task, jobs.SILENT_S + 2 * LEASE_S)


def refresh(service: ClubService, name: str = "", patience_s: float = 0.0) -> Refreshed:
    """Forecast a club's games to come again if a day has passed, or if anything they depend on has changed.

    It is a job like one that a page starts: it holds the club's lease, is shown on its pages, and can be cancelled
    there. Nothing is trained: a club without a model is left as it is.

    Parameters
    ----------
    service : ClubService
    name : str
        What the club is called in the answer; by default its name.
    patience_s : float
        Seconds to wait for another job of the club to end, or to prove dead, as what a lost node was doing does.

    Raises
    ------
    StoreError
        The database cannot be read or written.
    """
    club = service.club()
    called = name or club or str(service.folder)
    reason = _nothing_to_do(service, club)
    if reason:
        return Refreshed(called, NOTHING, reason)
    try:
        number = _leased(service, club, patience_s)
    except ConflictError as other:
        return Refreshed(called, FAILED, str(other))
    jobs.run_job(service, number, own_process=False)
    job = service.store.job(number)
    return Refreshed(called, REFRESHED if job.state == "done" else FAILED, job.message)


def _leased(service: ClubService, club: str, patience_s: float) -> int:
    """Return the number of a new job that holds the club's lease."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return service.store.start_job(jobs.FORECAST, {"club": club}, slot=jobs.SLOT, silent_s=jobs.SILENT_S)
        except ConflictError:
            if time.monotonic() >= until:
                raise
            time.sleep(LEASE_S)


def _nothing_to_do(service: ClubService, club: str) -> str:
    """Return why a club needs no new forecasts; empty if it does."""
    if not club or not len(service.upcoming(club)):
        return "no game to come"
    if service.model_id() is None:
        return service.model_problem() or "no model yet; train one on its pages"
    known = freshness(service, club)
    if known.stale or known.unforecast:
        return ""
    coming = service.upcoming(club).table[c.GAME_ID].to_list()
    latest = service.latest(club).filter(pl.col(c.GAME_ID).is_in(coming))
    as_of = service.as_of(club)
    return "" if as_of is not None and (latest[AS_OF] < as_of).any() else "up to date"
