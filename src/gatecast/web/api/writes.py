"""Operations of the API that change or compute something."""

from __future__ import annotations

import json
from typing import Annotated, Any

import polars as pl
from fastapi import Header, HTTPException, Query, Response
from fastapi.responses import JSONResponse

from gatecast.errors import ConflictError, DataError
from gatecast.expected import EXPECTED, expected_column
from gatecast.forecast import Forecaster
from gatecast.games import columns as c
from gatecast.plan.columns import FORECAST
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.operations.model import Operations
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service import ClubService
from gatecast.service.api_imports import take_games, take_outcomes, take_tickets
from gatecast.service.game_edits import CANCELLED, SCHEDULED, change_game, stored_game, values_from_json
from gatecast.service.homestands import HomestandView, homestand_view, view_of_game
from gatecast.service.issued_forecasts import issue_forecast
from gatecast.service.issued_plans import issue_plan
from gatecast.service.overrides import model_choice, set_forecast, set_number, take_back
from gatecast.service.settings import SettingsConflictError
from gatecast.service.what_if import two_forecasts
from gatecast.store import ImportReport
from gatecast.store.rows import STATUS
from gatecast.web.api.models import (
    GameChanged,
    GamePatch,
    GameRow,
    Imported,
    Issued,
    OutcomeRow,
    OverrideBody,
    OverrideSet,
    TicketRow,
    Undone,
    WhatIf,
    WhatIfAnswer,
)
from gatecast.web.api.plan_models import OperationsBody, Plan, PlanIssued, PlanRequest
from gatecast.web.api.reads import game_response
from gatecast.web.api.routes import Club, GameId, Number, Rows, ServiceNow, club_of, described, router_of, rows_json
from gatecast.web.cache import etag_matches, etag_of
from gatecast.web.problems import refusals

__all__ = ["router"]

router = router_of()
SOURCE = "the API"
GAME_CHANGED = "If-Match: got a game that has changed, expected the ETag of the present one; get it again"
OPERATIONS_CHANGED = "If-Match: got operations that have changed, expected the ETag of the present ones; get them again"


@router.post("/games", responses=described(writes=True), response_model=Imported)
def import_games(
    service: ServiceNow,
    rows: Annotated[list[GameRow], Rows],
    dry_run: Annotated[bool, Query(description="Preview only: nothing is stored.")] = False,
) -> Response:
    """Add games and update those that differ. Sending the same again changes nothing; unusable rows are listed."""
    given = [row.model_dump(exclude_none=True) for row in rows]
    return _imported(take_games(service, given, source=SOURCE, dry_run=dry_run))


IfMatchGame = Annotated[
    str | None, Header(max_length=1000, description="ETag of the game to change; 412 if it has changed.")
]


@router.patch("/games/{game_id:path}", responses=described(404, 409, 412, writes=True), response_model=GameChanged)
def change_a_game(service: ServiceNow, game_id: GameId, asked: GamePatch, if_match: IfMatchGame = None) -> Response:
    """Change a stored game in place: its date, start, visitor, promotion, weather, seats, or set it aside.

    A move to the day of another game makes a doubleheader. The change is an import of its own, which can be undone.
    """
    body = asked.model_dump(exclude_unset=True)
    status = (body.pop("status") or SCHEDULED) if "status" in body else None
    return _changed(service, game_id, values_from_json(service.games().columns, body), status, if_match)


@router.delete("/games/{game_id:path}", responses=described(404, 409, 412, writes=True), response_model=GameChanged)
def cancel_a_game(service: ServiceNow, game_id: GameId, if_match: IfMatchGame = None) -> Response:
    """Cancel a game: it leaves the schedule, and its forecasts and plans are kept. This can be undone."""
    return _changed(service, game_id, {}, CANCELLED, if_match)


def _changed(
    service: ClubService, game_id: str, values: dict[str, Any], status: str | None, if_match: str | None
) -> Response:
    """Change a game if it is still the one that was read, and return it."""
    present = game_response(service, game_id)
    expected = None
    if if_match is not None:
        if not etag_matches(etag_of(bytes(present.body)), if_match.encode(errors="replace")):
            raise HTTPException(412, GAME_CHANGED)
        row, was = stored_game(service, game_id) or ({}, SCHEDULED)
        expected = {**row, STATUS: was}
    try:
        report = change_game(service, game_id, values, status=status, expected=expected, source=SOURCE)
    except ConflictError:
        raise HTTPException(412, GAME_CHANGED) from None
    now = game_response(service, game_id)
    game = json.loads(bytes(now.body))
    others = max(report.changed - 1, 0)
    whole = {
        "import_id": report.import_id,
        "status": game.get(STATUS),
        "also_changed": others,
        "game": game,
    }
    return JSONResponse(whole, headers={"ETag": etag_of(bytes(now.body)).decode()})


@router.post("/overrides", responses=described(404, 409, writes=True), response_model=OverrideSet)
def set_by_hand(service: ServiceNow, asked: OverrideBody) -> Response:
    """Set a forecast or a number of the plan by hand beside the model's; null gives it back to the model."""
    key = (asked.game_id, asked.kind, asked.name)
    if asked.value is None:
        overrides = take_back(service, key)
        return JSONResponse({"override_id": service.store.overrides([key[0]])[-1].override_id if overrides else None})
    if asked.kind == FORECAST:
        return JSONResponse({"override_id": set_forecast(service, asked.game_id, asked.value, asked.reason)})
    if asked.value != int(asked.value):
        raise DataError(repr(asked.value), "a whole number", column="value")
    view = view_of_game(service, asked.game_id)
    model = model_choice((view.plan.model or view.plan).decisions, key) if view and view.plan else {}
    return JSONResponse({"override_id": set_number(service, key, int(asked.value), asked.reason, model=model)})


@router.post("/imports/{import_id}/undo", responses=described(404, 409, writes=True), response_model=Undone)
def undo(service: ServiceNow, import_id: Number) -> Response:
    """Undo an import."""
    if import_id not in service.store.imports()["import_id"]:
        raise HTTPException(404, f"import {import_id}: got no such import, expected one that the list of imports shows")
    undone = service.store.undo(import_id)
    return JSONResponse({"import_id": import_id, "withdrawn": undone.withdrawn, "restored": undone.restored})


@router.post("/outcomes", responses=described(writes=True), response_model=Imported)
def record_outcomes(service: ServiceNow, rows: Annotated[list[OutcomeRow], Rows]) -> Response:
    """Store attendance and scans of games. A new figure corrects the earlier one, which stays in the history."""
    return _imported(take_outcomes(service, [row.model_dump() for row in rows], source=SOURCE))


@router.post("/tickets", responses=described(writes=True), response_model=Imported)
def record_tickets(service: ServiceNow, rows: Annotated[list[TicketRow], Rows]) -> Response:
    """Store tickets sold by the end of a day. A new figure corrects the earlier one."""
    return _imported(take_tickets(service, [row.model_dump() for row in rows], source=SOURCE))


@router.post("/forecasts", responses=described(404, 409, writes=True), response_model=Issued)
def forecast(service: ServiceNow, club: Club = None) -> Response:
    """Forecast a club's upcoming games from what is known now; it is stored unless the last one is the same."""
    shown = club_of(service, club)
    _forecaster(service, shown)
    number, new = issue_forecast(service, shown)
    return JSONResponse({"issue_id": number, "games": len(service.upcoming(shown)), "new": new})


@router.post("/plans/preview", responses=described(404, 409, writes=True), response_model=Plan)
def preview(service: ServiceNow, asked: PlanRequest | None = None) -> Response:
    """Make the plan of a homestand from the latest forecasts without storing it."""
    view = _planned_homestand(service, asked)
    assert view.plan is not None  # _planned_homestand refuses a homestand without one
    return JSONResponse(plan_as_dict(view.plan.decisions, service.notice()))


@router.post("/plans", responses=described(404, 409, writes=True), response_model=PlanIssued)
def record_plan(service: ServiceNow, asked: PlanRequest | None = None) -> Response:
    """Make the plan of a homestand from the latest forecasts, and store it unless the last one is the same."""
    view = _planned_homestand(service, asked)
    number, new = issue_plan(service, view)
    return JSONResponse({"plan_id": number, "new": new, "plan": service.store.plan(number)})


@router.post("/what-if", responses=described(404, 409, writes=True), response_model=WhatIfAnswer)
def what_if(service: ServiceNow, asked: WhatIf, club: Club = None) -> Response:
    """Compare the forecasts of upcoming games with and without changes. Nothing is stored."""
    shown = club_of(service, club)
    two = two_forecasts(service, _forecaster(service, shown), shown, asked.changes)
    changed = pl.col(c.GAME_ID).is_in(list(asked.changes))
    tables = (each.filter(changed).with_columns(expected_column().alias(EXPECTED)) for each in (two.before, two.after))
    before, after = (json.loads(rows_json(table)) for table in tables)
    games = [
        {c.GAME_ID: one.pop(c.GAME_ID), "before": one, "after": other} for one, other in zip(before, after, strict=True)
    ]
    return JSONResponse({"games": games, "others": two.others})


@router.put("/operations", responses=described(412, writes=True), response_model=Operations)
def save_operations(
    service: ServiceNow,
    asked: OperationsBody,
    if_match: Annotated[
        str | None, Header(max_length=1000, description="ETag of the operations to replace; 412 if they have changed.")
    ] = None,
) -> Response:
    """Save operations for every plan from now on; with `If-Match`, only if they are still the ones that were read."""
    version, present = service.operations_version(), JSONResponse(operations_to_dict(service.operations()))
    wanted = None if if_match is None else if_match.encode(errors="replace")
    if wanted is not None and not etag_matches(etag_of(bytes(present.body)), wanted):
        raise HTTPException(412, OPERATIONS_CHANGED)
    try:
        service.save_operations(asked, expected=None if wanted is None else version)
    except SettingsConflictError:
        raise HTTPException(412, OPERATIONS_CHANGED) from None
    answer = JSONResponse(operations_to_dict(asked))
    answer.headers["ETag"] = etag_of(bytes(answer.body)).decode()
    return answer


def _imported(report: ImportReport) -> Response:
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    return JSONResponse({"import_id": report.import_id, **counts, "refused": refusals(report.refused)})


def _forecaster(service: ClubService, club: str) -> Forecaster:
    """Return the forecaster; 409 if there is no model or no upcoming game of the club."""
    forecaster = service.forecaster()
    if forecaster is None:
        raise HTTPException(409, "got no trained model, expected one; train one first")
    if not len(service.upcoming(club)):
        raise HTTPException(409, f"got no upcoming game of {club or 'any club'}, expected one; add the schedule first")
    return forecaster


def _planned_homestand(service: ClubService, asked: PlanRequest | None) -> HomestandView:
    """Return the requested homestand with its plan; 404 if there is none, 409 if it cannot be planned."""
    wanted = asked or PlanRequest()
    view = homestand_view(service, wanted.season, wanted.stand, wanted.operations)
    if view is None and wanted.season is None and wanted.stand is None:
        raise HTTPException(409, "got no homestand, expected upcoming games; add the schedule first")
    if view is None:
        raise HTTPException(404, f"stand: got {wanted.stand} of {wanted.season}, expected one that the calendar shows")
    if view.plan is None:
        raise HTTPException(409, "got no upcoming game with a forecast, expected one; forecast first")
    return view
