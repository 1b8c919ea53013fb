"""Who may see or change a club: the accounts of people, and the tokens that programs have of that club."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.service.accounts import account_of
from gatecast.store.registry import READ, WRITE, Account, Registry
from gatecast.web.guard.requests import SAFE_METHODS, headers_of, of_api, refusal, session_secrets
from gatecast.web.guard.sessions import READS, AnswerCache, AuthCache, SignedIn, secret_key, stranger

if TYPE_CHECKING:
    from gatecast.store import Store, Token

__all__ = ["ABSENT", "AccountCache", "ClubAuth", "ClubSignedIn"]

ABSENT = "There is no such club here, or your account may not see it."
ONLY_READS = "Your account may only read this club."
CHANGES_NOTHING = frozenset({("POST", "/preferences"), *READS})
"""Requests that store nothing of a club."""


class AccountCache(AnswerCache):
    """Cache of the accounts of a service, a few seconds old at most.

    Parameters
    ----------
    registry : Registry
    """

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry

    async def has_password(self) -> bool:
        """Return whether there is an account, so that everybody must sign in."""
        answer = await self._answer(("accounts", b""), lambda: (self.registry.has_accounts(),))
        return bool(answer[0])

    async def session(self, secret: str) -> Account | None:
        """Return the account that a session belongs to, with its rights; None if there is no such session."""
        found: Account | None = await self._answer(
            secret_key("session", secret), lambda: account_of(self.registry, secret)
        )
        return found

    async def token(self, secret: str) -> Token | None:
        """Return nothing: tokens are those of single clubs."""
        return None


class ClubAuth:
    """What is known of those who ask for one club.

    Parameters
    ----------
    accounts : AccountCache
        Of all clubs together.
    store : Store or None
        The club's, whose tokens count; None for a club that is not there.
    """

    def __init__(self, accounts: AccountCache, store: Store | None) -> None:
        self.accounts = accounts
        self._programs = None if store is None else AuthCache(store)

    async def has_password(self) -> bool:
        """Return whether everybody must sign in."""
        return await self.accounts.has_password()

    async def session(self, secret: str) -> Account | None:
        """Return the account that a session belongs to."""
        return await self.accounts.session(secret)

    async def token(self, secret: str) -> Token | None:
        """Return the token of this club with this secret; None if there is none."""
        return None if self._programs is None else await self._programs.token(secret)

    def forget(self) -> None:
        """Read tokens again after one was changed."""
        if self._programs is not None:
            self._programs.forget()


class ClubSignedIn(SignedIn):
    """ASGI middleware that lets an account see or change a club as far as it may, and a program with a token of it.

    A club that is not there and one that the account may not see are answered alike. The state of a request says in
    `club` which one is asked.

    Parameters
    ----------
    app : ASGI application
    auth : ClubAuth
    """

    def __init__(self, app: ASGIApp, auth: ClubAuth) -> None:
        super().__init__(app, auth)
        self._accounts = auth.accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through if its sender may see the answer."""
        refused = None
        if scope["type"] == "http" and await self.auth.has_password():
            if of_api(scope) and headers_of(scope, "authorization"):
                refused = await self._program(scope)
            else:
                refused = await self._person(scope)
                scope = {**scope, "state": {**scope["state"], "signed_in": True}}
        await (refused or self.app)(scope, receive, send)

    async def _person(self, scope: Scope) -> Response | None:
        """Return the refusal of whoever sits at a browser; None if it is accepted."""
        found = [await self._accounts.session(secret) for secret in session_secrets(scope)]
        rights = [account.may(scope["state"]["club"]) for account in found if account is not None]
        if not rights:
            return stranger(scope)
        changes = scope["method"] not in SAFE_METHODS and (scope["method"], scope["path"]) not in CHANGES_NOTHING
        if WRITE in rights or (READ in rights and not changes):
            return None
        return refusal(scope, 403, ONLY_READS) if READ in rights else refusal(scope, 404, ABSENT)
