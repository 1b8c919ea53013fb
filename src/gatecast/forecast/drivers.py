"""Drivers of a forecast: the inputs of a network in groups that a manager knows, such as weather or the opponent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gatecast.games import columns as c
from gatecast.prepare import history as h
from gatecast.prepare.arrays import CUSTOM, WETNESS

__all__ = [
    "BALLPARK",
    "DRIVERS",
    "FACTORS",
    "FORM",
    "OPPONENT",
    "PROMOTION",
    "RECENT_ATTENDANCE",
    "SCHEDULE",
    "SEASON",
    "START",
    "STARTERS",
    "WEATHER",
    "custom_driver",
    "driver_of",
    "drivers_of",
]

START, OPPONENT, PROMOTION, WEATHER, STARTERS = "start", "opponent", "promotion", "weather", "starters"
SEASON, FORM, RECENT_ATTENDANCE, BALLPARK = "season", "form", "gates", "ballpark"
# "gates" is the name of recent attendance in what programs read.

DRIVERS = (START, OPPONENT, PROMOTION, WEATHER, STARTERS, SEASON, FORM, RECENT_ATTENDANCE, BALLPARK)
"""Weekday and hour; the visitor; promotions; weather; starting pitchers; time of the season, holidays and place in the
homestand; the club's results; its recent attendance; the venue and its seats. Custom columns are added to these."""

INPUT_PREFIXES = {
    START: (
        "weekday", "weekend", "start_hour", "doubleheader", c.DAY_NIGHT, c.NUMBER, "shape_weekday",
        "shape_month_weekday", "gate_weekday", "gate_expected", "gate_shaped",
    ),
    OPPONENT: (
        c.VISITOR, "visit", "years_since_visitor", "interleague", "against_usual_visitor", "against_usual_road",
        "shape_visitor", "gate_visitor", "gate_expected_visitor", "gate_shaped_visitor",
    ),
    PROMOTION: (c.PROMOTION,),
    WEATHER: (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION, WETNESS),
    STARTERS: (c.HOME_STARTER, c.VISITOR_STARTER),
    SEASON: (
        "day_of_year", "season_sine", "season_cosine", "season_day", "month", "days_from_", "near_", "days_off",
        "holiday", "home_game",
        "home_opener", "home_played", "visitor_played", "stand_", "series_", "days_since_home_game",
        "days_until_home_game", "shape_month", "shape_opener", "gate_month", "lead",
    ),
    FORM: ("home_win_rate", "home_margin", "home_last", "home_two_seasons_ago", "home_finish", "home_expected"),
    RECENT_ATTENDANCE: ("gate_", "against_usual", "league_drift", "season_gates", "season_trend", "days_since_gate"),
    BALLPARK: (c.HOME, c.VENUE, "venue_age", "log_capacity"),
}  # fmt: skip
"""Prefixes of input names by driver; the longest match wins."""
PREFIXES = {prefix: driver for driver, prefixes in INPUT_PREFIXES.items() for prefix in prefixes}

SCHEDULE = {
    h.DAY: RECENT_ATTENDANCE,
    h.WEEKDAY: START,
    h.VISITOR: OPPONENT,
    h.HOST: BALLPARK,
    h.NIGHT: START,
    h.SEASON: RECENT_ATTENDANCE,
    h.YEAR_DAY: SEASON,
    h.OPENER: SEASON,
    h.PLACE: SEASON,
    h.DOUBLE: START,
}
"""The driver of each field of a schedule."""

LEVEL = (RECENT_ATTENDANCE, "gate_last40", "")
EXPECTED_LEVEL = (RECENT_ATTENDANCE, "gate_expected", "weekday_ratio")
LAST_SEASON, MONTH = (RECENT_ATTENDANCE, "gate_last_season", ""), (SEASON, "shape_month", "")
WEEKDAY = (START, "weekday_ratio", "")

FACTORS: dict[str, tuple[tuple[str, str, str], ...]] = {
    **dict.fromkeys([f"gate_weekday{k}" for k in (1, 2, 4, 8, 13)], (LEVEL,)),
    **dict.fromkeys([f"gate_visitor{k}" for k in (1, 3, 9)], (LEVEL,)),
    **dict.fromkeys(["gate_weekday_last_season", "gate_month_last_season"], (LEVEL,)),
    "gate_expected": (EXPECTED_LEVEL,),
    "gate_expected_visitor": (EXPECTED_LEVEL, WEEKDAY),
    "gate_shaped": (LAST_SEASON, MONTH),
    "gate_shaped_visitor": (LAST_SEASON, MONTH, (START, "shape_weekday", "")),
}
"""Inputs that combine several drivers, such as the mean attendance on Saturdays (level times weekday). Each belongs to
the driver of its name; the other factors are listed as driver, input, and the input that it is divided by, if any."""


def driver_of(name: str) -> str:
    """Return the driver that an input belongs to.

    Parameters
    ----------
    name : str
        Of a feature or a category of `gatecast.prepare.Arrays`.

    Raises
    ------
    ValueError
        No driver has a prefix of the name.

    Examples
    --------
    >>> driver_of("gate_weekday4"), driver_of("gate_last20"), driver_of("own_tickets_sold_7")
    ('start', 'gates', 'own_tickets_sold')
    """
    if name.startswith(CUSTOM):
        return custom_driver(name.removeprefix(CUSTOM))
    prefixes = [prefix for prefix in PREFIXES if name.startswith(prefix)]
    if not prefixes:
        raise ValueError(f"input {name!r}: got no driver, expected one of its prefixes in INPUT_PREFIXES")
    return PREFIXES[max(prefixes, key=len)]


def custom_driver(column: str) -> str:
    """Return the driver of a custom column; columns that differ in a last number alone share one.

    Examples
    --------
    >>> custom_driver("tickets_sold_30"), custom_driver("price")
    ('own_tickets_sold', 'own_price')
    """
    return CUSTOM + (re.sub(r"_?\d+$", "", column) or column)


def drivers_of(names: Iterable[str]) -> list[str]:
    """Return every driver, those of custom columns among the inputs last."""
    own = {driver_of(name) for name in names if name.startswith(CUSTOM)}
    return [*DRIVERS, *sorted(own)]
