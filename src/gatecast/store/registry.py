"""The list of the clubs in one service, the accounts of people, and which clubs each may see or change.

It is a database of its own beside the clubs' databases: the file `clubs.db` of a folder or, in PostgreSQL, the schema
`gatecast_clubs`. No table of it holds anything of a club's games.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from gatecast.errors import InputError, StoreError
from gatecast.store.database import Database, database_url, migrate, with_schema
from gatecast.store.revisions import upsert
from gatecast.store.schema import Utc, utc_now, with_zone

__all__ = ["MAY", "READ", "WRITE", "Account", "Club", "Registry", "club_place", "has_registry", "open_registry"]

FILE, SCHEMA, FOLDER = "clubs.db", "gatecast_clubs", "clubs"
SCHEMA_OF_CLUB = "club_{slug}"
STEPS = Path(__file__).parent / "registry_migrations"
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LONGEST_NAME = 80
NONE, READ, WRITE = "", "read", "write"
MAY = (READ, WRITE)
"""Rights of an account to a club; the right to write includes the right to read."""

REGISTRY = sa.MetaData()
CLUBS = sa.Table(
    "clubs",
    REGISTRY,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("added_at", Utc, nullable=False),
)
ACCOUNTS = sa.Table(
    "accounts",
    REGISTRY,
    sa.Column("account_id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, index=True, unique=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("every_club", sa.Text, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)
RIGHTS = sa.Table(
    "rights",
    REGISTRY,
    sa.Column("account_id", sa.ForeignKey("accounts.account_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("slug", sa.ForeignKey("clubs.slug", ondelete="CASCADE"), primary_key=True),
    sa.Column("may", sa.Text, nullable=False),
)
SESSIONS = sa.Table(
    "account_sessions",
    REGISTRY,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("accounts.account_id", ondelete="CASCADE"), nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
)


@dataclass(frozen=True)
class Club:
    """A club of a service: its short name in addresses, and its name for people."""

    slug: str
    name: str


@dataclass(frozen=True)
class Account:
    """The account of a person.

    Parameters
    ----------
    account_id : int
    name : str
    every_club : str
        What it may do with every club, `READ` or `WRITE`; empty if only what `clubs` says.
    clubs : dict of str to str
        What it may do with single clubs, by slug.
    """

    account_id: int
    name: str
    every_club: str
    clubs: dict[str, str]

    def may(self, slug: str) -> str:
        """Return what it may do with a club: `READ`, `WRITE`, or nothing.

        Examples
        --------
        >>> account = Account(1, "kim", "read", {"a": "write"})
        >>> account.may("a"), account.may("b")
        ('write', 'read')
        """
        return max(self.every_club, self.clubs.get(slug, NONE), key=(NONE, *MAY).index)


def has_registry(folder: Path, database: str | None = None) -> bool:
    """Return whether a folder, or a PostgreSQL database, holds a service of many clubs; make nothing.

    Raises
    ------
    StoreError
        The database does not answer.
    """
    if database is None:
        return (folder / FILE).is_file()
    url = database_url(database)
    if url.get_backend_name() == "sqlite":
        return False
    registry = Database(with_schema(url, SCHEMA))
    try:
        return registry.has_schema()
    finally:
        registry.close()


def open_registry(folder: Path, database: str | None = None) -> Registry:
    """Open the list of clubs in a folder or a PostgreSQL database, making an empty one if there is none.

    Raises
    ------
    StoreError
        It cannot be opened, or a newer version of gatecast wrote it.
    """
    opened = Database(_place_of_registry(folder, database))
    try:
        if opened.schema and not opened.has_schema():
            opened.make_schema()
        migrate(opened, STEPS)
    except BaseException:
        opened.close()
        raise
    return Registry(opened)


def _place_of_registry(folder: Path, database: str | None) -> URL:
    if database is None:
        return database_url(folder).set(database=str(folder / FILE))
    url = database_url(database)
    if url.get_backend_name() == "sqlite" or url.query.get("schema"):
        raise StoreError("got a place that is no whole database, expected postgresql://user@host/name or a folder")
    return with_schema(url, SCHEMA)


def club_place(folder: Path, database: str | None, slug: str) -> tuple[Path, str | None]:
    """Return the folder of a club's models, and the URL of its schema; None if its database is in the folder."""
    home = folder / FOLDER / slug
    if database is None:
        return home, None
    url = with_schema(database_url(database), SCHEMA_OF_CLUB.format(slug=slug))
    return home, url.render_as_string(hide_password=False)


class Registry:
    """The clubs of a service and the accounts of people; may be used by several threads and processes at once.

    Parameters
    ----------
    database : Database
        With its tables up to date; `open_registry` sees to that.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def make_schema_of(self, slug: str) -> None:
        """Make the schema of a club in PostgreSQL, unless it is there."""
        place = Database(with_schema(self.database.url, SCHEMA_OF_CLUB.format(slug=slug)))
        try:
            place.make_schema()
        finally:
            place.close()

    def clubs(self) -> list[Club]:
        """Return every club, by name."""
        query = sa.select(CLUBS.c.slug, CLUBS.c.name).order_by(CLUBS.c.name, CLUBS.c.slug)
        with self.database.reading() as connection:
            return [Club(*row) for row in connection.execute(query)]

    def club(self, slug: str) -> Club | None:
        """Return a club; None if there is none of that slug."""
        query = sa.select(CLUBS.c.slug, CLUBS.c.name).where(CLUBS.c.slug == slug)
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Club(*row)

    def add_club(self, slug: str, name: str) -> Club:
        """Add a club to the list; its store is made when it is first opened.

        Raises
        ------
        InputError
            A slug that cannot stand in an address, or one that is there; a name that is empty or too long.
        """
        if not SLUG.fullmatch(slug):
            raise InputError(
                f"got the slug {slug[:50]!r}, expected 1 to 40 small letters, digits and hyphens, such as 'riverside'"
            )
        club = Club(slug, _shown(name))
        with self.database.writing() as connection:
            if connection.execute(sa.select(CLUBS.c.slug).where(CLUBS.c.slug == slug)).first() is not None:
                raise InputError(f"got a second club {slug!r}, expected another slug; 'gatecast clubs list' shows all")
            connection.execute(sa.insert(CLUBS).values(slug=slug, name=club.name, added_at=utc_now()))
        return club

    def rename_club(self, slug: str, name: str) -> None:
        """Give a club another name for people; its slug, and so its addresses, stay.

        Raises
        ------
        InputError
            No such club, or a name that is empty or too long.
        """
        update = sa.update(CLUBS).where(CLUBS.c.slug == slug).values(name=_shown(name))
        with self.database.writing() as connection:
            _require(connection.execute(update).rowcount, slug)

    def remove_club(self, slug: str) -> None:
        """Take a club off the list, with every right to it; its store stays where it is.

        Raises
        ------
        InputError
            No such club.
        """
        with self.database.writing() as connection:
            _require(connection.execute(sa.delete(CLUBS).where(CLUBS.c.slug == slug)).rowcount, slug)

    def accounts(self) -> list[Account]:
        """Return every account with its rights, by name."""
        with self.database.reading() as connection:
            found = connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.name)).all()
            rights: dict[int, dict[str, str]] = {row.account_id: {} for row in found}
            for row in connection.execute(sa.select(RIGHTS)):
                rights[row.account_id][row.slug] = row.may
        return [Account(row.account_id, row.name, row.every_club, rights[row.account_id]) for row in found]

    def account(self, name: str) -> Account | None:
        """Return the account of that name; None if there is none."""
        return next((each for each in self.accounts() if each.name == _account_name(name)), None)

    def has_accounts(self) -> bool:
        """Return whether there is an account at all."""
        with self.database.reading() as connection:
            return connection.execute(sa.select(ACCOUNTS.c.account_id).limit(1)).first() is not None

    def password_of(self, name: str) -> tuple[int, str] | None:
        """Return the number of an account and the hash of its password; None if there is none of that name."""
        query = sa.select(ACCOUNTS.c.account_id, ACCOUNTS.c.password).where(ACCOUNTS.c.name == _account_name(name))
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.account_id, row.password)

    def save_account(self, name: str, password: str) -> None:
        """Add an account that may see no club yet, or give one another password and end its sessions.

        Parameters
        ----------
        name : str
            1 to 80 printable characters; capitals do not count.
        password : str
            A hash of it.
        """
        row = {"name": _shown(_account_name(name)), "password": password, "every_club": NONE, "made_at": utc_now()}
        with self.database.writing() as connection:
            insert = upsert(connection, ACCOUNTS).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"password": password}))
            account = _number(connection, name)
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account))

    def drop_account(self, name: str) -> None:
        """Delete an account with its rights and sessions.

        Raises
        ------
        InputError
            No such account.
        """
        with self.database.writing() as connection:
            connection.execute(sa.delete(ACCOUNTS).where(ACCOUNTS.c.account_id == _number(connection, name)))

    def allow(self, name: str, slug: str | None, may: str) -> None:
        """Say what an account may do with a club, in place of what it might before.

        Parameters
        ----------
        name : str
        slug : str or None
            None for every club, also those added later.
        may : str
            `READ`, `WRITE`, or empty for nothing.

        Raises
        ------
        InputError
            No such account or club.
        """
        if may not in (NONE, *MAY):
            raise InputError(f"got the right {may!r}, expected {READ} or {WRITE}")
        with self.database.writing() as connection:
            account = _number(connection, name)
            if slug is None:
                of_account = sa.update(ACCOUNTS).where(ACCOUNTS.c.account_id == account)
                connection.execute(of_account.values(every_club=may))
                return
            _require(connection.execute(sa.select(CLUBS.c.slug).where(CLUBS.c.slug == slug)).first(), slug)
            connection.execute(sa.delete(RIGHTS).where(RIGHTS.c.account_id == account, RIGHTS.c.slug == slug))
            if may:
                connection.execute(sa.insert(RIGHTS).values(account_id=account, slug=slug, may=may))

    def add_session(self, digest: str, account_id: int, password: str, expires_at: dt.datetime) -> bool:
        """Add the session of an account, if its password still has this hash; return whether it has.

        Parameters
        ----------
        digest : str
            The SHA-256 of a random secret in hexadecimal digits.
        account_id : int
        password : str
            The hash that was proved; another one ended all sessions.
        expires_at : datetime
            With its time zone.
        """
        same = sa.select(ACCOUNTS.c.account_id).where(
            ACCOUNTS.c.account_id == account_id, ACCOUNTS.c.password == password
        )
        row = {"digest": digest, "account_id": account_id, "expires_at": with_zone(expires_at)}
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= utc_now()))
            if connection.execute(same).first() is None:
                return False
            connection.execute(sa.insert(SESSIONS).values(row))
        return True

    def session(self, digest: str) -> Account | None:
        """Return the account of a session, with the rights it has now; None if it expired or never was."""
        query = (
            sa.select(ACCOUNTS.c.account_id, ACCOUNTS.c.name, ACCOUNTS.c.every_club)
            .join(SESSIONS, SESSIONS.c.account_id == ACCOUNTS.c.account_id)
            .where(SESSIONS.c.digest == digest, SESSIONS.c.expires_at > utc_now())
        )
        with self.database.reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            rights = connection.execute(
                sa.select(RIGHTS.c.slug, RIGHTS.c.may).where(RIGHTS.c.account_id == row.account_id)
            )
            return Account(row.account_id, row.name, row.every_club, {each.slug: each.may for each in rights})

    def drop_session(self, digest: str) -> None:
        """End a session, if there is one."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def drop_sessions(self, account_id: int) -> None:
        """End every session of an account."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account_id))


def _number(connection: sa.Connection, name: str) -> int:
    found = connection.scalar(sa.select(ACCOUNTS.c.account_id).where(ACCOUNTS.c.name == _account_name(name)))
    if found is None:
        raise InputError(f"got an account {name!r} that is not there, expected one of 'gatecast clubs accounts'")
    return int(found)


def _require(found: object, slug: str) -> None:
    if not found:
        raise InputError(f"got a club {slug!r} that is not there, expected one of 'gatecast clubs list'")


def _account_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _shown(name: str) -> str:
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= LONGEST_NAME or not shown.isprintable():
        raise InputError(f"name: got {len(shown)} characters, expected 1 to {LONGEST_NAME} printable characters")
    return shown
