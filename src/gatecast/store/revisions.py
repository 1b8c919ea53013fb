"""Count the changes of each area of the store, to tell whether anything changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from gatecast.store.schema import REVISIONS

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

__all__ = [
    "AREAS",
    "FORECASTS",
    "GAMES",
    "IMPORTS",
    "PLANS",
    "SCHEDULE",
    "SETTINGS",
    "TICKETS",
    "move",
    "read_revisions",
    "upsert",
]

GAMES, SCHEDULE, IMPORTS, TICKETS, FORECASTS, PLANS, SETTINGS = AREAS = (
    "games",
    "schedule",
    "imports",
    "tickets",
    "forecasts",
    "plans",
    "settings",
)
"""The schedule is the games without attendance and scans; it moves together with the games, and less often."""


def upsert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert into `table` that can say what to do if the row exists."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # takes a twentieth of what a server imports

    return postgresql.insert(table)


def move(connection: sa.Connection, area: str) -> None:
    """Increase the number of an area by one, in the transaction that writes to it."""
    insert = upsert(connection, REVISIONS).values({REVISIONS.c.area: area, REVISIONS.c.number: 1})
    connection.execute(insert.on_conflict_do_update(index_elements=["area"], set_={"number": REVISIONS.c.number + 1}))


def read_revisions(connection: sa.Connection) -> dict[str, int]:
    """Return the number of every area, in the order of `AREAS`."""
    rows = connection.exec_driver_sql("SELECT area, number FROM revisions").all()
    return {**dict.fromkeys(AREAS, 0), **{row.area: row.number for row in rows}}
