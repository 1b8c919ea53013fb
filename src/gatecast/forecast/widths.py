"""Set the width of ranges: by the number of games, for new clubs and ballparks, and by past errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import FEATURES, ContextInputs

__all__ = ["calibrated_width", "lowered", "usual_widths"]

Floats = npt.NDArray[np.float64]

ALONE = ((80.0, 160.0), (0.93, 1.0))
"""Width of ranges of a club alone, as a factor of the network's: numbers of its past games, and the factor at each."""
IN_LEAGUE = ((0.0, 20.0, 60.0), (1.0, 0.97, 0.95))
"""The same for a club in a table with others."""
NEW_VENUE = (1.1, 1.7)
"""Further factors below and above the middle before the first game in a new ballpark."""
NEW_CLUB = (1.45, 1.03)
"""Further factors below and above the middle before the first game of a club that is new to its league."""
NEW_CLUB_GAMES = 10.0
"""Games after which a club is no longer new."""
NEW_CLUB_LOWER = 0.05
"""Logarithm by which the middle forecast of a new club is lowered, since errors count in percent of the club's mean."""


def calibrated_width(
    errors: Floats, ends: tuple[Floats, Floats], trust: Floats, *, seasons: int, trusts: tuple[float, float]
) -> float:
    """Return the factor by which the network's ranges must be widened to hold 80% of past games, shrunk towards 1.

    The errors of a season go together, so a factor below 1 is trusted by the number of seasons, one above 1 by games.

    Parameters
    ----------
    errors : ndarray of float, shape (games,)
        What came less the middle forecast, in logarithms.
    ends : tuple of ndarray of float, shape (games,)
        How far the ends of the 80% range are below and above the middle.
    trust : ndarray of float, shape (games,)
        Weight of each game.
    seasons : int
        Seasons that the games are of.
    trusts : tuple of float
        Games after which wider ranges are trusted by half, and seasons after which narrower ones are.
    """
    below, above = ends
    ratio = np.abs(errors) / np.where(errors > 0, above, below)
    order = np.argsort(ratio)
    reached = np.cumsum(trust[order]) / trust.sum()
    needed = float(ratio[order[min(int(np.searchsorted(reached, 0.8)), len(order) - 1)]])
    games = float(trust.sum())
    share = games / (games + trusts[0]) if needed > 1.0 else seasons / (seasons + trusts[1])
    return float(np.exp(share * np.log(min(max(needed, 0.2), 5.0))))


def _newness(inputs: ContextInputs) -> Floats:
    """Return how new each club is to its league: 1 before its first game, 0 after ten and for a club alone."""
    league = inputs.features[:, FEATURES.index("league_known")] > 0
    out: Floats = np.where(league, np.clip(1.0 - inputs.games / NEW_CLUB_GAMES, 0.0, 1.0), 0.0)
    return out


def usual_widths(inputs: ContextInputs) -> tuple[Floats, Floats]:
    """Return the width of ranges below and above the middle, as a factor of the network's."""
    league, new, seen = (
        inputs.features[:, FEATURES.index(name)] > 0 for name in ("league_known", "venue_new", "venue_games")
    )
    usual: Floats = np.where(league, np.interp(inputs.games, *IN_LEAGUE), np.interp(inputs.games, *ALONE))
    unseen, newness = new & ~seen, _newness(inputs)

    def wide(venue: float, club: float) -> Floats:
        return np.asarray(usual * np.where(unseen, venue, 1.0) * (1.0 + (club - 1.0) * newness), np.float64)

    return wide(NEW_VENUE[0], NEW_CLUB[0]), wide(NEW_VENUE[1], NEW_CLUB[1])


def lowered(inputs: ContextInputs) -> Floats:
    """Return by how much the middle forecast of each game is lower: of clubs whose level is not known yet."""
    return NEW_CLUB_LOWER * _newness(inputs)
