"""What became known of a game between two moments: what imports changed, and what its day came near enough for."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.store import Store
from gatecast.store.rows import from_json
from gatecast.store.schema import GAME_CHANGES, IMPORTS

__all__ = ["Fact", "GameHistory", "came_near", "history_of"]

FAR, NEVER = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Fact:
    """A value of a game that changed: its column, what it was, and what it is; None for not known."""

    column: str
    before: object
    after: object


@dataclass(frozen=True)
class _Change:
    """Cells that one import changed, as they were before."""

    at: dt.datetime
    before: Mapping[str, object]


@dataclass(frozen=True)
class GameHistory:
    """A game as imports changed it; those taken back are left out.

    Parameters
    ----------
    row : dict
        The game as it is.
    changes : tuple
        The oldest first.
    """

    row: Mapping[str, Any]
    changes: tuple[_Change, ...] = ()

    def value_at(self, column: str, moment: dt.datetime) -> object:
        """What a column held at a moment: what the first later change took away, else what it holds now."""
        later = (change.before[column] for change in self.changes if change.at > moment and column in change.before)
        return next(later, self.row.get(column))

    def between(self, since: dt.datetime = FAR, until: dt.datetime = NEVER) -> tuple[Fact, ...]:
        """What imports changed from one moment to another, results aside; what was changed back is not told."""
        columns = {name for change in self.changes if since < change.at <= until for name in change.before}
        facts = (Fact(name, self.value_at(name, since), self.value_at(name, until)) for name in sorted(columns))
        return tuple(fact for fact in facts if fact.before != fact.after)


def history_of(store: Store, row: Mapping[str, Any], columns: Mapping[str, Column]) -> GameHistory:
    """The history of a game.

    Parameters
    ----------
    store : Store
    row : mapping
        The game by column names.
    columns : mapping of str to Column
        Those that are told of; results are left out.
    """
    told = {name: column for name, column in columns.items() if column.role not in (Role.RESULT, Role.TARGET)}
    query = (
        sa.select(IMPORTS.c.imported_at, GAME_CHANGES.c.before)
        .join(IMPORTS, IMPORTS.c.import_id == GAME_CHANGES.c.import_id)
        .where(GAME_CHANGES.c.game_id == row[c.GAME_ID], IMPORTS.c.undone_at.is_(None))
        .order_by(IMPORTS.c.import_id)
    )
    with store.database.reading() as connection:
        found = connection.execute(query).all()
    changes = (
        _Change(at, {name: from_json(value, told[name]) for name, value in before.items() if name in told})
        for at, before in found
        if before is not None
    )
    return GameHistory(row, tuple(change for change in changes if change.before))


def came_near(row: Mapping[str, Any], columns: Mapping[str, Column], then: int, now: int) -> tuple[Fact, ...]:
    """What nobody knew `then` days before the game and is known `now` days before it, by how long each is known.

    Examples
    --------
    >>> [fact.after for fact in came_near({c.HOME_STARTER: "Ashquill"}, c.CANONICAL, 8, 2)]
    ['Ashquill']
    """
    return tuple(
        Fact(name, None, row[name])
        for name, column in columns.items()
        if row.get(name) is not None
        and column.role not in (Role.RESULT, Role.TARGET)
        and not math.isinf(column.known.lead)
        and now <= column.known.lead < then
    )
