"""Forecasts and plans issued once: what says the same as the last one is that one."""

from __future__ import annotations

import polars as pl

from gatecast.desk.desk import Desk
from gatecast.desk.homestands import StandView
from gatecast.desk.issued_plans import issue
from gatecast.evaluate.quantiles import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.games import columns as c
from gatecast.plan.as_json import plan_as_dict
from gatecast.store.schema import ISSUES

__all__ = ["issue_forecast", "issue_plan"]

ISSUE_ID = ISSUES.c.issue_id.name
SAID = (c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)


def issue_forecast(desk: Desk, club: str) -> tuple[int, bool]:
    """Forecast the club's games to come from what is known now, and keep that for good unless the last issue says it.

    Parameters
    ----------
    desk : Desk
    club : str
        One of `Desk.clubs()`.

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
    model, made = desk.model_id() or "", desk.forecast_now(club)
    issued = desk.forecasts(club)
    if issued.height:
        last = issued.filter(pl.col(ISSUE_ID) == issued[ISSUE_ID][-1])
        if last[MODEL][0] == model and _said(last).equals(_said(made)):
            return int(last[ISSUE_ID][0]), False
    return desk.store.record_forecast(made, model), True


def issue_plan(desk: Desk, view: StandView) -> tuple[int, bool]:
    """Keep the plan of a home stand for good unless it is the last one that was kept.

    Parameters
    ----------
    desk : Desk
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
    kept = desk.store.plans()
    if view.plan is not None and kept.height and kept[ISSUE_ID][-1] == view.issue_id:
        number = int(kept["plan_id"][-1])
        if desk.store.plan(number) == plan_as_dict(view.plan.plan, desk.notice()):
            return number, False
    return issue(desk, view), True


def _said(forecasts: pl.DataFrame) -> pl.DataFrame:
    numbers = pl.col(MEAN, *QUANTILE_COLUMNS, P_SELLOUT).cast(pl.Float64)
    return forecasts.select(SAID).with_columns(numbers).sort(c.GAME_ID, LEAD)
