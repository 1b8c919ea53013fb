"""Pitchers, winners, and each club's record before each game."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.schedule import Flags, Ints, Schedule
from gatecast.collect.sample.weather import Floats

__all__ = ["Results", "played"]

ROTATION = 5
MEAN_RUNS = 4.6
HOME_RUNS_GAIN = 0.05
STRENGTH_SPREAD = 0.12
ACE_RUNS_GAIN = -0.18
PRIOR_GAMES = 16


@dataclass(frozen=True)
class Results:
    """Results as arrays of shape (games,).

    Parameters
    ----------
    home_starter, visitor_starter : ndarray of int
        Places in the rotation of the club; 0 is the ace.
    home_runs, visitor_runs : ndarray of int
    form : ndarray of float
        The home club's share of wins in the season before the game, less one half; sixteen even games are added, so
        that a season starts near 0.
    """

    home_starter: Ints
    visitor_starter: Ints
    home_runs: Ints
    visitor_runs: Ints
    form: Floats


def played(rng: np.random.Generator, games: Schedule) -> Results:
    """Play the games: rotations of five starters, runs by strength of both clubs, and the form that follows."""
    seasons, season = np.unique(games.season, return_inverse=True)
    attack, defence = rng.normal(0, STRENGTH_SPREAD, (2, len(seasons), len(CLUBS)))
    in_order = _appearances(games)
    turn = _before(games, np.ones(2 * len(games), bool), in_order)
    offset = rng.integers(0, ROTATION, (len(seasons), len(CLUBS)))
    home_starter = (turn[0] + offset[season, games.home]) % ROTATION
    visitor_starter = (turn[1] + offset[season, games.visitor]) % ROTATION
    home_rate = attack[season, games.home] - defence[season, games.visitor] + ACE_RUNS_GAIN * (visitor_starter == 0)
    visitor_rate = attack[season, games.visitor] - defence[season, games.home] + ACE_RUNS_GAIN * (home_starter == 0)
    home_runs = rng.poisson(MEAN_RUNS * np.exp(home_rate + HOME_RUNS_GAIN))
    visitor_runs = rng.poisson(MEAN_RUNS * np.exp(visitor_rate))
    # Extra innings: a game has no tie.
    last_run = rng.random(len(games)) < 0.5
    tie = home_runs == visitor_runs
    home_runs, visitor_runs = home_runs + (tie & last_run), visitor_runs + (tie & ~last_run)
    won = home_runs > visitor_runs
    wins = _before(games, np.concatenate([won, ~won]), in_order)[0]
    form = (wins + PRIOR_GAMES / 2) / (turn[0] + PRIOR_GAMES) - 0.5
    return Results(home_starter, visitor_starter, home_runs, visitor_runs, form)


def _appearances(games: Schedule) -> tuple[Ints, Ints]:
    """Order of each club's games in its season (home ones first given), and the club and season of each so ordered."""
    club = np.concatenate([games.home, games.visitor])
    season, day, number = (np.tile(values, 2) for values in (games.season, games.day, games.number))
    order = np.lexsort((number, day, club, season))
    return order, (season * len(CLUBS) + club)[order]


def _before(games: Schedule, counted: Flags, in_order: tuple[Ints, Ints]) -> Ints:
    """Return how many `counted` games of the season each club had before each game, shape (2, games), home first."""
    order, group = in_order
    running: Ints = np.cumsum(counted[order]) - counted[order]
    count = np.empty(2 * len(games), np.int64)
    count[order] = running - running[np.searchsorted(group, group)]
    return count.reshape(2, -1)
