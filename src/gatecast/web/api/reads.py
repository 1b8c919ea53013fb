"""Operations of the API that read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, HTTPException, Query, Request, Response

from gatecast.desk.track import BINS, track_view
from gatecast.evaluate.quantiles import QUANTILE_COLUMNS
from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.plan.reader import operations_to_dict
from gatecast.web.api.answers import answer, paged, plain_rows
from gatecast.web.api.bodies import (
    PLAIN,
    Forecast,
    ForecastPage,
    Game,
    GamePage,
    Imports,
    Operations,
    Plan,
    Plans,
    TicketsPage,
)
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
)

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")
SAID = tuple(name for name in Forecast.model_fields if name != "further")
assert set(QUANTILE_COLUMNS) <= set(SAID)


@router.get("/clubs", responses=described(), response_model=dict[str, Any])
def clubs(desk: DeskNow) -> Response:
    """The clubs with home games, the desk's own, and the last day known of it."""
    club = desk.club()
    as_of = desk.as_of(club)
    return answer({"items": desk.clubs(), "own": club, "as_of": as_of and as_of.isoformat(), "model": desk.model_id()})


@router.get("/games", responses=described(404), response_model=GamePage)
def games(  # noqa: PLR0917  each is a query parameter
    request: Request,
    desk: DeskNow,
    club: Club = None,
    season: Season = None,
    first: First = None,
    until: Until = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """Home games of a club in order of play, with their gates where they are known."""
    table = desk.home_games(club_of(desk, club)).table
    if season is not None:
        table = table.filter(pl.col(c.SEASON) == season)
    if first is not None:
        table = table.filter(pl.col(c.DATE) >= first)
    if until is not None:
        table = table.filter(pl.col(c.DATE) <= until)
    return paged(request, table, offset, limit, CANONICAL)


@router.get("/games/{game_id}", responses=described(404), response_model=Game)
def game(desk: DeskNow, game_id: GameId) -> Response:
    """One game."""
    rows = plain_rows(desk.games().table.filter(pl.col(c.GAME_ID) == game_id), CANONICAL)
    if not rows:
        raise HTTPException(404, f"game {game_id}: got no such game, expected one of the store")
    return answer(rows[0])


@router.get("/imports", responses=described(), response_model=Imports)
def imports(desk: DeskNow) -> Response:
    """Every import with what it did."""
    return answer({"items": plain_rows(desk.store.imports())})


@router.get("/forecasts", responses=described(404), response_model=ForecastPage)
def forecasts(  # noqa: PLR0917  each is a query parameter
    request: Request,
    desk: DeskNow,
    club: Club = None,
    game_id: Annotated[str | None, Query(max_length=200, pattern=PLAIN)] = None,
    latest: Annotated[bool, Query(description="Only the last one of each game.")] = False,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """Forecasts as they were issued, oldest first."""
    shown = club_of(desk, club)
    table = desk.latest(shown) if latest else desk.forecasts(shown)
    if game_id is not None:
        table = table.filter(pl.col(c.GAME_ID) == game_id)
    return paged(request, table, offset, limit, SAID)


@router.get("/plans", responses=described(), response_model=Plans)
def plans(desk: DeskNow) -> Response:
    """Every plan that was kept: its number, when it was issued, and the forecast it was made from."""
    return answer({"items": plain_rows(desk.store.plans())})


@router.get("/plans/{plan_id}", responses=described(404), response_model=Plan)
def plan(desk: DeskNow, plan_id: Number) -> Response:
    """A plan as it was issued."""
    if plan_id not in desk.store.plans()["plan_id"].to_list():
        raise HTTPException(404, f"plan {plan_id}: got no such plan, expected one that the list of plans shows")
    return answer(desk.store.plan(plan_id))


@router.get("/tickets", responses=described(404), response_model=TicketsPage)
def tickets(request: Request, desk: DeskNow, club: Club = None, offset: Offset = 0, limit: Limit = 100) -> Response:
    """Tickets sold for the games of a club by the end of a day."""
    games = desk.home_games(club_of(desk, club)).table.select(c.GAME_ID)
    return paged(
        request, desk.store.tickets().join(games, on=c.GAME_ID, how="semi", maintain_order="left"), offset, limit
    )


@router.get("/outcomes", responses=described(404), response_model=dict[str, Any])
def outcomes(request: Request, desk: DeskNow, club: Club = None, offset: Offset = 0, limit: Limit = 100) -> Response:
    """Gates and scans of a club's games that are known."""
    table = desk.home_games(club_of(desk, club)).table.select(c.GAME_ID, c.DATE, c.ATTENDANCE, c.SCANNED)
    return paged(request, table.drop_nulls(c.ATTENDANCE), offset, limit)


@router.get("/track", responses=described(404), response_model=dict[str, Any])
def track(desk: DeskNow, club: Club = None, season: Season = None) -> Response:
    """How good forecasts were, by days before the game and by month, and whether they drift."""
    view = track_view(desk, club_of(desk, club), season)
    scores = {
        "overall": view.overall and asdict(view.overall),
        "by_days_before": [{**asdict(each), "days": _days(each.group)} for each in view.by_lead],
        "by_month": [asdict(each) for each in view.by_month],
        "by_season": [asdict(each) for each in view.by_season],
    }
    alarm = view.watch.alarm
    return answer({**scores, "drift": {"alarm": alarm and alarm.kind, "told": view.watch.told}})


def _days(first: int | None) -> str:
    """The days before the game that are scored together, such as 4 to 10."""
    last = next((last for start, last in BINS if start == first), None)
    return f"{first} to {last}" if last else f"{first} or more"


@router.get("/operations", responses=described(), response_model=Operations)
def operations(desk: DeskNow) -> Response:
    """What the club decides and what it costs."""
    return answer(operations_to_dict(desk.operations()))
