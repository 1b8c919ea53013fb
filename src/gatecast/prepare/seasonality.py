"""The shape of a club's seasons: months, weekdays, visitors and openers relative to the mean of the season."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.prefix_sums import PrefixSums, ratio
from gatecast.prepare.schedule import Schedule

__all__ = ["SeasonShape", "shaped"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEWEST_GATES = 40
"""A season with fewer known games at a club has no shape."""
LARGEST = 4.0
LAST_DAY = 1 << 17
FIXED_POINT = 10_000
LAST = {"month": 40, "weekday": 40, "month_weekday": 8, "visitor": 12, "opener": 4}
"""Latest games that each part of the shape is a mean of."""
MONTHS, WEEKDAYS = 13, 7
DRAW_RANGE = (0.5, 2.0)


class SeasonShape:
    """Every known attendance relative to the mean of its club's season, known once the season is over.

    Parameters
    ----------
    schedule : Schedule
    openers : ndarray of bool, shape (games,)
        Which games open a club's home season.
    """

    def __init__(self, schedule: Schedule, openers: npt.NDArray[np.bool_]) -> None:
        s, counted = schedule, schedule.gate > 0
        self.seasons, season = np.unique(s.home_season, return_inverse=True)
        gates = np.bincount(season, weights=counted)[season]
        mean = np.bincount(season, weights=s.gate)[season] / np.maximum(gates, 1)
        self.begins, over = np.full(len(self.seasons), LAST_DAY), np.full(len(self.seasons), -LAST_DAY)
        np.minimum.at(self.begins, season, s.day)
        np.maximum.at(over, season, s.day)
        against = np.minimum(ratio(s.gate, mean), LARGEST)
        values = np.nan_to_num(np.round(FIXED_POINT * against)).astype(np.int64)[:, None]
        told = counted & (s.home >= 0) & (gates >= FEWEST_GATES)
        self.parts = {
            name: PrefixSums(np.where(told, keys, -1), over[season], values) for name, keys in _keys(s, openers).items()
        }

    def at(
        self, queries: Schedule, openers: npt.NDArray[np.bool_], cutoffs: npt.NDArray[np.int32]
    ) -> dict[str, Floats]:
        """Return means over past seasons of the games like each of the queries.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule that this was made with.
        openers : ndarray of bool, shape (queries,)
        cutoffs : ndarray of int32, shape (queries,)

        Returns
        -------
        dict of str to ndarray of float64, shape (queries,)
            `shape_*`: ratios to the season's mean, NaN where no season tells.
        """
        out = {}
        # A season under way has no shape, nor does its end show before it has come.
        before = self.begins[np.searchsorted(self.seasons, queries.home_season)] - 1
        for name, keys in _keys(queries, openers).items():
            ledger = self.parts[name]
            past = ledger.until(keys, np.minimum(cutoffs, before)).last(LAST[name])
            out[f"shape_{name}"] = ratio(ledger.sums(past)[:, 0], past.count) / FIXED_POINT
        return out


def shaped(shape: dict[str, Floats], last_season: Floats) -> dict[str, Floats]:
    """Return last season's mean in the shape of the seasons before, shape (queries,) each, in people."""
    month, weekday, visitor = (
        np.nan_to_num(shape[f"shape_{name}"], nan=1.0) for name in ("month", "weekday", "visitor")
    )
    gate = last_season * month * weekday
    return {"gate_shaped": gate, "gate_shaped_visitor": gate * np.clip(visitor, *DRAW_RANGE)}


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
