"""Apply the migrations of a database with Alembic, in a module of its own as most databases need none of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

__all__ = ["upgrade"]


def upgrade(connection: sa.Connection, steps: Path) -> None:
    """Apply every step of a folder that the database lacks, in the transaction of a connection."""
    scripts = ScriptDirectory(str(steps))

    def lacking(revision: Any, _: Any) -> Any:  # noqa: ANN401  the types of Alembic's own callback
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), scripts, fn=lacking) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
