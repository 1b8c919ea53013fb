"""The ballpark's own attendance history as known at a cutoff."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.prefix_sums import PrefixSums, RangeMaximum, Ranges, ratio
from gatecast.prepare.schedule import SEASON_SPAN, Schedule

__all__ = ["CAPACITY_DAYS", "GateHistory"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CAPACITY_DAYS = 900
"""A venue holds at least the largest attendance of this many days before the cutoff."""

LAST = (1, 3, 5, 10, 20, 40, 81)
LAST_ON_WEEKDAY = (1, 2, 4, 8, 13)
LAST_WITH_VISITOR = (1, 3, 9)
RATIO_GAMES = 120
FINISH = 30
"""Games at the end of a season that show at what level it ended."""
MONTHS = 13


class GateHistory:
    """Every known attendance, sorted under the keys that forecasts look up.

    An attendance of 0 was not counted (the first game of a single-ticket doubleheader, a season behind closed doors)
    and is no part of the history.
    """

    def __init__(self, schedule: Schedule) -> None:
        s = schedule
        counted = s.gate > 0
        gate = s.gate[:, None]
        self.schedule = s
        self.counted = counted
        self.by_home = PrefixSums(np.where(counted, s.home, -1), s.day, gate)
        self.by_season = PrefixSums(np.where(counted, s.home_season, -1), s.day, gate)
        self.by_weekday = PrefixSums(np.where(counted, s.home_weekday, -1), s.day, gate)
        self.by_visitor = PrefixSums(np.where(counted, s.home_visitor, -1), s.day, gate)
        self.by_month = PrefixSums(np.where(counted & (s.month > 0), _month_key(s, 0), -1), s.day, gate)
        self.by_venue = PrefixSums(np.where(counted, s.venue, -1), s.day, gate)
        self.largest = RangeMaximum(s.gate[self.by_venue.order])

    def capacity(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> Floats:
        """Return the people that a venue is known to hold, shape (queries,); NaN if unknown.

        The larger of the stated seats and the largest attendance of the last 900 days known at the cutoff: standing
        room and extra stands let attendance pass the stated seats. If no seats are stated, the largest of n figures is
        taken for n / (n + 1) of what the venue holds, as the largest of n uniform draws is on average.
        """
        seen = self.by_venue.between(queries.venue, cutoffs.astype(np.int64) - CAPACITY_DAYS + 1, cutoffs)
        return self._holds(self.largest.over(seen), seen.count, queries.seats)

    def largest_in(self, rows: npt.NDArray[np.intp]) -> Floats:
        """Return the same for the venues of some games, from those games' own attendance, shape (rows,)."""
        venue, gate = self.schedule.venue[rows], self.schedule.gate[rows]
        largest, count = np.zeros(venue.max() + 1, np.int64), np.bincount(venue)
        np.maximum.at(largest, venue, gate)
        return self._holds(largest[venue], count[venue], self.schedule.seats[rows])

    @staticmethod
    def _holds(largest: Ints, count: Ints, stated: Ints) -> Floats:
        inferred = largest * (1.0 + 1.0 / np.maximum(count, 1))
        most = np.where(stated > 0, np.maximum(largest, stated), inferred)
        return np.where(most > 0, most, np.nan)

    def at(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> dict[str, Floats]:
        """Return means of past attendance in people, by recency, season, weekday, visitor and month.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule that this was made with.
        cutoffs : ndarray of int32, shape (queries,)

        Returns
        -------
        dict of str to ndarray of float64, shape (queries,)
            Names beginning with `gate_` are in people; the others are counts, days or ratios.
        """
        s = queries
        past = self.by_home.until(s.home, cutoffs)
        weekday = self.by_weekday.until(s.home_weekday, cutoffs)
        visitor = self.by_visitor.until(s.home_visitor, cutoffs)
        season = self.by_season.until(s.home_season, cutoffs)
        last_season = self.by_season.until(s.home_season - 1, cutoffs)
        out = {f"gate_last{k}": _mean(self.by_home, past.last(k)) for k in LAST}
        out |= {f"gate_weekday{k}": _mean(self.by_weekday, weekday.last(k)) for k in LAST_ON_WEEKDAY}
        out |= {f"gate_visitor{k}": _mean(self.by_visitor, visitor.last(k)) for k in LAST_WITH_VISITOR}
        out["gate_season"] = _mean(self.by_season, season)
        out["gate_last_season"] = _mean(self.by_season, last_season)
        out["gate_finish"] = _mean(self.by_season, last_season.last(FINISH))
        out["gate_two_seasons_ago"] = _mean(self.by_season, self.by_season.until(s.home_season - 2, cutoffs))
        out["gate_weekday_last_season"] = _mean(self.by_weekday, self._weekday_last_season(s, cutoffs))
        out["gate_month_last_season"] = _mean(self.by_month, self.by_month.until(_month_key(s, 1), cutoffs))
        out["season_trend"] = ratio(out["gate_last_season"], np.nan_to_num(out["gate_two_seasons_ago"]))
        venue = self.by_venue.between(s.venue, cutoffs.astype(np.int64) - CAPACITY_DAYS + 1, cutoffs)
        out["gate_venue"] = _mean(self.by_venue, venue)
        out["season_gates"] = season.count.astype(np.float64)
        out["days_since_gate"] = np.where(past.count > 0, s.day - self.by_home.days_of(past.end - 1), np.nan)
        out["weekday_ratio"] = self._weekday_ratio(s, past, cutoffs)
        return out

    def _weekday_ratio(self, s: Schedule, past: Ranges, cutoffs: npt.NDArray[np.int32]) -> Floats:
        """Return the mean on this weekday since the club's 120th last game, relative to that of these 120 games."""
        recent = past.last(RATIO_GAMES)
        first_day = self.by_home.days_of(recent.begin)
        same = self.by_weekday.between(s.home_weekday, first_day, cutoffs)
        return ratio(_mean(self.by_weekday, same), _mean(self.by_home, recent))

    def _weekday_last_season(self, s: Schedule, cutoffs: npt.NDArray[np.int32]) -> Ranges:
        """Return entries of the same club and weekday between the first and last game of the season before."""
        last = self.by_season.until(s.home_season - 1, cutoffs)
        first_day, last_day = self.by_season.days_of(last.begin), self.by_season.days_of(last.end - 1)
        found = self.by_weekday.between(s.home_weekday, first_day, np.minimum(last_day, cutoffs))
        return Ranges(np.where(last.count > 0, found.begin, found.end), found.end)


def _month_key(s: Schedule, seasons_ago: int) -> Ints:
    """Return one key for club, season and month."""
    key = (s.home * SEASON_SPAN + s.season - seasons_ago) * MONTHS + np.maximum(s.month, 0)
    return np.where(s.month > 0, key, -1)


def _mean(ledger: PrefixSums, stretch: Ranges) -> Floats:
    """Return the mean of the first quantity over each range; NaN if it is empty."""
    return ratio(ledger.sums(stretch)[:, 0], stretch.count)
