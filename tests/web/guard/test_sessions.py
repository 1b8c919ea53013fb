import asyncio
import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest

from gatecast.service import access
from gatecast.service.access import SESSION_TIME, end_session, make_session, make_token
from gatecast.web.front import build
from gatecast.web.guard.sessions import AuthCache

from .raw_requests import ELSEWHERE, ask


@pytest.fixture
def asked(monkeypatch):
    """How often the store was asked."""
    count = []
    for name in ("has_password", "session_valid", "token_of"):
        real = getattr(access, name)
        monkeypatch.setattr(access, name, lambda *given, real=real, name=name: count.append(name) or real(*given))
    return count


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def session_secret(store):
    return access.make_session(store, dt.datetime.now(dt.UTC))


def test_the_store_is_asked_once_every_few_seconds(empty_service, asked):
    clock, secret = Clock(), session_secret(empty_service.store)
    auth = AuthCache(empty_service.store, clock=clock)

    async def visits():
        return [await auth.session(secret) for _ in range(10)]

    assert asyncio.run(visits()) == [True] * 10
    assert len(asked) == 1
    clock.now = 5
    asyncio.run(visits())
    assert len(asked) == 2


def test_a_crowd_asks_once(empty_service, asked):
    secret, auth = session_secret(empty_service.store), AuthCache(empty_service.store)

    async def crowd():
        return await asyncio.gather(*(auth.session(secret) for _ in range(50)))

    assert asyncio.run(crowd()) == [True] * 50
    assert len(asked) == 1


def test_what_this_process_changed_counts_at_once(empty_service):
    store, auth = empty_service.store, AuthCache(empty_service.store)
    secret = session_secret(store)
    assert asyncio.run(auth.session(secret))
    access.end_session(store, secret)
    assert asyncio.run(auth.session(secret))
    auth.forget()
    assert not asyncio.run(auth.session(secret))


def test_what_was_asked_before_a_change_is_not_kept_after_it(empty_service, monkeypatch):
    store, auth = empty_service.store, AuthCache(empty_service.store)
    secret, real = session_secret(store), access.session_valid

    def slow(*given):
        found = real(*given)
        access.end_session(store, secret)
        auth.forget()
        return found

    monkeypatch.setattr(access, "session_valid", slow)
    assert asyncio.run(auth.session(secret))
    monkeypatch.setattr(access, "session_valid", real)
    assert not asyncio.run(auth.session(secret))


def test_strangers_are_not_kept(empty_service):
    auth = AuthCache(empty_service.store)

    async def strangers():
        for each in range(100):
            assert not await auth.session(f"{each:043}")
            assert await auth.token(f"gc_{each:043}") is None

    asyncio.run(strangers())
    assert auth._kept == {}
    assert auth._asked == {}


def test_no_secret_is_kept(empty_service):
    auth = AuthCache(empty_service.store)
    secret = session_secret(empty_service.store)
    asyncio.run(auth.session(secret))
    assert secret not in repr(auth._kept)


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
    locked.state.auth.forget()
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


@pytest.mark.parametrize("operation", ["what-if", "plans/preview"])
def test_a_token_that_only_reads_may_compute_what_is_not_stored(locked, locked_service, operation):
    secret = make_token(locked_service.store, "reader", may_write=False)
    answer = ask(
        locked, f"/api/v1/{operation}", "POST", body=b"{}", authorization=f"Bearer {secret}", content_type=JSON
    )
    assert answer.status not in (401, 403)
    refused = ask(locked, "/api/v1/plans", "POST", body=b"{}", authorization=f"Bearer {secret}", content_type=JSON)
    assert refused.status == 403


@pytest.mark.parametrize("way", ["password", "everywhere"])
def test_tokens_end_with_a_new_password_and_signing_out_everywhere(empty_service, way):
    access.set_password(empty_service.store, "correct horse battery")
    secret = make_token(empty_service.store, "program", may_write=True)
    app = build(empty_service)
    bearer = f"Bearer {secret}"
    assert ask(app, "/api/v1/clubs", authorization=bearer).status == 200
    if way == "password":
        access.set_password(empty_service.store, "another horse battery")
        app.state.auth.forget()
    else:
        cookie = session(empty_service)
        ask(app, "/account/sessions/end", "POST", cookie=cookie, sec_fetch_site="same-origin")
    assert ask(app, "/api/v1/clubs", authorization=bearer).status == 401
    assert empty_service.store.tokens() == []
