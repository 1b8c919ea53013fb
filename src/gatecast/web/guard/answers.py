"""What the guard reads of a request, and how it refuses one: a plain line, or a problem document under the API."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from gatecast.web.api.problems import problem

__all__ = [
    "SAFE_METHODS",
    "SESSION_COOKIE",
    "cookies_of",
    "header",
    "headers_of",
    "of_api",
    "refusal",
    "session_secrets",
    "target_of",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
SESSION_COOKIE = "gc_session"
MOST_SESSIONS = 4
"""Cookies of a session that are looked up of one request; an honest one has one."""
API = "/api"


def headers_of(scope: Scope, name: str) -> list[str]:
    """Every value of a header, in order."""
    wanted = name.encode("latin-1")
    return [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]


def header(scope: Scope, name: str) -> str | None:
    """The value of a header that may stand once; None where it is absent, empty where it stands more than once."""
    values = headers_of(scope, name)
    if not values:
        return None
    return values[0].strip() if len(values) == 1 else ""


def cookies_of(scope: Scope, name: str) -> list[str]:
    """Every value of a cookie: another server of the same site may have set a second one of this name."""
    pairs = (pair.partition("=") for line in headers_of(scope, "cookie") for pair in line.split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def session_secrets(scope: Scope) -> list[str]:
    """What a request says the secret of its session is: one as a rule, at most four."""
    return cookies_of(scope, SESSION_COOKIE)[:MOST_SESSIONS]


def of_api(scope: Scope) -> bool:
    """Whether a request is one of the API."""
    path = scope["path"]
    return bool(path == API or path.startswith(f"{API}/"))


def target_of(scope: Scope) -> bytes:
    """The path and query of a request as they were sent."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return path + b"?" + query if query else path


def refusal(scope: Scope, status: int, line: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that is not let through."""
    answer: Response = problem(status, line) if of_api(scope) else PlainTextResponse(f"{line}\n", status)
    answer.headers.update(headers or {})
    return answer
