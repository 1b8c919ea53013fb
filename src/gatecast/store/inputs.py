"""What forecasts and plans were made from, as digests beside them, to tell later what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from gatecast.store.rows import as_text
from gatecast.store.schema import FORECAST_INPUTS, PLAN_INPUTS

__all__ = ["read_forecast_inputs", "read_plan_inputs", "write_forecast_inputs", "write_plan_inputs"]

Inputs = Mapping[str, Any]


def write_forecast_inputs(connection: sa.Connection, issue_id: int, inputs: Inputs | None) -> None:
    """Record what a forecast was made from, in the transaction that records it; nothing if it is not known."""
    if inputs is not None:
        as_text(inputs, "inputs of a forecast")
        connection.execute(sa.insert(FORECAST_INPUTS).values(issue_id=issue_id, inputs=dict(inputs)))


def read_forecast_inputs(connection: sa.Connection, issue_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what forecasts were made from, by number of the issue."""
    query = sa.select(FORECAST_INPUTS).where(FORECAST_INPUTS.c.issue_id.in_(issue_ids))
    return {row.issue_id: row.inputs for row in connection.execute(query)}


def write_plan_inputs(connection: sa.Connection, plan_id: int, inputs: Inputs | None) -> None:
    """Record what a plan was made from, in the transaction that records it; nothing if it is not known."""
    if inputs is not None:
        as_text(inputs, "inputs of a plan")
        connection.execute(sa.insert(PLAN_INPUTS).values(plan_id=plan_id, inputs=dict(inputs)))


def read_plan_inputs(connection: sa.Connection, plan_id: int) -> dict[str, Any] | None:
    """Return what a plan was made from; None if that was not recorded."""
    return connection.scalar(sa.select(PLAN_INPUTS.c.inputs).where(PLAN_INPUTS.c.plan_id == plan_id))
