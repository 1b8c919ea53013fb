"""Explain the forecast of a game: what drives it, what moved it, and which past games were like it."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from gatecast.errors import DataError, InputError
from gatecast.games import Games, known_at
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, SETTINGS_AREA, ClubService
from gatecast.service.game import GameView, Issue, game_row

if TYPE_CHECKING:
    from gatecast.forecast import Forecaster
    from gatecast.forecast.explain import Explanation

__all__ = ["ComparableGame", "Driver", "Moves", "Reasons", "reasons_of"]

SMALLEST_SHARE = 0.001
"""Smallest share of the forecast for which a driver is shown."""
SMALLEST_MOVE = 0.003
"""Smallest share of the forecast for which the move of a driver is shown: less is rounded away."""
CORRECTED_WITHIN = 0.03
"""Share of a forecast by which the corrections of an issue may move it."""
ONE_AT_A_TIME = Lock()
"""Held while reasons are computed, so that many requests at once leave room for other pages."""


@dataclass(frozen=True)
class Driver:
    """A driver of a forecast, as `gatecast.forecast.drivers` names it, and the people it adds or takes."""

    name: str
    people: float


@dataclass(frozen=True)
class ComparableGame:
    """A past game by column names, and the drivers in which it is like the game explained."""

    row: dict[str, Any]
    alike: tuple[str, ...]


@dataclass(frozen=True)
class Moves:
    """Why a forecast differs from the previous one, in people; all parts add up to the difference as shown.

    Parameters
    ----------
    before : date
        The cutoff of the previous forecast.
    difference : float
    drivers : tuple of Driver
        Those that moved it, the largest first.
    usual : float
        What the average home game moved by: results that came in between, and fewer days ahead.
    rest : float
        Drivers too small to show, corrections by past errors, and rounding.
    """

    before: dt.date
    difference: float
    drivers: tuple[Driver, ...]
    usual: float
    rest: float


@dataclass(frozen=True)
class Reasons:
    """Drivers of the forecast of a game, by the model in use now.

    Parameters
    ----------
    baseline : float
        Mean forecast of an average home game.
    expected : float
        Mean forecast of this one.
    drivers : tuple of Driver
        Those that move it, the largest first; they add up to `expected` less `baseline`, except for
        drivers too small to show.
    games : int
        Home games over which the average is taken.
    since : date or None
        The day of the first of them; None where games carry no dates.
    as_of : date or None
        The cutoff; None if games carry no dates.
    row : dict
        The game by column names, as it was known then; weather as it is stored now.
    like : tuple of ComparableGame
        Past home games most like it, the most alike first.
    basis : str
        What the forecasts of the club rest on, in words; empty where nothing is weighed.
    moves : Moves or None
        Why it differs from the previous forecast; None without one, and where the model in use does not say what the
        two said.
    """

    baseline: float
    expected: float
    drivers: tuple[Driver, ...]
    games: int
    since: dt.date | None
    as_of: dt.date | None
    row: dict[str, Any]
    like: tuple[ComparableGame, ...]
    basis: str = ""
    moves: Moves | None = None

    @property
    def most(self) -> Driver | None:
        """The driver that moves the forecast most in the direction in which it differs from the average."""
        upward = self.expected > self.baseline
        return next((each for each in self.drivers if (each.people > 0) == upward), None)


def reasons_of(service: ClubService, view: GameView) -> Reasons | None:
    """Explain a game's forecast from what was known at the cutoff of its last forecast.

    Parameters
    ----------
    service : ClubService
    view : GameView

    Returns
    -------
    Reasons or None
        None without a model, for a game that was never forecast, and if its club had no attendance by then.
    """
    forecaster, last = service.forecaster(), view.last
    if forecaster is None or last is None:
        return None

    def compute() -> Reasons | None:
        with ONE_AT_A_TIME:
            return _reasons(service, _club_forecaster(service, forecaster, view.row[c.HOME]), view, last)

    # The forecast may be changed by any of these; the model is a setting.
    return service.cached(("reasons", view.row[c.GAME_ID]), (GAMES_AREA, FORECASTS_AREA, SETTINGS_AREA), compute)


def _club_forecaster(service: ClubService, forecaster: Forecaster, club: str) -> Forecaster:
    """Return a copy of the forecaster, so that explaining does not evict its cached games."""
    return service.cached(("reasoning", club), (GAMES_AREA, SETTINGS_AREA), lambda: copy.copy(forecaster))


def _reasons(service: ClubService, forecaster: Forecaster, view: GameView, last: Issue) -> Reasons | None:
    game, as_of = view.row[c.GAME_ID], _as_of(view, last)
    games, upcoming = _known_and_to_come(service, view, as_of)
    try:
        session = forecaster.session(games, upcoming, as_of)
        explained, like = session.explain([game])[0], session.comparable(game)
    except InputError:
        return None
    baseline, expected = _on_issued_level(explained.baseline, explained.expected, float(last.forecast[MEAN]))
    smallest = SMALLEST_SHARE * explained.expected
    drivers = [Driver(name, people) for name, people in explained.people.items() if abs(people) > smallest]
    rows = [(game_row(service, each.game_id), each.alike) for each in like]
    return Reasons(
        baseline,
        expected,
        tuple(sorted(drivers, key=lambda driver: -abs(driver.people))),
        explained.games,
        explained.since,
        as_of,
        _as_known(upcoming, game, as_of),
        tuple(ComparableGame(row, alike) for row, alike in rows if row is not None),
        session.basis(),
        _moves(service, copy.copy(forecaster), view, explained),
    )


def _moves(service: ClubService, forecaster: Forecaster, view: GameView, now: Explanation) -> Moves | None:
    """Return what moved a forecast since the previous one, which is explained anew from what was known to it."""
    change, game = view.change, view.row[c.GAME_ID]
    if change is None or {change.before.model, change.now.model} != {service.model_id()}:
        return None
    as_of = _as_of(view, change.before)
    if as_of is None or c.DATE in {fact.column for fact in change.facts} or not _says_again(now, change.now):
        return None
    games, upcoming = _known_and_to_come(service, view, as_of)
    here, schema = pl.col(c.GAME_ID) == game, upcoming.table.schema
    then = [
        pl.when(here).then(pl.lit(fact.before, schema[fact.column])).otherwise(fact.column).alias(fact.column)
        for fact in change.facts
    ]
    upcoming = upcoming.with_table(upcoming.table.with_columns(then))
    try:
        before = forecaster.session(games, upcoming, as_of).explain([game])[0]
    except (DataError, InputError):
        return None
    if not _says_again(before, change.before):
        return None
    names = dict.fromkeys((*now.people, *before.people))
    moved = [Driver(name, now.people.get(name, 0.0) - before.people.get(name, 0.0)) for name in names]
    drivers = [driver for driver in moved if abs(driver.people) > SMALLEST_MOVE * now.expected]
    drivers.sort(key=lambda driver: -abs(driver.people))
    usual = now.baseline - before.baseline
    rest = change.difference - usual - sum(driver.people for driver in drivers)
    return Moves(as_of, change.difference, tuple(drivers), usual, rest)


def _says_again(explained: Explanation, issue: Issue) -> bool:
    """Return True if the model in use says what a forecast said, but for its corrections."""
    issued = float(issue.forecast[MEAN])
    return abs(issued - explained.expected) <= CORRECTED_WITHIN * issued


def _on_issued_level(baseline: float, expected: float, issued: float) -> tuple[float, float]:
    """Return both figures on the level of the forecast as issued, which corrections by past errors may have moved.

    Where the present model says something else, they stay as they are.
    """
    moved = issued - expected
    return (baseline + moved, issued) if abs(moved) <= CORRECTED_WITHIN * issued else (baseline, expected)


def _as_of(view: GameView, last: Issue) -> dt.date | None:
    """Return the cutoff of a forecast; None if games carry no dates."""
    date = view.row[c.DATE]
    if date is None or last.as_of is not None:
        return last.as_of
    return date - dt.timedelta(days=last.days or 1)  # type: ignore[no-any-return]  # a date of the table


def _known_and_to_come(service: ClubService, view: GameView, as_of: dt.date | None) -> tuple[Games, Games]:
    """Return past games and the club's games to come as they were at the cutoff."""
    club = view.row[c.HOME]
    if as_of is not None:
        return service.played(), service.home_games(club).filter(pl.col(c.DATE) > as_of)
    if view.coming:
        return service.played(), service.upcoming(club)
    games, here = service.games(), pl.col(c.GAME_ID) == view.row[c.GAME_ID]
    place = games.table[c.GAME_ID].index_of(view.row[c.GAME_ID]) or 0
    before = games.with_table(games.table.head(place))
    return before.filter(pl.col(c.ATTENDANCE).is_not_null()), games.filter(here)


def _as_known(upcoming: Games, game: str, as_of: dt.date | None) -> dict[str, Any]:
    """Return a game as it was known at the cutoff, by column names."""
    one = upcoming.filter(pl.col(c.GAME_ID) == game)
    ahead = (one.table[c.DATE][0] - as_of).days if as_of else (upcoming.table[c.GAME_ID].index_of(game) or 0) + 1
    return known_at(one, (one.days - ahead).astype(np.int32), weather_as_observed=False).row(0, named=True)
