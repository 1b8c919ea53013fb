"""The drawings of the track record: forecasts and gates through a season, and gates over what was expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation

from gatecast.formatting import MONTHS
from gatecast.service.track import Point
from gatecast.web.drawing import Axis, axis, path

__all__ = ["Scatter", "Through", "scatter", "through"]

WIDTH, LEFT, RIGHT, TOP, BASE = 900.0, 56.0, 890.0, 10.0, 250.0
SQUARE, SQUARE_LEFT, SQUARE_BASE = 420.0, 56.0, 380.0
ROOM = 1.04
CLOSEST_MONTHS = 44.0


@dataclass(frozen=True)
class Mark:
    """A gate on a drawing: its place, whether it lay in its range, and its game."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True)
class Through:
    """Games one after the other: their ranges, what was expected, and what came."""

    people: Axis
    range: str
    middle: str
    marks: tuple[Mark, ...]
    months: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Scatter:
    """Gates by what was expected of them: a dot a game, and the line on which both are the same."""

    expected: Axis
    gates: Axis
    dots: str
    same: tuple[tuple[float, float], tuple[float, float]]
    correlation: float | None


def through(points: Sequence[Point]) -> Through | None:
    """The games of a season in order of play; None where there is none."""
    if not points:
        return None
    people = axis(0, max(max(each.gate, each.high) for each in points) * ROOM, BASE, TOP)
    step = (RIGHT - LEFT) / len(points)
    places = [round(LEFT + (i + 0.5) * step, 1) for i in range(len(points))]
    edges = [(x, point) for x, point in zip(places, points, strict=True)]
    if len(points) == 1:
        edges = [(LEFT, points[0]), (RIGHT, points[0])]
    high = [(x, people.at(each.high)) for x, each in edges]
    low = [(x, people.at(each.low)) for x, each in edges]
    return Through(
        people=people,
        range=path([*high, *reversed(low)]) + "Z",
        middle=path([(x, people.at(each.expected)) for x, each in edges]),
        marks=tuple(Mark(x, people.at(each.gate), each) for x, each in zip(places, points, strict=True)),
        months=tuple(_months(places, points)),
    )


def scatter(points: Sequence[Point]) -> Scatter | None:
    """Every game as a dot; None where there are fewer than two."""
    if len(points) < 2:
        return None
    gates = [float(each.gate) for each in points]
    said = [each.expected for each in points]
    top = max(*gates, *said) * ROOM
    across = axis(0, top, SQUARE_LEFT, SQUARE - 10, most=4)
    up = axis(0, top, SQUARE_BASE, TOP, most=4)
    alike = len(set(gates)) < 2 or len(set(said)) < 2
    return Scatter(
        expected=across,
        gates=up,
        # A line of no length with round ends is a dot: one path for all of them.
        dots="".join(f"M{across.at(x):g} {up.at(y):g}h0" for x, y in zip(said, gates, strict=True)),
        same=((across.at(0), up.at(0)), (across.at(top), up.at(top))),
        correlation=None if alike else correlation(said, gates),
    )


def _months(places: Sequence[float], points: Sequence[Point]) -> list[tuple[float, str]]:
    """Where months begin, as far apart as words need."""
    found: list[tuple[float, str]] = []
    before = None
    for x, point in zip(places, points, strict=True):
        month = point.date and (point.date.year, point.date.month)
        if point.date is not None and month != before and (not found or x - found[-1][0] >= CLOSEST_MONTHS):
            found.append((x, MONTHS[point.date.month - 1][:3]))
        before = month
    return found
