"""Operations of the API that change something, or work something out for what is asked."""

from __future__ import annotations

import json
from typing import Annotated

import polars as pl
from fastapi import HTTPException, Query, Response
from fastapi.responses import JSONResponse

from gatecast.forecast import Forecaster
from gatecast.games import columns as c
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.operations.toml import operations_from_dict, operations_to_dict
from gatecast.service import ClubService
from gatecast.service.api_imports import take_games, take_outcomes, take_tickets
from gatecast.service.homestands import StandView, stand_view
from gatecast.service.issuing import issue_forecast, issue_plan
from gatecast.service.what_if import two_forecasts
from gatecast.store import ImportReport
from gatecast.web.api.operations_body import Operations
from gatecast.web.api.paging import rows_json
from gatecast.web.api.parts import Club, DeskNow, Number, Rows, club_of, described, router_of
from gatecast.web.api.plan_body import Plan, PlanIssued, PlanRequest
from gatecast.web.api.problems import refusals
from gatecast.web.api.tables import (
    GameRow,
    Imported,
    Issued,
    OutcomeRow,
    TicketRow,
    Undone,
    WhatIf,
    WhatIfAnswer,
)

__all__ = ["router"]

router = router_of()
SOURCE = "the API"


@router.post("/games", responses=described(writes=True), response_model=Imported)
def import_games(
    service: DeskNow,
    rows: Annotated[list[GameRow], Rows],
    dry_run: Annotated[bool, Query(description="Only tell what would be done.")] = False,
) -> Response:
    """Add games and change those that differ; the same again changes nothing, rows that cannot be used are told."""
    given = [row.model_dump(exclude_none=True) for row in rows]
    return _imported(take_games(service, given, source=SOURCE, dry_run=dry_run))


@router.post("/imports/{import_id}/undo", responses=described(404, 409, writes=True), response_model=Undone)
def undo(service: DeskNow, import_id: Number) -> Response:
    """Take an import back."""
    if import_id not in service.store.imports()["import_id"]:
        raise HTTPException(404, f"import {import_id}: got no such import, expected one that the list of imports shows")
    undone = service.store.undo(import_id)
    return JSONResponse({"import_id": import_id, "withdrawn": undone.withdrawn, "restored": undone.restored})


@router.post("/outcomes", responses=described(writes=True), response_model=Imported)
def record_outcomes(service: DeskNow, rows: Annotated[list[OutcomeRow], Rows]) -> Response:
    """Gates and scans of games in the store; another figure corrects the earlier one, which is kept."""
    return _imported(take_outcomes(service, [row.model_dump() for row in rows], source=SOURCE))


@router.post("/tickets", responses=described(writes=True), response_model=Imported)
def record_tickets(service: DeskNow, rows: Annotated[list[TicketRow], Rows]) -> Response:
    """Tickets sold by the end of a day; another figure corrects the earlier one."""
    return _imported(take_tickets(service, [row.model_dump() for row in rows], source=SOURCE))


@router.post("/forecasts", responses=described(404, 409, writes=True), response_model=Issued)
def forecast(service: DeskNow, club: Club = None) -> Response:
    """Forecast a club's games to come from what is known now, and keep that unless the last issue says the same."""
    shown = club_of(service, club)
    _forecaster(service, shown)
    number, new = issue_forecast(service, shown)
    return JSONResponse({"issue_id": number, "games": len(service.coming(shown)), "new": new})


@router.post("/plans/preview", responses=described(404, 409, writes=True), response_model=Plan)
def preview(service: DeskNow, asked: PlanRequest | None = None) -> Response:
    """The plan of a home stand from the latest forecasts, not kept."""
    view = _stand(service, asked)
    assert view.plan is not None  # _stand refuses a home stand without one
    return JSONResponse(plan_as_dict(view.plan.plan, service.notice()))


@router.post("/plans", responses=described(404, 409, writes=True), response_model=PlanIssued)
def record_plan(service: DeskNow, asked: PlanRequest | None = None) -> Response:
    """Make the plan of a home stand from the latest forecasts, and keep it unless it is the last one kept."""
    view = _stand(service, asked)
    number, new = issue_plan(service, view)
    return JSONResponse({"plan_id": number, "new": new, "plan": service.store.plan(number)})


@router.post("/what-if", responses=described(404, 409, writes=True), response_model=WhatIfAnswer)
def what_if(service: DeskNow, asked: WhatIf, club: Club = None) -> Response:
    """The forecasts of games to come as they are, and as they would be with some values changed; nothing is kept."""
    shown = club_of(service, club)
    two = two_forecasts(service, _forecaster(service, shown), shown, asked.changes)
    changed = pl.col(c.GAME_ID).is_in(list(asked.changes))
    before, after = (json.loads(rows_json(table.filter(changed))) for table in (two.before, two.after))
    games = [
        {c.GAME_ID: one.pop(c.GAME_ID), "before": one, "after": other} for one, other in zip(before, after, strict=True)
    ]
    return JSONResponse({"games": games, "others": two.others})


@router.put("/operations", responses=described(writes=True), response_model=Operations)
def save_operations(service: DeskNow, asked: Operations) -> Response:
    """Keep operations for every plan from now on."""
    made = operations_from_dict(asked.model_dump())
    service.save_operations(made)
    return JSONResponse(operations_to_dict(made))


def _imported(report: ImportReport) -> Response:
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    return JSONResponse({"import_id": report.import_id, **counts, "refused": refusals(report.refused)})


def _forecaster(service: ClubService, club: str) -> Forecaster:
    """What forecasts the games to come of a club; 409 where it or they are lacking."""
    forecaster = service.forecaster()
    if forecaster is None:
        raise HTTPException(409, "got no trained model, expected one; train on the games of the store first")
    if not len(service.coming(club)):
        raise HTTPException(409, f"got no game to come of {club or 'any club'}, expected one; add the schedule first")
    return forecaster


def _stand(service: ClubService, asked: PlanRequest | None) -> StandView:
    """The home stand that was asked for, with its plan; 404 where there is none, 409 where it cannot be planned."""
    wanted = asked or PlanRequest()
    operations = None if wanted.operations is None else operations_from_dict(wanted.operations.model_dump())
    view = stand_view(service, wanted.season, wanted.stand, operations)
    if view is None and wanted.season is None and wanted.stand is None:
        raise HTTPException(409, "got no home stand, expected games to come; add the schedule first")
    if view is None:
        raise HTTPException(404, f"stand: got {wanted.stand} of {wanted.season}, expected one that the calendar shows")
    if view.plan is None:
        raise HTTPException(409, "got no game to come with a forecast, expected one; forecast first")
    return view
