"""Results of the two clubs, as known at a cutoff."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.games import columns as c
from gatecast.games.table import Games
from gatecast.prepare.prefix_sums import PrefixSums
from gatecast.prepare.schedule import SEASON_SPAN, Schedule

__all__ = ["Form"]

Floats = npt.NDArray[np.float64]

PRIOR_GAMES = 10
"""A club's win rate starts from this many games half won (a beta prior)."""
RECENT = 10
FINISH = 40
"""Games at the end of a season whose win rate shows how a club finished it."""
END_OF_SEASON = 1 << 17


class Form:
    """Results of every club, by season, ready to be summed up to any cutoff."""

    def __init__(self, games: Games, schedule: Schedule) -> None:
        runs = games.table.select(c.HOME_RUNS, c.VISITOR_RUNS)
        played = (runs[c.HOME_RUNS].is_not_null() & runs[c.VISITOR_RUNS].is_not_null()).to_numpy()
        margin = (runs[c.HOME_RUNS].fill_null(0) - runs[c.VISITOR_RUNS].fill_null(0)).to_numpy().astype(np.int64)
        won = (margin > 0).astype(np.int64)
        lost = (margin < 0).astype(np.int64)
        clubs = np.r_[schedule.home, schedule.visitor]
        seasons = np.r_[schedule.season, schedule.season]
        keys = np.where(np.r_[played, played] & (clubs >= 0), clubs * SEASON_SPAN + seasons, -1)
        values = np.stack([np.r_[won, lost], np.r_[margin, -margin]], axis=1)
        self.results = PrefixSums(keys, np.r_[schedule.day, schedule.day], values)

    def at(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> dict[str, Floats]:
        """Return games played, win rate, run margin, the last ten and the last two seasons' records of both clubs.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule given to the constructor.
        cutoffs : ndarray of int32, shape (queries,)

        Returns
        -------
        dict of str to ndarray of float64, shape (queries,)
        """
        out = {}
        for side, clubs in (("home", queries.home), ("visitor", queries.visitor)):
            key = np.where(clubs >= 0, clubs * SEASON_SPAN + queries.season, -1)
            season = self.results.until(key, cutoffs)
            sums = self.results.sums(season)
            before, earlier = (
                self.results.until(np.where(key >= 0, key - ago, -1), np.minimum(cutoffs, END_OF_SEASON))
                for ago in (1, 2)
            )
            out[f"{side}_played"] = season.count.astype(np.float64)
            out[f"{side}_win_rate"] = (sums[:, 0] + PRIOR_GAMES / 2) / (season.count + PRIOR_GAMES)
            out[f"{side}_margin"] = sums[:, 1] / (season.count + PRIOR_GAMES / 2)
            out[f"{side}_last10"] = self.results.means(season.latest(RECENT))
            out[f"{side}_last_season"] = self.results.means(before)
            out[f"{side}_two_seasons_ago"] = self.results.means(earlier)
            out[f"{side}_finish"] = self.results.means(before.latest(FINISH))
        return out
