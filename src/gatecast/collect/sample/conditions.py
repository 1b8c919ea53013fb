"""Decisions of the clubs about each game: start time, promotion and ticket price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.schedule import Flags, Ints, Schedule
from gatecast.collect.sample.weather import Floats
from gatecast.games.complete import FIRST_NIGHT_START

__all__ = ["PROMOTIONS", "Conditions", "decided", "start_minutes"]

PROMOTIONS = ("", "bobblehead", "fireworks", "giveaway", "dollar-night")
FIREWORKS, DOLLAR_NIGHT = 2, 4
# One row a weekday from Monday, one column for each promotion after none.
PROMOTION_CHANCE = (
    (0.00, 0.00, 0.30, 0.00),
    (0.02, 0.00, 0.05, 0.30),
    (0.03, 0.00, 0.12, 0.12),
    (0.05, 0.00, 0.05, 0.40),
    (0.05, 0.45, 0.10, 0.05),
    (0.22, 0.15, 0.20, 0.00),
    (0.06, 0.00, 0.25, 0.00),
)

WEDNESDAY, FRIDAY, SUNDAY = 2, 4, 6
SUMMER_MONTHS = (7, 8)
SCHOOL_DAY_GAMES = 0.4
MORNING, AFTERNOON, LATE_AFTERNOON, EARLY_EVENING = 11 * 60 + 5, 13 * 60 + 35, 15 * 60 + 35, 17 * 60 + 5
EVENING, FRIDAY_EVENING = 18 * 60 + 35, 19 * 60 + 5

PRICE_RISE_A_SEASON = 1.03
PRICE_STEPS = (-1.0, 0.0, 0.0, 1.0, 2.0)
RIVAL_SURCHARGE = 1.0


@dataclass(frozen=True)
class Conditions:
    """Decisions of the clubs, each of shape (games,).

    Parameters
    ----------
    start : ndarray of int
        Minutes after midnight.
    promotion : ndarray of int
        Places in `PROMOTIONS`.
    price : ndarray of float
        Mean ticket price, dollars.
    rival : ndarray of bool
        True where the visitor is the home club's rival.
    """

    start: Ints
    promotion: Ints
    price: Floats
    rival: Flags

    @property
    def daytime(self) -> Flags:
        """True for games that start early enough to be day games."""
        return self.start < 60 * FIRST_NIGHT_START.hour


def decided(rng: np.random.Generator, games: Schedule) -> Conditions:
    """Draw promotions and prices, and set the starts."""
    codes = [club.code for club in CLUBS]
    rival_of = np.array([codes.index(club.rival) for club in CLUBS])
    rival = rival_of[games.home] == games.visitor
    start = start_minutes(rng, games)
    return Conditions(start, _promotions(rng, games), _prices(rng, games, rival), rival)


def start_minutes(rng: np.random.Generator, games: Schedule) -> Ints:
    """Start of each game in minutes after midnight, shape (games,).

    Sundays in the afternoon, but in the early evening in July and August; some Wednesdays in the morning, for
    schools; the first game of a doubleheader late in the afternoon; all else in the evening.
    """
    summer = np.isin(games.month, SUMMER_MONTHS)
    morning = (games.weekday == WEDNESDAY) & ~summer & ~games.holiday & (rng.random(len(games)) < SCHOOL_DAY_GAMES)
    sunday = games.weekday == SUNDAY
    return np.select(
        [games.number == 1, games.number == 2, morning, sunday & ~summer, sunday, games.weekday == FRIDAY],
        [LATE_AFTERNOON, EVENING, MORNING, AFTERNOON, EARLY_EVENING, FRIDAY_EVENING],
        EVENING,
    )


def _promotions(rng: np.random.Generator, games: Schedule) -> Ints:
    """Draw places in `PROMOTIONS`, shape (games,): by chance of the weekday, and fireworks on the Fourth of July."""
    limits = np.cumsum(PROMOTION_CHANCE, axis=1)[games.weekday]
    draw = rng.random((len(games), 1))
    chosen = np.where(draw < limits[:, -1:], 1 + np.sum(draw >= limits, axis=1, keepdims=True), 0)[:, 0]
    fourth = games.holiday & (games.month == SUMMER_MONTHS[0])
    return np.where(games.number == 1, 0, np.where(fourth, FIREWORKS, chosen))


def _prices(rng: np.random.Generator, games: Schedule, rival: Flags) -> Floats:
    """Dollars, shape (games,): dearer every season and against the rival, moved in steps by chance."""
    base = np.array([club.price for club in CLUBS])[games.home]
    risen = base * PRICE_RISE_A_SEASON ** (games.season - games.season.min())
    price: Floats = np.round(2 * risen) / 2 + rng.choice(PRICE_STEPS, len(games)) + RIVAL_SURCHARGE * rival
    return price
