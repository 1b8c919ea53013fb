"""Tell whether forecasts and plans are as new as what they were made from, and what has changed since.

Beside each forecast and plan lie digests of its inputs: the games to come, tickets sold, the attendance known, the
model; for a plan also its forecasts, the settings and figures set by hand. They are compared with those of today, so an
undone change does not count. Forecasts recorded without digests are judged by the history of changed games and the
model.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.games import Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MODEL
from gatecast.plan.columns import TICKETS
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, SETTINGS_AREA, ClubService
from gatecast.service.tickets import TICKETS_AREA
from gatecast.store.schema import ISSUES

__all__ = ["FRESHNESS_AREAS", "Freshness", "forecast_inputs", "freshness", "plan_changes", "plan_inputs"]

FRESHNESS_AREAS = (GAMES_AREA, FORECASTS_AREA, SETTINGS_AREA, TICKETS_AREA)
"""Areas of the store that the freshness of forecasts comes from."""
GAME, WEATHER, PITCHERS, TICKETS_SOLD = "details", "weather", "starting pitchers", "tickets sold"
GROUPS = {
    c.TEMPERATURE: WEATHER,
    c.WIND: WEATHER,
    c.SKY: WEATHER,
    c.PRECIPITATION: WEATHER,
    c.HOME_STARTER: PITCHERS,
    c.VISITOR_STARTER: PITCHERS,
}
SCHEDULED_COLUMNS = (c.DATE, c.START_TIME, c.NUMBER, c.VISITOR, c.CAPACITY)
GAMES, MODEL_NAME, RESULTS, SOLD = "games", "model", "results", "tickets"
FORECASTS, SETTINGS, BY_HAND = "forecasts", "settings", "by hand"
DIGITS = 8


@dataclass(frozen=True)
class Freshness:
    """What has changed since the latest forecasts of a club's games to come.

    Parameters
    ----------
    issued_at : datetime or None
        When the latest of them was issued; None if there is none.
    games : mapping of str to tuple of str
        What changed of each game since its own forecast, by game id; games without a change are left out.
    results : int
        Games whose attendance came in or changed since.
    model : bool
        True if another model is in use.
    unforecast : tuple of str
        Ids of games to come without a forecast, in order of play.
    """

    issued_at: dt.datetime | None
    games: Mapping[str, tuple[str, ...]]
    results: int
    model: bool
    unforecast: tuple[str, ...]

    @property
    def stale(self) -> bool:
        """True if a forecast is older than what it was made from."""
        return bool(self.games or self.results or self.model)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What changed, each in a few words."""
        words = []
        kinds = dict.fromkeys(kind for kinds in self.games.values() for kind in kinds)
        for kind in kinds:
            count = sum(kind in each for each in self.games.values())
            words.append(f"{kind} of {count} game{'s' if count != 1 else ''}")
        if self.results:
            words.append(f"attendance of {self.results} game{'s' if self.results != 1 else ''}")
        if self.model:
            words.append("the model")
        return tuple(words)


def forecast_inputs(service: ClubService, club: str) -> dict[str, Any]:
    """Return digests of everything that a forecast of a club's games to come is made from now."""
    coming = service.upcoming(club).table
    sold = _tickets_sold(service)
    return {
        MODEL_NAME: service.model_id(),
        GAMES: _games_digests(service, coming),
        RESULTS: _results(service),
        SOLD: {game: sold[game] for game in coming[c.GAME_ID] if game in sold},
    }


def freshness(service: ClubService, club: str) -> Freshness:
    """Return what has changed since the latest forecasts of a club's games to come."""
    return service.cached(("freshness", club), FRESHNESS_AREAS, lambda: _freshness(service, club))


def _freshness(service: ClubService, club: str) -> Freshness:
    coming = service.upcoming(club).table[c.GAME_ID].to_list()
    latest = service.latest(club).filter(pl.col(c.GAME_ID).is_in(coming))
    issued = latest.select(c.GAME_ID, ISSUES.c.issue_id.name, ISSUES.c.issued_at.name, MODEL).rows()
    unforecast = tuple(game for game in coming if game not in {row[0] for row in issued})
    if not issued:
        return Freshness(None, {}, 0, model=False, unforecast=unforecast)
    known = service.store.forecast_inputs(sorted({row[1] for row in issued}))
    now = forecast_inputs(service, club)
    logged = _logged_changes(service, {game: at for game, issue, at, _ in issued if issue not in known})
    games: dict[str, tuple[str, ...]] = {}
    for game, issue, *_ in issued:
        found = _game_changes(known[issue], now, game) if issue in known else logged.get(game, ())
        if found:
            games[game] = found
    newest = max(issued, key=lambda row: row[1])
    before = known.get(newest[1])
    return Freshness(
        newest[2],
        games,
        _more_results(before, now),
        model=now[MODEL_NAME] is not None and any(row[3] != now[MODEL_NAME] for row in issued),
        unforecast=unforecast,
    )


def _game_changes(before: Mapping[str, Any], now: Mapping[str, Any], game: str) -> tuple[str, ...]:
    """Return the kinds of inputs of one game that differ."""
    was, present = before.get(GAMES, {}).get(game), now[GAMES].get(game)
    if was is None or present is None:
        return ()
    kinds = [kind for kind in dict.fromkeys([*present, *was]) if was.get(kind) != present.get(kind)]
    if before.get(SOLD, {}).get(game) != now[SOLD].get(game):
        kinds.append(TICKETS_SOLD)
    return tuple(kinds)


def _logged_changes(service: ClubService, since: Mapping[str, dt.datetime]) -> dict[str, tuple[str, ...]]:
    """Return the kinds of inputs that imports in effect changed after a moment of each game, by game id."""
    if not since:
        return {}
    columns = service.games().columns
    changes: dict[str, tuple[str, ...]] = {}
    for game, changes_of_game in service.store.game_changes_since(list(since), min(since.values())).items():
        later = (each for each in changes_of_game if each.at > since[game] and not each.undone_at)
        names = {name for each in later for name in each.before or {} if name in columns}
        inputs = (name for name in names if columns[name].role not in (Role.RESULT, Role.TARGET))
        changes[game] = tuple(dict.fromkeys(GROUPS.get(name, GAME) for name in sorted(inputs)))
    return changes


def _more_results(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> int:
    if before is None or before.get(RESULTS) == now[RESULTS]:
        return 0
    return max(abs(int(now[RESULTS][0]) - int(before[RESULTS][0])), 1)


def _games_digests(service: ClubService, coming: pl.DataFrame) -> dict[str, dict[str, str]]:
    """Return a digest of each kind of input of each game to come."""
    columns = service.games().columns
    skipped = (c.GAME_ID, c.SEASON)
    groups: dict[str, list[str]] = {}
    for name, column in columns.items():
        if name not in skipped and column.role not in (Role.RESULT, Role.TARGET):
            groups.setdefault(GROUPS.get(name, GAME), []).append(name)
    return {
        row[c.GAME_ID]: {
            # A column that a later version of gatecast adds is unknown, and changes nothing.
            kind: _digest({name: row[name] for name in names if row[name] is not None})
            for kind, names in groups.items()
        }
        for row in coming.to_dicts()
    }


def _results(service: ClubService) -> list[int | str]:
    """Return the number of games with an attendance, and a digest of it."""

    def counted() -> list[int | str]:
        table = service.played().table
        digest = hashlib.sha256(table[c.ATTENDANCE].cast(pl.Int64).to_numpy().tobytes()).hexdigest()
        return [table.height, digest[:DIGITS]]

    return service.cached(("results",), (GAMES_AREA,), counted)


def _tickets_sold(service: ClubService) -> dict[str, str]:
    """Return the last day and figure of tickets sold of each game."""

    def read() -> dict[str, str]:
        table = service.cached(("tickets",), (TICKETS_AREA,), service.store.tickets)
        last = table.unique(c.GAME_ID, keep="last", maintain_order=True)
        return {game: f"{day} {sold}" for game, day, sold in last.select(c.GAME_ID, AS_OF, TICKETS).iter_rows()}

    return service.cached(("tickets sold",), (TICKETS_AREA,), read)


def plan_inputs(
    service: ClubService,
    games: Iterable[Mapping[str, Any]],
    forecasts: Mapping[str, int],
    by_hand: Mapping[str, object],
) -> dict[str, Any]:
    """Return digests of what a plan is made from now.

    Parameters
    ----------
    service : ClubService
    games : iterable of mapping
        Its games by column names.
    forecasts : mapping of str to int
        The issue that the forecast of each game is from.
    by_hand : mapping of str to object
        The figures set by hand of each game that has some.
    """
    return {
        FORECASTS: dict(forecasts),
        GAMES: {row[c.GAME_ID]: _digest([row[name] for name in SCHEDULED_COLUMNS]) for row in games},
        SETTINGS: _digest(operations_to_dict(service.operations())),
        BY_HAND: {game: _digest(values) for game, values in by_hand.items()},
    }


def plan_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what differs between the inputs of two plans, each in a few words.

    Examples
    --------
    >>> made = {"forecasts": {"A": 1}, "games": {"A": "x"}, "settings": "s", "by hand": {}}
    >>> plan_changes(made, {**made, "forecasts": {"A": 2}, "settings": "t"})
    ('the forecast', 'settings')
    """
    both = before[GAMES].keys() & now[GAMES].keys()

    def differ(part: str, games: Iterable[str]) -> bool:
        return any(before[part].get(game) != now[part].get(game) for game in games)

    changed = (
        ("the forecast", differ(FORECASTS, both)),
        ("games", differ(GAMES, now[GAMES])),
        ("settings", before[SETTINGS] != now[SETTINGS]),
        ("figures set by hand", differ(BY_HAND, both)),
    )
    return tuple(words for words, differs in changed if differs)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:DIGITS]
