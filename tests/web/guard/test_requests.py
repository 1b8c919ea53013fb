import json

import pytest

from gatecast.web.guard.requests import (
    LONGEST_ADDRESS,
    PathGuard,
    cookies_of,
    header,
    own_path,
    refusal,
    session_secrets,
)

from .hostile import ELSEWHERE
from .raw_requests import ask, plain, scope_of


def test_a_header_that_stands_twice_has_no_value():
    scope = scope_of("/", origin="http://a")
    assert header(scope, "origin") == "http://a"
    assert header(scope, "referer") is None
    scope["headers"].append((b"origin", b"http://b"))
    assert header(scope, "origin") == ""


def test_every_cookie_of_a_name_is_read_and_no_more_than_four_sessions():
    scope = scope_of("/", cookie="gc_session=a; gc_session = b;other=c;gc_session=d=e")
    assert cookies_of(scope, "gc_session") == ["a", "b", "d=e"]
    many = scope_of("/", cookie=";".join(f"gc_session={each}" for each in range(1000)))
    assert session_secrets(many) == ["0", "1", "2", "3"]


def test_a_refusal_is_a_line_for_people_and_a_problem_for_programs():
    line = ask(refusal(scope_of("/plan"), 403, "Not so."), "/plan")
    assert (line.status, line.text, line.headers["content-type"]) == (403, "Not so.\n", "text/plain; charset=utf-8")
    problem = ask(refusal(scope_of("/api/v1/games"), 403, "Not so."), "/api/v1/games")
    assert problem.headers["content-type"] == "application/problem+json"
    assert json.loads(problem.body)["detail"] == "Not so."
    assert ask(refusal(scope_of("/apis"), 403, "Not so."), "/apis").text == "Not so.\n"


@pytest.mark.parametrize("text", ELSEWHERE)
def test_no_text_leads_elsewhere(text):
    assert own_path(text) == "/"


@pytest.mark.parametrize("text", ["/", "/plan?season=2025&stand=3", "/games/a%20b", "/games/a?x=//b#c", "/?next=/../"])
def test_own_pages_are_gone_to(text):
    assert own_path(text) == text


APP = PathGuard(plain)


@pytest.mark.parametrize(
    "target",
    ["/", "/games/QUI202506130/what-if", "/games/a%2Fb", "/games/100%25", "/games/%3Cb%3E", "/x?next=..%2F", "/%C3%9C"],
)
def test_an_honest_address_goes_through(target):
    assert ask(APP, target).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "/../x",
        "/static/%2e%2e/x",
        "/static/..%2fx",
        "/static/%252e%252e%252fx",
        "/static/%25252e%25252e/x",
        "/static/..%5cx",
        "/a%00b",
        "/a%0d%0ab",
        "/a?b=%00",
        "//elsewhere.example/",
        "/%2felsewhere.example/",
        "/./x",
        "/%2525252525252525252e",
    ],
)
def test_an_address_that_reads_in_two_ways_is_refused(target):
    assert ask(APP, target).status == 400


def test_a_long_address_is_refused():
    assert ask(APP, "/" + "a" * (LONGEST_ADDRESS - 1)).status == 200
    refused = ask(APP, "/?" + "a" * LONGEST_ADDRESS)
    assert refused.status == 414
    assert f"the limit is {LONGEST_ADDRESS:,}" in refused.text
