"""Keep a club's settings: a JSON value for each key."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gatecast.store import revisions
from gatecast.store.database import Database
from gatecast.store.rows import as_text
from gatecast.store.schema import SETTINGS, utc_now

__all__ = ["Settings"]


class Settings:
    """Part of a store: settings."""

    database: Database

    def setting(self, key: str) -> Any | None:  # noqa: ANN401  any JSON value
        """Return the value of a setting; None if it was never saved."""
        with self.database.reading() as connection:
            return connection.scalar(sa.select(SETTINGS.c.value).where(SETTINGS.c.key == key))

    def save_setting(self, key: str, value: Any) -> None:  # noqa: ANN401  any JSON value
        """Save the value of a setting in place of the one before; None empties it.

        Raises
        ------
        InputError
            A value that JSON does not know.
        """
        text = as_text(value, f"setting {key!r}")
        row = {"key": key, "value": value, "changed_at": utc_now()}
        with self.database.writing() as connection:
            before = connection.execute(sa.select(SETTINGS.c.value).where(SETTINGS.c.key == key)).first()
            if before is not None and as_text(before.value, f"setting {key!r}") == text:
                return
            insert = revisions.upsert(connection, SETTINGS).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=row))
            revisions.move(connection, revisions.SETTINGS)
