"""The deadlines of a plan as a calendar file that any calendar program reads.

One all-day event a deadline, on the last day to decide. Its UID depends on the decision, not on the amounts, so the
calendar of a later forecast replaces the events of an earlier one.

Source: RFC 5545, Internet Calendaring and Scheduling (2009): sections 3.1 (folding), 3.3.11 (escaping), 3.6.1 (events),
3.8.7.4 (sequence).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import polars as pl

from gatecast.date_style import PLAIN, DateStyle
from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.plan.columns import FORECAST, KIND, NAME, STAFF
from gatecast.plan.plan import Plan
from gatecast.plan.views.deadlines import Deadline, deadlines

__all__ = ["calendar_text", "escaped", "folded"]

LONGEST_LINE = 75
"""Octets of a line without its end."""
MAKER = "-//gatecast//plan//EN"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:gatecast:plan")
CATEGORIES = {True: "Staff", False: "Stock"}


def calendar_text(
    plan: Plan, notice: str = "", *, stamp: dt.datetime | None = None, sequence: int = 0, style: DateStyle = PLAIN
) -> str:
    """Return the deadlines of a plan as the text of an .ics file.

    Parameters
    ----------
    plan : Plan
    notice : str
        Added to every description, such as that the games are simulated.
    stamp : datetime, optional
        When the calendar was made, in UTC; by default now.
    sequence : int
        Revision of the events; calendar programs replace an event by one of a higher revision.
    style : DateStyle
        How dates and times are written in its texts.

    Raises
    ------
    InputError
        The plan has no deadline: its games have no dates, or nothing is hired or ordered.
    """
    due = deadlines(plan, style)
    if not due:
        raise InputError(
            "plan: got no deadline, expected games with dates and something to hire or order;"
            " give the forecast a date column"
        )
    made_at = (stamp or dt.datetime.now(dt.UTC)).strftime("%Y%m%dT%H%M%SZ")
    homes = plan.games[c.HOME].drop_nulls().unique()
    name = "Deadlines" + (f" of {homes[0]}" if len(homes) == 1 else "")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{MAKER}", "CALSCALE:GREGORIAN"]
    lines += [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
    for each in due:
        lines += _event(each, [*_overrides(plan, each), *([notice] if notice else [])], made_at, sequence)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _overrides(plan: Plan, due: Deadline) -> Iterator[str]:
    """Yield what was set by hand for a deadline, beside the model's figure, and why."""
    if plan.overrides is None:
        return
    for row in plan.overrides.filter(pl.col(c.GAME_ID).is_in(due.games)).iter_rows(named=True):
        if row[KIND] in (due.kind, FORECAST):
            note = f" ({row['note']})" if row["note"] else ""
            name = row[NAME] or "people expected"
            yield f"By hand: {name}: {row['by_hand']:,.0f} instead of {row['model']:,.0f}{note}"


def _event(due: Deadline, remarks: list[str], made_at: str, sequence: int) -> Iterator[str]:
    amounts = [f"{name}: {amount:,} {due.unit}" for name, amount in due.amounts]
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(NAMESPACE, due.key)}@gatecast"
    yield f"DTSTAMP:{made_at}"
    yield f"SEQUENCE:{sequence}"
    yield f"DTSTART;VALUE=DATE:{due.decide_by:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{due.decide_by + dt.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(due.what)}"
    yield f"DESCRIPTION:{escaped(chr(10).join([*amounts, *remarks]))}"
    yield f"CATEGORIES:{CATEGORIES[due.kind == STAFF]}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    r"""Escape text as a value of a calendar file; characters that it may not hold become blanks.

    Examples
    --------
    >>> escaped("hot dogs; 5 cases, cold")
    'hot dogs\\; 5 cases\\, cold'
    """
    plain = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> str:
    """Fold a line longer than `LONGEST_LINE` octets; each further part begins with a blank.

    Examples
    --------
    >>> folded("A" * 80) == "A" * 75 + "\\r\\n " + "A" * 5
    True
    """
    parts, size = [""], 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LONGEST_LINE:
            parts.append("")
            size = 1
        parts[-1] += sign
        size += octets
    return "\r\n ".join(parts)
