"""Compute what takes seconds the first time before anybody asks for it."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable

from gatecast.errors import GatecastError
from gatecast.games import columns as c
from gatecast.service.club_service import ClubService
from gatecast.service.game import game_view
from gatecast.service.reasons import reasons_of
from gatecast.service.what_if import current_plan

__all__ = ["prefetch_when_idle", "work_ahead"]

QUIET_S = 1.0
"""Seconds without a request before work is done ahead."""


def work_ahead(service: ClubService) -> None:
    """Load the model, forecast and plan the club's next games for what-if, and explain the first forecast.

    What is compiled for these serves the others. Do nothing without a model or a game to come; errors surface when a
    page asks for the same.
    """
    try:
        club = service.club()
        forecaster = service.forecaster() if club else None
        if forecaster is None or not len(service.upcoming(club)):
            return
        game = service.upcoming(club).table[c.GAME_ID][0]
        current_plan(service, forecaster, club, game)
        view = game_view(service, game)
        if view is not None:
            reasons_of(service, view)
    except GatecastError:
        return


def prefetch_when_idle(
    service: ClubService,
    quiet: Callable[[], float],
    wait: Callable[[float], object] = time.sleep,
    pages: Callable[[], object] = lambda: None,
) -> None:
    """Render pages at once, then work ahead whenever the store or the day has changed and no request came for a while.

    Never return.

    Parameters
    ----------
    service : ClubService
    quiet : callable
        Returns seconds since the last request.
    wait : callable
        Waits for so many seconds; an exception from it ends this.
    pages : callable
        Renders what is asked for most, before the rest is worked out.
    """
    done = None
    # At the start at once: the first page would be the slowest, as it imports and compiles what all pages need.
    _tried(pages)
    while True:
        wait(QUIET_S)
        if quiet() < QUIET_S:
            continue
        try:
            now = service.revision()
        except GatecastError:
            continue
        if now != done:
            _tried(pages, lambda: work_ahead(service))
            done = now
            # Cached values are frozen so that no page waits while the collector scans them; those frozen before are
            # scanned once more, or what has become garbage since would never be freed.
            gc.unfreeze()
            gc.collect()
            gc.freeze()


def _tried(*steps: Callable[[], object]) -> None:
    """Take some steps; an error goes into the log of the server, and they are tried again after the next change."""
    try:
        for step in steps:
            step()
    except Exception:
        traceback.print_exc()
