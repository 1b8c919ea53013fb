"""The drawings of one game: its chances as dots, its forecasts over time, its sales of tickets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from gatecast.formatting import number
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEDIAN, P_SELLOUT, QUANTILE_COLUMNS, QUANTILE_LEVELS, quantile_column
from gatecast.service.game import Issue
from gatecast.service.pace import Pace
from gatecast.web.drawing import Axis, RangeBar, axis, path, range_bar

__all__ = [
    "DOTS",
    "Chances",
    "Dot",
    "OverTime",
    "Sales",
    "chances",
    "chances_scale",
    "over_time",
    "sales",
    "two_chances",
]

DOTS = 20
"""Dots of a drawing of chances, each one of so many equal chances."""
TOP, FLOOR = 14.0, 118.0
LEFT, RIGHT = 8.0, 632.0
LARGEST_DOT = 9.0
WIDE = 46.0
"""Dots closer than this are stacked, so that a stack is high where many chances lie."""
PLOT_TOP, PLOT_FLOOR, PLOT_LEFT, PLOT_RIGHT = 12.0, 190.0, 52.0, 622.0
DAY_TICKS = (0, 1, 3, 7, 14, 30, 60, 90, 120, 180, 270, 365)
CLOSEST_TICKS = 34.0
NEAR_SEATS, SOME_CHANCE, LEAST, ROOM = 1.2, 0.01, 0.001, 0.06
LOW, LOWER, UPPER, HIGH = (quantile_column(level) for level in (0.10, 0.25, 0.75, 0.90))
LOWEST, HIGHEST = QUANTILE_COLUMNS[0], QUANTILE_COLUMNS[-1]

Forecast = Mapping[str, Any]


@dataclass(frozen=True)
class Dot:
    """A dot of a drawing of chances, and whether it stands at a full house."""

    x: float
    y: float
    full: bool


@dataclass(frozen=True)
class Chances:
    """A forecast as dots over a bar; `seats` and `gate` are places, None where unknown or off the drawing."""

    scale: Axis
    dots: tuple[Dot, ...]
    radius: float
    bar: RangeBar
    seats: float | None
    gate: float | None


@dataclass(frozen=True)
class OverTime:
    """Forecasts by days before the game: two ranges and the median as paths, and a point for each forecast."""

    scale: Axis
    days: tuple[tuple[float, str], ...]
    wide: str
    narrow: str
    middle: str
    points: tuple[tuple[float, float, str], ...]
    seats: float | None
    gate: tuple[float, float] | None


@dataclass(frozen=True)
class Sales:
    """Tickets sold by days before the game, beside the usual pace towards `towards` people."""

    scale: Axis
    days: tuple[tuple[float, str], ...]
    usual: str
    middle: str
    sold: str
    points: tuple[tuple[float, float, str], ...]
    towards: tuple[float, float]


def chances_scale(forecasts: Sequence[Forecast], seats: float | None, gate: float | None = None) -> Axis:
    """A scale that takes in these forecasts, the gate, and the seats where they are near."""
    low = min(each[LOWEST] for each in forecasts)
    high = max(each[HIGHEST] for each in forecasts)
    if gate is not None:
        low, high = min(low, gate), max(high, gate)
    room = max((high - low) * ROOM, 1.0)
    low, high = max(low - room, 0.0), high + room
    likely = max(each[P_SELLOUT] or 0.0 for each in forecasts) >= SOME_CHANCE
    if seats is not None and (likely or seats <= high * NEAR_SEATS):
        high = max(high, seats + room)
    return axis(low, high, LEFT, RIGHT, most=5)


def chances(
    forecast: Forecast,
    scale: Axis,
    seats: float | None = None,
    gate: float | None = None,
    radius: float = LARGEST_DOT,
) -> Chances:
    """A forecast as twenty dots, each an equal chance, stacked where they are close.

    Parameters
    ----------
    forecast : mapping
        With its quantiles.
    scale : Axis
    seats, gate : float, optional
        People.
    radius : float
        Of a dot, at most.
    """
    values = _spread(forecast, seats)
    shown = seats if seats is not None and scale.low <= seats <= scale.high else None
    full_from = math.inf if shown is None else scale.at(shown) - 0.5
    places = [scale.at(value) for value in values]
    full = [place for place in places if place >= full_from]
    stacks = [*_stacks([place for place in places if place < full_from]), *([full] if full else [])]
    radius = min(radius, (FLOOR - TOP) / (2 * max(len(stack) for stack in stacks)))
    dots = tuple(
        Dot(round(x, 1), round(FLOOR - (2 * i + 1) * radius, 1), place >= full_from)
        for stack in stacks
        for x in (sum(stack) / len(stack),)
        for i, place in enumerate(stack)
    )
    bar = range_bar(forecast, scale, shown, gate)
    return Chances(scale, dots, radius, bar, bar.seats, bar.gate)


def two_chances(first: Forecast, second: Forecast, seats: float | None) -> tuple[Chances, Chances]:
    """Two forecasts of a game on one scale, with dots of one size."""
    scale = chances_scale([first, second], seats)
    radius = min(chances(each, scale, seats).radius for each in (first, second))
    return chances(first, scale, seats, radius=radius), chances(second, scale, seats, radius=radius)


def over_time(issues: Sequence[Issue], seats: float | None, gate: float | None) -> OverTime | None:
    """The forecasts of a game over time; None with fewer than two days to draw."""
    by_day = {issue.days: issue for issue in issues if issue.days is not None}
    if len(by_day) < 2:
        return None
    shown = [by_day[days] for days in sorted(by_day, reverse=True)]
    farthest = shown[0].days or 1
    forecasts = [issue.forecast for issue in shown]
    top = max(*(each[HIGH] for each in forecasts), gate or 0.0)
    near = seats is not None and seats <= top * NEAR_SEATS
    scale = axis(0.0, max(top, seats or 0.0 if near else 0.0) * (1 + ROOM), PLOT_FLOOR, PLOT_TOP, most=5)
    places = [_day_place(issue.days or 0, farthest) for issue in shown]

    def band(low: str, high: str) -> str:
        upper = [(x, scale.at(each[high])) for x, each in zip(places, forecasts, strict=True)]
        lower = [(x, scale.at(each[low])) for x, each in zip(places, forecasts, strict=True)]
        return path([*upper, *reversed(lower)]) + "Z"

    middle = [(x, scale.at(each[MEDIAN])) for x, each in zip(places, forecasts, strict=True)]
    return OverTime(
        scale,
        _day_ticks(farthest),
        band(LOW, HIGH),
        band(LOWER, UPPER),
        path(middle),
        tuple((*point, number(each[MEDIAN])) for point, each in zip(middle, forecasts, strict=True)),
        scale.at(seats) if near and seats is not None else None,
        None if gate is None else (_day_place(0, farthest), scale.at(gate)),
    )


def sales(pace: Pace, towards: float) -> Sales:
    """Tickets sold beside the shares that past games had sold, of so many people.

    Parameters
    ----------
    pace : Pace
    towards : float
        The gate, or the people expected.
    """
    farthest = max(pace.sold[0][0], 1)
    top = max(towards, *(tickets for _, tickets in pace.sold), *(each.high * towards for each in pace.usual))
    scale = axis(0.0, top * (1 + ROOM), PLOT_FLOOR, PLOT_TOP, most=5)
    places = [_day_place(each.days, farthest) for each in pace.usual]
    upper = [(x, scale.at(each.high * towards)) for x, each in zip(places, pace.usual, strict=True)]
    lower = [(x, scale.at(each.low * towards)) for x, each in zip(places, pace.usual, strict=True)]
    middle = [(x, scale.at(each.middle * towards)) for x, each in zip(places, pace.usual, strict=True)]
    sold = [(_day_place(days, farthest), scale.at(tickets)) for days, tickets in pace.sold]
    return Sales(
        scale,
        _day_ticks(farthest),
        path([*upper, *reversed(lower)]) + "Z" if upper else "",
        path(middle) if middle else "",
        path(sold),
        tuple((*point, number(tickets)) for point, (_, tickets) in zip(sold, pace.sold, strict=True)),
        (_day_place(0, farthest), scale.at(towards)),
    )


def _spread(forecast: Forecast, seats: float | None) -> list[float]:
    """As many equally likely gates as there are dots, between the quantiles as a normal would lie."""
    normal = NormalDist()
    known = {level: float(forecast[quantile_column(level)]) for level in QUANTILE_LEVELS}
    sell_out = forecast[P_SELLOUT]
    if seats is not None and sell_out is not None and LEAST < sell_out < 1 - LEAST:
        known = {level: value for level, value in known.items() if (value < seats) == (level < 1 - sell_out)}
        known[1 - sell_out] = seats
    most = float(forecast.get(c.CAPACITY) or math.inf)
    levels = sorted(known)
    places, values = [normal.inv_cdf(level) for level in levels], [known[level] for level in levels]
    if len(places) < 2:
        return values * DOTS
    at = (normal.inv_cdf((i + 0.5) / DOTS) for i in range(DOTS))
    return [min(max(_on_the_line(each, places, values), 0.0), most) for each in at]


def _on_the_line(at: float, places: Sequence[float], values: Sequence[float]) -> float:
    """The value at a place, on the line through the two nearest places."""
    right = next((i for i, place in enumerate(places) if i and place > at), len(places) - 1)
    share = (at - places[right - 1]) / (places[right] - places[right - 1])
    return values[right - 1] + share * (values[right] - values[right - 1])


def _stacks(places: Sequence[float]) -> list[list[float]]:
    """Places in groups no wider than `WIDE`."""
    stacks: list[list[float]] = []
    for place in sorted(places):
        if stacks and place - stacks[-1][0] < WIDE:
            stacks[-1].append(place)
        else:
            stacks.append([place])
    return stacks


def _day_place(days: int, farthest: int) -> float:
    """Where a day stands: the last days before a game wider apart than the first."""
    return round(PLOT_RIGHT - (PLOT_RIGHT - PLOT_LEFT) * math.sqrt(days / farthest), 1)


def _day_ticks(farthest: int) -> tuple[tuple[float, str], ...]:
    ticks: list[tuple[float, str]] = []
    for days in DAY_TICKS:
        place = _day_place(days, farthest) if days <= farthest else None
        if place is not None and (not ticks or ticks[-1][0] - place >= CLOSEST_TICKS):
            ticks.append((place, "game" if days == 0 else str(days)))
    return tuple(ticks)
