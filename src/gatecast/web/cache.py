"""Pages kept as they were rendered, until the store changes.

A page is the same for every reader with the same preferences, so it is rendered once for each state of the store. While
the store changes often, a page up to four seconds old is shown to those who did not change anything themselves, and one
rendering at a time brings it up to date; whoever sent a change sees it at once. Programs do not look twice: what they
ask the API for is never kept here.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from anyio import to_thread

from gatecast.web.words import preferences

__all__ = ["CACHEABLE", "PageCache"]

CACHEABLE = "x-gatecast-page"
"""Header by which a page says that it may be kept; taken out before it is sent."""
SEEN_COOKIE = "gc_seen"
SAFE = ("GET", "HEAD")
LARGEST_KEPT = 64 * 1024 * 1024
LARGEST_KEY = 2048
SMALLEST_ZIPPED = 600
MOST_RENDERINGS = 2
"""Kept pages that are brought up to date at once, so that those who wait for something else are not held up by it."""
LONGEST_MARK = 16

Scope = dict[str, Any]
Message = dict[str, Any]
App = Callable[..., Any]
Key = tuple[str, ...]


@dataclass
class Kept:
    """A page: its state of the store, the count of changes when it was begun, when it was last known to be current."""

    state: tuple[int, ...]
    changes: int
    current_at: float
    headers: list[tuple[bytes, bytes]]
    body: bytes
    zipped: bytes
    etag: bytes

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.body) + len(self.zipped)


class PageCache:
    """ASGI middleware that keeps pages.

    Parameters
    ----------
    app : ASGI application
    state : callable
        The state of the store; called in a thread.
    checked_s, stale_s : float
        Seconds for which a look at the state counts, and for which a page is shown after its state has passed.
    """

    def __init__(
        self, app: App, state: Callable[[], tuple[int, ...]], checked_s: float = 0.25, stale_s: float = 4.0
    ) -> None:
        self.app, self.state, self.checked_s, self.stale_s = app, state, checked_s, stale_s
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._changes = 0
        self._known: tuple[int, ...] = ()
        self._known_at = 0.0
        self._looking = asyncio.Lock()
        self._renderings = asyncio.Semaphore(MOST_RENDERINGS)
        self._rendering: dict[Key, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: App, send: App) -> None:
        """Answer from the kept pages where one will do."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] not in SAFE:
            await self._changing(scope, receive, send)
        else:
            await self._reading(scope, receive, send)

    async def _changing(self, scope: Scope, receive: App, send: App) -> None:
        """Pass a change on, and give its sender a mark so that no older page is shown to it."""
        self._changes += 1
        mark = f"{SEEN_COOKIE}={self._changes}; Path=/; HttpOnly; SameSite=Strict"

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", mark.encode())]
            await send(message)

        try:
            await self.app(scope, receive, marked)
        finally:
            self._known_at = 0.0

    async def _reading(self, scope: Scope, receive: App, send: App) -> None:
        headers = dict(scope["headers"])
        cookies = _cookies(headers.get(b"cookie", b""))
        key = _key(scope, headers, cookies)
        kept = await self._usable(scope, key, self._mark(cookies))
        if kept is not None:
            await _send_kept(kept, scope, headers, send)
            return
        state, changes, messages = await self._current(), self._changes, list[Message]()

        async def watched(message: Message) -> None:
            if messages or _may_be_kept(message):
                messages.append(message)
            else:
                await send(message)

        await self.app(scope, receive, watched)
        if messages:
            await _send_kept(self._keep(key, state, changes, messages), scope, headers, send)

    async def _usable(self, scope: Scope, key: Key, seen: int) -> Kept | None:
        """The kept page, if it is current or may pass for it; rendered anew where it is too old."""
        kept = self._pages.get(key)
        if kept is None or kept.changes < seen:
            return None
        state, now = await self._current(), time.monotonic()
        if kept.state == state:
            kept.current_at = now
        else:
            rendering = self._rendered(scope, key)
            if now - kept.current_at > self.stale_s:
                await asyncio.shield(rendering)
                kept = self._pages.get(key)
        if kept is not None:
            self._pages.move_to_end(key)
        return kept

    def _mark(self, cookies: dict[str, str]) -> int:
        """How many changes there had been when this reader sent its last one; 0 from before the server began."""
        text = cookies.get(SEEN_COOKIE, "")
        seen = int(text) if text.isdecimal() and len(text) < LONGEST_MARK else 0
        return seen if seen <= self._changes else 0

    def _rendered(self, scope: Scope, key: Key) -> asyncio.Task[None]:
        """A page that was kept before rendered anew, beside the requests, one rendering of it at a time."""

        async def render() -> None:
            messages = list[Message]()

            async def gathered(message: Message) -> None:
                messages.append(message)

            try:
                async with self._renderings:
                    state, changes = await self._current(), self._changes
                    await self.app({**scope, "method": "GET"}, _no_body, gathered)
                if messages and _may_be_kept(messages[0]):
                    self._keep(key, state, changes, messages)
                else:
                    self._drop(key)
            finally:
                del self._rendering[key]

        if key not in self._rendering:
            self._rendering[key] = asyncio.create_task(render())
        return self._rendering[key]

    async def _current(self) -> tuple[int, ...]:
        """The state of the store, looked at every quarter of a second at most."""
        if time.monotonic() - self._known_at > self.checked_s:
            async with self._looking:
                if time.monotonic() - self._known_at > self.checked_s:
                    self._known = await to_thread.run_sync(self.state)
                    self._known_at = time.monotonic()
        return self._known

    def _keep(self, key: Key, state: tuple[int, ...], changes: int, messages: list[Message]) -> Kept:
        body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
        etag = b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
        dropped = (CACHEABLE.encode(), b"content-length", b"cache-control", b"etag")
        headers = [pair for pair in messages[0]["headers"] if pair[0].lower() not in dropped]
        headers += [
            (b"etag", etag),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Accept-Encoding, Accept-Language, Cookie, HX-Request"),
        ]
        zipped = gzip.compress(body, 5, mtime=0) if len(body) >= SMALLEST_ZIPPED else b""
        kept = Kept(state, changes, time.monotonic(), headers, body, zipped, etag)
        if len("".join(key)) <= LARGEST_KEY:
            self._drop(key)
            self._pages[key] = kept
            self._size += kept.size
            while self._size > LARGEST_KEPT:
                self._drop(next(iter(self._pages)))
        return kept

    def _drop(self, key: Key) -> None:
        old = self._pages.pop(key, None)
        self._size -= old.size if old else 0


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _may_be_kept(start: Message) -> bool:
    return any(name == CACHEABLE.encode() for name, _ in start.get("headers", ()))


async def _send_kept(kept: Kept, scope: Scope, headers: dict[bytes, bytes], send: App) -> None:
    if kept.etag in headers.get(b"if-none-match", b""):
        await send({"type": "http.response.start", "status": 304, "headers": kept.headers})
        await send({"type": "http.response.body", "body": b""})
        return
    zips = kept.zipped and b"gzip" in headers.get(b"accept-encoding", b"")
    body = kept.zipped if zips else kept.body
    told = [*kept.headers, (b"content-length", str(len(body)).encode())]
    told += [(b"content-encoding", b"gzip")] if zips else []
    await send({"type": "http.response.start", "status": 200, "headers": told})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


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
