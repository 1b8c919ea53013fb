"""Authentication of a request: a signed-in user, a program with a token, or a stranger, who is sent to sign in."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.errors import StoreError
from gatecast.service import access
from gatecast.web.guard.requests import (
    SAFE_METHODS,
    header,
    headers_of,
    of_api,
    own_path,
    refusal,
    session_secrets,
    target_of,
)

if TYPE_CHECKING:
    from gatecast.store import Store, Token

__all__ = ["LOGIN", "READS", "AnswerCache", "Auth", "AuthCache", "SignedIn", "secret_key", "stranger"]

MOST_ENTRIES = 1024
OUTAGE_S = 600.0
"""Seconds for which those who might come in still may while the database cannot be reached."""
Key = tuple[str, bytes]


class AnswerCache:
    """Cache of what a store knows of those who ask, a few seconds old at most.

    What this process changes itself counts at once, if it says so with `forget`. Only those who may come in are
    cached, so that strangers crowd nobody out. While the database cannot be reached, they still may for `OUTAGE_S`.

    Parameters
    ----------
    kept_s : float
        Seconds for which an answer of the store counts.
    clock : callable
        Seconds; it never goes back.
    """

    def __init__(self, kept_s: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.kept_s, self.clock = kept_s, clock
        self._kept: dict[Key, tuple[float, Any]] = {}
        self._asked: dict[Key, asyncio.Future[Any]] = {}

    def forget(self) -> None:
        """Read the store again after a password, a session or a token was changed."""
        self._kept, self._asked = {}, {}

    async def _answer(self, key: Key, ask: Callable[[], Any]) -> Any:  # noqa: ANN401  what the store answers
        """Return the store's answer, asked once for all who want it at the same time."""
        found = self._kept.get(key)
        if found is not None and self.clock() < found[0]:
            return found[1]
        asked = self._asked
        if key not in asked:
            asked[key] = asyncio.ensure_future(self._ask(key, ask))
        return await asyncio.shield(asked[key])

    async def _ask(self, key: Key, ask: Callable[[], Any]) -> Any:  # noqa: ANN401
        kept, asked, ends = self._kept, self._asked, self.clock() + self.kept_s
        try:
            answer = await to_thread.run_sync(ask)
        except StoreError:
            before = kept.get(key)
            if before is None or self.clock() > before[0] + OUTAGE_S:
                raise
            return before[1]
        finally:
            asked.pop(key, None)
        kept.pop(key, None)
        if answer:
            # If `forget` ran meanwhile, this writes to the discarded dictionary, which has no effect.
            kept[key] = (ends, answer)
            while len(kept) > MOST_ENTRIES:
                kept.pop(next(iter(kept)))
        return answer


class AuthCache(AnswerCache):
    """Cache of the password, sessions and tokens of a store, as `AnswerCache` says.

    Parameters
    ----------
    store : Store
    kept_s, clock
        As `AnswerCache` takes them.
    """

    def __init__(self, store: Store, kept_s: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(kept_s, clock)
        self.store = store

    async def has_password(self) -> bool:
        """Return whether a password is set."""
        answer = await self._answer(("password", b""), lambda: (access.has_password(self.store),))
        return bool(answer[0])

    async def session(self, secret: str) -> bool:
        """Return whether a session with this secret is valid."""
        now = dt.datetime.now(dt.UTC)
        return bool(
            await self._answer(secret_key("session", secret), lambda: access.session_valid(self.store, secret, now))
        )

    async def token(self, secret: str) -> Token | None:
        """Return the token with this secret, or None if there is none."""
        found: Token | None = await self._answer(
            secret_key("token", secret), lambda: access.token_of(self.store, secret)
        )
        return found


def secret_key(kind: str, secret: str) -> Key:
    """Return the key of an answer about a secret, from which it cannot be recovered."""
    return kind, hashlib.sha256(secret.encode(errors="replace")).digest()


LOGIN = "/login"
FREE = (LOGIN, "/healthz")
FREE_BELOW = "/static/"
BEARER = "bearer "
REALM = 'Bearer realm="gatecast"'
READS = frozenset({("POST", "/api/v1/what-if"), ("POST", "/api/v1/plans/preview")})
"""Requests that compute something from their body and store nothing: tokens that may only read may send them."""
TARGET_QUOTED = "/"


class Auth(Protocol):
    """What is known of those who ask: whether a password is set, and whom a session or a token belongs to."""

    async def has_password(self) -> bool:
        """Return whether anybody must sign in at all."""

    async def session(self, secret: str) -> object:
        """Return something true if a session with this secret is valid."""

    async def token(self, secret: str) -> Token | None:
        """Return the token with this secret, or None if there is none."""

    def forget(self) -> None:
        """Ask again after something was changed."""


class SignedIn:
    """ASGI middleware that requires a session, or a token for the API, once a password is set.

    Strangers are led to the page to sign in, and are told 401 by the API. The state of a request says in `signed_in`
    whether a session goes with it.

    Parameters
    ----------
    app : ASGI application
    auth : Auth
        Knows the password, the sessions and the tokens.
    """

    def __init__(self, app: ASGIApp, auth: Auth) -> None:
        self.app, self.auth = app, auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through if its sender may see the answer."""
        refused = None
        if scope["type"] == "http" and not _free(scope["path"]) and await self.auth.has_password():
            if of_api(scope) and headers_of(scope, "authorization"):
                refused = await self._program(scope)
            elif await self._signed_in(scope):
                scope = {**scope, "state": {**scope.get("state", {}), "signed_in": True}}
            else:
                refused = stranger(scope)
        await (refused or self.app)(scope, receive, send)

    async def _signed_in(self, scope: Scope) -> bool:
        for secret in session_secrets(scope):
            if await self.auth.session(secret):
                return True
        return False

    async def _program(self, scope: Scope) -> Response | None:
        """Return the refusal of a program's token; None if it is accepted."""
        given = header(scope, "authorization") or ""
        secret = given[len(BEARER) :].strip() if given[: len(BEARER)].lower() == BEARER else ""
        token = await self.auth.token(secret)
        if token is None:
            line = "The token is unknown; it may have been revoked."
            return refusal(scope, 401, line, {"www-authenticate": f'{REALM}, error="invalid_token"'})
        reads = scope["method"] in SAFE_METHODS or (scope["method"], scope["path"]) in READS
        if not token.may_write and not reads:
            line = "This token may only read."
            return refusal(scope, 403, line, {"www-authenticate": f'{REALM}, error="insufficient_scope"'})
        return None


def _free(path: str) -> bool:
    return path in FREE or path.startswith(FREE_BELOW)


def stranger(scope: Scope) -> Response:
    """Return the answer to a client that is not signed in."""
    if of_api(scope):
        line = "The API needs a token, sent as 'Authorization: Bearer gc_...'; create one on the account page."
        return refusal(scope, 401, line, {"www-authenticate": REALM})
    if headers_of(scope, "hx-request"):
        # A script would put the sign-in page into the middle of another one; this header has it go there.
        page = urlsplit(header(scope, "hx-current-url") or "")
        wanted = f"{page.path}?{page.query}" if page.query else page.path
        return refusal(scope, 401, "Sign in first.", {"hx-redirect": _login(wanted)})
    root = scope.get("state", {}).get("root", "")
    wanted = root + (target_of(scope).decode("latin-1") if scope["method"] in SAFE_METHODS else "/")
    return Response(status_code=303, headers={"location": _login(wanted)})


def _login(wanted: str) -> str:
    """Return the address of the sign-in page that leads back to a page."""
    following = own_path(wanted)
    return LOGIN if following == "/" else f"{LOGIN}?next={quote(following, safe=TARGET_QUOTED)}"
