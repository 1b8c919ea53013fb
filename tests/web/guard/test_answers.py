import json

from gatecast.web.guard.answers import cookies_of, header, refusal, session_secrets

from .asking import ask, scope_of


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
