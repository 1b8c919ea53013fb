"""Addresses that no page of ours has: too long, or made to be read in two ways."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.web.guard.answers import refusal, target_of

__all__ = ["LONGEST_ADDRESS", "PathGuard"]

LONGEST_ADDRESS = 8192
"""Bytes of a path with its query."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
CONTROL_SENT = re.compile(rb"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)
NUL_SENT = b"%00"
MOST_LAYERS = 4


class PathGuard:
    """ASGI middleware that refuses an address that is too long, holds control signs or climbs out of its folder.

    No page reads a file whose name stands in the address but those under `/static/`, which look after themselves; what
    is refused here can be no honest request.
    """

    def __init__(self, app: ASGIApp, longest: int = LONGEST_ADDRESS) -> None:
        self.app, self.longest = app, longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request with a plain address through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = target_of(scope)
        if len(sent) > self.longest:
            line = f"The address has {len(sent):,} bytes; at most {self.longest:,} are taken."
            await refusal(scope, 414, line)(scope, receive, send)
        elif not _plain(scope["path"]) or CONTROL_SENT.search(sent.partition(b"?")[0]) or NUL_SENT in sent:
            await refusal(scope, 400, "The address is not one of ours.")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _plain(path: str) -> bool:
    """Whether a path, however often its signs are encoded, has no control sign, backslash or step upwards."""
    for _ in range(MOST_LAYERS):
        if CONTROL.search(path) or any(part in (".", "..") for part in path.split("/")):
            return False
        decoded = unquote(path)
        if decoded == path:
            return path.startswith("/") and not path.startswith("//")
        path = decoded
    return False
