"""Put the addresses in the answers of one club below the address of that club.

The application of a club speaks of `/plan` and `/games/…`. On a server of many clubs these stand below `/clubs/SLUG`.
The request comes without that part, and what goes out is given it here, in one place: links and forms of pages, and
the headers that lead elsewhere. Text that people typed is escaped in a page, quotation marks too, so it never looks
like an attribute.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BELOW", "UnderRoot", "club_root", "rooted", "split_address"]

BELOW = "/clubs/"
OF_THE_SERVICE = ("/static/", "/login", "/logout")
"""Addresses that all clubs share."""
SHARED = "data-service"
"""Marks a link of a club's page that leads out of the club."""
SEEN_COOKIE = b"gc_seen="
PATH_OF_ALL = b"; Path=/;"
MOVED = (b"location", b"hx-redirect", b"hx-location", b"hx-push-url")
HTML = b"text/html"
UNAVAILABLE = 503
ADDRESS = re.compile(rb"/clubs/([a-z0-9-]{1,40})(/.*)?", re.DOTALL)

Headers = list[tuple[bytes, bytes]]


def club_root(slug: str) -> str:
    """Return the address below which the pages of a club stand."""
    return f"{BELOW}{slug}"


def split_address(scope: Scope) -> tuple[str, Scope] | None:
    """Return the slug that a request names, and the request as that club's application knows it; None for others.

    The slug must stand in the address as it was sent, without any of it percent-encoded.
    """
    sent: bytes = scope.get("raw_path") or scope["path"].encode()
    found = ADDRESS.fullmatch(sent.partition(b"?")[0])
    if found is None:
        return None
    slug = found[1].decode()
    root = club_root(slug)
    if not scope["path"].startswith(root):
        return None
    state = {**scope.get("state", {}), "club": slug, "root": root}
    return slug, {**scope, "path": scope["path"][len(root) :], "raw_path": found[2] or b"", "state": state}


def rooted(address: str, root: str, host: str = "") -> str:
    """Return an address of this server below the root of a club; another server's is left as it is.

    Parameters
    ----------
    address : str
        A path, or a URL.
    root : str
        Such as `/clubs/riverside`.
    host : str
        The name and port of this server, as the request says it.

    Examples
    --------
    >>> [rooted(each, "/clubs/a") for each in ("/plan?x=1", "/clubs/a/plan", "/login", "plan", "https://b.example/")]
    ['/clubs/a/plan?x=1', '/clubs/a/plan', '/login', 'plan', 'https://b.example/']
    >>> rooted("http://a.example/plan", "/clubs/a", "a.example")
    '/clubs/a/plan'
    """
    parts = urlsplit(address)
    if host and parts.netloc == host:
        address = parts._replace(scheme="", netloc="").geturl() or "/"
    path = address.partition("?")[0].partition("#")[0]
    shared = path.startswith("/static/") or path in OF_THE_SERVICE
    own = path == root or path.startswith(f"{root}/")
    return address if shared or own or not address.startswith("/") or address.startswith("//") else root + address


@lru_cache(maxsize=256)
def _links(root: str) -> re.Pattern[bytes]:
    shared = "|".join([r"static/", r"login[\"?]", r"logout[\"?]", rf"{re.escape(root[1:])}[/\"?#]"])
    attributes = "href|action|formaction|src|hx-get|hx-post|hx-put|hx-patch|hx-delete|hx-push-url"
    return re.compile(rf'(?<!{SHARED} )\b((?:{attributes})=")/(?!/|{shared})'.encode())


class UnderRoot:
    """ASGI middleware that puts the addresses in the answers of a club below its root.

    Parameters
    ----------
    app : ASGI application
    pages : bool
        True to do so in pages, too; False where they come from a cache that holds them so already: then only in those
        that say that the database does not answer.
    """

    def __init__(self, app: ASGIApp, *, pages: bool = True) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of a club, if it is one."""
        root = scope.get("state", {}).get("root", "") if scope["type"] == "http" else ""
        if not root:
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def send_rooted(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _headers(message.get("headers", ()), root, _host(scope))}
                if self._has_links(message):
                    held.append(message)
                    return
            if not held:
                await send(message)
                return
            held.append(message)
            if not message.get("more_body", False):
                for each in _page(held, root):
                    await send(each)

        await self.app(scope, receive, send_rooted)

    def _has_links(self, start: Message) -> bool:
        headers = dict(start["headers"])
        page = headers.get(b"content-type", b"").startswith(HTML) and b"content-encoding" not in headers
        return page and (self.pages or start["status"] == UNAVAILABLE)


def _page(messages: list[Message], root: str) -> tuple[Message, Message]:
    start = messages[0]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    body = _links(root).sub(rb"\1" + root.encode() + b"/", body)
    headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    if body:
        headers.append((b"content-length", str(len(body)).encode()))
    return {**start, "headers": headers}, {"type": "http.response.body", "body": body}


def _headers(headers: Headers, root: str, host: str) -> Headers:
    return [(name.lower(), _value(name.lower(), value, root, host)) for name, value in headers]


def _value(name: bytes, value: bytes, root: str, host: str) -> bytes:
    if name in MOVED:
        return rooted(value.decode("latin-1"), root, host).encode("latin-1")
    if name == b"set-cookie" and value.startswith(SEEN_COOKIE):
        # Each club counts its own changes.
        return value.replace(PATH_OF_ALL, f"; Path={root};".encode())
    return value


def _host(scope: Scope) -> str:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return hosts[0] if len(hosts) == 1 else ""
