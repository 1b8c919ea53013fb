"""Weather of every ballpark on every day of the sample league."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.schedule import Flags, Ints, Schedule, dates

__all__ = ["PRECIPITATIONS", "SKIES", "Weather", "daily_weather"]

Floats = npt.NDArray[np.float64]

SKIES = ("sunny", "cloudy", "overcast")
CLOUD_OF_SKY = (0.1, 0.9)
PRECIPITATIONS = ("none", "drizzle", "showers", "rain")
CLOUD_OF_PRECIPITATION = (1.1, 1.4, 1.7)
CLOUD_OF_RAIN_OUT = 2.05

SUMMER_SWING = 11.0
SPRING_MEAN_DAY = 108
DAYS_A_YEAR = 365.25
SPELL_DAYS = 4
SPELL_TEMPERATURE = 3.5
DAYTIME_TEMPERATURE, EVENING_TEMPERATURE = 4.0, 1.0
OVERCAST_COOLING = 1.5
MEAN_WIND = 13.0


@dataclass(frozen=True)
class Weather:
    """Weather at each game, or each club's on each day.

    Parameters
    ----------
    temperature : ndarray of float
        °C; of a whole day, or at the hour of the game.
    wind : ndarray of float
        km/h.
    cloud : ndarray of float
        Standard normal: the higher, the greyer and wetter.
    """

    temperature: Floats
    wind: Floats
    cloud: Floats

    def at(self, games: Schedule, first_day: int, daytime: Flags) -> Weather:
        """Return the weather at each game, shape (games,), from that of shape (clubs, days) from `first_day` on."""
        place = games.home, games.day - first_day
        hour = np.where(daytime, DAYTIME_TEMPERATURE, EVENING_TEMPERATURE)
        return Weather(np.round(self.temperature[place] + hour, 1), np.round(self.wind[place]), self.cloud[place])

    @property
    def sky(self) -> Ints:
        """Places in `SKIES`."""
        return np.digitize(self.cloud, CLOUD_OF_SKY)

    @property
    def precipitation(self) -> Ints:
        """Places in `PRECIPITATIONS`."""
        return np.digitize(self.cloud, CLOUD_OF_PRECIPITATION)

    @property
    def rained_out(self) -> Flags:
        """True where it rains too hard to play."""
        return self.cloud > CLOUD_OF_RAIN_OUT


def daily_weather(rng: np.random.Generator, first_day: int, days: int) -> Weather:
    """Weather of each club on each of `days` days from `first_day` on, arrays of shape (clubs, days).

    A yearly wave around the club's mean temperature, with warm, cool, fair and wet spells of some days.
    """
    shape = len(CLUBS), days
    date = dates(first_day + np.arange(days))
    day_of_year = (date - date.astype("datetime64[Y]")).astype(np.int64)
    wave = SUMMER_SWING * np.sin(2 * np.pi * (day_of_year - SPRING_MEAN_DAY) / DAYS_A_YEAR)
    cloud = _spells(rng, shape)
    temperature = np.array([[club.warmth] for club in CLUBS]) + wave + SPELL_TEMPERATURE * _spells(rng, shape)
    return Weather(temperature - OVERCAST_COOLING * np.maximum(cloud, 0), rng.gamma(4.0, MEAN_WIND / 4.0, shape), cloud)


def _spells(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw standard normal values of the given shape, alike on days that follow each other."""
    weights = 0.5 ** np.arange(SPELL_DAYS)
    draws = rng.normal(size=(shape[0], shape[1] + SPELL_DAYS - 1))
    windows = np.lib.stride_tricks.sliding_window_view(draws, SPELL_DAYS, axis=1)
    spells: Floats = windows @ (weights / np.sqrt(np.sum(weights**2)))
    return spells
