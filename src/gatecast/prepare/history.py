"""Past games for networks that read history: the home club's, and the visitor's on the road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.table import Games
from gatecast.prepare.relative_attendance import RelativeAttendance
from gatecast.prepare.schedule import Schedule

__all__ = ["FIELDS", "History", "Windows", "windows_at"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

DAY, WEEKDAY, VISITOR, HOST, NIGHT, SEASON, YEAR_DAY, OPENER, PLACE, DOUBLE, ATTENDANCE, RELATIVE = range(12)
FIELDS = 12
"""Number of fields of each game; the last two, `ATTENDANCE` and `RELATIVE`, are not part of the schedule."""

UNKNOWN = -1.0


@dataclass(frozen=True)
class Windows:
    """Past games that each query may see: half-open ranges of entries of a `History`, the latest last.

    Parameters
    ----------
    home_begin, home_end, road_begin, road_end : ndarray of int32, shape (queries,)
        Of the home club's home games, and of the visitor's road games.
    """

    home_begin: Ints
    home_end: Ints
    road_begin: Ints
    road_end: Ints

    def take(self, rows: npt.NDArray[np.intp]) -> Windows:
        """Return the windows of some of the queries, in the order of `rows`."""
        return Windows(self.home_begin[rows], self.home_end[rows], self.road_begin[rows], self.road_end[rows])


@dataclass(frozen=True)
class History:
    """Games with counted attendance in order of club and day, and in order of visitor and day.

    Parameters
    ----------
    games : ndarray of float32, shape (games, 10)
        The schedule's fields of every game of the table, to come or past.
    home, road : ndarray of float32, shape (entries + 1, 12)
        All fields of each game with counted attendance; a blank entry comes last.
    """

    games: Floats
    home: Floats
    road: Floats

    @classmethod
    def of(cls, games: Games, places: Mapping[str, npt.NDArray[np.float64]], usual: RelativeAttendance) -> History:
        """Return the fields of games in the order of the sorted tables; `places` are those of the schedule."""
        schedule, table = usual.attendance.schedule, games.table
        columns = {
            DAY: schedule.day,
            WEEKDAY: schedule.weekday,
            VISITOR: schedule.visitor,
            HOST: schedule.home,
            NIGHT: table[c.DAY_NIGHT].eq("night").cast(pl.Float64).fill_null(0.5).to_numpy(),
            SEASON: schedule.season,
            YEAR_DAY: table[c.DATE].dt.ordinal_day().cast(pl.Float64).fill_null(np.nan).to_numpy(),
            OPENER: places["home_opener"],
            PLACE: places["series_game"],
            DOUBLE: (table[c.NUMBER] > 0).cast(pl.Float64).to_numpy(),
            ATTENDANCE: schedule.attendance,
            RELATIVE: usual.relative,
        }
        fields = np.stack([np.nan_to_num(columns[i], nan=UNKNOWN) for i in range(FIELDS)], axis=1).astype(np.float32)
        blank = np.zeros((1, FIELDS), np.float32)
        home, road = (
            np.concatenate([fields[order], blank]) for order in (usual.attendance.by_home.order, usual.on_road.order)
        )
        return cls(fields[:, :ATTENDANCE], home, road)


def windows_at(usual: RelativeAttendance, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> Windows:
    """Return windows of some games, each as known at its cutoff; `cutoffs` and the arrays have shape (queries,)."""
    home = usual.attendance.by_home.until(queries.home, cutoffs)
    road = usual.on_road.until(queries.visitor, cutoffs)
    return Windows(*(side.astype(np.int32) for side in (home.begin, home.end, road.begin, road.end)))
