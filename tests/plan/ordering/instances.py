"""Random problems of ordering, and a store followed case by case in a plain loop."""

import numpy as np
from hypothesis import strategies as st

from gatecast.plan import StockItem
from gatecast.plan.operations.model import WEEKDAYS
from gatecast.plan.ordering.belief import LEVELS, SCORES, Belief, score_covariance
from gatecast.plan.ordering.problem import OrderingProblem

MONDAY = 18_000 - 18_000 % 7 + 4


def item(**settings):
    standard = {"sold_per_head": 1, "price": 5.0, "unit_cost": 2.0, "salvage": 0.5, "case_size": 1}
    return StockItem(name="buns", **(standard | settings))


@st.composite
def items(draw):
    return item(
        shelf_life_days=draw(st.integers(1, 5)),
        delivery_days=tuple(draw(st.sets(st.sampled_from(WEEKDAYS), max_size=4))),
        order_days=draw(st.integers(0, 3)),
        store_size=draw(st.none() | st.integers(1, 30)),
        salvage=draw(st.sampled_from((0.0, 0.5, 1.9))),
    )


@st.composite
def instances(draw):
    """Item, days, weekdays, orders, needs and scores of a homestand."""
    gaps = draw(st.lists(st.integers(0, 2), min_size=1, max_size=6))
    days = MONDAY + draw(st.integers(0, 6)) + np.cumsum(gaps)
    games = len(days)
    numbers = st.lists(st.integers(0, 20), min_size=games, max_size=games)
    scores = st.lists(st.floats(-3, 3) | st.just(float("nan")), min_size=games, max_size=games)
    found = np.array(draw(scores))
    need = np.where(np.isnan(found), 0.0, draw(numbers))
    return draw(items()), days, (days + 3) % 7, np.array(draw(numbers)), need, found


def belief(days, mean=10.0, p_postponed=0.1):
    games = len(days)
    quantiles = np.tile(mean * np.exp(0.3 * SCORES), (games, 1))
    covariance = score_covariance(np.asarray(days, float), days - days[0] + 7.0)
    return Belief(quantiles, covariance, np.full(games, 0.8), np.full(games, p_postponed))


def plain_cost(entry, days, weekdays, orders, need):
    """The cost of a homestand, followed day by day and case by case."""
    missing = (entry.price - entry.unit_cost) * entry.case_size
    lost = (entry.unit_cost - entry.salvage) * entry.case_size
    shelf, cost, last_day = [], 0.0, days[0] - 7
    for day, weekday, number, asked in zip(days, weekdays, orders, need, strict=True):
        came = None
        for back in range(day - last_day):
            if came is None and (not entry.delivery_days or WEEKDAYS[(weekday - back) % 7] in entry.delivery_days):
                came = day - back
        kept = []
        for born in shelf:
            if born + entry.shelf_life_days > day:
                kept.append(born)
            else:
                cost += lost
        shelf = kept
        if came is not None and came + entry.shelf_life_days > day:
            shelf += [came] * int(number)
        while entry.store_size is not None and len(shelf) > entry.store_size:
            shelf.pop(0)
            cost += lost
        for _ in range(int(asked)):
            if shelf:
                shelf.pop(0)
            else:
                cost += missing
        last_day = day
    return cost + lost * len(shelf)


def row(batch, place):
    """One homestand of a batch, without its empty places: problem and belief."""
    calendar, games = batch.calendar, int(batch.calendar.end[place]) + 1
    cut = slice(games)
    problem = OrderingProblem(
        calendar.comes[place, cut],
        batch.known[place, cut],
        calendar.last[place, cut],
        calendar.missing[place],
        calendar.idle[place],
        calendar.room[place],
    )
    covariance = batch.covariance[place, cut, cut]
    weight, postponed = batch.weight[place, cut], batch.p_postponed[place, cut]
    return problem, Belief(batch.quantiles[place, cut], covariance, weight, postponed)


def problem_of(entry, days, weekdays):
    return OrderingProblem.of(entry, days, weekdays)


__all__ = ["LEVELS", "belief", "instances", "item", "items", "plain_cost", "problem_of", "row"]
