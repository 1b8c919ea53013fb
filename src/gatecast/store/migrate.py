"""Bring a database to the tables of this version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gatecast.errors import StoreError
from gatecast.store.database import Database

__all__ = ["migrate", "newest"]

SCRIPTS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The revision that this version of gatecast writes."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head() or ""


def migrate(database: Database) -> None:
    """Apply the migrations that a database lacks: all of them or, if one fails, none.

    Raises
    ------
    StoreError
        The database cannot be opened, or is of a newer version of gatecast.
    """
    scripts = ScriptDirectory(str(SCRIPTS))
    head = scripts.get_current_head()
    with database.reading() as connection:
        if _current(connection, scripts, database.name) == head:
            return
    with database.writing() as connection:
        if _current(connection, scripts, database.name) != head:
            _upgrade(connection, scripts)


def _current(connection: sa.Connection, scripts: ScriptDirectory, name: str) -> str | None:
    """The revision a database has; None for an empty one."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"{name}: got tables of revision {revision!r}, expected {newest()!r} or an older one; "
            "upgrade gatecast: a newer version wrote this database"
        )
    return revision


def _upgrade(connection: sa.Connection, scripts: ScriptDirectory) -> None:
    def steps(revision: Any, _: MigrationContext) -> Any:  # noqa: ANN401  the types of Alembic's own callback
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
