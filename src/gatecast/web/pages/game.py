"""The page of a game: its forecast and why, how that changed, ticket sales, and the result."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from gatecast.expected import expected_people
from gatecast.formatting import capital, money
from gatecast.games import Role
from gatecast.games import columns as c
from gatecast.service import ClubService
from gatecast.service.current_overrides import current_overrides
from gatecast.service.day_plan import DayPlan, day_plan
from gatecast.service.deadlines_done import deadlines_due
from gatecast.service.freshness import freshness
from gatecast.service.game import GameView, game_view, reading_order
from gatecast.service.game_edits import stored_game
from gatecast.service.homestands import homestand_view
from gatecast.service.overrides import override_score
from gatecast.service.reasons import Reasons, reasons_of
from gatecast.web.cache import ALL_AREAS, SEASON_AREAS
from gatecast.web.charts import chances, chances_scale, driver_bars, over_time, sales
from gatecast.web.render import page, reader_of, service_of
from gatecast.web.words import (
    alike_words,
    column_words,
    driver_facts,
    driver_words,
    drivers_told,
    game_words,
    promotion_words,
    signed,
    value_words,
)

__all__ = ["PART_FIELD", "address", "router", "show_game"]

router = APIRouter()
PART_FIELD = "gc_part"
"""Field by which a script asks for a part of a page; the part so has an address of its own, and no browser takes it
for the page."""
SAID = (c.GAME_ID, c.DATE, c.SEASON, c.HOME, c.VISITOR, c.START_TIME, c.CAPACITY)
"""Columns that the head of the page says already, or that need not be said."""


@router.get("/games/{game_id:path}/reasons")
def reasons(request: Request, game_id: str) -> Response:
    """Show what drives the forecast, and similar past games: as a page of its own, or as a part of the game's page."""
    service = service_of(request)
    view = game_view(service, game_id)
    if view is None:
        return show_game(request, f"{game_id}/reasons")
    found = reasons_of(service, view)
    return page(
        request,
        "game_reasons_part.html.j2" if PART_FIELD in request.query_params else "game_reasons.html.j2",
        areas=SEASON_AREAS,
        title=game_words(view.row, reader_of(request)),
        address=address(game_id),
        modelled=service.model_id() is not None,
        forecast=view.last is not None,
        played=view.game.attendance is not None,
        columns=view.columns,
        reasons=found,
        changed=view.change is not None and view.change.difference != 0,
        address_of=address,
        **(_reasons_view(found, view) if found else {}),
    )


@router.get("/games/{game_id:path}")
def game(request: Request, game_id: str) -> Response:
    """Show a game."""
    return show_game(request, game_id)


def show_game(request: Request, game_id: str) -> Response:
    """Return the page of a game, or one that says there is no such game."""
    service = service_of(request)
    view = game_view(service, game_id)
    if view is None:
        return _set_aside_page(request, game_id)
    return page(
        request,
        "game.html.j2",
        areas=ALL_AREAS,
        view=view,
        title=game_words(view.row, reader_of(request)),
        address=address(game_id),
        part_field=PART_FIELD,
        facts=known_facts(view),
        plan_of=plan_address(service, view),
        day_plan=_day_plan(service, view),
        modelled=service.model_id() is not None,
        fresh=freshness(service, view.row[c.HOME]) if view.coming else None,
        by_hand=current_overrides(service, {game_id}),
        scored=override_score(service, view.row[c.HOME], game_id=game_id) if view.game.attendance is not None else None,
        money=money,
        capital=capital,
        currency=service.operations().currency,
        column_words=column_words,
        value_words=value_words,
        **_drawings(view),
    )


def _set_aside_page(request: Request, game_id: str) -> Response:
    """Return the page of a game that is postponed or cancelled, or one that says there is no such game."""
    service = service_of(request)
    found = stored_game(service, game_id)
    if found is None:
        return page(request, "game_absent.html.j2", status=404, game_id=game_id)
    row, status = found
    return page(
        request,
        "game_set_aside.html.j2",
        areas=ALL_AREAS,
        title=game_words(row, reader_of(request)),
        game_status=status,
        address=address(game_id),
        issues=service.store.forecasts([game_id]),
    )


def address(game_id: str) -> str:
    """Return the address of a game's page.

    Examples
    --------
    >>> address("100 % / Ä")
    '/games/100%20%25%20%2F%20%C3%84'
    """
    return f"/games/{quote(game_id, safe='')}"


def plan_address(service: ClubService, view: GameView) -> str:
    """Return the address of the plan of the game's homestand; empty if there is none."""
    stand = view.stand
    if stand is None or not stand.to_come or view.last is None or view.row[c.HOME] != service.club():
        return ""
    return f"/plan?stand={stand.number}&season={view.season}"


def _day_plan(service: ClubService, view: GameView) -> DayPlan | None:
    """Return what the homestand's plan decides for the game; None if it is not planned."""
    if view.stand is None or not plan_address(service, view):
        return None
    stand = homestand_view(service, view.season, view.stand.number)
    return day_plan(stand, view.row[c.GAME_ID], deadlines_due(service, stand).every if stand else ())


def known_facts(view: GameView) -> list[str]:
    """Return the columns that the page shows: canonical ones in order, then a club's own, the earliest known first."""
    shown = [
        name
        for name, column in view.columns.items()
        if name not in SAID
        and (view.row[name] is not None or name == c.PROMOTION)
        and column.role is not Role.TARGET
        and not (name == c.NUMBER and not view.row[name])
        and not (name == c.VENUE and view.row[name] == view.row[c.HOME])
    ]
    return reading_order(view.columns, shown)


def _reasons_view(reasons: Reasons, view: GameView) -> dict[str, Any]:
    """Return what the template needs to show the drivers of a forecast, and of its change."""
    zero, bars = driver_bars([driver.people for driver in reasons.drivers])
    moved = reasons.moves.drivers if reasons.moves else ()
    facts = view.change.facts if view.change else ()
    return {
        "told": drivers_told([driver.name for driver in moved], [fact.column for fact in facts]),
        "zero": zero,
        "bars": bars,
        "signed": signed,
        "driver_words": driver_words,
        "driver_facts": driver_facts,
        "alike_words": alike_words,
        "promotion_words": promotion_words,
    }


def _drawings(view: GameView) -> dict[str, Any]:
    forecast, seats, attendance = view.game.forecast, view.game.seats, view.game.attendance
    towards = None if forecast is None else expected_people(forecast)
    towards = towards if attendance is None else float(attendance)
    scale = None if forecast is None else chances_scale([forecast], seats, attendance)
    return {
        "chances": None if forecast is None or scale is None else chances(forecast, scale, seats, attendance),
        "over_time": over_time(view.issues, seats, attendance),
        "sales": None if view.pace is None or not towards else sales(view.pace, towards),
        "towards": towards,
    }
