"""Who is asking: whoever signed in, a program with a token, or a stranger, who is shown where to sign in."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.web.guard.answers import (
    SAFE_METHODS,
    header,
    headers_of,
    of_api,
    refusal,
    session_secrets,
    target_of,
)
from gatecast.web.guard.auth_cache import AuthCache
from gatecast.web.guard.escape import own_path

__all__ = ["LOGIN", "SignedIn"]

LOGIN = "/login"
FREE = (LOGIN, "/healthz")
FREE_BELOW = "/static/"
BEARER = "bearer "
REALM = 'Bearer realm="gatecast"'
TARGET_QUOTED = "/"


class SignedIn:
    """ASGI middleware that lets through who signed in, and programs with a token to the API, once a password is set.

    Strangers are led to the page to sign in, and are told 401 by the API. The state of a request says in `signed_in`
    whether a session goes with it.

    Parameters
    ----------
    app : ASGI application
    keeper : AuthCache
        Knows the password, the sessions and the tokens.
    """

    def __init__(self, app: ASGIApp, keeper: AuthCache) -> None:
        self.app, self.keeper = app, keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through if whoever asks may."""
        refused = None
        if scope["type"] == "http" and not _free(scope["path"]) and await self.keeper.has_password():
            if of_api(scope) and headers_of(scope, "authorization"):
                refused = await self._program(scope)
            elif await self._signed_in(scope):
                scope = {**scope, "state": {**scope.get("state", {}), "signed_in": True}}
            else:
                refused = _stranger(scope)
        await (refused or self.app)(scope, receive, send)

    async def _signed_in(self, scope: Scope) -> bool:
        for secret in session_secrets(scope):
            if await self.keeper.session(secret):
                return True
        return False

    async def _program(self, scope: Scope) -> Response | None:
        """What is wrong with the token of a program; None where nothing is."""
        given = header(scope, "authorization") or ""
        secret = given[len(BEARER) :].strip() if given[: len(BEARER)].lower() == BEARER else ""
        token = await self.keeper.token(secret)
        if token is None:
            line = "The token is not known here; it may have been taken back."
            return refusal(scope, 401, line, {"www-authenticate": f'{REALM}, error="invalid_token"'})
        if not token.may_write and scope["method"] not in SAFE_METHODS:
            line = "This token may only read."
            return refusal(scope, 403, line, {"www-authenticate": f'{REALM}, error="insufficient_scope"'})
        return None


def _free(path: str) -> bool:
    return path in FREE or path.startswith(FREE_BELOW)


def _stranger(scope: Scope) -> Response:
    """The answer to whoever did not sign in."""
    if of_api(scope):
        line = "The API needs a token, sent as 'Authorization: Bearer gc_...'; make one on the account page."
        return refusal(scope, 401, line, {"www-authenticate": REALM})
    if headers_of(scope, "hx-request"):
        # A script would put the sign-in page into the middle of another one; this header has it go there.
        page = urlsplit(header(scope, "hx-current-url") or "")
        wanted = f"{page.path}?{page.query}" if page.query else page.path
        return refusal(scope, 401, "Sign in first.", {"hx-redirect": _login(wanted)})
    wanted = target_of(scope).decode("latin-1") if scope["method"] in SAFE_METHODS else "/"
    return Response(status_code=303, headers={"location": _login(wanted)})


def _login(wanted: str) -> str:
    """The address to sign in at, from where the page that was wanted is gone to."""
    following = own_path(wanted)
    return LOGIN if following == "/" else f"{LOGIN}?next={quote(following, safe=TARGET_QUOTED)}"
