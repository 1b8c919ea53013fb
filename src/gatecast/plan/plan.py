"""The plan: every choice for every game, and a summary of each game."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gatecast.errors import DataError
from gatecast.evaluate.quantiles import AS_OF, LEAD, MEAN, P_SELLOUT, quantile_column
from gatecast.files import check_writable, write_table, write_text, written_whole
from gatecast.games import Games
from gatecast.games import columns as c
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
from gatecast.plan.crowd import Crowd, forecast_crowd
from gatecast.plan.decide import STAFF, UNITS, Decision, decide
from gatecast.plan.forecasts import CONTEXT, checked_forecast
from gatecast.plan.game_days import GameDays
from gatecast.plan.operations import Operations, StaffRole, StockItem
from gatecast.plan.reasons import reasons
from gatecast.plan.show_rate import ShowRate

__all__ = ["PLAN_ENDINGS", "Plan", "make_plan"]

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
            from gatecast.plan.workbook import write_workbook

            with written_whole(target) as draft:
                write_workbook(self, draft, notice)
        elif ending == ".ics":
            from gatecast.plan.calendar_file import calendar_text

            with written_whole(target) as draft:
                draft.write_bytes(calendar_text(self, notice).encode())
        elif ending == ".json":
            from gatecast.plan.as_json import json_text

            write_text(json_text(self, notice), target)
        else:
            write_table(self.table, target)


def make_plan(forecast: pl.DataFrame, operations: Operations, *, scans: Games | None = None) -> Plan:
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
    rate = ShowRate.fit(scans, operations.crowd, as_of=table[AS_OF].min()) if scans else None  # type: ignore[arg-type]
    crowd = forecast_crowd(table, operations.crowd, show_rate=rate)
    days = GameDays.of(table)
    rows = _rows(table, decide(crowd, operations, days), operations.currency)
    table = table.with_columns(pl.Series(HOME_STAND, days.stands))
    return Plan(rows, _summary(table, crowd, rows), operations)


def _rows(table: pl.DataFrame, decisions: Iterable[Decision], currency: str) -> pl.DataFrame:
    parts = [_part(table.select(c.GAME_ID, c.DATE), decision, currency) for decision in decisions]
    by_game = np.arange(table.height * len(parts)).reshape(len(parts), table.height).T.ravel()
    return pl.concat(parts)[by_game]


def _part(games: pl.DataFrame, decision: Decision, currency: str) -> pl.DataFrame:
    need = decision.need
    nothing = pl.Series(ENGAGED, [None] * games.height, pl.Int64)
    return games.select(
        c.GAME_ID,
        pl.lit(need.kind).alias(KIND),
        pl.lit(need.entry.name).alias(NAME),
        pl.lit(UNITS[need.kind]).alias(UNIT),
        pl.Series(CHOICE, decision.choice),
        pl.Series(EXPECTED_COST, decision.expected_cost),
        pl.Series(RISK_SHORT, decision.risk_short),
        pl.Series(MARGINAL_WORTH, decision.marginal_worth),
        pl.Series(SHORTFALL, decision.shortfall),
        nothing if decision.engaged is None else pl.Series(ENGAGED, decision.engaged),
        *_deadlines(games[c.DATE], decision),
        reasons(decision, currency).alias(REASON),
    )


def _deadlines(dates: pl.Series, decision: Decision) -> list[pl.Series]:
    """When a choice is due, and for stock, its delivery and what is on hand at the game."""
    entry, orders = decision.need.entry, decision.orders
    delivery, on_hand = pl.repeat(None, len(dates), dtype=pl.Date, eager=True), decision.choice.astype(np.float64)
    due = delivery
    if isinstance(entry, StaffRole):
        due = dates - dt.timedelta(days=entry.call_in_days)
    elif isinstance(entry, StockItem):
        delivery = dates
        if orders is not None:
            comes = pl.Series(orders.delivery_day).cast(pl.Int32).cast(pl.Date)
            delivery = comes.zip_with(dates.is_not_null() & pl.Series(orders.reachable), due)
            on_hand = orders.on_hand
        due = delivery - dt.timedelta(days=entry.order_days)
    shown = pl.Series(ON_HAND, on_hand if isinstance(entry, StockItem) else [None] * len(dates), pl.Float64)
    return [shown, delivery.alias(DELIVERY), due.alias(DECIDE_BY)]


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
