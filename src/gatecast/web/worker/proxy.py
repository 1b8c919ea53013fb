"""Which requests the worker answers: all but those for what only the server itself knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gatecast.web.guard.answers import refusal
from gatecast.web.kept import READING
from gatecast.web.worker.frames import Head
from gatecast.web.worker.worker import Worker, WorkerGoneError

__all__ = ["WorkerProxy", "scope_of"]

OWN = ("/static/", "/data/uploads", "/login", "/logout", "/account", "/healthz")
"""Files, and pages of what the memory of this process holds: uploads that wait, who may come in, tries to sign in."""
BROKEN_OFF = "The work on this broke off. Look whether it was done before you send it again."
RETRY = {"retry-after": "1"}

Scope = dict[str, Any]
App = Callable[..., Any]
Message = dict[str, Any]


class WorkerProxy:
    """ASGI middleware that has requests answered by a worker.

    Parameters
    ----------
    app : ASGI application
        Answers what the worker cannot, in this process.
    worker : Worker
    """

    def __init__(self, app: App, worker: Worker) -> None:
        self.app, self.worker = app, worker

    async def __call__(self, scope: Scope, receive: App, send: App) -> None:
        """CachedResponse, by the worker where it can."""
        if not _passes(scope) or not self.worker.ready():
            await self.app(scope, receive, send)
            return
        body = b"" if scope["method"] in READING else await _body(receive)
        try:
            head, told = await self.worker.ask(_head(scope), body)
        except WorkerGoneError:
            if scope["method"] in READING:
                await self.app(scope, receive, send)
            else:
                await refusal(scope, 503, BROKEN_OFF, RETRY)(scope, receive, send)
            return
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
        await send({"type": "http.response.start", "status": head["status"], "headers": headers})
        await send({"type": "http.response.body", "body": told})


def scope_of(head: Head) -> Scope:
    """The request of a message, as ASGI has it."""
    return {
        **head["scope"],
        "type": "http",
        "asgi": {"version": "3.0"},
        "raw_path": head["raw_path"].encode("latin-1"),
        "query_string": head["query"].encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]],
        "client": None,
        "server": None,
    }


def _head(scope: Scope) -> Head:
    kept = ("method", "path", "root_path", "scheme", "http_version")
    signed_in = scope.get("state", {}).get("signed_in", False)
    return {
        "scope": {**{name: scope[name] for name in kept if name in scope}, "state": {"signed_in": signed_in}},
        "raw_path": (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        "query": scope["query_string"].decode("latin-1"),
        "headers": [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
    }


def _passes(scope: Scope) -> bool:
    return scope["type"] == "http" and not scope["path"].startswith(OWN)


async def _body(receive: App) -> bytes:
    parts, more = [], True
    while more:
        message: Message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
