"""Make a plan from a forecast and operations."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, quantile_column
from gatecast.games.homestands import homestand_of
from gatecast.plan.columns import (
    CHOICE,
    DECIDE_BY,
    DELIVERY,
    ENGAGED,
    EXPECTED_COST,
    HOMESTAND,
    KIND,
    KINDS,
    MARGINAL_WORTH,
    NAME,
    ON_HAND,
    PEOPLE,
    REASON,
    RISK_ALONE,
    RISK_SHORT,
    SHIFTS,
    SHORTFALL,
    SHOWN_LEVELS,
    STAFF,
    TICKETS,
    UNIT,
    UNITS,
)
from gatecast.plan.demand.crowd import Crowd, forecast_crowd
from gatecast.plan.demand.forecast_table import CONTEXT, ForecastTable
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.demand.show_rate import ShowRate
from gatecast.plan.explanations import Facts, reasons
from gatecast.plan.operations.model import Operations
from gatecast.plan.optimize.requirements import Decision, decide
from gatecast.plan.plan import Plan
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine, in_order

__all__ = ["make_plan"]

Columns = dict[str, npt.NDArray[Any]]
PLACE = "place"


GAMES_OF_A_TASK = 256
"""Games that are planned by one task at least, where there are so many."""
PLANNING_BYTES_A_GAME = 100_000
"""Bytes of memory that planning takes for each game: every outcome of every decision."""


def make_plan(
    forecast: pl.DataFrame | ForecastTable,
    operations: Operations,
    *,
    scans: Games | None = None,
    explained: bool = True,
    progress: Progress = silent,
    engine: Engine = HERE,
) -> Plan:
    """Make the plan that costs least over the whole forecast.

    Each club is planned by itself: its plan is the same whichever clubs stand beside it.

    Parameters
    ----------
    forecast : polars.DataFrame or ForecastTable
        One row a game, as `gatecast forecast` writes it. A data frame is checked first; a `ForecastTable`, which
        `read_forecast` returns, is checked already.
    operations : Operations
        From `read_operations` or `default_operations`.
    scans : Games, optional
        Past games with their people through the gate (`scanned`): the show rate is learned from those known at the
        forecast's cutoff, in place of the show rate of the operations.
    explained : bool
        False leaves the reasons empty, for a plan that is only compared with another.
    progress : callable
        Called with the name of the work, the steps done, and the number of steps.
    engine : Engine
        Plans some clubs at a time: this process, or a cluster (`gatecast.cluster.engine`).

    Raises
    ------
    DataError
        The forecast cannot be used, or holds a game more than once.
    """
    checked = forecast if isinstance(forecast, ForecastTable) else ForecastTable.check(forecast)
    table = _each_game_once(checked.frame)
    table = table.sort(c.DATE, c.START_TIME, c.GAME_ID, nulls_last=True, maintain_order=True)
    rate = ShowRate.fit(scans, operations.crowd, as_of=table[AS_OF].min()) if scans else None  # type: ignore[arg-type]
    numbered = table.with_columns(pl.Series(HOMESTAND, homestand_of(table)))
    tasks = _clubs_together(numbered)
    names = [f"planning {len(clubs)} club{'s' if len(clubs) != 1 else ''}" for clubs in tasks]
    most = max((sum(club.height for club in clubs) for clubs in tasks), default=0)
    work, shared = _plan_clubs, (operations, rate, explained)
    memory = most * PLANNING_BYTES_A_GAME
    parts = in_order(engine.results(work, shared, tasks, names=names, progress=progress, memory=memory))
    rows, games = (pl.concat(frames) for frames in zip(*parts, strict=True))
    # From club after club to the order of play.
    place = pl.DataFrame({c.GAME_ID: table[c.GAME_ID]}).with_row_index(PLACE)
    order = games.select(c.GAME_ID).join(place, on=c.GAME_ID, how="left", maintain_order="left")[PLACE].arg_sort()
    decisions = rows.height // max(table.height, 1)
    each = order.to_numpy()[:, None] * decisions + np.arange(decisions)
    return Plan(rows[each.ravel()], games[order], operations, forecast=table)


def _clubs_together(table: pl.DataFrame) -> list[list[pl.DataFrame]]:
    """Return the games of each club, as lists of some clubs at a time."""
    together: list[list[pl.DataFrame]] = [[]]
    for club in table.partition_by(c.HOME, maintain_order=True):
        if sum(each.height for each in together[-1]) >= GAMES_OF_A_TASK:
            together.append([])
        together[-1].append(club)
    return together


def _plan_clubs(
    shared: tuple[Operations, ShowRate | None, bool], clubs: list[pl.DataFrame], progress: Progress
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the choices and the summary of the games of some clubs, one club after the other."""
    plans = [_plan_club(club, *shared) for club in clubs]
    return pl.concat([rows for rows, _ in plans]), pl.concat([games for _, games in plans])


def _plan_club(
    table: pl.DataFrame, operations: Operations, rate: ShowRate | None, explained: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the choices and the summary of the games of one club, in the order of `table`."""
    crowd = forecast_crowd(table, operations.crowd, show_rate=rate)
    columns, facts = [], []
    for decision in decide(crowd, operations, GameDays.of(table)):
        # One at a time, as the needs of every outcome are large and not kept.
        columns.append(_columns(decision))
        if explained:
            facts.append(Facts.of(decision))
    sentences = reasons(facts, operations.currency) if explained else pl.lit(None, pl.String)
    rows = _rows(table, operations, columns).with_columns(sentences.alias(REASON))
    rows = rows[np.arange(rows.height).reshape(len(columns), table.height).T.ravel()]
    return rows, _summary(table, crowd, rows)


def _each_game_once(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table; refuse one that holds a game at several leads."""
    twice = table.filter(~pl.col(c.GAME_ID).is_first_distinct())[c.GAME_ID]
    if len(twice):
        remedy = f"keep the rows of one {LEAD}"
        raise DataError(f"{twice[0]} more than once", "one row for each game", remedy, column=c.GAME_ID)
    return table


def _rows(table: pl.DataFrame, operations: Operations, columns: list[Columns]) -> pl.DataFrame:
    """Return one row a game and decision, in the order of the operations, those of a decision together."""
    entries = [(kind, entry.name, UNITS[kind]) for kind in KINDS for entry in getattr(operations, kind)]
    decisions = pl.DataFrame(entries, schema=(KIND, NAME, UNIT), orient="row")
    values = {name: np.concatenate([each[name] for each in columns]) for name in columns[0]}
    return (
        pl.concat([table.select(c.GAME_ID)] * len(entries))
        .hstack(decisions[np.repeat(np.arange(len(entries)), table.height)])
        .hstack(pl.DataFrame(values, nan_to_null=True))
        .with_columns(pl.col(ENGAGED).cast(pl.Int64))
    )


def _columns(decision: Decision) -> Columns:
    """Return the choice and what follows from it, by column of a plan, shape (games,); NaN and NaT for none."""
    engaged = decision.engaged
    return {
        CHOICE: decision.choice,
        # In whole units, so that a plan adds up to the totals that are shown.
        EXPECTED_COST: np.round(decision.expected_cost),
        RISK_SHORT: decision.risk_short,
        RISK_ALONE: decision.risk_alone,
        MARGINAL_WORTH: decision.marginal_worth,
        SHORTFALL: decision.shortfall,
        ENGAGED: np.full(len(decision.choice), np.nan) if engaged is None else engaged.astype(np.float64),
        ON_HAND: decision.on_hand,
        DELIVERY: decision.delivery,
        DECIDE_BY: decision.decide_by,
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
        table.select(c.GAME_ID, LEAD, AS_OF, *CONTEXT, HOMESTAND, P_SELLOUT)
        .hstack(pl.DataFrame({**tickets, **people}))
        .join(totals, on=c.GAME_ID, how="left", maintain_order="left")
    )
