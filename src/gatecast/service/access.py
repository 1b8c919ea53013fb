"""Control access to a service: its password, browser sessions and API tokens.

The store holds an Argon2id hash of the password, and SHA-256 digests of sessions and tokens, whose secrets are 32
random bytes each; none of them can be recovered from it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
from functools import lru_cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from gatecast.errors import InputError
from gatecast.store import Store

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from gatecast.store import Token

__all__ = [
    "LONGEST_PASSWORD",
    "SESSION_TIME",
    "SHORTEST_PASSWORD",
    "TOKEN_START",
    "check_password",
    "digest_of",
    "end_access",
    "end_session",
    "has_password",
    "hashed_password",
    "is_secret",
    "make_session",
    "make_token",
    "new_secret",
    "password_matches",
    "session_ends",
    "session_valid",
    "set_password",
    "sign_in",
    "token_of",
]

PASSWORD = "password"
"""Setting of the store that holds the hash."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1024
SESSION_TIME = dt.timedelta(days=14)
TOKEN_START = "gc_"
"""Start of every token, so that leaked tokens can be searched for."""
MOST_TYPED = 4 * LONGEST_PASSWORD + 1
"""Most characters read: at most four compose one, and composing takes quadratic time."""
LONGEST_NAME = 80
SECRET_BYTES = 32
SECRET_LENGTH = len(secrets.token_urlsafe(SECRET_BYTES))
HASHING = BoundedSemaphore(2)
"""Each check takes 64 MiB for a moment, so only two run at once."""


def set_password(store: Store, text: str) -> None:
    """Set the password and end every session, so that everyone must sign in again.

    Parameters
    ----------
    store : Store
    text : str
        10 to 1024 characters of any kind; letters count as equal however a keyboard composes them.

    Raises
    ------
    InputError
        Too short or too long.
    """
    store.save_setting(PASSWORD, hashed_password(text))
    end_access(store)


def hashed_password(text: str) -> str:
    """Return the Argon2id hash of a new password.

    Raises
    ------
    InputError
        Too short or too long.
    """
    password = _composed(text)
    length = len(password) if len(text) < MOST_TYPED else len(text)
    if not SHORTEST_PASSWORD <= length <= LONGEST_PASSWORD:
        raise InputError(
            f"password: got {length:,} characters, expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,};"
            " several words in a row are easy to remember"
        )
    with HASHING:
        return _hasher().hash(password)


def password_matches(stored: str | None, text: str) -> bool:
    """Return whether a hash is that of a password; take equally long if there is no hash."""
    from argon2.exceptions import InvalidHashError, VerificationError

    password = _composed(text)
    with HASHING:
        try:
            _hasher().verify(stored or _nobody(), password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None and len(password) <= LONGEST_PASSWORD


def end_access(store: Store) -> None:
    """End every session and revoke every token: whoever had access must get it again."""
    store.drop_sessions()
    store.drop_tokens()


def has_password(store: Store) -> bool:
    """Return whether a password is set."""
    return _hash_of(store) is not None


def check_password(store: Store, text: str) -> bool:
    """Return whether this is the password; take equally long if none is set."""
    return _proved(store, text) is not None


def sign_in(store: Store, text: str, now: dt.datetime) -> str | None:
    """Return the secret of a new session if the password is right, else None."""
    proved = _proved(store, text)
    if proved is None:
        return None
    secret = make_session(store, now)
    if _hash_of(store) != proved:
        # The password was changed in the meantime, which ended the sessions before this one was there.
        end_session(store, secret)
        return None
    return secret


def make_session(store: Store, now: dt.datetime) -> str:
    """Return the secret of a new session, which expires after 14 days.

    Parameters
    ----------
    store : Store
    now : datetime
        With its time zone.
    """
    secret = new_secret()
    store.add_session(digest_of(secret), now + SESSION_TIME)
    return secret


def session_valid(store: Store, secret: str, now: dt.datetime) -> bool:
    """Return whether a session with this secret has not expired."""
    ends = session_ends(store, secret)
    return ends is not None and ends > now


def session_ends(store: Store, secret: str) -> dt.datetime | None:
    """Return when the session with this secret expires; None if there is no such session."""
    return store.session(digest_of(secret)) if is_secret(secret) else None


def end_session(store: Store, secret: str) -> None:
    """End a session; do nothing if there is none."""
    if is_secret(secret):
        store.drop_session(digest_of(secret))


def make_token(store: Store, name: str, may_write: bool) -> str:
    """Return the secret of a new API token; it cannot be shown again.

    Parameters
    ----------
    store : Store
    name : str
        Purpose, shown in the list of tokens.
    may_write : bool
        False for a token that may only read.

    Raises
    ------
    InputError
        The name is empty or too long.
    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= LONGEST_NAME or not shown.isprintable():
        raise InputError(
            f"name: got {len(shown)} characters, expected 1 to {LONGEST_NAME} printable characters;"
            " say what the token is for"
        )
    secret = TOKEN_START + new_secret()
    store.add_token(shown, digest_of(secret), may_write)
    return secret


def token_of(store: Store, secret: str) -> Token | None:
    """Return the token with this secret; None if there is none."""
    if not secret.startswith(TOKEN_START) or not is_secret(secret.removeprefix(TOKEN_START)):
        return None
    return store.token(digest_of(secret))


def _proved(store: Store, text: str) -> str | None:
    """Return the hash that the password was checked against, or None; rehash it if its parameters are old."""
    stored = _hash_of(store)
    if not password_matches(stored, text) or stored is None:
        return None
    if not _hasher().check_needs_rehash(stored):
        return stored
    with HASHING:
        renewed = _hasher().hash(_composed(text))
    if _hash_of(store) == stored:
        store.save_setting(PASSWORD, renewed)
    return renewed


def _hash_of(store: Store) -> str | None:
    saved = store.setting(PASSWORD)
    return saved if isinstance(saved, str) else None


def _composed(text: str) -> str:
    """Return the text in one Unicode normal form; a character that cannot be encoded becomes a question mark."""
    return unicodedata.normalize("NFKC", text[:MOST_TYPED].encode(errors="replace").decode())


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash that no text has, to check against if no password is set."""
    return _hasher().hash(secrets.token_bytes(SECRET_BYTES))


def new_secret() -> str:
    """Return a random secret of a session or, after `TOKEN_START`, of a token."""
    return secrets.token_urlsafe(SECRET_BYTES)


def is_secret(text: str) -> bool:
    """Return whether a text can be a secret at all."""
    return len(text) == SECRET_LENGTH and text.isascii()


def digest_of(secret: str) -> str:
    """Return the digest under which a store keeps a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
