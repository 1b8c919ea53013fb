"""The head of a request on a real connection: bounded in bytes and in time."""

import socket
import threading
import time
from contextlib import closing

import pytest
import uvicorn

from gatecast.web.guard.connections import LONGEST_HEAD, BoundedHttp

from .asking import plain


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
