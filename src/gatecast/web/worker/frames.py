"""Messages between the server and its worker: a head in JSON and a body, each after its length."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

__all__ = ["Head", "packed", "read_frame"]

Head = dict[str, Any]
LENGTHS = struct.Struct(">II")


def packed(head: Head, body: bytes = b"") -> bytes:
    """A message as it is sent.

    Examples
    --------
    >>> packed({"number": 1}, b"body")
    b'\\x00\\x00\\x00\\r\\x00\\x00\\x00\\x04{"number": 1}body'
    """
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def read_frame(stream: IO[bytes]) -> tuple[Head, bytes] | None:
    """The next message; None where the other side is gone."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    text = stream.read(head + body)
    return (json.loads(text[:head]), text[head:]) if len(text) == head + body else None
