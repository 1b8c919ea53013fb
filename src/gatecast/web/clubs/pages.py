"""The pages of a service of many clubs that belong to none of them: the list of clubs, signing in, one's account."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from gatecast.errors import InputError, StoreError
from gatecast.service import access, accounts
from gatecast.service.clubs import Clubs
from gatecast.store.registry import Account, Club
from gatecast.web.clubs.rooted import club_root
from gatecast.web.guard.requests import SESSION_COOKIE, own_path, session_secrets
from gatecast.web.guard.sessions import LOGIN
from gatecast.web.pages.account import DIFFERS, NO_TEXT, Text, client_of, encrypted, too_many
from gatecast.web.problems import RETRY_AFTER_S
from gatecast.web.render import reader_of, redirected, templates

__all__ = ["service_pages"]

router = APIRouter(include_in_schema=False)
ACCOUNT = "/account"
WRONG = "Wrong name or password."
CHANGED = "Password changed. You are signed out everywhere else."

Following = Annotated[str, Form(alias="next")]


def service_pages(clubs: Clubs) -> FastAPI:
    """Return the pages of a service, without its clubs and without the guard."""
    app = FastAPI(title="gatecast", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.clubs = clubs
    app.mount("/static", StaticFiles(directory=str(resources.files("gatecast.web") / "static")), name="static")
    app.include_router(router)
    app.exception_handler(HTTPException)(_refused)
    return app


@router.get("/")
def listed(request: Request) -> Response:
    """List the clubs that whoever asks may see."""
    account = _account(request)
    shown = [(club, club_root(club.slug)) for club in _visible(clubs_of(request), account)]
    return _page(request, "clubs.html.j2", clubs=shown, account=account)


@router.get(LOGIN)
def login(request: Request, following: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the sign-in page."""
    return _login(request, following)


@router.post(LOGIN)
def sign_in(request: Request, name: Text = "", password: Text = "", following: Following = "/") -> Response:
    """Start a session for the right name and password, and continue to the requested page."""
    if not name or not password:
        return _login(request, following, NO_TEXT, 422, name)
    wait = request.app.state.login_rate.wait(client_of(request))
    if wait:
        response = _login(request, following, too_many(wait), 429, name)
        response.headers["retry-after"] = str(wait)
        return response
    secret = accounts.sign_in(clubs_of(request).registry, name, password, dt.datetime.now(dt.UTC))
    if secret is None:
        return _login(request, following, WRONG, 401, name)
    request.app.state.login_rate.right(client_of(request))
    _end_own(request)
    return _with_session(request, redirected(own_path(following)), secret)


@router.post("/logout")
def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    _end_own(request)
    request.app.state.auth.forget()
    answer = redirected(LOGIN)
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=encrypted(request))
    return answer


@router.get(ACCOUNT)
def account(request: Request, done: str = "") -> Response:
    """Show what one may do with which club, and the form to change one's password."""
    return _account_page(request, message=CHANGED if done else "")


@router.post(f"{ACCOUNT}/password")
def change_password(request: Request, current: Text = "", chosen: Text = "", again: Text = "") -> Response:
    """Change one's password if the current one is given; this browser stays signed in."""
    found, registry = _account(request), clubs_of(request).registry
    if found is None:
        raise HTTPException(404, "There is no account to change; 'gatecast clubs account NAME' makes one.")
    wait = request.app.state.login_rate.wait(client_of(request))
    if wait:
        return _account_page(request, {"current": too_many(wait)}, 429)
    if not accounts.proves(registry, found.name, current):
        return _account_page(request, {"current": "Wrong password."})
    request.app.state.login_rate.right(client_of(request))
    if chosen != again:
        return _account_page(request, {"again": DIFFERS})
    try:
        accounts.save_account(registry, found.name, chosen)
    except InputError as refused:
        return _account_page(request, {"chosen": str(refused)})
    secret = accounts.sign_in(registry, found.name, chosen, dt.datetime.now(dt.UTC))
    answer = redirected(f"{ACCOUNT}?done=password")
    return answer if secret is None else _with_session(request, answer, secret)


@router.post(f"{ACCOUNT}/sessions/end")
def end_sessions(request: Request) -> Response:
    """End every session of the account, this one too."""
    found = _account(request)
    if found is not None:
        clubs_of(request).registry.drop_sessions(found.account_id)
    return sign_out(request)


@router.get("/healthz")
def healthz(request: Request) -> Response:
    """Say whether the list of clubs can be read."""
    try:
        clubs_of(request).registry.clubs()
    except StoreError:
        return PlainTextResponse("The database cannot be read.", 503, {"Retry-After": str(RETRY_AFTER_S)})
    return PlainTextResponse("ok")


def clubs_of(request: Request) -> Clubs:
    """Return the clubs of the application."""
    clubs: Clubs = request.app.state.clubs
    return clubs


def _visible(clubs: Clubs, account: Account | None) -> list[Club]:
    """Return the clubs that an account may see; all of them while there is no account."""
    listed = clubs.registry.clubs()
    if account is None:
        return [] if clubs.registry.has_accounts() else listed
    return [club for club in listed if account.may(club.slug)]


def _account(request: Request) -> Account | None:
    registry = clubs_of(request).registry
    found = (accounts.account_of(registry, secret) for secret in session_secrets(request.scope))
    return next((each for each in found if each is not None), None)


def _login(request: Request, following: str, problem: str = "", status: int = 200, name: str = "") -> Response:
    locked = clubs_of(request).registry.has_accounts()
    shown = {"following": own_path(following), "problem": problem, "name": name, "locked": locked}
    return _page(request, "clubs_login.html.j2", status, **shown)


def _account_page(
    request: Request, errors: dict[str, str] | None = None, status: int = 422, *, message: str = ""
) -> Response:
    found = _account(request)
    if found is None:
        return redirected("/")
    rights = [(club, found.may(club.slug)) for club in _visible(clubs_of(request), found)]
    shown = {"account": found, "rights": rights, "errors": errors or {}, "message": message}
    return _page(request, "clubs_account.html.j2", status if errors else 200, **shown)


def _page(request: Request, template: str, status: int = 200, **view: Any) -> HTMLResponse:  # noqa: ANN401
    reader = reader_of(request)
    common = {
        "path": request.url.path,
        "reader": reader,
        "club": "",
        "notice": "",
        "model_problem": "",
        "outage": "",
        "today": None,
        "of_many": False,
        "signed_in": getattr(request.state, "signed_in", False),
        "shortest": access.SHORTEST_PASSWORD,
        "longest": access.LONGEST_PASSWORD,
    }
    return HTMLResponse(templates().get_template(template).render(**common, **view), status)


def _refused(request: Request, refused: HTTPException) -> Response:
    return _page(request, "clubs_problem.html.j2", refused.status_code, detail=refused.detail)


def _end_own(request: Request) -> None:
    for secret in session_secrets(request.scope):
        accounts.end_session(clubs_of(request).registry, secret)


def _with_session(request: Request, answer: Response, secret: str) -> Response:
    request.app.state.auth.forget()
    seconds = int(access.SESSION_TIME.total_seconds())
    answer.set_cookie(
        SESSION_COOKIE, secret, max_age=seconds, path="/", httponly=True, samesite="lax", secure=encrypted(request)
    )
    return answer
