"""Reading the headers of a request, refusing it, and the addresses that are always refused."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from urllib.parse import unquote

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.web.problems import problem
from gatecast.web.problems import unavailable as unavailable_problem
from gatecast.web.render import unavailable_page

__all__ = [
    "LONGEST_ADDRESS",
    "SAFE_METHODS",
    "SESSION_COOKIE",
    "PathGuard",
    "cookies_of",
    "header",
    "headers_of",
    "of_api",
    "own_path",
    "refusal",
    "session_secrets",
    "target_of",
    "unavailable",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
SESSION_COOKIE = "gc_session"
MOST_SESSIONS = 4
"""Cookies of a session that are looked up of one request; an honest one has one."""
API = "/api"
LOG = logging.getLogger("gatecast.web")


def headers_of(scope: Scope, name: str) -> list[str]:
    """Return every value of a header, in order."""
    wanted = name.encode("latin-1")
    return [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]


def header(scope: Scope, name: str) -> str | None:
    """Return the value of a header that may appear once; None if absent, empty if repeated."""
    values = headers_of(scope, name)
    if not values:
        return None
    return values[0].strip() if len(values) == 1 else ""


def cookies_of(scope: Scope, name: str) -> list[str]:
    """Return every value of a cookie; another server of the same site may have set a second one."""
    pairs = (pair.partition("=") for line in headers_of(scope, "cookie") for pair in line.split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def session_secrets(scope: Scope) -> list[str]:
    """Return the session secrets that a request carries: usually one, at most four."""
    return cookies_of(scope, SESSION_COOKIE)[:MOST_SESSIONS]


def of_api(scope: Scope) -> bool:
    """Return whether a request is for the API."""
    path = scope["path"]
    return bool(path == API or path.startswith(f"{API}/"))


def target_of(scope: Scope) -> bytes:
    """Return the path and query of a request as sent."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return path + b"?" + query if query else path


def refusal(scope: Scope, status: int, line: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a request that is refused."""
    answer: Response = problem(status, line) if of_api(scope) else PlainTextResponse(f"{line}\n", status)
    answer.headers.update(headers or {})
    return answer


LONGEST_PATH = 2000
PATH = re.compile(r"/[!-\[\]-~]*")
"""A slash and printable ASCII without blanks and backslashes."""
PATH_ENCODED = re.compile(r"[^\x00-\x1f\x7f\\]*")
STEPS = (".", "..")


def unavailable(scope: Scope, error: Exception) -> Response:
    """Return the answer to a request while the database cannot be reached, and log one line about it."""
    LOG.warning("503 %s %s: %s", scope["method"], scope["path"], " ".join(str(error).split()))
    if of_api(scope):
        return unavailable_problem()
    safe = scope["method"] in SAFE_METHODS
    service = getattr(scope["app"].state, "service", None) if "app" in scope else None
    since = getattr(service, "unreachable_since", None)
    again = own_path(target_of(scope).decode("latin-1")) if safe else "/"
    return unavailable_page(again, changing=not safe, since=since)


def own_path(text: str, otherwise: str = "/") -> str:
    """Return a text if it is a path on this server, with or without a query; otherwise another path.

    Parameters
    ----------
    text : str
        Such as the field that says where to go after signing in.
    otherwise : str

    Examples
    --------
    >>> own_path("/games/QUI202506130?season=2025")
    '/games/QUI202506130?season=2025'
    >>> own_path("//elsewhere.example/"), own_path("https://elsewhere.example/"), own_path("/\\\\elsewhere.example")
    ('/', '/', '/')
    """
    path = text.partition("?")[0].partition("#")[0]
    decoded = unquote(path)
    fine = (
        len(text) <= LONGEST_PATH
        and PATH.fullmatch(text)
        and PATH_ENCODED.fullmatch(decoded)
        and not decoded.startswith("//")
        and not any(part in STEPS for part in decoded.split("/"))
    )
    return text if fine else otherwise


LONGEST_ADDRESS = 8192
"""Bytes of a path with its query."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
CONTROL_SENT = re.compile(rb"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)
NUL_SENT = b"%00"
MOST_LAYERS = 4


class PathGuard:
    """ASGI middleware that refuses an address that is too long, has control characters or leaves its folder.

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
            line = f"The address has {len(sent):,} bytes; the limit is {self.longest:,}."
            await refusal(scope, 414, line)(scope, receive, send)
        elif not _plain(scope["path"]) or CONTROL_SENT.search(sent.partition(b"?")[0]) or NUL_SENT in sent:
            await refusal(scope, 400, "The address is not valid.")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _plain(path: str) -> bool:
    """Return whether a path, however often encoded, has no control character, backslash or `..`."""
    for _ in range(MOST_LAYERS):
        if CONTROL.search(path) or any(part in (".", "..") for part in path.split("/")):
            return False
        decoded = unquote(path)
        if decoded == path:
            return path.startswith("/") and not path.startswith("//")
        path = decoded
    return False
