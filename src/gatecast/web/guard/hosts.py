"""Host names that the server answers, and sites that may send changes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.web.guard.requests import SAFE_METHODS, SESSION_COOKIE, cookies_of, header, headers_of, refusal
from gatecast.web.listening import is_own

__all__ = ["KnownHosts", "OwnOrigin", "from_own_page", "host_name"]

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[0-9a-z](?:[0-9a-z._-]*[0-9a-z])?\.?)(?::[0-9]{0,5})?", re.IGNORECASE)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers by which a server in front says that it asks for somebody else."""
LONGEST_HOST = 262
"""A name of 255 signs, a colon and a port."""


def host_name(host: str | None) -> str | None:
    """Return the name in a Host header without port and brackets; None if there is none.

    Examples
    --------
    >>> host_name("[::1]:8000"), host_name("club.example"), host_name("localhost@elsewhere")
    ('::1', 'club.example', None)
    """
    found = HOST.fullmatch(host) if host and len(host) <= LONGEST_HOST else None
    return found[1].strip("[]") if found else None


class KnownHosts:
    """ASGI middleware that answers only this computer, under its own names, while no password is set.

    A page of another site may point its own name at this computer (DNS rebinding); the name gives it away.

    Parameters
    ----------
    app : ASGI application
    has_password : callable
        True if one is set.
    """

    def __init__(self, app: ASGIApp, has_password: Callable[[], Awaitable[bool]]) -> None:
        self.app, self.has_password = app, has_password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through if it names an accepted host."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = host_name(header(scope, "host"))
        if name is None:
            await refusal(scope, 400, "The request names no host.")(scope, receive, send)
        elif await self.has_password() or (is_own(name) and _from_here(scope)):
            await self.app(scope, receive, send)
        else:
            line = "Only this computer may open these pages while no password is set; set one with 'gatecast password'."
            await refusal(scope, 400, line)(scope, receive, send)


def _from_here(scope: Scope) -> bool:
    """Return whether a request comes from this computer; one over a Unix socket carries no address."""
    client = scope.get("client")
    return (client is None or is_own(client[0])) and not any(headers_of(scope, name) for name in FORWARDED)


OWN_SITES = ("same-origin", "none")
REFUSED = "This came from a page of another site. Open the page here and send it again."


class OwnOrigin:
    """ASGI middleware that refuses changes sent by pages of other sites (cross-site request forgery).

    Browsers say in Sec-Fetch-Site, or at least in Origin, where a request comes from, and no page can make them lie.
    Programs say neither; they are let through as long as they carry no cookie of a session.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through if it changes nothing, or comes from a page of this server or a program."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or from_own_page(scope):
            await self.app(scope, receive, send)
        else:
            await refusal(scope, 403, REFUSED)(scope, receive, send)


def from_own_page(scope: Scope) -> bool:
    """Return whether a request comes from a page of this server, from its user directly, or from a program."""
    site = header(scope, "sec-fetch-site")
    if site is not None:
        return site in OWN_SITES
    origin = header(scope, "origin")
    if origin is not None:
        hosts = headers_of(scope, "host")
        return len(hosts) == 1 and origin.lower() in _origins(scope, hosts[0].strip().lower())
    return not cookies_of(scope, SESSION_COOKIE)


def _origins(scope: Scope, host: str) -> tuple[str, str]:
    """Return the origins of this server's pages: as requested, or over TLS from a server in front."""
    return f"{scope.get('scheme', 'http')}://{host}", f"https://{host}"
