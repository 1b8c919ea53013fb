"""How long the head of a request may be and may take, which the server itself does not bound."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["HEAD_S", "LONGEST_HEAD", "BoundedHttp"]

LONGEST_HEAD = 64 * 1024
"""Bytes of the address and the headers of a request together."""
HEAD_S = 20.0
"""Seconds for them to come."""


class BoundedHttp(HttpToolsProtocol):
    """The HTTP of uvicorn that gives up a connection whose headers do not end, in bytes or in time.

    For `uvicorn.Config(http=BoundedHttp)`.
    """

    head_s: float = HEAD_S
    _head_timer: asyncio.TimerHandle | None = None
    _unread = 0
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is part of a head that is too long."""
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._wait_for_head()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"The head of a request may have {LONGEST_HEAD} bytes.")

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._head = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; those after the body count as well."""
        self._head += len(name) + len(value)
        if self._head > LONGEST_HEAD:
            raise ValueError(f"got a head of more than {LONGEST_HEAD} bytes")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._unread = 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Part of the body is there."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        self._unread = 0
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
