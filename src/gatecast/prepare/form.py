"""How well the two clubs have been playing, as known at a cut-off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.games import columns as c
from gatecast.games.table import Games
from gatecast.prepare.ledger import Ledger, ratio
from gatecast.prepare.schedule import SEASON_SPAN, Schedule

__all__ = ["Form"]

Floats = npt.NDArray[np.float64]

PRIOR_GAMES = 10
"""A club's win rate starts from this many games half won (a beta prior)."""
RECENT = 10
END_OF_SEASON = 1 << 17


class Form:
    """Results of every club, by season, ready to be summed up to any cut-off."""

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
        self.ledger = Ledger(keys, np.r_[schedule.day, schedule.day], values)
        self.schedule = schedule

    def at(self, cutoffs: npt.NDArray[np.int32]) -> dict[str, Floats]:
        """Games played, win rate, run margin, the last ten and last season's record of both clubs.

        Parameters
        ----------
        cutoffs : ndarray of int32, shape (games,)

        Returns
        -------
        dict of str to ndarray of float64, shape (games,)
        """
        out = {}
        for side, clubs in (("home", self.schedule.home), ("visitor", self.schedule.visitor)):
            key = np.where(clubs >= 0, clubs * SEASON_SPAN + self.schedule.season, -1)
            season = self.ledger.until(key, cutoffs)
            sums, recent = self.ledger.sums(season), self.ledger.sums(season.last(RECENT))
            before = self.ledger.until(np.where(key >= 0, key - 1, -1), np.minimum(cutoffs, END_OF_SEASON))
            out[f"{side}_played"] = season.count.astype(np.float64)
            out[f"{side}_win_rate"] = (sums[:, 0] + PRIOR_GAMES / 2) / (season.count + PRIOR_GAMES)
            out[f"{side}_margin"] = sums[:, 1] / (season.count + PRIOR_GAMES / 2)
            out[f"{side}_last10"] = ratio(recent[:, 0], season.last(RECENT).count)
            out[f"{side}_last_season"] = ratio(self.ledger.sums(before)[:, 0], before.count)
        return out
