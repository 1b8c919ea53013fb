"""Training and forecasting jobs: started, watched, cancelled and resumed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from gatecast.errors import ConflictError, StoreError, StoreUnavailableError
from gatecast.service import jobs as work
from gatecast.store import Job
from gatecast.web.cache import NEWS_HEADER
from gatecast.web.render import page, redirected, service_of

__all__ = ["router"]

router = APIRouter()
LATEST = 5
UNSUCCESSFUL = ("failed", "interrupted")
"""States of a job whose page shows the end of its log."""
LONGEST_SHOWN = 4000
NAMES = {work.TRAIN: "Training and forecasting", work.FORECAST: "Forecasting"}
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.post("/jobs/{kind}")
def begin(request: Request, kind: str) -> Response:
    """Start a training or a forecast, or show the job that is running."""
    service = service_of(request)
    other = work.open_job(service)
    try:
        number = other.job_id if other else work.start(service, kind)
    except ConflictError:
        other = work.open_job(service)
        if other is None:
            raise
        number = other.job_id
    return redirected(f"/jobs/{number}")


@router.post("/jobs/{number}/cancel")
def cancel(request: Request, number: Number) -> Response:
    """Cancel a job."""
    service = service_of(request)
    _job(request, number)
    work.cancel(service, number)
    return redirected(f"/jobs/{number}")


@router.post("/jobs/{number}/again")
def again(request: Request, number: Number) -> Response:
    """Resume a job that was interrupted or failed."""
    service = service_of(request)
    _job(request, number)
    return redirected(f"/jobs/{work.resume(service, number)}")


@router.get("/jobs")
def latest(request: Request) -> Response:
    """List the latest jobs; the data page shows them as well."""
    return page(request, "jobs.html.j2", jobs=work.latest_jobs(service_of(request), LATEST))


@router.get("/jobs/now")
def now(request: Request, was: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None) -> Response:
    """Show the open job as the strip at the head of every page; one just watched as well, once it has ended."""
    service = service_of(request)
    job = work.open_job(service)
    if job is None and was is not None:
        job = _job(request, was)
    ended = job is None or job.finished_at is not None
    answer = page(request, "job_bar.html.j2", job=job, ended=ended, names=NAMES)
    return _as_news(answer) if job is not None and ended else answer


@router.get("/jobs/{number}")
def watch(request: Request, number: Number) -> Response:
    """Show the progress of a job; the page updates itself until the job has ended."""
    part = request.headers.get("hx-request") == "true"
    job = _job(request, number)
    log = work.log_of(service_of(request), number)[-LONGEST_SHOWN:] if job.state in UNSUCCESSFUL else ""
    ended = job.finished_at is not None
    template = "job_part.html.j2" if part else "job.html.j2"
    answer = page(request, template, job=job, ended=ended, log=log, names=NAMES)
    return _as_news(answer) if ended else answer


def _as_news(answer: Response) -> Response:
    """Return an answer that says that a job has ended: its reader sees what it stored on every page from now on."""
    answer.headers[NEWS_HEADER] = "1"
    return answer


@router.get("/jobs/{number}/log")
def log(request: Request, number: Number) -> Response:
    """Download the log of a job, with what whoever looks into it needs to know."""
    _job(request, number)
    name = f"gatecast-job-{number}.txt"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    text = work.report_of(service_of(request), number)
    return Response(text.encode(errors="replace"), media_type="text/plain; charset=utf-8", headers=headers)


def _job(request: Request, number: int) -> Job:
    try:
        return work.job_of(service_of(request), number)
    except StoreUnavailableError:
        raise
    except StoreError as refused:
        raise HTTPException(404, str(refused)) from None
