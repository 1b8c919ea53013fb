"""Let the jobs of many clubs take turns on one computer, so that fifty trainings do not start at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

__all__ = ["JobTurns"]

MOST = 2
"""Processes at once: a training takes up to a gigabyte, and keeps every core busy."""
LOOK_S = 5.0


class JobTurns:
    """Turns in the order in which they were asked for; as a club has one open job at a time, no club is before others.

    Parameters
    ----------
    most : int
        Turns at once.
    look_s : float
        Seconds after which one that waits is asked again whether it still does.
    """

    def __init__(self, most: int = MOST, look_s: float = LOOK_S) -> None:
        self.most, self.look_s = most, look_s
        self._running = 0
        self._waiting: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def turn(self, still_waits: Callable[[], bool]) -> Iterator[bool]:
        """Wait for a turn, hold it inside the block, and yield whether there is one.

        Parameters
        ----------
        still_waits : callable
            Called every few seconds, and before the turn; False gives the place up.
        """
        given = self._take(still_waits)
        try:
            yield given
        finally:
            if given:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

    def _take(self, still_waits: Callable[[], bool]) -> bool:
        place = object()
        with self._changed:
            self._waiting.append(place)
        try:
            while still_waits():
                with self._changed:
                    if self._changed.wait_for(lambda: self._is_next(place), self.look_s):
                        self._running += 1
                        return True
            return False
        finally:
            with self._changed:
                self._waiting.remove(place)
                self._changed.notify_all()

    def _is_next(self, place: object) -> bool:
        return self._waiting[0] is place and self._running < self.most
