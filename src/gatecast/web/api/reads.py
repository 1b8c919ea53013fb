"""Operations of the API that read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import polars as pl
from fastapi import HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from gatecast.expected import EXPECTED, expected_column
from gatecast.games import columns as c
from gatecast.games.columns import LARGEST_CROWD
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.operations.model import Operations
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service import ClubService
from gatecast.service.current_overrides import current_overrides, with_figures_by_hand
from gatecast.service.freshness import freshness
from gatecast.service.homestands import homestand_view, orders_after
from gatecast.service.overrides import ScoredFigure, override_score
from gatecast.service.track import track_view
from gatecast.web.api.models import (
    Clubs,
    ForecastPage,
    FreshnessAnswer,
    Game,
    GamePage,
    HandScores,
    ImportPage,
    OutcomePage,
    OverridePage,
    TicketPage,
    TrackRecord,
    track_json,
)
from gatecast.web.api.plan_models import MOST_STAND, NextOrders, Plan, PlanPage
from gatecast.web.api.routes import (
    Club,
    First,
    GameId,
    Number,
    PageOf,
    Season,
    ServiceNow,
    Until,
    club_of,
    described,
    paged,
    reads_areas,
    router_of,
    row_response,
)
from gatecast.web.cache import SEASON_AREAS

__all__ = ["game_response", "router"]

router = router_of()
MOST_SOLD = 30


@router.get("/clubs", responses=described(), response_model=Clubs)
@reads_areas(*SEASON_AREAS)
def clubs(service: ServiceNow) -> Response:
    """List the clubs with home games, which one the pages show, and the last day with known results of each."""
    own = service.club()
    items = [_club(service, club) | {"own": club == own} for club in service.clubs()]
    return JSONResponse({"items": items, "model": service.model_id()})


@router.get("/games", responses=described(404), response_model=GamePage)
@reads_areas(*SEASON_AREAS)
def games(  # noqa: PLR0917  each is a query parameter
    request: Request,
    service: ServiceNow,
    paging: PageOf,
    club: Club = None,
    season: Season = None,
    first: First = None,
    until: Until = None,
) -> Response:
    """List the home games of a club in order of play, with attendance if known."""
    table = service.home_games(club_of(service, club)).table
    if season is not None:
        table = table.filter(pl.col(c.SEASON) == season)
    if first is not None:
        table = table.filter(pl.col(c.DATE) >= first)
    if until is not None:
        table = table.filter(pl.col(c.DATE) <= until)
    return paged(request, table, paging, c.GAME_ID)


@router.get("/games/{game_id:path}", responses=described(404), response_model=Game)
@reads_areas(*SEASON_AREAS)
def game(service: ServiceNow, game_id: GameId) -> Response:
    """Return one game; `status` says if it is postponed without a new date, or cancelled."""
    return game_response(service, game_id)


def game_response(service: ClubService, game_id: str) -> Response:
    """Return a game as an answer, one set aside with its status; 404 if there is none."""
    found = service.games().table.filter(pl.col(c.GAME_ID) == game_id)
    if found.is_empty():
        found = service.store.set_aside().filter(pl.col(c.GAME_ID) == game_id)
    if found.is_empty():
        raise HTTPException(404, f"game {game_id}: got no such game, expected one of the store")
    return row_response(found)


@router.get("/imports", responses=described(), response_model=ImportPage)
def imports(request: Request, service: ServiceNow, paging: PageOf) -> Response:
    """List the imports: what each did, and whether it was undone."""
    return paged(request, service.store.imports(), paging, "import_id")


@router.get("/forecasts", responses=described(404), response_model=ForecastPage)
@reads_areas(*SEASON_AREAS)
def forecasts(  # noqa: PLR0917  each is a query parameter
    request: Request,
    service: ServiceNow,
    paging: PageOf,
    club: Club = None,
    game_id: Annotated[str | None, Query(max_length=200, description="One game only.")] = None,
    latest: Annotated[bool, Query(description="Only the latest forecast of each game.")] = False,
) -> Response:
    """List forecasts as they were issued, the oldest first, with the attendance set by hand that counts now."""
    shown = club_of(service, club)
    table = service.latest(shown) if latest else service.forecasts(shown)
    if game_id is not None:
        table = table.filter(pl.col(c.GAME_ID) == game_id)
    table = with_figures_by_hand(service, table.with_columns(expected_column().alias(EXPECTED)))
    return paged(request, table, paging, *(() if latest else ("issue_id",)), c.GAME_ID)


@router.get("/plans", responses=described(), response_model=PlanPage)
def plans(request: Request, service: ServiceNow, paging: PageOf) -> Response:
    """List the stored plans: number, time of issue, and the forecast each was made from."""
    return paged(request, service.store.plans(), paging, "plan_id")


@router.get("/plans/{plan_id}", responses=described(404), response_model=Plan)
def plan(service: ServiceNow, plan_id: Number) -> Response:
    """Return a plan as it was issued."""
    if plan_id not in service.store.plans()["plan_id"]:
        raise HTTPException(404, f"plan {plan_id}: got no such plan, expected one that the list of plans shows")
    return JSONResponse(service.store.plan(plan_id))


@router.get("/orders", responses=described(404, 409), response_model=NextOrders)
def orders(
    service: ServiceNow,
    sold: Annotated[
        list[Annotated[int, Field(ge=0, le=LARGEST_CROWD)]],
        Query(min_length=1, max_length=MOST_SOLD, description="Tickets sold at the first games planned, in order."),
    ],
    season: Season = None,
    stand: Annotated[int | None, Query(ge=1, le=MOST_STAND, description="Number of the homestand.")] = None,
) -> Response:
    """Return the next orders of a homestand, once its first games have sold so many tickets."""
    if not service.clubs():
        raise HTTPException(409, "got no games, expected games in the store; import some first")
    view = homestand_view(service, season, stand)
    if view is None or view.plan is None:
        raise HTTPException(404, "got no homestand with forecasts of upcoming games, expected one that can be planned")
    return JSONResponse({"items": [each.as_json() for each in orders_after(view, sold)]})


@router.get("/tickets", responses=described(404), response_model=TicketPage)
def tickets(request: Request, service: ServiceNow, paging: PageOf, club: Club = None) -> Response:
    """List tickets sold for the games of a club, by game and day."""
    games = service.home_games(club_of(service, club)).table.select(c.GAME_ID)
    sold = service.store.tickets().join(games, on=c.GAME_ID, how="semi", maintain_order="left")
    return paged(request, sold, paging, c.GAME_ID, AS_OF)


@router.get("/outcomes", responses=described(404), response_model=OutcomePage)
@reads_areas(*SEASON_AREAS)
def outcomes(request: Request, service: ServiceNow, paging: PageOf, club: Club = None) -> Response:
    """List the known attendance and scans of a club's games."""
    table = service.home_games(club_of(service, club)).table.select(c.GAME_ID, c.DATE, c.ATTENDANCE, c.SCANNED)
    return paged(request, table.drop_nulls(c.ATTENDANCE), paging, c.GAME_ID)


@router.get("/track", responses=described(404), response_model=TrackRecord)
@reads_areas(*SEASON_AREAS)
def track(service: ServiceNow, club: Club = None, season: Season = None) -> Response:
    """Return how good the forecasts were, by lead, month and season, and whether they drift."""
    return JSONResponse({**track_json(track_view(service, club_of(service, club), season)), "season": season})


@router.get("/freshness", responses=described(404), response_model=FreshnessAnswer)
def forecast_freshness(service: ServiceNow, club: Club = None) -> Response:
    """Return what has changed since the latest forecasts of a club's upcoming games."""
    found = freshness(service, club_of(service, club))
    return JSONResponse(
        {
            "stale": found.stale,
            "reasons": list(found.reasons),
            "games": {game: list(kinds) for game, kinds in found.games.items()},
            "unforecast": list(found.unforecast),
            "issued_at": found.issued_at and found.issued_at.isoformat(),
        }
    )


@router.get("/overrides", responses=described(404), response_model=OverridePage)
def overrides(request: Request, service: ServiceNow, paging: PageOf, club: Club = None) -> Response:
    """List the figures set by hand for a club's games, the oldest first; the last one of a game and name counts."""
    games = service.home_games(club_of(service, club)).table[c.GAME_ID].to_list()
    now = {each.override_id for each in current_overrides(service, games).values()}
    names = ("override_id", c.GAME_ID, "kind", "name", "value", "reason", "recorded_at")
    rows = [{name: getattr(each, name) for name in names} for each in service.store.overrides(games)]
    types: list[Any] = [pl.Int64, *[pl.String] * 3, pl.Float64, pl.String, pl.Datetime("us", "UTC")]
    table = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    table = table.with_columns(
        pl.col("recorded_at").dt.to_string("iso:strict"), pl.col("override_id").is_in(list(now)).alias("in_effect")
    )
    return paged(request, table, paging, "override_id")


@router.get("/overrides/scores", responses=described(404), response_model=HandScores)
def override_scores(service: ServiceNow, club: Club = None, season: Season = None) -> Response:
    """Return how figures set by hand did beside the model's, for games played."""
    found = override_score(service, club_of(service, club), season)
    return JSONResponse(
        {
            "forecasts": [_figure(each) for each in found.forecasts],
            "numbers": [_figure(each) for each in found.numbers],
        }
    )


def _figure(figure: ScoredFigure) -> dict[str, object]:
    return {**asdict(figure), "date": figure.date and figure.date.isoformat()}


@router.get("/operations", responses=described(), response_model=Operations)
@reads_areas(*SEASON_AREAS)
def operations(service: ServiceNow) -> Response:
    """Return the operations: what the club decides, and what it costs."""
    return JSONResponse(operations_to_dict(service.operations()))


def _club(service: ClubService, club: str) -> dict[str, object]:
    as_of = service.as_of(club)
    return {
        "club": club,
        "games": len(service.home_games(club)),
        "to_come": len(service.upcoming(club)),
        "as_of": as_of and as_of.isoformat(),
    }
