"""What the operations of the API share: its service, its limits, and the answers it describes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Request, Security
from fastapi.security import HTTPBearer

from gatecast.service import ClubService
from gatecast.web.api.fields import LARGEST_WHOLE, LONGEST_TEXT, PLAIN
from gatecast.web.api.paging import MOST_ITEMS
from gatecast.web.api.problems import MEDIA_TYPE
from gatecast.web.api.route import ApiRoute
from gatecast.web.render import service_of

__all__ = [
    "PREFIX",
    "Club",
    "DeskNow",
    "First",
    "GameId",
    "Limit",
    "Number",
    "Offset",
    "Rows",
    "Season",
    "Until",
    "club_of",
    "described",
    "router_of",
]

PREFIX = "/api/v1"
MOST_ROWS = 5000
TOKEN = HTTPBearer(auto_error=False, description="A token made at /account; not needed where no password is set.")
TOLD = {
    400: "A request that cannot be read.",
    401: "No token, where a password is set.",
    403: "A token that only reads, or a page of another site.",
    404: "There is no such thing.",
    408: "Nothing more of the body came.",
    409: "Not in the state that things are in.",
    413: "A body too large.",
    414: "An address that is too long.",
    415: "A body of another type than JSON.",
    422: "Something given cannot be used.",
    503: "The database cannot be reached.",
}
READING = (400, 401, 414, 422, 503)
WRITING = (*READING, 403, 408, 413, 415)


def router_of() -> APIRouter:
    """A router for operations of the API."""
    return APIRouter(prefix=PREFIX, route_class=ApiRoute)


def described(*more: int, writes: bool = False) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer with: those of all that read or write, and more."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    codes = sorted({*(WRITING if writes else READING), *more})
    return {code: {"description": TOLD[code], "content": {MEDIA_TYPE: schema}} for code in codes}


def _service(request: Request, _: Annotated[object, Security(TOKEN)]) -> ClubService:
    return service_of(request)


DeskNow = Annotated[ClubService, Depends(_service)]
Rows = Body(min_length=1, max_length=MOST_ROWS)
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Rows at most.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_WHOLE, description="Rows left out before the first.")]
Club = Annotated[
    str | None,
    Query(max_length=LONGEST_TEXT, pattern=PLAIN, description="Home club; the service's own if not given."),
]
Season = Annotated[int | None, Query(ge=1800, le=9999)]
First = Annotated[dt.date | None, Query(alias="from", description="First day.")]
Until = Annotated[dt.date | None, Query(alias="to", description="Last day.")]
GameId = Annotated[str, Path(min_length=1, max_length=LONGEST_TEXT, pattern=PLAIN)]
Number = Annotated[int, Path(ge=0, le=LARGEST_WHOLE)]


def club_of(service: ClubService, club: str | None) -> str:
    """The club named, or the service's own; 404 where there is none of that name."""
    if club is None:
        return service.club()
    if club not in service.clubs():
        raise HTTPException(404, f"club: got {club!r}, expected a club with home games in the store")
    return club
