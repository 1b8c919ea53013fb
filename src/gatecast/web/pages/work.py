"""Long work: begun, watched and cancelled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response

from gatecast.desk import work
from gatecast.errors import StoreError
from gatecast.store import Job
from gatecast.web.render import desk_of, page, redirected

__all__ = ["router"]

router = APIRouter()
LATEST = 5
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.post("/jobs/{kind}")
def begin(request: Request, kind: str) -> Response:
    """Begin to train, or to forecast anew; where work is being done already, show that."""
    desk = desk_of(request)
    other = work.open_job(desk)
    return redirected(f"/jobs/{other.job_id if other else work.ask(desk, kind)}")


@router.post("/jobs/{number}/cancel")
def cancel(request: Request, number: Number) -> Response:
    """Ask the work to end."""
    desk = desk_of(request)
    _job(request, number)
    work.cancelled(desk, number)
    return redirected(f"/jobs/{number}")


@router.post("/jobs/{number}/again")
def again(request: Request, number: Number) -> Response:
    """Begin anew what was interrupted or failed."""
    desk = desk_of(request)
    _job(request, number)
    return redirected(f"/jobs/{work.go_on(desk, number)}")


@router.get("/jobs")
def latest(request: Request) -> Response:
    """The latest work, done or under way; the data page shows it as well."""
    return page(request, "jobs.html.j2", jobs=desk_of(request).store.jobs(LATEST))


@router.get("/jobs/{number}")
def watch(request: Request, number: Number) -> Response:
    """How far the work is; asks again by itself until it has ended."""
    work.open_job(desk_of(request))
    part = request.headers.get("hx-request") == "true"
    job = _job(request, number)
    return page(request, "work_part.html.j2" if part else "work.html.j2", job=job, ended=job.finished_at is not None)


def _job(request: Request, number: int) -> Job:
    try:
        return desk_of(request).store.job(number)
    except StoreError as refused:
        raise HTTPException(404, str(refused)) from None
