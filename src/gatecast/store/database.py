"""Connect to SQLite in a folder or PostgreSQL by a URL; read and write in transactions; migrate the tables.

Many stores may share one PostgreSQL database, each in a schema of its own. They share connections as well, and each
transaction begins with the name of its schema, outside of which it sees no table.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from gatecast.errors import MissingExtraError, StoreError, StoreUnavailableError, StoreWriteError

__all__ = ["FILE_NAME", "Database", "database_url", "known_revisions", "migrate", "newest", "with_schema"]

FILE_NAME = "gatecast.db"
WRITES = "gatecast_writes"
WRITERS_LOCK = 0x67617465
BUSY_SECONDS = 60
CONNECT_SECONDS = 5
WRITERS_CACHE_KB = 32_000
"""Memory of a writing connection to SQLite for the ends of the indexes that many rows are added to."""
WRITING_CONNECTIONS, READING_CONNECTIONS = 5, 40
SCHEMA = "schema"
"""Parameter of a URL that names the schema of a store which shares its database with others."""
SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,62}")
PASSING_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
NO_WRITE = {
    sqlite3.SQLITE_FULL: "a full disk, expected room for a change; free some space on the computer of the database",
    sqlite3.SQLITE_READONLY: "a database that cannot be written, expected one that can; check the rights of its folder",
}
DISK_FULL, READ_ONLY = "53100", "25006"
"""States of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
NO_WRITE_STATES = {DISK_FULL: NO_WRITE[sqlite3.SQLITE_FULL], READ_ONLY: NO_WRITE[sqlite3.SQLITE_READONLY]}


def database_url(place: str | Path) -> URL:
    """Return the URL of the database that a folder or a URL stands for.

    Parameters
    ----------
    place : path or str
        A folder, created if its parent exists, for SQLite in its file `gatecast.db`; or `postgresql://user@host/name`,
        with `?schema=NAME` for tables in a schema of that name.

    Raises
    ------
    StoreError
        Neither, or not the name of a schema.
    MissingExtraError
        PostgreSQL, without its driver.

    Examples
    --------
    >>> database_url("/tmp").database
    '/tmp/gatecast.db'
    """
    if "://" in str(place):
        return _server(str(place))
    folder = Path(place)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as refused:
        raise StoreError(f"{folder}: got {refused.strerror}, expected a folder to keep the database in") from None
    return URL.create("sqlite", database=str(folder / FILE_NAME))


def _server(text: str) -> URL:
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError("got a URL that cannot be read, expected one such as postgresql://user@host/name") from None
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise StoreError(
            f"got a URL of {url.drivername!r}, expected postgresql://user@host/name; give a folder for SQLite"
        )
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError("postgresql", "a database on PostgreSQL") from None
    schema = url.query.get(SCHEMA, "_")
    if not isinstance(schema, str) or not SCHEMA_NAME.fullmatch(schema):
        raise StoreError(f"got schema={schema!r}, expected one name in small letters, digits, - and _")
    return url.set(drivername="postgresql+psycopg")


def with_schema(url: URL, schema: str) -> URL:
    """Return the URL of a store that shares a PostgreSQL database with others, in a schema of its own."""
    return _server(url.update_query_dict({SCHEMA: schema}).render_as_string(hide_password=False))


class Database:
    """Connections to one database.

    Parameters
    ----------
    url : URL
        From `database_url`.
    """

    def __init__(self, url: URL) -> None:
        self.url, self.sqlite = url, url.get_backend_name() == "sqlite"
        self.schema = None if self.sqlite else _schema_of(url)
        self.name = str(url.database) if self.sqlite else url.set(query={}).render_as_string(hide_password=True)
        self._connections = _SHARED.take(url.difference_update_query([SCHEMA])) if self.schema else _Connections(url)
        self.engine, self._readers = self._connections.writing, self._connections.reading
        self._writer = Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one state of the database and cannot write."""
        options = {} if self.sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._plain_errors(), self._readers.execution_options(**options).begin() as connection:
            self._enter(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open the only writing transaction; commit it when the block ends, roll it back if the block raises."""
        # The threads of a process take turns here: SQLite would have them ask again and again, in no order.
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StoreUnavailableError(f"{self.name}: got a database busy with other writes; try again in a minute")
        try:
            with self._plain_errors(), self.engine.execution_options(**{WRITES: True}).begin() as connection:
                if not self.sqlite:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock_of(self.schema))))
                self._enter(connection)
                yield connection
        finally:
            self._writer.release()

    def _enter(self, connection: sa.Connection) -> None:
        """See this store's schema alone until the transaction ends."""
        if self.schema:
            connection.exec_driver_sql(f'SET LOCAL search_path TO "{self.schema}"')

    def make_schema(self) -> None:
        """Make the schema of the store in PostgreSQL, unless it is there."""
        if self.schema:
            with self.writing() as connection:
                connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')

    def has_schema(self) -> bool:
        """Return whether the schema of the store is there, in PostgreSQL."""
        query = sa.text("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = :name")
        with self.reading() as connection:
            return connection.execute(query, {"name": self.schema}).first() is not None

    def problem(self) -> str:
        """Return in one line what is wrong with the database: that it is damaged or does not answer; else nothing."""
        try:
            with self.reading() as connection:
                if not self.sqlite:
                    connection.execute(sa.select(1))
                    return ""
                answer = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        except StoreError as error:
            return str(error)
        return "" if answer == "ok" else f"{self.name}: got a damaged database ({' '.join(answer.split())})"

    def close(self) -> None:
        """Close every connection, but those that another store shares."""
        if self._closed:
            return
        self._closed = True
        if self.schema:
            _SHARED.give_back(self._connections)
        else:
            self._connections.close()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn errors of the driver into one line, without the statement and its values."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            no_write = _no_write(error)
            if no_write:
                raise StoreWriteError(f"{self.name}: got {no_write}") from error
            answer = (str(error.orig).strip().splitlines() or ["no answer"])[0]
            if _may_pass(error, answer):
                raise StoreUnavailableError(
                    f"{self.name}: got {answer!r}, expected a database that answers; try again in a minute"
                ) from error
            raise StoreError(
                f"{self.name}: got {answer!r}, expected a database of gatecast that can be read and written"
            ) from error
        except sa.exc.TimeoutError:
            raise StoreUnavailableError(
                f"{self.name}: got no free connection, expected one within a minute; try again"
            ) from None


class _Connections:
    """Connections of writers, and of readers: theirs are apart, so that no crowd of waiting writers takes them.

    Parameters
    ----------
    url : URL
    shared : bool
        True if stores in several schemas use them. No statement is prepared on them then: what one store prepared says
        nothing of another's tables.
    """

    def __init__(self, url: URL, *, shared: bool = False) -> None:
        self.url, self.users = url, 0
        self.writing = _engine(url, WRITING_CONNECTIONS, shared=shared)
        self.reading = _engine(url, READING_CONNECTIONS, shared=shared)
        if url.get_backend_name() == "sqlite":
            sa.event.listen(self.reading, "connect", _forbid_writing)
            sa.event.listen(self.writing, "connect", _give_memory)

    def close(self) -> None:
        self.writing.dispose()
        self.reading.dispose()


class _SharedConnections:
    """The connections of this process to databases that several stores are in, each until nobody uses them."""

    def __init__(self) -> None:
        self._by_url: dict[URL, _Connections] = {}
        self._lock = Lock()

    def take(self, url: URL) -> _Connections:
        with self._lock:
            taken = self._by_url.get(url) or _Connections(url, shared=True)
            self._by_url[url] = taken
            taken.users += 1
            return taken

    def give_back(self, taken: _Connections) -> None:
        with self._lock:
            taken.users -= 1
            if not taken.users:
                self._by_url.pop(taken.url, None)
                taken.close()


_SHARED = _SharedConnections()


def _engine(url: URL, connections: int, *, shared: bool) -> sa.Engine:
    sqlite = url.get_backend_name() == "sqlite"
    waits: dict[str, Any] = {"timeout": BUSY_SECONDS} if sqlite else {"connect_timeout": CONNECT_SECONDS}
    engine = sa.create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        connect_args={**waits, "prepare_threshold": None} if shared else waits,
        pool_pre_ping=not sqlite,
    )
    if sqlite:
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _schema_of(url: URL) -> str | None:
    schema = url.query.get(SCHEMA)
    return schema if isinstance(schema, str) else None


def _lock_of(schema: str | None) -> int:
    """Return the key of the lock that the writers of one store take, in turn."""
    if schema is None:
        return WRITERS_LOCK
    return int.from_bytes(hashlib.sha256(schema.encode()).digest()[:8], signed=True)


def _no_write(error: sa.exc.DBAPIError) -> str:
    """Return why the database cannot be written, and what to do; empty if that is not what is wrong."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return NO_WRITE.get(error.orig.sqlite_errorcode & 0xFF, "")
    return NO_WRITE_STATES.get(getattr(error.orig, "sqlstate", None) or "", "")


def _may_pass(error: sa.exc.DBAPIError, answer: str) -> bool:
    """Return whether the same may succeed later: the database is locked, or its server does not answer."""
    if error.connection_invalidated or isinstance(error, sa.exc.InterfaceError):
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return (error.orig.sqlite_errorcode & 0xFF) in PASSING_CODES
    return isinstance(error, sa.exc.OperationalError) and not isinstance(error.orig, sqlite3.Error) and bool(answer)


def _forbid_writing(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only = ON")


def _give_memory(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.execute(f"PRAGMA cache_size = -{WRITERS_CACHE_KB}")
    connection.execute("PRAGMA temp_store = MEMORY")  # what a statement notes to take itself back, not the log


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; SQLite does not wait by itself while another connection is doing so."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as refused:
            if refused.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


SCRIPTS = Path(__file__).parent / "migrations"
VERSIONS = "alembic_version"
"""The table in which Alembic keeps the revision."""
NEWEST_TABLES, BETWEEN_STATEMENTS = "newest_sqlite.sql", ";\n\n"
"""File beside the migrations with the tables that they make in SQLite (`tools/newest_tables.py` writes it)."""


def newest(steps: Path = SCRIPTS) -> str:
    """Return the revision that this version of gatecast writes."""
    return max(known_revisions(steps))


def known_revisions(steps: Path = SCRIPTS) -> set[str]:
    """Return every revision of the tables that this version can migrate: the numbers of its steps."""
    return {step.stem[1:].partition("_")[0] for step in (steps / "versions").glob("r*.py")}


def migrate(database: Database, steps: Path = SCRIPTS) -> None:
    """Apply the migrations that a database lacks: all of them or, if one fails, none.

    Parameters
    ----------
    database : Database
    steps : path
        Folder of the migrations; by default those of a club's store.

    Raises
    ------
    StoreError
        The database cannot be opened, or a newer version of gatecast wrote it.
    """
    head = newest(steps)
    with database.reading() as connection:
        if _current(connection, steps, database.name) == head:
            return
    if _made(database, steps):
        migrate(database, steps)
        return
    # Alembic takes long to import, and nobody should wait for that with the database locked.
    from gatecast.store.upgrade import upgrade

    with database.writing() as connection:
        if _current(connection, steps, database.name) != head:
            upgrade(connection, steps)


def _made(database: Database, steps: Path) -> bool:
    """Make the newest tables of a new SQLite database at once; return False where each step has to be applied."""
    tables = steps / NEWEST_TABLES
    if not database.sqlite or not tables.is_file():
        return False
    with database.writing() as connection:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
            return False
        for statement in tables.read_text(encoding="utf-8").split(BETWEEN_STATEMENTS):
            connection.exec_driver_sql(statement)
    return True


def _current(connection: sa.Connection, steps: Path, name: str) -> str | None:
    """Return the revision of a database; None for an empty one."""
    if not sa.inspect(connection).has_table(VERSIONS):
        return None
    revision: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}").scalar()
    if revision is not None and revision not in known_revisions(steps):
        raise StoreError(
            f"{name}: got tables of revision {revision!r}, expected {newest(steps)!r} or an older one; "
            "upgrade gatecast: a newer version wrote this database"
        )
    return revision
