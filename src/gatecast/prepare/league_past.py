"""Figures of the other clubs of a table at any cutoff: visitors, the season so far, weekdays, months and levels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from gatecast.prepare.club_past import LEVEL_GAMES, ClubPast
from gatecast.prepare.context_inputs import ContextGames
from gatecast.prepare.context_sums import MONTHS, WEEKDAYS, log_seats_of, one_hot, sums

__all__ = ["LeaguePast"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class LeaguePast:
    """Hold the figures of the other clubs: how visitors draw, how the season goes, what weekdays and months bring."""

    def __init__(self, games: ContextGames, clubs: Iterable[ClubPast]) -> None:
        log_seats = log_seats_of(games.seats)
        known = np.flatnonzero(games.attendance > 0)
        y = np.log(games.attendance[known])
        level, expected = np.full(len(known), np.nan), np.full(len(known), np.nan)
        before = np.full(len(known), np.nan)
        where = {int(row): i for i, row in enumerate(known)}
        for club in clubs:
            rows = club.rows[club.known]
            if not len(rows):
                continue
            spot = np.array([where[int(row)] for row in rows])
            count = club.count_until(games.day[rows] - 1)
            weights, base = club.regression(count)
            expected[spot] = np.where(count > 4, base + (club.x * weights).sum(axis=1), np.nan)
            begin = np.maximum(count - LEVEL_GAMES, 0)
            level[spot] = np.where(
                count > 4, (club.total[count] - club.total[begin]) / np.maximum(count - begin, 1), np.nan
            )
            season = np.searchsorted(club.latest_seasons, club.past.season)
            last = np.clip(season - 1, 0, None)
            end = len(club.y)
            games_then = np.where(season > 0, club.season_count[end, last], 0)
            before[spot] = np.where(games_then > 4, club.season_sum[end, last] / np.maximum(games_then, 1), np.nan)
        self.day = games.day[known]
        past = games.take(known)
        residual = np.nan_to_num(np.clip(y - expected, -1.5, 1.5))
        used = np.isfinite(expected)
        self.visitors = {}
        for visitor in np.unique(past.visitor[past.visitor >= 0]):
            selected = (past.visitor == visitor) & used
            self.visitors[int(visitor)] = (self.day[selected], sums(residual[selected]))
        change = np.nan_to_num(np.clip(y - before, -1.5, 1.5))
        self.seasons = {}
        for season in np.unique(games.season):
            selected = (past.season == season) & np.isfinite(before)
            self.seasons[int(season)] = (self.day[selected], sums(change[selected]))
        effect = np.nan_to_num(np.clip(y - level, -1.5, 1.5))
        usable = np.isfinite(level)
        weekday, month = one_hot(past.weekday, WEEKDAYS), one_hot(past.month - 1, MONTHS)
        self.weekday = sums(weekday * (effect * usable)[:, None]), sums(weekday * usable[:, None])
        self.month = sums(month * (effect * usable)[:, None]), sums(month * usable[:, None])
        fill = y - log_seats[known]
        filled = np.isfinite(fill)
        self.moments = sums(np.stack([y, y**2, np.ones_like(y)], axis=1))
        fill = np.nan_to_num(fill)
        self.fill = sums(np.stack([fill, fill**2, filled.astype(np.float64), np.nan_to_num(log_seats[known])], 1))

    def features_at(self, query: ContextGames, cutoffs: Ints, log_seats: Floats) -> dict[str, Floats]:
        """Return what the league told at each cutoff, (queries,) by name; levels NaN where it told none."""
        queries = len(query)
        draw, drawn, drift, drifted = (np.zeros(queries) for _ in range(4))
        for visitor in np.unique(query.visitor):
            if int(visitor) in self.visitors:
                selected = query.visitor == visitor
                days, total = self.visitors[int(visitor)]
                end = np.searchsorted(days, cutoffs[selected], "right")
                begin = np.maximum(end - 60, 0)
                draw[selected] = (total[end] - total[begin]) / (end - begin + 8.0)
                drawn[selected] = end - begin
        for season in np.unique(query.season):
            selected = query.season == season
            days, total = self.seasons[int(season)]
            end = np.searchsorted(days, cutoffs[selected], "right")
            drift[selected], drifted[selected] = total[end] / (end + 20.0), end
        end = np.searchsorted(self.day, cutoffs, "right")
        weekday, month = np.clip(query.weekday, 0, None), np.clip(query.month - 1, 0, None)
        effects = {}
        for name, (total, count), place, known in (
            ("league_weekday", self.weekday, weekday, query.weekday >= 0),
            ("league_month", self.month, month, query.month > 0),
        ):
            overall = total[end].sum(axis=1) / (count[end].sum(axis=1) + 5.0)
            effects[name] = np.where(known, total[end, place] / (count[end, place] + 15.0) - overall, 0.0)
        year = np.searchsorted(self.day, cutoffs - 300, "right")
        begin = np.where(end - year > 50, year, 0)
        mean, square, count = ((self.moments[end] - self.moments[begin])[:, i] for i in range(3))
        mean, square = mean / np.maximum(count, 1), square / np.maximum(count, 1)
        fill, fill_square, filled, seats = ((self.fill[end] - self.fill[begin])[:, i] for i in range(4))
        enough = filled > 0.8 * np.maximum(count, 1)
        filled = np.maximum(filled, 1)
        fill, fill_square, seats = fill / filled, fill_square / filled, seats / filled
        unknown = count < 1
        level = np.where(
            unknown, np.nan, mean + np.where(enough & np.isfinite(log_seats), 0.6 * (log_seats - seats), 0.0)
        )
        return {
            "league_known": np.ones(queries),
            "visitor_draw": draw,
            "visitor_games": np.log1p(drawn) / 2,
            "league_drift": drift,
            "league_drift_games": np.log1p(drifted) / 3,
            **effects,
            "league_level": level,
            "fill_level": np.where(enough, fill + log_seats, np.nan),
            "league_level_spread": np.sqrt(np.maximum(square - mean**2, 0.0)),
            "league_fill_spread": np.where(enough, np.sqrt(np.maximum(fill_square - fill**2, 0.0)), 0.0),
        }
