import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest

from gatecast.service.access import SESSION_TIME, end_session, make_session, make_token

from .asking import ELSEWHERE, ask

ROWS = b'[{"game_id": "none", "attendance": 5}]'
JSON = "application/json"
NEVER = "A" * 43


def NOW():  # noqa: N802  as a constant that is looked at when it is used
    return dt.datetime.now(dt.UTC)


def session(service, now=None):
    return f"gc_session={make_session(service.store, now or NOW())}"


@pytest.mark.parametrize("cookie", ["", "gc_session=", f"gc_session={NEVER}", "gc_session=é", "other=1"])
def test_a_stranger_is_led_to_the_page_to_sign_in(locked, cookie):
    told = ask(locked, "/plan?season=2025", cookie=cookie, client=ELSEWHERE)
    assert told.status == 303
    place = urlsplit(told.headers["location"])
    assert (place.path, parse_qs(place.query)) == ("/login", {"next": ["/plan?season=2025"]})
    assert told.body == b""


@pytest.mark.parametrize("target", ["/", "/data", "/account", "/games/x", "/loginx", "/login/", "/staticx", "/api"])
def test_nothing_is_shown_to_a_stranger(locked, target):
    assert ask(locked, target).status in (303, 401)
    assert ask(locked, target, "POST").status in (303, 401)


@pytest.mark.parametrize("target", ["/login", "/healthz", "/static/gatecast.css"])
def test_what_a_stranger_needs_is_there(locked, target):
    assert ask(locked, target).status == 200


def test_who_is_signed_in_is_let_in_until_the_session_ends(locked, locked_service):
    cookie = session(locked_service)
    assert ask(locked, "/account", cookie=cookie).status == 200
    assert ask(locked, "/account", cookie=f"gc_session={NEVER}; {cookie}").status == 200
    assert ask(locked, "/api/v1/clubs", cookie=cookie).status == 200
    end_session(locked_service.store, cookie.partition("=")[2])
    locked.state.keeper.forget()
    assert ask(locked, "/account", cookie=cookie).status == 303


def test_a_session_expires(locked, locked_service):
    cookie = session(locked_service, NOW() - SESSION_TIME + dt.timedelta(seconds=60))
    assert ask(locked, "/account", cookie=cookie).status == 200
    assert ask(locked, "/account", cookie=session(locked_service, NOW() - SESSION_TIME)).status == 303


def test_scripts_are_sent_to_the_page_to_sign_in_as_a_whole(locked):
    told = ask(locked, "/plan", hx_request="true", hx_current_url="http://127.0.0.1:8000/plan?stand=3")
    assert (told.status, told.headers["hx-redirect"]) == (401, "/login?next=/plan%3Fstand%3D3")
    astray = ask(locked, "/plan", hx_request="true", hx_current_url="http://elsewhere.example//elsewhere.example/")
    assert astray.headers["hx-redirect"] == "/login"


def test_a_program_without_a_token_is_told_how_to_get_one(locked):
    told = ask(locked, "/api/v1/games")
    assert told.status == 401
    assert told.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization: Bearer gc_..." in told.text


def test_a_token_that_may_only_read_changes_nothing(locked, locked_service):
    bearer = f"Bearer {make_token(locked_service.store, 'board', may_write=False)}"
    assert ask(locked, "/api/v1/clubs", authorization=bearer).status == 200
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = ask(locked, "/api/v1/outcomes", method, ROWS, authorization=bearer, content_type=JSON)
        assert refused.status == 403
        assert "insufficient_scope" in refused.headers["www-authenticate"]


def test_a_token_that_may_write_does_and_sees_no_page(locked, locked_service):
    bearer = f"bearer {make_token(locked_service.store, 'till', may_write=True)}"
    assert ask(locked, "/api/v1/outcomes", "POST", ROWS, authorization=bearer, content_type=JSON).status == 200
    assert ask(locked, "/account", authorization=bearer).status == 303
    assert ask(locked, "/account/tokens", "POST", b"name=x", authorization=bearer).status == 303


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer gc_", f"Bearer gc_{NEVER}", "Basic dXNlcjpwYXNz", "Bearer \xff" * 9]
)
def test_what_is_no_token_is_refused_even_of_who_is_signed_in(locked, locked_service, given):
    refused = ask(locked, "/api/v1/games", authorization=given, cookie=session(locked_service))
    assert refused.status == 401
    assert "invalid_token" in refused.headers["www-authenticate"]


def test_without_a_password_nobody_is_asked(unlocked):
    assert ask(unlocked, "/account").status == 200
    assert ask(unlocked, "/api/v1/games").status == 200
