"""Limit ranges to what a venue holds, known from stated seats and from full houses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import ContextGames

__all__ = ["UNPROVEN", "venue_limits", "within_seats"]

Floats = npt.NDArray[np.float64]

FULL_HOUSE = 0.02
"""A full house is counted at this much less than what the venue holds, or at all of it."""
NEVER_FULL, UNPROVEN = 0.12, 0.5
"""The same where none was counted yet, as in a new ballpark; and how much of the chance of a sell-out remains there."""
PROVEN = 0.97
"""Share of the seats that counts as a full house."""
FULL_VENUES, SETTLED, MOST_MORE = 3, 20, 1.15
"""Venues that must have been full, and games at each, to tell how many more than its stated seats a venue holds; and
the most it can be."""
FULL_FROM = 0.9
"""Level from which on it is all of it: games at the very seats are inside a range that ends there."""


def venue_limits(games: ContextGames, asked: ContextGames, last: int) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return how many people the venues of some games hold, as known on a day.

    Parameters
    ----------
    games : ContextGames
        All games of a table.
    asked : ContextGames
        Those asked for.
    last : int
        The last day known.

    Returns
    -------
    holds, seats : ndarray of float, shape (asked,)
        The most people, and the stated seats; infinite where nobody states seats.
    proven : ndarray of bool, shape (asked,)
        Whether a full house was ever counted there.
    """
    seats = np.where(asked.seats > 0, asked.seats, np.inf)
    largest = _largest(games, asked, last)
    proven = largest >= PROVEN * seats
    more = np.where(proven, 1.0, _more_than_stated(games, last))
    return np.where(np.isinf(seats), np.inf, np.maximum(more * seats, largest)), seats, proven


def within_seats(people: Floats, levels: Floats, holds: Floats, proven: npt.NDArray[np.bool_]) -> Floats:
    """Return quantiles of attendance from those of demand: a range that ends at the seats still has a width.

    Parameters
    ----------
    people : ndarray of float, shape (games, levels)
    levels : ndarray of float, shape (levels,)
    holds : ndarray of float, shape (games,)
    proven : ndarray of bool, shape (games,)
    """
    below = np.maximum(1.0 - levels / FULL_FROM, 0.0)
    full = 1.0 - np.where(proven, FULL_HOUSE, NEVER_FULL)[:, None] * below
    return np.minimum(people, holds[:, None] * full)


def _largest(games: ContextGames, asked: ContextGames, last: int) -> Floats:
    """Return the largest attendance known at the venue of each game on a day, shape (queries,)."""
    out = np.zeros(len(asked))
    known = (games.attendance > 0) & (games.day <= last)
    for home, venue in {*zip(asked.home.tolist(), asked.venue.tolist(), strict=True)}:
        there = known & (games.home == home) & (games.venue == venue)
        out[(asked.home == home) & (asked.venue == venue)] = games.attendance[there].max(initial=0.0)
    return out


def _more_than_stated(games: ContextGames, last: int) -> float:
    """Return how many times its stated seats a full venue holds: the median of those of the table that were full.

    Standing room is not stated. Without `FULL_VENUES` venues that were full, stated seats are what a venue holds.
    """
    known = (games.attendance > 0) & (games.day <= last) & (games.seats > 0)
    fill = games.attendance[known] / games.seats[known]
    venue, place = np.unique(np.stack([games.home, games.venue])[:, known], axis=1, return_inverse=True)
    largest = np.zeros(venue.shape[1])
    np.maximum.at(largest, place.ravel(), fill)
    full = largest[(largest >= PROVEN) & (np.bincount(place.ravel(), minlength=len(largest)) >= SETTLED)]
    return float(np.clip(np.median(full), 1.0, MOST_MORE)) if len(full) >= FULL_VENUES else 1.0
