"""Long work in a process of its own: training, and forecasting anew.

    python -m gatecast.service.jobs FOLDER JOB

The process tells how far it is every second, and ends when cancelling was asked for. Nothing it does is half done when
it ends in the middle: training goes on from its checkpoint, and a forecast is recorded in one transaction.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatecast.errors import GatecastError, InputError
from gatecast.service.club_service import ClubService, open_service
from gatecast.service.models import keep_model
from gatecast.store import Job

if TYPE_CHECKING:
    from gatecast.train import TrainingSettings

__all__ = ["FORECAST", "TRAIN", "ask", "cancelled", "go_on", "open_job", "settings_for", "work"]

TRAIN, FORECAST = "train", "forecast"
OPEN = ("waiting", "running")
DATABASE = "GATECAST_WORK_DATABASE"
"""Environment variable that hands the URL of the database, which may hold a password, to the process."""
CHECKPOINTS = "training"
SMALL = 5000
"""Fewer gates than this are learned by the quick network: on so few it is as near as the others, and soonest done."""
REPORT_S = 1.0
SILENT_S = 30.0


def settings_for(gates: int, given: Mapping[str, Any] | None = None) -> TrainingSettings:
    """How a club's model is trained.

    Parameters
    ----------
    gates : int
        Games with a gate.
    given : mapping, optional
        Settings in place of these.
    """
    from gatecast.train import TrainingSettings

    usual: dict[str, Any] = {"network": "feedforward", "members": 2} if gates < SMALL else {}
    return TrainingSettings(**{**usual, **(given or {})})


def open_job(service: ClubService) -> Job | None:
    """The job that waits or runs; one whose process fell silent is given up first."""
    service.store.interrupt_jobs(SILENT_S)
    return next((job for job in service.store.jobs(5) if job.state in OPEN), None)


def ask(service: ClubService, kind: str, params: Mapping[str, Any] | None = None) -> int:
    """Begin a piece of work in a process of its own; the number of its job.

    Parameters
    ----------
    service : ClubService
    kind : str
        `TRAIN`, which forecasts afterwards, or `FORECAST`, which trains first where there is no model.
    params : mapping, optional
        `club`, and `settings` of training.

    Raises
    ------
    InputError
        Other work is being done, or there is nothing to do it with.
    """
    if kind not in (TRAIN, FORECAST):
        raise InputError(f"work: got {kind!r}, expected {TRAIN} or {FORECAST}")
    other = open_job(service)
    if other is not None:
        raise InputError(f"got a second piece of work, expected one at a time; wait for the {other.kind}, or cancel it")
    if len(service.played()) < 2:
        raise InputError("got fewer than two games with a gate, expected games to learn from; upload them first")
    number = service.store.start_job(kind, {"club": service.club(), **(params or {})})
    _begin(service, number)
    return number


def go_on(service: ClubService, number: int) -> int:
    """Begin anew what was interrupted, from its checkpoint; the number of the new job."""
    job = service.store.job(number)
    return ask(service, job.kind, job.params)


def cancelled(service: ClubService, number: int) -> None:
    """Ask a piece of work to end."""
    service.store.cancel_job(number)


def _begin(service: ClubService, number: int) -> None:
    url = service.store.database.engine.url
    place = "" if service.store.database.sqlite else url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "gatecast.service.jobs", str(service.folder.resolve()), str(number)],
        env={**os.environ, DATABASE: place},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Somebody must take note of its end, or it stays as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()


@dataclass
class Reporter:
    """Tells the store how far a job is, and ends the process when cancelling was asked for."""

    service: ClubService
    number: int
    done: float = 0.0
    message: str = "starting"

    def progress(self, what: str, done: int, total: int) -> None:
        """As `gatecast.progress.Progress`."""
        self.done, self.message = done / max(total, 1), what

    def run(self, ended: threading.Event) -> None:
        """Report every second until the end."""
        while not ended.is_set():
            if not self.service.store.report_job(self.number, self.done, self.message):
                self.service.store.finish_job(self.number, "cancelled", "cancelled")
                os._exit(0)
            ended.wait(REPORT_S)


def work(service: ClubService, number: int) -> None:
    """Do a job to its end, and note how it ended."""
    reporter, ended = Reporter(service, number), threading.Event()
    told = threading.Thread(target=reporter.run, args=(ended,), daemon=True)
    told.start()
    try:
        state, message = "done", _done(service, service.store.job(number), reporter)
    except GatecastError as refused:
        state, message = "failed", str(refused)
    except MemoryError:
        state, message = "failed", "got more than the memory holds, expected fewer games"
    except Exception as broken:
        service.store.finish_job(number, "failed", f"something went wrong on our side ({type(broken).__name__})")
        raise
    finally:
        ended.set()
        told.join()
    service.store.finish_job(number, state, message)


def _done(service: ClubService, job: Job, reporter: Reporter) -> str:
    club = str(job.params.get("club") or service.club())
    if job.kind == TRAIN or service.model_id() is None:
        _train(service, job.params.get("settings"), reporter)
    if not len(service.coming(club)):
        return "trained; there is no game to come to forecast" if job.kind == TRAIN else "there is no game to come"
    reporter.progress("forecasting", 0, 1)
    service.refresh(club)
    return f"{len(service.coming(club))} games of {club} forecast"


def _train(service: ClubService, given: Mapping[str, Any] | None, reporter: Reporter) -> None:
    from gatecast.forecast import Forecaster

    games = service.played()
    settings = settings_for(len(games), given)
    checkpoints = service.folder / CHECKPOINTS
    checkpoints.mkdir(exist_ok=True)
    forecaster = Forecaster(settings.network, seed=settings.seed, settings=settings)
    forecaster.fit(games, folder=checkpoints, progress=reporter.progress)
    with tempfile.TemporaryDirectory(dir=service.folder, prefix=".model-") as made:
        forecaster.save(made)
        keep_model(service.store, service.folder, Path(made))
    shutil.rmtree(checkpoints, ignore_errors=True)


def main() -> None:
    """The process: its folder and its job as arguments, the URL of another database in the environment."""
    folder, number = sys.argv[1:]
    with open_service(folder, os.environ.get(DATABASE) or None) as service:
        work(service, int(number))


if __name__ == "__main__":
    main()
