"""Independent tasks over the same inputs: one after the other in this process, or spread over machines by an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from gatecast.progress import Progress, silent

__all__ = ["HERE", "Engine", "Here", "in_order"]

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

Work = Callable[[Shared, Task, Progress], Result]
"""A function of the inputs that all tasks share, one task, and a progress of its own; it changes nothing."""


class Engine(Protocol):
    """Whatever runs tasks: this process (`HERE`), or a cluster (`gatecast.cluster.engine`)."""

    @property
    def elsewhere(self) -> bool:
        """True if tasks run in other processes, perhaps on other machines, and side by side."""

    def results(
        self,
        work: Work[Shared, Task, Result],
        shared: Shared,
        tasks: Sequence[Task],
        *,
        names: Sequence[str],
        progress: Progress = silent,
        memory: int = 0,
    ) -> Iterator[tuple[int, Result]]:
        """Yield the place of each task and its result, as they are done.

        Parameters
        ----------
        work : callable
            Called with `shared`, one task and a progress.
        shared : object
            What all tasks read; sent once to each machine. Tasks must not change it.
        tasks : sequence
        names : sequence of str
            What is said of each task while it runs.
        progress : callable
            Told how many of all tasks are done, and what those that run say of themselves.
        memory : int
            Bytes that a task takes at most, besides what is shared; 0 if unknown.
        """


class Here:
    """Run tasks one after the other in this process."""

    elsewhere = False

    def results(
        self,
        work: Work[Shared, Task, Result],
        shared: Shared,
        tasks: Sequence[Task],
        *,
        names: Sequence[str],
        progress: Progress = silent,
        memory: int = 0,
    ) -> Iterator[tuple[int, Result]]:
        """Yield the place of each task and its result, in their order; parameters as of `Engine.results`."""
        for place, task in enumerate(tasks):
            progress(names[place], place, len(tasks))
            yield place, work(shared, task, progress)


HERE: Engine = Here()


def in_order(results: Iterator[tuple[int, Result]]) -> list[Result]:
    """Return results in the order of their tasks, in whatever order they are done.

    Examples
    --------
    >>> in_order(iter([(1, "second"), (0, "first")]))
    ['first', 'second']
    """
    return [result for _, result in sorted(results, key=lambda one: one[0])]
