"""Who may come in: sessions of a browser and tokens of programs, by the digests of their secrets."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import sqlalchemy as sa

from gatecast.errors import InputError, StoreError
from gatecast.store import moments
from gatecast.store.database import Database
from gatecast.store.revisions import upsert
from gatecast.store.schema import SESSIONS, TOKENS

__all__ = ["Access", "Token"]

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Token:
    """A program's key to the store, without its secret.

    Parameters
    ----------
    token_id : int
    name : str
        What it is for, as its maker called it.
    may_write : bool
    made_at : datetime
    """

    token_id: int
    name: str
    may_write: bool
    made_at: dt.datetime


COLUMNS = tuple(TOKENS.c[name] for name in Token.__dataclass_fields__)


class Access:
    """The part of a store that keeps sessions and tokens.

    A digest is the SHA-256 of a random secret in 64 lower-case hexadecimal digits: who reads the database cannot come
    in with what it holds.
    """

    database: Database

    def add_session(self, digest: str, expires_at: dt.datetime) -> None:
        """Let a session in until a moment; one that is in already until then instead. Forgets those that expired."""
        row = {"digest": _checked(digest), "expires_at": moments.zoned(expires_at)}
        with self.database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= moments.now()))
            insert = upsert(connection, SESSIONS).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["digest"], set_=row))

    def session(self, digest: str) -> dt.datetime | None:
        """When a session expires; None where it has, or never was."""
        query = sa.select(SESSIONS.c.expires_at).where(
            SESSIONS.c.digest == digest, SESSIONS.c.expires_at > moments.now()
        )
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
        """Let a program in until its token is dropped; the token's number, which no other will get.

        Raises
        ------
        InputError
            No name, or what is no digest.
        """
        if not name.strip():
            raise InputError("got a token without a name, expected what it is for")
        row = {
            TOKENS.c.name: name,
            TOKENS.c.digest: _checked(digest),
            TOKENS.c.may_write: may_write,
            TOKENS.c.made_at: moments.now(),
        }
        with self.database.writing() as connection:
            made = connection.execute(sa.insert(TOKENS).values(row)).inserted_primary_key
        number: int = made[0]  # type: ignore[index]  # an insert of one row has one
        return number

    def tokens(self) -> list[Token]:
        """Every token, in the order they were made."""
        with self.database.reading() as connection:
            return [Token(*row) for row in connection.execute(sa.select(*COLUMNS).order_by(TOKENS.c.token_id))]

    def token(self, digest: str) -> Token | None:
        """The token of a secret with this digest; None where there is none."""
        with self.database.reading() as connection:
            row = connection.execute(sa.select(*COLUMNS).where(TOKENS.c.digest == digest)).first()
        return None if row is None else Token(*row)

    def drop_token(self, token_id: int) -> None:
        """Let the program of a token in no more.

        Raises
        ------
        StoreError
            No such token.
        """
        with self.database.writing() as connection:
            if not connection.execute(sa.delete(TOKENS).where(TOKENS.c.token_id == token_id)).rowcount:
                raise StoreError(f"token {token_id}: got no such token, expected one that the list of tokens shows")


def _checked(digest: str) -> str:
    """The digest; whatever else it is stays out of the message, for it may be a secret."""
    if not DIGEST.fullmatch(digest):
        raise InputError(
            "got a text that is no SHA-256 in 64 lower-case hexadecimal digits, expected the secret's digest"
        )
    return digest
