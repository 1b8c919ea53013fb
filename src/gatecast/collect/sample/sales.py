"""Sales that only the club itself knows: tickets sold ahead, people through the gate, food and drink."""

from __future__ import annotations

import numpy as np
import polars as pl

from gatecast.collect.sample.conditions import DOLLAR_NIGHT, Conditions
from gatecast.collect.sample.schedule import Ints, Schedule
from gatecast.collect.sample.weather import PRECIPITATIONS, Floats, Weather
from gatecast.games import columns as c

__all__ = [
    "BEERS",
    "CUSTOM_COLUMNS",
    "HOT_DOGS",
    "PRICE",
    "SOFT_DRINKS",
    "TICKETS_SOLD",
    "food_and_drink",
    "scanned",
    "tickets_sold",
]

PRICE, HOT_DOGS, BEERS, SOFT_DRINKS = "price", "hot_dogs_sold", "beers_sold", "soft_drinks_sold"
TICKETS_SOLD = {days: f"tickets_sold_{days}" for days in (30, 14, 7, 3, 1)}

CUSTOM_COLUMNS = (
    c.Column(PRICE, pl.Float64, c.Role.NUMBER, c.ALWAYS, "dollars", low=0, high=1000),
    *(
        c.Column(name, pl.Int32, c.Role.NUMBER, c.Knowability(float(days)), "tickets", low=0, high=c.LARGEST_CROWD)
        for days, name in TICKETS_SOLD.items()
    ),
    *(
        c.Column(name, pl.Int32, c.Role.RESULT, c.AFTER, "sold", low=0, high=4 * c.LARGEST_CROWD)
        for name in (HOT_DOGS, BEERS, SOFT_DRINKS)
    ),
)

MEAN_SHARE_SOLD = {30: 0.22, 14: 0.40, 7: 0.57, 3: 0.73, 1: 0.87}
PACE_SPREAD, PACE_JITTER = 0.30, 0.08

MEAN_SHOW_RATE = 0.845
SHOW_RATE_BY_WEEKDAY = {"Mon": 0.0, "Tue": -0.015, "Wed": -0.015, "Thu": 0.0, "Fri": 0.01, "Sat": 0.02, "Sun": 0.005}
SHOW_RATE_BY_PRECIPITATION = {"none": 0.0, "drizzle": -0.015, "showers": -0.03, "rain": -0.05}
COMFORT, SHOW_RATE_A_DEGREE = 22.0, -0.0015
SHOW_RATE_SPREAD = 0.01

# Sold per head through the gate at 22 °C, change of its logarithm with each °C, and spread of its logarithm.
PER_HEAD = {HOT_DOGS: (0.30, -0.006), BEERS: (0.45, 0.018), SOFT_DRINKS: (0.55, 0.028)}
PER_HEAD_SPREAD = 0.10
DOLLAR_NIGHT_HOT_DOGS = 0.80


def tickets_sold(rng: np.random.Generator, demand: Ints, attendance: Ints, weather_effect: Floats) -> dict[str, Ints]:
    """Return tickets sold up to 30, 14, 7, 3 and 1 days before each game, by column name, each of shape (games,).

    An S-shaped pace towards the demand, faster for some games than for others, that knows nothing of the weather
    at first; never falling, never above the attendance.
    """
    logits = np.array([np.log(share / (1 - share)) for share in MEAN_SHARE_SOLD.values()])[:, None]
    faster = rng.normal(0, PACE_SPREAD, len(demand)) + rng.normal(0, PACE_JITTER, (len(logits), len(demand)))
    share = 1 / (1 + np.exp(-(logits + faster)))
    ahead = np.floor(demand * share * np.exp(-weather_effect * (1 - share))).astype(np.int64)
    sold = np.minimum(np.maximum.accumulate(ahead), attendance)
    return dict(zip(TICKETS_SOLD.values(), sold, strict=True))


def scanned(rng: np.random.Generator, games: Schedule, weather: Weather, attendance: Ints) -> Ints:
    """People through the gate, shape (games,): fewer than the tickets sold, most of all when wet or cold."""
    rate = (
        MEAN_SHOW_RATE
        + np.array(list(SHOW_RATE_BY_WEEKDAY.values()))[games.weekday]
        + np.array([SHOW_RATE_BY_PRECIPITATION[label] for label in PRECIPITATIONS])[weather.precipitation]
        + SHOW_RATE_A_DEGREE * np.abs(weather.temperature - COMFORT)
        + rng.normal(0, SHOW_RATE_SPREAD, len(games))
    )
    heads: Ints = np.round(attendance * np.clip(rate, 0, 1)).astype(np.int64)
    return heads


def food_and_drink(rng: np.random.Generator, heads: Ints, weather: Weather, conditions: Conditions) -> dict[str, Ints]:
    """Hot dogs, beers and soft drinks sold at each game, by column name, each of shape (games,)."""
    warmth = weather.temperature - COMFORT
    sold = {}
    for name, (per_head, slope) in PER_HEAD.items():
        log_rate = np.log(per_head) + slope * warmth + rng.normal(0, PER_HEAD_SPREAD, len(heads))
        if name == HOT_DOGS:
            log_rate = log_rate + DOLLAR_NIGHT_HOT_DOGS * (conditions.promotion == DOLLAR_NIGHT)
        sold[name] = np.round(heads * np.exp(log_rate)).astype(np.int64)
    return sold
