"""Signing in and out, the password, and the tokens of programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response

from gatecast.errors import InputError, StoreError
from gatecast.service import access
from gatecast.web.guard.requests import SESSION_COOKIE, header, own_path, session_secrets
from gatecast.web.guard.sessions import LOGIN
from gatecast.web.render import page, redirected, service_of

__all__ = ["DIFFERS", "NO_TEXT", "Text", "client_of", "encrypted", "router", "too_many"]

router = APIRouter()
PATH, LOGOUT = "/account", "/logout"
CURRENT, CHOSEN, AGAIN, NAME, MAY = "current", "chosen", "again", "name", "may"
WRITE = "write"
MESSAGES = {
    "password": "Password set. Everyone else must sign in again, and programs need new tokens.",
    "token": "Token revoked. Its program can no longer use the API.",
}
NO_TEXT = "Enter the password."
WRONG = "Wrong password."
DIFFERS = "The two passwords differ."

Text = Annotated[str, Form()]
Following = Annotated[str, Form(alias="next")]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.get(LOGIN)
def login(request: Request, following: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the sign-in page."""
    return _login(request, following)


@router.post(LOGIN)
def sign_in(request: Request, password: Text = "", following: Following = "/") -> Response:
    """Start a session for the right password, and continue to the requested page."""
    store = service_of(request).store
    if not access.has_password(store):
        return _login(request, following)
    if not password:
        return _login(request, following, NO_TEXT, 422)
    wait = _wait(request)
    if wait:
        return _login(request, following, too_many(wait), 429, wait)
    secret = access.sign_in(store, password, _now())
    if secret is None:
        return _login(request, following, WRONG, 401)
    request.app.state.login_rate.right(client_of(request))
    _end_own(request)
    return _with_session(request, redirected(own_path(following)), secret)


@router.post(LOGOUT)
def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    _end_own(request)
    return _left(request)


@router.get(PATH)
def account(request: Request, done: str = "") -> Response:
    """Show the password, the session and the tokens."""
    return _account(request, message=MESSAGES.get(done, ""))


@router.post(f"{PATH}/password")
def change_password(request: Request, current: Text = "", chosen: Text = "", again: Text = "") -> Response:
    """Set the password, or change it if the current one is given; this browser stays signed in."""
    store = service_of(request).store
    if chosen != again:
        return _account(request, {AGAIN: DIFFERS})
    if access.has_password(store):
        wait = _wait(request)
        if wait:
            return _account(request, {CURRENT: too_many(wait)}, 429, wait=wait)
        if not access.check_password(store, current):
            return _account(request, {CURRENT: WRONG})
        request.app.state.login_rate.right(client_of(request))
    try:
        access.set_password(store, chosen)
    except InputError as refused:
        return _account(request, {CHOSEN: str(refused)})
    _changed(request)
    return _with_session(request, redirected(f"{PATH}?done=password"), access.make_session(store, _now()))


@router.post(f"{PATH}/sessions/end")
def end_sessions(request: Request) -> Response:
    """End every session, this one too, and revoke every token."""
    access.end_access(service_of(request).store)
    return _left(request)


@router.post(f"{PATH}/tokens")
def make_token(request: Request, name: Text = "", may: Text = "") -> Response:
    """Make a token and show its secret once."""
    try:
        secret = access.make_token(service_of(request).store, name, may == WRITE)
    except InputError as refused:
        return _account(request, {NAME: str(refused)}, typed={NAME: name, MAY: may})
    _changed(request)
    return _account(request, secret=secret)


@router.post(f"{PATH}/tokens/{{number}}/drop")
def drop_token(request: Request, number: Number) -> Response:
    """Revoke a token; revoking one that is gone does nothing."""
    try:
        service_of(request).store.drop_token(number)
    except StoreError:
        return redirected(PATH)
    _changed(request)
    return redirected(f"{PATH}?done=token")


def _login(request: Request, following: str, problem: str = "", status: int = 200, wait: int = 0) -> Response:
    response = page(
        request,
        "login.html.j2",
        status=status,
        following=own_path(following),
        problem=problem,
        locked=access.has_password(service_of(request).store),
        account=PATH,
    )
    return _with_retry_after(response, wait)


def _account(
    request: Request,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
    *,
    message: str = "",
    secret: str = "",
    typed: Mapping[str, str] | None = None,
    wait: int = 0,
) -> Response:
    """Return the page, with errors beside what was typed."""
    store = service_of(request).store
    ends = [access.session_ends(store, each) for each in session_secrets(request.scope)]
    response = page(
        request,
        "account.html.j2",
        status=status if errors else 200,
        message=message,
        errors=errors or {},
        typed=typed or {},
        secret=secret,
        locked=access.has_password(store),
        ends=next((each for each in ends if each is not None), None),
        tokens=store.tokens(),
        shortest=access.SHORTEST_PASSWORD,
        longest=access.LONGEST_PASSWORD,
        days=access.SESSION_TIME.days,
    )
    return _with_retry_after(response, wait)


def _with_retry_after(response: Response, seconds: int) -> Response:
    if seconds:
        response.headers["retry-after"] = str(seconds)
    return response


def too_many(seconds: int) -> str:
    """Return what a page says after too many attempts."""
    return f"Too many attempts. Try again in {seconds:,} seconds."


def _wait(request: Request) -> int:
    """Start a password attempt and return the seconds to wait before it, 0 if it may be made now."""
    seconds: int = request.app.state.login_rate.wait(client_of(request))
    return seconds


def client_of(request: Request) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _changed(request: Request) -> None:
    """Tell the guard that a password, a session or a token was changed."""
    request.app.state.auth.forget()


def _end_own(request: Request) -> None:
    """End the session of this browser in the store."""
    for secret in session_secrets(request.scope):
        access.end_session(service_of(request).store, secret)


def _with_session(request: Request, answer: Response, secret: str) -> Response:
    """Return the answer with a session cookie: sent when a link is followed here, not with changes from other sites."""
    _changed(request)
    seconds = int(access.SESSION_TIME.total_seconds())
    answer.set_cookie(
        SESSION_COOKIE, secret, max_age=seconds, path="/", httponly=True, samesite="lax", secure=encrypted(request)
    )
    return answer


def _left(request: Request) -> Response:
    """Redirect after sign-out."""
    _changed(request)
    answer = redirected(LOGIN if access.has_password(service_of(request).store) else PATH)
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=encrypted(request))
    return answer


def encrypted(request: Request) -> bool:
    """Return whether the browser uses TLS, if only to a server in front of this one, as its Origin says."""
    origin = header(request.scope, "origin") or ""
    return request.url.scheme == "https" or origin.lower().startswith("https://")
