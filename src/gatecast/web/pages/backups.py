"""Backups: the list of them, making one now, and downloading one."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from gatecast.errors import GatecastError, StoreUnavailableError
from gatecast.service.backup import KEPT, back_up_now, backup_files, backups_of
from gatecast.web.render import page, redirected, service_of

__all__ = ["router"]

router = APIRouter()
PATH = "/backups"
NOW = "by-hand"
"""Start of the names of backups made by the button; they are kept until somebody deletes them."""
NO_ROOM = "got {}, expected room for a backup in the folder of the database"


@router.get(PATH)
def backups(request: Request) -> Response:
    """List the backups; the data page shows them as well."""
    return _list(request)


@router.post(PATH)
def make(request: Request) -> Response:
    """Back up database, models and settings now."""
    try:
        back_up_now(service_of(request), prefix=NOW)
    except StoreUnavailableError:
        raise
    except GatecastError as refused:
        return _list(request, problem=str(refused), status=422)
    except OSError as full:
        return _list(request, problem=NO_ROOM.format(full.strerror or full), status=507)
    return redirected(f"{PATH}?made=1")


@router.get(PATH + "/files/{name}")
def download(request: Request, name: str) -> Response:
    """Download a backup."""
    found = next((each for each in backup_files(service_of(request)) if each.name == name), None)
    if found is None:
        raise HTTPException(404, "This backup is no longer there.")
    headers = {"cache-control": "no-store"}
    return FileResponse(found, media_type="application/zip", filename=found.name, headers=headers)


def _list(request: Request, *, problem: str = "", status: int = 200) -> Response:
    service = service_of(request)
    return page(
        request,
        "backups.html.j2",
        status=status,
        problem=problem,
        made="made" in request.query_params,
        sqlite=service.store.database.sqlite,
        backups=backups_of(service),
        kept=KEPT,
    )
