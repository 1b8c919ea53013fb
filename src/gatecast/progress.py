"""Progress of long-running work."""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["Progress", "printed", "silent"]

Progress = Callable[[str, int, int], None]
"""Called with the name of the work, the steps done, and the number of steps."""


def silent(what: str, done: int, total: int) -> None:
    """Show nothing."""


def printed(what: str, done: int, total: int) -> None:
    """Print one line for each step to the standard error stream."""
    print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)
