"""Every answer says what a browser may do with it: pages, files, refusals and breakdowns."""

import asyncio

import pytest

from gatecast.web.guard.headers import SAFETY_HEADERS, SafetyHeaders

from .raw_requests import ELSEWHERE, ask, scope_of

REFUSED = [
    (400, {"target": "/static/..%2fx"}),
    (400, {"target": "/", "host": "elsewhere.example"}),
    (400, {"target": "/", "host": None}),
    (400, {"target": "/", "client": ELSEWHERE}),
    (403, {"target": "/club", "method": "POST", "origin": "http://elsewhere.example"}),
    (404, {"target": "/nowhere"}),
    (404, {"target": "/static/nothing.css"}),
    (404, {"target": "/api/v1/nowhere"}),
    (405, {"target": "/club"}),
    (413, {"target": "/club", "method": "POST", "content_length": "99999999"}),
    (414, {"target": "/?" + "a" * 9000}),
    (400, {"target": "/login", "method": "POST", "body": b"a", "content_type": "multipart/form-data"}),
    (422, {"target": "/?season=many"}),
]


def assert_safe(answer):
    for name, value in SAFETY_HEADERS.items():
        assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("target", ["/", "/login", "/account", "/static/gatecast.css", "/healthz", "/api/v1/clubs"])
def test_what_is_answered_is_safe(unlocked, target):
    answer = ask(unlocked, target)
    assert answer.status == 200
    assert answer.body
    assert_safe(answer)


@pytest.mark.parametrize(
    ("status", "request_"), REFUSED, ids=[f"{each[0]} {each[1]['target'][:20]}" for each in REFUSED]
)
def test_what_is_refused_is_safe(unlocked, status, request_):
    answer = ask(unlocked, **request_)
    assert answer.status == status
    assert_safe(answer)


def test_strangers_and_programs_are_refused_safely(locked):
    for target, status in (("/", 303), ("/api/v1/games", 401)):
        answer = ask(locked, target)
        assert answer.status == status
        assert_safe(answer)
        assert answer.headers["cache-control"] == "no-store"


def test_a_breakdown_is_told_without_what_it_was(unlocked):
    async def broken(scope, receive, send):
        raise RuntimeError("a secret of the house")

    answer = ask(SafetyHeaders(broken), "/")
    assert answer.status == 500
    assert "secret" not in answer.text
    assert_safe(answer)


def test_a_page_cannot_loosen_its_policy():
    async def loose(scope, receive, send):
        headers = [(b"Content-Security-Policy", b"default-src *"), (b"x-frame-options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert_safe(ask(SafetyHeaders(loose), "/"))


def test_only_files_of_the_package_are_kept_by_browsers(unlocked):
    assert ask(unlocked, "/static/gatecast.css?1").headers["cache-control"] == "private, max-age=3600"
    assert ask(unlocked, "/static/gatecast.css").headers["cache-control"] == "private, no-cache"
    for target in ("/login", "/account", "/static/nothing.css?1"):
        assert ask(unlocked, target).headers["cache-control"] == "no-store"


def test_no_socket_is_opened(unlocked):
    sent = []

    async def tried():
        async def send(message):
            sent.append(message)

        await unlocked({**scope_of("/"), "type": "websocket"}, None, send)

    asyncio.run(tried())
    assert sent == [{"type": "websocket.close", "code": 1008}]
