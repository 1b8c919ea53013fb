"""True effects in log demand, and demand drawn with them.

Every size here stands in docs/sample-league.md too. An effect of 0.10 is about 10% more people.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.conditions import PROMOTIONS, Conditions
from gatecast.collect.sample.results import Results
from gatecast.collect.sample.schedule import Flags, Ints, Schedule, to_day
from gatecast.collect.sample.weather import PRECIPITATIONS, SKIES, Floats, Weather

__all__ = ["Demand", "drawn_demand", "weather_effect"]

WEEKDAY_EFFECT = {"Mon": 0.0, "Tue": -0.08, "Wed": -0.05, "Thu": 0.06, "Fri": 0.22, "Sat": 0.30, "Sun": 0.12}
MONTH_EFFECT = {"Apr": -0.16, "May": -0.06, "Jun": 0.0, "Jul": 0.05, "Aug": 0.02, "Sep": -0.12}
FIRST_MONTH = 4
SATURDAY = 5
PROMOTION_EFFECT = {"": 0.0, "bobblehead": 0.28, "fireworks": 0.22, "giveaway": 0.12, "dollar-night": 0.16}
SKY_EFFECT = {"sunny": 0.03, "cloudy": 0.0, "overcast": -0.03}
PRECIPITATION_EFFECT = {"none": 0.0, "drizzle": -0.06, "showers": -0.13, "rain": -0.24}
BEST_TEMPERATURE = 23.0
TEMPERATURE_EFFECT = -0.0009

SCHOOL_HOLIDAYS = ((6, 15), (8, 24))
SCHOOL_HOLIDAY_EFFECT = 0.09
HOLIDAY_EFFECT = 0.20
OPENER_EFFECT = 0.40
DAY_GAME_EFFECT = -0.10
DOUBLEHEADER_EFFECT = -0.20
RIVAL_EFFECT = 0.14
HOME_ACE_EFFECT, VISITING_ACE_EFFECT = 0.07, 0.03
FORM_EFFECT = 0.80
PRICE_EFFECT = -0.35

DRIFT_A_WEEK = 0.012
STAND_SPREAD, GAME_SPREAD = 0.06, 0.09


@dataclass(frozen=True)
class Demand:
    """Demand for each game, shape (games,), people.

    Parameters
    ----------
    expected : ndarray of float
        Mean over the noise, all effects known.
    drawn : ndarray of int
        With the noise of its homestand and its own.
    """

    expected: Floats
    drawn: Ints


def drawn_demand(
    rng: np.random.Generator, games: Schedule, weather: Weather, results: Results, conditions: Conditions
) -> Demand:
    """Draw the demand for every game."""
    level = np.log([club.level * club.capacity for club in CLUBS])
    mean = (
        level[games.home]
        + _drift(rng, games)
        + _calendar_effect(games)
        + np.where(conditions.daytime, DAY_GAME_EFFECT, 0)
        + np.array([club.draw for club in CLUBS])[games.visitor]
        + np.where(conditions.rival, RIVAL_EFFECT, 0)
        + np.where(results.home_starter == 0, HOME_ACE_EFFECT, 0)
        + np.where(results.visitor_starter == 0, VISITING_ACE_EFFECT, 0)
        + weather_effect(weather)
        + np.array([PROMOTION_EFFECT[label] for label in PROMOTIONS])[conditions.promotion]
        + FORM_EFFECT * results.form
        + PRICE_EFFECT * np.log(conditions.price / np.array([club.price for club in CLUBS])[games.home])
    )
    stands, stand = np.unique(games.stand, return_inverse=True)
    noise = rng.normal(0, STAND_SPREAD, len(stands))[stand] + rng.normal(0, GAME_SPREAD, len(games))
    expected = np.exp(mean + (STAND_SPREAD**2 + GAME_SPREAD**2) / 2)
    return Demand(expected, np.round(np.exp(mean + noise)).astype(np.int64))


def _calendar_effect(games: Schedule) -> Floats:
    """Weekday, month, school holidays, holidays, openers and doubleheaders, shape (games,)."""
    weekday = np.array(list(WEEKDAY_EFFECT.values()))[games.weekday]
    month = np.array(list(MONTH_EFFECT.values()))[games.month - FIRST_MONTH]
    _, first = np.unique(games.season * len(CLUBS) + games.home, return_index=True)
    opener = np.zeros(len(games), bool)
    opener[first] = True
    no_school = _in_school_holidays(games) & (games.weekday < SATURDAY)
    effect: Floats = (
        weekday
        + month
        + np.where(no_school, SCHOOL_HOLIDAY_EFFECT, 0)
        + np.where(games.holiday, HOLIDAY_EFFECT, 0)
        + np.where(opener, OPENER_EFFECT, 0)
        + np.where(games.number > 0, DOUBLEHEADER_EFFECT, 0)
    )
    return effect


def _in_school_holidays(games: Schedule) -> Flags:
    inside = np.zeros(len(games), bool)
    for year in np.unique(games.season):
        first, last = (to_day(dt.date(int(year), *day)) for day in SCHOOL_HOLIDAYS)
        inside |= (games.day >= first) & (games.day <= last)
    return inside


def weather_effect(weather: Weather) -> Floats:
    """Return the effect of the weather, shape (games,): temperature, sky and precipitation."""
    sky = np.array([SKY_EFFECT[label] for label in SKIES])[weather.sky]
    wet = np.array([PRECIPITATION_EFFECT[label] for label in PRECIPITATIONS])[weather.precipitation]
    effect: Floats = TEMPERATURE_EFFECT * (weather.temperature - BEST_TEMPERATURE) ** 2 + sky + wet
    return effect


def _drift(rng: np.random.Generator, games: Schedule) -> Floats:
    """Draw a random walk of each club's level, by week, shape (games,)."""
    week = (games.day - games.day.min()) // 7
    walk = np.cumsum(rng.normal(0, DRIFT_A_WEEK, (int(week.max()) + 1, len(CLUBS))), axis=0)
    drift: Floats = walk[week, games.home]
    return drift
