"""Copy a SQLite database while it is in use, check a copy, and put one back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gatecast.errors import StoreError
from gatecast.store.database import BUSY_SECONDS, Database, known_revisions
from gatecast.store.revisions import AREAS

__all__ = ["check_copy", "copy_database", "restore_database"]

SERVER = (
    "got a PostgreSQL database, expected SQLite in a folder; use PostgreSQL's own programs: "
    "pg_dump --format=custom --file=gatecast.dump URL, and pg_restore --clean --dbname=URL gatecast.dump"
)


def copy_database(database: Database, target: Path) -> None:
    """Copy a database as it stands at one moment, while others read and write it, and check the copy.

    Parameters
    ----------
    database : Database
    target : path
        A file that does not exist yet.

    Raises
    ------
    StoreError
        PostgreSQL, or a database that is damaged or cannot be read.
    """
    if not database.sqlite:
        raise StoreError(SERVER)
    source = Path(str(database.url.database))
    try:
        with closing(_opened(source, "ro")) as connection, closing(sqlite3.connect(target)) as copy:
            # All pages in one step are one read transaction: a writer in between would begin the copy again.
            connection.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StoreError(f"{source.name}: got {str(error)!r}, expected a database that can be copied") from error
    check_copy(target)


def check_copy(file: Path) -> None:
    """Check a copy of a database: every page, every reference, and that this version reads its tables.

    Raises
    ------
    StoreError
        It is damaged, or not a database of gatecast.
    """
    try:
        with closing(_opened(file, "ro")) as copy:
            answer = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            strays = copy.execute("PRAGMA foreign_key_check").fetchone()
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file.name}: got {str(error)!r}, expected a database of gatecast") from error
    if answer != "ok" or strays:
        raise StoreError(f"{file.name}: got a damaged database ({answer}), expected a sound one")
    if revision is None or revision[0] not in known_revisions():
        raise StoreError(f"{file.name}: got tables of revision {revision}, expected one that this version knows")


def restore_database(database: Database, source: Path) -> None:
    """Replace what a database holds by a copy, in one transaction; whoever has it open sees the copy from then on.

    Parameters
    ----------
    database : Database
    source : path
        From `copy_database`; changed.

    Raises
    ------
    StoreError
        PostgreSQL, or a copy that is damaged.
    """
    if not database.sqlite:
        raise StoreError(SERVER)
    check_copy(source)
    target = Path(str(database.url.database))
    try:
        with closing(_opened(target, "rwc")) as live, closing(sqlite3.connect(source)) as copy:
            _move_past(copy, _numbers(live))
            copy.backup(live, pages=-1)
            live.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise StoreError(f"{target.name}: got {str(error)!r}, expected a database that can be replaced") from error


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS)


def _numbers(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the revision of each area; none of a database that has no tables yet."""
    try:
        return dict(connection.execute("SELECT area, number FROM revisions"))
    except sqlite3.OperationalError:
        return {}


def _move_past(copy: sqlite3.Connection, live: dict[str, int]) -> None:
    """Let the copy have revisions after those of the live database, so that no cached value is taken for current."""
    if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'revisions'").fetchone():
        return
    own = _numbers(copy)
    with copy:
        for area in AREAS:
            number = max(own.get(area, 0), live.get(area, 0)) + RESTORE_STEP
            copy.execute("INSERT OR REPLACE INTO revisions (area, number) VALUES (?, ?)", (area, number))


RESTORE_STEP = 1000
"""More changes than are made between reading the live revisions and replacing the database."""
