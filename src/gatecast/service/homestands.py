"""Plan a homestand: whom to hire, what to order by when, and what it costs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from gatecast.date_style import DateStyle
from gatecast.expected import total_people
from gatecast.formatting import capital
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MEAN
from gatecast.plan import Operations, Plan, StaffRole, StockItem, TransportService, make_plan
from gatecast.plan.columns import (
    CASES,
    CHOICE,
    DECIDE_BY,
    DELIVERY,
    ENGAGED,
    EXPECTED_COST,
    FORECAST,
    KIND,
    KINDS,
    NAME,
    PEOPLE,
    REASON,
    RISK_ALONE,
    RISK_SHORT,
    SERVES,
    SHORTFALL,
    STOCK,
    TICKETS,
    UNIT,
)
from gatecast.plan.demand.forecast_table import CONTEXT
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.plan.ordering.measured import measured_words
from gatecast.plan.ordering.rules import NextOrder, OrderRule, next_orders, plan_rules
from gatecast.plan.overrides import costs_under
from gatecast.plan.views.constraints import limits_that_bind
from gatecast.plan.views.deadlines import Deadline, deadlines
from gatecast.plan.views.delivery_list import delivery_list
from gatecast.service.club_service import ClubService
from gatecast.service.current_overrides import current_overrides, forecast_by_hand
from gatecast.service.overridden_plan import CrossedCosts, costs_of_both, overridden_plan
from gatecast.service.season import CalendarGame, Homestand, Season, cached_season
from gatecast.store.schema import ISSUES

__all__ = [
    "CrossedCosts",
    "DecisionRow",
    "Delivery",
    "HomestandPlan",
    "HomestandView",
    "Risk",
    "crossed_costs",
    "homestand_view",
    "late_and_ahead",
    "orders_after",
    "plan_of_games",
    "risks_if_by_hand",
    "view_of_game",
]

ISSUE_ID, ISSUED_AT = ISSUES.c.issue_id.name, ISSUES.c.issued_at.name
MARK_LENGTH = 16


@dataclass(frozen=True)
class Risk:
    """Chances that a choice falls short: alone, and with everybody that can be called in late; None if unknown."""

    alone: float | None
    called_in: float | None


@dataclass(frozen=True)
class DecisionRow:
    """A role, an item or a service over the games of a plan.

    Parameters
    ----------
    kind, name, unit : str
    choices : tuple of int
        One a game, in the order of the plan.
    reasons : tuple of str
        One a game, without the name.
    risks : tuple of Risk
        One a game.
    engaged : int or None
        People to engage for the homestand; None for what is not staff.
    shortfall : int
        Most units by which a game falls short of a rule.
    expected_cost, spend : float
        Money in whole units, so that totals are sums of what is shown: the cost on average with waste and shortage,
        and the price of the choices alone, such as wages.
    case_size : float or None
        Units in a case; None for what is no stock.
    """

    kind: str
    name: str
    unit: str
    choices: tuple[int, ...]
    reasons: tuple[str, ...]
    risks: tuple[Risk, ...]
    engaged: int | None
    shortfall: int
    expected_cost: float
    spend: float
    case_size: float | None = None

    @property
    def total(self) -> int:
        """Units over all games."""
        return sum(self.choices)


@dataclass(frozen=True)
class Delivery:
    """A delivery: its day, the day to order by, cases by item, ids of the games it serves, and risks by item.

    The risk of an item is its highest chance of running out at a game that the delivery serves.
    """

    day: dt.date
    decide_by: dt.date
    cases: Mapping[str, int]
    games: tuple[str, ...]
    risks: Mapping[str, float]


@dataclass(frozen=True)
class HomestandPlan:
    """A plan as a page shows it.

    Parameters
    ----------
    decisions : Plan
        Every choice for every game.
    games : tuple of dict
        By the columns of `Plan.games`, in the order of the plan.
    decided : mapping of str to tuple of DecisionRow
        By kind.
    deliveries : tuple of Delivery
        Empty where games have no dates.
    deadlines : tuple of Deadline
        By day.
    limits : tuple of str
        Constraints that bind, in sentences.
    mark : str
        Digest that is equal for the same choices and operations.
    model : HomestandPlan or None
        The plan without any figure set by hand; None if there is none.
    """

    decisions: Plan
    games: tuple[dict[str, Any], ...]
    decided: Mapping[str, tuple[DecisionRow, ...]]
    deliveries: tuple[Delivery, ...]
    deadlines: tuple[Deadline, ...]
    limits: tuple[str, ...]
    mark: str
    model: HomestandPlan | None = None

    @property
    def operations(self) -> Operations:
        """The operations that the plan was made for."""
        return self.decisions.operations

    @property
    def engaged(self) -> int:
        """People to engage for the homestand, over all roles."""
        return sum(each.engaged or 0 for kind in self.decided.values() for each in kind)

    @property
    def people(self) -> float:
        """People expected through the gates at all games, each as shown."""
        return total_people(game[f"{PEOPLE}_{MEAN}"] for game in self.games)

    @property
    def tickets(self) -> float:
        """Attendance (tickets sold) expected at all games, each as shown."""
        return total_people(game[f"{TICKETS}_{MEAN}"] for game in self.games)

    @property
    def expected_cost(self) -> float:
        """Expected cost of all games, in money."""
        return sum(self.cost_of(kind) for kind in self.decided)

    @cached_property
    def rules(self) -> tuple[OrderRule, ...]:
        """How later orders follow from what is sold, by item, for the first game that has a game before it."""
        rules = plan_rules(self.decisions, first_only=True)
        first = min((rule.decide_by for rule in rules), default=None)
        return tuple(rule for rule in rules if rule.decide_by == first and rule.game_id == rules[0].game_id)

    @property
    def methods(self) -> tuple[str, ...]:
        """The policies that decide the orders of `rules`, each with what it cost on real homestands, in words."""
        return tuple(measured_words(each) for each in dict.fromkeys(rule.method for rule in self.rules))

    def cost_of(self, kind: str) -> float:
        """Return the expected cost of one kind of decision, in money."""
        return sum(each.expected_cost for each in self.decided[kind])

    def spend_of(self, kind: str) -> float:
        """Return what the choices of one kind cost to buy or hire, in money."""
        return sum(each.spend for each in self.decided[kind])

    def by_game(self, kind: str) -> tuple[int, ...]:
        """Return shifts, cases or vehicles of each game, in the order of the plan."""
        return tuple(map(sum, zip(*(each.choices for each in self.decided[kind]), strict=True)))

    def units_of(self, kind: str) -> int:
        """Return shifts, cases or vehicles in all."""
        return sum(each.total for each in self.decided[kind])


@dataclass(frozen=True)
class HomestandView:
    """A homestand with its plan.

    Parameters
    ----------
    season : Season
    stand : Homestand
    as_of : date or None
        The cutoff.
    planned, unforecast, open_games, played : tuple of CalendarGame
        Games to come with a forecast and without one, past games without an attendance, and games played.
    plan : HomestandPlan or None
        Of the games planned; None where there are none.
    issue_id, forecast_at
        The latest forecast that the plan was made of, and when that was issued; None where there is no plan.
    """

    season: Season
    stand: Homestand
    as_of: dt.date | None
    planned: tuple[CalendarGame, ...]
    unforecast: tuple[CalendarGame, ...]
    open_games: tuple[CalendarGame, ...]
    played: tuple[CalendarGame, ...]
    plan: HomestandPlan | None
    issue_id: int | None
    forecast_at: dt.datetime | None

    @property
    def forecast_as_of(self) -> dt.date | None:
        """The latest cutoff of the forecasts that the plan was made of; None without dates."""
        cutoffs = [game.forecast[AS_OF] for game in self.planned if game.forecast is not None]
        return max((each for each in cutoffs if each is not None), default=None)


def homestand_view(
    service: ClubService, season: int | None = None, number: int | None = None, operations: Operations | None = None
) -> HomestandView | None:
    """Return a homestand of the service's club with its plan; None if there is no such homestand.

    Parameters
    ----------
    service : ClubService
    season, number : int, optional
        As `season_view` counts homestands; the next one to come, else the last one, if not given.
    operations : Operations, optional
        To plan with; the club's own if not given.
    """
    club = service.club()
    coming = service.upcoming(club).table
    if season is None and coming.height:
        season = coming[c.SEASON][0]
    view = cached_season(service, club, season)
    to_come = frozenset(coming[c.GAME_ID])
    stand = _chosen(view, season, number, to_come)
    if stand is None:
        return None
    played = tuple(game for game in stand.games if game.attendance is not None)
    ahead = tuple(game for game in stand.games if game.row[c.GAME_ID] in to_come)
    forecast = tuple(game for game in ahead if game.forecast is not None)
    forecasts = [game.forecast for game in forecast if game.forecast is not None]
    return HomestandView(
        season=view,
        stand=stand,
        as_of=view.as_of,
        planned=forecast,
        unforecast=tuple(game for game in ahead if game.forecast is None),
        open_games=tuple(game for game in stand.games if game.attendance is None and game not in ahead),
        played=played,
        plan=plan_of_games(service, forecast, operations or service.operations()) if forecast else None,
        issue_id=max((each[ISSUE_ID] for each in forecasts), default=None),
        forecast_at=max((each[ISSUED_AT] for each in forecasts), default=None),
    )


def late_and_ahead(view: HomestandView, style: DateStyle) -> tuple[list[Deadline], list[Deadline]]:
    """Return the deadlines of a homestand's plan that have passed, and those ahead, with dates in words of a style."""
    due = deadlines(view.plan.decisions, style) if view.plan else []
    late = [each for each in due if each.passed or (view.as_of is not None and each.decide_by <= view.as_of)]
    return late, [each for each in due if each not in late]


def view_of_game(service: ClubService, game_id: str) -> HomestandView | None:
    """Return the homestand of a game of the service's club, with its plan; None if there is none."""
    row = service.home_games(service.club()).table.filter(pl.col(c.GAME_ID) == game_id)
    if row.is_empty():
        return None
    club, season = service.club(), row[c.SEASON][0]
    view = cached_season(service, club, season)
    numbers = (each.number for each in view.homestands if any(game.row[c.GAME_ID] == game_id for game in each.games))
    number = next(numbers, None)
    return None if number is None else homestand_view(service, view.season, number)


def crossed_costs(service: ClubService, view: HomestandView, game_id: str) -> CrossedCosts | None:
    """Return what a game costs if the model is right and if the figure set by hand is; None without such a figure."""
    overrides = current_overrides(service, {game_id})
    plan = view.plan
    if plan is None or plan.model is None or (game_id, FORECAST, "") not in overrides:
        return None
    rows = [_forecast_row(game) for game in view.planned]
    return costs_of_both(rows, overrides, plan.model.decisions, plan.decisions, game_id)


def risks_if_by_hand(service: ClubService, view: HomestandView, game_id: str) -> dict[tuple[str, str], Risk]:
    """Return how likely the model's numbers for a game are not enough if the attendance set by hand is right.

    By kind and name; empty without such a figure.
    """
    overrides, plan = current_overrides(service, {game_id}), view.plan
    if plan is None or plan.model is None or (game_id, FORECAST, "") not in overrides:
        return {}
    rows = [_forecast_row(game) for game in view.planned]
    moved = pl.DataFrame([forecast_by_hand(row, overrides) or row for row in rows], infer_schema_length=None)
    here = costs_under(plan.model.decisions, moved).filter(pl.col(c.GAME_ID) == game_id)
    return {(row[KIND], row[NAME]): Risk(row[RISK_ALONE], row[RISK_SHORT]) for row in here.to_dicts()}


def orders_after(view: HomestandView, tickets: Sequence[float]) -> tuple[NextOrder, ...]:
    """Return the next orders of a homestand's plan, once its first games have sold so many tickets.

    Parameters
    ----------
    view : HomestandView
        With a plan.
    tickets : sequence of float
        Sold at the first games planned, in order of play; more than the plan has are ignored.
    """
    plan = view.plan.decisions if view.plan else None
    if plan is None or plan.forecast is None or not plan.operations.stock or not len(tickets):
        return ()
    dated = plan.forecast.filter(pl.col(c.DATE).is_not_null())
    return tuple(next_orders(dated, plan.operations, list(tickets)[: dated.height], {})) if dated.height else ()


def plan_of_games(service: ClubService, games: Iterable[CalendarGame], operations: Operations) -> HomestandPlan:
    """Return the plan of some games with forecasts, made once for the same forecasts and operations.

    Parameters
    ----------
    service : ClubService
    games : iterable of CalendarGame
        With forecasts.
    operations : Operations
    """
    rows = [_forecast_row(game) for game in games]
    # An attendance that changes no forecast leaves the plan as it is.
    state = (_digest(operations), repr(rows))
    ids = tuple(row[c.GAME_ID] for row in rows)
    model = service.cached_for(("plan", *ids, state[0]), state, lambda: _planned_by_model(rows, operations))
    overrides = current_overrides(service, ids)
    if not overrides:
        return model
    figures = (*state, tuple((key, each.override_id) for key, each in sorted(overrides.items())))

    def with_overrides() -> HomestandPlan:
        plan = overridden_plan(rows, operations, overrides, model.decisions)
        return replace(_as_view(plan, operations), model=model)

    return service.cached_for(("plan by hand", *ids, state[0]), figures, with_overrides)


def _chosen(view: Season, season: int | None, number: int | None, to_come: frozenset[str]) -> Homestand | None:
    if season is not None and season != view.season:
        return None
    if number is not None:
        return next((stand for stand in view.homestands if stand.number == number), None)
    ahead = (stand for stand in view.homestands if any(game.row[c.GAME_ID] in to_come for game in stand.games))
    return next(ahead, view.homestands[-1] if view.homestands else None)


def _forecast_row(game: CalendarGame) -> dict[str, Any]:
    """Return a forecast with the columns that identify its game; capacity is what the forecast used."""
    forecast = game.forecast or {}
    return {**forecast, **{name: forecast.get(name) or game.row[name] for name in CONTEXT}}


def _digest(operations: Operations) -> str:
    text = json.dumps(operations_to_dict(operations), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _planned_by_model(rows: list[dict[str, Any]], operations: Operations) -> HomestandPlan:
    return _as_view(make_plan(pl.DataFrame(rows, infer_schema_length=None), operations), operations)


def _as_view(plan: Plan, operations: Operations) -> HomestandPlan:
    choices = json.dumps([plan.games[c.GAME_ID].to_list(), plan.table[CHOICE].to_list(), _digest(operations)])
    return HomestandPlan(
        decisions=plan,
        games=tuple(plan.games.to_dicts()),
        decided={kind: tuple(_decided(plan, kind)) for kind in KINDS},
        deliveries=tuple(_deliveries(plan)),
        deadlines=tuple(deadlines(plan)),
        limits=tuple(limits_that_bind(plan)),
        mark=hashlib.sha256(choices.encode()).hexdigest()[:MARK_LENGTH],
    )


def _decided(plan: Plan, kind: str) -> Iterator[DecisionRow]:
    entries: Iterable[StaffRole | StockItem | TransportService] = getattr(plan.operations, kind)
    for entry in entries:
        rows = plan.table.filter(pl.col(KIND) == kind, pl.col(NAME) == entry.name)
        choices = tuple(rows[CHOICE].to_list())
        engaged: list[int] = rows[ENGAGED].drop_nulls().to_list()
        start = f"{capital(entry.name)}: "
        reasons = (reason.removeprefix(start) for reason in rows[REASON])
        yield DecisionRow(
            kind=kind,
            name=entry.name,
            unit=rows[UNIT][0],
            choices=choices,
            reasons=tuple(map(capital, reasons)),
            risks=tuple(Risk(*each) for each in rows.select(RISK_ALONE, RISK_SHORT).iter_rows()),
            engaged=max(engaged, default=0) if isinstance(entry, StaffRole) else None,
            shortfall=max(rows[SHORTFALL].to_list(), default=0),
            expected_cost=float(rows[EXPECTED_COST].sum()),
            spend=float(round(sum(choices) * entry.cost_of_one)),
            case_size=entry.case_size if isinstance(entry, StockItem) else None,
        )


def _deliveries(plan: Plan) -> Iterator[Delivery]:
    rows = delivery_list(plan)
    stock = plan.table.filter(pl.col(KIND) == STOCK).select(c.GAME_ID, NAME, RISK_SHORT)
    risk = {(game, name): chance or 0.0 for game, name, chance in stock.iter_rows()}
    for (day, decide_by), part in rows.group_by(DELIVERY, DECIDE_BY, maintain_order=True):
        if isinstance(day, dt.date) and isinstance(decide_by, dt.date):
            games = dict.fromkeys(game for served in part[SERVES].to_list() for game in served)
            risks = {
                name: max((risk[game, name] for game in served), default=0.0)
                for name, served in part.select(NAME, SERVES).iter_rows()
            }
            yield Delivery(day, decide_by, dict(part.select(NAME, CASES).iter_rows()), tuple(games), risks)
