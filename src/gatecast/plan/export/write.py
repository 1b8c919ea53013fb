"""Write a plan as a file: workbook, calendar, JSON or table."""

from __future__ import annotations

from pathlib import Path

from gatecast.date_style import PLAIN, DateStyle
from gatecast.files import check_writable, write_table, write_text, written_whole
from gatecast.plan.export.ics import calendar_text
from gatecast.plan.export.json import json_text
from gatecast.plan.export.workbook import write_workbook
from gatecast.plan.plan import Plan

__all__ = ["PLAN_ENDINGS", "write_plan"]

PLAN_ENDINGS = (".xlsx", ".ics", ".json", ".csv", ".parquet")


def write_plan(plan: Plan, path: str | Path, *, notice: str = "", sequence: int = 0, style: DateStyle = PLAIN) -> None:
    """Write a plan in the form that the ending of `path` names, whole or not at all.

    A workbook to print (.xlsx), the calendar of its deadlines (.ics), all of it for programs (.json), or its table
    (.csv, .parquet).

    Parameters
    ----------
    plan : Plan
    path : path
    notice : str
        Shown on every sheet of a workbook, in a calendar and in JSON, such as that the games are simulated.
    sequence : int
        Revision of a calendar's events, such as the number of plans issued so far.
    style : DateStyle
        How dates and times are written in a workbook and a calendar.

    Raises
    ------
    InputError
        Another ending, a plan too long for a workbook, or one without a deadline for a calendar.
    """
    target = check_writable(path, PLAN_ENDINGS)
    ending = target.suffix.lower()
    if ending == ".xlsx":
        with written_whole(target) as draft:
            write_workbook(plan, draft, notice, style)
    elif ending == ".ics":
        with written_whole(target) as draft:
            draft.write_bytes(calendar_text(plan, notice, sequence=sequence, style=style).encode())
    elif ending == ".json":
        write_text(json_text(plan, notice), target)
    else:
        write_table(plan.table, target)
