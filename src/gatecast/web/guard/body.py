"""How much of a request is taken: counted as it comes, so that nobody fills the memory or the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatecast.web.guard.answers import header, headers_of, refusal

__all__ = ["LARGEST_BODY", "LARGEST_UPLOAD", "UPLOADS", "BodyLimit"]

MEGABYTE = 1024 * 1024
LARGEST_BODY, LARGEST_UPLOAD = MEGABYTE, 25 * MEGABYTE
UPLOADS = {"/data": LARGEST_UPLOAD, "/api/v1": LARGEST_UPLOAD}
"""Addresses below which files are taken, each with the most bytes of a request."""
IDLE_S = 30.0
"""Seconds for which nothing may come while more of a request is to come."""
LINGER_S, LINGER_BYTES = 5.0, 64 * MEGABYTE
"""What a client that was refused may still send; one that is cut off at once never reads why."""


class BodyLimit:
    """ASGI middleware that answers 413 as soon as a request is too large, and 408 where it stops halfway.

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
        """Let a request through, up to as much of it as is taken."""
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
    """The request was answered here; whoever still works on it is to stop."""


class Taken:
    """One request as it is taken, with the answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int, idle_s: float) -> None:
        self.scope, self.most, self.idle_s = scope, most, idle_s
        self._receive, self._send = receive, send
        self._bytes = 0
        self._whole = self._answering = self._refused = False

    async def check_declared(self) -> None:
        """Refuse a request that says itself that it is too large."""
        declared = header(self.scope, "content-length") or ""
        if declared.isdecimal() and int(declared) > self.most:
            await self._refuse(413, self._too_large(), lingering=not headers_of(self.scope, "expect"))

    async def receive(self) -> Message:
        """The next part of the request."""
        if self._refused:
            raise Refused
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self.idle_s):
                message = await self._receive()
        except TimeoutError:
            line = f"Nothing more of the request came within {self.idle_s:g} seconds."
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
        return f"The request is too large; at most {self.most / MEGABYTE:g} MB are taken here."

    async def _refuse(self, status: int, line: str, *, lingering: bool) -> None:
        """CachedResponse, and close the connection, as what still comes on it is no request."""
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
