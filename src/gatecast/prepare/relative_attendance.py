"""Attendance relative to the usual one for club and weekday: recent level, the visitor's draw, the league's drift."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.attendance_history import AttendanceHistory
from gatecast.prepare.prefix_sums import PrefixSums, ratio
from gatecast.prepare.schedule import Schedule

__all__ = ["RelativeAttendance"]

Floats = npt.NDArray[np.float64]

ON_WEEKDAY, OF_ALL = 13, 40
"""Numbers of latest games, on the weekday and on any day, whose means give the usual attendance."""
PRIOR_GAMES = 3
"""The mean of any day counts as much as this many games on the weekday."""
LARGEST_RATIO = 3.0
FIXED_POINT = 10_000
LAST = (3, 6, 12, 25, 50)
LAST_WITH_VISITOR = (1, 3, 9)
LAST_ON_ROAD = (5, 15, 40, 80)
LEAGUE_DAYS = (15, 60)
LEVEL, STEADY_LEVEL, DRAW = 12, 25, 40
LEVEL_RANGE, DRAW_RANGE = (0.3, 2.0), (0.5, 2.0)


class RelativeAttendance:
    """Ratios of attendance to the usual one before it, by club, by visitor at the club, and on the road.

    As each game is compared with its own weekday, the ratios show the recent level whatever weekdays were played.

    Parameters
    ----------
    attendance : AttendanceHistory
    """

    def __init__(self, attendance: AttendanceHistory) -> None:
        s = attendance.schedule
        self.attendance = attendance
        against = np.minimum(ratio(s.attendance, np.nan_to_num(self.usual(s, s.day - 1))), LARGEST_RATIO)
        against = np.nan_to_num(np.round(FIXED_POINT * against)).astype(np.int64)
        self.relative: Floats = against / FIXED_POINT
        known, values = (s.attendance > 0) & (against > 0), against[:, None]
        self.by_home = PrefixSums(np.where(known, s.home, -1), s.day, values)
        self.by_visitor = PrefixSums(np.where(known, s.home_visitor, -1), s.day, values)
        self.on_road = PrefixSums(np.where(known, s.visitor, -1), s.day, values)
        self.league = PrefixSums(np.where(known, 0, -1), s.day, values)

    def usual(self, queries: Schedule, cutoffs: npt.ArrayLike) -> Floats:
        """Return the usual attendance for club and weekday at each cutoff, people, shape (queries,); NaN if none."""
        weekday = self.attendance.by_weekday.until(queries.home_weekday, cutoffs).latest(ON_WEEKDAY)
        recent = self.attendance.by_home.until(queries.home, cutoffs).latest(OF_ALL)
        on_weekday = self.attendance.by_weekday.sums(weekday)[:, 0]
        of_all = self.attendance.by_home.means(recent)
        return (on_weekday + PRIOR_GAMES * of_all) / (weekday.count + PRIOR_GAMES)

    def at(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> dict[str, Floats]:
        """Return means of past ratios, and the attendance expected from them.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule given to the constructor.
        cutoffs : ndarray of int32, shape (queries,)

        Returns
        -------
        dict of str to ndarray of float64, shape (queries,)
            `against_usual*` and `league_drift*` are ratios; `gate_expected` (the usual attendance at the recent
            level) and `gate_expected_visitor` (that with the visitor's draw) are in people.
        """
        tables = (
            ("", self.by_home, queries.home, LAST),
            ("_visitor", self.by_visitor, queries.home_visitor, LAST_WITH_VISITOR),
            ("_road", self.on_road, queries.visitor, LAST_ON_ROAD),
        )
        out = {}
        for name, sums, keys, counts in tables:
            past = sums.until(keys, cutoffs)
            for k in counts:
                out[f"against_usual{name}{k}"] = sums.means(past.latest(k)) / FIXED_POINT
        everyone = np.zeros_like(queries.home)
        for days in LEAGUE_DAYS:
            recent = self.league.between(everyone, cutoffs.astype(np.int64) - days + 1, cutoffs)
            out[f"league_drift{days}"] = self.league.means(recent) / FIXED_POINT
        usual = self.usual(queries, cutoffs)
        draw = np.clip(np.nan_to_num(out[f"against_usual_road{DRAW}"], nan=1.0), *DRAW_RANGE)
        out["gate_expected"] = usual * np.clip(out[f"against_usual{LEVEL}"], *LEVEL_RANGE)
        out["gate_expected_visitor"] = usual * np.clip(out[f"against_usual{STEADY_LEVEL}"], *LEVEL_RANGE) * draw
        return out
