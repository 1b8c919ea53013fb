"""Issue plans, compare them with the present ones, and account for what they cost once games are played."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.errors import InputError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS, quantile_column
from gatecast.plan import Operations, Plan, plan_value
from gatecast.plan.columns import CHOICE, ENGAGED, EXPECTED_COST, KIND, NAME, PEOPLE, UNIT
from gatecast.plan.evaluate.replay import FORECAST, HINDSIGHT, NAIVE, replayed
from gatecast.plan.evaluate.settlement import COST, HINDSIGHT_COST, after_the_games
from gatecast.plan.evaluate.value import EVERY, saved_over
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.operations.toml import operations_from_dict, operations_to_dict
from gatecast.service.club_service import ClubService
from gatecast.service.current_overrides import current_overrides
from gatecast.service.freshness import plan_changes, plan_inputs
from gatecast.service.homestands import HomestandView
from gatecast.service.issued_forecasts import DAYS, last_of_each, scored_forecasts
from gatecast.service.plan_differences import Differences, differences, restricted_to
from gatecast.service.season import CalendarGame, season_view
from gatecast.store.revisions import PLANS as PLANS_AREA
from gatecast.store.schema import ISSUES, PLANS

__all__ = [
    "FIRST",
    "LAST",
    "ChangesSinceIssue",
    "Estimate",
    "IssuedPlan",
    "PlanOutcome",
    "PlanRecord",
    "PlansOutcome",
    "Replay",
    "changes_since_issue",
    "issue_plan",
    "issued_plan_changes",
    "outcome_of_plans",
    "plan_record",
    "plans_issued",
    "record_plan",
]

DECISIONS: Mapping[str, type[pl.DataType]] = {
    c.GAME_ID: pl.String,
    KIND: pl.String,
    NAME: pl.String,
    UNIT: pl.String,
    CHOICE: pl.Int64,
    EXPECTED_COST: pl.Float64,
    ENGAGED: pl.Int64,
}
GAMES: Mapping[str, type[pl.DataType]] = {
    c.GAME_ID: pl.String,
    **dict.fromkeys((f"{PEOPLE}_{each}" for each in (MEAN, *map(quantile_column, (0.1, 0.5, 0.9)))), pl.Float64),
}
"""Columns of an issued plan that are used again."""


@dataclass(frozen=True)
class IssuedPlan:
    """A plan as it was issued: its number, when it was issued, and what of it is used again."""

    plan_id: int
    issued_at: dt.datetime
    plan: Plan


@dataclass(frozen=True)
class ChangesSinceIssue:
    """The last plan issued for a homestand beside the present one.

    Parameters
    ----------
    issued : IssuedPlan
    differences : Differences or None
        Over the games that both plans hold; None if there are none, or the plans cannot be compared.
    new_games : int
        Games to come that it does not hold.
    reasons : tuple of str
        What it was made from that has changed since, in a few words each.
    """

    issued: IssuedPlan
    differences: Differences | None
    new_games: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanOutcome:
    """Cost of the plan issued for a game at its attendance, and the cost with hindsight."""

    game_id: str
    cost: float
    hindsight: float


@dataclass(frozen=True)
class PlansOutcome:
    """Outcomes of the plans issued for games that have been played.

    Parameters
    ----------
    outcomes : tuple of PlanOutcome
        In order of play.
    expected, cost, hindsight : float
        Money over all of them: as expected before, as it came, and with hindsight.
    currency : str
    """

    outcomes: tuple[PlanOutcome, ...]
    expected: float
    cost: float
    hindsight: float
    currency: str


def issue_plan(service: ClubService, view: HomestandView) -> tuple[int, bool]:
    """Record the plan of a homestand unless it is the last one recorded.

    Parameters
    ----------
    service : ClubService
    view : HomestandView

    Returns
    -------
    int
        Number of the plan.
    bool
        True if it is a new one.

    Raises
    ------
    InputError
        There is no plan.
    """
    plans = service.store.plans()
    if view.plan is not None and plans.height and plans[ISSUES.c.issue_id.name][-1] == view.issue_id:
        number = int(plans[PLANS.c.plan_id.name][-1])
        if service.store.plan(number) == plan_as_dict(view.plan.decisions, service.notice()):
            return number, False
    return record_plan(service, view), True


def record_plan(service: ClubService, view: HomestandView) -> int:
    """Record the plan of a homestand and return its number.

    Raises
    ------
    InputError
        There is no plan.
    """
    if view.plan is None:
        raise InputError("got a homestand without a plan, expected games to come with a forecast; forecast first")
    return service.store.record_plan(
        plan_as_dict(view.plan.decisions, service.notice()),
        issue_id=view.issue_id,
        made_from=_inputs(service, view.planned),
    )


def plans_issued(service: ClubService) -> int:
    """Return how many plans were issued so far: the revision of the calendars of deadlines made from now on."""
    return service.cached(("plans issued",), (PLANS_AREA,), lambda: service.store.plans().height)


def changes_since_issue(service: ClubService, view: HomestandView) -> ChangesSinceIssue | None:
    """Return the last plan issued for games to come of a homestand and what differs now; None if none was issued."""
    if view.plan is None:
        return None
    now = view.plan.decisions
    wanted = set(now.games[c.GAME_ID])
    issued = next(_plans_holding(service, wanted), None)
    if issued is None:
        return None
    both = wanted & set(issued.plan.games[c.GAME_ID])
    try:
        changes = differences(restricted_to(issued.plan, both), restricted_to(now, both))
    except InputError:
        changes = None
    return ChangesSinceIssue(issued, changes, len(wanted - both), _reasons(service, view.planned, issued))


def issued_plan_changes(
    service: ClubService, planned: Iterable[CalendarGame]
) -> tuple[IssuedPlan, tuple[str, ...]] | None:
    """Return the last plan issued for some games to come and what it was made from that changed; None without one."""
    games = tuple(planned)
    issued = next(_plans_holding(service, {str(game.row[c.GAME_ID]) for game in games}), None)
    return None if issued is None else (issued, _reasons(service, games, issued))


def _reasons(service: ClubService, planned: Iterable[CalendarGame], issued: IssuedPlan) -> tuple[str, ...]:
    before = service.store.plan_inputs(issued.plan_id)
    return () if before is None else plan_changes(before, _inputs(service, planned))


def _inputs(service: ClubService, planned: Iterable[CalendarGame]) -> dict[str, Any]:
    """Return digests of what a plan of some games is made from now."""
    games = tuple(planned)
    ids = {str(game.row[c.GAME_ID]) for game in games}
    issues = {str(game.row[c.GAME_ID]): int((game.forecast or {}).get(ISSUES.c.issue_id.name) or 0) for game in games}
    by_hand: dict[str, list[object]] = {}
    for key, each in sorted(current_overrides(service, ids).items()):
        by_hand.setdefault(key[0], []).append((*key, each.value))
    return plan_inputs(service, [game.row for game in games], issues, by_hand)


def outcome_of_plans(service: ClubService, played: Collection[CalendarGame]) -> PlansOutcome | None:
    """Return what the last plan issued for each game played cost; None if none was issued."""
    left = {str(game.row[c.GAME_ID]) for game in played}
    order = [str(game.row[c.GAME_ID]) for game in played]
    parts: list[pl.DataFrame] = []
    currencies: list[str] = []
    for issued in _plans_holding(service, left):
        covered = left & set(issued.plan.games[c.GAME_ID])
        try:
            ledger = after_the_games(restricted_to(issued.plan, covered), service.home_games(service.club()))
        except InputError:
            continue
        parts.append(ledger.table)
        currencies.append(issued.plan.operations.currency)
        left -= covered
        if not left:
            break
    if not parts or len(set(currencies)) > 1:
        return None
    money = (EXPECTED_COST, COST, HINDSIGHT_COST)
    sums = pl.concat(parts).group_by(c.GAME_ID).agg(pl.col(money).sum()).rows_by_key(c.GAME_ID, unique=True)
    outcomes = tuple(PlanOutcome(game, *sums[game][1:]) for game in order if game in sums)
    totals = [float(sum(row[place] for row in sums.values())) for place in range(len(money))]
    return PlansOutcome(outcomes, totals[0], totals[1], totals[2], currencies[0])


def _plans_holding(service: ClubService, games: Collection[str]) -> Iterator[IssuedPlan]:
    """Yield the issued plans that hold one of these games, latest first."""
    # An issued plan never changes, so its games are looked up once.
    game_ids = service.cached(("games of plans",), (), dict[int, frozenset[str]])
    for plan_id, issued_at, _ in reversed(service.store.plans().rows()):
        content = None
        if plan_id not in game_ids:
            content = service.store.plan(plan_id)
            game_ids[plan_id] = _game_ids(content)
        if game_ids[plan_id].isdisjoint(games):
            continue
        plan = _plan_from_dict(content or service.store.plan(plan_id))
        if plan is not None:
            yield IssuedPlan(plan_id, issued_at, plan)


def _game_ids(content: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of a plan's games; programs may have recorded a plan of another form."""
    listed = content.get("games")
    games = listed if isinstance(listed, list) else []
    return frozenset(str(game.get(c.GAME_ID)) for game in games if isinstance(game, dict))


def _plan_from_dict(content: Mapping[str, Any]) -> Plan | None:
    """Return a plan from the form of `plan_as_dict`, as far as it is used again; None if it has another form."""
    try:
        games, decisions = content["games"], content["decisions"]
        operations = operations_from_dict({"currency": content["currency"], **content["operations"]})
        return Plan(
            pl.DataFrame([[row.get(name) for name in DECISIONS] for row in decisions], dict(DECISIONS), orient="row"),
            pl.DataFrame(
                [[game[name] for name in GAMES] for game in games],
                dict(GAMES),
                orient="row",
            ),
            operations,
        )
    except (KeyError, TypeError, AttributeError, InputError, pl.exceptions.PolarsError):
        return None


FIRST, LAST = 2, 10
"""Replay forecasts issued this many days before the game, when most is decided."""
ONE_LEAD = f"{FIRST} to {LAST}"


@dataclass(frozen=True)
class Estimate:
    """An estimate and its 95% confidence range; each is None if it cannot be computed."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Replay:
    """The cost of past games planned again from their forecasts, with today's operations.

    Parameters
    ----------
    games, homestands : int
    games_without_naive : int
        Games left out, as no season before them is known.
    forecast, naive, hindsight : float
        Money a game: by the forecast issued before it, by the mean of the weekday in the season before, and by what
        came.
    saved : Estimate
        Money a game that the forecast saved over the naive plan.
    captured : Estimate
        Part of what hindsight would have saved over the naive plan.
    currency : str
    """

    games: int
    homestands: int
    games_without_naive: int
    forecast: float
    naive: float
    hindsight: float
    saved: Estimate
    captured: Estimate
    currency: str


@dataclass(frozen=True)
class PlanRecord:
    """Outcomes of the plans issued for games played, and the replay of them all; None if there is none."""

    issued: PlansOutcome | None
    replay: Replay | None


def plan_record(service: ClubService, club: str, season: int | None = None) -> PlanRecord:
    """Return what plans for a club's past games cost.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.
    season : int, optional
        All seasons with forecasts if not given.
    """
    forecasts = scored_forecasts(service, club)
    seasons = forecasts[c.SEASON].drop_nulls().unique().sort().to_list() if season is None else [season]
    games = [game for each in seasons for stand in season_view(service, club, each).homestands for game in stand.games]
    shown = forecasts.filter(pl.col(c.SEASON).is_in(seasons), pl.col(DAYS).is_between(FIRST, LAST))
    played = [game for game in games if game.attendance is not None and game.row[c.SEASON] in seasons]
    return PlanRecord(outcome_of_plans(service, played) if played else None, _replay(service, club, season, shown))


def _replay(service: ClubService, club: str, season: int | None, forecasts: pl.DataFrame) -> Replay | None:
    """Return the replay, computed again only if its inputs changed: it takes a second."""
    columns = (c.GAME_ID, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)
    table = last_of_each(forecasts).select(*columns, pl.lit(ONE_LEAD).alias(LEAD))
    games, operations = service.home_games(club), service.operations()
    try:
        inputs = replayed(games, table).table
    except InputError:
        return None
    replays: dict[str, Replay | None] = service.cached(("replay", club, season), (), dict)
    fingerprint = _fingerprint(inputs, operations)
    if fingerprint not in replays:
        replay = _replayed(games, table, operations)
        replays.clear()
        replays[fingerprint] = replay
        return replay
    return replays[fingerprint]


def _fingerprint(inputs: pl.DataFrame, operations: Operations) -> str:
    """Return a digest that is equal for the same games, forecasts and operations."""
    settings = json.dumps(operations_to_dict(operations), sort_keys=True)
    return hashlib.sha256(f"{inputs.write_json()}{settings}".encode()).hexdigest()


def _replayed(games: Games, table: pl.DataFrame, operations: Operations) -> Replay | None:
    try:
        value = plan_value(games, table, operations)
    except InputError:
        return None
    result = next(each for each in value["results"] if each["season"] == EVERY and each["decision"] == EVERY)
    cost = result["cost_a_game"]
    return Replay(
        games=result["games"],
        homestands=result["homestands"],
        games_without_naive=value["games_without_naive"],
        forecast=cost[FORECAST],
        naive=cost[NAIVE],
        hindsight=cost[HINDSIGHT],
        saved=_estimate(result[saved_over(NAIVE)]),
        captured=_estimate(result["captured"]),
        currency=operations.currency,
    )


def _estimate(fields: Mapping[str, Any]) -> Estimate:
    return Estimate(fields["estimate"], fields["low"], fields["high"])
