"""A store followed crate by crate, and calendars followed day by day: what fast stock code is held against."""

from itertools import product

from gatecast.plan import StockItem
from gatecast.plan.operations.model import WEEKDAYS


def item(**settings):
    standard = {"sold_per_head": 1, "price": 5.0, "unit_cost": 2.0, "salvage": 0.5, "case_size": 1}
    return StockItem(name="buns", **(standard | settings))


def allowed(day, entry):
    """Whether deliveries come on a day, where day 0 is a Monday."""
    return not entry.delivery_days or WEEKDAYS[day % 7] in entry.delivery_days


def delivery_days(days, entry):
    """For each game: the day of the delivery that comes for it since the last game, or None."""
    found, last = [], min(days) - 7
    for day in days:
        choices = [d for d in range(last + 1, day + 1) if allowed(d, entry) and day < d + entry.shelf_life_days]
        found.append(max(choices, default=None))
        last = day
    return found


def store_cost(cases, need, days, entry):
    """Cost of one scenario: batches on a shelf, the oldest sold first.

    cases, need: cases delivered for, and asked for at, each game.
    """
    missing = (entry.price - entry.unit_cost) * entry.case_size
    lost = (entry.unit_cost - entry.salvage) * entry.case_size
    room = entry.store_size if entry.store_size is not None else float("inf")
    shelf, cost = [], 0.0
    for number, day, asked, comes in zip(cases, days, need, delivery_days(days, entry), strict=True):
        cost += lost * sum(left for born, left in shelf if born + entry.shelf_life_days <= day)
        shelf = [[born, left] for born, left in shelf if born + entry.shelf_life_days > day]
        if comes is not None:
            shelf.append([comes, number])
        too_many = max(sum(left for _, left in shelf) - room, 0)
        cost += lost * too_many
        take(shelf, too_many)
        cost += missing * (asked - take(shelf, asked))
    return cost + lost * sum(left for _, left in shelf)


def take(shelf, amount):
    """Take from the oldest on; return what was there to take."""
    taken = 0.0
    for batch in shelf:
        part = min(batch[1], amount - taken)
        batch[1] -= part
        taken += part
    return taken


def mean_cost(cases, need, days, entry):
    scenarios = list(zip(*need, strict=True))
    return sum(store_cost(cases, column, days, entry) for column in scenarios) / len(scenarios)


def cheapest(need, days, entry, most):
    """Smallest mean cost over every list of at most `most` cases with each delivery."""
    comes = [day is not None for day in delivery_days(days, entry)]
    lists = product(*(range(most + 1) if there else (0,) for there in comes))
    return min(mean_cost(cases, need, days, entry) for cases in lists)
