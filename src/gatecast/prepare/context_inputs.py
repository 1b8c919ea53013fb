"""Games, queries and inputs of the pretrained network as plain arrays, and the names of what it is shown."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CANDIDATES", "FEATURES", "FIGURES", "TOKENS", "ContextGames", "ContextInputs", "Query", "seasons_by_gap"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

OFF_SEASON = 60
"""Days without a game that end a season."""
WEEKDAYS = 7
CANDIDATES = (
    "level", "regression", "least_squares", "weekday_mean", "last_weekday_mean", "season_mean", "last_season_mean",
    "regression_recent", "fill_level",
)  # fmt: skip
"""Simple forecasts that the network may start from."""
CLUB = (
    *CANDIDATES[1:], "weekday_effect", "month_effect", "recent3", "recent6", "recent12", "recent25", "recent_weekday",
    "year_day_effect", "year_day_weight", "visitor_effect", "visitor_weight", "series_last", "series_seen",
    "hour_effect", "hour_weight", "opener_effect", "opener_seen", "spread", "spread_recent", "sold_out_share",
    "largest", "upper", "lower", "two_seasons_ago", "weekday_count", "month_count", "season_games", "last_games",
    "games", "since_last", "trend", "level_change",
)  # fmt: skip
QUERY = (
    "seats", "seats_known", "lead", "hour", "hour_known", "is_opener", "is_double", "series_game", "rest_days",
    "season_day", "venue_games", "venue_new", "seats_change", "visitor_known", "year_known", "year_sine",
    "year_cosine", "summer", "holiday", "holiday_eve", *(f"weekday{i}" for i in range(WEEKDAYS)), "undated",
    "before_season", "density",
)  # fmt: skip
LEAGUE = (
    "league_known", "visitor_draw", "visitor_games", "league_drift", "league_drift_games", "league_weekday",
    "league_month", "league_level", "league_level_spread", "league_fill_spread",
)  # fmt: skip
FEATURES = (*CLUB, *QUERY, *LEAGUE)
TOKENS = 32
"""Past games shown one by one."""
FIGURES = 17


@dataclass(frozen=True)
class ContextGames:
    """Home games of one or more clubs in order of day, as plain arrays, shape (games,).

    Parameters
    ----------
    day : ndarray of int
        Day number, or the place in the order of play where there are no dates.
    season : ndarray of int
    weekday, month : ndarray of int
        0 for Monday, 1 for January; -1 where unknown.
    year_day, hour, seats, attendance : ndarray of float
        NaN where unknown; attendance of games to come, too.
    home, visitor, venue : ndarray of int
        Codes; -1 where unknown.
    double : ndarray of bool
        One of two games on a day.
    """

    day: Ints
    season: Ints
    weekday: Ints
    month: Ints
    year_day: Floats
    hour: Floats
    home: Ints
    visitor: Ints
    venue: Ints
    double: Flags
    seats: Floats
    attendance: Floats

    def __len__(self) -> int:
        return len(self.day)

    def take(self, rows: Rows | Flags) -> ContextGames:
        """Return the games in `rows`, in that order."""
        return ContextGames(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def with_columns(self, **columns: npt.NDArray[Any]) -> ContextGames:
        """Return the same games with some columns replaced."""
        return replace(self, **columns)


@dataclass(frozen=True)
class Query:
    """Games to forecast: what is known of them with the schedule, shape (queries,).

    Parameters
    ----------
    games : ContextGames
        Attendance is not looked at.
    opener : ndarray of bool
        First home game of a season but the first one in the table.
    series_game, rest_days : ndarray of float
        Place in the series with the visitor, from 0; days since the home game before.
    season_day : ndarray of float
        Days since the season began.
    density : ndarray of float
        Home games a day in the season.
    """

    games: ContextGames
    opener: Flags
    series_game: Floats
    rest_days: Floats
    season_day: Floats
    density: Floats

    def take(self, rows: Rows | Flags) -> Query:
        """Return some of the queries."""
        return Query(
            self.games.take(rows), *(getattr(self, each.name)[rows] for each in fields(self) if each.name != "games")
        )


@dataclass(frozen=True)
class ContextInputs:
    """Hold the inputs of the network.

    Parameters
    ----------
    features : ndarray of float32, shape (queries, features)
        In the order of `FEATURES`.
    tokens : ndarray of float32, shape (queries, 32, figures)
        The latest known games, the last one last; zeros where there are fewer.
    candidates : ndarray of float32, shape (queries, candidates)
        Logarithms of simple forecasts, less the club's level.
    club_level : ndarray of float, shape (queries,)
        Logarithm of the mean attendance of the club's latest games, to which all figures are relative.
    games : ndarray of int, shape (queries,)
        Own past games known.
    """

    features: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.float32]
    candidates: npt.NDArray[np.float32]
    club_level: Floats
    games: Ints

    @classmethod
    def empty(cls, queries: int) -> ContextInputs:
        """Return inputs of so many queries, all 0."""
        return cls(
            np.zeros((queries, len(FEATURES)), np.float32),
            np.zeros((queries, TOKENS, FIGURES), np.float32),
            np.zeros((queries, len(CANDIDATES)), np.float32),
            np.zeros(queries),
            np.zeros(queries, np.int64),
        )

    def take(self, rows: Rows | Flags) -> ContextInputs:
        """Return the inputs of some queries."""
        return ContextInputs(
            self.features[rows], self.tokens[rows], self.candidates[rows], self.club_level[rows], self.games[rows]
        )


def seasons_by_gap(day: Ints) -> Ints:
    """Count the seasons of games in order of day: 60 days without a game begin a new one.

    Unlike `gatecast.games.seasons`, which names seasons for people, this looks at nothing but days: pretraining saw
    seasons told apart so, also of simulated leagues and of cut histories.
    """
    return np.cumsum(np.diff(day, prepend=day[:1]) >= OFF_SEASON).astype(np.int64)
