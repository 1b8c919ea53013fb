"""The calendar: the next homestand, and the season at a glance.

It is rendered without FastAPI, so that the first page need not wait until that, and every other page, is imported.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from starlette.requests import Request
from starlette.responses import Response

from gatecast.date_style import DateStyle
from gatecast.formatting import MONTHS, rounded_people
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN, quantile_column
from gatecast.service import ClubService
from gatecast.service.deadlines_done import DeadlinesDue, deadlines_due
from gatecast.service.drift import drift
from gatecast.service.first_steps import first_steps, has_sample
from gatecast.service.freshness import freshness
from gatecast.service.game_edits import games_set_aside
from gatecast.service.homestands import homestand_view
from gatecast.service.issued_plans import IssuedPlan, issued_plan_changes
from gatecast.service.season import CalendarGame, Season, labels_of, season_view, seasons_of
from gatecast.store.revisions import TICKETS
from gatecast.web.cache import PLAN_AREAS, SEASON_AREAS
from gatecast.web.charts import axis, range_bar
from gatecast.web.preferences import Preferences
from gatecast.web.render import page, reader_of, service_of
from gatecast.web.words import game_words

__all__ = ["CALENDAR_AREAS", "calendar", "coming_names"]

HIGH = quantile_column(0.95)
CALENDAR_AREAS = (*PLAN_AREAS, TICKETS)


def calendar(request: Request, club: str = "", season: int | None = None) -> Response:
    """Render a season of a club; by default the latest of the service's own."""
    service = service_of(request)
    own = service.club()
    shown = club if club in service.clubs() else own
    if not shown:
        return page(request, "empty.html.j2", areas=SEASON_AREAS, steps=first_steps(service))
    style = reader_of(request).style
    view = season_view(service, shown, season, first_weekday=style.first_weekday)
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
        weekdays=style.weekdays,
        bars=_bars(view),
        busiest=_busiest(view),
        alarm=drift(service, shown),
        modelled=service.model_id() is not None,
        fresh=freshness(service, shown),
        names=coming_names(service, shown, reader_of(request)),
        moved=_moved(service, view),
        aside=[(row, game_words(row, reader_of(request))) for row in games_set_aside(service, shown)],
        due=_due(service, view, style) if shown == own else DeadlinesDue(),
        issued=_issued(service, view) if shown == own else None,
        steps=first_steps(service) if shown == own else None,
        sample=has_sample(service),
    )


def coming_names(service: ClubService, club: str, reader: Preferences) -> dict[str, str]:
    """Return the words for each game to come, by its id."""
    return {row[c.GAME_ID]: game_words(row, reader, year=False) for row in service.upcoming(club).table.to_dicts()}


def _moved(service: ClubService, view: Season) -> dict[str, tuple[float, dt.date | None]]:
    """Return how much the people expected moved since the forecast before, and its cutoff, of games to come that moved.

    Only games of the next homestand.
    """
    stand = view.next_homestand
    games = [str(game.row[c.GAME_ID]) for game in stand.games if game.attendance is None] if stand else []
    issues: dict[str, list[tuple[float, dt.date | None]]] = {}
    every = service.forecasts(view.club).filter(pl.col(c.GAME_ID).is_in(games)) if games else pl.DataFrame()
    if every.height:
        for game, mean, as_of in every.select(c.GAME_ID, MEAN, AS_OF).iter_rows():
            issues.setdefault(game, []).append((rounded_people(mean), as_of))
    steps = {game: (each[-1][0] - each[-2][0], each[-2][1]) for game, each in issues.items() if len(each) > 1}
    return {game: step for game, step in steps.items() if step[0]}


def _issued(service: ClubService, view: Season) -> tuple[IssuedPlan, tuple[str, ...]] | None:
    """Return the last plan issued for the next homestand, and what it was made from that has changed since."""
    stand = view.next_homestand
    games = [game for game in stand.games if game.attendance is None and game.forecast] if stand else []
    return issued_plan_changes(service, games) if games else None


def _due(service: ClubService, view: Season, style: DateStyle) -> DeadlinesDue:
    """Return the deadlines of the next homestand's plan."""
    stand = view.next_homestand
    planned = homestand_view(service, view.season, stand.number) if stand else None
    return deadlines_due(service, planned, style) if planned else DeadlinesDue()


def _bars(view: Season) -> dict[str, object]:
    """Return the range bars of the next homestand, on one scale, by game."""
    stand = view.next_homestand
    games = [game for game in stand.games if game.planned is not None] if stand else []
    if not games:
        return {}
    scale = axis(0, _top(games), 0, 100)
    made: dict[str, object] = {
        str(game.row[c.GAME_ID]): range_bar(game.planned or {}, scale, game.seats, game.attendance) for game in games
    }
    return {**made, "scale": scale}


def _busiest(view: Season) -> CalendarGame | None:
    """Return the upcoming game of the next homestand with the highest forecast; None if it is the only one."""
    stand = view.next_homestand
    games = [game for game in stand.games if game.attendance is None and game.people is not None] if stand else []
    return max(games, key=lambda game: game.people or 0.0) if len(games) > 1 else None


def _top(games: list[CalendarGame]) -> float:
    tops = [max(game.seats or 0.0, float((game.planned or {})[HIGH]), game.attendance or 0.0) for game in games]
    return max(tops) * 1.02
