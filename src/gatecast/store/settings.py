"""What a club has chosen: a JSON value for each key."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gatecast.store import moments, revisions
from gatecast.store.database import Database
from gatecast.store.rows import as_text
from gatecast.store.schema import SETTINGS

__all__ = ["Settings"]


class Settings:
    """The part of a store that keeps settings."""

    database: Database

    def setting(self, key: str) -> Any | None:  # noqa: ANN401  any JSON value
        """The value of a setting; None where it was never saved."""
        with self.database.reading() as connection:
            return connection.scalar(sa.select(SETTINGS.c.value).where(SETTINGS.c.key == key))

    def save_setting(self, key: str, value: Any) -> None:  # noqa: ANN401  any JSON value
        """Keep the value of a setting in place of the one before; None empties it.

        Raises
        ------
        InputError
            A value that JSON does not know.
        """
        text = as_text(value, f"setting {key!r}")
        row = {"key": key, "value": value, "changed_at": moments.now()}
        with self.database.writing() as connection:
            before = connection.execute(sa.select(SETTINGS.c.value).where(SETTINGS.c.key == key)).first()
            if before is not None and as_text(before.value, f"setting {key!r}") == text:
                return
            insert = revisions.upsert(connection, SETTINGS).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=row))
            revisions.move(connection, revisions.SETTINGS)
