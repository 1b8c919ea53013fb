"""Contexts that the pretrained network learns from: real clubs and leagues, and leagues that never were.

A context is a table of games, cut and hidden at random, and games of it that are asked for, each from a cutoff of its
own. `tools/pretrain.py` makes samples of them.

The information used here was obtained free of charge from and is copyrighted by Retrosheet. Interested parties may
contact Retrosheet at "www.retrosheet.org".
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import ContextGames, seasons_by_gap

__all__ = ["FIRST_SEASON", "Drawn", "Random", "Source", "asked_of_club", "one_club", "one_league", "simulated"]

Random = np.random.Generator
Rows = npt.NDArray[np.intp]
Drawn = tuple[ContextGames, Rows, npt.NDArray[np.int64]]

FIRST_SEASON = 1995
RESTRICTED = (2020, 2021)
MOVES = 0.1
"""Chance that a simulated club moves to a new ballpark before a season."""
NEW_PARK, NEW_PARK_APART, KEPT = 0.2, 0.2, 0.6
"""What a new ballpark brings in its first season in logarithms, how far apart clubs are in it, and the share of it that
stays: in the major leagues of 1995 to 2005 from nothing to a half more people."""
FEWEST_PEOPLE = 500
ONE_FRANCHISE = {"FLO": "MIA", "MON": "WAS", "CAL": "ANA"}


# ---- what contexts are drawn from ----


@dataclass(frozen=True)
class Source:
    """Real games, of all clubs and by club."""

    everyone: ContextGames
    clubs: list[ContextGames]

    @classmethod
    def of(cls, path: Path, first: int, last: int) -> Source:
        """Return the games of some seasons from a file that `write_source` wrote."""
        with np.load(path) as saved:
            games = ContextGames(**{each.name: saved[each.name] for each in fields(ContextGames)})
        games = games.take((games.season >= first) & (games.season <= last) & ~np.isin(games.season, RESTRICTED))
        return cls(games, [games.take(games.home == home) for home in np.unique(games.home)])


def write_source(games: Path, out: Path) -> None:
    """Write a games table as plain arrays, which need nothing but NumPy to be read."""
    import polars as pl

    from gatecast.collect import read_games
    from gatecast.forecast.combined import context_games
    from gatecast.games import Games
    from gatecast.games import columns as c

    table = read_games(games).table
    table = table.filter(pl.col(c.SEASON) >= FIRST_SEASON).with_columns(
        pl.col(c.HOME, c.VISITOR).replace(ONE_FRANCHISE),
        pl.when(pl.col(c.ATTENDANCE) > FEWEST_PEOPLE).then(c.ATTENDANCE),
    )
    made = context_games(Games(table))
    made = made.with_columns(season=table[c.SEASON].to_numpy().astype(np.int64))
    np.savez(out, **{each.name: getattr(made, each.name) for each in fields(ContextGames)})


def hidden(draw: Random, games: ContextGames, single: bool) -> ContextGames:
    """The games without columns that many users do not have."""
    rows, changes = len(games), {}
    if draw.random() < 0.3:
        changes["seats"] = np.full(rows, np.nan)
    elif draw.random() < 0.15:
        changes["seats"] = np.round(games.seats * np.exp(draw.normal(0, 0.1)))
    if draw.random() < 0.2:
        changes["hour"] = np.full(rows, np.nan)
    if draw.random() < 0.2:
        changes["visitor"] = np.full(rows, -1, np.int64)
    if single and draw.random() < 0.08:
        unknown = np.full(rows, -1, np.int64)
        changes |= {
            "day": np.arange(rows, dtype=np.int64),
            "season": np.zeros(rows, np.int64),
            "weekday": unknown,
            "month": unknown,
            "year_day": np.full(rows, np.nan),
        }
    return games.with_columns(**changes)


def thinned(draw: Random, games: ContextGames) -> ContextGames:
    """The games, or so few of them that another sport might have them."""
    kind, rows = draw.random(), len(games)
    if kind < 0.6:
        return games
    if kind < 0.72:
        keep = np.isin(games.weekday, [4, 5, 6]) & (draw.random(rows) < draw.uniform(0.4, 1))
    elif kind < 0.8:
        keep = np.isin(games.weekday, [5, 6]) & (draw.random(rows) < draw.uniform(0.5, 1))
    elif kind < 0.9:
        keep = draw.random(rows) < draw.uniform(0.2, 0.8)
    else:
        spell = (games.day // draw.integers(3, 8)) + games.home * 1_000_003
        _, first = np.unique(spell, return_index=True)
        keep = np.isin(np.arange(rows), first)
    return games.take(keep)


def moved(draw: Random, games: ContextGames) -> ContextGames:
    """The games at their time of the year, or weeks later, as a winter league's."""
    if draw.random() < 0.85:
        return games
    day = games.day + int(draw.integers(60, 300)) // 7 * 7
    date = day.astype("datetime64[D]")
    return games.with_columns(
        day=day,
        month=(date.astype("datetime64[M]").astype(np.int64) % 12) + 1,
        year_day=(date - date.astype("datetime64[Y]")).astype(np.float64) + 1,
    )


def noisy(draw: Random, games: ContextGames) -> ContextGames:
    """The games with their attendance, or with more noise and of another size."""
    if draw.random() < 0.6:
        return games
    size = np.exp(draw.uniform(-4, 0.5))
    people = games.attendance * np.exp(draw.normal(0, draw.choice([0.03, 0.06, 0.1, 0.2]), len(games)))
    people = np.fmin(people, np.fmax(games.seats, games.attendance))
    return games.with_columns(
        attendance=np.maximum(np.round(people * size), 1.0), seats=np.maximum(np.round(games.seats * size), 1.0)
    )


# ---- contexts ----


def one_club(draw: Random, source: Source) -> Drawn | None:
    """One club's spreadsheet: from one to five seasons, or a piece of them."""
    games = source.clubs[draw.integers(len(source.clubs))]
    games = games.take(np.isin(games.season, _seasons(draw, games)))
    if len(games) < 15:
        return None
    if draw.random() < 0.4:
        games = games.take(np.arange(draw.integers(0, len(games) // 2), len(games)))
    games = thinned(draw, games)
    if len(games) < 12:
        return None
    return asked_of_club(draw, _counted(moved(draw, hidden(draw, noisy(draw, games), single=True))), 128)


def one_league(draw: Random, source: Source) -> Drawn | None:
    """Some clubs of the league, of which a few may be new in the last season."""
    games, seasons = source.everyone, _seasons(draw, source.everyone)
    inside = np.isin(games.season, seasons)
    clubs = np.unique(games.home[inside])
    clubs = draw.choice(clubs, int(draw.integers(6, len(clubs) + 1)), replace=False)
    games = games.take(inside & np.isin(games.home, clubs))
    new: npt.NDArray[np.int64] = np.zeros(0, np.int64)
    if len(seasons) > 1 and draw.random() < 0.5:
        new = draw.choice(clubs, min(len(clubs) - 3, int(draw.integers(1, 6))), replace=False)
        games = games.take((games.season == seasons[-1]) | ~(np.isin(games.home, new) | np.isin(games.visitor, new)))
    games = _counted(moved(draw, hidden(draw, noisy(draw, thinned(draw, games)), single=False)))
    return asked_of_league(draw, games, new, 640) if len(games) >= 100 else None


def asked_of_club(draw: Random, games: ContextGames, queries: int) -> Drawn | None:
    """Games of one club, each after a random number of past ones, or before a season."""
    known = np.flatnonzero(np.isfinite(games.attendance))
    if len(known) < 8:
        return None
    starts = {int(s): int(games.day[games.season == s].min()) for s in np.unique(games.season)}
    rows, cutoffs = [], []
    for _ in range(queries):
        if len(starts) > 1 and draw.random() < 0.25:
            season = int(draw.choice(list(starts)[1:]))
            coming = known[games.season[known] == season]
            cutoff = starts[season] - int(draw.integers(5, 60))
        else:
            past = int(np.exp(draw.uniform(np.log(2), np.log(len(known) - 1))))
            cutoff = int(games.day[known[past - 1]]) + int(draw.random() < 0.15)
            coming = known[games.day[known] > cutoff][: int(draw.choice([3, 8, 30, 70]))]
            coming = coming[games.season[coming] == games.season[coming[0]]] if len(coming) else coming
        if len(coming):
            rows.append(draw.choice(coming))
            cutoffs.append(cutoff)
    return (games, np.array(rows, np.intp), np.array(cutoffs, np.int64)) if rows else None


def asked_of_league(draw: Random, games: ContextGames, new: npt.NDArray[np.int64], queries: int) -> Drawn | None:
    """Games of a league at random leads, those of new clubs more often than others."""
    known = np.flatnonzero(np.isfinite(games.attendance))
    first = games.season.min()
    starts = {int(s): int(games.day[games.season == s].min()) for s in np.unique(games.season)}
    later = known[games.season[known] > first] if len(starts) > 1 and draw.random() < 0.8 else known
    mine = known[np.isin(games.home[known], new)]
    rows, cutoffs = [], []
    for _ in range(queries):
        row = draw.choice(mine if len(mine) and draw.random() < 0.6 else later)
        day, season = int(games.day[row]), int(games.season[row])
        if draw.random() < 0.3 and season > first:
            cutoff = min(starts[season] - int(draw.integers(5, 60)), day - 1)
        else:
            cutoff = day - max(int(np.exp(draw.uniform(0, np.log(draw.choice([7, 31, 120]))))), 1)
        if cutoff >= games.day[0] + 2:
            rows.append(row)
            cutoffs.append(cutoff)
    return (games, np.array(rows, np.intp), np.array(cutoffs, np.int64)) if rows else None


def _seasons(draw: Random, games: ContextGames) -> npt.NDArray[np.int64]:
    """One to five seasons in a row."""
    seasons = np.unique(games.season)
    count = int(draw.integers(1, 6))
    first = int(draw.integers(0, max(len(seasons) - count, 0) + 1))
    return seasons[first : first + count]


def _counted(games: ContextGames) -> ContextGames:
    """The games with seasons as a forecast would tell them apart."""
    return games.with_columns(season=seasons_by_gap(games.day)) if (games.weekday >= 0).all() else games


# ---- leagues that never were ----


@dataclass(frozen=True)
class Sport:
    """What the clubs of a simulated league have in common; effects are logarithms."""

    clubs: int
    seasons: int
    first_day: int
    length: int
    home_games: int
    in_series: bool
    weekday_chance: npt.NDArray[np.float64]
    weekday: npt.NDArray[np.float64]
    weekday_of_clubs: float
    month: npt.NDArray[np.float64]
    swing: tuple[float, float]
    visitors: npt.NDArray[np.float64]
    level: float
    levels_apart: float
    season_apart: float
    shared: npt.NDArray[np.float64]
    walk: float
    noise: float
    opener: float
    trend: float
    holidays: npt.NDArray[np.int64]
    holiday: float
    one_hour: bool

    @classmethod
    def drawn(cls, draw: Random) -> Sport:
        clubs = 1 if draw.random() < 0.4 else int(draw.integers(4, 21))
        seasons, length = int(draw.integers(1, 6)), int(draw.integers(70, 290))
        chance = draw.dirichlet(draw.choice([0.3, 1, 3]) * np.array([0.6, 0.7, 0.9, 0.8, 1.2, 1.8, 1.3])) + 1e-3
        weekend = np.array([0, -0.2, -0.1, -0.05, 0.3, 0.7, 0.4]) * abs(draw.normal(0, 0.3))
        season_apart = draw.choice([0.03, 0.08, 0.15, 0.25])
        return cls(
            clubs=clubs,
            seasons=seasons,
            first_day=10957 + 365 * int(draw.integers(0, 20)) + int(draw.integers(0, 365)),
            length=length,
            home_games=min(int(np.exp(draw.uniform(np.log(9), np.log(82)))), length - 5),
            in_series=draw.random() < 0.4,
            weekday_chance=chance,
            weekday=draw.normal(0, 1, 7) * draw.choice([0.03, 0.08, 0.15, 0.25]) + weekend,
            weekday_of_clubs=draw.choice([0.0, 0.04, 0.1]),
            month=draw.normal(0, 0.05, 12),
            swing=(abs(draw.normal(0, 0.15)), draw.uniform(0, 6.28)),
            visitors=draw.normal(0, draw.choice([0.02, 0.07, 0.15, 0.25]), max(clubs, 12)),
            level=draw.uniform(np.log(250), np.log(45000)),
            levels_apart=draw.uniform(0.05, 0.8),
            season_apart=season_apart,
            shared=draw.normal(0, season_apart * 0.6, seasons + 1),
            walk=draw.choice([0.0, 0.01, 0.02, 0.04]),
            noise=np.exp(draw.uniform(np.log(0.04), np.log(0.4))),
            opener=max(0.0, draw.normal(0.2, 0.25)),
            trend=draw.normal(0, 0.1),
            holidays=draw.integers(0, 365, 6),
            holiday=abs(draw.normal(0, 0.15)),
            one_hour=draw.random() < 0.3,
        )

    def days(self, draw: Random, first: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Days and visitors of a home season."""
        games = max(4, int(self.home_games * draw.uniform(0.9, 1)))
        if not self.in_series:
            every = np.arange(first, first + self.length)
            chance = self.weekday_chance[(every + 3) % 7]
            day = np.sort(draw.choice(every, min(games, len(every)), replace=False, p=chance / chance.sum()))
            turns = draw.permutation(np.tile(np.arange(len(self.visitors)), len(day) // len(self.visitors) + 1))
            return day, turns[: len(day)]
        days: list[int] = []
        day_now = first + int(draw.integers(0, 5))
        while day_now < first + self.length and len(days) < games:
            long = int(draw.integers(2, 5))
            days += range(day_now, day_now + long)
            day_now += long + int(draw.integers(0, max(2, int(2 * long * (self.length / games - 1)) + 1)))
        day = np.array([each for each in days if each < first + self.length][:games])
        series = np.cumsum(np.r_[0, np.diff(day) > 1])
        return day, draw.integers(0, len(self.visitors), series.max() + 1)[series]


def simulated(draw: Random) -> Drawn | None:
    """A club or a league of a sport that never was."""
    sport = Sport.drawn(draw)
    parts = [part for club in range(sport.clubs) for part in _simulated_club(draw, sport, club)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns["home"], columns["day"]))
    columns = {name: values[order] for name, values in columns.items()}
    columns = {
        name: values.astype(np.int64) if values.dtype.kind == "i" else values for name, values in columns.items()
    }
    games = _counted(hidden(draw, ContextGames(**columns), sport.clubs == 1))
    if sport.clubs == 1:
        return asked_of_club(draw, games, 200)
    new = np.zeros(0, np.int64)
    if sport.seasons > 1 and draw.random() < 0.4:
        new = draw.choice(sport.clubs, min(2, sport.clubs - 2), replace=False)
        games = games.take((games.season == games.season.max()) | ~np.isin(games.home, new))
    return asked_of_league(draw, games, new, 200)


def _simulated_club(draw: Random, sport: Sport, club: int) -> list[dict[str, npt.NDArray[Any]]]:
    usual = sport.level + sport.levels_apart * draw.standard_t(5) * 0.8
    seats = np.exp(usual + draw.uniform(-0.05, 1.2))
    weekday = sport.weekday + draw.normal(0, sport.weekday_of_clubs, 7)
    noise, month = sport.noise * np.exp(draw.normal(0, 0.2)), sport.month + draw.normal(0, 0.05, 12)
    hours, level, venue, out = draw.choice([13, 14, 15, 17, 18, 19, 19.5, 20], 2), usual, club, []
    for season in range(sport.seasons):
        level = usual + (level - usual) * 0.8 + draw.normal(0, sport.season_apart) + sport.trend / sport.seasons
        gain = 0.0
        if season > 0 and draw.random() < MOVES:
            venue, seats = venue + 100, seats * np.exp(draw.normal(-0.05, 0.3))
            gain = NEW_PARK + NEW_PARK_APART * draw.standard_t(4)
            usual, level = usual + KEPT * gain, level + KEPT * gain
        day, visitor = sport.days(draw, sport.first_day + 365 * season + season // 4)
        rows, on = len(day), (day + 3) % 7
        date = day.astype("datetime64[D]")
        in_year = (date - date.astype("datetime64[Y]")).astype(np.int64) + 1
        in_month = date.astype("datetime64[M]").astype(np.int64) % 12
        swing, phase = sport.swing
        log_people = (
            level
            + sport.shared[season]
            + (1.0 - KEPT) * gain
            + np.cumsum(draw.normal(0, sport.walk, rows))
            + weekday[on]
            + month[in_month]
            + swing * np.sin(2 * np.pi * in_year / 365 + phase)
            + sport.visitors[visitor]
            + sport.holiday * np.isin(in_year, sport.holidays)
            + (draw.random(rows) < 0.08) * abs(draw.normal(0, 0.25))
            + _errors(draw, rows, noise)
        )
        log_people[0] += sport.opener
        hour = np.full(rows, hours[0]) if sport.one_hour else np.where(np.isin(on, [5, 6]), hours[0], hours[1])
        out.append(
            {
                "day": day,
                "season": np.full(rows, season),
                "weekday": on,
                "month": in_month + 1,
                "year_day": in_year.astype(np.float64),
                "hour": hour.astype(np.float64),
                "home": np.full(rows, club),
                "visitor": visitor,
                "venue": np.full(rows, venue),
                "double": np.zeros(rows, bool),
                "seats": np.full(rows, np.round(seats)),
                "attendance": np.maximum(np.round(np.minimum(np.exp(log_people), seats)), 1.0),
            }
        )
    return out


def _errors(draw: Random, rows: int, spread: float) -> npt.NDArray[np.float64]:
    """Noise of single games, normal or with wide tails, alone or going on from game to game."""
    out = draw.normal(0, spread, rows) if draw.random() < 0.7 else draw.standard_t(3, rows) * spread * 0.6
    kept = float(draw.choice([0.0, 0.0, 0.3, 0.6]))
    for i in range(1, rows):
        out[i] = kept * out[i - 1] + np.sqrt(1 - kept**2) * out[i]
    return out
