"""Figures set by hand in a plan: another crowd, another number of shifts or vehicles, and what each costs.

A forecast set by hand keeps the width of the model's: the whole distribution is moved to the figure, within the seats.
A number set by hand takes the place of the model's; its cost and its risk of running short come from the same outcomes.
An order of stock that keeps is set for the game that its delivery comes for: the other orders stay, and its cost and
risk are those of all games that the stock is sold at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.formatting import capital, number
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, P_SELLOUT, QUANTILE_COLUMNS, QUANTILE_LEVELS
from gatecast.plan.columns import (
    CHOICE,
    ENGAGED,
    EXPECTED_COST,
    KIND,
    MARGINAL_WORTH,
    NAME,
    ON_HAND,
    REASON,
    RISK_ALONE,
    RISK_SHORT,
    SHIFTS,
    SHORTFALL,
    STAFF,
    STOCK,
    UNIT,
)
from gatecast.plan.demand.crowd import forecast_crowd
from gatecast.plan.demand.forecast_table import ForecastTable
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.operations.model import Operations
from gatecast.plan.optimize.requirements import Requirement, delivered, requirements
from gatecast.plan.optimize.staffing import people_engaged
from gatecast.plan.plan import Plan

__all__ = [
    "COST",
    "FIGURE",
    "MODEL",
    "MODEL_COST",
    "MODEL_RISK",
    "MOST_UNITS",
    "OVERRIDES_SCHEMA",
    "RISK",
    "OverriddenNumber",
    "costs_under",
    "moved_forecast",
    "settable",
    "with_numbers",
]

MOST_UNITS = 100_000
FIGURE, MODEL, COST, MODEL_COST, RISK, MODEL_RISK, NOTE = (
    "by_hand", "model", "cost", "model_cost", "risk_short", "model_risk_short", "note",
)  # fmt: skip
OVERRIDES_SCHEMA: dict[str, Any] = {
    c.GAME_ID: pl.String,
    KIND: pl.String,
    NAME: pl.String,
    UNIT: pl.String,
    **dict.fromkeys((FIGURE, MODEL, COST, MODEL_COST, RISK, MODEL_RISK), pl.Float64),
    NOTE: pl.String,
}
"""Columns of `Plan.overrides`."""

Key = tuple[str, str, str]


@dataclass(frozen=True)
class OverriddenNumber:
    """A number set by hand, in units of its decision, and why."""

    units: int
    note: str


def moved_forecast(row: Mapping[str, Any], people: float, seats: float | None) -> dict[str, Any]:
    """Return the forecast of a game moved to a figure set by hand: as wide as it was, within the seats.

    Parameters
    ----------
    row : mapping
        By the columns of a forecast.
    people : float
        The attendance expected.
    seats : float, optional

    Examples
    --------
    >>> row = {MEAN: 400.0, P_SELLOUT: 0.1, **dict(zip(QUANTILE_COLUMNS, (100., 200., 300., 400., 500., 600., 700.)))}
    >>> moved = moved_forecast(row, 500, 650)
    >>> moved[MEAN], moved["q05"], moved["q90"], round(moved[P_SELLOUT], 3)
    (500.0, 200.0, 650.0, 0.175)
    """
    shift = people - float(row[MEAN])
    most = np.inf if seats is None else float(seats)
    demand = np.array([float(row[name]) + shift for name in QUANTILE_COLUMNS])
    quantiles = np.clip(demand, 0.0, most)
    moved = {MEAN: float(people), **dict(zip(QUANTILE_COLUMNS, quantiles.tolist(), strict=True))}
    if seats is None or row.get(P_SELLOUT) is None:
        return {**row, **moved}
    below = np.interp(most, demand, QUANTILE_LEVELS, left=0.0, right=1.0) if demand[0] < demand[-1] else people < most
    return {**row, **moved, P_SELLOUT: float(1.0 - below)}


def settable(plan: Plan) -> frozenset[Key]:
    """Return what can be set by hand in a plan: game_id, kind and name.

    That is every decision, but for an item that keeps, or comes on some days only, at a game without a delivery of its
    own: such a game sells what was ordered for an earlier one.
    """
    days = GameDays.of(plan.games)
    own = {item.name: delivered(item, days).tolist() for item in plan.operations.stock}
    every = plan.table.select(c.GAME_ID, KIND, NAME).rows()
    place = {game: number for number, game in enumerate(plan.games[c.GAME_ID])}
    return frozenset((game, kind, name) for game, kind, name in every if kind != STOCK or own[name][place[game]])


def with_numbers(
    plan: Plan, forecast: pl.DataFrame, numbers: Mapping[Key, OverriddenNumber], *, model: Plan | None = None
) -> Plan:
    """Return a plan with numbers set by hand, and what they cost beside its own.

    Parameters
    ----------
    plan : Plan
    forecast : polars.DataFrame
        The one it was made from.
    numbers : mapping of (game_id, kind, name) to OverriddenNumber
        Those that are not `settable` in the plan are left out.
    model : Plan, optional
        The plan that the numbers are compared with, of the same decisions, such as that of the model's own forecast;
        `plan` if not given. Both numbers are costed under `forecast`.
    """
    parts = [each for each in [plan.overrides] if each is not None]
    compared = (plan if model is None else model).table
    table, can_be_set = plan.table, settable(plan)
    for requirement, games in _with_games(plan, forecast):
        kind, name = requirement.kind, requirement.entry.name
        keys = {game: (game, kind, name) for game in games}
        mine = {game: numbers[key] for game, key in keys.items() if key in numbers and key in can_be_set}
        if not mine:
            continue
        here = (pl.col(KIND) == kind) & (pl.col(NAME) == name)
        rows = _in_order(table.filter(here), games)
        others = _in_order(compared.filter(here), games)[CHOICE].to_numpy()
        changed, told = _changed(rows, requirement, mine, others)
        table = table.join(changed, on=[c.GAME_ID, KIND, NAME], how="left", maintain_order="left", suffix=" new")
        names = [each for each in changed.columns if each not in (c.GAME_ID, KIND, NAME)]
        table = table.with_columns(
            pl.when(pl.col(f"{CHOICE} new").is_not_null()).then(f"{each} new").otherwise(each).alias(each)
            for each in names
        ).drop(f"{each} new" for each in names)
        parts.append(told)
    games_table = plan.games.drop(SHIFTS, EXPECTED_COST).join(_totals(table), on=c.GAME_ID, maintain_order="left")
    games_table = games_table.select(plan.games.columns)
    return replace(plan, table=table, games=games_table, overrides=pl.concat(parts) if parts else None)


def costs_under(plan: Plan, forecast: pl.DataFrame, operations: Operations | None = None) -> pl.DataFrame:
    """Return what the choices of a plan cost under another forecast of its games.

    Returns
    -------
    polars.DataFrame
        One row a game and decision: game_id, kind, name, expected_cost (money), risk_short and risk_alone (chances).
    """
    parts = []
    for requirement, games in _with_games(plan, forecast, operations):
        kind, name = requirement.kind, requirement.entry.name
        rows = _in_order(plan.table.filter((pl.col(KIND) == kind) & (pl.col(NAME) == name)), games)
        outcome = requirement.outcome(rows[CHOICE].to_numpy())
        parts.append(
            rows.select(c.GAME_ID, KIND, NAME).with_columns(
                pl.Series(EXPECTED_COST, np.round(outcome.expected_cost), pl.Float64),
                pl.Series(RISK_SHORT, outcome.risk_short, pl.Float64),
                pl.Series(RISK_ALONE, outcome.risk_alone, pl.Float64),
            )
        )
    return pl.concat(parts)


def _with_games(
    plan: Plan, forecast: pl.DataFrame, operations: Operations | None = None
) -> Iterator[tuple[Requirement, list[str]]]:
    """Yield what each role, item and service requires under a forecast, with the games in order of play."""
    table = ForecastTable.check(forecast).frame
    table = table.sort(c.DATE, c.START_TIME, c.GAME_ID, nulls_last=True, maintain_order=True)
    used, games = operations or plan.operations, table[c.GAME_ID].to_list()
    for requirement in requirements(forecast_crowd(table, used.crowd), used, GameDays.of(table)):
        yield requirement, games


def _in_order(rows: pl.DataFrame, games: list[str]) -> pl.DataFrame:
    return pl.DataFrame({c.GAME_ID: games}).join(rows, on=c.GAME_ID, how="left", maintain_order="left")


def _changed(
    rows: pl.DataFrame, requirement: Requirement, mine: Mapping[str, OverriddenNumber], others: npt.NDArray[np.int64]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of a decision with numbers set by hand, and those numbers beside the model's, `others`."""
    before, games = rows[CHOICE].to_numpy(), rows[c.GAME_ID].to_list()
    choice = np.array([mine[game].units if game in mine else old for game, old in zip(games, before, strict=True)])
    outcome = requirement.outcome(choice)
    costs = np.round(outcome.expected_cost)
    sentences = [
        _reason(mine.get(game), requirement, int(old), old_reason, same=not requirement.linked or cost == was)
        for game, old, old_reason, cost, was in zip(
            games, others, rows[REASON], costs, rows[EXPECTED_COST], strict=True
        )
    ]
    engaged = people_engaged(choice, requirement.days.homestands) if requirement.kind == STAFF else None
    changed = rows.select(c.GAME_ID, KIND, NAME).with_columns(
        pl.Series(CHOICE, choice, rows.schema[CHOICE]),
        pl.Series(EXPECTED_COST, costs, pl.Float64),
        pl.Series(RISK_SHORT, outcome.risk_short, pl.Float64),
        pl.Series(RISK_ALONE, outcome.risk_alone, pl.Float64),
        pl.Series(MARGINAL_WORTH, outcome.marginal_worth, pl.Float64),
        pl.Series(SHORTFALL, np.maximum(requirement.least - choice, 0), rows.schema[SHORTFALL]),
        rows[ENGAGED] if engaged is None else pl.Series(ENGAGED, engaged, pl.Int64),
        pl.Series(ON_HAND, outcome.on_hand, pl.Float64, nan_to_null=True),
        pl.Series(REASON, sentences, pl.String),
    )
    told = pl.DataFrame(
        [
            (game, requirement.kind, requirement.entry.name, rows[UNIT][place], float(choice[place]),
             float(others[place]), *_beside(requirement, choice, others, place), mine[game].note)
            for place, game in enumerate(games)
            if game in mine
        ],
        schema=OVERRIDES_SCHEMA,
        orient="row",
    )  # fmt: skip
    return changed, told


def _beside(
    requirement: Requirement, choice: npt.NDArray[np.int64], others: npt.NDArray[np.int64], place: int
) -> tuple[float, float, float, float]:
    """Return the cost of a number by hand and of the model's in its place, and the risk of running short of both."""
    model = choice.copy()
    model[place] = others[place]
    mine, theirs = requirement.outcome(choice), requirement.outcome(model)
    served = requirement.served(place)
    sold_at = requirement.days.stores == requirement.days.stores[place] if requirement.linked else served
    cost, model_cost = (float(np.round(each.expected_cost)[sold_at].sum()) for each in (mine, theirs))
    risk, model_risk = (float(each.risk_short[served].max()) for each in (mine, theirs))
    return cost, model_cost, risk, model_risk


def _reason(
    hand: OverriddenNumber | None, requirement: Requirement, model: int, reason: str | None, *, same: bool
) -> str | None:
    """Return the sentence of a number set by hand: both numbers, and why.

    Without a number of its own, the sentence of a game as it was, or, if its stock is not the `same`, what it was for.
    """
    start = f"{capital(requirement.entry.name)}: "
    planned = reason.removeprefix(start) if reason else reason
    if hand is None:
        return reason if same or not planned else f"{start}planned without the numbers set by hand: {planned}"
    why = f" ({hand.note})" if hand.note else ""
    sentence = f"{start}{number(hand.units)} set by hand{why}; the model's number is {number(model)}."
    return sentence if not planned else f"{sentence} Planned without it: {planned}"


def _totals(table: pl.DataFrame) -> pl.DataFrame:
    return table.group_by(c.GAME_ID).agg(
        pl.col(CHOICE).filter(pl.col(KIND) == STAFF).sum().alias(SHIFTS), pl.col(EXPECTED_COST).sum()
    )
