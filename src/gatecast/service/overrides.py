"""Figures that the manager set by hand: a forecast or a number of a plan, beside the model's, and scored afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, quantile_column
from gatecast.plan import Operations, Plan
from gatecast.plan.columns import CHOICE, FORECAST, KIND, KINDS, NAME, STOCK, UNITS
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.evaluate.replay import observed_crowd
from gatecast.plan.operations.model import Entry
from gatecast.plan.optimize.requirements import requirements
from gatecast.plan.overrides import MOST_UNITS, settable
from gatecast.service.club_service import GAMES_AREA, ClubService
from gatecast.service.current_overrides import OVERRIDE_AREAS, current_overrides, overrides_in_effect
from gatecast.service.game import game_row, is_coming
from gatecast.service.issued_forecasts import last_of_each, scored_forecasts
from gatecast.store import Override

__all__ = [
    "LONGEST_REASON",
    "OverrideScore",
    "ScoredFigure",
    "model_choice",
    "override_score",
    "set_forecast",
    "set_number",
    "take_back",
]

LONGEST_REASON = 200
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
ORDERS = "orders"
"""Key under which the model's cases by game are stored with an order of stock that keeps."""

Key = tuple[str, str, str]


def set_forecast(service: ClubService, game_id: str, people: float, reason: str = "") -> int:
    """Set the attendance expected of a game to come by hand, beside the model's.

    Parameters
    ----------
    service : ClubService
    game_id : str
    people : float
        From 0 to the seats.
    reason : str

    Raises
    ------
    InputError
        Such a game cannot be set, or not to that figure.
    """
    row, forecast = _coming_with_forecast(service, game_id)
    seats = row[c.CAPACITY] or forecast.get(c.CAPACITY) or c.LARGEST_CROWD
    if not 0 <= people <= seats:
        raise InputError(f"people: got {people:,.0f}, expected 0 to the {seats:,.0f} seats")
    beside = {name: forecast[name] for name in (MEAN, LOW, HIGH, "issue_id")}
    return service.store.record_override(game_id, FORECAST, "", float(people), reason=_reason(reason), beside=beside)


def set_number(
    service: ClubService, decision: Key, units: int, reason: str = "", *, model: Mapping[str, Any] | None = None
) -> int:
    """Set a number of the plan of a game to come by hand, beside the model's.

    Parameters
    ----------
    service : ClubService
    decision : tuple of str
        Game, kind (staff, stock or transport) and name.
    units : int
        Shifts, cases or vehicles.
    reason : str
    model : mapping, optional
        What is kept beside it, from `model_choice`.

    Raises
    ------
    InputError
        There is no such game or decision.
    """
    game_id, kind, name = decision
    _coming_with_forecast(service, game_id)
    if kind not in UNITS or _entry(service.operations(), kind, name) is None:
        raise InputError(f"{kind}: got {name!r}, expected a role, an item or a service of the settings")
    if not 0 <= units <= MOST_UNITS:
        raise InputError(f"{name}: got {units:,}, expected 0 to {MOST_UNITS:,} {UNITS[kind]}")
    return service.store.record_override(
        game_id, kind, name, float(units), reason=_reason(reason), beside=dict(model or {})
    )


def take_back(service: ClubService, key: Key) -> bool:
    """Give a figure back to the model; return False if none was set by hand."""
    if key not in current_overrides(service, {key[0]}):
        return False
    service.store.record_override(*key, None)
    return True


def _entry(operations: Operations, kind: str, name: str) -> Entry | None:
    return next((each for each in getattr(operations, kind, ()) if each.name == name), None) if kind in KINDS else None


def _coming_with_forecast(service: ClubService, game_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = game_row(service, game_id)
    if row is None or not is_coming(service, row):
        raise InputError(f"game {game_id}: got no game to come, expected one; only those can be set by hand")
    forecast = service.latest(row[c.HOME]).filter(pl.col(c.GAME_ID) == game_id)
    if forecast.is_empty():
        raise InputError(f"game {game_id}: got no forecast, expected one to set a figure beside; forecast first")
    return row, forecast.row(0, named=True)


def _reason(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST_REASON]


@dataclass(frozen=True)
class ScoredFigure:
    """A figure set by hand and the model's, after the game.

    Parameters
    ----------
    game_id : str
    date : date or None
    kind, name, reason : str
    by_hand, model : float
        People, shifts, cases or vehicles.
    attendance : int
    hand_error, model_error : float
        People missed by a forecast; for a number, what it cost with the attendance that came, in money.
    """

    game_id: str
    date: dt.date | None
    kind: str
    name: str
    reason: str
    by_hand: float
    model: float
    attendance: int
    hand_error: float
    model_error: float

    @property
    def hand_better(self) -> float:
        """By how much the figure set by hand was better: people closer, or money saved; below 0 if it was worse."""
        return self.model_error - self.hand_error


@dataclass(frozen=True)
class OverrideScore:
    """Figures set by hand of games played: forecasts in people, numbers in money; each in order of play."""

    forecasts: tuple[ScoredFigure, ...]
    numbers: tuple[ScoredFigure, ...]

    @staticmethod
    def closer(figures: Iterable[ScoredFigure]) -> tuple[int, int]:
        """Return how often the figure by hand was better, and how often the model's."""
        gains = [each.hand_better for each in figures]
        return sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)

    @staticmethod
    def gain(figures: Iterable[ScoredFigure]) -> float:
        """Return the sum by which the figures by hand were better."""
        return sum(each.hand_better for each in figures)


def override_score(service: ClubService, club: str, season: int | None = None, game_id: str = "") -> OverrideScore:
    """Score what was set by hand for a club's games played: the last figure recorded before each result.

    A forecast is compared with the model's last before the game; a number with the model's choice when it was set, both
    at the cost that today's settings give with the attendance that came.

    Parameters
    ----------
    service : ClubService
    club : str
    season : int, optional
        All of them if not given.
    game_id : str
        One game only, if given.
    """
    every = service.cached(
        ("override score", club), (GAMES_AREA, *OVERRIDE_AREAS, "settings"), lambda: _override_score(service, club)
    )
    seasons = dict(service.home_games(club).table.select(c.GAME_ID, c.SEASON).iter_rows())

    def wanted(each: ScoredFigure) -> bool:
        return (season is None or seasons.get(each.game_id) == season) and game_id in ("", each.game_id)

    return OverrideScore(
        tuple(each for each in every.forecasts if wanted(each)), tuple(each for each in every.numbers if wanted(each))
    )


def _override_score(service: ClubService, club: str) -> OverrideScore:
    overrides = overrides_in_effect(service.store.overrides())
    table = service.home_games(club).table.filter(pl.col(c.ATTENDANCE).is_not_null())
    played = {row[c.GAME_ID]: row for row in table.to_dicts()}
    ours = [each for game in played for key, each in overrides.items() if key[0] == game]
    coming = set(service.upcoming(club).table[c.GAME_ID])
    last = last_of_each(scored_forecasts(service, club))
    means = dict(last.select(c.GAME_ID, MEAN).iter_rows())
    forecasts, numbers = [], []
    for each in ours:
        row = played[each.game_id]
        if each.kind == FORECAST:
            model = float(means.get(each.game_id) or each.beside.get(MEAN) or 0)
            errors = (abs(row[c.ATTENDANCE] - float(each.value or 0)), abs(row[c.ATTENDANCE] - model))
            forecasts.append(_scored(each, row, model, errors))
        elif each.beside.get(CHOICE) is not None and not coming.intersection(each.beside.get(ORDERS, ())):
            costs = _costs(service.operations(), table, each, int(each.beside[CHOICE]))
            if costs is not None:
                numbers.append(_scored(each, row, float(each.beside[CHOICE]), costs))
    return OverrideScore(tuple(forecasts), tuple(numbers))


def _scored(each: Override, row: Mapping[str, Any], model: float, errors: tuple[float, float]) -> ScoredFigure:
    return ScoredFigure(
        each.game_id, row[c.DATE], each.kind, each.name, each.reason, float(each.value or 0), model,
        int(row[c.ATTENDANCE]), *errors,
    )  # fmt: skip


def _costs(operations: Operations, table: pl.DataFrame, each: Override, model: int) -> tuple[float, float] | None:
    """Return what a number and the model's cost with the attendance that came; None if it is no longer decided.

    An order of stock that keeps is costed with the orders that stood beside it, over all their games.
    """
    orders = {str(game): int(cases) for game, cases in each.beside.get(ORDERS, {}).items()} or {each.game_id: model}
    played = table.filter(pl.col(c.GAME_ID).is_in(list(orders)))
    games = played[c.GAME_ID].to_list()
    units = [np.array([{**orders, each.game_id: one}[game] for game in games]) for one in (int(each.value or 0), model)]
    for requirement in requirements(observed_crowd(played, operations.crowd), operations, GameDays.of(played)):
        if (requirement.kind, requirement.entry.name) == (each.kind, each.name):
            return float(requirement.cost(units[0]).sum()), float(requirement.cost(units[1]).sum())
    return None


def model_choice(plan: Plan, decision: Key) -> dict[str, Any]:
    """Return what a plan chose, to keep beside a number set by hand: of stock that keeps, all its orders.

    Parameters
    ----------
    plan : Plan
        The model's.
    decision : tuple of str
        Game, kind and name.

    Raises
    ------
    InputError
        No delivery comes for the game, which sells what was ordered for an earlier one.
    """
    game_id, kind, name = decision
    rows = plan.table.filter(pl.col(KIND) == kind, pl.col(NAME) == name)
    orders = dict(rows.select(c.GAME_ID, CHOICE).iter_rows())
    if game_id not in orders:
        return {}
    if decision not in settable(plan):
        raise InputError(
            f"{name}: got a number for a game without a delivery of its own, expected one for the game that the"
            " delivery before it is for; set the number there"
        )
    item = next((each for each in plan.operations.stock if kind == STOCK and each.name == name), None)
    return {CHOICE: orders[game_id], **({ORDERS: orders} if item is not None and item.linked else {})}
