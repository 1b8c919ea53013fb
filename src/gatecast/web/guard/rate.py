"""Rate limit for password attempts."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

__all__ = ["EVERYBODY", "Limit", "LoginRate"]


@dataclass(frozen=True)
class Limit:
    """Attempts allowed within a window of seconds; then a pause, twice as long each time, up to the longest."""

    most: int
    window_s: float = 60.0
    longest_s: float = 900.0


ONE = Limit(5)
EVERYBODY = Limit(50, longest_s=60.0)
"""All clients together; a short pause, as strangers must not keep the manager out for long."""
MOST_CLIENTS = 4096
IPV6_NETWORK = 64
"""Bits of an address that one household or office shares."""


@dataclass
class Tries:
    """The attempts of one client, or of all."""

    limit: Limit
    times: deque[float] = field(default_factory=deque)
    pauses: int = 0
    pause_ends: float = -math.inf

    def wait(self, now: float) -> float:
        """Return the seconds until the next attempt."""
        return max(0.0, self.pause_ends - now)

    def count(self, now: float) -> None:
        """Count an attempt, and pause after as many as allowed."""
        if now - self.pause_ends > 2 * self.limit.longest_s:
            self.pauses = 0
        while self.times and self.times[0] <= now - self.limit.window_s:
            self.times.popleft()
        self.times.append(now)
        if len(self.times) >= self.limit.most:
            self.pause_ends = now + min(self.limit.window_s * 2.0**self.pauses, self.limit.longest_s)
            self.pauses = min(self.pauses + 1, 32)
            self.times.clear()


class LoginRate:
    """Password attempts by client and in total; may be used by several threads.

    A try counts as wrong as soon as it begins, so that many at once are as many, until it proves right.

    Parameters
    ----------
    one, everybody : Limit
        For each client, and for all together.
    clock : callable
        Seconds; it never goes back.

    Examples
    --------
    >>> rate = LoginRate(clock=lambda: 0.0)
    >>> [rate.wait("10.0.0.7") for _ in range(7)]
    [0, 0, 0, 0, 0, 60, 60]
    """

    def __init__(
        self, one: Limit = ONE, everybody: Limit = EVERYBODY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.one, self.clock = one, clock
        self._clients: OrderedDict[str, Tries] = OrderedDict()
        self._all = Tries(everybody)
        self._lock = Lock()

    def wait(self, client: str) -> int:
        """Start an attempt and return the whole seconds to wait before it, 0 if it may be made now."""
        with self._lock:
            now, name = self.clock(), _network(client)
            tries = self._clients.get(name) or Tries(self.one)
            wait = max(tries.wait(now), self._all.wait(now))
            if wait == 0:
                tries.count(now)
                self._all.count(now)
                self._clients[name] = tries
                self._clients.move_to_end(name)
                self._make_room(now)
            return math.ceil(wait)

    def right(self, client: str) -> None:
        """Forgive the client's earlier attempts after a right one, which does not count in the total."""
        with self._lock:
            self._clients.pop(_network(client), None)
            if self._all.times:
                self._all.times.pop()

    def _make_room(self, now: float) -> None:
        """Forget the client whose last attempt is oldest; one in a pause only if all are."""
        if len(self._clients) > MOST_CLIENTS:
            idle = next((name for name, tries in self._clients.items() if tries.wait(now) == 0), None)
            self._clients.pop(next(iter(self._clients)) if idle is None else idle)


def _network(client: str) -> str:
    """Return what counts as one client: an address, or for IPv6 its network."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
