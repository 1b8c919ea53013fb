"""Deadlines of a plan that somebody has marked as done with the numbers of then, so that a later change shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatecast.date_style import PLAIN, DateStyle
from gatecast.errors import InputError
from gatecast.plan.views.deadlines import Deadline
from gatecast.service.club_service import SETTINGS_AREA, ClubService
from gatecast.service.homestands import HomestandView, late_and_ahead
from gatecast.store import Setting

__all__ = ["DeadlinesDue", "DueDeadline", "deadlines_due", "mark_deadline"]

KEY = "deadlines done"
"""Setting with the deadlines that were met: by club and key, the last day, the day it is for, and the amounts."""
BY, FOR, AMOUNTS = "by", "for", "amounts"
KEPT = dt.timedelta(days=60)
"""Time after the day that a deadline is for until it is forgotten."""


@dataclass(frozen=True)
class DueDeadline:
    """A deadline of a plan, and what was done for it.

    Parameters
    ----------
    deadline : Deadline
    passed : bool
        True if its last day is over.
    done : mapping of str to int, or None
        The amounts of each role or item when it was marked as done; None if it is not.
    """

    deadline: Deadline
    passed: bool
    done: Mapping[str, int] | None = None

    @property
    def changes(self) -> tuple[tuple[str, int, int], ...]:
        """Each role or item whose amount has changed since it was done, with its amount then and now."""
        if self.done is None:
            return ()
        now = dict(self.deadline.amounts)
        names = dict.fromkeys([*self.done, *now])
        pairs = ((name, self.done.get(name, 0), now.get(name, 0)) for name in names)
        return tuple(each for each in pairs if each[1] != each[2])

    @property
    def met(self) -> bool:
        """True if it was done with the numbers that the plan has now."""
        return self.done is not None and not self.changes

    @property
    def overdue(self) -> bool:
        """True if its last day is over and something is still to be hired or ordered."""
        return self.passed and (self.done is None or self.more > 0)

    @property
    def done_for(self) -> int:
        """Shifts or cases for which it was done, of all roles or items."""
        return sum((self.done or {}).values())

    @property
    def more(self) -> int:
        """Shifts or cases that came to it since it was done."""
        return sum(max(now - then, 0) for _, then, now in self.changes)

    @property
    def fewer(self) -> int:
        """Shifts or cases that fell away since it was done."""
        return sum(max(then - now, 0) for _, then, now in self.changes)


@dataclass(frozen=True)
class DeadlinesDue:
    """Every deadline of a plan, by day."""

    every: tuple[DueDeadline, ...] = ()

    @property
    def open(self) -> tuple[DueDeadline, ...]:
        """Those that are not done, or were done with other numbers than the plan has now."""
        return tuple(each for each in self.every if not each.met)

    @property
    def met(self) -> tuple[DueDeadline, ...]:
        """Those that are done with the numbers that the plan has now."""
        return tuple(each for each in self.every if each.met)

    @property
    def overdue(self) -> tuple[DueDeadline, ...]:
        """Open ones whose last day is over, unless all that changed since they were done is that less is needed."""
        return tuple(each for each in self.open if each.overdue)

    @property
    def ahead(self) -> tuple[DueDeadline, ...]:
        """Open ones whose last day is not over."""
        return tuple(each for each in self.open if not each.passed)


def deadlines_due(service: ClubService, view: HomestandView, style: DateStyle = PLAIN) -> DeadlinesDue:
    """Return the deadlines of a homestand's plan, with dates in words of a style.

    A deadline whose last day has moved since it was done, as its game has, is not done.
    """
    late, ahead = late_and_ahead(view, style)
    marked = service.cached((KEY,), (SETTINGS_AREA,), lambda: service.store.setting(KEY) or {}).get(service.club(), {})

    def due(each: Deadline, *, passed: bool) -> DueDeadline:
        mark = marked.get(each.key)
        done = mark[AMOUNTS] if mark and mark[BY] == each.decide_by.isoformat() else None
        return DueDeadline(each, passed, done)

    return DeadlinesDue((*(due(each, passed=True) for each in late), *(due(each, passed=False) for each in ahead)))


def mark_deadline(service: ClubService, view: HomestandView, key: str, *, done: bool) -> None:
    """Mark a deadline of a homestand's plan as done with its present numbers, or as not done.

    Parameters
    ----------
    service : ClubService
    view : HomestandView
    key : str
        `Deadline.key`.
    done : bool

    Raises
    ------
    InputError
        The plan has no such deadline.
    """
    late, ahead = late_and_ahead(view, PLAIN)
    found = next((each for each in [*late, *ahead] if each.key == key), None)
    if found is None:
        raise InputError(f"deadline: got {key!r}, expected one of the plan")
    club, oldest = service.club(), (found.on - KEPT).isoformat()

    def changed(before: Setting) -> dict[str, Any]:
        saved: dict[str, Any] = before.value or {}
        mine = {name: each for name, each in saved.get(club, {}).items() if name != key and each[FOR] >= oldest}
        if done:
            mine[key] = {
                BY: found.decide_by.isoformat(), FOR: found.on.isoformat(), AMOUNTS: dict(found.amounts)
            }  # fmt: skip
        return {**saved, club: mine}

    service.store.change_setting(KEY, changed)
