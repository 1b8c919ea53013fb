"""Start times as clubs write them: 19:05, 7:05PM, 2019-05-30 19:05, 1905, or seconds after midnight."""

from __future__ import annotations

import polars as pl

from gatecast.collect.cells import Cells
from gatecast.collect.zones import without_zone
from gatecast.games.columns import CANONICAL, START_TIME

__all__ = ["parse_times"]

CLOCK_24 = r"^(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$"
CLOCK_12 = r"^(\d{1,2})(?::(\d{2})(?::\d{2})?)?\s*([ap])\.?m\.?$"
NUMERIC = r"^\d+(\.\d+)?$"
FORMS = (CLOCK_24, CLOCK_12, NUMERIC)
LEADING_DATE = r"^(?:\d{4}-\d{2}-\d{2}[ t]|\d{1,2}[/.-]\d{1,2}[/.-]\d{4},? )"
UNKNOWN_START = r"^0?0:00\s*[ap]\.?m\.?$"

EXPECTED = CANONICAL[START_TIME].expected
ONE_FORM = "write all times as 19:05 or all as 7:05PM"
MINUTE, HOUR, DAY = 60, 3600, 86_400
LAST_CLOCK_NUMBER = 2359


def parse_times(cells: Cells) -> pl.Series:
    """Read a column of local start times, all in one form.

    Numbers are shares of a day (0.795), clock readings (1905) or seconds after midnight (68700), by the largest.

    Returns
    -------
    polars.Series of Time, shape (rows,)

    Raises
    ------
    DataError
        The first cell that is no time, in another form than the rest, or in another time zone.
    """
    values = cells.values
    if values.dtype == pl.Time:
        return values
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.replace_time_zone(None).dt.time()
    if values.dtype.is_numeric():
        return _from_numbers(cells, values.cast(pl.Float64))
    if values.dtype != pl.String:
        cells.refuse(values.is_not_null(), EXPECTED)
        return values.cast(pl.String).cast(pl.Time)
    text = cells.known_text().str.to_lowercase()
    text = without_zone(cells, text).str.replace(LEADING_DATE, "")
    text = text.set(text.str.contains(UNKNOWN_START).fill_null(False), None)
    form = max(FORMS, key=lambda form: text.str.contains(form).sum())
    cells.refuse(~text.str.contains(form), EXPECTED, ONE_FORM)
    if form == NUMERIC:
        return _from_numbers(cells, text.cast(pl.Float64))
    hour = text.str.extract(form, 1).cast(pl.Int64)
    minute = text.str.extract(form, 2).cast(pl.Int64).fill_null(0)
    if form == CLOCK_12:
        cells.refuse((hour < 1) | (hour > 12), EXPECTED)
        hour = hour % 12 + 12 * (text.str.extract(form, 3) == "p").cast(pl.Int64)
    cells.refuse((hour > 23) | (minute > 59), EXPECTED)
    return _from_seconds(hour * HOUR + minute * MINUTE)


def _from_numbers(cells: Cells, numbers: pl.Series) -> pl.Series:
    """Times from numbers; 0 is Retrosheet's way to say that nobody knows."""
    cells.refuse(~numbers.is_finite() | (numbers < 0) | (numbers >= DAY), EXPECTED, "seconds after midnight will do")
    known = numbers.set(numbers == 0, None)
    largest = known.max()
    if not isinstance(largest, float):
        return known.cast(pl.Int64).cast(pl.Time)
    if largest < 1:
        return _from_seconds((known * DAY / MINUTE).round().cast(pl.Int64) * MINUTE)
    if largest <= LAST_CLOCK_NUMBER:
        clock = known.cast(pl.Int64)
        cells.refuse((known != known.round()) | (clock % 100 > 59), EXPECTED)
        return _from_seconds(clock // 100 * HOUR + clock % 100 * MINUTE)
    return _from_seconds(known.cast(pl.Int64))


def _from_seconds(seconds: pl.Series) -> pl.Series:
    return (seconds.cast(pl.Int64) * 1_000_000_000).cast(pl.Time)
