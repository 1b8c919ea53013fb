"""Signing in and out, and the page that says who may come in."""

import datetime as dt
import re

import pytest

from gatecast.service import access
from gatecast.web.front import build

from ..conftest import Visitor
from ..guard.hostile import ELSEWHERE
from .test_game import tags, text_of

PASSWORD, OTHER = "a long enough password", "another long password"
NEXT_ROW = [{"game_id": "none", "attendance": 5}]


class Browser(Visitor):
    """Says that it asks from a page of ours, as every browser does."""

    def ask(self, method, path, **more):
        more["headers"] = {"sec-fetch-site": "same-origin", **more.get("headers", {})}
        return super().ask(method, path, **more)


@pytest.fixture
def app(empty_service):
    return build(empty_service)


@pytest.fixture
def owner(app):
    """Whoever sits at the computer first."""
    return Browser(app)


@pytest.fixture
def locked(app, empty_service):
    """The application, with a password."""
    access.set_password(empty_service.store, PASSWORD)
    return app


def signed_in(app):
    visitor = Browser(app)
    assert visitor.post("/login", data={"password": PASSWORD}).status_code == 303
    return visitor


def session_cookie(answer):
    return next(
        (line for line in answer.headers.get_list("set-cookie") if line.startswith("gc_session=")),
        "",
    )


def is_in(visitor):
    return visitor.get("/account").status_code == 200


def chosen(new, **more):
    return {"chosen": new, "again": new, **more}


# Without a password


def test_without_a_password_the_pages_say_so(owner):
    page = owner.get("/login")
    assert page.status_code == 200
    assert "No password is set, so nobody needs to sign in and only this computer can open these pages." in text_of(
        page
    )
    assert 'href="/account"' in page.text
    page = owner.get("/account")
    assert "No password is set, so only this computer can open these pages" in text_of(page)
    assert "Sign out" not in page.text
    assert session_cookie(owner.post("/login", data={"password": PASSWORD})) == ""


def test_the_first_password_locks_the_pages_and_keeps_who_set_it_in(app, owner, empty_service):
    stranger = Browser(app)
    assert is_in(stranger)
    answer = owner.post("/account/password", data=chosen(PASSWORD))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=password")
    assert access.check_password(empty_service.store, PASSWORD)
    assert is_in(owner)
    assert "Password set" in text_of(owner.get("/account?done=password"))
    answer = stranger.get("/plan?season=2025")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/plan%3Fseason%3D2025")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (chosen("short"), "got 5 characters, expected 10 to 1,024"),
        (chosen(""), "got 0 characters"),
        ({"chosen": PASSWORD, "again": OTHER}, "The two passwords differ"),
        ({"chosen": PASSWORD}, "The two passwords differ"),
        ({}, "got 0 characters"),
    ],
)
def test_a_password_that_cannot_be_used_is_told_beside_its_field(owner, empty_service, sent, told):
    page = owner.post("/account/password", data=sent)
    assert page.status_code == 422
    assert told in text_of(page)
    assert PASSWORD not in page.text
    assert not access.has_password(empty_service.store)


# Signing in


def test_signing_in_leads_on_to_the_page_that_was_wanted(locked):
    visitor = Browser(locked)
    page = visitor.get("/login?next=/account%3Fdone%3Dx")
    fields = {tag["name"]: tag.get("value") for name, tag in tags(page.text) if name == "input"}
    assert fields == {"next": "/account?done=x", "password": None}
    answer = visitor.post("/login", data={**fields, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=x")
    assert is_in(visitor)


def test_the_page_to_sign_in_shows_no_pages_to_strangers(locked):
    page = Browser(locked).get("/login").text
    assert "<nav" not in page
    assert "/preferences" not in page


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(locked, elsewhere):
    visitor = Browser(locked)
    page = visitor.get("/login", params={"next": elsewhere})
    assert page.status_code in (200, 400)
    if page.status_code == 200:
        assert '<input type="hidden" name="next" value="/">' in page.text
    answer = visitor.post("/login", data={"password": PASSWORD, "next": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_cookie_is_for_this_server_and_no_script(locked):
    cookie = session_cookie(Browser(locked).post("/login", data={"password": PASSWORD}))
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=1209600"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    assert "secure" not in flags


@pytest.mark.parametrize("origin", ["https://127.0.0.1:8000", "HTTPS://127.0.0.1:8000"])
def test_the_cookie_is_kept_to_tls_where_the_browser_speaks_it(locked, origin):
    visitor = Browser(locked)
    assert "; Secure" in session_cookie(visitor.post("/login", data={"password": PASSWORD}, headers={"origin": origin}))


def test_the_session_is_another_one_after_signing_in(locked, empty_service):
    visitor = signed_in(locked)
    before = visitor.cookies["gc_session"]
    visitor.post("/login", data={"password": PASSWORD})
    assert visitor.cookies["gc_session"] != before
    assert access.session_ends(empty_service.store, before) is None


def test_a_session_that_a_stranger_planted_is_not_taken_over(locked):
    visitor = Browser(locked)
    visitor.cookies.set("gc_session", "A" * 43, domain="127.0.0.1", path="/")
    assert "A" * 43 not in session_cookie(visitor.post("/login", data={"password": PASSWORD}))


@pytest.mark.parametrize(("password", "status", "told"), [("wrong", 401, "Wrong password"), ("", 422, "Enter the")])
def test_whoever_does_not_know_the_password_is_told_so(locked, password, status, told):
    answer = Browser(locked).post("/login", data={"password": password, "next": "/plan"})
    assert answer.status_code == status
    assert told in text_of(answer)
    assert 'name="next" value="/plan"' in answer.text
    assert session_cookie(answer) == ""


def test_after_five_wrong_ones_even_the_right_one_waits(locked):
    visitor = Browser(locked)
    assert [visitor.post("/login", data={"password": "wrong"}).status_code for _ in range(5)] == [401] * 5
    answer = visitor.post("/login", data={"password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert re.search(r"Try again in \d+ seconds", text_of(answer))
    assert session_cookie(answer) == ""
    assert visitor.post("/login", data={"password": ""}).status_code == 422


# Signing out


def test_signing_out_ends_the_session_for_good(locked):
    visitor = signed_in(locked)
    cookie = visitor.cookies["gc_session"]
    assert "Sign out" in visitor.get("/account").text
    answer = visitor.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "max-age=0" in session_cookie(answer).lower()
    visitor.cookies.set("gc_session", cookie, domain="127.0.0.1", path="/")
    assert not is_in(visitor)


def test_signing_out_everywhere(locked):
    here, there = signed_in(locked), signed_in(locked)
    assert here.post("/account/sessions/end").headers["location"] == "/login"
    assert not is_in(here)
    assert not is_in(there)


def test_when_a_session_ends_by_itself_is_told(locked):
    ends = dt.datetime.now(dt.UTC) + access.SESSION_TIME
    assert f"{ends.day} {ends:%B} {ends.year}" in text_of(signed_in(locked).get("/account"))


# Changing the password


def test_the_password_is_changed_by_who_knows_it(locked, empty_service):
    here, there = signed_in(locked), signed_in(locked)
    refused = here.post("/account/password", data=chosen(OTHER, current="wrong"))
    assert refused.status_code == 422
    assert "Wrong password" in text_of(refused)
    assert here.post("/account/password", data=chosen(OTHER)).status_code == 422
    assert access.check_password(empty_service.store, PASSWORD)
    assert here.post("/account/password", data=chosen(OTHER, current=PASSWORD)).status_code == 303
    assert access.check_password(empty_service.store, OTHER)
    assert is_in(here)
    assert not is_in(there)


def test_who_took_over_a_browser_cannot_try_passwords_there(locked):
    visitor = signed_in(locked)
    sent = chosen(OTHER, current="wrong")
    assert [visitor.post("/account/password", data=sent).status_code for _ in range(5)] == [422] * 5
    answer = visitor.post("/account/password", data=chosen(OTHER, current=PASSWORD))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


# Tokens


def test_a_token_is_shown_once_and_can_be_taken_back(locked, empty_service):
    visitor = signed_in(locked)
    page = visitor.post("/account/tokens", data={"name": "score board", "may": "read"})
    assert page.headers["cache-control"] == "no-store"
    secret = re.search(r"gc_[\w-]{43}", page.text)[0]
    again = visitor.get("/account")
    assert secret not in again.text
    assert "score board" in text_of(again)
    program = Visitor(locked)
    bearer = {"authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/games", headers=bearer).status_code == 200
    assert program.post("/api/v1/outcomes", json=NEXT_ROW, headers=bearer).status_code == 403
    number = empty_service.store.tokens()[0].token_id
    assert visitor.post(f"/account/tokens/{number}/drop").headers["location"] == "/account?done=token"
    assert program.get("/api/v1/games", headers=bearer).status_code == 401
    assert visitor.post(f"/account/tokens/{number}/drop").headers["location"] == "/account"


def test_a_token_that_may_write(locked):
    page = signed_in(locked).post("/account/tokens", data={"name": "till", "may": "write"})
    assert "read and write" in text_of(page)
    bearer = {"authorization": f"Bearer {re.search('gc_[A-Za-z0-9_-]{43}', page.text)[0]}"}
    assert Visitor(locked).post("/api/v1/outcomes", json=NEXT_ROW, headers=bearer).status_code == 200


def test_the_name_of_a_token_is_text_and_is_kept_where_it_is_refused(locked):
    visitor = signed_in(locked)
    page = visitor.post("/account/tokens", data={"name": "<b>x</b>{{7*7}}", "may": "read"})
    assert "&lt;b&gt;x&lt;/b&gt;{{7*7}}" in page.text
    page = visitor.post("/account/tokens", data={"name": "y" * 81, "may": "write"})
    assert page.status_code == 422
    assert f'value="{"y" * 81}"' in page.text
    assert '<option value="write" selected>' in page.text


@pytest.mark.parametrize("number", ["-1", "0x1", "99999999999999999999", "a"])
def test_what_is_no_token_cannot_be_taken_back(locked, number):
    assert signed_in(locked).post(f"/account/tokens/{number}/drop").status_code in (303, 422)


# The pages


def test_nothing_of_it_is_kept_by_a_browser(locked):
    visitor = signed_in(locked)
    for path in ("/login", "/account"):
        assert visitor.get(path).headers["cache-control"] == "no-store"


def test_every_field_is_labelled(locked):
    for page in (Browser(locked).get("/login"), signed_in(locked).get("/account")):
        found = tags(page.text)
        labels = {attributes["for"] for tag, attributes in found if tag == "label" and "for" in attributes}
        for tag, attributes in found:
            assert "style" not in attributes
            if tag in ("input", "select") and "id" in attributes:
                assert attributes["id"] in labels


def test_the_settings_lead_there(locked):
    assert 'href="/account"' in signed_in(locked).get("/settings").text
