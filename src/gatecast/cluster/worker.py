"""Run one task on a node of a cluster, and keep the board that tasks report their progress to."""

from __future__ import annotations

import platform
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from gatecast import __version__
from gatecast.errors import ClusterError
from gatecast.progress import Progress
from gatecast.tasks import Work

__all__ = ["Board", "Report", "run_task"]

_inputs: dict[str, Any] = {}
"""Inputs of the latest task of this process, by the number of their object: most tasks share them."""
PAUSE = 0.5
"""Seconds between two reports of one task."""


class Board:
    """Hold how often each task of the latest work was begun, and what its tasks said last."""

    def __init__(self) -> None:
        self._of(0)

    def _of(self, number: int) -> None:
        self.number = number
        self.begun: Counter[int] = Counter()
        self.latest: tuple[str, int, int] | None = None

    def begin(self, number: int, place: int) -> None:
        """Take note that a task of some work was begun."""
        if number > self.number:
            self._of(number)
        self.begun[place] += number == self.number

    def tell(self, number: int, what: str, done: int, total: int) -> None:
        """Take note of the progress of a task of some work."""
        if number == self.number:
            self.latest = (what, done, total)

    def read(self, number: int) -> tuple[dict[int, int], tuple[str, int, int] | None]:
        """Return how often each task of some work was begun, and the latest progress."""
        return (dict(self.begun), self.latest) if number == self.number else ({}, None)


@dataclass(frozen=True)
class Report:
    """Tell a board when one task begins and how far it is.

    Parameters
    ----------
    board : handle of a `Board`
    number : int
        Number of the work that the task belongs to, from 1.
    place : int
        Number of the task.
    """

    board: Any
    number: int
    place: int

    def begin(self) -> None:
        """Tell that the task begins."""
        self.board.begin.remote(self.number, self.place)

    def progress(self) -> Progress:
        """Return a progress that tells the board, now and then."""
        told_at = 0.0

        def tell(what: str, done: int, total: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= PAUSE:
                told_at = time.monotonic()
                self.board.tell.remote(self.number, what, done, total)

        return tell


def run_task(work: Work[Any, Any, Any], inputs: list[Any], task: Any, *, report: Report, version: str) -> Any:  # noqa: ANN401
    """Run one task on a node.

    Parameters
    ----------
    work : callable
        Called with what tasks share, the task and a progress.
    inputs : list of one reference
        What tasks share. In a list Ray hands the reference over, so that the object is read once in a process, and what
        it has compiled serves the next task.
    task : object
    report : Report
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
    report.begin()
    return work(_shared(inputs[0]), task, report.progress())


def _shared(reference: Any) -> Any:  # noqa: ANN401
    """Return an object of the store; its arrays are read where they lie, and cannot be written."""
    import ray

    number = reference.hex()
    if number not in _inputs:
        _inputs.clear()
        _inputs[number] = ray.get(reference)
    return _inputs[number]
