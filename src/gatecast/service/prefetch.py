"""What takes seconds the first time, done before anybody asks for it."""

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
from gatecast.service.what_if import planned_as_it_is

__all__ = ["prefetch_when_idle", "work_ahead"]

QUIET_S = 1.0
"""Nobody waits for a page while work is done ahead."""


def work_ahead(service: ClubService) -> None:
    """Load the model, forecast and plan the club's next games for what-if, and work out what drives the first.

    What is compiled for these serves the others. Nothing happens without a model or a game to come; what is amiss is
    told to whoever asks for it.
    """
    try:
        club = service.club()
        forecaster = service.forecaster() if club else None
        if forecaster is None or not len(service.coming(club)):
            return
        game = service.coming(club).table[c.GAME_ID][0]
        planned_as_it_is(service, forecaster, club, game)
        view = game_view(service, game)
        if view is not None:
            reasons_of(service, view)
    except GatecastError:
        return


def prefetch_when_idle(
    service: ClubService, quiet: Callable[[], float], wait: Callable[[float], object] = time.sleep
) -> None:
    """Work ahead again and again: whenever the store or the day has changed and nobody asked anything for a while.

    Parameters
    ----------
    service : ClubService
    quiet : callable
        Seconds since somebody asked last.
    wait : callable
        Waits for so many seconds; what it raises ends this.
    """
    done = None
    while True:
        wait(QUIET_S)
        if quiet() < QUIET_S:
            continue
        try:
            now = service.revision()
        except GatecastError:
            continue
        if now != done:
            try:
                work_ahead(service)
            except Exception:
                traceback.print_exc()  # and tried again after the next change
            done = now
            # What is kept stays: no page need wait while garbage is looked for among it. What was set aside before is
            # looked through again, or what has become garbage since would never be freed.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
