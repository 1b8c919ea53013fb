"""What runs on the nodes of a cluster: one task, and the board that tasks report their progress to."""

from __future__ import annotations

import platform
import time
from collections import Counter
from typing import Any

from gatecast import __version__
from gatecast.cluster.packed import Packed
from gatecast.errors import ClusterError
from gatecast.progress import Progress
from gatecast.tasks import Work

__all__ = ["Board", "run_task"]

PAUSE = 0.5
"""Seconds between two reports of one task."""


class Board:
    """Hold how often each task was begun, and what the tasks said last."""

    def __init__(self) -> None:
        self.begun: Counter[int] = Counter()
        self.latest: tuple[str, int, int] | None = None

    def begin(self, place: int) -> None:
        """Take note that a task was begun."""
        self.begun[place] += 1

    def tell(self, what: str, done: int, total: int) -> None:
        """Take note of the progress of a task."""
        self.latest = (what, done, total)

    def read(self) -> tuple[dict[int, int], tuple[str, int, int] | None]:
        """Return how often each task was begun, and the latest progress."""
        return dict(self.begun), self.latest


def run_task(work: Work[Any, Any, Any], packed: Packed, task: Any, *, place: int, board: Any, version: str) -> Any:  # noqa: ANN401
    """Run one task on a node.

    Parameters
    ----------
    work : callable
        Called with what tasks share, the task and a progress.
    packed : Packed
        What tasks share.
    task : object
    place : int
        Number of the task.
    board : handle of a `Board`
    version : str
        Version of gatecast where the work was given out.

    Raises
    ------
    ClusterError
        The node has another version of gatecast.
    """
    if version != __version__:
        raise ClusterError(
            f"cluster: got gatecast {__version__} on {platform.node()}, expected {version} as where the work was "
            "given out; install the same version on every node"
        )
    board.begin.remote(place)
    return work(packed.value(), task, _reporting(board))


def _reporting(board: Any) -> Progress:  # noqa: ANN401
    """Return a progress that tells a board, now and then."""
    told_at = 0.0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= PAUSE:
            told_at = time.monotonic()
            board.tell.remote(what, done, total)

    return tell
