"""The plan of one game: what to hire, order and book for that day, by when, and how likely each falls short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN
from gatecast.plan import StockItem
from gatecast.plan.columns import (
    CHOICE,
    DECIDE_BY,
    DELIVERY,
    KIND,
    KINDS,
    NAME,
    ON_HAND,
    PEOPLE,
    RISK_ALONE,
    RISK_SHORT,
    STAFF,
    STOCK,
    TRANSPORT,
    UNIT,
)
from gatecast.plan.plan import Plan
from gatecast.service.deadlines_done import DueDeadline
from gatecast.service.homestands import HomestandPlan, HomestandView, Risk

__all__ = ["DayPlan", "DayRow", "day_plan"]

WORTH_KEEPING, FAR_MORE = 0.8, 1.5
"""Least share of its cost that an unsold unit is worth if it is said to keep its value, and what is far more than is
sold, as a multiple of it."""


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """A role, an item or a service of one game.

    Parameters
    ----------
    kind, name, unit : str
    choice : int
        Shifts, cases that come for this game, or vehicles.
    model : int or None
        The model's number where another is set by hand; None otherwise.
    risk : Risk
    decide_by : date or None
        The last day to hire or order; None if there is none.
    passed : bool
        True if that day is over.
    done, needed : int or None
        Shifts or cases for which its deadline is marked as done, and those of that deadline now: for stock, of the
        whole delivery; None if it is not marked.
    delivery : date or None
        The day of the last delivery up to the game.
    on_hand : int or None
        Cases in the store before the game, on average; None for what is no stock.
    case_size : float or None
        Units in a case; None for what is no stock.
    sold : float or None
        Units that the people expected through the gates buy, on average; None for what is no stock.
    spare : bool
        True if the model orders far more than is sold at this game because an unsold unit is worth nearly what it cost.
    spend : float
        Money in whole units for the choice alone.
    """

    kind: str
    name: str
    unit: str
    choice: int
    model: int | None
    risk: Risk
    decide_by: dt.date | None
    passed: bool
    done: int | None
    needed: int | None
    delivery: dt.date | None
    on_hand: int | None
    case_size: float | None
    sold: float | None
    spare: bool
    spend: float

    @property
    def more(self) -> int:
        """Shifts or cases that came to it since its deadline was marked as done; negative if fewer are needed now."""
        return (self.needed or 0) - (self.done or 0)

    @property
    def met(self) -> bool:
        """True if its deadline is marked as done, with the number that the plan has now."""
        return self.done is not None and not self.more

    @property
    def overdue(self) -> bool:
        """True if its last day is over, and something is to be hired or ordered beyond what is marked as done."""
        return self.passed and (self.choice > 0 if self.done is None else self.more > 0)


@dataclass(frozen=True)
class DayPlan:
    """Hold the choices of a plan for one game.

    Parameters
    ----------
    rows : tuple of DayRow
        Roles, then items, then services, in the order of the settings.
    game : dict
        The game by the columns of `gatecast.plan.Plan.games`.
    """

    rows: tuple[DayRow, ...]
    game: dict[str, Any]

    def of(self, kind: str) -> list[DayRow]:
        """Return the rows of one kind."""
        return [row for row in self.rows if row.kind == kind]

    def spend_of(self, kind: str) -> float:
        """Return what the choices of one kind cost to buy or hire, in money."""
        return sum(row.spend for row in self.of(kind))

    @property
    def spend(self) -> float:
        """Return what all choices cost to buy or hire, in money."""
        return sum(row.spend for row in self.rows)

    @property
    def shifts(self) -> int:
        """Shifts of all roles."""
        return sum(row.choice for row in self.of(STAFF))

    @property
    def vehicles(self) -> int:
        """Vehicles of all services."""
        return sum(row.choice for row in self.of(TRANSPORT))

    @property
    def late(self) -> list[dt.date]:
        """The days by which something should have been hired or ordered by now, one for each deadline of the plan."""
        passed = {(row.kind, row.decide_by) for row in self.rows if row.overdue and row.decide_by}
        return sorted(day for _, day in passed)

    @property
    def next_deadline(self) -> dt.date | None:
        """The first day by which something is still to be hired or ordered."""
        return min(
            (row.decide_by for row in self.rows if row.decide_by and row.choice and not (row.passed or row.met)),
            default=None,
        )


def day_plan(view: HomestandView | None, game_id: str, due: Sequence[DueDeadline] = ()) -> DayPlan | None:
    """Return the plan of one game of a homestand; None if the game is not planned.

    Parameters
    ----------
    view : HomestandView or None
    game_id : str
    due : sequence of DueDeadline
        Deadlines of the plan; those marked as done say for how many.
    """
    plan = view.plan if view else None
    game = next((each for each in plan.games if each[c.GAME_ID] == game_id), None) if plan else None
    if view is None or plan is None or game is None:
        return None
    return DayPlan(tuple(_rows(plan, game, view.as_of, due)), game)


def _rows(
    plan: HomestandPlan, game: dict[str, Any], as_of: dt.date | None, due: Sequence[DueDeadline]
) -> Iterator[DayRow]:
    chosen = _of_game(plan.decisions, game[c.GAME_ID])
    by_model = _of_game(plan.model.decisions, game[c.GAME_ID]) if plan.model else chosen
    people = game[f"{PEOPLE}_{MEAN}"]
    for kind in KINDS:
        for entry in getattr(plan.operations, kind):
            row, model = chosen[kind, entry.name], by_model[kind, entry.name][CHOICE]
            decide_by = row[DECIDE_BY]
            done, needed = _done(row, due)
            yield DayRow(
                kind=kind,
                name=entry.name,
                unit=row[UNIT],
                choice=row[CHOICE],
                model=model if model != row[CHOICE] else None,
                risk=Risk(row[RISK_ALONE], row[RISK_SHORT]),
                decide_by=decide_by,
                passed=decide_by is not None and as_of is not None and decide_by <= as_of,
                done=done,
                needed=needed,
                delivery=row[DELIVERY] if kind == STOCK else None,
                on_hand=round(row[ON_HAND]) if kind == STOCK and row[ON_HAND] is not None else None,
                case_size=entry.case_size if isinstance(entry, StockItem) else None,
                sold=people * entry.sold_per_head if isinstance(entry, StockItem) else None,
                spare=isinstance(entry, StockItem) and model == row[CHOICE] and _spare(entry, model, people),
                spend=float(round(row[CHOICE] * entry.cost_of_one)),
            )


def _spare(item: StockItem, cases: int, people: float) -> bool:
    """Return True if far more than people buy at one game is ordered for it alone, as unsold units keep their value."""
    far_more = cases * item.case_size > FAR_MORE * people * item.sold_per_head
    return far_more and not item.linked and item.salvage >= WORTH_KEEPING * item.unit_cost


def _done(row: dict[str, Any], due: Sequence[DueDeadline]) -> tuple[int | None, int | None]:
    """Return for how many of a decision its deadline is marked as done, and how many that deadline has now."""
    for each in due:
        its = each.deadline
        if each.done is None or (its.kind, its.decide_by) != (row[KIND], row[DECIDE_BY]):
            continue
        if row[c.GAME_ID] in its.games if its.kind == STAFF else row[DELIVERY] == its.on:
            return each.done.get(row[NAME], 0), dict(its.amounts).get(row[NAME], 0)
    return None, None


def _of_game(plan: Plan, game_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the decisions of one game by kind and name."""
    rows = plan.table.filter(pl.col(c.GAME_ID) == game_id).iter_rows(named=True)
    return {(row[KIND], row[NAME]): row for row in rows}
