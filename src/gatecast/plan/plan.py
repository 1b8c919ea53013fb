"""The plan: every choice for every game, and a summary of each game."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError
from gatecast.files import check_writable, write_table, write_text, written_whole
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, quantile_column
from gatecast.plan.columns import (
    CHOICE,
    DECIDE_BY,
    DELIVERY,
    ENGAGED,
    EXPECTED_COST,
    HOME_STAND,
    KIND,
    MARGINAL_WORTH,
    NAME,
    ON_HAND,
    PEOPLE,
    REASON,
    RISK_SHORT,
    SHIFTS,
    SHORTFALL,
    TICKETS,
    UNIT,
)
from gatecast.plan.demand.crowd import Crowd, forecast_crowd
from gatecast.plan.demand.forecast_table import CONTEXT, checked_forecast, own_forecast
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.demand.show_rate import ShowRate
from gatecast.plan.explanations import Facts, reasons
from gatecast.plan.operations.model import Operations, StaffRole, StockItem
from gatecast.plan.optimize.requirements import KINDS, STAFF, UNITS, Decision, decide

__all__ = ["PLAN_ENDINGS", "Plan", "make_plan"]

Columns = dict[str, npt.NDArray[Any]]

PLAN_ENDINGS = (".xlsx", ".ics", ".json", ".csv", ".parquet")
SHOWN_LEVELS = (0.10, 0.50, 0.90)


@dataclass(frozen=True)
class Plan:
    """What to hire, stock and schedule for each game of a forecast.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game and decision: game_id, kind (staff, stock or transport), name, unit, choice, expected_cost
        (money), risk_short (chance of running short, with all that can be called in), marginal_worth (money that one
        more unit would save, less its cost), shortfall (units lacking to a minimum that the pool cannot fill),
        engaged (people to engage for the home stand; null for what is not staff), on_hand and delivery (expected cases
        on hand before the game, and the day of the last delivery up to it; null for what is not stock), decide_by
        (the last day to hire or order; null for transport), reason.
    games : polars.DataFrame
        One row a game, in order of play: what identifies it, the number of its home stand, tickets and people through
        the gate (mean, q10, q50, q90), p_sellout, shifts of staff in all, expected_cost in all.
    operations : Operations
        What was decided on.
    """

    table: pl.DataFrame
    games: pl.DataFrame
    operations: Operations

    def write(self, path: str | Path, *, notice: str = "") -> None:
        """Write the plan by the ending of `path`.

        A workbook to print (.xlsx), the calendar of its deadlines (.ics), all of it for programs (.json), or `table`
        (.csv, .parquet).

        Parameters
        ----------
        path : path
        notice : str
            Shown on every sheet of a workbook, in a calendar and in JSON, such as that the games are simulated.

        Raises
        ------
        InputError
            Another ending, a plan too long for a workbook, or one without a deadline for a calendar.
        """
        target = check_writable(path, PLAN_ENDINGS)
        ending = target.suffix.lower()
        if ending == ".xlsx":
            from gatecast.plan.export.workbook import write_workbook

            with written_whole(target) as draft:
                write_workbook(self, draft, notice)
        elif ending == ".ics":
            from gatecast.plan.export.ics import calendar_text

            with written_whole(target) as draft:
                draft.write_bytes(calendar_text(self, notice).encode())
        elif ending == ".json":
            from gatecast.plan.export.json import json_text

            write_text(json_text(self, notice), target)
        else:
            write_table(self.table, target)


def make_plan(
    forecast: pl.DataFrame,
    operations: Operations,
    *,
    scans: Games | None = None,
    explained: bool = True,
    trusted: bool = False,
) -> Plan:
    """The plan that costs least over the whole forecast.

    `gatecast.plan(forecast, operations)` is this function.

    Parameters
    ----------
    forecast : polars.DataFrame
        One row a game, as `read_forecast` returns it or `gatecast forecast` writes it.
    operations : Operations
        From `read_operations` or `default_operations`.
    scans : Games, optional
        Past games with their people through the gate (`scanned`): the show rate is learned from those known at the
        forecast's cut-off, in place of that of the operations.
    explained : bool
        False leaves the reasons empty: for a plan that is only compared with another.
    trusted : bool
        True where the forecast is as a `gatecast.forecast.Forecaster` made it: it is not checked then.

    Raises
    ------
    DataError
        The forecast cannot be used, or holds a game more than once.
    """
    table = own_forecast(forecast) if trusted else _each_game_once(checked_forecast(forecast))
    table = table.sort(c.DATE, c.START_TIME, c.GAME_ID, nulls_last=True, maintain_order=True)
    rate = ShowRate.fit(scans, operations.crowd, as_of=table[AS_OF].min()) if scans else None  # type: ignore[arg-type]
    crowd = forecast_crowd(table, operations.crowd, show_rate=rate)
    days = GameDays.of(table)
    columns, facts, dates = [], [], table[c.DATE].to_numpy()
    for decision in decide(crowd, operations, days):
        # One at a time: what every outcome asks for is large, and not kept.
        columns.append(_columns(decision, dates))
        if explained:
            facts.append(Facts.of(decision))
    said = reasons(facts, operations.currency) if explained else pl.lit(None, pl.String)
    rows = _rows(table, operations, columns).with_columns(said.alias(REASON))
    rows = rows[np.arange(rows.height).reshape(len(columns), table.height).T.ravel()]
    table = table.with_columns(pl.Series(HOME_STAND, days.stands))
    return Plan(rows, _summary(table, crowd, rows), operations)


def _each_game_once(table: pl.DataFrame) -> pl.DataFrame:
    """The table, which is refused where it holds a game at several leads."""
    twice = table.filter(~pl.col(c.GAME_ID).is_first_distinct())[c.GAME_ID]
    if len(twice):
        remedy = f"keep the rows of one {LEAD}"
        raise DataError(f"{twice[0]} more than once", "one row for each game", remedy, column=c.GAME_ID)
    return table


def _rows(table: pl.DataFrame, operations: Operations, columns: list[Columns]) -> pl.DataFrame:
    """One row a game and decision, in the order of the operations, those of a decision together."""
    entries = [(kind, entry.name, UNITS[kind]) for kind in KINDS for entry in getattr(operations, kind)]
    of_what = pl.DataFrame(entries, schema=(KIND, NAME, UNIT), orient="row")
    values = {name: np.concatenate([each[name] for each in columns]) for name in columns[0]}
    return (
        pl.concat([table.select(c.GAME_ID)] * len(entries))
        .hstack(of_what[np.repeat(np.arange(len(entries)), table.height)])
        .hstack(pl.DataFrame(values, nan_to_null=True))
        .with_columns(pl.col(ENGAGED).cast(pl.Int64))
    )


def _columns(decision: Decision, dates: npt.NDArray[np.datetime64]) -> Columns:
    """What is decided and what follows from it, by column of a plan, shape (games,); NaN and NaT for none."""
    entry, orders, engaged = decision.need.entry, decision.orders, decision.engaged
    nothing, never = np.full(len(dates), np.nan), np.full(len(dates), "NaT", dates.dtype)
    on_hand, delivery, due = nothing, never, never
    if isinstance(entry, StaffRole):
        due = dates - np.timedelta64(entry.call_in_days, "D")
    elif isinstance(entry, StockItem):
        on_hand, delivery = decision.choice.astype(np.float64), dates
        if orders is not None:
            comes = orders.delivery_day.astype("datetime64[D]").astype(dates.dtype)
            on_hand, delivery = orders.on_hand, np.where(orders.reachable & ~np.isnat(dates), comes, never)
        due = delivery - np.timedelta64(entry.order_days, "D")
    return {
        CHOICE: decision.choice,
        EXPECTED_COST: decision.expected_cost,
        RISK_SHORT: decision.risk_short,
        MARGINAL_WORTH: decision.marginal_worth,
        SHORTFALL: decision.shortfall,
        ENGAGED: nothing if engaged is None else engaged.astype(np.float64),
        ON_HAND: on_hand,
        DELIVERY: delivery,
        DECIDE_BY: due,
    }


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
        table.select(c.GAME_ID, LEAD, AS_OF, *CONTEXT, HOME_STAND, P_SELLOUT)
        .hstack(pl.DataFrame({**tickets, **people}))
        .join(totals, on=c.GAME_ID, how="left", maintain_order="left")
    )
