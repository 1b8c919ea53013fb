"""Describe one game: its forecasts, what changed between them, how its tickets sell and how it ended."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.expected import expected_people
from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MODEL
from gatecast.service.club_service import ClubService
from gatecast.service.season import CalendarGame, Homestand, Season, cached_season
from gatecast.service.tickets import Pace, pace_of
from gatecast.store import Store
from gatecast.store.rows import from_json

__all__ = [
    "Fact",
    "ForecastChange",
    "GameHistory",
    "GameView",
    "Issue",
    "came_near",
    "game_row",
    "game_view",
    "history_of",
    "is_coming",
    "reading_order",
]

FAR, NEVER = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Fact:
    """A value of a game that changed: its column, the value before and the value after; None if unknown."""

    column: str
    before: object
    after: object


@dataclass(frozen=True)
class _Change:
    """The earlier values of the cells that one import changed."""

    at: dt.datetime
    before: Mapping[str, object]


@dataclass(frozen=True)
class GameHistory:
    """The changes that imports made to a game; imports that were undone are left out.

    Parameters
    ----------
    row : dict
        The game as stored now.
    changes : tuple
        The oldest first.
    """

    row: Mapping[str, Any]
    changes: tuple[_Change, ...] = ()

    def value_at(self, column: str, moment: dt.datetime) -> object:
        """Return the value of a column at a moment: what the first later change replaced, else the present value."""
        later = (change.before[column] for change in self.changes if change.at > moment and column in change.before)
        return next(later, self.row.get(column))

    def between(self, since: dt.datetime = FAR, until: dt.datetime = NEVER) -> tuple[Fact, ...]:
        """Return what imports changed between two moments, results excluded; values changed back are left out."""
        columns = {name for change in self.changes if since < change.at <= until for name in change.before}
        facts = (Fact(name, self.value_at(name, since), self.value_at(name, until)) for name in sorted(columns))
        return tuple(fact for fact in facts if fact.before != fact.after)


def history_of(store: Store, row: Mapping[str, Any], columns: Mapping[str, Column]) -> GameHistory:
    """Return the history of a game.

    Parameters
    ----------
    store : Store
    row : mapping
        The game by column names.
    columns : mapping of str to Column
        Columns to include; results are left out.
    """
    inputs = {name: column for name, column in columns.items() if column.role not in (Role.RESULT, Role.TARGET)}
    changes = (
        _Change(each.at, {name: from_json(was, inputs[name]) for name, was in each.before.items() if name in inputs})
        for each in store.game_changes(row[c.GAME_ID])
        if each.before is not None and each.undone_at is None
    )
    return GameHistory(row, tuple(change for change in changes if change.before))


def came_near(row: Mapping[str, Any], columns: Mapping[str, Column], then: int, now: int) -> tuple[Fact, ...]:
    """Return what became known between `then` and `now` days before the game, by how long each column is known.

    Examples
    --------
    >>> [fact.after for fact in came_near({c.HOME_STARTER: "Ashquill"}, c.CANONICAL, 8, 2)]
    ['Ashquill']
    """
    return tuple(
        Fact(name, None, row[name])
        for name, column in columns.items()
        if row.get(name) is not None
        and column.role not in (Role.RESULT, Role.TARGET)
        and not math.isinf(column.known.lead)
        and now <= column.known.lead < then
    )


ISSUED_AT = "issued_at"


@dataclass(frozen=True)
class Issue:
    """A forecast of a game as it was issued.

    Parameters
    ----------
    issued_at : datetime
    as_of : date or None
        Its cutoff.
    days : int or None
        Days from the cutoff to the game (games if there are no dates); None if unknown.
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
class ForecastChange:
    """The last forecast beside the one before, and what became known of the game in between.

    `tickets` holds the tickets sold known to each, None if there is no figure.
    """

    before: Issue
    now: Issue
    facts: tuple[Fact, ...]
    tickets: tuple[int | None, int | None]

    @property
    def difference(self) -> float:
        """People by which the expected attendance moved, as shown."""
        return expected_people(self.now.forecast) - expected_people(self.before.forecast)


@dataclass(frozen=True)
class GameView:
    """A game with everything its page shows except the reasons.

    Parameters
    ----------
    game : CalendarGame
        Its row, its attendance, and the last forecast with a cutoff before its day.
    columns : mapping of str to Column
    stand : Homestand or None
        The homestand it belongs to.
    season : int
        As in `season_view`.
    coming : bool
        True if it is still to come.
    issues : tuple of Issue
        Forecasts with a cutoff before its day, oldest first.
    change : ForecastChange or None
        None if it was forecast once or never.
    since : tuple of Fact
        Changes by imports since the last forecast.
    pace : Pace or None
    """

    game: CalendarGame
    columns: Mapping[str, Column]
    stand: Homestand | None
    season: int
    coming: bool
    issues: tuple[Issue, ...]
    change: ForecastChange | None
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
    """Return a game of the store by column names; None if there is no game of that id."""
    rows = service.games().table.filter(pl.col(c.GAME_ID) == game_id)
    return rows.row(0, named=True) if rows.height else None


def reading_order(columns: Mapping[str, Column], names: Iterable[str]) -> list[str]:
    """Return names of columns as pages list them: canonical ones as given, then a club's own, the earliest known first.

    Parameters
    ----------
    columns : mapping of str to Column
    names : iterable of str
        Some of them.
    """
    return sorted(names, key=lambda name: (0, 0.0) if name in c.CANONICAL else (1, -columns[name].known.lead))


def is_coming(service: ClubService, row: Mapping[str, Any]) -> bool:
    """Return whether a game lies after the cutoff and has no attendance."""
    as_of, date = service.as_of(row[c.HOME]), row[c.DATE]
    return row[c.ATTENDANCE] is None and (as_of is None or (date is not None and date > as_of))


def game_view(service: ClubService, game_id: str) -> GameView | None:
    """Return everything about a game except the reasons of its forecast; None if there is no such game."""
    row = game_row(service, game_id)
    if row is None:
        return None
    season = cached_season(service, row[c.HOME], row[c.SEASON])
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
            changed = {fact.column for fact in facts}
            near = came_near(row, columns, before.days, now.days)
            # The weather of a game played is what was observed, not what was known.
            facts += tuple(
                f for f in near if f.column not in changed and (coming or not columns[f.column].known.worsens)
            )
        change = ForecastChange(before, now, facts, (_sold(pace, before.days), _sold(pace, now.days)))
    since = history.between(issues[-1].issued_at) if issues and coming else ()
    return GameView(game, columns, stand, season.season, coming, issues, change, since, pace)


def _placed(season: Season, row: dict[str, Any], issues: tuple[Issue, ...]) -> tuple[Homestand | None, CalendarGame]:
    """Return the game as the calendar has it, and its homestand; a game without a season may be on no calendar."""
    for stand in season.homestands:
        for game in stand.games:
            if game.row[c.GAME_ID] == row[c.GAME_ID]:
                return stand, game
    forecast = dict(issues[-1].forecast) if issues else None
    return None, CalendarGame(row, forecast, row[c.ATTENDANCE], 0)


def _issues(service: ClubService, row: Mapping[str, Any]) -> tuple[Issue, ...]:
    issues = []
    for each in service.store.forecasts([row[c.GAME_ID]]).to_dicts():
        as_of, date = each[AS_OF], row[c.DATE]
        if as_of is None or date is None:
            days = int(each[LEAD]) if each[LEAD].isdecimal() else None
        elif as_of < date:
            days = (date - as_of).days
        else:
            continue
        issues.append(Issue(each[ISSUED_AT], as_of, days, each[MODEL], each))
    return tuple(sorted(issues, key=lambda issue: issue.as_of or dt.date.min))


def _sold(pace: Pace | None, days: int | None) -> int | None:
    """Return the tickets sold that were known so many days before the game."""
    if pace is None or days is None:
        return None
    return next((tickets for day, tickets in reversed(pace.sold) if day >= days), None)
