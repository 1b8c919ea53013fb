"""Numbers to places on a drawing; the drawings themselves are templates (`charts.html.j2`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatecast.formatting import number
from gatecast.games.forecast_columns import MEDIAN, quantile_column

__all__ = ["Axis", "RangeBar", "axis", "path", "range_bar"]

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
        """The place of a value, kept within the drawing.

        Examples
        --------
        >>> axis(0, 100, 0, 50).at(25)
        12.5
        """
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 2)


def axis(low: float, high: float, start: float, end: float, most: int = MOST_TICKS) -> Axis:
    """A scale that takes in both values, with round ticks.

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
    """A forecast on a scale: left end and length of the wide and the middle range, the median, seats and gate."""

    wide: tuple[float, float]
    narrow: tuple[float, float]
    middle: float
    seats: float | None
    gate: float | None


def range_bar(
    forecast: Mapping[str, Any], scale: Axis, seats: float | None = None, gate: float | None = None
) -> RangeBar:
    """Places of a forecast on a scale.

    Parameters
    ----------
    forecast : mapping
        With the quantiles as `Store.forecasts` names them.
    scale : Axis
    seats, gate : float, optional
        People.
    """
    low, lower, upper, high = (scale.at(forecast[quantile_column(level)]) for level in (0.10, 0.25, 0.75, 0.90))
    return RangeBar(
        (low, round(max(high - low, 0.5), 2)),
        (lower, round(max(upper - lower, 0.5), 2)),
        scale.at(forecast[MEDIAN]),
        None if seats is None else scale.at(seats),
        None if gate is None else scale.at(gate),
    )


def path(points: Sequence[tuple[float, float]]) -> str:
    """Points as the `d` of an SVG path.

    Examples
    --------
    >>> path([(0, 1), (2.5, 3)])
    'M0 1L2.5 3'
    """
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
