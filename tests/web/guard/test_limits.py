import asyncio
import socket
import threading
import time
from contextlib import closing

import pytest
import uvicorn

from gatecast.web.guard.limits import LARGEST_BODY, LARGEST_UPLOAD, LONGEST_HEAD, BodyLimit, BoundedHttp

from .raw_requests import ask, asked, plain, scope_of

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


class Hurried(BoundedHttp):
    head_s = 0.3


@pytest.fixture(scope="module")
def port():
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(plain, http=Hurried, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listening.close()


def said(port, *parts, pause=0.0):
    """What comes back until the server closes the connection, or says nothing for a second."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=2)) as connection:
        heard = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while more := connection.recv(65536):
                heard += more
        except TimeoutError:
            heard += b"(open)"
        except OSError:
            heard += b"(reset)"
        return heard


def test_an_honest_request_is_answered(port):
    assert b"200 OK" in said(port, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    slow = (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nconnection: close\r\n\r\n", b"a", b"b")
    assert said(port, *slow, pause=0.2).endswith(b"\r\n2\r\n0\r\n\r\n")


def test_two_requests_on_one_connection(port):
    one = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    assert said(port, one, last, pause=0.1).count(b"200 OK") == 2


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 2 * LONGEST_HEAD,
        b"GET / HTTP/1.1\r\n" + b"x: a\r\n" * LONGEST_HEAD,
        b"GET /" + b"a" * 2 * LONGEST_HEAD,
    ],
    ids=["one header", "many headers", "address"],
)
def test_a_head_without_end_is_given_up(port, head):
    heard = said(port, head)
    assert b"200 OK" not in heard
    assert not heard.endswith(b"(open)")


def test_a_head_that_takes_too_long_is_given_up(port):
    began = time.monotonic()
    heard = said(port, *[b"GET / HTTP/1.1\r\n", b"a: b\r\n", b"a: b\r\n", b"a: b\r\n", b"a: b\r\n"], pause=0.15)
    assert b"200 OK" not in heard
    assert not heard.endswith(b"(open)")
    assert time.monotonic() - began < 2
    assert said(port) == b""
