"""Answers kept as they were worked out, until what they come from changes in the store.

A page is the same for every reader with the same preferences, so it is rendered once for each state of the areas of the
store that it shows. While those change often, a page up to four seconds old is shown to those who did not change
anything themselves, and a few renderings at a time bring pages up to date; whoever sent a change sees it at once. What
programs ask the API for is kept in the same way but is never old: they do not look twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from http.cookies import CookieError, SimpleCookie
from typing import Any

from anyio import to_thread

from gatecast.web.kept import READING, CachedResponse, may_be_kept, send_kept
from gatecast.web.words import preferences

__all__ = ["PageCache"]

SEEN_COOKIE = "gc_seen"
LARGEST_KEPT = 64 * 1024 * 1024
LARGEST_KEY = 2048
MOST_RENDERINGS = 1
"""Cached pages that are brought up to date at once, so that those who wait for something else are not held up by it."""
LONGEST_MARK = 16
NEVER = float("-inf")

Scope = dict[str, Any]
Message = dict[str, Any]
App = Callable[..., Any]
Key = tuple[str, ...]
State = Mapping[str, int]


class PageCache:
    """ASGI middleware that keeps answers.

    Parameters
    ----------
    app : ASGI application
    state : callable
        The state of the store, a number for each area; called in a thread.
    checked_s : float
        Seconds for which a look at the state counts, unless a change comes this way: so much later are changes noticed
        that other processes make.
    """

    def __init__(self, app: App, state: Callable[[], State], checked_s: float = 0.25) -> None:
        self.app, self.state, self.checked_s = app, state, checked_s
        self._kept: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._size = 0
        self._changes = 0
        self._known: State = {}
        self._looked_at = NEVER
        self._looking = asyncio.Lock()
        self._renderings = asyncio.Semaphore(MOST_RENDERINGS)
        self._rendering: dict[Key, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: App, send: App) -> None:
        """CachedResponse from what is kept where it will do."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] not in READING:
            await self._changing(scope, receive, send)
        else:
            await self._reading(scope, receive, send)

    async def _changing(self, scope: Scope, receive: App, send: App) -> None:
        """Pass a change on, and give its sender a mark so that nothing older is shown to it."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                # What was changed is in the store by now: only what is begun from here on is sure to show it.
                self._changes += 1
                self._looked_at = NEVER
                mark = f"{SEEN_COOKIE}={self._changes}; Path=/; HttpOnly; SameSite=Strict"
                message["headers"] = [*message["headers"], (b"set-cookie", mark.encode())]
            await send(message)

        await self.app(scope, receive, marked)

    async def _reading(self, scope: Scope, receive: App, send: App) -> None:
        headers = dict(scope["headers"])
        cookies = _cookies(headers.get(b"cookie", b""))
        key = _key(scope, headers, cookies)
        kept = await self._usable(scope, key, self._mark(cookies))
        if kept is not None:
            await send_kept(kept, scope["method"], headers, send)
            return
        state, changes, messages = await self._current(), self._changes, list[Message]()

        async def watched(message: Message) -> None:
            if messages or may_be_kept(message):
                messages.append(message)
            else:
                await send(message)

        await self.app(_whole(scope), receive, watched)
        if messages:
            kept = self._keep(key, CachedResponse.of(messages, state, changes, time.monotonic()))
            await send_kept(kept, scope["method"], headers, send)

    async def _usable(self, scope: Scope, key: Key, seen: int) -> CachedResponse | None:
        """The kept answer, if it is current or may pass for it; worked out anew where it is too old."""
        kept, asked = self._kept.get(key), self._changes
        if kept is None or kept.changes < seen:
            return None
        while kept is not None:
            state, now = await self._current(), time.monotonic()
            if kept.current(state):
                kept.current_at = now
                break
            age = now - kept.current_at
            waits = age > kept.stale_s or not kept.stale_s
            if not waits and age <= kept.stale_s / 2:
                break
            # What somebody waits for takes no turns with what is only brought up to date.
            rendering = self._rendered(scope, key, nullcontext() if waits else self._renderings)
            if not waits:
                break
            await asyncio.shield(rendering)
            kept = self._kept.get(key)
            if kept is not None and kept.changes >= asked:
                break
        if kept is not None and key in self._kept:
            self._kept.move_to_end(key)
        return kept

    def _mark(self, cookies: dict[str, str]) -> int:
        """How many changes there had been when this reader sent its last one; 0 from before the server began."""
        text = cookies.get(SEEN_COOKIE, "")
        seen = int(text) if text.isdecimal() and len(text) < LONGEST_MARK else 0
        return seen if seen <= self._changes else 0

    def _rendered(self, scope: Scope, key: Key, turns: AbstractAsyncContextManager[object]) -> asyncio.Task[None]:
        """An answer that was kept before worked out anew, beside the requests, once at a time, when its turn comes."""

        async def render() -> None:
            messages = list[Message]()

            async def gathered(message: Message) -> None:
                messages.append(message)

            try:
                async with turns:
                    state, changes = await self._current(), self._changes
                    await self.app({**_whole(scope), "method": "GET"}, _no_body, gathered)
                if messages and may_be_kept(messages[0]):
                    self._keep(key, CachedResponse.of(messages, state, changes, time.monotonic()))
                else:
                    self._drop(key)
            finally:
                del self._rendering[key]

        if key not in self._rendering:
            self._rendering[key] = asyncio.create_task(render())
        return self._rendering[key]

    async def _current(self) -> State:
        """The state of the store, as a look said that was begun a quarter of a second ago at most."""
        asked = time.monotonic() - self.checked_s
        while self._looked_at < asked:
            async with self._looking:
                if self._looked_at < asked:
                    began, changes = time.monotonic(), self._changes
                    self._known = await to_thread.run_sync(self.state)
                    self._looked_at = began if changes == self._changes else NEVER
        return self._known

    def _keep(self, key: Key, kept: CachedResponse) -> CachedResponse:
        if len("".join(key)) <= LARGEST_KEY:
            self._drop(key)
            self._kept[key] = kept
            self._size += kept.size
            while self._size > LARGEST_KEPT:
                self._drop(next(iter(self._kept)))
        return kept

    def _drop(self, key: Key) -> None:
        old = self._kept.pop(key, None)
        self._size -= old.size if old else 0


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _whole(scope: Scope) -> Scope:
    """The request for the answer as a whole, whether or not the asker has it."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]}


def _key(scope: Scope, headers: dict[bytes, bytes], cookies: dict[str, str]) -> Key:
    reader = preferences(cookies, headers.get(b"accept-language", b"").decode("latin-1"))
    signed_in = str(scope.get("state", {}).get("signed_in", False))
    partial = headers.get(b"hx-request", b"").decode("latin-1")
    return (scope["path"], scope["query_string"].decode("latin-1"), reader.units, reader.theme, signed_in, partial)


def _cookies(header: bytes) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header.decode("latin-1")).items()}
    except CookieError:
        return {}
