"""After the games: the cost of a plan given the attendance that came, the cost in hindsight, and both to date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gatecast.errors import DataError, InputError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.plan.columns import CHOICE, EXPECTED_COST, KIND, NAME
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.evaluate.replay import entries_of, hindsight, observed_crowd
from gatecast.plan.operations.model import Operations
from gatecast.plan.optimize.requirements import requirements
from gatecast.plan.plan import Plan

__all__ = [
    "COST",
    "GAMES",
    "HINDSIGHT_CHOICE",
    "HINDSIGHT_COST",
    "TO_DATE",
    "Settlement",
    "after_the_games",
    "checked_plan",
]

COST, HINDSIGHT_COST, HINDSIGHT_CHOICE, GAMES = "cost", "hindsight_cost", "hindsight_choice", "games"
TO_DATE = "_to_date"
"""Suffix of the names of running totals."""
MOST_UNITS = 10_000_000
MONEY = (EXPECTED_COST, COST, HINDSIGHT_COST)


@dataclass(frozen=True)
class Settlement:
    """The costs of a plan after its games.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game played and decision: game_id, date, kind, name, choice, hindsight_choice, expected_cost (before
        the game; null if the plan has none), cost and hindsight_cost (money, given the attendance that came).
    running : polars.DataFrame
        One row a day of play: date, games, expected_cost, cost, hindsight_cost, and each of the four to date.
    """

    table: pl.DataFrame
    running: pl.DataFrame


def after_the_games(plan: Plan | pl.DataFrame, games: Games, operations: Operations | None = None) -> Settlement:
    """Return the cost of a plan given the attendance that came, beside the cost in hindsight.

    Costs are those of `gatecast.plan.evaluate.value`: expected costs given the attendance, as show rate and sales per
    head are not counted; given the people if they were scanned. Stock left after the last game played counts
    as never sold until later games are known. A choice made by hand that breaks a minimum or a promise may cost
    less than hindsight, which keeps them.

    Parameters
    ----------
    plan : Plan or polars.DataFrame
        The plan, or its table, such as `gatecast.read_table` reads from the file that `write_plan` wrote.
    games : Games
        With the attendance, and any scans, of the games played so far; others are left out.
    operations : Operations, optional
        The operations that the plan was made for; by default those of the `Plan`.

    Raises
    ------
    DataError
        No game of the plan was played, or plan and operations have different decisions.
    InputError
        A table with no operations.
    """
    if operations is None:
        if not isinstance(plan, Plan):
            raise InputError("got a plan's table with no operations, expected those it was made for")
        operations = plan.operations
    table = checked_plan(plan.table if isinstance(plan, Plan) else plan)
    planned = table.select(c.GAME_ID).unique()
    played = games.table.filter(pl.col(c.ATTENDANCE).is_not_null()).join(planned, on=c.GAME_ID, how="semi")
    if played.height == 0:
        expected = "attendance of at least one game of the plan"
        raise DataError("no game with both a plan and an attendance", expected, column=c.GAME_ID)
    played = played.sort(c.DATE, c.NUMBER, c.START_TIME, c.GAME_ID, nulls_last=True, maintain_order=True)
    rows = _rows(played, table, operations)
    return Settlement(rows, _running(rows))


def checked_plan(frame: pl.DataFrame, *, file: str = "", rows: list[int] | None = None) -> pl.DataFrame:
    """Type and check a plan's table.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a game and decision; cells may be text.
    file : str
        Name to use in messages.
    rows : list of int, optional
        The row of `file` of each row; counted from 2 (below a header) if not given.

    Returns
    -------
    polars.DataFrame
        game_id, kind, name, choice, and expected_cost; null if absent.

    Raises
    ------
    DataError
        A column is missing, a choice is not a whole number of units, or a game has a decision twice.
    """
    needed = (c.GAME_ID, KIND, NAME, CHOICE)
    for name in needed:
        if name not in frame.columns:
            expected, remedy = f"columns {', '.join(needed)}", "give the table of a plan (.csv or .parquet)"
            raise DataError(f"no column {name}", expected, remedy, file=file, column=name)
    keys = frame.select(pl.col(c.GAME_ID, KIND, NAME).cast(pl.String))
    units = frame[CHOICE].cast(pl.Float64, strict=False)
    whole = (units.is_between(0, MOST_UNITS) & (units == units.round())).fill_null(False)
    nameless = keys.select(pl.any_horizontal(pl.all().is_null())).to_series()
    twice = ~keys.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    for column, broken, expected in (
        (CHOICE, ~whole, "a whole number of units from 0"),
        (c.GAME_ID, nameless, "a game, a kind and a name in every row"),
        (NAME, twice, "each decision of a game once"),
    ):
        place = broken.arg_max()
        if place is not None and broken[place]:
            row = place + 2 if rows is None else rows[place]
            raise DataError(repr(str(frame[column][place])), expected, file=file, row=row, column=column)
    expected_cost = frame[EXPECTED_COST] if EXPECTED_COST in frame.columns else pl.Series([None] * frame.height)
    return keys.with_columns(units.cast(pl.Int64), expected_cost.cast(pl.Float64, strict=False).alias(EXPECTED_COST))


def _rows(played: pl.DataFrame, table: pl.DataFrame, operations: Operations) -> pl.DataFrame:
    """Return one row a game and decision, by game."""
    _refuse_others(table, operations)
    real = requirements(observed_crowd(played, operations.crowd), operations, GameDays.of(played))
    parts = []
    for requirement in real:
        own = table.filter((pl.col(KIND) == requirement.kind) & (pl.col(NAME) == requirement.entry.name))
        chosen = played.select(c.GAME_ID, c.DATE).join(own, on=c.GAME_ID, how="left", maintain_order="left")
        absent = chosen.filter(pl.col(CHOICE).is_null())[c.GAME_ID]
        if len(absent):
            got = f"no {requirement.kind} {requirement.entry.name!r} for {absent[0]}"
            raise DataError(got, "every decision of the operations for every game", column=NAME)
        choice = chosen[CHOICE].to_numpy()
        best, least = hindsight(requirement, choice[None, :])
        parts.append(
            chosen.select(
                c.GAME_ID, c.DATE, KIND, NAME, CHOICE,
                pl.Series(HINDSIGHT_CHOICE, best), EXPECTED_COST,
                pl.Series(COST, requirement.cost(choice)), pl.Series(HINDSIGHT_COST, least),
            )
        )  # fmt: skip
    by_game = np.arange(played.height * len(parts)).reshape(len(parts), played.height).T.ravel()
    return pl.concat(parts)[by_game]


def _refuse_others(table: pl.DataFrame, operations: Operations) -> None:
    known = pl.DataFrame(entries_of(operations), schema=(KIND, NAME), orient="row")
    strange = table.join(known, on=[KIND, NAME], how="anti")
    if strange.height:
        kind, name = strange.select(KIND, NAME).row(0)
        remedy = "give the operations that the plan was made for"
        raise DataError(f"{kind} {name!r}", "decisions of the operations", remedy, column=NAME)


def _running(rows: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each day of play, and to date."""
    days = rows.group_by(c.DATE, maintain_order=True).agg(
        pl.col(c.GAME_ID).n_unique().cast(pl.Int64).alias(GAMES), pl.col(MONEY).sum()
    )
    if rows[EXPECTED_COST].null_count():
        days = days.with_columns(pl.lit(None, pl.Float64).alias(EXPECTED_COST))
    return days.with_columns(pl.col(GAMES, *MONEY).cum_sum().name.suffix(TO_DATE))
