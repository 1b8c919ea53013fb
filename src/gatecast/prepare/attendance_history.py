"""A ballpark's past attendance, as known at a cutoff."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.prefix_sums import PrefixSums, RangeMaximum, Ranges, ratio
from gatecast.prepare.schedule import SEASON_SPAN, Schedule

__all__ = ["CAPACITY_DAYS", "AttendanceHistory"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CAPACITY_DAYS = 900
"""A venue holds at least the largest attendance of this many days before the cutoff."""

LAST = (1, 3, 5, 10, 20, 40, 81)
LAST_ON_WEEKDAY = (1, 2, 4, 8, 13)
LAST_WITH_VISITOR = (1, 3, 9)
RATIO_GAMES = 120
FINISH = 30
"""Games at the end of a season whose mean is the level at which it ended."""
MONTHS = 13


class AttendanceHistory:
    """Counted attendance of every game, sorted under the keys that forecasts look up.

    An attendance of 0 was not counted (the first game of a single-ticket doubleheader, a season behind closed doors)
    and is not part of the history.
    """

    def __init__(self, schedule: Schedule) -> None:
        s = schedule
        counted = s.attendance > 0
        people = s.attendance[:, None]
        self.schedule = s
        self.counted = counted
        self.by_home = PrefixSums(np.where(counted, s.home, -1), s.day, people)
        self.by_season = PrefixSums(np.where(counted, s.home_season, -1), s.day, people)
        self.by_weekday = PrefixSums(np.where(counted, s.home_weekday, -1), s.day, people)
        self.by_visitor = PrefixSums(np.where(counted, s.home_visitor, -1), s.day, people)
        self.by_month = PrefixSums(np.where(counted & (s.month > 0), _month_key(s, 0), -1), s.day, people)
        self.by_venue = PrefixSums(np.where(counted, s.venue, -1), s.day, people)
        self.largest = RangeMaximum(s.attendance[self.by_venue.order], self.by_venue.longest)

    def capacity(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> Floats:
        """Return the capacity of each query's venue in people, shape (queries,); NaN if unknown.

        The larger of the stated seats and the largest attendance of the last 900 days known at the cutoff: with
        standing room and extra stands, attendance can exceed the stated seats. Where no seats are stated, the largest
        attendance of n games is taken for n / (n + 1) of the capacity, as the largest of n uniform draws is on average.
        """
        seen = self.by_venue.between(queries.venue, cutoffs.astype(np.int64) - CAPACITY_DAYS + 1, cutoffs)
        return self._capacity(self.largest.over(seen), seen.count, queries.stated_seats)

    def largest_in(self, rows: npt.NDArray[np.intp]) -> Floats:
        """Return the capacity of the venues of some games, from the attendance of those games, shape (rows,)."""
        venue, people = self.schedule.venue[rows], self.schedule.attendance[rows]
        largest, count = np.zeros(venue.max() + 1, np.int64), np.bincount(venue)
        np.maximum.at(largest, venue, people)
        return self._capacity(largest[venue], count[venue], self.schedule.stated_seats[rows])

    @staticmethod
    def _capacity(largest: Ints, count: Ints, stated: Ints) -> Floats:
        inferred = largest * (1.0 + 1.0 / np.maximum(count, 1))
        most = np.where(stated > 0, np.maximum(largest, stated), inferred)
        return np.where(most > 0, most, np.nan)

    def at(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> dict[str, Floats]:
        """Return means of past attendance in people, by recency, season, weekday, visitor and month.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule given to the constructor.
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
        out = {f"gate_last{k}": self.by_home.means(past.latest(k)) for k in LAST}
        out |= {f"gate_weekday{k}": self.by_weekday.means(weekday.latest(k)) for k in LAST_ON_WEEKDAY}
        out |= {f"gate_visitor{k}": self.by_visitor.means(visitor.latest(k)) for k in LAST_WITH_VISITOR}
        out["gate_season"] = self.by_season.means(season)
        out["gate_last_season"] = self.by_season.means(last_season)
        out["gate_finish"] = self.by_season.means(last_season.latest(FINISH))
        out["gate_two_seasons_ago"] = self.by_season.means(self.by_season.until(s.home_season - 2, cutoffs))
        out["gate_weekday_last_season"] = self.by_weekday.means(self._weekday_last_season(s, cutoffs))
        out["gate_month_last_season"] = self.by_month.means(self.by_month.until(_month_key(s, 1), cutoffs))
        out["season_trend"] = ratio(out["gate_last_season"], np.nan_to_num(out["gate_two_seasons_ago"]))
        venue = self.by_venue.between(s.venue, cutoffs.astype(np.int64) - CAPACITY_DAYS + 1, cutoffs)
        out["gate_venue"] = self.by_venue.means(venue)
        out["season_gates"] = season.count.astype(np.float64)
        out["days_since_gate"] = np.where(past.count > 0, s.day - self.by_home.days_of(past.end - 1), np.nan)
        out["weekday_ratio"] = self._weekday_ratio(s, past, cutoffs)
        return out

    def _weekday_ratio(self, s: Schedule, past: Ranges, cutoffs: npt.NDArray[np.int32]) -> Floats:
        """Return the mean on this weekday since the club's 120th last game, relative to that of these 120 games."""
        recent = past.latest(RATIO_GAMES)
        first_day = self.by_home.days_of(recent.begin)
        same = self.by_weekday.between(s.home_weekday, first_day, cutoffs)
        return ratio(self.by_weekday.means(same), self.by_home.means(recent))

    def _weekday_last_season(self, s: Schedule, cutoffs: npt.NDArray[np.int32]) -> Ranges:
        """Return entries of the same club and weekday between the first and last counted game of last season."""
        last = self.by_season.until(s.home_season - 1, cutoffs)
        first_day, last_day = self.by_season.days_of(last.begin), self.by_season.days_of(last.end - 1)
        entries = self.by_weekday.between(s.home_weekday, first_day, np.minimum(last_day, cutoffs))
        return Ranges(np.where(last.count > 0, entries.begin, entries.end), entries.end)


def _month_key(s: Schedule, seasons_ago: int) -> Ints:
    """Return one key for club, season and month."""
    key = (s.home * SEASON_SPAN + s.season - seasons_ago) * MONTHS + np.maximum(s.month, 0)
    return np.where(s.month > 0, key, -1)
