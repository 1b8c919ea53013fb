"""Figures that somebody set by hand in place of the model's: a forecast, or a number of a plan.

Rows are added and never changed, so that what was said before a game can be scored after it. The last row of a game,
kind and name counts; one without a value gives the figure back to the model.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.store import revisions
from gatecast.store.database import Database
from gatecast.store.rows import FEW_GAMES, as_text
from gatecast.store.schema import GAMES, OVERRIDES, utc_now

__all__ = ["FORECAST", "Override", "Overrides"]

FORECAST = "forecast"
"""Kind of an override of a forecast; the others are the kinds of a plan's decisions."""


@dataclass(frozen=True)
class Override:
    """A figure set by hand.

    Parameters
    ----------
    override_id : int
    game_id : str
    kind : str
        `FORECAST`, or staff, stock or transport.
    name : str
        Of the role, item or service; empty for a forecast.
    value : float or None
        People, shifts, cases or vehicles; None gives the figure back to the model.
    reason : str
    beside : dict
        What the model said when it was set.
    recorded_at : datetime
    """

    override_id: int
    game_id: str
    kind: str
    name: str
    value: float | None
    reason: str
    beside: dict[str, Any]
    recorded_at: dt.datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """Game, kind and name: the last override of a key counts."""
        return self.game_id, self.kind, self.name


class Overrides:
    """Part of a store: figures set by hand."""

    database: Database

    def record_override(
        self,
        game_id: str,
        kind: str,
        name: str,
        value: float | None,
        *,
        reason: str = "",
        beside: Mapping[str, Any] | None = None,
    ) -> int:
        """Record a figure set by hand, or with None its end, and return its number.

        Parameters
        ----------
        game_id, kind, name, value, reason
            As in `Override`.
        beside : mapping, optional
            What the model says now.

        Raises
        ------
        InputError
            No such game, or a value that JSON does not know.
        """
        row = {
            c.GAME_ID: game_id,
            "kind": kind,
            "name": name,
            "value": value,
            "reason": reason,
            "beside": dict(beside or {}),
            "recorded_at": utc_now(),
        }
        as_text(row["beside"], "override")
        with self.database.writing() as connection:
            known = sa.select(GAMES.c.game_id).where(GAMES.c.game_id == game_id, ~GAMES.c.withdrawn)
            if connection.scalar(known) is None:
                raise InputError(f"game {game_id}: got no such game, expected one of the store")
            inserted = connection.execute(sa.insert(OVERRIDES).values(row))
            revisions.move(connection, revisions.FORECASTS if kind == FORECAST else revisions.PLANS)
            number: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # an insert of one row has one
            return number

    def overrides(self, games: Sequence[str] | None = None) -> list[Override]:
        """Return every figure set by hand for some games, or for all, oldest first, superseded ones included."""
        query = sa.select(OVERRIDES).order_by(OVERRIDES.c.override_id)
        if games is not None and len(games) <= FEW_GAMES:
            query = query.where(OVERRIDES.c.game_id.in_(games))
        wanted = None if games is None else set(games)
        with self.database.reading() as connection:
            found = [Override(**row) for row in connection.execute(query).mappings()]
        return [each for each in found if wanted is None or each.game_id in wanted]
