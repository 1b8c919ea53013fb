"""A homestand's plan with figures set by hand in it, and what a game costs if they are right, or the model is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN
from gatecast.plan import Operations, Plan, make_plan
from gatecast.plan.columns import EXPECTED_COST, FORECAST
from gatecast.plan.overrides import OVERRIDES_SCHEMA, OverriddenNumber, costs_under, with_numbers
from gatecast.service.current_overrides import forecast_by_hand
from gatecast.store import Override

__all__ = ["CrossedCosts", "costs_of_both", "overridden_plan"]

Rows = Sequence[dict[str, Any]]
Overrides = Mapping[tuple[str, str, str], Override]
"""Figures set by hand by game, kind and name."""


@dataclass(frozen=True)
class CrossedCosts:
    """Expected cost of one game, in money, planned for the model's forecast and for one by hand, under each of them."""

    model_if_model: float
    model_if_hand: float
    hand_if_model: float
    hand_if_hand: float


def costs_of_both(rows: Rows, overrides: Overrides, model: Plan, overridden: Plan, game_id: str) -> CrossedCosts:
    """Return what a game costs with both plans, if the model's forecast is right and if the one set by hand is.

    Parameters
    ----------
    rows : sequence of dict
        The model's forecast of each game of the plans, by its columns.
    overrides : mapping of (game_id, kind, name) to Override
    model, overridden : Plan
    game_id : str
    """
    moved = [forecast_by_hand(row, overrides) or row for row in rows]
    forecast, by_hand = (pl.DataFrame(each, infer_schema_length=None) for each in (rows, moved))

    def cost(of: Plan, under: pl.DataFrame) -> float:
        table = costs_under(of, under).filter(pl.col(c.GAME_ID) == game_id)
        return float(table[EXPECTED_COST].sum())

    return CrossedCosts(
        cost(model, forecast), cost(model, by_hand), cost(overridden, forecast), cost(overridden, by_hand)
    )


def overridden_plan(rows: Rows, operations: Operations, overrides: Overrides, model: Plan) -> Plan:
    """Return the plan with figures set by hand, each beside the model's.

    Parameters
    ----------
    rows : sequence of dict
        The model's forecast of each game, by its columns.
    operations : Operations
    overrides : mapping of (game_id, kind, name) to Override
    model : Plan
        Without any of them.
    """
    moved = [forecast_by_hand(row, overrides) or row for row in rows]
    table = pl.DataFrame(moved, infer_schema_length=None)
    plan = make_plan(table, operations)
    told = _overridden_forecasts(rows, plan, model, overrides)
    numbers = {
        key: OverriddenNumber(round(each.value or 0), each.reason)
        for key, each in overrides.items()
        if key[1] != FORECAST
    }
    return with_numbers(replace(plan, overrides=told), table, numbers, model=model)


def _overridden_forecasts(rows: Rows, plan: Plan, model: Plan, overrides: Overrides) -> pl.DataFrame | None:
    """Return the forecasts set by hand beside the model's, with the cost of both plans if the model is right."""
    ours = {row[c.GAME_ID]: row for row in rows if (row[c.GAME_ID], FORECAST, "") in overrides}
    if not ours:
        return None
    under = costs_under(plan, pl.DataFrame(rows, infer_schema_length=None))
    costs = dict(under.group_by(c.GAME_ID).agg(pl.col(EXPECTED_COST).sum()).iter_rows())
    model_costs = dict(model.games.select(c.GAME_ID, EXPECTED_COST).iter_rows())
    told = [
        (game, FORECAST, "", "people", override.value, row[MEAN], costs[game], model_costs[game], None, None,
         override.reason)
        for game, row in ours.items()
        for override in [overrides[game, FORECAST, ""]]
    ]  # fmt: skip
    return pl.DataFrame(told, schema=OVERRIDES_SCHEMA, orient="row")
