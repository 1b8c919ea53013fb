"""Operations of the API that read."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from fastapi import HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from gatecast.games import columns as c
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service import ClubService
from gatecast.service.track import track_view
from gatecast.web.api.operations_body import Operations
from gatecast.web.api.paging import USUAL_ITEMS, paged, row_answer
from gatecast.web.api.parts import (
    Club,
    DeskNow,
    First,
    GameId,
    Limit,
    Number,
    Offset,
    Season,
    Until,
    club_of,
    described,
    router_of,
)
from gatecast.web.api.plan_body import Plan, PlanPage
from gatecast.web.api.route import comes_from
from gatecast.web.api.tables import Clubs, ForecastPage, Game, GamePage, ImportPage, OutcomePage, TicketPage
from gatecast.web.api.track_body import TrackTold, track_told
from gatecast.web.kept import SEASON

__all__ = ["router"]

router = router_of()


@router.get("/clubs", responses=described(), response_model=Clubs)
@comes_from(*SEASON)
def clubs(service: DeskNow) -> Response:
    """The clubs with home games, the service's own among them, and the last day known of each."""
    own = service.club()
    items = [_club(service, club) | {"own": club == own} for club in service.clubs()]
    return JSONResponse({"items": items, "model": service.model_id()})


@router.get("/games", responses=described(404), response_model=GamePage)
@comes_from(*SEASON)
def games(  # noqa: PLR0917  each is a query parameter
    request: Request,
    service: DeskNow,
    club: Club = None,
    season: Season = None,
    first: First = None,
    until: Until = None,
    offset: Offset = 0,
    limit: Limit = USUAL_ITEMS,
) -> Response:
    """Home games of a club in order of play, with their gates where they are known."""
    table = service.home_games(club_of(service, club)).table
    if season is not None:
        table = table.filter(pl.col(c.SEASON) == season)
    if first is not None:
        table = table.filter(pl.col(c.DATE) >= first)
    if until is not None:
        table = table.filter(pl.col(c.DATE) <= until)
    return paged(request, table, offset, limit)


@router.get("/games/{game_id:path}", responses=described(404), response_model=Game)
@comes_from(*SEASON)
def game(service: DeskNow, game_id: GameId) -> Response:
    """One game."""
    found = service.games().table.filter(pl.col(c.GAME_ID) == game_id)
    if found.is_empty():
        raise HTTPException(404, f"game {game_id}: got no such game, expected one of the store")
    return row_answer(found)


@router.get("/imports", responses=described(), response_model=ImportPage)
def imports(request: Request, service: DeskNow, offset: Offset = 0, limit: Limit = USUAL_ITEMS) -> Response:
    """Every import: what it did, and whether it was taken back."""
    return paged(request, service.store.imports(), offset, limit)


@router.get("/forecasts", responses=described(404), response_model=ForecastPage)
@comes_from(*SEASON)
def forecasts(  # noqa: PLR0917  each is a query parameter
    request: Request,
    service: DeskNow,
    club: Club = None,
    game_id: Annotated[str | None, Query(max_length=200, description="Of one game.")] = None,
    latest: Annotated[bool, Query(description="Only the last one of each game.")] = False,
    offset: Offset = 0,
    limit: Limit = USUAL_ITEMS,
) -> Response:
    """Forecasts as they were issued, oldest first."""
    shown = club_of(service, club)
    table = service.latest(shown) if latest else service.forecasts(shown)
    if game_id is not None:
        table = table.filter(pl.col(c.GAME_ID) == game_id)
    return paged(request, table, offset, limit)


@router.get("/plans", responses=described(), response_model=PlanPage)
def plans(request: Request, service: DeskNow, offset: Offset = 0, limit: Limit = USUAL_ITEMS) -> Response:
    """Every plan that was kept: its number, when it was issued, and the forecast it was made from."""
    return paged(request, service.store.plans(), offset, limit)


@router.get("/plans/{plan_id}", responses=described(404), response_model=Plan)
def plan(service: DeskNow, plan_id: Number) -> Response:
    """A plan as it was issued."""
    if plan_id not in service.store.plans()["plan_id"]:
        raise HTTPException(404, f"plan {plan_id}: got no such plan, expected one that the list of plans shows")
    return JSONResponse(service.store.plan(plan_id))


@router.get("/tickets", responses=described(404), response_model=TicketPage)
def tickets(
    request: Request, service: DeskNow, club: Club = None, offset: Offset = 0, limit: Limit = USUAL_ITEMS
) -> Response:
    """Tickets sold for the games of a club by the end of a day."""
    games = service.home_games(club_of(service, club)).table.select(c.GAME_ID)
    sold = service.store.tickets().join(games, on=c.GAME_ID, how="semi", maintain_order="left")
    return paged(request, sold, offset, limit)


@router.get("/outcomes", responses=described(404), response_model=OutcomePage)
@comes_from(*SEASON)
def outcomes(
    request: Request, service: DeskNow, club: Club = None, offset: Offset = 0, limit: Limit = USUAL_ITEMS
) -> Response:
    """Gates and scans of a club's games that are known."""
    table = service.home_games(club_of(service, club)).table.select(c.GAME_ID, c.DATE, c.ATTENDANCE, c.SCANNED)
    return paged(request, table.drop_nulls(c.ATTENDANCE), offset, limit)


@router.get("/track", responses=described(404), response_model=TrackTold)
@comes_from(*SEASON)
def track(service: DeskNow, club: Club = None, season: Season = None) -> Response:
    """How good forecasts were, by days before the game, by month and by season, and whether they drift."""
    return JSONResponse({**track_told(track_view(service, club_of(service, club), season)), "season": season})


@router.get("/operations", responses=described(), response_model=Operations)
@comes_from(*SEASON)
def operations(service: DeskNow) -> Response:
    """What the club decides and what it costs."""
    return JSONResponse(operations_to_dict(service.operations()))


def _club(service: ClubService, club: str) -> dict[str, object]:
    as_of = service.as_of(club)
    return {
        "club": club,
        "games": len(service.home_games(club)),
        "to_come": len(service.coming(club)),
        "as_of": as_of and as_of.isoformat(),
    }
