"""Set the width of ranges: by the number of games, for new clubs and ballparks, and by past errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import FEATURES, ContextInputs

__all__ = ["calibrated_width", "lowered", "usual_widths"]

Floats = npt.NDArray[np.float64]

ALONE = ((80.0, 160.0), (0.93, 1.0))
IN_LEAGUE = ((0.0, 20.0, 60.0), (1.0, 0.97, 0.95))
"""Width of ranges by past games of the club, as a share of the network's: of a club alone, and of one in a league."""
NEW_VENUE = (1.1, 1.7)
NEW_CLUB, NEW_CLUB_GAMES, NEW_CLUB_LOWER = (1.45, 1.03), 10.0, 0.05
"""The same below and above the middle before the first games in a new ballpark, and of a club new to its league, whose
level is one draw; until how many games; and by how much its middle is lower, as errors count by the club's level."""


def calibrated_width(
    missed: Floats, apart: tuple[Floats, Floats], trust: Floats, *, seasons: int, trusts: tuple[float, float]
) -> float:
    """Return how many times as wide ranges have to be as the network's to hold 80 % of the past, drawn towards as wide.

    The errors of a season go together, so narrower ranges are trusted by the number of seasons, wider ones by games.

    Parameters
    ----------
    missed : ndarray of float, shape (games,)
        What came less the middle forecast, in logarithms.
    apart : tuple of ndarray of float, shape (games,)
        How far the ends of the 80% range are below and above the middle.
    trust : ndarray of float, shape (games,)
        Weight of each game.
    seasons : int
        Seasons that the games are of.
    trusts : tuple of float
        Games that wider ranges, and seasons that narrower ones, are trusted by half after.
    """
    below, above = apart
    ratio = np.abs(missed) / np.where(missed > 0, above, below)
    order = np.argsort(ratio)
    reached = np.cumsum(trust[order]) / trust.sum()
    needed = float(ratio[order[min(int(np.searchsorted(reached, 0.8)), len(order) - 1)]])
    games = float(trust.sum())
    share = games / (games + trusts[0]) if needed > 1.0 else seasons / (seasons + trusts[1])
    return float(np.exp(share * np.log(min(max(needed, 0.2), 5.0))))


def _newness(asked: ContextInputs) -> Floats:
    """Return how new each club is to its league: 1 before its first game, 0 after ten and for a club alone."""
    league = asked.features[:, FEATURES.index("league_known")] > 0
    out: Floats = np.where(league, np.clip(1.0 - asked.games / NEW_CLUB_GAMES, 0.0, 1.0), 0.0)
    return out


def usual_widths(asked: ContextInputs) -> tuple[Floats, Floats]:
    """Return the width of ranges below and above the middle, as a share of the network's."""
    league, new, seen = (
        asked.features[:, FEATURES.index(name)] > 0 for name in ("league_known", "venue_new", "venue_games")
    )
    usual: Floats = np.where(league, np.interp(asked.games, *IN_LEAGUE), np.interp(asked.games, *ALONE))
    unseen, newness = new & ~seen, _newness(asked)

    def wide(venue: float, club: float) -> Floats:
        return np.asarray(usual * np.where(unseen, venue, 1.0) * (1.0 + (club - 1.0) * newness), np.float64)

    return wide(NEW_VENUE[0], NEW_CLUB[0]), wide(NEW_VENUE[1], NEW_CLUB[1])


def lowered(asked: ContextInputs) -> Floats:
    """Return by how much the middle forecast of each game is lower: of clubs whose level is not known yet."""
    return NEW_CLUB_LOWER * _newness(asked)
