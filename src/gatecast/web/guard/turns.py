"""Turns for requests that change something, so that those that wait for the database never keep readers out."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatecast.web.guard.limits import Refused
from gatecast.web.guard.requests import SAFE_METHODS, header, refusal
from gatecast.web.guard.sessions import READS

__all__ = ["LONGEST_WAIT_S", "MOST_CHANGES", "ChangesInTurn"]

MOST_CHANGES = 12
"""Changes that are worked on at once. The database takes one at a time: more of them would only fill the threads and
the worker's connections, which readers need."""
LONGEST_WAIT_S = 75.0
"""Seconds to wait for a turn: somewhat longer than a change waits for the database."""
BUSY = "Too many changes wait for the database. Nothing of this one was saved; try again in a minute."
RETRY = {"retry-after": "60"}


class ChangesInTurn:
    """ASGI middleware that lets so many changes through at once; the others wait without holding anything.

    Parameters
    ----------
    app : ASGI application
    most : int
        Changes at once.
    longest_wait_s : float
        Seconds after which a change that got no turn is answered 503.
    """

    def __init__(self, app: ASGIApp, most: int = MOST_CHANGES, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self.app, self.longest_wait_s = app, longest_wait_s
        self.turns = asyncio.Semaphore(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, a change as soon as it is its turn."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or (scope["method"], scope["path"]) in READS:
            await self.app(scope, receive, send)
            return
        change = _Change(self, scope, receive, send)
        try:
            with suppress(Refused):
                if (header(scope, "content-length") or "0") == "0" and header(scope, "transfer-encoding") is None:
                    await change.take_turn()
                await self.app(scope, change.receive, change.send)
        finally:
            change.end_turn()


class _Change:
    """One change. It takes its turn when all of its body has come, so that a slow client keeps nobody waiting."""

    def __init__(self, queue: ChangesInTurn, scope: Scope, receive: Receive, send: Send) -> None:
        self._queue, self._scope, self._receive, self._send = queue, scope, receive, send
        self._has_turn = self._refused = False

    async def receive(self) -> Message:
        """Return the next part of the request, the last one when it is this change's turn."""
        if self._refused:
            raise Refused
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            await self.take_turn()
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on, unless the change was refused."""
        if not self._refused:
            await self._send(message)

    async def take_turn(self) -> None:
        """Wait for a turn; refuse the change if none comes in time."""
        if self._has_turn:
            return
        try:
            async with asyncio.timeout(self._queue.longest_wait_s):
                await self._queue.turns.acquire()
            self._has_turn = True
        except TimeoutError:
            self._refused = True
            await refusal(self._scope, 503, BUSY, RETRY)(self._scope, self._receive, self._send)
            raise Refused from None

    def end_turn(self) -> None:
        """Let the next one have its turn."""
        if self._has_turn:
            self._has_turn = False
            self._queue.turns.release()
