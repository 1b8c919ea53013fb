"""Operations of the API that change something, or work something out for what is asked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Query, Response

from gatecast.desk import Desk
from gatecast.desk.homestands import StandView, stand_view
from gatecast.desk.issued_plans import issue
from gatecast.errors import StoreError
from gatecast.forecast import what_if as forecast_what_if
from gatecast.games import columns as c
from gatecast.plan.as_json import plan_as_dict
from gatecast.plan.reader import operations_from_dict, operations_to_dict
from gatecast.web.api.answers import answer, as_frame, plain_rows, told_import
from gatecast.web.api.bodies import (
    MOST_ROWS,
    Imported,
    Issued,
    Operations,
    Outcome,
    Plan,
    PlanIssued,
    PlanRequest,
    Row,
    Tickets,
    Undone,
    WhatIf,
    WhatIfAnswer,
)
from gatecast.web.api.parts import Club, DeskNow, Number, club_of, described

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")
SOURCE = "the API"


@router.post("/games", responses=described(), response_model=Imported)
def import_games(
    desk: DeskNow,
    rows: Annotated[list[Row], Body(min_length=1, max_length=MOST_ROWS)],
    dry_run: Annotated[bool, Query(description="Only tell what would be done.")] = False,
) -> Response:
    """Add games and change those that differ; the same again changes nothing, rows that cannot be used are told."""
    report = desk.store.import_games(as_frame(rows), desk.games().extras, source=SOURCE, dry_run=dry_run)
    return answer(told_import(report), kept=False)


@router.post("/imports/{import_id}/undo", responses=described(404, 409), response_model=Undone)
def undo(desk: DeskNow, import_id: Number) -> Response:
    """Take an import back."""
    if import_id not in desk.store.imports()["import_id"].to_list():
        raise HTTPException(404, f"import {import_id}: got no such import, expected one that the list of imports shows")
    try:
        undone = desk.store.undo(import_id)
    except StoreError as refused:
        raise HTTPException(409, str(refused)) from None
    return answer({"import_id": import_id, "withdrawn": undone.withdrawn, "restored": undone.restored}, kept=False)


@router.post("/outcomes", responses=described(), response_model=Imported)
def record_outcomes(
    desk: DeskNow, rows: Annotated[list[Outcome], Body(min_length=1, max_length=MOST_ROWS)]
) -> Response:
    """Gates and scans of games in the store; another figure corrects the earlier one, which is kept."""
    frame = as_frame([row.model_dump() for row in rows])
    return answer(told_import(desk.store.record_outcomes(frame, source=SOURCE)), kept=False)


@router.post("/tickets", responses=described(), response_model=Imported)
def record_tickets(desk: DeskNow, rows: Annotated[list[Tickets], Body(min_length=1, max_length=MOST_ROWS)]) -> Response:
    """Tickets sold by the end of a day; another figure corrects the earlier one."""
    frame = as_frame([row.model_dump() for row in rows])
    return answer(told_import(desk.store.record_tickets(frame, source=SOURCE)), kept=False)


@router.post("/forecasts", responses=described(404, 409), response_model=Issued)
def forecast(desk: DeskNow, club: Club = None) -> Response:
    """Forecast the games to come of a club from what is known now, and keep the issue for good."""
    shown = club_of(desk, club)
    if desk.model_id() is None:
        raise HTTPException(409, "got no trained model, expected one; train on the games of the store first")
    if not len(desk.coming(shown)):
        raise HTTPException(409, f"got no game to come of {shown or 'any club'}, expected one; add the schedule first")
    number = desk.refresh(shown)
    return answer({"issue_id": number, "rows": len(desk.coming(shown))}, kept=False)


@router.post("/plans/preview", responses=described(409), response_model=Plan)
def preview(desk: DeskNow, asked: PlanRequest | None = None) -> Response:
    """The plan of the next home stand from the latest forecasts, not kept."""
    view = _planned(desk, asked)
    return answer(plan_as_dict(view.plan.plan, desk.notice()), kept=False)  # type: ignore[union-attr]  # _planned checks


@router.post("/plans", responses=described(409), response_model=PlanIssued)
def record_plan(desk: DeskNow, asked: PlanRequest | None = None) -> Response:
    """Make the plan of the next home stand from the latest forecasts and keep it for good."""
    view = _planned(desk, asked)
    number = issue(desk, view)
    return answer({"plan_id": number, "plan": desk.store.plan(number)}, kept=False)


@router.post("/what-if", responses=described(409), response_model=WhatIfAnswer)
def what_if(desk: DeskNow, asked: WhatIf) -> Response:
    """The forecasts of games to come as they are, and as they would be with some values changed; nothing is kept."""
    forecaster, club = desk.forecaster(), desk.club()
    if forecaster is None:
        raise HTTPException(409, "got no trained model, expected one; train on the games of the store first")
    coming = desk.coming(club)
    if not len(coming):
        raise HTTPException(409, "got no game to come, expected one; add the schedule first")
    before, after = forecast_what_if(forecaster, desk.played(), coming, desk.as_of(club), asked.changes)
    ids = list(asked.changes)
    shown = [plain_rows(table.filter(table[c.GAME_ID].is_in(ids))) for table in (before, after)]
    return answer({"before": shown[0], "after": shown[1]}, kept=False)


@router.put("/operations", responses=described(), response_model=Operations)
def save_operations(desk: DeskNow, asked: Annotated[dict[str, Any], Body()]) -> Response:
    """Keep operations for every plan from now on."""
    made = operations_from_dict(asked, "operations")
    desk.save_operations(made)
    return answer(operations_to_dict(made), kept=False)


def _planned(desk: Desk, asked: PlanRequest | None) -> StandView:
    given = asked.operations if asked else None
    operations = None if given is None else operations_from_dict(given, "operations")
    view = stand_view(desk, operations=operations)
    if view is None or view.plan is None:
        raise HTTPException(409, "got no game to come with a forecast, expected one; forecast first")
    return view
