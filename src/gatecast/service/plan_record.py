"""What plans cost beside hindsight: those that were issued, and a replay of the forecasts that were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.errors import InputError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan import Operations, plan_value
from gatecast.plan.evaluate.replay import FORECAST, HINDSIGHT, NAIVE, replayed
from gatecast.plan.evaluate.value import EVERY, saved_over
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service.club_service import ClubService
from gatecast.service.issued_plans import Afterwards, afterwards
from gatecast.service.scored import DAYS, before_games, last_of_each
from gatecast.service.season import season_view

__all__ = ["FIRST", "LAST", "PlanRecord", "Replay", "Share", "plan_record"]

FIRST, LAST = 2, 10
"""Days before the game of the forecasts that are replayed: when most is decided."""
ONE_LEAD = f"{FIRST} to {LAST}"


@dataclass(frozen=True)
class Share:
    """An estimate, and the range that holds it with 95 % confidence; None where it cannot be told."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Replay:
    """Games played, planned again by one rule under what was believed of them, with today's operations.

    Parameters
    ----------
    games, home_stands : int
    without_habit : int
        Games left out, as no season before them is known.
    forecast, habit, hindsight : float
        Money a game: by the forecast issued before it, by the mean of the weekday in the season before, and by what
        came.
    saved : Share
        Money a game that the forecast saved over habit.
    captured : Share
        Part of what hindsight would have saved over habit.
    currency : str
    """

    games: int
    home_stands: int
    without_habit: int
    forecast: float
    habit: float
    hindsight: float
    saved: Share
    captured: Share
    currency: str


@dataclass(frozen=True)
class PlanRecord:
    """What came of the plans issued for games played, and the replay of them all; None where there is none."""

    issued: Afterwards | None
    replay: Replay | None


def plan_record(service: ClubService, club: str, season: int | None = None) -> PlanRecord:
    """What plans for a club's games played cost.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.
    season : int, optional
        All seasons with forecasts if not given.
    """
    forecasts = before_games(service, club)
    seasons = forecasts[c.SEASON].drop_nulls().unique().sort().to_list() if season is None else [season]
    games = [game for each in seasons for stand in season_view(service, club, each).stands for game in stand.games]
    shown = forecasts.filter(pl.col(c.SEASON).is_in(seasons), pl.col(DAYS).is_between(FIRST, LAST))
    played = [game for game in games if game.gate is not None and game.row[c.SEASON] in seasons]
    return PlanRecord(afterwards(service, played) if played else None, _replay(service, club, season, shown))


def _replay(service: ClubService, club: str, season: int | None, forecasts: pl.DataFrame) -> Replay | None:
    """The replay, made anew only where what it is made of has changed: it takes a second."""
    columns = (c.GAME_ID, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)
    table = last_of_each(forecasts).select(*columns, pl.lit(ONE_LEAD).alias(LEAD))
    games, operations = service.home_games(club), service.operations()
    try:
        told = replayed(games, table).table
    except InputError:
        return None
    kept: dict[str, Replay | None] = service.cached(("replay", club, season), (), dict)
    mark = _mark(told, operations)
    if mark not in kept:
        made = _made(games, table, operations)
        kept.clear()
        kept[mark] = made
        return made
    return kept[mark]


def _mark(told: pl.DataFrame, operations: Operations) -> str:
    """The same for the same games, beliefs and operations."""
    settings = json.dumps(operations_to_dict(operations), sort_keys=True)
    return hashlib.sha256(f"{told.write_json()}{settings}".encode()).hexdigest()


def _made(games: Games, table: pl.DataFrame, operations: Operations) -> Replay | None:
    try:
        told = plan_value(games, table, operations)
    except InputError:
        return None
    result = next(each for each in told["results"] if each["season"] == EVERY and each["decision"] == EVERY)
    cost = result["cost_a_game"]
    return Replay(
        games=result["games"],
        home_stands=result["home_stands"],
        without_habit=told["games_without_naive"],
        forecast=cost[FORECAST],
        habit=cost[NAIVE],
        hindsight=cost[HINDSIGHT],
        saved=_share(result[saved_over(NAIVE)]),
        captured=_share(result["captured"]),
        currency=operations.currency,
    )


def _share(given: Mapping[str, Any]) -> Share:
    return Share(given["estimate"], given["low"], given["high"])
