"""What the operations of the API share: its desk, its limits, and the answers it describes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Query, Request, Security
from fastapi.security import HTTPBearer

from gatecast.desk import Desk
from gatecast.web.api.answers import MOST_ITEMS
from gatecast.web.api.bodies import LARGEST_WHOLE, PLAIN, Problem
from gatecast.web.render import desk_of

__all__ = [
    "Club",
    "DeskNow",
    "First",
    "GameId",
    "Limit",
    "Number",
    "Offset",
    "Season",
    "Until",
    "club_of",
    "described",
]

TOKEN = HTTPBearer(auto_error=False, description="A token made at /account; not needed where no password is set.")
PROBLEM: dict[str, Any] = {"model": Problem, "content": {"application/problem+json": {}}}
TOLD = {
    400: "A request that cannot be read.",
    401: "No token, where a password is set.",
    403: "A token that only reads, or a page of another site.",
    404: "There is no such thing.",
    409: "Not in the state that things are in.",
    413: "A body too large.",
    422: "Something given cannot be used.",
}


def described(*more: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer with; 400, 401, 403, 413 and 422 always."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    codes = sorted({400, 401, 403, 413, 422, *more})
    return {code: {"description": TOLD[code], "content": {"application/problem+json": schema}} for code in codes}


def _desk(request: Request, _: Annotated[object, Security(TOKEN)]) -> Desk:
    return desk_of(request)


DeskNow = Annotated[Desk, Depends(_desk)]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Rows at most.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_WHOLE, description="Rows left out before the first.")]
Club = Annotated[
    str | None, Query(max_length=200, pattern=PLAIN, description="Home club; the desk's own if not given.")
]
Season = Annotated[int | None, Query(ge=1800, le=9999)]
First = Annotated[dt.date | None, Query(alias="from", description="First day.")]
Until = Annotated[dt.date | None, Query(alias="to", description="Last day.")]
GameId = Annotated[str, Path(min_length=1, max_length=200, pattern=PLAIN)]
Number = Annotated[int, Path(ge=0, le=LARGEST_WHOLE)]


def club_of(desk: Desk, club: str | None) -> str:
    """The club named, or the desk's own; 404 where there is none of that name."""
    if club is None:
        return desk.club()
    if club not in desk.clubs():
        raise HTTPException(404, f"club: got {club!r}, expected a club with home games in the store")
    return club
