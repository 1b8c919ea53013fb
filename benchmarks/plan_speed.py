"""Seconds to plan a season and a month: 8 roles, 15 items, 3 services; and how near each order list is to the best.

    python benchmarks/plan_speed.py

The forecasts are simulated. A list's gap is the share of its expected cost by which it may pass that of the best list
of whole cases, over all scenarios.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import numpy as np
import polars as pl
from scipy.special import ndtri
from shared import markdown, peak_megabytes

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS, QUANTILE_LEVELS
from gatecast.plan import Operations, StockItem, default_operations, make_plan
from gatecast.plan.demand.crowd import forecast_crowd
from gatecast.plan.demand.forecast_table import ForecastTable
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.optimize.requirements import StockRequirement, requirements

SEASON = 81
MONTH = 14
ROLES, ITEMS, SERVICES = 8, 15, 3
STAND, AWAY = 7, 6
SHARE_SOLD, SPREAD = 0.62, 0.13
AS_FORECAST = dt.date(2019, 3, 1)
OPENING = dt.date(2019, 4, 2)
SCALE = 40_000
"""Seats of the ballpark whose stores are listed below."""

TERMS: tuple[tuple[int, tuple[str, ...], int | None], ...] = (
    (1, (), None),
    (2, (), None),
    (3, (), None),
    (3, ("mon", "wed", "fri"), None),
    (4, ("tue", "fri"), None),
    (5, (), 260),
    (7, ("mon", "thu"), None),
    (10, (), None),
    (14, ("mon", "thu"), 350),
    (21, ("wed",), None),
    (30, (), 300),
    (45, ("tue", "fri"), None),
    (90, (), None),
    (180, ("mon",), 900),
    (365, (), 220),
)
"""Of each item: days it keeps, days of delivery, most cases in the store of a ballpark of `SCALE` seats."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seats", type=int, nargs="+", default=[40_000, 4_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--items", action="store_true", help="also show each item of the first ballpark's season")
    given = parser.parse_args()
    make_plan(forecast_of(given.seats[0], 2), operations_for(given.seats[0]))  # what is loaded once
    rows: list[list[object]] = []
    for seats in given.seats:
        operations = operations_for(seats)
        for name, games in ((f"season, {SEASON} games", SEASON), (f"month, {MONTH} games", MONTH)):
            table = forecast_of(seats, games)
            whole = seconds(partial(make_plan, table, operations), given.runs)
            items = list(stock_of(table, operations))
            stock, gaps = sum(taken for _, taken, _ in items), [gap for *_, gap in items]
            rows.append([f"{seats:,} seats, {name}", f"{whole:.2f} s", f"{stock:.2f} s", f"{max(gaps):.3%}"])
    print(f"{ROLES} roles, {ITEMS} items, {SERVICES} services; median of {given.runs}, {peak_megabytes():,.0f} MB\n")
    print(markdown(["plan", "all of it", "stock", "largest gap of an item"], rows))
    if given.items:
        seats = given.seats[0]
        print("\n" + markdown(["item", "seconds", "gap"], items_of(forecast_of(seats, SEASON), operations_for(seats))))


def forecast_of(seats: int, games: int) -> pl.DataFrame:
    """Simulate a forecast of a club's homestands, as `gatecast forecast` writes it."""
    draw = np.random.default_rng(games)
    place = np.arange(games)
    days = place + place // STAND * AWAY
    dates = [OPENING + dt.timedelta(days=int(day)) for day in days]
    weekend = np.array([date.weekday() >= 4 for date in dates])
    middle = seats * SHARE_SOLD * (1 + 0.25 * weekend) * np.exp(0.1 * draw.normal(size=games))
    levels = np.minimum(middle[:, None] * (1 + SPREAD * ndtri(np.array(QUANTILE_LEVELS))), seats)
    known = {
        c.GAME_ID: [f"SIM{date:%Y%m%d}0" for date in dates],
        c.DATE: dates,
        c.HOME: "Simulated",
        c.CAPACITY: [seats] * games,
        LEAD: [str((date - AS_FORECAST).days) for date in dates],
        AS_OF: AS_FORECAST,
        MEAN: np.minimum(middle, seats),
        P_SELLOUT: 0.0,
    }
    return ForecastTable.check(pl.DataFrame(known | dict(zip(QUANTILE_COLUMNS, levels.T, strict=True)))).frame


def operations_for(seats: int) -> Operations:
    """Return the default operations with as many roles and items as are promised, and terms for the items."""
    standard = default_operations()
    staff = [role.replace(minimum_shifts=2, call_in_cost=1.3 * role.cost) for role in standard.staff]
    staff.append(staff[0].replace(name="ticket takers", people_per_shift=600))
    stock = [
        standard.stock[place % len(standard.stock)].replace(
            name=f"item {place + 1}",
            shelf_life_days=life,
            delivery_days=weekdays,
            store_size=None if room is None else max(room * seats // SCALE, 1),
        )
        for place, (life, weekdays, room) in enumerate(TERMS)
    ]
    assert (len(staff), len(stock), len(standard.transport)) == (ROLES, ITEMS, SERVICES)
    return standard.replace(staff=tuple(staff), stock=tuple(stock))


def seconds(work: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def stock_of(table: pl.DataFrame, operations: Operations) -> Iterator[tuple[StockItem, float, float]]:
    """Each item, seconds to decide on it, and the gap of its order list."""
    crowd = forecast_crowd(table, operations.crowd)
    for requirement in requirements(crowd, operations, GameDays.of(table)):
        if isinstance(requirement, StockRequirement):
            start = time.perf_counter()
            orders = requirement.decide().orders
            yield requirement.entry, time.perf_counter() - start, 0.0 if orders is None else orders.gap


def items_of(table: pl.DataFrame, operations: Operations) -> list[list[object]]:
    rows: list[list[object]] = []
    for item, taken, gap in stock_of(table, operations):
        terms = f"keeps {item.shelf_life_days} days, delivered {', '.join(item.delivery_days) or 'daily'}"
        terms += "" if item.store_size is None else f", store of {item.store_size:,} cases"
        rows.append([terms, f"{taken:.2f}", f"{gap:.3%}"])
    return rows


if __name__ == "__main__":
    main()
