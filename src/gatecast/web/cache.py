"""Cached answers, valid until the areas of the store that they come from change.

A page is the same for every reader with the same preferences, so it is rendered once for each state of the areas of the
store that it shows. While those change often, a page up to four seconds old is shown to those who did not change
anything themselves, and one rendering at a time refreshes pages; whoever sent a change sees it at once, and so does
whoever was told that a job is done. While a long
change is under way, such as the import of many games, nobody waits for it: until it is answered, pages may be a minute
old. The API's responses are cached in the same way but are never old, as programs do not look twice. While the database
cannot be reached, whatever is cached is still sent.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import html
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from anyio import to_thread

from gatecast.errors import StoreError
from gatecast.store.revisions import AREAS, FORECASTS, GAMES, PLANS, SETTINGS
from gatecast.web.preferences import preferences

__all__ = [
    "ALL_AREAS",
    "CACHEABLE_HEADER",
    "NEWS_HEADER",
    "PLAN_AREAS",
    "READ_METHODS",
    "SEASON_AREAS",
    "CachedResponse",
    "PageCache",
    "cacheable",
    "etag_matches",
    "etag_of",
    "is_cacheable",
]

READ_METHODS = frozenset({"GET", "HEAD"})
"""Methods of requests that change nothing, and whose answers may be cached."""
CACHEABLE_HEADER = "x-gatecast-cacheable"
"""Header by which an answer says that it may be cached; removed before it is sent."""
NEWS_HEADER = "x-gatecast-news"
"""Header by which an answer says that it tells of a change that another process made, such as a job that is done:
whoever reads it sees that change on every page from then on, as if they had made it. It is not sent."""
SEASON_AREAS = (GAMES, FORECASTS, SETTINGS)
PLAN_AREAS = (*SEASON_AREAS, PLANS)
ALL_AREAS = AREAS
"""Areas of the store that an answer may come from."""
STALE_S = 4.0
"""Seconds for which a page may be shown after the store has changed."""
LONG_CHANGE_S, STALE_IN_LONG_CHANGE_S = 1.0, 60.0
"""Seconds after which a change that is not answered yet is a long one, and the stale seconds of pages meanwhile."""
SMALLEST_ZIPPED = 600
ETAG_LENGTH = 32
ZIPPED_MARK = b"-gzip"
SEEN_COOKIE = "gc_seen"
LARGEST_CACHE = 64 * 1024 * 1024
LARGEST_KEY = 2048
MOST_RENDERINGS = 1
"""Cached pages that are refreshed at once, so that those who wait for something else are not held up."""
LONGEST_MARK = 16
NEVER = float("-inf")
NOTE_BEFORE = b'<div class="headline">'
"""The part of a page that follows its notes."""
UNAVAILABLE = 503
RETRY_S = 1.0
"""Seconds for which a database that failed is not asked again, so that readers do not wait for it one by one."""

Scope = dict[str, Any]
Message = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
App = Callable[..., Any]
Key = tuple[str, ...]
State = Mapping[str, int]


@dataclass
class CachedResponse:
    """A cached answer.

    Parameters
    ----------
    state : mapping of str to int
        The state of the store when rendering began: of the areas that it comes from, and the day.
    changes : int
        Number of changes sent to this server by then.
    current_at : float
        When it was last known to be current, in seconds of the monotonic clock.
    stale_s : float
        Seconds for which it may be sent after that.
    headers : list of (bytes, bytes)
    body, zipped : bytes
        The body as it is and as gzip; the latter is empty if it would save nothing.
    etag : bytes
        Of the body as it is.
    """

    state: State
    changes: int
    current_at: float
    stale_s: float
    headers: Headers
    body: bytes
    zipped: bytes
    etag: bytes

    @classmethod
    def of(cls, messages: list[Message], state: State, changes: int, now: float) -> CachedResponse:
        """Return what an application sent as a cached answer."""
        stale, *areas = dict(messages[0]["headers"])[CACHEABLE_HEADER.encode()].decode("ascii").split()
        body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
        dropped = (CACHEABLE_HEADER.encode(), b"content-length", b"cache-control", b"etag")
        headers = [pair for pair in messages[0]["headers"] if pair[0].lower() not in dropped]
        headers += [
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Accept-Encoding, Accept-Language, Cookie, HX-Request"),
        ]
        zipped = gzip.compress(body, 5, mtime=0) if len(body) >= SMALLEST_ZIPPED else b""
        relevant = {name: number for name, number in state.items() if name in areas or name not in AREAS}
        return cls(relevant, changes, now, float(stale), headers, body, zipped, etag_of(body))

    @property
    def size(self) -> int:
        """Return the bytes it takes."""
        return len(self.body) + len(self.zipped)

    def current(self, state: State) -> bool:
        """Return whether nothing it comes from has changed."""
        return all(state[name] == number for name, number in self.state.items())

    async def send_with(self, note: str, method: str, send: App) -> None:
        """Send a page with a note at its top, which is not the page that its ETag names."""
        pages = any(name == b"content-type" and value.startswith(b"text/html") for name, value in self.headers)
        line = f'<p class="alert bad" role="alert">{html.escape(note)}</p>\n'.encode()
        body = self.body.replace(NOTE_BEFORE, line + NOTE_BEFORE, 1) if pages else self.body
        headers = [*self.headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})

    async def send(self, method: str, headers: Mapping[bytes, bytes], send: App) -> None:
        """Send it, or 304 if the client has it."""
        zips = bool(self.zipped) and b"gzip" in headers.get(b"accept-encoding", b"")
        # Each encoding is a representation of its own, so each has an ETag of its own (RFC 9110, 8.8.3.3).
        etag = self.etag[:-1] + ZIPPED_MARK + b'"' if zips else self.etag
        shown = [*self.headers, (b"etag", etag)]
        if etag_matches(self.etag, headers.get(b"if-none-match", b"")):
            shown = [pair for pair in shown if pair[0] != b"content-type"]
            await send({"type": "http.response.start", "status": 304, "headers": shown})
            await send({"type": "http.response.body", "body": b""})
            return
        body = self.zipped if zips else self.body
        shown.append((b"content-length", str(len(body)).encode()))
        if zips:
            shown.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": 200, "headers": shown})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def cacheable(areas: Iterable[str], *, stale_s: float = STALE_S) -> dict[str, str]:
    """Return the header of an answer that is valid until one of these areas of the store changes, or the day.

    Parameters
    ----------
    areas : iterable of str
    stale_s : float
        Seconds for which it may be sent after that, to whoever did not send the change.
    """
    return {CACHEABLE_HEADER: " ".join([f"{stale_s:g}", *areas])}


def is_cacheable(start: Message) -> bool:
    """Return whether an answer that starts with this message may be cached."""
    return any(name == CACHEABLE_HEADER.encode() for name, _ in start.get("headers", ()))


def _tells_news(message: Message) -> bool:
    """Return whether an answer starts with this message and tells of a change made elsewhere."""
    return any(name == NEWS_HEADER.encode() for name, _ in message.get("headers", ()))


def etag_of(body: bytes) -> bytes:
    """Return the ETag of a body that is sent without compression.

    Examples
    --------
    >>> etag_of(b"Kites")
    b'"c5ef50c5b28e72fc69f423fc9b455962"'
    """
    return b'"' + hashlib.sha256(body).hexdigest()[:ETAG_LENGTH].encode() + b'"'


def etag_matches(etag: bytes, header: bytes) -> bool:
    """Return whether `If-Match` or `If-None-Match` names an ETag, in any encoding (RFC 9110, 13.1).

    Examples
    --------
    >>> etag_matches(b'"a"', b'W/"b", "a-gzip"'), etag_matches(b'"a"', b'"b"'), etag_matches(b'"a"', b"*")
    (True, False, True)
    """
    marks = [mark.strip().removeprefix(b"W/").replace(ZIPPED_MARK + b'"', b'"') for mark in header.split(b",")]
    return etag in marks or marks == [b"*"]


class PageCache:
    """ASGI middleware that caches answers.

    Parameters
    ----------
    app : ASGI application
    state : callable
        Returns the state of the store, a number for each area; called in a thread.
    outage : callable
        Returns what pages say while the state cannot be read.
    checked_s : float
        Seconds for which a state that was read counts, unless a change comes this way: changes by other processes are
        noticed so much later.
    largest : int
        Bytes that are cached.

    Raises
    ------
    StoreError
        When called: the state cannot be read, and nothing is cached for the request.
    """

    def __init__(
        self,
        app: App,
        state: Callable[[], State],
        checked_s: float = 0.25,
        outage: Callable[[], str] = str,
        largest: int = LARGEST_CACHE,
    ) -> None:
        self.app, self.state, self.checked_s, self.outage, self.largest = app, state, checked_s, outage, largest
        self._cached: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._size = 0
        self._changes = 0
        self._under_way: dict[object, float] = {}
        self._state: State = {}
        self._read_at = NEVER
        self._failure: tuple[float, StoreError] | None = None
        self._reads = asyncio.Lock()
        self._renderings = asyncio.Semaphore(MOST_RENDERINGS)
        self._rendering: dict[Key, asyncio.Task[bool]] = {}

    async def __call__(self, scope: Scope, receive: App, send: App) -> None:
        """Answer from the cache where possible."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] not in READ_METHODS:
            await self._change(scope, receive, send)
        else:
            await self._read(scope, receive, send)

    async def _change(self, scope: Scope, receive: App, send: App) -> None:
        """Pass a change on, and mark its sender so that nothing older is shown to it."""

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._mark_change(message)
            await send(message)

        change = object()
        self._under_way[change] = time.monotonic()
        try:
            await self.app(scope, receive, send_marked)
        finally:
            del self._under_way[change]

    def _mark_change(self, start: Message) -> None:
        """Count a change that is in the store by now, and mark the reader of an answer as one who knows of it.

        Only what is read from here on is sure to show it.
        """
        self._changes += 1
        self._read_at = NEVER
        mark = f"{SEEN_COOKIE}={self._changes}; Path=/; HttpOnly; SameSite=Strict"
        start["headers"] = [*start["headers"], (b"set-cookie", mark.encode())]

    async def _read(self, scope: Scope, receive: App, send: App) -> None:
        headers = dict(scope["headers"])
        cookies = _cookies(headers.get(b"cookie", b""))
        key = _key(scope, headers, cookies)
        try:
            cached = await self._usable(scope, key, self._mark(cookies))
        except StoreError:
            cached = self._cached.get(key)
            if cached is None:
                raise
            await cached.send_with(self.outage(), scope["method"], send)
            return
        if cached is not None:
            await cached.send(scope["method"], headers, send)
            return
        state, changes, messages = await self._current(), self._changes, list[Message]()

        async def send_or_hold(message: Message) -> None:
            if messages or is_cacheable(message):
                messages.append(message)
                return
            if _tells_news(message):
                message["headers"] = [pair for pair in message["headers"] if pair[0] != NEWS_HEADER.encode()]
                self._mark_change(message)
            await send(message)

        await self.app(_unconditional(scope), receive, send_or_hold)
        if messages:
            cached = self._add(key, CachedResponse.of(messages, state, changes, time.monotonic()))
            await cached.send(scope["method"], headers, send)

    async def _usable(self, scope: Scope, key: Key, seen: int) -> CachedResponse | None:
        """Return the cached answer if it is recent enough; render it again if it is too old."""
        cached, asked = self._cached.get(key), self._changes
        if cached is None or cached.changes < seen:
            return None
        while cached is not None:
            state, now = await self._current(), time.monotonic()
            if cached.current(state):
                cached.current_at = now
                break
            age = now - cached.current_at
            waits = not cached.stale_s or age > self._oldest(cached.stale_s, now)
            if not waits and age <= cached.stale_s / 2:
                break
            # A rendering that somebody waits for takes no turns with those that only refresh.
            rendering = self._rendered(scope, key, nullcontext() if waits else self._renderings)
            if not waits or not await asyncio.shield(rendering):
                break
            cached = self._cached.get(key)
            if cached is not None and cached.changes >= asked:
                break
        if key in self._cached:
            self._cached.move_to_end(key)
        return cached

    def _oldest(self, stale_s: float, now: float) -> float:
        """Return the seconds for which a page may be sent after the store has changed."""
        long = any(now - began > LONG_CHANGE_S for began in self._under_way.values())
        return max(stale_s, STALE_IN_LONG_CHANGE_S) if long else stale_s

    def _mark(self, cookies: dict[str, str]) -> int:
        """Return how many changes there had been after this reader's last one; 0 if before the server started."""
        text = cookies.get(SEEN_COOKIE, "")
        seen = int(text) if text.isdecimal() and len(text) < LONGEST_MARK else 0
        return seen if seen <= self._changes else 0

    def _rendered(self, scope: Scope, key: Key, turns: AbstractAsyncContextManager[object]) -> asyncio.Task[bool]:
        """Return the task that renders a cached answer again, one at a time for each answer; False if it cannot."""

        async def render() -> bool:
            messages = list[Message]()

            async def hold(message: Message) -> None:
                messages.append(message)

            try:
                async with turns:
                    state, changes = await self._current(), self._changes
                    await self.app({**_unconditional(scope), "method": "GET"}, _no_body, hold)
            except StoreError:
                return False
            finally:
                del self._rendering[key]
            if messages and messages[0]["status"] == UNAVAILABLE:
                return False
            if messages and is_cacheable(messages[0]):
                self._add(key, CachedResponse.of(messages, state, changes, time.monotonic()))
            else:
                self._drop(key)
            return True

        if key not in self._rendering:
            self._rendering[key] = asyncio.create_task(render())
        return self._rendering[key]

    async def _current(self) -> State:
        """Return the state of the store, read at most `checked_s` seconds ago."""
        asked = time.monotonic() - self.checked_s
        while self._read_at < asked:
            async with self._reads:
                if self._read_at < asked:
                    await self._read_state()
        return self._state

    async def _read_state(self) -> None:
        began, changes = time.monotonic(), self._changes
        if self._failure is not None and began - self._failure[0] < RETRY_S:
            raise self._failure[1].with_traceback(None)
        try:
            self._state = await to_thread.run_sync(self.state)
        except StoreError as problem:
            self._failure = (time.monotonic(), problem)
            raise
        self._failure = None
        self._read_at = began if changes == self._changes else NEVER

    def _add(self, key: Key, cached: CachedResponse) -> CachedResponse:
        if len("".join(key)) <= LARGEST_KEY:
            self._drop(key)
            self._cached[key] = cached
            self._size += cached.size
            while self._size > self.largest:
                self._drop(next(iter(self._cached)))
        return cached

    def _drop(self, key: Key) -> None:
        old = self._cached.pop(key, None)
        self._size -= old.size if old else 0


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _unconditional(scope: Scope) -> Scope:
    """Return the request without conditions, so that the whole answer comes."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]}


def _key(scope: Scope, headers: dict[bytes, bytes], cookies: dict[str, str]) -> Key:
    reader = preferences(cookies, headers.get(b"accept-language", b"").decode("latin-1"))
    signed_in = str(scope.get("state", {}).get("signed_in", False))
    partial = headers.get(b"hx-request", b"").decode("latin-1")
    return (scope["path"], scope["query_string"].decode("latin-1"), str(reader), signed_in, partial)


def _cookies(header: bytes) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header.decode("latin-1")).items()}
    except CookieError:
        return {}
