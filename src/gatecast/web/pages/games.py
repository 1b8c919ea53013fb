"""The list of a season's games: searched, filtered and sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gatecast.games import columns as c
from gatecast.games.forecast_columns import P_SELLOUT
from gatecast.service.first_steps import first_steps
from gatecast.service.game_edits import games_set_aside
from gatecast.service.season import CalendarGame, labels_of, season_view, seasons_of
from gatecast.web.cache import SEASON_AREAS
from gatecast.web.render import page, service_of
from gatecast.web.words import promotion_words

__all__ = ["router"]

router = APIRouter()
LONGEST = 100
SHOWN = {"all": "all games", "upcoming": "games to come", "played": "games played"}
"""Which games the list shows, with the words for each choice."""
SORTED = {
    "date": "by date",
    "visitor": "by opponent",
    "people": "by attendance",
    "fill": "by share of the seats",
    "sellout": "by sell-out chance",
}
"""The order of the list; numbers begin with the largest."""
Key = Callable[[CalendarGame], float | str]
KEYS: dict[str, Key] = {
    "date": lambda game: str(game.row[c.DATE] or dt.date.max),
    "visitor": lambda game: str(game.row[c.VISITOR] or "~").casefold(),
    "people": lambda game: -(game.people or 0.0),
    "fill": lambda game: -(game.fill or 0.0),
    "sellout": lambda game: -((game.planned or {}).get(P_SELLOUT) or 0.0) if game.attendance is None else 1.0,
}


@router.get("/games")
def games(
    request: Request,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    show: Annotated[str, Query(max_length=LONGEST)] = "all",
    sort: Annotated[str, Query(max_length=LONGEST)] = "date",
    season: Annotated[int | None, Query()] = None,
) -> Response:
    """List the games of a season; by default of the latest."""
    service = service_of(request)
    club = service.club()
    if not club:
        return page(request, "empty.html.j2", areas=SEASON_AREAS, steps=first_steps(service))
    view = season_view(service, club, season)
    every = [game for stand in view.homestands for game in stand.games]
    show, sort = show if show in SHOWN else "all", sort if sort in SORTED else "date"
    found = [game for game in every if _is_shown(game, show) and _matches(game, q)]
    return page(
        request,
        "games.html.j2",
        areas=SEASON_AREAS,
        view=view,
        games=sorted(found, key=KEYS[sort]),
        count=len(every),
        aside=len(games_set_aside(service, club)),
        q=q,
        show=show,
        sort=sort,
        shown=SHOWN,
        orders=SORTED,
        seasons=seasons_of(service, club),
        labels=labels_of(service, club),
        promotion_words=promotion_words,
    )


def _is_shown(game: CalendarGame, show: str) -> bool:
    return show == "all" or (game.attendance is None) == (show == "upcoming")


def _matches(game: CalendarGame, text: str) -> bool:
    """Return whether every word typed stands in the opponent, the promotion, the weekday or the month of a game."""
    row = game.row
    date = f"{row[c.DATE]:%A %d %B %Y} {row[c.DATE].day} {row[c.DATE]}" if row[c.DATE] else ""
    words = " ".join(str(part) for part in (row[c.VISITOR], row[c.PROMOTION], date, row[c.GAME_ID]) if part).casefold()
    return all(each in words for each in text.casefold().split())
