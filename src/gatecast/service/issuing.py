"""Forecasts and plans issued once: what says the same as the last one is that one."""

from __future__ import annotations

import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.export.json import plan_as_dict
from gatecast.service.club_service import ClubService
from gatecast.service.homestands import StandView
from gatecast.service.issued_plans import issue
from gatecast.store.schema import ISSUES

__all__ = ["issue_forecast", "issue_plan"]

ISSUE_ID = ISSUES.c.issue_id.name
SAID = (c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)


def issue_forecast(service: ClubService, club: str) -> tuple[int, bool]:
    """Forecast the club's games to come from what is known now, and keep that for good unless the last issue says it.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.

    Returns
    -------
    int
        Number of the issue.
    bool
        Whether it is a new one.

    Raises
    ------
    InputError
        There is no model yet, or no game to come.
    """
    model, made = service.model_id() or "", service.forecast_now(club)
    issued = service.forecasts(club)
    if issued.height:
        last = issued.filter(pl.col(ISSUE_ID) == issued[ISSUE_ID][-1])
        if last[MODEL][0] == model and _said(last).equals(_said(made)):
            return int(last[ISSUE_ID][0]), False
    return service.store.record_forecast(made, model), True


def issue_plan(service: ClubService, view: StandView) -> tuple[int, bool]:
    """Keep the plan of a home stand for good unless it is the last one that was kept.

    Parameters
    ----------
    service : ClubService
    view : StandView

    Returns
    -------
    int
        Number of the plan.
    bool
        Whether it is a new one.

    Raises
    ------
    InputError
        There is no plan.
    """
    kept = service.store.plans()
    if view.plan is not None and kept.height and kept[ISSUE_ID][-1] == view.issue_id:
        number = int(kept["plan_id"][-1])
        if service.store.plan(number) == plan_as_dict(view.plan.plan, service.notice()):
            return number, False
    return issue(service, view), True


def _said(forecasts: pl.DataFrame) -> pl.DataFrame:
    numbers = pl.col(MEAN, *QUANTILE_COLUMNS, P_SELLOUT).cast(pl.Float64)
    return forecasts.select(SAID).with_columns(numbers).sort(c.GAME_ID, LEAD)
