"""Run tasks on a Ray cluster: an engine that exists does the scheduling, the transfers and the retries."""

from __future__ import annotations

import logging
import os
import socket
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from gatecast import __version__
from gatecast.cluster.worker import Board, Report, run_task
from gatecast.errors import ClusterError, InputError, MissingExtraError
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine, Work

__all__ = ["LOCAL", "RayEngine", "engine"]

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

AUTO, LOCAL = "auto", "local"
LOST = 5
"""Times that one task may be lost with its node before the work is given up."""
MOST_GIVEN_OUT = 1000
"""Tasks given out at once; the others wait here, so that the driver's memory does not grow with them."""
POLL = 1.0
"""Seconds between two looks at what the nodes say."""
PATIENCE = 10.0
"""Seconds to wait for a cluster to answer."""
INTERPRETER = 700 << 20
"""Bytes that a worker process takes before its task: Python, polars, Keras, JAX and what is compiled."""
THREADS = ("NPROC", "OMP_NUM_THREADS")
"""Environment variables by which XLA and BLAS choose their number of threads."""
FULL = 0.9
"""Share of a node's memory from which on Ray ends the newest task, to run it again, rather than let the node swap."""


@contextmanager
def engine(address: str | None) -> Iterator[Engine]:
    """Give an engine: a Ray cluster, or this process where there is no address.

    Parameters
    ----------
    address : str or None
        `auto` for the cluster that this machine belongs to, `local` for one of this machine's cores alone that lasts as
        long as the block, or the address of a cluster such as `10.0.0.5:6379`. A cluster that this process has joined
        already (`ray.init`) is used as it is.

    Raises
    ------
    MissingExtraError
        Ray is not installed.
    ClusterError
        There is no cluster at the address.

    Examples
    --------
    >>> with engine(None) as here:
    ...     here.elsewhere
    False
    """
    if address is None:
        yield HERE
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as absent:
        raise MissingExtraError("cluster", "--cluster") from absent
    if ray.is_initialized():
        yield RayEngine()
        return
    _connect(address)
    try:
        yield RayEngine()
    finally:
        ray.shutdown()


def _connect(address: str) -> None:
    """Join a cluster."""
    import ray

    if not address.strip():
        raise InputError("--cluster: got nothing, expected auto, local or an address such as 10.0.0.5:6379")
    options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    if address == LOCAL:
        options |= {"include_dashboard": False, "_system_config": {"memory_usage_threshold": FULL}}
    try:
        _reach(os.environ.get("RAY_ADDRESS", AUTO) if address == AUTO else address)
        ray.init(address=address, **options)
    except (OSError, RuntimeError, ValueError) as problem:
        reason = " ".join(str(problem).split())[:200]
        raise ClusterError(
            f"--cluster: got {address!r}, where there is no cluster to join ({reason}), expected auto, local or the "
            "address of one; start it with 'ray start --head'"
        ) from problem


def _reach(address: str) -> None:
    """Raise OSError if nothing listens at an address with a port; Ray would try for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()


class RayEngine:
    """Run tasks on the cluster that Ray is connected to (`ray.init`, or `engine`).

    Each task takes one core. What tasks share is put in Ray's object store once; a task whose node is lost runs again
    elsewhere, and no other does.

    Attributes
    ----------
    begun : Counter of int
        How often each task of the latest work was begun, as far as nodes have told.
    """

    elsewhere = True

    def __init__(self) -> None:
        self.begun: Counter[int] = Counter()
        self._latest: tuple[object, Any] | None = None
        self._board: Any = None
        self._works = 0

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
        """Yield the place of each task and its result, as they are done; parameters as of `Engine.results`.

        Raises
        ------
        ClusterError
            A task was lost with its node too often, or a node has another version of gatecast.
        """
        import ray

        board, number = self._reports_to(), self._works
        remote = ray.remote(run_task).options(
            num_cpus=1,
            memory=_request(ray.nodes(), INTERPRETER + memory),
            max_retries=LOST,
            runtime_env={"env_vars": _threads()},
            scheduling_strategy="SPREAD",
        )
        given: dict[Any, int] = {}
        waiting = iter(enumerate(tasks))
        done = 0
        try:
            while True:
                for place, task in islice(waiting, MOST_GIVEN_OUT - len(given)):
                    report = Report(board, number, place)
                    given[remote.remote(work, [self._put(shared)], task, report=report, version=__version__)] = place
                if not given:
                    return
                ready, _ = ray.wait([*given], num_returns=1, timeout=POLL)
                self.begun, said = _read(board, number, self.begun)
                progress(_in_words(said or names[min(given.values())], self.begun, given.values()), done, len(tasks))
                for reference in ready:
                    place = given.pop(reference)
                    result = _fetched(reference, names[place])
                    done += 1
                    yield place, result
        finally:
            for reference in given:
                ray.cancel(reference, force=True)

    def _reports_to(self) -> Any:  # noqa: ANN401
        """Return the board that tasks report to, on this node, so that it is lost with the driver alone."""
        import ray
        import ray.util.scheduling_strategies

        self._works += 1
        self.begun = Counter()
        if self._board is None:
            here = ray.get_runtime_context().get_node_id()
            on_this_node = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(here, soft=True)
            self._board = ray.remote(Board).options(num_cpus=0, scheduling_strategy=on_this_node).remote()
        return self._board

    def _put(self, shared: object) -> Any:  # noqa: ANN401
        """Return the reference to inputs in the object store; the latest ones are put there once."""
        import ray

        if self._latest is None or self._latest[0] is not shared:
            self._latest = shared, ray.put(shared)
        return self._latest[1]


def _read(board: Any, number: int, before: Counter[int]) -> tuple[Counter[int], str]:  # noqa: ANN401
    """Return how often each task was begun, and what was said last; what was known before if the board is lost."""
    import ray

    try:
        begun, latest = ray.get(board.read.remote(number), timeout=POLL)
    except ray.exceptions.RayError:
        return before, ""
    return Counter(begun), "{}, {} of {}".format(*latest) if latest else ""


def _in_words(said: str, begun: Counter[int], given: Collection[int]) -> str:
    """Return one line of progress for all nodes."""
    import ray

    nodes = sum(node["Alive"] for node in ray.nodes())
    return f"{nodes} node{'s' if nodes != 1 else ''}, {sum(place in begun for place in given)} at work, {said}"


def _threads() -> dict[str, str]:
    """Return variables by which tasks compute with as many threads as this process.

    Sums of many numbers differ in their last bits by how many threads share them.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {name: os.environ.get(name, str(cores)) for name in THREADS}


def _request(nodes: Sequence[dict[str, Any]], memory: int) -> int:
    """Return the bytes to ask for: at most those of the largest node, on which such a task then runs alone."""
    largest = max((node["Resources"].get("memory", 0) for node in nodes if node["Alive"]), default=0)
    return int(min(memory, largest)) if largest else memory


def _fetched(reference: Any, name: str) -> Any:  # noqa: ANN401
    """Return the result of a task; raise the error that the task raised."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as failed:
        raise failed.cause from None
    except ray.exceptions.RayError as lost:
        reason = " ".join(str(lost).split())[:200]
        raise ClusterError(
            f"{name}: got no result, as its node was lost {LOST + 1} times or had not enough memory ({reason}); "
            "expected nodes that stay; run the same command again"
        ) from lost
