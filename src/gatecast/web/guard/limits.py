"""Limits on what a client may send: bytes and time, of the headers and of the body."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gatecast.web.guard.requests import header, headers_of, refusal

__all__ = ["HEAD_S", "LARGEST_BODY", "LARGEST_UPLOAD", "LONGEST_HEAD", "UPLOADS", "BodyLimit", "BoundedHttp"]

MEGABYTE = 1024 * 1024
LARGEST_BODY, LARGEST_UPLOAD = MEGABYTE, 25 * MEGABYTE
UPLOADS = {"/data": LARGEST_UPLOAD, "/api/v1": LARGEST_UPLOAD}
"""Addresses below which files are taken, each with the most bytes of a request."""
IDLE_S = 30.0
"""Seconds for which nothing may come while more of a request is to come."""
LINGER_S, LINGER_BYTES = 5.0, 64 * MEGABYTE
"""Bytes that a refused client may still send: one that is disconnected at once never reads the reason."""


class BodyLimit:
    """ASGI middleware that answers 413 as soon as a body is too large, and 408 if it stops halfway.

    Parameters
    ----------
    app : ASGI application
    largest : mapping of str to int
        Bytes by the address below which they are taken; the longest address that fits counts.
    otherwise : int
        Bytes for every other address.
    idle_s : float
        Seconds to wait for more.
    """

    def __init__(
        self,
        app: ASGIApp,
        largest: Mapping[str, int] = UPLOADS,
        otherwise: int = LARGEST_BODY,
        idle_s: float = IDLE_S,
    ) -> None:
        self.app, self.largest, self.otherwise, self.idle_s = app, dict(largest), otherwise, idle_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, up to the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken = Taken(scope, receive, send, self._most(scope["path"]), self.idle_s)
        with suppress(Refused):
            await taken.check_declared()
            await self.app(scope, taken.receive, taken.send)

    def _most(self, path: str) -> int:
        below = [start for start in self.largest if path == start or path.startswith(f"{start}/")]
        return self.largest[max(below, key=len)] if below else self.otherwise


class Refused(Exception):  # noqa: N818  it ends the work on a request that was answered already
    """The request was answered here; the application must stop working on it."""


class Taken:
    """The body of one request while it is received, and the answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int, idle_s: float) -> None:
        self.scope, self.most, self.idle_s = scope, most, idle_s
        self._receive, self._send = receive, send
        self._bytes = 0
        self._whole = self._answering = self._refused = False

    async def check_declared(self) -> None:
        """Refuse a request whose Content-Length is too large."""
        declared = header(self.scope, "content-length") or ""
        if declared.isdecimal() and int(declared) > self.most:
            await self._refuse(413, self._too_large(), lingering=not headers_of(self.scope, "expect"))

    async def receive(self) -> Message:
        """Return the next part of the request."""
        if self._refused:
            raise Refused
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self.idle_s):
                message = await self._receive()
        except TimeoutError:
            line = f"No more of the request arrived within {self.idle_s:g} seconds."
            await self._refuse(408, line, lingering=False)
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._bytes > self.most:
                await self._refuse(413, self._too_large(), lingering=not self._whole)
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on, unless the request was refused."""
        if not self._refused:
            self._answering = True
            await self._send(message)

    def _too_large(self) -> str:
        return f"The request is too large; the limit is {self.most / MEGABYTE:g} MB."

    async def _refuse(self, status: int, line: str, *, lingering: bool) -> None:
        """Answer and close the connection: whatever still arrives on it is not a request."""
        self._refused = True
        if not self._answering:
            answer = refusal(self.scope, status, line, {"connection": "close"})
            await self._send({"type": "http.response.start", "status": status, "headers": answer.raw_headers})
            await self._send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
            if lingering:
                await self._linger()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        raise Refused

    async def _linger(self) -> None:
        left = LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while left > 0:
                    message = await self._receive()
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return
                    left -= len(message.get("body", b""))


LONGEST_HEAD = 64 * 1024
"""Bytes of the address and the headers of a request together."""
HEAD_S = 20.0
"""Seconds for them to come."""


class BoundedHttp(HttpToolsProtocol):
    """HTTP protocol of uvicorn that closes a connection whose headers are too long or too slow.

    For `uvicorn.Config(http=BoundedHttp)`.
    """

    head_s: float = HEAD_S
    _head_timer: asyncio.TimerHandle | None = None
    _unread = 0
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received data, unless it is part of headers that are too long."""
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._wait_for_head()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"The headers of a request may have {LONGEST_HEAD} bytes.")

    def on_message_begin(self) -> None:
        """Start to count the headers of a request."""
        self._head = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, trailers included."""
        self._head += len(name) + len(value)
        if self._head > LONGEST_HEAD:
            raise ValueError(f"got headers of more than {LONGEST_HEAD} bytes")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Stop waiting: the headers are complete."""
        self._unread = 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Finish a request."""
        self._unread = 0
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
