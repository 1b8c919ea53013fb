"""Whether a game is in the schedule, postponed without a new date, or cancelled."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from gatecast.store.schema import GAME_STATUSES

__all__ = ["CANCELLED", "POSTPONED", "SCHEDULED", "read_statuses", "write_statuses"]

SCHEDULED, POSTPONED, CANCELLED = "", "postponed", "cancelled"


def read_statuses(connection: sa.Connection) -> dict[str, str]:
    """Return the status of every game that is set aside, by its id."""
    query = sa.select(GAME_STATUSES.c.game_id, GAME_STATUSES.c.status)
    return {row.game_id: row.status for row in connection.execute(query)}


def write_statuses(connection: sa.Connection, statuses: Mapping[str, str | None]) -> None:
    """Set the statuses of games by id; None puts a game back into the schedule."""
    for game, status in statuses.items():
        connection.execute(sa.delete(GAME_STATUSES).where(GAME_STATUSES.c.game_id == game))
        if status:
            connection.execute(sa.insert(GAME_STATUSES).values(game_id=game, status=status))
