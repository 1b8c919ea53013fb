"""The plan: every choice for every game, and a summary of each game."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gatecast.errors import DataError
from gatecast.evaluate.quantiles import AS_OF, LEAD, MEAN, P_SELLOUT, quantile_column
from gatecast.files import check_writable, write_table, written_whole
from gatecast.games import columns as c
from gatecast.plan.columns import (
    CHOICE,
    EXPECTED_COST,
    KIND,
    MARGINAL_WORTH,
    NAME,
    PEOPLE,
    REASON,
    RISK_SHORT,
    SHIFTS,
    TICKETS,
    UNIT,
)
from gatecast.plan.crowd import Crowd, forecast_crowd
from gatecast.plan.decide import STAFF, UNITS, Decision, decide
from gatecast.plan.forecasts import CONTEXT, checked_forecast
from gatecast.plan.operations import Operations
from gatecast.plan.reasons import reasons

__all__ = ["Plan", "make_plan"]

SHOWN_LEVELS = (0.10, 0.50, 0.90)


@dataclass(frozen=True)
class Plan:
    """What to hire, stock and schedule for each game of a forecast.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game and decision: game_id, kind (staff, stock or transport), name, unit, choice, expected_cost
        (money), risk_short (chance of running short), marginal_worth (money that one more unit would save, less its
        cost), reason.
    games : polars.DataFrame
        One row a game, in order of play: what identifies it, tickets and people through the gate (mean, q10, q50,
        q90), p_sellout, shifts of staff in all, expected_cost in all.
    operations : Operations
        What was decided on.
    """

    table: pl.DataFrame
    games: pl.DataFrame
    operations: Operations

    def write(self, path: str | Path, *, notice: str = "") -> None:
        """Write the plan by the ending of `path`: a workbook to print (.xlsx), or the table (.csv, .parquet).

        Parameters
        ----------
        path : path
        notice : str
            Shown on every sheet of a workbook, such as that the games are simulated.
        """
        target = check_writable(path)
        if target.suffix.lower() != ".xlsx":
            write_table(self.table, target)
            return
        from gatecast.plan.workbook import write_workbook

        with written_whole(target) as draft:
            write_workbook(self, draft, notice)


def make_plan(forecast: pl.DataFrame, operations: Operations) -> Plan:
    """The plan that costs least over the whole forecast.

    `gatecast.plan(forecast, operations)` is this function.

    Parameters
    ----------
    forecast : polars.DataFrame
        One row a game, as `read_forecast` returns it or `gatecast forecast` writes it.
    operations : Operations
        From `read_operations` or `default_operations`.

    Raises
    ------
    DataError
        The forecast cannot be used, or holds a game more than once.
    """
    table = checked_forecast(forecast)
    twice = table.filter(~pl.col(c.GAME_ID).is_first_distinct())[c.GAME_ID]
    if len(twice):
        remedy = f"keep the rows of one {LEAD}"
        raise DataError(f"{twice[0]} more than once", "one row for each game", remedy, column=c.GAME_ID)
    table = table.sort(c.DATE, c.START_TIME, c.GAME_ID, nulls_last=True, maintain_order=True)
    crowd = forecast_crowd(table, operations.crowd)
    rows = _rows(table, crowd, operations)
    return Plan(rows, _summary(table, crowd, rows), operations)


def _rows(table: pl.DataFrame, crowd: Crowd, operations: Operations) -> pl.DataFrame:
    ids = table[c.GAME_ID]
    parts = [_part(ids, decision, operations.currency) for decision in decide(crowd, operations)]
    by_game = np.arange(len(ids) * len(parts)).reshape(len(parts), len(ids)).T.ravel()
    return pl.concat(parts)[by_game]


def _part(ids: pl.Series, decision: Decision, currency: str) -> pl.DataFrame:
    need = decision.need
    return pl.DataFrame({c.GAME_ID: ids}).with_columns(
        pl.lit(need.kind).alias(KIND),
        pl.lit(need.entry.name).alias(NAME),
        pl.lit(UNITS[need.kind]).alias(UNIT),
        pl.Series(CHOICE, decision.choice),
        pl.Series(EXPECTED_COST, decision.expected_cost),
        pl.Series(RISK_SHORT, decision.risk_short),
        pl.Series(MARGINAL_WORTH, decision.marginal_worth),
        reasons(decision, currency).alias(REASON),
    )


def _summary(table: pl.DataFrame, crowd: Crowd, rows: pl.DataFrame) -> pl.DataFrame:
    people = {f"{PEOPLE}_{MEAN}": crowd.people.mean(axis=1)}
    tickets = {f"{TICKETS}_{MEAN}": table[MEAN].to_numpy()}
    for level in SHOWN_LEVELS:
        column = quantile_column(level)
        tickets[f"{TICKETS}_{column}"] = table[column].to_numpy()
        people[f"{PEOPLE}_{column}"] = crowd.quantile(level)
    totals = rows.group_by(c.GAME_ID).agg(
        pl.col(CHOICE).filter(pl.col(KIND) == STAFF).sum().alias(SHIFTS), pl.col(EXPECTED_COST).sum()
    )
    return (
        table.select(c.GAME_ID, LEAD, AS_OF, *CONTEXT, P_SELLOUT)
        .hstack(pl.DataFrame({**tickets, **people}))
        .join(totals, on=c.GAME_ID, how="left", maintain_order="left")
    )
