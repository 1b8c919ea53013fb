"""Run long work in a process of its own: training, and forecasting again.

    python -m gatecast.service.jobs FOLDER JOB

The process reports its progress every second, and ends when the job is cancelled. Nothing is left half done if it ends
early: training resumes from its checkpoint, and a forecast is recorded in one transaction. While the database does not
answer, the work goes on and its reports are repeated. A lease in the database lets one job be open at a time; a process
that lost it stops. What the process prints, and why it failed, stands in a log beside the models.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from gatecast.errors import ConflictError, GatecastError, InputError, StoreUnavailableError
from gatecast.progress import FORECASTING, WholeJob, time_left_words, training_stages
from gatecast.service.club_service import ClubService, open_service
from gatecast.service.freshness import forecast_inputs
from gatecast.service.job_turns import JobTurns
from gatecast.service.models import keep_model
from gatecast.store import Job

if TYPE_CHECKING:
    from gatecast.train import TrainingSettings

__all__ = [
    "FORECAST",
    "SILENT_S",
    "SLOT",
    "TRAIN",
    "cancel",
    "job_of",
    "latest_jobs",
    "log_of",
    "open_job",
    "report_of",
    "resume",
    "run_job",
    "start",
    "training_settings",
]

Value = TypeVar("Value")
TRAIN, FORECAST = "train", "forecast"
SLOT = "work"
"""The lease that one open job holds."""
DATABASE = "GATECAST_WORK_DATABASE"
"""Environment variable that passes the database URL, which may hold a password, to the process."""
CHECKPOINTS, LOGS = "training", "logs"
REPORT_S = 1.0
SILENT_S = 30.0
"""Seconds without a report after which a process counts as dead."""
OUTAGE_S = 900.0
"""Seconds for which a result is kept at hand while the database does not answer."""
WAITS = "waiting for the work of other clubs"
LOGS_KEPT = 20
REPORTED = ("keras", "jax", "polars", "sqlalchemy")
"""Packages whose versions a report of a job names."""
LONGEST_CAUSE, LONGEST_LOG = 300, 200_000


def training_settings(games: int, overrides: Mapping[str, Any] | None = None) -> TrainingSettings:
    """Return how a club's model is trained.

    Parameters
    ----------
    games : int
        Past games to learn from.
    overrides : mapping, optional
        Settings in place of the defaults.
    """
    from gatecast.networks import AUTO, chosen_network
    from gatecast.train import TrainingSettings

    defaults: dict[str, Any] = {"network": chosen_network(AUTO, games)}
    return TrainingSettings(**{**defaults, **(overrides or {})})


def open_job(service: ClubService) -> Job | None:
    """Return the job that waits or runs; None if there is none, or its process went silent. Write nothing."""
    return next((job for job in latest_jobs(service) if job.is_open), None)


def latest_jobs(service: ClubService, limit: int = 5) -> list[Job]:
    """Return the latest jobs, newest first; one whose process went silent counts as ended."""
    return [job.ended_silently(SILENT_S) for job in service.store.jobs(limit)]


def job_of(service: ClubService, number: int) -> Job:
    """Return a job; one whose process went silent counts as ended.

    Raises
    ------
    StoreError
        No such job.
    """
    return service.store.job(number).ended_silently(SILENT_S)


def start(service: ClubService, kind: str, params: Mapping[str, Any] | None = None) -> int:
    """Start a job in a process of its own and return its number.

    Parameters
    ----------
    service : ClubService
    kind : str
        `TRAIN`, which forecasts afterwards, or `FORECAST`, which trains first if there is no usable model.
    params : mapping, optional
        `club`, and `settings` of training.

    Raises
    ------
    InputError
        There is nothing to learn from.
    ConflictError
        Another job is open.
    """
    if kind not in (TRAIN, FORECAST):
        raise InputError(f"work: got {kind!r}, expected {TRAIN} or {FORECAST}")
    if len(service.played()) < 2:
        raise InputError("got fewer than two games with an attendance, expected games to learn from; upload them first")
    club = str((params or {}).get("club") or service.club())
    if kind == FORECAST and not len(service.upcoming(club)):
        raise InputError(
            f"got no game to come of {club or 'any club'}, expected one to forecast; upload the schedule first:"
            " nothing was trained"
        )
    other = open_job(service)
    if other is not None:
        raise ConflictError(f"got a second job, expected one at a time; wait for the {other.kind} job, or cancel it")
    _await_sign_of_life(service)
    values = {"club": service.club(), **(params or {})}
    number = service.store.start_job(kind, values, slot=SLOT, silent_s=SILENT_S)
    if service.turns is None:
        process = _launched(service, number)
        threading.Thread(target=_watch, args=(service, number, process), daemon=True).start()
    else:
        threading.Thread(target=_launch_in_turn, args=(service, service.turns, number), daemon=True).start()
    return number


def resume(service: ClubService, number: int) -> int:
    """Start an interrupted job again from its checkpoint and return the number of the new job."""
    job = service.store.job(number)
    return start(service, job.kind, job.params)


def cancel(service: ClubService, number: int) -> None:
    """Ask a job to end; end it at once if its process is silent."""
    service.store.cancel_job(number)


def log_of(service: ClubService, number: int) -> str:
    """Return the end of what a job's process printed, with why it failed; empty if nothing is kept."""
    try:
        text = _log_path(service.folder, number).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text[-LONGEST_LOG:]


def report_of(service: ClubService, number: int) -> str:
    """Return what whoever looks into a failed job needs: the job, versions, the computer, and the end of its log."""
    import platform

    job = job_of(service, number)
    facts = {
        "job": f"{job.job_id} ({job.kind}, {job.state})",
        "message": job.message,
        "started": job.started_at.isoformat(timespec="seconds"),
        "finished": job.finished_at.isoformat(timespec="seconds") if job.finished_at else "",
        "settings": str(dict(job.params)),
        "games": str(len(service.games())),
        "gatecast": version("gatecast"),
        "Python": platform.python_version(),
        "system": platform.platform(),
        **{package: version(package) for package in REPORTED},
    }
    lines = [f"{name}: {value}" for name, value in facts.items()]
    return "\n".join([*lines, "", log_of(service, number) or "No log was kept.", ""])


def _await_sign_of_life(service: ClubService) -> None:
    """Give a silent holder of the lease time to report: its reports may have waited for the database until now."""
    holder = service.store.holder(SLOT)
    if holder is None or not holder.is_silent(SILENT_S) or holder.cancelling:
        return
    until = time.monotonic() + 2 * REPORT_S
    while time.monotonic() < until:
        time.sleep(REPORT_S / 4)
        later = service.store.holder(SLOT)
        if later is None or later.heartbeat_at != holder.heartbeat_at:
            return


def _launch_in_turn(service: ClubService, turns: JobTurns, number: int) -> None:
    """Start the process of a job when it is its turn among those of other clubs, and wait for its end."""

    def still_waits() -> bool:
        try:
            return service.store.await_job(number, WAITS)
        except StoreUnavailableError:
            return True

    with turns.turn(still_waits) as given:
        if given:
            _watch(service, number, _launched(service, number))


def _launched(service: ClubService, number: int) -> subprocess.Popen[bytes] | None:
    """Return the process of a job, just started; None if it cannot be, which is recorded."""
    try:
        return _launch(service, number)
    except OSError as error:
        service.store.finish_job(number, "failed", _cause(error))
        return None


def _launch(service: ClubService, number: int) -> subprocess.Popen[bytes]:
    database = service.store.database
    place = "" if database.sqlite else database.url.render_as_string(hide_password=False)
    with _log(service.folder, number) as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "gatecast.service.jobs", str(service.folder.resolve()), str(number)],
            env={**os.environ, DATABASE: place},
            stdin=subprocess.DEVNULL,
            stdout=log or subprocess.DEVNULL,
            stderr=log or subprocess.DEVNULL,
            start_new_session=True,
        )


def _watch(service: ClubService, number: int, process: subprocess.Popen[bytes] | None) -> None:
    """Wait for the process, and record its end if it could not do so itself."""
    code = 0 if process is None else process.wait()
    if code == 0:
        return
    if code < 0:
        name = signal.Signals(-code).name if -code in {*signal.Signals} else str(-code)
        state, message = "interrupted", f"its process was killed ({name}), as happens when memory runs out"
    else:
        state, message = "failed", f"its process ended with code {code} before it could say why; see its log"
    try:
        if service.store.job(number).is_open:
            service.store.finish_job(number, state, message)
    except GatecastError:
        return  # the database is closed or does not answer: the silence of the job tells the same


def _log_path(folder: Path, number: int) -> Path:
    return folder / LOGS / f"job-{number}.log"


@contextmanager
def _log(folder: Path, number: int) -> Iterator[IO[str] | None]:
    """Open the log of a job to append to, and delete the oldest ones; None where nothing can be written."""
    path = _log_path(folder, number)
    try:
        path.parent.mkdir(exist_ok=True)
        for old in sorted(path.parent.glob("job-*.log"), key=lambda each: each.stat().st_mtime)[: -LOGS_KEPT or None]:
            old.unlink(missing_ok=True)
        log = path.open("a", encoding="utf-8", errors="replace")
    except OSError:
        yield None
        return
    with log:
        yield log


class _LeaseLostError(Exception):
    """The job was cancelled, or given to another process."""


@dataclass
class _Reporter:
    """Report the progress of a job to the store, and end the process, if it is the job's own, when it may not go on."""

    service: ClubService
    number: int
    worker: str
    done: float = 0.0
    message: str = "starting"
    own_process: bool = True
    whole: WholeJob = field(default_factory=lambda: WholeJob(({FORECASTING: 1.0},)))
    ended: threading.Event = field(default_factory=threading.Event)

    def progress(self, what: str, done: int, total: int) -> None:
        """Take note of progress, as `gatecast.progress.Progress` does."""
        self.done = self.whole.told(what, done, total)
        left = time_left_words(self.whole.seconds_left)
        self.message = ", ".join(part for part in (what or "preparing", left) if part)

    def run(self) -> None:
        """Report every second until the end, whether the database answers or not."""
        while not self.ended.wait(REPORT_S):
            try:
                self.check()
            except StoreUnavailableError:
                continue
            except _LeaseLostError:
                if self.own_process:
                    os._exit(0)
                return  # the work is checked once more before anything is recorded
            except GatecastError:
                traceback.print_exc()

    def check(self) -> None:
        """Report, and raise `_LeaseLostError` if the job may not continue; one that was cancelled is recorded so."""
        store = self.service.store
        if store.report_job(self.number, self.done, self.message, worker=self.worker):
            return
        if store.job(self.number).cancelling:
            store.finish_job(self.number, "cancelled", "cancelled", worker=self.worker)
        raise _LeaseLostError

    def patiently(self, action: Callable[[], Value]) -> Value:
        """Do something with the database, again and again while it does not answer."""
        until = time.monotonic() + OUTAGE_S
        while True:
            try:
                return action()
            except StoreUnavailableError:
                if time.monotonic() > until:
                    raise
                time.sleep(REPORT_S)


def run_job(service: ClubService, number: int, *, own_process: bool = True) -> None:
    """Run a job to its end and record how it ended; do nothing if another process runs it, or it has ended.

    Parameters
    ----------
    service : ClubService
    number : int
    own_process : bool
        True if this process has nothing else to do, so that it ends as soon as the job is cancelled.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    reporter = _Reporter(service, number, worker, own_process=own_process)
    if not reporter.patiently(lambda: service.store.claim_job(number, worker)):
        return
    reporting = threading.Thread(target=reporter.run, daemon=True)
    reporting.start()
    try:
        job = reporter.patiently(lambda: service.store.job(number))
        state, message = "done", _perform(service, job, reporter)
    except _LeaseLostError:
        return
    except GatecastError as error:
        state, message = "failed", str(error)
    except Exception as error:
        state, message = "failed", _cause(error)
        with _log(service.folder, number) as log:
            traceback.print_exc(file=log or sys.stderr)
    finally:
        reporter.ended.set()
        reporting.join()
    reporter.patiently(lambda: service.store.finish_job(number, state, message, worker=worker))


def _cause(error: Exception) -> str:
    """Return why work failed, in one line for whoever started it."""
    if isinstance(error, MemoryError):
        return "got more games than the memory holds, expected fewer games or more memory"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "got no space left on the disk, expected room for a model; free some space, then resume"
    if isinstance(error, OSError) and error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"got a folder that cannot be written ({error.strerror}), expected one that can; allow it, then resume"
    text = (str(error).strip().splitlines() or ["no reason given"])[0]
    return f"{type(error).__name__}: {text}"[:LONGEST_CAUSE]


def _perform(service: ClubService, job: Job, reporter: _Reporter) -> str:
    club = str(job.params.get("club") or reporter.patiently(service.club))
    if job.kind == TRAIN or reporter.patiently(service.model_id) is None:
        _train(service, job, reporter)
    if not len(reporter.patiently(lambda: service.upcoming(club))):
        return "trained; there is no game to come to forecast" if job.kind == TRAIN else "there is no game to come"
    reporter.progress(FORECASTING, 0, 1)
    inputs = forecast_inputs(service, club)
    forecasts, model = reporter.patiently(lambda: (service.forecast_now(club), service.model_id() or ""))
    reporter.patiently(reporter.check)
    reporter.patiently(lambda: service.store.record_forecast(forecasts, model, made_from=inputs))
    return f"{len(service.upcoming(club))} games of {club} forecast"


def _train(service: ClubService, job: Job, reporter: _Reporter) -> None:
    from gatecast.forecast import Forecaster

    games = reporter.patiently(service.played)
    settings = training_settings(len(games), job.params.get("settings"))
    checkpoints = _checkpoints(service.folder, job.job_id)
    reporter.whole = WholeJob(training_stages(settings.members))
    reporter.progress("", 0, 1)
    forecaster = Forecaster(settings.network, seed=settings.seed, settings=settings)
    forecaster.fit(games, folder=checkpoints, progress=reporter.progress)
    with tempfile.TemporaryDirectory(dir=service.folder, prefix=".model-") as draft:
        forecaster.save(draft)
        reporter.patiently(reporter.check)
        reporter.patiently(lambda: keep_model(service.store, service.folder, Path(draft)))
    shutil.rmtree(checkpoints.parent, ignore_errors=True)


def _checkpoints(folder: Path, number: int) -> Path:
    """Return a folder of the job's own for its checkpoints, with those of the job before it.

    They are moved, so that a process which lost its lease cannot write among them.
    """
    home, own = folder / CHECKPOINTS, folder / CHECKPOINTS / str(number)
    home.mkdir(exist_ok=True)
    if own.is_dir():
        return own
    earlier = max(
        (each for each in home.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime, default=None
    )
    if earlier is not None:
        earlier.rename(own)
    own.mkdir(exist_ok=True)
    # Version 0.1 kept checkpoints in the folder itself.
    for file in [each for each in home.iterdir() if each.is_file()]:
        file.rename(own / file.name)
    return own


def main() -> None:
    """Run the job given by the arguments (folder, number); the environment names another database."""
    folder, number = sys.argv[1:]
    with open_service(folder, os.environ.get(DATABASE) or None) as service:
        run_job(service, int(number))


if __name__ == "__main__":
    main()
