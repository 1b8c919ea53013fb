"""Plans as they were issued."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.plan import Plan
from gatecast.store import revisions
from gatecast.store.rows import as_text
from gatecast.store.schema import ISSUES, PLANS

__all__ = ["read_plan", "read_plans", "write_plan"]

OPERATIONS = PLANS.c.operations.name


def write_plan(
    connection: sa.Connection,
    plan: Plan | Mapping[str, Any],
    issue_id: int | None,
    *,
    issued_at: dt.datetime,
    now: dt.datetime,
) -> int:
    """Keep a plan for good; its number.

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
    """Every plan: its number, when it was issued, and the forecast it was made from; in that order."""
    query = sa.select(PLANS.c.plan_id, PLANS.c.issued_at, PLANS.c.issue_id).order_by(PLANS.c.plan_id)
    types = (pl.Int64, pl.Datetime("us", "UTC"), pl.Int64)
    names = [column.name for column in query.selected_columns]
    schema = dict(zip(names, types, strict=True))
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")


def read_plan(connection: sa.Connection, number: int) -> dict[str, Any]:
    """A plan as it was issued, in the form of `plan_as_dict`."""
    row = connection.execute(sa.select(PLANS.c.plan, PLANS.c.operations).where(PLANS.c.plan_id == number)).first()
    if row is None:
        raise StoreError(f"plan {number}: got no such plan, expected one that the list of plans shows")
    return {**json.loads(row.plan), OPERATIONS: json.loads(row.operations)}


def _issued(connection: sa.Connection, number: int) -> bool:
    return connection.scalar(sa.select(ISSUES.c.issue_id).where(ISSUES.c.issue_id == number)) is not None
