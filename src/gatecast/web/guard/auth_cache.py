"""Who may come in, asked of the store once every few seconds, so that a page costs no query."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from gatecast.service import access

if TYPE_CHECKING:
    from gatecast.store import Store, Token

__all__ = ["AuthCache"]

MOST_KEPT = 1024
Key = tuple[str, bytes]


class AuthCache:
    """Knows the password, the sessions and the tokens of a store, at most some seconds late.

    What this process changes itself counts at once, if it says so with `forget`. Only those who may come in are kept
    in mind, so that strangers crowd nobody out.

    Parameters
    ----------
    store : Store
    kept_s : float
        Seconds for which an answer of the store counts.
    clock : callable
        Seconds; it never goes back.
    """

    def __init__(self, store: Store, kept_s: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.store, self.kept_s, self.clock = store, kept_s, clock
        self._kept: dict[Key, tuple[float, Any]] = {}
        self._asked: dict[Key, asyncio.Future[Any]] = {}

    async def has_password(self) -> bool:
        """Whether a password is set."""
        answer = await self._answer(("password", b""), lambda: (access.has_password(self.store),))
        return bool(answer[0])

    async def session(self, secret: str) -> bool:
        """Whether a session with this secret goes on."""
        now = dt.datetime.now(dt.UTC)
        return bool(await self._answer(_key("session", secret), lambda: access.session_valid(self.store, secret, now)))

    async def token(self, secret: str) -> Token | None:
        """The token with this secret; None where there is none."""
        found: Token | None = await self._answer(_key("token", secret), lambda: access.token_of(self.store, secret))
        return found

    def forget(self) -> None:
        """Ask the store anew, after a password, a session or a token was changed."""
        self._kept, self._asked = {}, {}

    async def _answer(self, key: Key, ask: Callable[[], Any]) -> Any:  # noqa: ANN401  what the store answers
        """The answer of the store, asked by one of those who want it at the same time."""
        found = self._kept.get(key)
        if found is not None and self.clock() < found[0]:
            return found[1]
        asked = self._asked
        if key not in asked:
            asked[key] = asyncio.ensure_future(self._ask(key, ask))
        return await asyncio.shield(asked[key])

    async def _ask(self, key: Key, ask: Callable[[], Any]) -> Any:  # noqa: ANN401
        kept, asked, ends = self._kept, self._asked, self.clock() + self.kept_s
        try:
            answer = await to_thread.run_sync(ask)
        finally:
            asked.pop(key, None)
        kept.pop(key, None)
        if answer:
            # What `forget` has put aside in the meantime is written to no more.
            kept[key] = (ends, answer)
            while len(kept) > MOST_KEPT:
                kept.pop(next(iter(kept)))
        return answer


def _key(kind: str, secret: str) -> Key:
    return kind, hashlib.sha256(secret.encode(errors="replace")).digest()
