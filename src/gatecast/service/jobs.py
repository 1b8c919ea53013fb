"""Run long work in a process of its own: training, and forecasting again.

    python -m gatecast.service.jobs FOLDER JOB

The process reports its progress every second, and ends when the job is cancelled. Nothing is left half done if it ends
early: training resumes from its checkpoint, and a forecast is recorded in one transaction.
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

__all__ = ["FORECAST", "TRAIN", "cancel", "open_job", "resume", "run_job", "start", "training_settings"]

TRAIN, FORECAST = "train", "forecast"
OPEN = ("waiting", "running")
DATABASE = "GATECAST_WORK_DATABASE"
"""Environment variable that passes the database URL, which may hold a password, to the process."""
CHECKPOINTS = "training"
SMALL = 5000
"""Below this many games, train the feedforward network: as accurate, and faster."""
REPORT_S = 1.0
SILENT_S = 30.0


def training_settings(games: int, overrides: Mapping[str, Any] | None = None) -> TrainingSettings:
    """Return how a club's model is trained.

    Parameters
    ----------
    games : int
        Past games to learn from.
    overrides : mapping, optional
        Settings in place of the defaults.
    """
    from gatecast.train import TrainingSettings

    defaults: dict[str, Any] = {"network": "feedforward", "members": 2} if games < SMALL else {}
    return TrainingSettings(**{**defaults, **(overrides or {})})


def open_job(service: ClubService) -> Job | None:
    """Return the job that waits or runs; first give up one whose process fell silent."""
    service.store.interrupt_jobs(SILENT_S)
    return next((job for job in service.store.jobs(5) if job.state in OPEN), None)


def start(service: ClubService, kind: str, params: Mapping[str, Any] | None = None) -> int:
    """Start a job in a process of its own and return its number.

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
        Another job is open, or there is nothing to learn from.
    """
    if kind not in (TRAIN, FORECAST):
        raise InputError(f"work: got {kind!r}, expected {TRAIN} or {FORECAST}")
    other = open_job(service)
    if other is not None:
        raise InputError(f"got a second job, expected one at a time; wait for the {other.kind} job, or cancel it")
    if len(service.played()) < 2:
        raise InputError("got fewer than two games with an attendance, expected games to learn from; upload them first")
    number = service.store.start_job(kind, {"club": service.club(), **(params or {})})
    _launch(service, number)
    return number


def resume(service: ClubService, number: int) -> int:
    """Start an interrupted job again from its checkpoint and return the number of the new job."""
    job = service.store.job(number)
    return start(service, job.kind, job.params)


def cancel(service: ClubService, number: int) -> None:
    """Ask a job to end."""
    service.store.cancel_job(number)


def _launch(service: ClubService, number: int) -> None:
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
    # Its end must be collected, or it stays as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()


@dataclass
class _Reporter:
    """Report the progress of a job to the store, and end the process if the job was cancelled."""

    service: ClubService
    number: int
    done: float = 0.0
    message: str = "starting"

    def progress(self, what: str, done: int, total: int) -> None:
        """Take note of progress, as `gatecast.progress.Progress` does."""
        self.done, self.message = done / max(total, 1), what

    def run(self, ended: threading.Event) -> None:
        """Report every second until the end."""
        while not ended.is_set():
            if not self.service.store.report_job(self.number, self.done, self.message):
                self.service.store.finish_job(self.number, "cancelled", "cancelled")
                os._exit(0)
            ended.wait(REPORT_S)


def run_job(service: ClubService, number: int) -> None:
    """Run a job to its end and record how it ended."""
    reporter, ended = _Reporter(service, number), threading.Event()
    reporting = threading.Thread(target=reporter.run, args=(ended,), daemon=True)
    reporting.start()
    try:
        state, message = "done", _perform(service, service.store.job(number), reporter)
    except GatecastError as refused:
        state, message = "failed", str(refused)
    except MemoryError:
        state, message = "failed", "got more than the memory holds, expected fewer games"
    except Exception as error:
        service.store.finish_job(number, "failed", f"something went wrong on our side ({type(error).__name__})")
        raise
    finally:
        ended.set()
        reporting.join()
    service.store.finish_job(number, state, message)


def _perform(service: ClubService, job: Job, reporter: _Reporter) -> str:
    club = str(job.params.get("club") or service.club())
    if job.kind == TRAIN or service.model_id() is None:
        _train(service, job.params.get("settings"), reporter)
    if not len(service.coming(club)):
        return "trained; there is no game to come to forecast" if job.kind == TRAIN else "there is no game to come"
    reporter.progress("forecasting", 0, 1)
    service.refresh(club)
    return f"{len(service.coming(club))} games of {club} forecast"


def _train(service: ClubService, overrides: Mapping[str, Any] | None, reporter: _Reporter) -> None:
    from gatecast.forecast import Forecaster

    games = service.played()
    settings = training_settings(len(games), overrides)
    checkpoints = service.folder / CHECKPOINTS
    checkpoints.mkdir(exist_ok=True)
    forecaster = Forecaster(settings.network, seed=settings.seed, settings=settings)
    forecaster.fit(games, folder=checkpoints, progress=reporter.progress)
    with tempfile.TemporaryDirectory(dir=service.folder, prefix=".model-") as draft:
        forecaster.save(draft)
        keep_model(service.store, service.folder, Path(draft))
    shutil.rmtree(checkpoints, ignore_errors=True)


def main() -> None:
    """Run the job given by the arguments (folder, number); the environment names another database."""
    folder, number = sys.argv[1:]
    with open_service(folder, os.environ.get(DATABASE) or None) as service:
        run_job(service, int(number))


if __name__ == "__main__":
    main()
