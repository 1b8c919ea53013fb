"""Record forecasts and plans as they were issued."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gatecast.errors import DataError, InputError, StoreError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.demand.forecast_table import FIRST_ROW, ForecastTable
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.plan import Plan
from gatecast.store import revisions
from gatecast.store.bulk import insert_frame
from gatecast.store.rows import as_json, as_text
from gatecast.store.schema import FORECASTS, GAMES, ISSUES, PLANS

__all__ = ["Issued", "read_forecasts", "read_plan", "read_plans", "write_forecasts", "write_plan"]

ISSUE_ID, ISSUED_AT, FURTHER = ISSUES.c.issue_id.name, ISSUES.c.issued_at.name, FORECASTS.c.further.name
CONTRACT = (c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)
OPERATIONS = PLANS.c.operations.name
MOMENT = pl.Datetime("us", "UTC")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    ISSUE_ID: pl.Int64,
    ISSUED_AT: MOMENT,
    MODEL: pl.String,
    c.GAME_ID: pl.String,
    LEAD: pl.String,
    AS_OF: pl.Date,
    MEAN: pl.Float64,
    **dict.fromkeys(QUANTILE_COLUMNS, pl.Float64),
    P_SELLOUT: pl.Float64,
}


@dataclass(frozen=True)
class Issued:
    """A forecast as it was issued.

    Parameters
    ----------
    frame : polars.DataFrame
        As `gatecast.plan.read_forecast` reads it. Columns beyond the contract's that do not describe the game
        (demand turned away, the capacity used) are kept as well.
    model_id : str
        A name or fingerprint of the model that no other model will ever have.
    issued_at : datetime
        With its time zone.
    """

    frame: pl.DataFrame
    model_id: str
    issued_at: dt.datetime


def write_forecasts(connection: sa.Connection, issued: Sequence[Issued], *, now: dt.datetime) -> list[int]:
    """Record forecasts for good: all of their rows or none.

    All are checked and written together, as each step takes as long for one forecast as for many.

    Returns
    -------
    list of int
        Number of each issue.

    Raises
    ------
    DataError
        A row that cannot be used, or of a game that is not in the store.
    """
    if not all(each.model_id.strip() for each in issued):
        raise InputError("got a forecast without a model, expected the model's id")
    heights = [each.frame.height for each in issued]
    of = pl.Series(np.repeat(np.arange(len(issued)), heights))
    frame = pl.concat([each.frame for each in issued], how="diagonal_relaxed")
    places = [row for height in heights for row in range(FIRST_ROW, height + FIRST_ROW)]
    table = ForecastTable.check(frame, rows=places, issues=of).frame
    _check(connection, table, pl.Series([_last_day(each.issued_at) for each in issued]).gather(of), places)
    numbers = [_write_issue(connection, each, now) for each in issued]
    extra = [name for name in frame.columns if name == c.CAPACITY or name not in {*CONTRACT, MODEL, *c.CANONICAL}]
    further = (
        json.dumps({name: as_json(value) for name, value in row.items() if value is not None})
        for row in frame.select(extra).to_dicts() or [{}] * frame.height
    )
    rows = table.select(
        pl.Series(ISSUE_ID, numbers, pl.Int64).gather(of), *CONTRACT, pl.Series(FURTHER, further, pl.String)
    )
    insert_frame(connection, FORECASTS, rows, by=ISSUE_ID)
    revisions.move(connection, revisions.FORECASTS)
    return numbers


def _write_issue(connection: sa.Connection, issued: Issued, now: dt.datetime) -> int:
    values = {
        ISSUES.c.issued_at: issued.issued_at,
        ISSUES.c.recorded_at: now,
        ISSUES.c.model_id: issued.model_id,
        ISSUES.c.rows: issued.frame.height,
    }
    number: int = connection.execute(sa.insert(ISSUES).values(values)).inserted_primary_key[0]  # type: ignore[index]
    return number


def _last_day(issued_at: dt.datetime) -> dt.date:
    """Return the last day that may have ended when a forecast was issued: it begins up to 14 hours before UTC's."""
    return (issued_at.astimezone(dt.UTC) + dt.timedelta(hours=14)).date()


def _check(connection: sa.Connection, table: pl.DataFrame, last: pl.Series, places: Sequence[int]) -> None:
    """Refuse a row of an unknown game, without a lead, or of a later day than the `last` for it."""
    known = connection.scalars(sa.select(GAMES.c.game_id).where(~GAMES.c.withdrawn)).all()
    refusals = (
        (c.GAME_ID, ~table[c.GAME_ID].is_in(known), "a game of the store", "import the games first"),
        (LEAD, table[LEAD].is_null(), "the days before the game, or preseason", ""),
        (AS_OF, (table[AS_OF] > last).fill_null(False), "a day up to {}, when it was issued", ""),
    )
    for column, broken, expected, remedy in refusals:
        at = broken.arg_max()
        if at is not None and broken[at]:
            value = table[column][at]
            shown = "nothing" if value is None else repr(str(value))
            raise DataError(shown, expected.format(last[at]), remedy, row=places[at], column=column)


def read_forecasts(
    connection: sa.Connection, games: Sequence[str] | None = None, model_id: str | None = None
) -> pl.DataFrame:
    """Return forecasts in the order they were issued, for `Store.forecasts`."""
    query = sa.select(
        ISSUES.c.issue_id,
        ISSUES.c.issued_at,
        ISSUES.c.model_id,
        *(FORECASTS.c[name] for name in CONTRACT),
        FORECASTS.c.further,
    ).join_from(FORECASTS, ISSUES)
    if games is not None:
        query = query.where(FORECASTS.c.game_id.in_(games))
    if model_id is not None:
        query = query.where(ISSUES.c.model_id == model_id)
    rows = connection.execute(query.order_by(ISSUES.c.issue_id, FORECASTS.c.game_id, FORECASTS.c.lead)).all()
    cells: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * (len(SCHEMA) + 1)
    columns = [pl.Series(name, cells[i], dtype) for i, (name, dtype) in enumerate(SCHEMA.items())]
    return pl.DataFrame([*columns, *_further(cells[-1])])


def _further(cells: Sequence[dict[str, Any]]) -> list[pl.Series]:
    """Return the forecasts' columns beyond the contract, one series for each name."""
    names = sorted({name for each in cells for name in each})
    return [pl.Series(name, [each.get(name) for each in cells], strict=False) for name in names]


def write_plan(
    connection: sa.Connection,
    plan: Plan | Mapping[str, Any],
    issue_id: int | None,
    *,
    issued_at: dt.datetime,
    now: dt.datetime,
) -> int:
    """Record a plan for good and return its number.

    Parameters
    ----------
    plan : Plan or mapping
        A plan, or what `plan_as_dict` makes of one.
    issue_id : int or None
        The forecast it was made from.

    Raises
    ------
    InputError
        No operations in it, a value that JSON does not know, or an unknown forecast.
    """
    whole = dict(plan) if isinstance(plan, Mapping) else plan_as_dict(plan)
    if OPERATIONS not in whole:
        raise InputError(f"got a plan without {OPERATIONS}, expected one as gatecast makes it")
    if issue_id is not None and not _issued(connection, issue_id):
        raise InputError(f"got forecast {issue_id}, expected one that was issued")
    operations = whole.pop(OPERATIONS)
    row = {
        PLANS.c.issued_at: issued_at,
        PLANS.c.recorded_at: now,
        PLANS.c.issue_id: issue_id,
        PLANS.c.plan: as_text(whole, "plan"),
        PLANS.c.operations: as_text(operations, "plan"),
    }
    number: int = connection.execute(sa.insert(PLANS).values(row)).inserted_primary_key[0]  # type: ignore[index]
    revisions.move(connection, revisions.PLANS)
    return number


def read_plans(connection: sa.Connection) -> pl.DataFrame:
    """Return every plan in order: its number, when it was issued, and the forecast it was made from."""
    query = sa.select(PLANS.c.plan_id, PLANS.c.issued_at, PLANS.c.issue_id).order_by(PLANS.c.plan_id)
    types = (pl.Int64, pl.Datetime("us", "UTC"), pl.Int64)
    names = [column.name for column in query.selected_columns]
    schema = dict(zip(names, types, strict=True))
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")


def read_plan(connection: sa.Connection, number: int) -> dict[str, Any]:
    """Return a plan as it was issued, in the form of `plan_as_dict`."""
    row = connection.execute(sa.select(PLANS.c.plan, PLANS.c.operations).where(PLANS.c.plan_id == number)).first()
    if row is None:
        raise StoreError(f"plan {number}: got no such plan, expected one that the list of plans shows")
    return {**json.loads(row.plan), OPERATIONS: json.loads(row.operations)}


def _issued(connection: sa.Connection, number: int) -> bool:
    return connection.scalar(sa.select(ISSUES.c.issue_id).where(ISSUES.c.issue_id == number)) is not None
