"""Numbers turned into places on a chart; the templates draw the charts as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, correlation
from typing import Any

from gatecast.expected import expected_people
from gatecast.formatting import MONTHS, number
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, P_SELLOUT, QUANTILE_COLUMNS, QUANTILE_LEVELS, quantile_column
from gatecast.service.game import Issue
from gatecast.service.tickets import Pace
from gatecast.service.track import Point

__all__ = [
    "DOTS",
    "Axis",
    "Chances",
    "Dot",
    "OverTime",
    "RangeBar",
    "SalesChart",
    "Scatter",
    "SeasonChart",
    "axis",
    "chances",
    "chances_scale",
    "driver_bars",
    "over_time",
    "path",
    "range_bar",
    "sales",
    "scatter",
    "season_chart",
    "two_chances",
]

STEPS = (1, 2, 2.5, 5, 10)
MOST_TICKS = 6


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high`, drawn from `start` to `end`, with its ticks as (place, words)."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, value: float) -> float:
        """Return the position of a value, clipped to the chart.

        Examples
        --------
        >>> axis(0, 100, 0, 50).at(25)
        12.5
        """
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 2)


def axis(low: float, high: float, start: float, end: float, most: int = MOST_TICKS) -> Axis:
    """Return a scale that includes both values, with round ticks.

    Parameters
    ----------
    low, high : float
        Smallest and largest value shown.
    start, end : float
        Places of the ends; `start` may be the larger, as for heights.
    most : int
        Ticks, at most.

    Examples
    --------
    >>> [words for _, words in axis(0, 6200, 0, 100, most=4).ticks]
    ['0', '2,000', '4,000', '6,000']
    """
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * each for each in (*STEPS, 20) if span / (power * each) <= most)
    first = math.ceil(low / step - 1e-9)
    made = Axis(low, low + span, start, end, ())
    values = [i * step for i in range(first, math.floor((low + span) / step + 1e-9) + 1)]
    return Axis(low, low + span, start, end, tuple((made.at(value), number(value)) for value in values))


@dataclass(frozen=True)
class RangeBar:
    """A forecast on a scale: start and length of the 80% and the 50% range, people expected, seats, attendance."""

    wide: tuple[float, float]
    narrow: tuple[float, float]
    middle: float
    seats: float | None
    attendance: float | None


def range_bar(
    forecast: Mapping[str, Any], scale: Axis, seats: float | None = None, attendance: float | None = None
) -> RangeBar:
    """Return the positions of a forecast on a scale.

    Parameters
    ----------
    forecast : mapping
        With the quantiles as `Store.forecasts` names them.
    scale : Axis
    seats, attendance : float, optional
        People.
    """
    low, lower, upper, high = (scale.at(forecast[quantile_column(level)]) for level in (0.10, 0.25, 0.75, 0.90))
    return RangeBar(
        (low, round(max(high - low, 0.5), 2)),
        (lower, round(max(upper - lower, 0.5), 2)),
        scale.at(forecast[MEAN]),
        None if seats is None else scale.at(seats),
        None if attendance is None else scale.at(attendance),
    )


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return points as the `d` of an SVG path.

    Examples
    --------
    >>> path([(0, 1), (2.5, 3)])
    'M0 1L2.5 3'
    """
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


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
CLOSEST_TO_GAME = 64.0
"""Room for the word at the end of the days, which is wider than a number."""
NEAR_SEATS, SOME_CHANCE, LEAST, ROOM = 1.2, 0.01, 0.001, 0.06
LOW, LOWER, UPPER, HIGH = (quantile_column(level) for level in (0.10, 0.25, 0.75, 0.90))
LOWEST, HIGHEST = QUANTILE_COLUMNS[0], QUANTILE_COLUMNS[-1]

Forecast = Mapping[str, Any]


@dataclass(frozen=True)
class Dot:
    """A dot of a quantile dot plot, and whether it means a sell-out."""

    x: float
    y: float
    full: bool


@dataclass(frozen=True)
class Chances:
    """A forecast as dots above a bar; `seats` and `attendance` are positions, None if unknown or outside the chart."""

    scale: Axis
    dots: tuple[Dot, ...]
    radius: float
    bar: RangeBar
    seats: float | None
    attendance: float | None


@dataclass(frozen=True)
class OverTime:
    """Forecasts by days before the game: two ranges and the people expected as paths, and a point for each forecast."""

    scale: Axis
    days: tuple[tuple[float, str], ...]
    wide: str
    narrow: str
    middle: str
    points: tuple[tuple[float, float, str], ...]
    seats: float | None
    attendance: tuple[float, float] | None


@dataclass(frozen=True)
class SalesChart:
    """Tickets sold by days before the game, beside the usual pace towards an attendance."""

    scale: Axis
    days: tuple[tuple[float, str], ...]
    usual: str
    middle: str
    sold: str
    points: tuple[tuple[float, float, str], ...]
    towards: tuple[float, float]


def chances_scale(forecasts: Sequence[Forecast], seats: float | None, attendance: float | None = None) -> Axis:
    """Return a scale that includes the forecasts, the attendance, and the seats if they are near."""
    low = min(each[LOWEST] for each in forecasts)
    high = max(each[HIGHEST] for each in forecasts)
    if attendance is not None:
        low, high = min(low, attendance), max(high, attendance)
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
    attendance: float | None = None,
    radius: float = LARGEST_DOT,
) -> Chances:
    """Return a forecast as a quantile dot plot of twenty equally likely values.

    Parameters
    ----------
    forecast : mapping
        With its quantiles.
    scale : Axis
    seats, attendance : float, optional
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
    bar = range_bar(forecast, scale, shown, attendance)
    return Chances(scale, dots, radius, bar, bar.seats, bar.attendance)


def two_chances(first: Forecast, second: Forecast, seats: float | None) -> tuple[Chances, Chances]:
    """Return two forecasts of a game on one scale, with dots of one size."""
    scale = chances_scale([first, second], seats)
    radius = min(chances(each, scale, seats).radius for each in (first, second))
    return chances(first, scale, seats, radius=radius), chances(second, scale, seats, radius=radius)


def over_time(issues: Sequence[Issue], seats: float | None, attendance: float | None) -> OverTime | None:
    """Return the chart of a game's forecasts over time; None for fewer than two days."""
    by_day = {issue.days: issue for issue in issues if issue.days is not None}
    if len(by_day) < 2:
        return None
    shown = [by_day[days] for days in sorted(by_day, reverse=True)]
    farthest = shown[0].days or 1
    forecasts = [issue.forecast for issue in shown]
    top = max(*(each[HIGH] for each in forecasts), attendance or 0.0)
    near = seats is not None and seats <= top * NEAR_SEATS
    scale = axis(0.0, max(top, seats or 0.0 if near else 0.0) * (1 + ROOM), PLOT_FLOOR, PLOT_TOP, most=5)
    places = [_day_place(issue.days or 0, farthest) for issue in shown]

    def band(low: str, high: str) -> str:
        upper = [(x, scale.at(each[high])) for x, each in zip(places, forecasts, strict=True)]
        lower = [(x, scale.at(each[low])) for x, each in zip(places, forecasts, strict=True)]
        return path([*upper, *reversed(lower)]) + "Z"

    middle = [(x, scale.at(each[MEAN])) for x, each in zip(places, forecasts, strict=True)]
    return OverTime(
        scale,
        _day_ticks(farthest),
        band(LOW, HIGH),
        band(LOWER, UPPER),
        path(middle),
        tuple(
            (*point, f"{number(expected_people(each))} expected") for point, each in zip(middle, forecasts, strict=True)
        ),
        scale.at(seats) if near and seats is not None else None,
        None if attendance is None else (_day_place(0, farthest), scale.at(attendance)),
    )


def sales(pace: Pace, towards: float) -> SalesChart:
    """Return the chart of tickets sold beside the usual pace of past games.

    Parameters
    ----------
    pace : Pace
    towards : float
        The attendance, or the people expected.
    """
    farthest = max(pace.sold[0][0], 1)
    top = max(towards, *(tickets for _, tickets in pace.sold), *(each.high * towards for each in pace.usual))
    scale = axis(0.0, top * (1 + ROOM), PLOT_FLOOR, PLOT_TOP, most=5)
    places = [_day_place(each.days, farthest) for each in pace.usual]
    upper = [(x, scale.at(each.high * towards)) for x, each in zip(places, pace.usual, strict=True)]
    lower = [(x, scale.at(each.low * towards)) for x, each in zip(places, pace.usual, strict=True)]
    middle = [(x, scale.at(each.middle * towards)) for x, each in zip(places, pace.usual, strict=True)]
    sold = [(_day_place(days, farthest), scale.at(tickets)) for days, tickets in pace.sold]
    return SalesChart(
        scale,
        _day_ticks(farthest),
        path([*upper, *reversed(lower)]) + "Z" if upper else "",
        path(middle) if middle else "",
        path(sold),
        tuple((*point, number(tickets)) for point, (_, tickets) in zip(sold, pace.sold, strict=True)),
        (_day_place(0, farthest), scale.at(towards)),
    )


def _spread(forecast: Forecast, seats: float | None) -> list[float]:
    """Return `DOTS` equally likely values, interpolated between the quantiles as a normal distribution would."""
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
    """Return the value at a position, interpolated linearly."""
    right = next((i for i, place in enumerate(places) if i and place > at), len(places) - 1)
    share = (at - places[right - 1]) / (places[right] - places[right - 1])
    return values[right - 1] + share * (values[right] - values[right - 1])


def _stacks(places: Sequence[float]) -> list[list[float]]:
    """Return positions in groups no wider than `WIDE`."""
    stacks: list[list[float]] = []
    for place in sorted(places):
        if stacks and place - stacks[-1][0] < WIDE:
            stacks[-1].append(place)
        else:
            stacks.append([place])
    return stacks


def _day_place(days: int, farthest: int) -> float:
    """Return the position of a day; the last days before a game are wider apart than the first."""
    return round(PLOT_RIGHT - (PLOT_RIGHT - PLOT_LEFT) * math.sqrt(days / farthest), 1)


def _day_ticks(farthest: int) -> tuple[tuple[float, str], ...]:
    ticks: list[tuple[float, str]] = []
    for days in DAY_TICKS:
        place = _day_place(days, farthest) if days <= farthest else None
        closest = CLOSEST_TO_GAME if len(ticks) == 1 else CLOSEST_TICKS
        if place is not None and (not ticks or ticks[-1][0] - place >= closest):
            ticks.append((place, "game" if days == 0 else str(days)))
    return tuple(ticks)


TRACK_LEFT, TRACK_RIGHT, TRACK_TOP, BASE = 56.0, 890.0, 10.0, 250.0
SQUARE, SQUARE_LEFT, SQUARE_BASE = 420.0, 56.0, 380.0
TRACK_ROOM = 1.04
CLOSEST_MONTHS = 44.0


@dataclass(frozen=True)
class Mark:
    """The attendance of a game on the chart of a season."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True)
class SeasonChart:
    """The games of a season in order of play: ranges, people expected and attendance."""

    people: Axis
    range: str
    middle: str
    marks: tuple[Mark, ...]
    months: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Scatter:
    """Attendance over forecast: a dot for each game, and the diagonal."""

    expected: Axis
    attendances: Axis
    dots: str
    same: tuple[tuple[float, float], tuple[float, float]]
    correlation: float | None


def season_chart(points: Sequence[Point]) -> SeasonChart | None:
    """Return the chart of a season's games in order of play; None if there are none."""
    if not points:
        return None
    people = axis(0, max(max(each.attendance, each.high) for each in points) * TRACK_ROOM, BASE, TRACK_TOP)
    step = (TRACK_RIGHT - TRACK_LEFT) / len(points)
    places = [round(TRACK_LEFT + (i + 0.5) * step, 1) for i in range(len(points))]
    edges = [(x, point) for x, point in zip(places, points, strict=True)]
    if len(points) == 1:
        edges = [(TRACK_LEFT, points[0]), (TRACK_RIGHT, points[0])]
    high = [(x, people.at(each.high)) for x, each in edges]
    low = [(x, people.at(each.low)) for x, each in edges]
    return SeasonChart(
        people=people,
        range=path([*high, *reversed(low)]) + "Z",
        middle=path([(x, people.at(each.expected)) for x, each in edges]),
        marks=tuple(Mark(x, people.at(each.attendance), each) for x, each in zip(places, points, strict=True)),
        months=tuple(_months(places, points)),
    )


def scatter(points: Sequence[Point]) -> Scatter | None:
    """Return the scatter chart of attendance over forecast; None for fewer than two games."""
    if len(points) < 2:
        return None
    attendances = [float(each.attendance) for each in points]
    expected_values = [each.expected for each in points]
    top = max(*attendances, *expected_values) * TRACK_ROOM
    across = axis(0, top, SQUARE_LEFT, SQUARE - 10, most=4)
    up = axis(0, top, SQUARE_BASE, TRACK_TOP, most=4)
    alike = len(set(attendances)) < 2 or len(set(expected_values)) < 2
    return Scatter(
        expected=across,
        attendances=up,
        # A line of no length with round ends is a dot: one path for all of them.
        dots="".join(f"M{across.at(x):g} {up.at(y):g}h0" for x, y in zip(expected_values, attendances, strict=True)),
        same=((across.at(0), up.at(0)), (across.at(top), up.at(top))),
        correlation=None if alike else correlation(expected_values, attendances),
    )


def _months(places: Sequence[float], points: Sequence[Point]) -> list[tuple[float, str]]:
    """Return labels where months begin, far enough apart to read."""
    found: list[tuple[float, str]] = []
    before = None
    for x, point in zip(places, points, strict=True):
        month = point.date and (point.date.year, point.date.month)
        if point.date is not None and month != before and (not found or x - found[-1][0] >= CLOSEST_MONTHS):
            found.append((x, MONTHS[point.date.month - 1][:3]))
        before = month
    return found


def driver_bars(people: Sequence[float]) -> tuple[float, list[tuple[float, float]]]:
    """Return bars on both sides of a zero line, from 0 to 100: the line, then (start, width) of each bar.

    Examples
    --------
    >>> driver_bars([300.0, -100.0])
    (25.0, [(25.0, 75.0), (0.0, 25.0)])
    """
    low, high = min([0.0, *people]), max([0.0, *people])
    unit = 100.0 / ((high - low) or 1.0)
    bars = [((min(each, 0.0) - low) * unit, abs(each) * unit) for each in people]
    return round(-low * unit, 2), [(round(begin, 2), round(width, 2)) for begin, width in bars]
