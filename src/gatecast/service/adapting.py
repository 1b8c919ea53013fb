"""What it was worth to let orders follow what was sold: past homestands ordered again, all at once and one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD
from gatecast.games.homestands import homestand_of
from gatecast.plan import ForecastTable, Operations
from gatecast.plan.demand.crowd import known_crowd, times
from gatecast.plan.ordering.homestand import HomestandOrders
from gatecast.plan.ordering.problem import replay_orders
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, SETTINGS_AREA, ClubService
from gatecast.service.issued_forecasts import DAYS, last_of_each, scored_forecasts

__all__ = ["Adapted", "adapted"]

DRAWS = 16
"""Outcomes of show rate and sales per head over which a cost is averaged."""


@dataclass(frozen=True)
class Adapted:
    """Costs of the orders of past homestands, money, and how many there are.

    Parameters
    ----------
    homestands, games : int
    at_once, one_by_one : float
        All orders decided from the forecasts before the first game; each decided when it is due, from the same
        forecasts and what the games before it sold.
    currency : str
    """

    homestands: int
    games: int
    at_once: float
    one_by_one: float
    currency: str


def adapted(service: ClubService, club: str, season: int | None = None) -> Adapted | None:
    """Return what adapting orders was worth, at the actual attendance; None without a homestand to tell.

    A homestand counts if at least two of its games were forecast before its first.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.
    season : int, optional
        All of them if not given.
    """
    areas = (GAMES_AREA, FORECASTS_AREA, SETTINGS_AREA)
    return service.cached(("adapted", club, season), areas, lambda: _adapted(service, club, season))


def _adapted(service: ClubService, club: str, season: int | None) -> Adapted | None:
    operations = service.operations()
    issued = scored_forecasts(service, club).filter(pl.col(c.DATE).is_not_null())
    if season is not None:
        issued = issued.filter(pl.col(c.SEASON) == season)
    if issued.is_empty() or not operations.stock:
        return None
    games = issued.select(c.GAME_ID, c.DATE).unique(c.GAME_ID, maintain_order=True)
    stands = games.with_columns(stand=pl.Series(homestand_of(games))).with_columns(
        first=pl.col(c.DATE).min().over("stand")
    )
    early = issued.join(stands.select(c.GAME_ID, "stand", "first"), on=c.GAME_ID, maintain_order="left")
    chosen = last_of_each(early.filter(pl.col(AS_OF) < pl.col("first")))
    costs = [_costs(part, operations) for part in chosen.partition_by("stand", maintain_order=True) if part.height > 1]
    if not costs:
        return None
    count, at_once, one_by_one = (float(each) for each in np.sum(costs, axis=0))
    return Adapted(len(costs), int(count), at_once, one_by_one, operations.currency)


def _costs(table: pl.DataFrame, operations: Operations) -> tuple[int, float, float]:
    """Return games of one homestand, and the cost of its orders at once and one by one."""
    frame = table.with_columns(pl.col(DAYS).cast(pl.String).alias(LEAD), pl.lit(None, pl.String).alias(c.HOME))
    forecast = ForecastTable.from_forecaster(frame).frame.with_columns(table[c.ATTENDANCE])
    orders = HomestandOrders.of(forecast, operations)
    sold = orders.table[c.ATTENDANCE].cast(pl.Float64)
    history = orders.scores(sold.to_list())
    people = known_crowd(sold.to_numpy(), operations.crowd, count=DRAWS).people
    total = np.zeros(2)
    for item in orders.items:
        need = times(people, item.item.sold_per_head, item.item.sold_per_head_spread) / item.item.case_size
        for place, seen in enumerate(((), history)):
            cases = np.array(item.orders(seen))
            total[place] += np.mean([replay_orders(item.problem, cases, outcome) for outcome in need.T])
    return len(history), float(total[0]), float(total[1])
