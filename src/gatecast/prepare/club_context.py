"""Show the pretrained network a game and the club's own past games: relative, nameless, at any cutoff.

Every figure is a difference of logarithms from the club's own recent level, so that a club of 300 and one of 40,000
look alike, and no club, league or year can be recognised. All of them follow from sums over the games known at the
cutoff, which is why any (game, cutoff) is a look-up.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from gatecast.prepare.club_past import ClubPast
from gatecast.prepare.context_inputs import FEATURES, ContextGames, ContextInputs, Query
from gatecast.prepare.context_sums import log_seats_of
from gatecast.prepare.league_past import LeaguePast

__all__ = ["ClubContexts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

BLOCK = 512
"""Queries looked up at a time: what they need grows with queries times past games."""
BASEBALL_MONTHS = (3, 11)
"""A season within these months is shown the time of the year as it is; others only their own past."""


class ClubContexts:
    """Hold sums over a table of games, from which what was known of any game at any cutoff follows.

    Parameters
    ----------
    games : ContextGames
        In order of day. A table of several clubs is taken for a league.
    """

    def __init__(self, games: ContextGames) -> None:
        self.games = games
        self.clubs = {int(home): ClubPast(games, np.flatnonzero(games.home == home)) for home in np.unique(games.home)}
        first: dict[int, int] = {}
        for season, day in zip(games.season.tolist(), games.day.tolist(), strict=True):
            first.setdefault(season, day)
        self.season_start = np.array([first[s] for s in games.season.tolist()], np.int64)
        months = games.month[games.month > 0]
        summer = bool(len(months)) and bool(((months >= BASEBALL_MONTHS[0]) & (months <= BASEBALL_MONTHS[1])).all())
        self.shows_year = summer and self.density.max(initial=0.0) > 0.3
        self.league = LeaguePast(games, self.clubs.values()) if len(self.clubs) > 1 else None

    @cached_property
    def density(self) -> Floats:
        """Home games a day within a season of each club, by row."""
        out = np.zeros(len(self.games))
        for club in self.clubs.values():
            rows = club.rows
            day, season = self.games.day[rows], self.games.season[rows]
            for s in np.unique(season):
                inside = season == s
                span = max(day[inside].max() - day[inside].min() + 1, 14)
                out[rows[inside]] = inside.sum() / span
        return out

    def queries(self, rows: Rows) -> Query:
        """Return games of the table as queries, by where they stand."""
        return self._queries.take(rows)

    @cached_property
    def _queries(self) -> Query:
        columns = {name: np.zeros(len(self.games)) for name in ("opener", "series_game", "rest_days")}
        for club in self.clubs.values():
            columns["opener"][club.rows] = club.opens & (np.arange(len(club.rows)) > 0)
            columns["series_game"][club.rows] = club.series_game
            columns["rest_days"][club.rows] = club.rest_days
        return Query(
            self.games,
            columns["opener"] > 0,
            columns["series_game"],
            columns["rest_days"],
            (self.games.day - self.season_start).astype(np.float64),
            self.density,
        )

    def at(self, rows: Rows, cutoffs: Ints) -> ContextInputs:
        """Return inputs of games of the table, each from what was known at the end of its cutoff day.

        Parameters
        ----------
        rows : ndarray of int, shape (queries,)
            Where the games stand in the table; repeats are allowed.
        cutoffs : ndarray of int, shape (queries,)
        """
        return self.of(self.queries(rows), cutoffs)

    def of(self, query: Query, cutoffs: Ints) -> ContextInputs:
        """Return inputs of any queries at these clubs, each from what was known at the end of its cutoff day."""
        out = ContextInputs.empty(len(cutoffs))
        place = {name: i for i, name in enumerate(FEATURES)}
        homes = query.games.home
        for home in np.unique(homes):
            of_club = np.flatnonzero(homes == home)
            for where in np.array_split(of_club, -(-len(of_club) // BLOCK)):
                part, part_cutoffs = query.take(where), cutoffs[where]
                league = None
                if self.league:
                    league = self.league.features_at(part.games, part_cutoffs, log_seats_of(part.games.seats))
                named, tokens, candidates, level, count = self.clubs[int(home)].features_at(
                    part, part_cutoffs, league=league, shows_year=self.shows_year
                )
                for name, values in named.items():
                    out.features[where, place[name]] = values
                out.tokens[where], out.candidates[where] = tokens, candidates
                out.club_level[where], out.games[where] = level, count
        np.clip(out.features, -6.0, 8.0, out=out.features)
        np.clip(out.candidates, -2.5, 2.5, out=out.candidates)
        return out
