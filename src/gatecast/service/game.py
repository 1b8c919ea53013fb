"""One game: what is forecast of it, how that changed, how its tickets sell, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEDIAN, MODEL
from gatecast.service.changes import Fact, came_near, history_of
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.service.pace import Pace, pace_of
from gatecast.service.season import CalendarGame, HomeStand, Season, season_view

__all__ = ["Change", "GameView", "Issue", "game_row", "game_view", "is_coming"]

ISSUED_AT = "issued_at"


@dataclass(frozen=True)
class Issue:
    """A forecast of a game as it was issued.

    Parameters
    ----------
    issued_at : datetime
    as_of : date or None
        The last day it knew of.
    days : int or None
        Days from then to the game, or games where there are no dates; None where that was not told.
    model : str
    forecast : dict
        By the columns of `Store.forecasts`.
    """

    issued_at: dt.datetime
    as_of: dt.date | None
    days: int | None
    model: str
    forecast: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """The last forecast beside the one before, and what became known of the game in between.

    `tickets` holds the tickets sold that each could know of, None where there is no figure.
    """

    before: Issue
    now: Issue
    facts: tuple[Fact, ...]
    tickets: tuple[int | None, int | None]

    @property
    def difference(self) -> float:
        """People by which the median moved."""
        return float(self.now.forecast[MEDIAN] - self.before.forecast[MEDIAN])


@dataclass(frozen=True)
class GameView:
    """A game with all that its page shows but the reasons.

    Parameters
    ----------
    game : CalendarGame
        Its row, its gate, and the last forecast that knew nothing of its day.
    columns : mapping of str to Column
    stand : HomeStand or None
        The home stand it belongs to.
    season : int
        As `season_view` counts it.
    coming : bool
        Whether it is still to come.
    issues : tuple of Issue
        Forecasts that knew nothing of its day, the oldest first.
    change : Change or None
        None where it was forecast once or never.
    since : tuple of Fact
        What imports changed since the last forecast.
    pace : Pace or None
    """

    game: CalendarGame
    columns: Mapping[str, Column]
    stand: HomeStand | None
    season: int
    coming: bool
    issues: tuple[Issue, ...]
    change: Change | None
    since: tuple[Fact, ...]
    pace: Pace | None

    @property
    def row(self) -> dict[str, Any]:
        """The game by column names."""
        return self.game.row

    @property
    def last(self) -> Issue | None:
        """The last forecast."""
        return self.issues[-1] if self.issues else None


def game_row(service: ClubService, game_id: str) -> dict[str, Any] | None:
    """A game of the store by column names; None where there is none of that id."""
    found = service.games().table.filter(pl.col(c.GAME_ID) == game_id)
    return found.row(0, named=True) if found.height else None


def is_coming(service: ClubService, row: Mapping[str, Any]) -> bool:
    """Whether a game lies after the last day known, and has no gate."""
    as_of, date = service.as_of(row[c.HOME]), row[c.DATE]
    return row[c.ATTENDANCE] is None and (as_of is None or (date is not None and date > as_of))


def game_view(service: ClubService, game_id: str) -> GameView | None:
    """Everything about a game but the reasons of its forecast; None where there is no such game."""
    row = game_row(service, game_id)
    if row is None:
        return None
    season = _season(service, row)
    issues = _issues(service, row)
    stand, game = _placed(season, row, issues)
    columns, coming = service.games().columns, is_coming(service, row)
    history = history_of(service.store, row, columns)
    pace = pace_of(service, row)
    change = None
    if len(issues) > 1:
        before, now = issues[-2:]
        facts = history.between(before.issued_at, now.issued_at)
        if before.days is not None and now.days is not None and now.as_of is not None:
            told = {fact.column for fact in facts}
            near = came_near(row, columns, before.days, now.days)
            # The weather of a game played is what was observed, not what was known.
            facts += tuple(f for f in near if f.column not in told and (coming or not columns[f.column].known.worsens))
        change = Change(before, now, facts, (_sold(pace, before.days), _sold(pace, now.days)))
    since = history.between(issues[-1].issued_at) if issues and coming else ()
    return GameView(game, columns, stand, season.season, coming, issues, change, since, pace)


def _season(service: ClubService, row: Mapping[str, Any]) -> Season:
    club, season = row[c.HOME], row[c.SEASON]
    areas = (GAMES_AREA, FORECASTS_AREA)
    return service.cached(("season", club, season), areas, lambda: season_view(service, club, season))


def _placed(season: Season, row: dict[str, Any], issues: tuple[Issue, ...]) -> tuple[HomeStand | None, CalendarGame]:
    """The game as the calendar has it, and its home stand; a game without a season may be on no calendar."""
    for stand in season.stands:
        for game in stand.games:
            if game.row[c.GAME_ID] == row[c.GAME_ID]:
                return stand, game
    forecast = dict(issues[-1].forecast) if issues else None
    return None, CalendarGame(row, forecast, row[c.ATTENDANCE], 0)


def _issues(service: ClubService, row: Mapping[str, Any]) -> tuple[Issue, ...]:
    found = []
    for each in service.store.forecasts([row[c.GAME_ID]]).to_dicts():
        as_of, date = each[AS_OF], row[c.DATE]
        if as_of is None or date is None:
            days = int(each[LEAD]) if each[LEAD].isdecimal() else None
        elif as_of < date:
            days = (date - as_of).days
        else:
            continue
        found.append(Issue(each[ISSUED_AT], as_of, days, each[MODEL], each))
    return tuple(sorted(found, key=lambda issue: issue.as_of or dt.date.min))


def _sold(pace: Pace | None, days: int | None) -> int | None:
    """Tickets sold as far as somebody knew so many days before the game."""
    if pace is None or days is None:
        return None
    return next((tickets for day, tickets in reversed(pace.sold) if day >= days), None)
