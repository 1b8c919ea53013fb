"""The deadlines of a plan: shifts to hire for a game, items to order for a delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.date_style import PLAIN, DateStyle
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import CASES, CHOICE, DECIDE_BY, DELIVERY, KIND, NAME, SERVES, STAFF, STOCK, UNITS
from gatecast.plan.plan import Plan
from gatecast.plan.views.delivery_list import delivery_list

__all__ = ["Deadline", "deadlines"]

NAMES = "names"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One thing to do, and the last day to do it.

    Parameters
    ----------
    decide_by : date
    kind : str
        staff: shifts to hire for a game; stock: items to order for a delivery.
    on : date
        The day of the game or the delivery.
    home : str or None
        The club.
    games : tuple of str
        Ids of the games it is for.
    amounts : tuple of (str, int)
        Each role or item with its shifts or cases; those with none are left out.
    what : str
        In a few words, such as "Hire 57 shifts for Thu 30 May, 19:05, Lakers".
    passed : bool
        True if that day was over when the forecast was made.
    """

    decide_by: dt.date
    kind: str
    on: dt.date
    home: str | None
    games: tuple[str, ...]
    amounts: tuple[tuple[str, int], ...]
    what: str
    passed: bool

    @property
    def unit(self) -> str:
        """The unit of the amounts."""
        return UNITS[self.kind]

    @property
    def key(self) -> str:
        """A key that stays the same when a later forecast changes the amounts."""
        subject = self.games[0] if self.kind == STAFF else f"{self.home or ''} {self.on}"
        return f"{self.kind} {subject} {(self.on - self.decide_by).days}"


def deadlines(plan: Plan, style: DateStyle = PLAIN) -> list[Deadline]:
    """Return every deadline of a plan, by day, with dates in words of a style; none if games have no dates.

    Shifts of one game with one last day to hire make one deadline, and so do items of one delivery.
    """
    return sorted(
        [*_hirings(plan, style), *_orders(plan, style)],
        key=lambda each: (each.decide_by, each.on, each.kind != STOCK, each.home or ""),
    )


def _hirings(plan: Plan, style: DateStyle) -> Iterator[Deadline]:
    """Yield one deadline for each game and last day to hire."""
    games = plan.games.select(c.GAME_ID, c.DATE, c.START_TIME, c.HOME, c.VISITOR, AS_OF)
    several = games[c.HOME].n_unique() > 1
    rows = (
        plan.table.filter(pl.col(KIND) == STAFF, pl.col(CHOICE) > 0, pl.col(DECIDE_BY).is_not_null())
        .group_by(c.GAME_ID, DECIDE_BY, maintain_order=True)
        .agg(pl.col(NAME).alias(NAMES), CHOICE)
        .join(games, on=c.GAME_ID, maintain_order="left")
    )
    for row in rows.iter_rows(named=True):
        count = sum(row[CHOICE])
        shifts = f"{count:,} shift{'s' if count != 1 else ''}"
        yield Deadline(
            decide_by=row[DECIDE_BY],
            kind=STAFF,
            on=row[c.DATE],
            home=row[c.HOME],
            games=(row[c.GAME_ID],),
            amounts=tuple(zip(row[NAMES], row[CHOICE], strict=True)),
            what=f"Hire {shifts} for {_game(row, several, style)}",
            passed=_passed(row[DECIDE_BY], row[AS_OF]),
        )


def _orders(plan: Plan, style: DateStyle) -> Iterator[Deadline]:
    """Yield one deadline for each delivery and last day to order."""
    as_of = plan.games[AS_OF].max()
    rows = delivery_list(plan)
    several = rows[c.HOME].n_unique() > 1
    grouped = rows.group_by(DECIDE_BY, DELIVERY, c.HOME, maintain_order=True).agg(
        pl.col(NAME).alias(NAMES), CASES, pl.col(SERVES).explode().unique(maintain_order=True)
    )
    for row in grouped.iter_rows(named=True):
        count = len(row[NAMES])
        items = row[NAMES][0] if count == 1 else f"{count} items"
        place = f" to {row[c.HOME]}" if several and row[c.HOME] else ""
        yield Deadline(
            decide_by=row[DECIDE_BY],
            kind=STOCK,
            on=row[DELIVERY],
            home=row[c.HOME],
            games=tuple(row[SERVES]),
            amounts=tuple(zip(row[NAMES], row[CASES], strict=True)),
            what=f"Order {items} for the delivery{place} of {style.day(row[DELIVERY])}",
            passed=_passed(row[DECIDE_BY], as_of),
        )


def _game(row: dict[str, Any], several: bool, style: DateStyle) -> str:
    """Return a game in a few words: day, start, opponent, and the club if there are several."""
    place = f" at {row[c.HOME]}" if several and row[c.HOME] else ""
    parts = [style.day(row[c.DATE]), style.clock(row[c.START_TIME]), row[c.VISITOR] or ""]
    return ", ".join(part for part in parts if part) + place


def _passed(decide_by: dt.date, as_of: object) -> bool:
    return isinstance(as_of, dt.date) and decide_by <= as_of
