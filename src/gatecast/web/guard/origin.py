"""Changes are taken from our own pages and from programs, never from pages of others (cross-site request forgery)."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from gatecast.web.guard.answers import SAFE_METHODS, SESSION_COOKIE, cookies_of, header, headers_of, refusal

__all__ = ["OwnOrigin", "from_own_page"]

OWN_SITES = ("same-origin", "none")
REFUSED = "This came from a page of another site; open the page here and send it again."


class OwnOrigin:
    """ASGI middleware that refuses changes asked for by pages of other sites.

    Browsers say in Sec-Fetch-Site, or at least in Origin, where a request comes from, and no page can make them lie.
    Programs say neither; they are let through as long as they carry no cookie of a session.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through that changes nothing, or comes from where changes may come from."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or from_own_page(scope):
            await self.app(scope, receive, send)
        else:
            await refusal(scope, 403, REFUSED)(scope, receive, send)


def from_own_page(scope: Scope) -> bool:
    """Whether a request comes from a page of this server, from its user directly, or from a program."""
    site = header(scope, "sec-fetch-site")
    if site is not None:
        return site in OWN_SITES
    origin = header(scope, "origin")
    if origin is not None:
        hosts = headers_of(scope, "host")
        return len(hosts) == 1 and origin.lower() in _origins(scope, hosts[0].strip().lower())
    return not cookies_of(scope, SESSION_COOKIE)


def _origins(scope: Scope, host: str) -> tuple[str, str]:
    """Where our own pages come from: as they were asked for, or by TLS from a server in front of this one."""
    return f"{scope.get('scheme', 'http')}://{host}", f"https://{host}"
