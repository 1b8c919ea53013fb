"""The worker's process.

    python -m gatecast.web.worker_process

It is told the folder and the database, opens them, and answers requests that come over standard input until that ends.
What takes long the first time, it does before anybody asks for it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import traceback
from collections.abc import MutableMapping
from threading import Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from gatecast.web.worker.frames import Head, packed, read_frame
from gatecast.web.worker.proxy import scope_of

if TYPE_CHECKING:
    from fastapi import FastAPI

SWITCH_S = 0.001
"""Seconds for which a thread computes while others wait: an answer of many short queries gives way at each of them, and
must come back soon after a page that is worked out beside it."""

Message = MutableMapping[str, Any]


def main() -> None:
    """CachedResponse until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and the server this process
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what is printed by chance is no answer
    sys.setswitchinterval(SWITCH_S)
    opening = read_frame(asked)
    if opening is None:
        return
    from gatecast.service import open_service
    from gatecast.service.prefetch import prefetch_when_idle
    from gatecast.web.app import pages

    with open_service(opening[0]["folder"], opening[0]["database"]) as service:
        requests = _Requests(asked)
        Thread(target=prefetch_when_idle, args=(service, requests.quiet), daemon=True).start()
        asyncio.run(_answer(pages(service), requests, told))
        # Whatever is being worked out, nobody waits for it any more.
        os._exit(0)


class _Requests:
    """The requests that come in, and when the last one came."""

    def __init__(self, asked: BinaryIO) -> None:
        self._asked, self._last = asked, time.monotonic()

    def next(self) -> tuple[Head, bytes] | None:
        """The next request; None where the server is gone."""
        frame = read_frame(self._asked)
        self._last = time.monotonic()
        return frame

    def quiet(self) -> float:
        """Seconds since the last one came."""
        return time.monotonic() - self._last


async def _answer(app: FastAPI, requests: _Requests, told: BinaryIO) -> None:
    """CachedResponse every request, each while others are being worked out."""
    loop, frames = asyncio.get_running_loop(), asyncio.Queue[tuple[Head, bytes] | None]()

    def listen() -> None:
        while True:
            frame = requests.next()
            loop.call_soon_threadsafe(frames.put_nowait, frame)
            if frame is None:
                return

    Thread(target=listen, daemon=True).start()
    told.write(packed({"ready": True}))
    running = set[asyncio.Task[None]]()
    while (frame := await frames.get()) is not None:
        task = asyncio.create_task(_one(app, *frame, told))
        running.add(task)
        task.add_done_callback(running.discard)


async def _one(app: FastAPI, head: Head, body: bytes, told: BinaryIO) -> None:
    messages = list[Message]()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    try:
        await app(scope_of(head), receive, send)
    except Exception:
        traceback.print_exc()
    if not messages:
        # Not even an error was answered: what only reads, the server works out itself.
        _write(told, packed({"number": head["number"], "failed": True}))
        return
    start = messages[0]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    sent = b"".join(message.get("body", b"") for message in messages[1:])
    _write(told, packed({"number": head["number"], "status": start["status"], "headers": headers}, sent))


def _write(told: BinaryIO, message: bytes) -> None:
    """Write a message as a whole; the other side reads all the time."""
    left = memoryview(message)
    while left:
        left = left[told.write(left) :]


if __name__ == "__main__":
    main()
