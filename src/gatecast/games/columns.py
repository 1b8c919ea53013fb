"""The columns of a games table: type, unit, role, and how long before the game each becomes known.

This is the only module in which a column name is spelled as text; everything else uses the constants.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from gatecast.errors import DataError, InputError

__all__ = [
    "AFTER",
    "ALWAYS",
    "ATTENDANCE",
    "CANONICAL",
    "CAPACITY",
    "DATE",
    "DAY_NIGHT",
    "DTYPES",
    "EXPECTED_WINS",
    "GAME_ID",
    "HOME",
    "HOME_LEAGUE",
    "HOME_RUNS",
    "HOME_STARTER",
    "NUMBER",
    "PRECIPITATION",
    "PROMOTION",
    "SCANNED",
    "SEASON",
    "SKY",
    "START_TIME",
    "TEMPERATURE",
    "VENUE",
    "VENUE_OPENED",
    "VISITOR",
    "VISITOR_LEAGUE",
    "VISITOR_RUNS",
    "VISITOR_STARTER",
    "WIND",
    "Column",
    "Knowability",
    "Role",
    "columns_from_json",
    "columns_to_json",
]

LARGEST_CROWD = 250_000
MOST_WINS = 200
SEASON_START = "preseason"
"""Stands in a knowability for the day of the forecasts before a season."""
DTYPES: dict[str, type[pl.DataType]] = {
    dtype.__name__: dtype
    for dtype in (
        pl.Float64,
        pl.Float32,
        pl.Int8,
        pl.Int16,
        pl.Int32,
        pl.Int64,
        pl.Boolean,
        pl.String,
        pl.Date,
        pl.Time,
    )
}
"""The types that a column may have, by name."""


class Role(StrEnum):
    """Purpose of a column."""

    IDENTIFIER = "identifier"
    TIME = "time"
    CATEGORY = "category"
    LABELS = "labels"
    NUMBER = "number"
    RESULT = "result"
    TARGET = "target"


@dataclass(frozen=True)
class Knowability:
    """Time before a game at which a value becomes known.

    Parameters
    ----------
    lead : float
        Longest lead, in days, at which the value is known. Infinite: from the schedule on. 0: only after the game.
    worsens : bool
        True if the value is itself a forecast whose error grows with the lead, such as weather.
    since : str
        The first day on which the value is known, whatever the lead: a date such as 2019-03-25; a day of each season
        such as 03-25; or `preseason`, the day of forecasts before the season. Empty if no day limits it.

    Examples
    --------
    >>> Knowability.parse("5 days")
    Knowability(lead=5.0, worsens=False, since='')
    >>> str(Knowability.parse("forecast 16 days")), str(Knowability.parse("always"))
    ('forecast 16 days', 'always')
    >>> Knowability.parse("from 03-25")
    Knowability(lead=inf, worsens=False, since='03-25')
    """

    lead: float
    worsens: bool = False
    since: str = ""

    @classmethod
    def parse(cls, text: str) -> Knowability:
        """Read `always`, `after`, `N days`, `forecast N days`, `from 2019-03-25`, `from 03-25` or `from preseason`.

        Raises
        ------
        ValueError
            For anything else.
        """
        words = text.strip().lower()
        if words == "always":
            return ALWAYS
        if words == "after":
            return AFTER
        if since := words.removeprefix("from ").strip() if words.startswith("from ") else "":
            if since != SEASON_START and not _is_day(since):
                raise ValueError(
                    f"got {text!r}, expected a date after 'from', such as 'from 2019-03-25' or 'from 03-25'"
                )
            return cls(math.inf, since=since)
        match = re.fullmatch(r"(forecast )?(\d+) days?", words)
        if not match:
            expected = (
                "'always', 'after', 'N days' or 'forecast N days', or 'from' and a date such as 2019-03-25 or 03-25"
            )
            raise ValueError(f"got {text!r}, expected {expected}")
        return cls(float(match[2]), worsens=bool(match[1]))

    def __str__(self) -> str:
        if self.since:
            return f"from {self.since}"
        if math.isinf(self.lead):
            return "always"
        if self.lead == 0:
            return "after"
        return f"{'forecast ' if self.worsens else ''}{self.lead:g} days"


def _is_day(text: str) -> bool:
    """Return True for a date such as 2019-03-25, or a day of any year such as 03-25; February 29 is in some only."""
    try:
        dt.date.fromisoformat(text if len(text) > len("03-25") else f"2019-{text}")
    except ValueError:
        return False
    return bool(re.fullmatch(r"(\d{4}-)?\d{2}-\d{2}", text))


ALWAYS = Knowability(math.inf)
AFTER = Knowability(0.0)
BEFORE_SEASON = Knowability(math.inf, since=SEASON_START)
STARTERS = Knowability(5.0)
WEATHER = Knowability(16.0, worsens=True)


@dataclass(frozen=True)
class Column:
    """One column of a games table: its type, unit, role and knowability.

    Parameters
    ----------
    name : str
    dtype : polars data type
        One of Float64, Float32, Int8, Int16, Int32, Int64, Boolean, String, Date, Time.
    role : Role
        Purpose of the column.
    known : Knowability
        Time before the game at which a value becomes known.
    unit : str
        Unit of the values, for messages; empty if there is none.
    low, high : float
        Smallest and largest value accepted, in the column's unit.
    values : tuple of str
        The accepted values of a closed category; empty if any text is accepted.

    Raises
    ------
    InputError
        An argument is of the wrong kind.

    Examples
    --------
    >>> Column("price", pl.Float64, Role.NUMBER, Knowability.parse("always"), unit="dollars", low=0).expected
    'a number from 0 dollars'
    """

    name: str
    dtype: type[pl.DataType]
    role: Role
    known: Knowability
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    values: tuple[str, ...] = ()

    @property
    def is_yes_no(self) -> bool:
        """True for a column that is declared as yes or no: whole numbers from 0 to 1."""
        return self.dtype.is_integer() and (self.low, self.high) == (0.0, 1.0)

    def __post_init__(self) -> None:
        checks = (
            ("name", isinstance(self.name, str) and bool(self.name), "text that is not empty"),
            ("dtype", self.dtype in DTYPES.values(), f"one of {', '.join(f'polars.{name}' for name in DTYPES)}"),
            ("role", isinstance(self.role, Role), f"one of {', '.join(f'Role.{role.name}' for role in Role)}"),
            ("known", isinstance(self.known, Knowability), "a knowability, such as Knowability.parse('5 days')"),
            ("values", isinstance(self.values, tuple), "a tuple of texts"),
            ("low", self.low <= self.high, f"a number up to high, {self.high}"),
        )
        for field, sound, expected in checks:
            if not sound:
                raise InputError(f"Column, {field}: got {getattr(self, field)!r}, expected {expected}")

    @property
    def expected(self) -> str:
        """Description of the values that a cell of this column may hold."""
        if self.values:
            return f"one of {', '.join(self.values)}"
        if self.dtype is pl.Date:
            return "a date such as 2019-05-30"
        if self.dtype is pl.Time:
            return "a time such as 19:05"
        if self.dtype is pl.String:
            return "text"
        kind = "a whole number" if self.dtype.is_integer() else "a number"
        bounds = {"from": self.low, "to": self.high}
        limits = [f"{word} {_plain(limit)}" for word, limit in bounds.items() if math.isfinite(limit)]
        return " ".join([kind, *limits, *([self.unit] if limits and self.unit else [])])


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == round(number) else f"{number:g}"


GAME_ID, DATE, START_TIME, DAY_NIGHT, NUMBER = "game_id", "date", "start_time", "day_night", "number"
VENUE, HOME, VISITOR, SEASON = "venue", "home", "visitor", "season"
HOME_LEAGUE, VISITOR_LEAGUE, CAPACITY, PROMOTION = "home_league", "visitor_league", "capacity", "promotion"
VENUE_OPENED, EXPECTED_WINS = "venue_opened", "expected_wins"
TEMPERATURE, WIND, SKY, PRECIPITATION = "temperature_c", "wind_kmh", "sky", "precipitation"
HOME_STARTER, VISITOR_STARTER = "home_starter", "visitor_starter"
HOME_RUNS, VISITOR_RUNS = "home_runs", "visitor_runs"
ATTENDANCE, SCANNED = "attendance", "scanned"

CANONICAL: dict[str, Column] = {
    column.name: column
    for column in (
        Column(GAME_ID, pl.String, Role.IDENTIFIER, ALWAYS),
        Column(DATE, pl.Date, Role.TIME, ALWAYS),
        Column(START_TIME, pl.Time, Role.TIME, ALWAYS, "local time"),
        Column(DAY_NIGHT, pl.String, Role.CATEGORY, ALWAYS, values=("day", "night")),
        Column(NUMBER, pl.Int8, Role.CATEGORY, ALWAYS, low=0, high=3),
        Column(VENUE, pl.String, Role.CATEGORY, ALWAYS),
        Column(HOME, pl.String, Role.CATEGORY, ALWAYS),
        Column(VISITOR, pl.String, Role.CATEGORY, ALWAYS),
        Column(SEASON, pl.Int32, Role.TIME, ALWAYS, "year", low=1850, high=2200),
        Column(HOME_LEAGUE, pl.String, Role.CATEGORY, ALWAYS),
        Column(VISITOR_LEAGUE, pl.String, Role.CATEGORY, ALWAYS),
        Column(CAPACITY, pl.Int32, Role.NUMBER, ALWAYS, "seats", low=1, high=LARGEST_CROWD),
        Column(PROMOTION, pl.String, Role.LABELS, ALWAYS),
        Column(TEMPERATURE, pl.Float64, Role.NUMBER, WEATHER, "°C", low=-40, high=55),
        Column(WIND, pl.Float64, Role.NUMBER, WEATHER, "km/h", low=0, high=200),
        Column(SKY, pl.String, Role.CATEGORY, WEATHER, values=("sunny", "cloudy", "overcast", "night", "dome")),
        Column(PRECIPITATION, pl.String, Role.CATEGORY, WEATHER, values=("none", "drizzle", "showers", "rain", "snow")),
        Column(HOME_STARTER, pl.String, Role.CATEGORY, STARTERS),
        Column(VISITOR_STARTER, pl.String, Role.CATEGORY, STARTERS),
        Column(HOME_RUNS, pl.Int16, Role.RESULT, AFTER, "runs", low=0, high=999),
        Column(VISITOR_RUNS, pl.Int16, Role.RESULT, AFTER, "runs", low=0, high=999),
        Column(ATTENDANCE, pl.Int32, Role.TARGET, AFTER, "people", low=0, high=LARGEST_CROWD),
        Column(SCANNED, pl.Int32, Role.RESULT, AFTER, "people", low=0, high=LARGEST_CROWD),
        Column(VENUE_OPENED, pl.Int32, Role.NUMBER, ALWAYS, "year", low=1800, high=2200),
        # A share of the games from 0 to 1, or a number of wins.
        Column(EXPECTED_WINS, pl.Float64, Role.NUMBER, BEFORE_SEASON, "wins", low=0, high=MOST_WINS),
    )
}


def columns_to_json(columns: Sequence[Column]) -> str:
    """Write columns as text, every field of each.

    Examples
    --------
    >>> price = Column("price", pl.Float64, Role.NUMBER, Knowability.parse("always"), unit="dollars")
    >>> columns_from_json(columns_to_json([price])) == (price,)
    True
    """
    return json.dumps(
        [
            {
                "name": column.name,
                "type": column.dtype.__name__,
                "role": str(column.role),
                "known": str(column.known),
                "unit": column.unit,
                "low": None if math.isinf(column.low) else column.low,
                "high": None if math.isinf(column.high) else column.high,
                "values": list(column.values),
            }
            for column in columns
        ]
    )


def columns_from_json(text: str, file: str = "") -> tuple[Column, ...]:
    """Read the columns that `columns_to_json` wrote.

    Raises
    ------
    DataError
        `columns_to_json` did not write the text; the message names `file`.
    """
    try:
        return tuple(
            Column(
                str(entry["name"]),
                DTYPES[entry["type"]],
                Role(entry["role"]),
                Knowability.parse(entry["known"]),
                str(entry["unit"]),
                -math.inf if entry["low"] is None else float(entry["low"]),
                math.inf if entry["high"] is None else float(entry["high"]),
                tuple(str(value) for value in entry["values"]),
            )
            for entry in json.loads(text)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
        got = f"declarations of custom columns that cannot be read ({type(broken).__name__})"
        raise DataError(got, "those that gatecast writes", "write the file again", file=file) from None
