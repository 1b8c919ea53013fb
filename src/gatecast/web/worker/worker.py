"""The worker as the server sees it: a process that is asked, answers, and may be gone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from threading import Lock, Thread
from typing import TYPE_CHECKING

from gatecast.web.worker.frames import Head, packed, read_frame

if TYPE_CHECKING:
    from gatecast.service import ClubService

__all__ = ["Worker", "WorkerGoneError"]

AGAIN_S = 30.0
"""Seconds from one start to the next: a worker that ends at once is not begun again and again."""
ENDING_S = 5.0
ONE_THREAD = {"POLARS_MAX_THREADS": "1"}
"""Tables of one club are small: to share them out among threads takes longer than to read them."""


class WorkerGoneError(Exception):
    """The worker ended before it answered, or could not."""


class Worker:
    """A worker over a service's store and folder, begun again where it ended.

    Parameters
    ----------
    service : ClubService
    clock : callable
        Seconds; it never goes back.
    """

    def __init__(self, service: ClubService, clock: Callable[[], float] = time.monotonic) -> None:
        url = service.store.database.engine.url
        place = None if service.store.database.sqlite else url.render_as_string(hide_password=False)
        self._opening: Head = {"folder": str(service.folder.resolve()), "database": place}
        self._clock = clock
        self._numbers = count(1)
        self._asked: dict[int, Future[tuple[Head, bytes]]] = {}
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._listening: Thread | None = None
        self._ready = self._closed = False
        self._begun = float("-inf")

    @property
    def process_id(self) -> int | None:
        """Number of the process; None where there is none."""
        return self._process.pid if self._process else None

    def ready(self) -> bool:
        """Whether it can be asked; where it ended a while ago, it is begun again."""
        if not self._ready and not self._closed and self._process is None and self._clock() > self._begun + AGAIN_S:
            self.start()
        return self._ready

    def start(self) -> None:
        """Begin the process; it can be asked once it has opened the store."""
        self._begun = self._clock()
        # Its errors go where ours go.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gatecast.web.worker_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**ONE_THREAD, **os.environ},
        )
        self._send(self._process, packed(self._opening))
        self._listening = Thread(target=self._listen, args=(self._process,), daemon=True)
        self._listening.start()

    async def ask(self, head: Head, body: bytes = b"") -> tuple[Head, bytes]:
        """The answer to a request.

        Raises
        ------
        WorkerGoneError
            There is none to come.
        """
        number, future = next(self._numbers), Future[tuple[Head, bytes]]()
        process = self._process
        if process is None:
            raise WorkerGoneError
        self._asked[number] = future
        try:
            self._send(process, packed({**head, "number": number}, body))
            if self._process is not process:
                raise WorkerGoneError
            return await asyncio.wrap_future(future)
        finally:
            self._asked.pop(number, None)

    def close(self) -> None:
        """End the process."""
        self._closed = True
        process, listening = self._process, self._listening
        if process is None or listening is None:
            return
        process.terminate()
        listening.join(ENDING_S)
        if listening.is_alive():
            process.kill()
            listening.join()

    def _send(self, process: subprocess.Popen[bytes], message: bytes) -> None:
        """Write a message; what cannot be written, the end of the process tells."""
        assert process.stdin is not None
        try:
            with self._lock:
                process.stdin.write(message)
                process.stdin.flush()
        except (OSError, ValueError):  # ValueError: closed by now
            return

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Hand every answer to whoever waits for it, until the process ends."""
        assert process.stdout is not None
        assert process.stdin is not None
        while (frame := read_frame(process.stdout)) is not None:
            head, body = frame
            if "ready" in head:
                self._ready = True
                continue
            future = self._asked.get(head["number"])
            if future is not None and not future.done():
                if head.get("failed"):
                    future.set_exception(WorkerGoneError())
                else:
                    future.set_result((head, body))
        self._ready, self._process = False, None
        process.wait()
        process.stdout.close()
        with suppress(OSError):  # of what could not be written any more
            process.stdin.close()
        for future in list(self._asked.values()):
            if not future.done():
                future.set_exception(WorkerGoneError())
