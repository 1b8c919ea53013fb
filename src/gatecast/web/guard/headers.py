"""Security headers of every answer."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatecast.web.guard.requests import SAFE_METHODS, refusal, unavailable
from gatecast.web.problems import is_unavailable

__all__ = ["CONTENT_POLICY", "SAFETY_HEADERS", "SafetyHeaders"]

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
UNUSED_POWERS = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
SAFETY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Stricter, and browsers would send no origin with a form either, which is what tells our own pages from others.
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": ", ".join(f"{power}=()" for power in UNUSED_POWERS),
}
"""Sent with every answer, in place of what a page may have said itself."""
STATIC = "/static/"
STATIC_CACHING = {True: b"private, max-age=3600", False: b"private, no-cache"}
"""By whether the address of a file names its version."""
FAILURE = "Something went wrong. The server's log has the details."

_SENT = [(name.encode(), value.encode()) for name, value in SAFETY_HEADERS.items()]
_NAMES = frozenset(name for name, _ in _SENT)


class SafetyHeaders:
    """ASGI middleware that sends the security headers with every answer, refusals and failures included.

    It refuses WebSockets, which no page of ours opens.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and add the headers to its answer."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _safe(scope, message)
            await send(message)

        try:
            await self.app(scope, receive, guarded)
        except Exception as error:
            if not begun and is_unavailable(error):
                await unavailable(scope, error)(scope, receive, guarded)
                return
            # The server would answer by itself, but without these headers; it still writes its log.
            if not begun:
                await refusal(scope, 500, FAILURE)(scope, receive, guarded)
            raise


def _safe(scope: Scope, start: Message) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in start.get("headers", ()) if name.lower() not in _NAMES]
    if not any(name.lower() == b"cache-control" for name, _ in kept):
        kept.append((b"cache-control", _caching(scope, start["status"])))
    return kept + _SENT


def _caching(scope: Scope, status: int) -> bytes:
    found = status < 400 and scope["method"] in SAFE_METHODS
    if found and scope["path"].startswith(STATIC):
        return STATIC_CACHING[bool(scope.get("query_string"))]
    return b"no-store"
