import asyncio

import pytest

from gatecast.web.guard.body import LARGEST_BODY, LARGEST_UPLOAD, BodyLimit

from .asking import ask, asked, plain, scope_of

APP = BodyLimit(plain, {"/data": 100}, otherwise=10)


@pytest.mark.parametrize(("path", "most"), [("/data", 100), ("/data/uploads", 100), ("/database", 10), ("/plan", 10)])
def test_as_much_as_is_taken_and_not_a_byte_more(path, most):
    assert ask(APP, path, "POST", b"a" * most).text == str(most)
    for parts in ([b"a" * (most + 1)], [b"a"] * (most + 1), [b"a" * most, b"a", b"a"]):
        refused = ask(APP, path, "POST", parts)
        assert refused.status == 413
        assert refused.headers["connection"] == "close"


def test_what_says_itself_that_it_is_too_large_is_not_read():
    async def unreadable():
        pytest.fail("the body was read")

    messages = []

    async def send(message):
        messages.append(message)

    scope = scope_of("/plan", "POST", content_length="11", expect="100-continue")
    asyncio.run(APP(scope, unreadable, send))
    assert messages[0]["status"] == 413
    assert ask(APP, "/plan", "POST", b"a" * 10, content_length="10").status == 200


def test_a_length_that_is_a_lie_does_not_help():
    assert ask(APP, "/plan", "POST", [b"a"] * 11, content_length="1").status == 413
    assert ask(APP, "/plan", "POST", [b"a"] * 11, content_length="-1").status == 413


def test_nothing_more_is_taken_than_is_needed_to_refuse():
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield b"a" * 1024 * 1024

    assert ask(BodyLimit(plain), "/data/uploads", "POST", endless()).status == 413
    assert taken * 1024 * 1024 <= LARGEST_UPLOAD + 64 * 1024 * 1024 + 2 * 1024 * 1024
    assert LARGEST_BODY < LARGEST_UPLOAD


def test_who_stops_halfway_is_given_up():
    async def stopped():
        async def receive():
            await asyncio.sleep(60)

        messages = []

        async def send(message):
            messages.append(message)

        await BodyLimit(plain, idle_s=0.01)(scope_of("/plan", "POST"), receive, send)
        return messages[0]["status"]

    assert asyncio.run(stopped()) == 408


def test_an_answer_already_begun_is_not_begun_again():
    async def hasty(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive()).get("more_body"):
            pass

    answer = asyncio.run(asked(BodyLimit(hasty, otherwise=10), scope_of("/plan", "POST"), [b"a"] * 20))
    assert answer.status == 200
