import pytest

from gatecast.service.access import make_session, make_token
from gatecast.web.guard.hosts import OwnOrigin, host_name

from .raw_requests import ELSEWHERE, HERE, HOST, ask, plain
from .test_sessions import NOW

OWN = [
    "127.0.0.1:8000",
    "localhost",
    "LOCALHOST:80",
    "localhost.:8000",
    "[::1]:8000",
    "127.8.9.1",
    "[::ffff:127.0.0.1]",
]
OTHERS = [
    "rebound.example",
    "rebound.example:8000",
    "127.0.0.1.rebound.example",
    "localhost.rebound.example",
    "192.0.2.7:8000",
    "0.0.0.0:8000",
    "[::]:8000",
    "2130706433",
    "0x7f000001",
    "127.1",
]
NO_HOSTS = ["", "localhost@rebound.example", "localhost/x", "local host", "localhost:80:80", "[::1", "a" * 300, "-"]


@pytest.mark.parametrize("host", OWN)
def test_this_computer_is_served(unlocked, host):
    assert ask(unlocked, "/account", host=host).status == 200


@pytest.mark.parametrize("host", OTHERS)
def test_a_name_of_others_is_refused(unlocked, host):
    for target in ("/", "/account", "/login", "/static/gatecast.css", "/healthz", "/api/v1/games"):
        refused = ask(unlocked, target, host=host)
        assert refused.status == 400
        assert "Only this computer may open these pages" in refused.text


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_no_host_is_refused(unlocked, locked, host):
    assert ask(unlocked, "/", host=host).status == 400
    assert ask(locked, "/login", host=host).status == 400
    assert host_name(host) is None


def test_another_computer_is_refused_whatever_name_it_says(unlocked):
    assert ask(unlocked, "/", host="localhost", client=ELSEWHERE).status == 400
    assert ask(unlocked, "/", host="localhost", client=("::ffff:192.0.2.7", 1)).status == 400
    assert ask(unlocked, "/", host="localhost", client=("::ffff:127.0.0.1", 1)).status == 200


@pytest.mark.parametrize("name", ["x_forwarded_for", "forwarded", "x_real_ip"])
def test_a_server_in_front_asks_for_others(unlocked, locked, name):
    assert ask(unlocked, "/", **{name: "192.0.2.7"}).status == 400
    assert ask(unlocked, "/", client=ELSEWHERE, **{name: "127.0.0.1"}).status == 400
    assert ask(locked, "/login", **{name: "192.0.2.7"}).status == 200


def test_with_a_password_others_are_served(locked):
    for host, client in (("club.example", ELSEWHERE), ("192.0.2.1:8000", ELSEWHERE), ("localhost", HERE)):
        assert ask(locked, "/login", host=host, client=client).status == 200


APP = OwnOrigin(plain)
OWN_ORIGIN = f"http://{HOST}"
REFUSED = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": ""},
    {"sec_fetch_site": "cross-site", "origin": OWN_ORIGIN},
    {"origin": "http://elsewhere.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": f"ftp://{HOST}"},
    {"origin": f"{OWN_ORIGIN}.elsewhere.example"},
    {"origin": "http://127.0.0.1:8001"},
    {"origin": f"{OWN_ORIGIN}/"},
    {"cookie": "gc_session=of-a-browser-that-says-nothing"},
]
TAKEN = [
    {"sec_fetch_site": "same-origin", "cookie": "gc_session=a"},
    {"sec_fetch_site": "none"},
    {"origin": OWN_ORIGIN},
    {"origin": OWN_ORIGIN.upper(), "cookie": "gc_session=a"},
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
