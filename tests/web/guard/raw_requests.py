"""Requests as they come over the wire, which a well-behaved client would not send."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

HERE, ELSEWHERE = ("127.0.0.1", 50123), ("192.0.2.7", 50123)
HOST = "127.0.0.1:8000"
BOUNDARY = "boundary-of-parts"
SHEET = b"date,opponent,gate\n2025-06-10,Lakes,\n"
STAYS_S = 60
"""For so long a client waits for its answer."""


@dataclass(frozen=True)
class RawResponse:
    """What came back; a header that stands more than once is joined by line feeds."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


def scope_of(
    target: str | bytes,
    method: str = "GET",
    *,
    host: str | None = HOST,
    client: tuple[str, int] | None = HERE,
    scheme: str = "http",
    **headers: str,
) -> dict[str, Any]:
    """What a server makes of the first lines of a request; of a header's name `_` stands for `-`."""
    sent = target.encode("ascii") if isinstance(target, str) else target
    path, _, query = sent.partition(b"?")
    named = {**({} if host is None else {"host": host}), **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [
            (name.replace("_", "-").encode(), value.encode(errors="surrogateescape")) for name, value in named.items()
        ],
        "client": client,
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


def ask(
    app: Any, target: str | bytes, method: str = "GET", body: bytes | Iterable[bytes] = b"", **more: Any
) -> RawResponse:
    """Ask an ASGI application; the body whole, or in parts."""
    parts = [body] if isinstance(body, bytes) else body
    return asyncio.run(asked(app, scope_of(target, method, **more), parts))


async def asked(app: Any, scope: dict[str, Any], parts: Iterable[bytes] = (b"",)) -> RawResponse:
    """The answer to a request whose body comes in parts."""
    sending, messages = iter(parts), []
    following = next(sending, b"")

    async def receive() -> dict[str, Any]:
        nonlocal following
        if following is None:
            await asyncio.sleep(STAYS_S)
            return {"type": "http.disconnect"}
        body, following = following, next(sending, None)
        return {"type": "http.request", "body": body, "more_body": following is not None}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    try:
        await app(scope, receive, send)
    except Exception:
        # A server writes its log and has sent what the application said before.
        if not messages:
            raise
    headers: dict[str, str] = {}
    for name, value in messages[0]["headers"]:
        key, text = name.decode().lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}\n{text}" if key in headers else text
    return RawResponse(messages[0]["status"], headers, b"".join(message.get("body", b"") for message in messages[1:]))


async def plain(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An application that reads the whole body and says how long it was."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % size})


def sent_file(app: Any, name: str, content: bytes = SHEET, to: str = "/data/uploads") -> RawResponse:
    """The answer to a file of that name in a form; the name stands in the form as it is given."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return ask(app, to, "POST", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")
