"""What takes seconds the first time, done before anybody asks for it."""

from __future__ import annotations

from gatecast.desk.desk import Desk
from gatecast.desk.game import game_view
from gatecast.desk.reasons import reasons_of
from gatecast.errors import GatecastError
from gatecast.games import columns as c

__all__ = ["work_ahead"]


def work_ahead(desk: Desk) -> None:
    """Load the model and work out what drives the club's next game, so that what is compiled for it serves the others.

    Nothing happens without a model or a game to come; what is amiss is told to whoever asks for it.
    """
    try:
        club = desk.club()
        coming = desk.coming(club).table[c.GAME_ID] if club and desk.model_id() else None
        view = game_view(desk, coming[0]) if coming is not None and len(coming) else None
        if view is not None:
            reasons_of(desk, view)
    except GatecastError:
        return
