"""Windows of past games for networks that read history: the club's own gates and the visitor's road gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.prepare.gates import GateHistory

__all__ = ["History", "Windows"]

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Windows:
    """Where the histories of some queries lie in the entries of a `History`.

    Parameters
    ----------
    home_begin, home_end, road_begin, road_end : ndarray of int32, shape (queries,)
        The counted gates of the home club and of the visitor on the road that were known, as half-open ranges,
        latest last.
    """

    home_begin: Ints
    home_end: Ints
    road_begin: Ints
    road_end: Ints

    def take(self, rows: npt.NDArray[np.intp]) -> Windows:
        """The windows of some of the queries, in the order of `rows`."""
        return Windows(self.home_begin[rows], self.home_end[rows], self.road_begin[rows], self.road_end[rows])

    def entries(self, width: int, *, road: bool = False) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """The last `width` entries of each window.

        Returns
        -------
        index : ndarray of int32, shape (queries, width)
            Places in `History.home_games` or `History.road_games`, latest last; 0 where there is none.
        present : ndarray of bool, shape (queries, width)
        """
        begin, end = (self.road_begin, self.road_end) if road else (self.home_begin, self.home_end)
        index = end[:, None] + np.arange(-width, 0, dtype=np.int32)
        present = index >= begin[:, None]
        return np.where(present, index, 0), present


@dataclass(frozen=True)
class History:
    """Counted gates in order of club and day, and the same in order of visitor and day.

    Parameters
    ----------
    home_games, road_games : ndarray of int32, shape (entries,)
        Row of the games table each entry stands in.
    """

    home_games: Ints
    road_games: Ints

    @classmethod
    def of(cls, gates: GateHistory) -> History:
        """Take the order of the ledgers of a gate history."""
        return cls(gates.by_home.order.astype(np.int32), gates.on_road.order.astype(np.int32))


def windows_at(gates: GateHistory, cutoffs: npt.NDArray[np.int32]) -> Windows:
    """Windows of every game as known at its cut-off, arrays of shape (games,)."""
    home = gates.by_home.until(gates.schedule.home, cutoffs)
    road = gates.on_road.until(gates.schedule.visitor, cutoffs)
    return Windows(*(side.astype(np.int32) for side in (home.begin, home.end, road.begin, road.end)))
