"""No page of another site changes anything: cross-site request forgery."""

import pytest

from gatecast.service.access import make_session, make_token
from gatecast.web.guard.origin import OwnOrigin

from .asking import HOST, ask, plain
from .test_sessions import NOW

APP = OwnOrigin(plain)
OWN = f"http://{HOST}"
REFUSED = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": ""},
    {"sec_fetch_site": "cross-site", "origin": OWN},
    {"origin": "http://elsewhere.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": f"ftp://{HOST}"},
    {"origin": f"{OWN}.elsewhere.example"},
    {"origin": "http://127.0.0.1:8001"},
    {"origin": f"{OWN}/"},
    {"cookie": "gc_session=of-a-browser-that-says-nothing"},
]
TAKEN = [
    {"sec_fetch_site": "same-origin", "cookie": "gc_session=a"},
    {"sec_fetch_site": "none"},
    {"origin": OWN},
    {"origin": OWN.upper(), "cookie": "gc_session=a"},
    {"origin": f"https://{HOST}"},
    {},
]


@pytest.mark.parametrize("said", REFUSED)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "NONSENSE"])
def test_a_change_from_another_site_is_refused(said, method):
    refused = ask(APP, "/settings/defaults", method, **said)
    assert refused.status == 403
    assert "another site" in refused.text


@pytest.mark.parametrize("said", TAKEN)
def test_a_change_from_our_own_pages_or_a_program_is_taken(said):
    assert ask(APP, "/settings/defaults", "POST", **said).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_links_from_elsewhere_are_followed(method):
    assert ask(APP, "/plan", method, sec_fetch_site="cross-site").status == 200


def test_a_browser_that_is_signed_in_cannot_be_made_to_change_anything(locked, locked_service):
    cookie = f"gc_session={make_session(locked_service.store, NOW())}"
    for target in ("/account/sessions/end", "/logout", "/club", "/settings/defaults", "/api/v1/operations"):
        for said in ({"sec_fetch_site": "cross-site"}, {"origin": "http://elsewhere.example"}, {"origin": "null"}):
            method = "PUT" if "api" in target else "POST"
            assert ask(locked, target, method, cookie=cookie, **said).status == 403
    assert ask(locked, "/account", cookie=cookie).status == 200


def test_nobody_is_signed_in_by_a_page_of_others(locked):
    """Else a stranger could have a manager work at the stranger's service."""
    assert ask(locked, "/login", "POST", b"password=x", origin="http://elsewhere.example").status == 403


def test_a_program_with_a_token_needs_no_origin(locked, locked_service):
    bearer = f"Bearer {make_token(locked_service.store, 'till', may_write=True)}"
    body = b'[{"game_id": "none", "tickets": 5, "as_of": "2025-06-08"}]'
    taken = ask(locked, "/api/v1/tickets", "POST", body, authorization=bearer, content_type="application/json")
    assert taken.status == 200
    refused = ask(locked, "/api/v1/tickets", "POST", body, authorization=bearer, origin="http://elsewhere.example")
    assert refused.status == 403
