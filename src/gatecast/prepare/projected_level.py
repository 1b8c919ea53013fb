"""The mean attendance of each club's season to come, projected from its last seasons by ridge regression.

What is left before a season is the level of each club, one figure a season and club: a few hundred to learn from, too
few for a network to find what a regression finds at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.games import columns as c
from gatecast.games.table import Games
from gatecast.prepare.prefix_sums import PrefixSums, ratio
from gatecast.prepare.schedule import SEASON_SPAN, Schedule
from gatecast.prepare.team_form import Form

__all__ = ["WHOLE_SEASON", "ProjectedLevel"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WHOLE_SEASON = 2 / 3
"""Share of the games of a full season from which on a season is whole; one that was cut short has no level."""
FEWEST_SEASONS = 60
"""With fewer seasons of clubs to learn from, nothing is projected."""
FINISH, RECORD_FINISH = 30, 40
OLDEST_LAG = 3
"""Years back at most to the season before, beyond seasons without counted games."""
PENALTY = 20.0
HALF_LIFE = 15.0
NEW_VENUES = 4
LAST_DAY = 1 << 20


class ProjectedLevel:
    """Projections for every club and season of a table, each learned from the seasons before.

    Parameters
    ----------
    games : Games
    schedule : Schedule
    form : Form
    venue_age : ndarray of float64, shape (games,)
        Years since the venue opened, NaN where unknown.
    told : ndarray of int32, shape (games,), optional
        The first day on which the wins expected of a club are known, if not always.
    """

    def __init__(
        self,
        games: Games,
        schedule: Schedule,
        form: Form,
        venue_age: Floats,
        told: npt.NDArray[np.int32] | None = None,
    ) -> None:
        s = schedule
        usable = (s.home >= 0) & (s.season > 0) & games.dated
        self.keys, first_row, place = np.unique(
            np.where(usable, s.home_season, -1), return_index=True, return_inverse=True
        )
        season, home = self.keys % SEASON_SPAN, self.keys // SEASON_SPAN
        people = PrefixSums(np.where(usable & (s.attendance > 0), s.home_season, -1), s.day, s.attendance[:, None])
        whole = people.until(self.keys, LAST_DAY)
        enough = whole.count >= np.maximum(WHOLE_SEASON * _most_until(season, whole.count), FINISH)
        level = np.where(enough, people.sums(whole)[:, 0] / np.maximum(whole.count, 1), np.nan)
        finish = people.sums(whole.latest(FINISH))[:, 0] / FINISH
        record, record_finish = _records(form, self.keys)
        share = _of_keys(_shares(games, s), place, len(self.keys))
        back = [_seasons_back(home, season, ~np.isnan(level), ago) for ago in (1, 2, 3)]
        log = np.log(np.where(level > 0, level, np.nan))
        past = [np.where(at >= 0, log[at], np.nan) for at in back]
        last = back[0]
        played = [_seasons_back(home, season, ~np.isnan(record), ago) for ago in (1, 2)]
        won = np.where(played[0] >= 0, record[played[0]], np.nan)
        age = venue_age[first_row]
        columns = [
            past[0] - past[1],
            past[1] - past[2],
            np.log(np.maximum(finish[last], 1.0)) - past[0],
            won,
            np.where(played[1] >= 0, record[played[1]], np.nan),
            np.where(played[0] >= 0, record_finish[played[0]], np.nan),
            past[0],
            share,
            share - won,
            *(np.round(age) == years for years in range(NEW_VENUES)),
        ]
        change = _projected(np.stack(columns, axis=1).astype(np.float64), log - past[0], season)
        self.level = np.exp(past[0] + change)
        self.level[self.keys < 0] = np.nan
        # Known once every earlier season is over, and the wins expected of this one are known.
        years, of_year = np.unique(season, return_inverse=True)
        over = np.array([s.day[usable & (s.season < year)].max(initial=-LAST_DAY) for year in years])
        first = np.full(len(self.keys), -np.inf) if told is None else _of_keys(told, place, len(self.keys))
        self.known_from = np.where(np.isnan(share), over[of_year], np.maximum(over[of_year], first))

    def at(self, queries: Schedule, cutoffs: npt.NDArray[np.int32]) -> Floats:
        """Return the projection for each query's club and season in people, NaN where there is none at its cutoff.

        Parameters
        ----------
        queries : Schedule
            The games to look up, under the codes of the schedule given to the constructor.
        cutoffs : ndarray of int32, shape (queries,)

        Returns
        -------
        ndarray of float64, shape (queries,)
        """
        wanted = np.where((queries.home >= 0) & (queries.season > 0), queries.home_season, -1)
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        there = (self.keys[place] == wanted) & (self.known_from[place] <= cutoffs)
        return np.where(there, self.level[place], np.nan)


def _shares(games: Games, schedule: Schedule) -> Floats:
    """Return the share of wins expected of each home club, NaN where unknown, shape (games,).

    A number above 1 is one of wins, and is divided by the games of a season: twice the most home games that a club of
    the table has in one.
    """
    wins = games.table[c.EXPECTED_WINS].fill_null(np.nan).to_numpy()
    at_home = np.unique(schedule.home_season[schedule.home >= 0], return_counts=True)[1]
    share = np.where(wins > 1.0, wins / max(2 * int(at_home.max(initial=0)), 1), wins)
    return np.where(share <= 1.0, share, np.nan)


def _of_keys(values: npt.ArrayLike, place: npt.NDArray[np.intp], count: int) -> Floats:
    """Return the first value known among the games of each key, NaN where there is none, shape (keys,)."""
    each = np.asarray(values, np.float64)
    out = np.full(count, np.nan)
    told = np.flatnonzero(~np.isnan(each))[::-1]
    out[place[told]] = each[told]
    return out


def _most_until(season: Ints, counts: Ints) -> Ints:
    """Return the most games that any club had counted in a season until each one's, shape (keys,)."""
    years, of_year = np.unique(season, return_inverse=True)
    most = np.zeros(len(years), np.int64)
    np.maximum.at(most, of_year, counts)
    out: Ints = np.maximum.accumulate(most)[of_year]
    return out


def _records(form: Form, keys: Ints) -> tuple[Floats, Floats]:
    """Return the share of games won by each club and season, and that of its last 40 games; NaN without any."""
    whole = form.results.until(keys, LAST_DAY)
    finish = whole.latest(RECORD_FINISH)
    return ratio(form.results.sums(whole)[:, 0], whole.count), ratio(form.results.sums(finish)[:, 0], finish.count)


def _seasons_back(home: Ints, season: Ints, known: npt.NDArray[np.bool_], ago: int) -> Ints:
    """Return the place of the `ago`-th known season before each club's season, shape (keys,); -1 if there is none."""
    places = np.flatnonzero(known)
    before = np.searchsorted(places, np.arange(len(home))) - ago
    at = np.where(before >= 0, places[np.maximum(before, 0)] if len(places) else -1, -1)
    near = (home[at] == home) & (season - season[at] <= OLDEST_LAG + ago - 1)
    return np.where((at >= 0) & near, at, -1)


def _projected(columns: Floats, change: Floats, season: Ints) -> Floats:
    """Return the change of each season's level foretold by a ridge regression on all earlier seasons, shape (keys,)."""
    out = np.full(len(season), np.nan)
    for year in np.unique(season):
        earlier = (season < year) & ~np.isnan(change)
        if earlier.sum() < FEWEST_SEASONS:
            continue
        x, y, now = columns[earlier], change[earlier], season == year
        centre = np.nan_to_num(np.nanmean(np.where(np.isnan(x).all(axis=0), 0.0, x), axis=0))
        x, asked = (np.where(np.isnan(each), centre, each) - centre for each in (x, columns[now]))
        spread = np.maximum(x.std(axis=0), 1e-6)
        x, asked = x / spread, np.clip(asked / spread, -5.0, 5.0)
        weights = 0.5 ** ((year - season[earlier]) / HALF_LIFE)
        mean = np.average(y, weights=weights)
        weighted = (x * weights[:, None]).T
        slopes = np.linalg.solve(weighted @ x + PENALTY * np.eye(x.shape[1]), weighted @ (y - mean))
        out[now] = mean + asked @ slopes
    return out
