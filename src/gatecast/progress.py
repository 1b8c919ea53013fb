"""Progress of long-running work: steps of a stage, and one share of a whole job with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["FORECASTING", "Progress", "WholeJob", "printed", "silent", "time_left_words", "training_stages"]

Progress = Callable[[str, int, int], None]
"""Called with the name of the work, the steps done, and the number of steps."""

FORECASTING = "forecasting"
"""Name of the stage after training."""
PREPARING_WEIGHT, FORECASTING_WEIGHT = 0.5, 0.5
"""Weights of these stages, where a network trained is 1."""
SOON = 0.04
"""Share of a job from which on the time left can be told."""


def silent(what: str, done: int, total: int) -> None:
    """Show nothing."""


def printed(what: str, done: int, total: int) -> None:
    """Print one line for each step to the standard error stream."""
    print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)


def training_stages(members: int, *, forecast: bool = True) -> tuple[Mapping[str, float], ...]:
    """Return the stages of training and forecasting: names and weights; those of one group may run side by side.

    Parameters
    ----------
    members : int
        Networks of the ensemble.
    forecast : bool
        True if games are forecast afterwards.
    """
    last: tuple[Mapping[str, float], ...] = ({FORECASTING: FORECASTING_WEIGHT},) if forecast else ()
    return (
        {"": PREPARING_WEIGHT},
        {"training, early stopping": 1.0} | {f"training, member {place + 1}": 1.0 for place in range(members)},
        *last,
    )


@dataclass
class WholeJob:
    """The share of a job that is done, from the steps of its stages; it never falls.

    Parameters
    ----------
    stages : sequence of mapping of str to float
        Names and weights of the stages, in order. When a stage begins, all stages of groups before it are over.
    clock : callable
        Seconds.

    Examples
    --------
    >>> job = WholeJob([{"read": 1.0}, {"train": 3.0}])
    >>> job.told("read", 1, 2), job.told("train", 1, 3)
    (0.125, 0.5)
    """

    stages: Sequence[Mapping[str, float]]
    clock: Callable[[], float] = time.monotonic
    done: float = 0.0
    _parts: dict[str, float] = field(default_factory=dict)
    _first: tuple[float, float] | None = None

    def told(self, what: str, done: int, total: int) -> float:
        """Take note of the steps of a stage and return the share of the whole; unknown stages are ignored."""
        group = next((place for place, names in enumerate(self.stages) if what in names), None)
        if group is None:
            return self.done
        for name in (name for names in self.stages[:group] for name in names):
            self._parts[name] = 1.0
        self._parts[what] = max(self._parts.get(what, 0.0), min(done / max(total, 1), 1.0))
        whole = sum(weight for names in self.stages for weight in names.values())
        parts = sum(weight * self._parts.get(name, 0.0) for names in self.stages for name, weight in names.items())
        self.done = max(self.done, parts / whole)
        self._first = self._first or (self.clock(), self.done)
        return self.done

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at the pace since the first step; None while that cannot be told."""
        if self._first is None:
            return None
        began, before = self._first
        made = self.done - before
        return None if made < SOON else (self.clock() - began) / made * (1.0 - self.done)


def time_left_words(seconds: float | None) -> str:
    """Return how much longer work takes; empty if that cannot be told.

    Examples
    --------
    >>> time_left_words(140), time_left_words(20), time_left_words(None)
    ('about 2 minutes left', 'less than a minute left', '')
    """
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    return "less than a minute left" if minutes < 1 else f"about {minutes} minute{'s' if minutes != 1 else ''} left"
