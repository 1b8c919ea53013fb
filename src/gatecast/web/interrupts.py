"""Ctrl-C before there is a server that it could end."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import NoReturn

__all__ = ["Interrupts", "interrupts"]


class Interrupts:
    """Remember each Ctrl-C: the exception that it raises is lost where an import or a destructor swallows it.

    Attributes
    ----------
    seen : bool
        True once there was one.
    """

    def __init__(self) -> None:
        self.seen = False

    def remember(self) -> None:
        """Remember every one from now on, unless this process ignores them; each raises KeyboardInterrupt as before."""
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if usual and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._see)

    def check(self) -> None:
        """Raise KeyboardInterrupt if there was one."""
        if self.seen:
            raise KeyboardInterrupt

    def _see(self, number: int, frame: FrameType | None) -> NoReturn:
        self.seen = True
        raise KeyboardInterrupt


interrupts = Interrupts()
"""Those of this process."""
