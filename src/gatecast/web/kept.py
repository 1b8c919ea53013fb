"""Answers that may be kept: how long, until what changes, and how they are sent again."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gatecast.store.revisions import AREAS, FORECASTS, GAMES, PLANS, SETTINGS

__all__ = [
    "EVERYTHING",
    "KEEPING",
    "PLANNED",
    "READING",
    "SEASON",
    "CachedResponse",
    "cacheable",
    "may_be_kept",
    "send_kept",
]

READING = frozenset({"GET", "HEAD"})
"""Methods of requests that change nothing, and whose answers may be kept."""
KEEPING = "x-gatecast-cacheable"
"""Header by which an answer says that it may be kept; taken out before it is sent."""
SEASON = (GAMES, FORECASTS, SETTINGS)
PLANNED = (*SEASON, PLANS)
EVERYTHING = AREAS
"""Areas of the store that an answer may come from."""
STALE_S = 4.0
"""Seconds for which a page may be shown after the store has changed."""
SMALLEST_ZIPPED = 600
ETAG_LENGTH = 32

Message = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
State = Mapping[str, int]


@dataclass
class CachedResponse:
    """An answer as it is kept.

    Parameters
    ----------
    state : mapping of str to int
        The state of the store when it was begun: of the areas that it comes from, and the day.
    changes : int
        How many changes had been sent to this server by then.
    current_at : float
        When it was last known to be current, in seconds of the monotonic clock.
    stale_s : float
        Seconds for which it may be sent after that.
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
        """What an application sent, begun at a state of the store."""
        told = dict(messages[0]["headers"])[KEEPING.encode()].decode("ascii").split()
        others = {*AREAS} - {*told[1:]}
        body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
        etag = b'"' + hashlib.sha256(body).hexdigest()[:ETAG_LENGTH].encode() + b'"'
        dropped = (KEEPING.encode(), b"content-length", b"cache-control", b"etag")
        headers = [pair for pair in messages[0]["headers"] if pair[0].lower() not in dropped]
        headers += [
            (b"etag", etag),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Accept-Encoding, Accept-Language, Cookie, HX-Request"),
        ]
        zipped = gzip.compress(body, 5, mtime=0) if len(body) >= SMALLEST_ZIPPED else b""
        of_it = {name: number for name, number in state.items() if name not in others}
        return cls(of_it, changes, now, float(told[0]), headers, body, zipped, etag)

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.body) + len(self.zipped)

    def current(self, state: State) -> bool:
        """Whether nothing that it comes from has changed."""
        return all(state[name] == number for name, number in self.state.items())


def cacheable(areas: Iterable[str], *, stale_s: float = STALE_S) -> dict[str, str]:
    """The header of an answer that may be kept until one of these areas of the store changes, or the day.

    Parameters
    ----------
    areas : iterable of str
    stale_s : float
        Seconds for which it may be sent after that, to whoever did not send the change.
    """
    return {KEEPING: " ".join([f"{stale_s:g}", *areas])}


def may_be_kept(start: Message) -> bool:
    """Whether an answer, which begins so, says that it may be kept."""
    return any(name == KEEPING.encode() for name, _ in start.get("headers", ()))


async def send_kept(kept: CachedResponse, method: str, headers: Mapping[bytes, bytes], send: Any) -> None:  # noqa: ANN401
    """Send a kept answer, or only that it is the one the asker has."""
    if _known(kept.etag, headers.get(b"if-none-match", b"")):
        left_out = (b"content-type",)
        told = [pair for pair in kept.headers if pair[0] not in left_out]
        await send({"type": "http.response.start", "status": 304, "headers": told})
        await send({"type": "http.response.body", "body": b""})
        return
    zips = kept.zipped and b"gzip" in headers.get(b"accept-encoding", b"")
    body = kept.zipped if zips else kept.body
    told = [*kept.headers, (b"content-length", str(len(body)).encode())]
    told += [(b"content-encoding", b"gzip")] if zips else []
    await send({"type": "http.response.start", "status": 200, "headers": told})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _known(etag: bytes, given: bytes) -> bool:
    """Whether `If-None-Match` names an ETag (RFC 9110, 13.1.2)."""
    marks = [mark.strip().removeprefix(b"W/") for mark in given.split(b",")]
    return etag in marks or marks == [b"*"]
