"""Ratios of attendance by month, weekday, visitor and opener to the mean of the season."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.prefix_sums import PrefixSums, ratio
from gatecast.prepare.schedule import Schedule

__all__ = ["SeasonShape", "shaped"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEWEST_GAMES = 40
"""A club's season with fewer counted games is left out."""
LARGEST_RATIO = 4.0
LAST_DAY = 1 << 17
FIXED_POINT = 10_000
LAST = {"month": 40, "weekday": 40, "month_weekday": 8, "visitor": 12, "opener": 4}
"""Number of latest games averaged for each ratio."""
MONTHS, WEEKDAYS = 13, 7
DRAW_RANGE = (0.5, 2.0)


class SeasonShape:
    """Ratio of every counted attendance to the mean of its club's season, known once the season is over.

    Parameters
    ----------
    schedule : Schedule
    openers : ndarray of bool, shape (games,)
        True for games that open a club's home season.
    """

    def __init__(self, schedule: Schedule, openers: npt.NDArray[np.bool_]) -> None:
        s, counted = schedule, schedule.attendance > 0
        self.seasons, season = np.unique(s.home_season, return_inverse=True)
        games = np.bincount(season, weights=counted)[season]
        mean = np.bincount(season, weights=s.attendance)[season] / np.maximum(games, 1)
        self.begins, over = np.full(len(self.seasons), LAST_DAY), np.full(len(self.seasons), -LAST_DAY)
        np.minimum.at(self.begins, season, s.day)
        np.maximum.at(over, season, s.day)
        against = np.minimum(ratio(s.attendance, mean), LARGEST_RATIO)
        values = np.nan_to_num(np.round(FIXED_POINT * against)).astype(np.int64)[:, None]
        complete = counted & (s.home >= 0) & (games >= FEWEST_GAMES)
        self.parts = {
            name: PrefixSums(np.where(complete, keys, -1), over[season], values)
            for name, keys in _keys(s, openers).items()
        }

    def at(
        self, queries: Schedule, openers: npt.NDArray[np.bool_], cutoffs: npt.NDArray[np.int32]
    ) -> dict[str, Floats]:
        """Return means over past seasons of the games like each of the queries.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule given to the constructor.
        openers : ndarray of bool, shape (queries,)
        cutoffs : ndarray of int32, shape (queries,)

        Returns
        -------
        dict of str to ndarray of float64, shape (queries,)
            `shape_*`: ratios to the season's mean, NaN if no past season has such a game.
        """
        out = {}
        # Only finished seasons count, and only once they have ended by the cutoff.
        before = self.begins[np.searchsorted(self.seasons, queries.home_season)] - 1
        for name, keys in _keys(queries, openers).items():
            sums = self.parts[name]
            past = sums.until(keys, np.minimum(cutoffs, before)).latest(LAST[name])
            out[f"shape_{name}"] = sums.means(past) / FIXED_POINT
        return out


def shaped(shape: dict[str, Floats], last_season: Floats) -> dict[str, Floats]:
    """Return last season's mean times the ratios of month, weekday and visitor, shape (queries,) each, in people."""
    month, weekday, visitor = (
        np.nan_to_num(shape[f"shape_{name}"], nan=1.0) for name in ("month", "weekday", "visitor")
    )
    people = last_season * month * weekday
    return {"gate_shaped": people, "gate_shaped_visitor": people * np.clip(visitor, *DRAW_RANGE)}


def _keys(s: Schedule, openers: npt.NDArray[np.bool_]) -> dict[str, Ints]:
    """Return the keys under which each part of the shape is looked up; -1 if unknown."""
    month = np.where((s.home >= 0) & (s.month > 0), s.home * MONTHS + s.month, -1)
    return {
        "month": month,
        "weekday": s.home_weekday,
        "month_weekday": np.where((month >= 0) & (s.weekday >= 0), month * WEEKDAYS + s.weekday, -1),
        "visitor": s.home_visitor,
        "opener": np.where(openers, s.home, -1),
    }
