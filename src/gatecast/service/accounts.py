"""Control access to a service of many clubs: the accounts of people, their passwords and sessions.

The list of clubs holds an Argon2id hash of each password and the SHA-256 digests of sessions. Programs have tokens of
single clubs, as `gatecast.service.access` makes them.
"""

from __future__ import annotations

import datetime as dt

from gatecast.service.access import (
    SESSION_TIME,
    digest_of,
    hashed_password,
    is_secret,
    new_secret,
    password_matches,
)
from gatecast.store.registry import Account, Registry

__all__ = ["account_of", "end_session", "proves", "save_account", "sign_in"]


def save_account(registry: Registry, name: str, password: str) -> None:
    """Add an account, or set the password of one, which ends its sessions.

    Raises
    ------
    InputError
        A name that is empty or too long; a password that is too short or too long.
    """
    registry.save_account(name, hashed_password(password))


def sign_in(registry: Registry, name: str, password: str, now: dt.datetime) -> str | None:
    """Return the secret of a new session if name and password are right, else None; take equally long for both.

    Parameters
    ----------
    registry : Registry
    name, password : str
    now : datetime
        With its time zone.
    """
    found = registry.password_of(name)
    if not password_matches(None if found is None else found[1], password) or found is None:
        return None
    secret = new_secret()
    return secret if registry.add_session(digest_of(secret), *found, now + SESSION_TIME) else None


def proves(registry: Registry, name: str, password: str) -> bool:
    """Return whether this is the password of an account."""
    found = registry.password_of(name)
    return password_matches(None if found is None else found[1], password)


def account_of(registry: Registry, secret: str) -> Account | None:
    """Return the account that a session belongs to, with the rights it has now; None if there is no such session."""
    return registry.session(digest_of(secret)) if is_secret(secret) else None


def end_session(registry: Registry, secret: str) -> None:
    """End a session; do nothing if there is none."""
    if is_secret(secret):
        registry.drop_session(digest_of(secret))
