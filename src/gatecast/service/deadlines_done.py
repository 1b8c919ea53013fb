"""Deadlines of a plan that somebody has met: marked as done with the numbers of then, so that a later change shows."""

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

__all__ = ["DeadlinesDue", "MetDeadline", "deadlines_due", "mark_deadline"]

KEY = "deadlines done"
"""Setting with the deadlines that were met: by club and key, the last day, the day it is for, and the amounts."""
BY, FOR, AMOUNTS = "by", "for", "amounts"
KEPT = dt.timedelta(days=60)
"""Time after the day that a deadline is for until it is forgotten."""


@dataclass(frozen=True)
class MetDeadline:
    """A deadline that was met, and the amounts of each role or item when it was."""

    deadline: Deadline
    amounts: Mapping[str, int]

    @property
    def changes(self) -> tuple[tuple[str, int, int], ...]:
        """Each role or item whose amount has changed since, with its amount then and now."""
        now = dict(self.deadline.amounts)
        names = dict.fromkeys([*self.amounts, *now])
        pairs = ((name, self.amounts.get(name, 0), now.get(name, 0)) for name in names)
        return tuple(each for each in pairs if each[1] != each[2])


@dataclass(frozen=True)
class DeadlinesDue:
    """The deadlines of a plan, by day: those that have passed without being met, those ahead, and those met."""

    late: tuple[Deadline, ...] = ()
    ahead: tuple[Deadline, ...] = ()
    done: tuple[MetDeadline, ...] = ()


def deadlines_due(service: ClubService, view: HomestandView, style: DateStyle = PLAIN) -> DeadlinesDue:
    """Return the deadlines of a homestand's plan, with dates in words of a style.

    A deadline whose last day has moved since it was met, as its game has, is not met.
    """
    late, ahead = late_and_ahead(view, style)
    met = service.cached((KEY,), (SETTINGS_AREA,), lambda: service.store.setting(KEY) or {}).get(service.club(), {})

    def is_met(each: Deadline) -> bool:
        return each.key in met and met[each.key][BY] == each.decide_by.isoformat()

    return DeadlinesDue(
        tuple(each for each in late if not is_met(each)),
        tuple(each for each in ahead if not is_met(each)),
        tuple(MetDeadline(each, met[each.key][AMOUNTS]) for each in [*late, *ahead] if is_met(each)),
    )


def mark_deadline(service: ClubService, view: HomestandView, key: str, *, done: bool) -> None:
    """Mark a deadline of a homestand's plan as met with its present numbers, or as not met.

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
