"""The plan as JSON, for programs: the same keys in every plan, dates as text, null for what is unknown."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from gatecast.plan.operations.model import Decisions
from gatecast.plan.operations.toml import assumptions
from gatecast.plan.ordering.rules import plan_rules
from gatecast.plan.plan import Plan
from gatecast.plan.views.deadlines import deadlines
from gatecast.plan.views.delivery_list import delivery_list

__all__ = ["VERSION", "json_text", "plan_as_dict"]

VERSION = 1
"""Increased if a key is removed or changes its meaning, not if one is added."""
FORMAT = "gatecast plan"


def plan_as_dict(plan: Plan, notice: str = "") -> dict[str, Any]:
    """Return a plan as plain values: text, numbers, booleans, None, lists and dictionaries.

    Parameters
    ----------
    plan : Plan
    notice : str
        Such as that the games are simulated.

    Returns
    -------
    dict
        format, version, notice, currency, operations (crowd, staff, stock, transport), assumptions, games, decisions,
        deliveries, deadlines, order_rules, by_hand. Dates are text such as 2019-05-30, times 19:05.
    """
    settings = {name: getattr(plan.operations, name) for name in Decisions.model_fields}
    values: dict[str, Any] = _plain(
        {
            "format": FORMAT,
            "version": VERSION,
            "notice": notice,
            "currency": plan.operations.currency,
            "operations": settings,
            "assumptions": assumptions(plan.operations),
            "games": plan.games.to_dicts(),
            "decisions": plan.table.to_dicts(),
            "deliveries": delivery_list(plan).to_dicts(),
            "deadlines": [
                {**asdict(each), "amounts": [{"name": n, "amount": a, "unit": each.unit} for n, a in each.amounts]}
                for each in deadlines(plan)
            ],
            "order_rules": [asdict(rule) for rule in plan_rules(plan)],
            "by_hand": [] if plan.overrides is None else plan.overrides.to_dicts(),
        }
    )
    return values


def json_text(plan: Plan, notice: str = "") -> str:
    """Return a plan as the text of a JSON file; see `plan_as_dict`."""
    return json.dumps(plan_as_dict(plan, notice), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401  any value of a plan
    """Return a value in types that JSON has."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dt.date | dt.time):
        return value.isoformat("minutes") if isinstance(value, dt.time) else value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value
