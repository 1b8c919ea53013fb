"""Browser sessions and API tokens, stored by the digests of their secrets."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.store.database import Database
from gatecast.store.revisions import upsert
from gatecast.store.schema import SESSIONS, TOKENS, utc_now, with_zone

__all__ = ["Access", "Token"]

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Token:
    """An API token without its secret.

    Parameters
    ----------
    token_id : int
    name : str
        Its purpose.
    may_write : bool
    made_at : datetime
    """

    token_id: int
    name: str
    may_write: bool
    made_at: dt.datetime


COLUMNS = tuple(TOKENS.c[name] for name in Token.__dataclass_fields__)


class Access:
    """Part of a store: sessions and tokens.

    A digest is the SHA-256 of a random secret in 64 lower-case hexadecimal digits, so reading the database does not
    give access.
    """

    database: Database

    def add_session(self, digest: str, expires_at: dt.datetime) -> None:
        """Add a session that is valid until a moment, or move that moment; delete those that expired."""
        row = {"digest": _checked(digest), "expires_at": with_zone(expires_at)}
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= utc_now()))
            insert = upsert(connection, SESSIONS).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["digest"], set_=row))

    def session(self, digest: str) -> dt.datetime | None:
        """Return when a session expires; None if it has expired or never existed."""
        query = sa.select(SESSIONS.c.expires_at).where(SESSIONS.c.digest == digest, SESSIONS.c.expires_at > utc_now())
        with self.database.reading() as connection:
            return connection.scalar(query)

    def drop_session(self, digest: str) -> None:
        """End a session, if there is one."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def drop_sessions(self) -> None:
        """End every session."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS))

    def add_token(self, name: str, digest: str, may_write: bool) -> int:
        """Add a token and return its number, which is never used again.

        Raises
        ------
        InputError
            No name, or an invalid digest.
        """
        if not name.strip():
            raise InputError("got a token without a name, expected a name that says what it is for")
        row = {
            TOKENS.c.name: name,
            TOKENS.c.digest: _checked(digest),
            TOKENS.c.may_write: may_write,
            TOKENS.c.made_at: utc_now(),
        }
        with self.database.writing() as connection:
            inserted = connection.execute(sa.insert(TOKENS).values(row)).inserted_primary_key
        number: int = inserted[0]  # type: ignore[index]  # an insert of one row has one
        return number

    def tokens(self) -> list[Token]:
        """Return every token in the order they were made."""
        with self.database.reading() as connection:
            return [Token(*row) for row in connection.execute(sa.select(*COLUMNS).order_by(TOKENS.c.token_id))]

    def drop_tokens(self) -> None:
        """Revoke every token."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(TOKENS))

    def token(self, digest: str) -> Token | None:
        """Return the token whose secret has this digest; None if there is none."""
        with self.database.reading() as connection:
            row = connection.execute(sa.select(*COLUMNS).where(TOKENS.c.digest == digest)).first()
        return None if row is None else Token(*row)

    def drop_token(self, token_id: int) -> None:
        """Delete a token.

        Raises
        ------
        StoreError
            No such token.
        """
        with self.database.writing() as connection:
            if not connection.execute(sa.delete(TOKENS).where(TOKENS.c.token_id == token_id)).rowcount:
                raise StoreError(f"token {token_id}: got no such token, expected one that the list of tokens shows")


def _checked(digest: str) -> str:
    """Return the digest after checking it; another text stays out of the message, as it may be a secret."""
    if not DIGEST.fullmatch(digest):
        raise InputError(
            "got a text that is no SHA-256 in 64 lower-case hexadecimal digits, expected the secret's digest"
        )
    return digest
