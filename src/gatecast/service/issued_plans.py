"""Plans that were issued: what has changed since, and what they cost with the gate that came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, quantile_column
from gatecast.plan import Plan
from gatecast.plan.columns import CHOICE, ENGAGED, EXPECTED_COST, KIND, NAME, PEOPLE, UNIT
from gatecast.plan.evaluate.settlement import COST, HINDSIGHT_COST, after_the_games
from gatecast.plan.export.json import plan_as_dict
from gatecast.plan.operations.toml import operations_from_dict
from gatecast.service.club_service import ClubService
from gatecast.service.homestands import StandView
from gatecast.service.plan_changes import Differences, differences, only
from gatecast.service.season import CalendarGame

__all__ = ["Afterwards", "IssuedPlan", "Outcome", "Since", "afterwards", "issue", "since"]

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
"""The columns of an issued plan that are looked at again."""


@dataclass(frozen=True)
class IssuedPlan:
    """A plan as it was issued: its number, when, and what of it is looked at again."""

    plan_id: int
    issued_at: dt.datetime
    plan: Plan


@dataclass(frozen=True)
class Since:
    """The last plan issued for a home stand, beside that of now.

    Parameters
    ----------
    issued : IssuedPlan
    differences : Differences or None
        Over the games that both plans hold; None where there is none, or the plans cannot be compared.
    new_games : int
        Games to come that it does not hold.
    """

    issued: IssuedPlan
    differences: Differences | None
    new_games: int


@dataclass(frozen=True)
class Outcome:
    """A game played: what the plan issued for it cost with the gate that came, and what hindsight would have cost."""

    game_id: str
    cost: float
    hindsight: float


@dataclass(frozen=True)
class Afterwards:
    """What came of the plans issued for games that have been played.

    Parameters
    ----------
    outcomes : tuple of Outcome
        In order of play.
    expected, cost, hindsight : float
        Money over all of them: as expected before, as it came, and with hindsight.
    currency : str
    """

    outcomes: tuple[Outcome, ...]
    expected: float
    cost: float
    hindsight: float
    currency: str


def issue(service: ClubService, view: StandView) -> int:
    """Keep the plan of a home stand for good; its number.

    Raises
    ------
    InputError
        There is no plan.
    """
    if view.plan is None:
        raise InputError("got a home stand without a plan, expected games to come with a forecast; forecast first")
    return service.store.record_plan(plan_as_dict(view.plan.plan, service.notice()), issue_id=view.issue_id)


def since(service: ClubService, view: StandView) -> Since | None:
    """The last plan issued for games to come of a home stand and what differs now; None where none was issued."""
    if view.plan is None:
        return None
    now = view.plan.plan
    wanted = set(now.games[c.GAME_ID])
    issued = next(_holding(service, wanted), None)
    if issued is None:
        return None
    both = wanted & set(issued.plan.games[c.GAME_ID])
    try:
        told = differences(only(issued.plan, both), only(now, both))
    except InputError:
        told = None
    return Since(issued, told, len(wanted - both))


def afterwards(service: ClubService, played: Collection[CalendarGame]) -> Afterwards | None:
    """What the last plan issued for each game played cost; None where none was issued."""
    left = {str(game.row[c.GAME_ID]) for game in played}
    order = [str(game.row[c.GAME_ID]) for game in played]
    parts: list[pl.DataFrame] = []
    currencies: list[str] = []
    for issued in _holding(service, left):
        covered = left & set(issued.plan.games[c.GAME_ID])
        try:
            ledger = after_the_games(only(issued.plan, covered), service.home_games(service.club()))
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
    outcomes = tuple(Outcome(game, *sums[game][1:]) for game in order if game in sums)
    totals = [float(sum(row[place] for row in sums.values())) for place in range(len(money))]
    return Afterwards(outcomes, totals[0], totals[1], totals[2], currencies[0])


def _holding(service: ClubService, games: Collection[str]) -> Iterator[IssuedPlan]:
    """The plans that hold one of these games, the latest first."""
    # A plan that was issued stays as it is: which games it holds is looked up once.
    held = service.cached(("games of plans",), (), dict[int, frozenset[str]])
    for plan_id, issued_at, _ in reversed(service.store.plans().rows()):
        content = None
        if plan_id not in held:
            content = service.store.plan(plan_id)
            held[plan_id] = _games_of(content)
        if held[plan_id].isdisjoint(games):
            continue
        plan = _restored(content or service.store.plan(plan_id))
        if plan is not None:
            yield IssuedPlan(plan_id, issued_at, plan)


def _games_of(content: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the games of a plan; programs may have recorded one of another form."""
    listed = content.get("games")
    games = listed if isinstance(listed, list) else []
    return frozenset(str(game.get(c.GAME_ID)) for game in games if isinstance(game, dict))


def _restored(content: Mapping[str, Any]) -> Plan | None:
    """A plan from the form of `plan_as_dict`, as far as it is looked at again; None where it has another form."""
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
