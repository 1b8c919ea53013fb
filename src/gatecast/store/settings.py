"""A club's settings: a JSON value for each key, with its versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gatecast.errors import ConflictError
from gatecast.store import revisions
from gatecast.store.database import Database
from gatecast.store.rows import as_text
from gatecast.store.schema import SETTING_VERSIONS, SETTINGS, utc_now

__all__ = ["Setting", "StoredSettings"]

VERSIONS_KEPT = 200
"""Earlier versions of a setting that are kept, to merge a form that was opened long ago."""


@dataclass(frozen=True)
class Setting:
    """The value of a setting and its version, which grows by one with each change; 0 if it was never saved."""

    value: Any
    version: int


class StoredSettings:
    """Part of a store: settings."""

    database: Database

    def setting(self, key: str) -> Any | None:  # noqa: ANN401  any JSON value
        """Return the value of a setting; None if it was never saved."""
        with self.database.reading() as connection:
            return connection.scalar(sa.select(SETTINGS.c.value).where(SETTINGS.c.key == key))

    def versioned_setting(self, key: str) -> Setting:
        """Return the value of a setting with its version."""
        with self.database.reading() as connection:
            return _read(connection, key)

    def earlier_setting(self, key: str, version: int) -> Any | None:  # noqa: ANN401  any JSON value
        """Return the value that a setting had at a version; None if that is no longer kept."""
        query = sa.select(SETTING_VERSIONS.c.value).where(
            SETTING_VERSIONS.c.key == key, SETTING_VERSIONS.c.version == version
        )
        with self.database.reading() as connection:
            return connection.scalar(query)

    def save_setting(self, key: str, value: Any, *, expected: int | None = None) -> int:  # noqa: ANN401  any JSON value
        """Save the value of a setting in place of the one before and return its version; None empties it.

        Parameters
        ----------
        key : str
        value : JSON value
        expected : int, optional
            The version that must be saved still; any if not given.

        Raises
        ------
        InputError
            A value that JSON does not know.
        ConflictError
            Another version is saved.
        """

        def replaced(before: Setting) -> object:
            if expected is not None and before.version != expected:
                raise ConflictError(
                    f"setting {key!r}: got a change of version {expected}, expected one of version {before.version}; "
                    "somebody else saved it in the meantime: load it again"
                )
            return value

        as_text(value, f"setting {key!r}")
        return self.change_setting(key, replaced).version

    def change_setting(self, key: str, change: Callable[[Setting], Any]) -> Setting:
        """Read a setting, change it and save it in one transaction.

        Parameters
        ----------
        key : str
        change : callable
            Takes the saved `Setting` and returns the new value; an exception from it saves nothing.

        Returns
        -------
        Setting
            As saved.

        Raises
        ------
        InputError
            A value that JSON does not know.
        """
        with self.database.writing() as connection:
            before = _read(connection, key)
            return _put(connection, key, before, change(before))

    def save_settings(self, values: Mapping[str, Any]) -> None:
        """Save the values of several settings in place of those before, all of them or none.

        Raises
        ------
        InputError
            A value that JSON does not know.
        """
        with self.database.writing() as connection:
            for key, value in values.items():
                _put(connection, key, _read(connection, key), value)


def _put(connection: sa.Connection, key: str, before: Setting, value: Any) -> Setting:  # noqa: ANN401  any JSON value
    text = as_text(value, f"setting {key!r}")
    if before.version and as_text(before.value, f"setting {key!r}") == text:
        return before
    after = Setting(value, before.version + 1)
    _write(connection, key, after)
    revisions.move(connection, revisions.SETTINGS)
    return after


def _read(connection: sa.Connection, key: str) -> Setting:
    query = sa.select(SETTINGS.c.value, SETTINGS.c.version).where(SETTINGS.c.key == key)
    row = connection.execute(query).first()
    return Setting(None, 0) if row is None else Setting(row.value, row.version)


def _write(connection: sa.Connection, key: str, setting: Setting) -> None:
    row = {"key": key, "value": setting.value, "version": setting.version}
    insert = revisions.upsert(connection, SETTINGS).values(changed_at=utc_now(), **row)
    values = {"value": setting.value, "version": setting.version, "changed_at": utc_now()}
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=values))
    connection.execute(sa.insert(SETTING_VERSIONS).values(row))
    old = SETTING_VERSIONS.c.version <= setting.version - VERSIONS_KEPT
    connection.execute(sa.delete(SETTING_VERSIONS).where(SETTING_VERSIONS.c.key == key, old))
