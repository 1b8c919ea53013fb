"""A real server is sent ten times as much as it takes: it says so, and its memory does not grow."""

import re
import select
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gatecast.web.guard.limits import LARGEST_UPLOAD

TIMES = 10
CHUNK = 64 * 1024
MOST_GROWN_MB = 10
BOUNDARY = b"of-a-file-that-does-not-end"
HEAD = (
    b"POST /data/uploads HTTP/1.1\r\nHost: %s\r\nContent-Type: multipart/form-data; boundary=" + BOUNDARY + b"\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
PART = b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="file"; filename="june.csv"\r\n\r\n'


def memory_mb(process: int) -> dict[str, float]:
    """Resident memory of a process, now (VmRSS) and at its highest (VmHWM)."""
    status = Path(f"/proc/{process}/status").read_text()
    return {name: int(kilobytes) / 1024 for name, kilobytes in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status)}


def chunked(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def send_little(address: str) -> bytes:
    """What the server says to a small upload, which imports what any upload needs."""
    host = urlsplit(address).netloc
    name, _, port = host.partition(":")
    end = b"2025-06-10,Lakes,3000\r\n--" + BOUNDARY + b"--\r\n"
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall(HEAD % host.encode() + chunked(PART + end) + b"0\r\n\r\n")
        return connection.recv(CHUNK)


def send_too_much(address: str) -> tuple[bytes, int]:
    """What the server says to an upload of ten times what it takes, and how many bytes it was sent until it hung up.

    The client reads the answer when it comes, and goes on sending all the same.
    """
    host = urlsplit(address).netloc
    name, _, port = host.partition(":")
    line, sent, heard = chunked(b"2025-06-10,Lakes,3000\n" * (CHUNK // 22)), 0, b""
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall(HEAD % host.encode() + chunked(PART))
        try:
            while sent < TIMES * LARGEST_UPLOAD:
                connection.sendall(line)
                sent += len(line)
                if select.select([connection], [], [], 0)[0]:
                    heard += connection.recv(CHUNK)
        except OSError:
            return heard, sent
    return heard, sent


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is read from /proc")
def test_ten_times_as_much_is_refused_without_room_for_it(served):
    assert send_little(served.address).startswith(b"HTTP/1.1 ")
    before = memory_mb(served.process)
    heard, sent = send_too_much(served.address)
    after = memory_mb(served.process)
    assert heard.startswith(b"HTTP/1.1 413 ")
    assert b"content-security-policy" in heard.lower()
    assert LARGEST_UPLOAD < sent < TIMES * LARGEST_UPLOAD
    assert after["VmRSS"] - before["VmRSS"] < MOST_GROWN_MB
    assert after["VmHWM"] - before["VmRSS"] < MOST_GROWN_MB
    print(
        f"sent {sent / 2**20:.0f} MB, VmRSS {before['VmRSS']:.1f} -> {after['VmRSS']:.1f}, VmHWM {after['VmHWM']:.1f}"
    )
