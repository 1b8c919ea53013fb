"""A second process that renders pages, so that the process that answers readers is never busy with another's page.

The server keeps the cache and decides who may ask. Everything else it forwards to the worker, an HTTP server of its own
(`gatecast.web.worker_process`) on a Unix socket in a private folder; while there is no worker, the server renders pages
itself. A thread watches the worker: one that ends or no longer answers is replaced.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

import httpcore

from gatecast.web.cache import READ_METHODS
from gatecast.web.guard.requests import refusal, target_of
from gatecast.web.launch import CLUB_HEADER, PING_PATH, SIGNED_IN_HEADER, LaunchedWorker

if TYPE_CHECKING:
    from gatecast.service import ClubService
    from gatecast.service.clubs import Clubs

__all__ = ["Worker", "WorkerGoneError", "WorkerProxy"]

RESTART_S = 30.0
"""Seconds from one start to the next, so that a worker that ends at once is not restarted again and again."""
ENDING_S = 5.0
LOOK_S = 0.1
PING_EVERY_S = 2.0
PING_TIMEOUT_S = 8.0
"""A worker whose event loop has not answered for so long hangs."""
STARTING_TIMEOUT_S = 120.0
NEVER = float("-inf")
AWAITED_S = 10.0
"""Seconds after the start of the server in which pages wait for the worker; later the server renders them itself."""
WRITE_TIMEOUT_S = 15.0
MOST_CONNECTIONS = 64
OWN = ("/static/", "/data/uploads", "/backups/files/", "/login", "/logout", "/account", "/healthz", PING_PATH)
"""Files, and pages that depend on the memory of this process: waiting uploads, sessions, tries to sign in."""
INTERRUPTED = "The work on this was interrupted. Check whether it was done before you send it again."
RETRY = {"retry-after": "1"}
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"trailer", b"expect"})
"""Headers about one connection only (RFC 9110, 7.6.1)."""

Scope = dict[str, Any]
App = Callable[..., Any]
Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]


class WorkerGoneError(Exception):
    """The worker ended, or was ended, before it answered.

    Parameters
    ----------
    begun : bool
        True if it may have begun with the request.
    """

    def __init__(self, *, begun: bool) -> None:
        super().__init__()
        self.begun = begun


class Worker:
    """The worker process of a service, restarted when it ends or hangs.

    Parameters
    ----------
    service : ClubService or Clubs
        Its folder and database are opened by the worker as well.
    clock : callable
        Seconds; it never goes back.
    ping_timeout_s : float
        Seconds without an answer after which the worker is replaced.
    launched : LaunchedWorker, optional
        A process that waits already, to be the first.
    """

    def __init__(
        self,
        service: ClubService | Clubs,
        clock: Callable[[], float] = time.monotonic,
        ping_timeout_s: float = PING_TIMEOUT_S,
        launched: LaunchedWorker | None = None,
    ) -> None:
        self._service, self._launched = service, launched
        self._clock, self._ping_timeout_s = clock, ping_timeout_s
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watching: Thread | None = None
        self._ending = Event()
        self._ready = False
        self._started_at = self._awaited_until = NEVER
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._pool_of: tuple[asyncio.AbstractEventLoop, str] | None = None
        self._socket = ""

    @property
    def process_id(self) -> int | None:
        """Return the number of the process, or None if there is none."""
        process = self._process
        return process.pid if process else None

    def ready(self) -> bool:
        """Return whether it can be asked; one that ended a while ago is started again."""
        with self._lock:
            due = self._process is None and self._clock() > self._started_at + RESTART_S
            if due and not self._ready and not self._ending.is_set():
                self._start()
        return self._ready

    def start(self) -> None:
        """Start the process; it can be asked once it has opened the store."""
        with self._lock:
            self._start()
            self._awaited_until = time.monotonic() + AWAITED_S

    def awaited(self) -> float:
        """Return the seconds for which a page may wait for the worker that was started with the server."""
        return 0.0 if self._ready else max(self._awaited_until - time.monotonic(), 0.0)

    async def ask(self, scope: Scope, body: bytes, patience_s: float | None = None) -> tuple[int, Headers, bytes]:
        """Return the status, the headers and the body of the worker's answer.

        Parameters
        ----------
        scope : dict
        body : bytes
        patience_s : float, optional
            Seconds to wait for the answer; as long as it takes if not given.

        Raises
        ------
        WorkerGoneError
            There is no answer to come.
        """
        if self._process is None:
            raise WorkerGoneError(begun=False)
        url = httpcore.URL(scheme=b"http", host=b"worker", port=None, target=target_of(scope))
        request = httpcore.Request(
            scope["method"],
            url,
            headers=_headers_to_worker(scope, body),
            content=body,
            extensions={"timeout": {"connect": WRITE_TIMEOUT_S, "write": WRITE_TIMEOUT_S, "read": patience_s}},
        )
        try:
            answer = await self._connections().handle_async_request(request)
            try:
                return answer.status, _headers_from_worker(answer.headers), await answer.aread()
            finally:
                await answer.aclose()
        except _GONE as problem:
            raise WorkerGoneError(begun=not isinstance(problem, httpcore.ConnectError)) from problem

    def close(self) -> None:
        """End the process."""
        self._ending.set()
        watching = self._watching
        if watching is not None:
            watching.join()
        self._watching = None

    def _start(self) -> None:
        if self._watching is not None and self._watching.is_alive():
            return
        self._started_at = self._clock()
        launched, self._launched = self._launched or LaunchedWorker(), None
        self._socket, self._process = launched.socket, launched.process
        launched.open(self._service)
        self._watching = Thread(target=self._watch, args=(launched,), daemon=True)
        self._watching.start()

    def _watch(self, launched: LaunchedWorker) -> None:
        """Ping the worker until it ends, hangs or is no longer wanted; then clear up after it."""
        patience, pinged = STARTING_TIMEOUT_S, time.monotonic()
        process, heard = launched.process, pinged
        while process.poll() is None and not self._ending.wait(LOOK_S):
            if time.monotonic() - pinged < (PING_EVERY_S if self._ready else LOOK_S):
                continue
            pinged = time.monotonic()
            if _answers(self._socket, self._ping_timeout_s):
                patience, heard, self._ready = self._ping_timeout_s, time.monotonic(), True
            elif time.monotonic() - heard > patience:
                break
        self._ready = False
        self._awaited_until = NEVER
        if self._ending.is_set():
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDING_S)
        launched.end()
        self._process = None

    def _connections(self) -> httpcore.AsyncConnectionPool:
        """Return the connections to this worker in the running event loop."""
        wanted = (asyncio.get_running_loop(), self._socket)
        if self._pool is None or self._pool_of != wanted:
            # One connection for each request: it costs little, and a worker that ended leaves none behind.
            self._pool = httpcore.AsyncConnectionPool(
                uds=self._socket, max_connections=MOST_CONNECTIONS, max_keepalive_connections=0
            )
            self._pool_of = wanted
        return self._pool


class WorkerProxy:
    """ASGI middleware that has requests answered by a worker.

    Parameters
    ----------
    app : ASGI application
        Answers in this process what the worker cannot.
    worker : Worker
    """

    def __init__(self, app: App, worker: Worker) -> None:
        self.app, self.worker = app, worker

    async def __call__(self, scope: Scope, receive: App, send: App) -> None:
        """Answer by the worker where it can."""
        reads = scope["method"] in READ_METHODS
        # Pages are there sooner from a worker that is getting ready than from here, where nothing for them is imported.
        patience_s = self.worker.awaited() if reads else 0.0
        if not _forwarded(scope) or not (self.worker.ready() or patience_s):
            await self.app(scope, receive, send)
            return
        body = b"" if reads else await _body(receive)
        try:
            status, headers, answer = await self.worker.ask(scope, body, patience_s or None)
        except WorkerGoneError as gone:
            if reads or not gone.begun:
                await self.app(scope, _replayed(body), send)
            else:
                await refusal(scope, 503, INTERRUPTED, RETRY)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


_GONE = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.UnsupportedProtocol)


class _PingConnection(HTTPConnection):
    """A connection to the worker's socket."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


def _answers(path: str, timeout_s: float) -> bool:
    """Return whether the worker answers a ping within a time limit in seconds."""
    with closing(_PingConnection(path, timeout=timeout_s)) as connection:
        try:
            connection.request("GET", PING_PATH, headers={"host": "worker"})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def _headers_to_worker(scope: Scope, body: bytes) -> Headers:
    dropped = HOP_BY_HOP | {b"content-length", SIGNED_IN_HEADER, CLUB_HEADER}
    headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
    if body:
        headers.append((b"content-length", str(len(body)).encode()))
    if not any(name == b"host" for name, _ in headers):
        headers.append((b"host", b"worker"))
    state = scope.get("state", {})
    if "club" in state:
        headers.append((CLUB_HEADER, state["club"].encode()))
    return [*headers, (SIGNED_IN_HEADER, b"1" if state.get("signed_in", False) else b"0")]


def _headers_from_worker(headers: Headers) -> Headers:
    named = ((name.lower(), value) for name, value in headers)
    return [(name, value) for name, value in named if name not in HOP_BY_HOP]


def _forwarded(scope: Scope) -> bool:
    return scope["type"] == "http" and not scope["path"].startswith(OWN)


def _replayed(body: bytes) -> App:
    """Return an ASGI `receive` that gives a body that was read before."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _body(receive: App) -> bytes:
    parts, more = [], True
    while more:
        message: Message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
