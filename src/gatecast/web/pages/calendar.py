"""The calendar, and which club it shows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from gatecast.web.calendar import calendar
from gatecast.web.render import redirected, service_of

__all__ = ["router"]

router = APIRouter()


@router.get("/")
def show(
    request: Request, club: Annotated[str, Query()] = "", season: Annotated[int | None, Query()] = None
) -> Response:
    """Show a season of a club; by default the latest of the service's own."""
    return calendar(request, club, season)


@router.post("/club")
def choose(request: Request, club: Annotated[str, Form()]) -> Response:
    """Make another club the service's own."""
    service_of(request).choose_club(club)
    return redirected("/")
