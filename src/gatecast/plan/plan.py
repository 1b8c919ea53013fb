"""The plan: every choice for every game, and a summary of each game."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gatecast.plan.operations.model import Operations

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """A plan: staff to hire, stock to order and transport to run for each game of a forecast.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game and decision: game_id, kind (staff, stock or transport), name, unit, choice, expected_cost
        (money in whole units, so that sums are the totals shown), risk_short (chance of running short, with all that
        can be called in), risk_alone (the same before anyone is called in), marginal_worth (money that one more unit
        would save, less its cost), shortfall (units missing to a minimum that the pool cannot fill), engaged (people
        to engage for the homestand; null if it is not staff), on_hand and delivery (expected cases on hand before the
        game, and the day of the last delivery up to it; null if it is not stock), decide_by
        (the last day to hire or order; null for transport), reason.
    games : polars.DataFrame
        One row a game, in order of play: the columns that identify it, the number of its homestand, tickets and people
        through the gate (mean, q10, q50, q90), p_sellout, shifts of staff in all, expected_cost in all.
    operations : Operations
        The operations that the plan is made for.
    overrides : polars.DataFrame or None
        One row a figure set by hand: game_id, kind (forecast, staff, stock or transport), name, unit, by_hand and model
        (both figures), cost and model_cost (expected, money), risk_short and model_risk_short, note (why). None if
        there is none.
    forecast : polars.DataFrame, optional
        The forecast it was made from, in order of play, from which rules for later orders follow.
    """

    table: pl.DataFrame
    games: pl.DataFrame
    operations: Operations
    overrides: pl.DataFrame | None = None
    forecast: pl.DataFrame | None = None
