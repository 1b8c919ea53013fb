"""The calendar: the next homestand, and the season at a glance."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from gatecast.formatting import MONTHS, WEEKDAYS
from gatecast.games import columns as c
from gatecast.games.forecast_columns import quantile_column
from gatecast.service.drift import drift
from gatecast.service.season import CalendarGame, Season, labels_of, season_view, seasons_of
from gatecast.web.cache import SEASON_AREAS
from gatecast.web.charts import axis, range_bar
from gatecast.web.render import page, redirected, service_of

__all__ = ["router"]

router = APIRouter()
HIGH = quantile_column(0.95)


@router.get("/")
def calendar(
    request: Request, club: Annotated[str, Query()] = "", season: Annotated[int | None, Query()] = None
) -> Response:
    """Show a season of a club; by default the latest of the service's own."""
    service = service_of(request)
    own = service.club()
    shown = club if club in service.clubs() else own
    if not shown:
        return page(request, "empty.html.j2", areas=SEASON_AREAS)
    view = season_view(service, shown, season)
    return page(
        request,
        "calendar.html.j2",
        areas=SEASON_AREAS,
        view=view,
        shown=shown,
        own=own,
        clubs=service.clubs(),
        seasons=seasons_of(service, shown),
        labels=labels_of(service, shown),
        months=MONTHS,
        weekdays=WEEKDAYS,
        bars=_bars(view),
        busiest=_busiest(view),
        alarm=drift(service, shown),
        modelled=service.model_id() is not None,
    )


@router.post("/club")
def choose(request: Request, club: Annotated[str, Form()]) -> Response:
    """Make another club the service's own."""
    service_of(request).choose_club(club)
    return redirected("/")


def _bars(view: Season) -> dict[str, object]:
    """Return the range bars of the next homestand, on one scale, by game."""
    stand = view.next_stand
    games = [game for game in stand.games if game.forecast is not None] if stand else []
    if not games:
        return {}
    scale = axis(0, _top(games), 0, 100)
    made: dict[str, object] = {
        str(game.row[c.GAME_ID]): range_bar(game.forecast or {}, scale, game.seats, game.attendance) for game in games
    }
    return {**made, "scale": scale}


def _busiest(view: Season) -> CalendarGame | None:
    """Return the upcoming game of the next homestand with the highest forecast; None if it is the only one."""
    stand = view.next_stand
    games = [game for game in stand.games if game.attendance is None and game.people is not None] if stand else []
    return max(games, key=lambda game: game.people or 0.0) if len(games) > 1 else None


def _top(games: list[CalendarGame]) -> float:
    tops = [max(game.seats or 0.0, float((game.forecast or {})[HIGH]), game.attendance or 0.0) for game in games]
    return max(tops) * 1.02
