"""The calendar: the next homestand, and the season at a glance."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from gatecast.formatting import MONTHS, WEEKDAYS
from gatecast.games import columns as c
from gatecast.games.forecast_columns import quantile_column
from gatecast.plan.columns import FORECAST
from gatecast.service import ClubService
from gatecast.service.by_hand import current_overrides
from gatecast.service.drift import drift
from gatecast.service.freshness import freshness
from gatecast.service.game_edits import games_set_aside
from gatecast.service.issued_plans import IssuedPlan, issued_plan_changes
from gatecast.service.season import CalendarGame, Season, labels_of, season_view, seasons_of
from gatecast.store.revisions import TICKETS
from gatecast.web.cache import PLAN_AREAS, SEASON_AREAS
from gatecast.web.charts import axis, range_bar
from gatecast.web.preferences import Preferences
from gatecast.web.render import page, reader_of, redirected, service_of
from gatecast.web.words import game_words

__all__ = ["CALENDAR_AREAS", "coming_names", "router"]

router = APIRouter()
HIGH = quantile_column(0.95)
CALENDAR_AREAS = (*PLAN_AREAS, TICKETS)


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
        areas=CALENDAR_AREAS,
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
        fresh=freshness(service, shown),
        names=coming_names(service, shown, reader_of(request)),
        by_hand=_by_hand(service, view),
        aside=[(row, game_words(row, reader_of(request))) for row in games_set_aside(service, shown)],
        issued=_issued(service, view) if shown == own else None,
    )


def coming_names(service: ClubService, club: str, reader: Preferences) -> dict[str, str]:
    """Return the words for each game to come, by its id."""
    return {row[c.GAME_ID]: game_words(row, reader, year=False) for row in service.upcoming(club).table.to_dicts()}


def _by_hand(service: ClubService, view: Season) -> dict[str, float]:
    """Return the attendance set by hand of the next homestand's games, by game."""
    stand = view.next_stand
    games = {str(game.row[c.GAME_ID]) for game in stand.games} if stand else set()
    overrides = current_overrides(service, games)
    return {key[0]: each.value for key, each in overrides.items() if key[1] == FORECAST and each.value is not None}


def _issued(service: ClubService, view: Season) -> tuple[IssuedPlan, tuple[str, ...]] | None:
    """Return the last plan issued for the next homestand, and what it was made from that has changed since."""
    stand = view.next_stand
    games = [game for game in stand.games if game.attendance is None and game.forecast] if stand else []
    return issued_plan_changes(service, games) if games else None


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
