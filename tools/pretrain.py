"""Train the network that comes with gatecast: on real games through a season, and on leagues that never were.

    gatecast collect retrosheet gl*.zip gameinfo.csv --out games.parquet
    python tools/pretrain.py samples games.parquet --through 2002 --out work/2002
    python tools/pretrain.py train work/2002 --out work/2002.safetensors
    python tools/pretrain.py samples games.parquet --through 2010 --seed 100 --out work/2010
    python tools/pretrain.py train work/2010 --init work/2002.safetensors --rate 0.0015 --epochs 2 --out work/2010.st
    python tools/pretrain.py pack sets.json

`samples` draws clubs and leagues from the games and from a simulation, cuts each history at random, hides
columns at random, and keeps what the network would be shown of games that followed. `--simulated-only` leaves real
games out. `pack` writes the weights into the package with what they have seen; `sets.json` lists them:
[{"name": ..., "leagues": [...], "seasons": [first, last], "through": "2002-09-29", "files": ["work/2002.st"]}].

The information used here was obtained free of charge from and is copyrighted by Retrosheet. Interested parties may
contact Retrosheet at "www.retrosheet.org".
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtri

from gatecast.collect import read_games
from gatecast.forecast.combined import context_games
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.networks.in_context import in_context, log_quantiles
from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import ContextGames, seasons_by_gap
from gatecast.train.pretrained import fresh

Random = np.random.Generator
Rows = npt.NDArray[np.intp]
Drawn = tuple[ContextGames, Rows, npt.NDArray[np.int64]]

FIRST_SEASON = 1995
RESTRICTED = (2020, 2021)
FEWEST_PEOPLE = 500
ONE_FRANCHISE = {"FLO": "MIA", "MON": "WAS", "CAL": "ANA"}
KINDS = (0.4, 0.3, 0.3)
"""Shares of single clubs, of leagues, and of simulated ones."""
CHUNK = 50_000
MOST_APART = 2.5
"""Attendance so many logarithms from the level is no game like others."""
LEVELS = np.array([0.02, 0.05, 0.1, 0.175, 0.25, 0.33, 0.42, 0.5, 0.58, 0.67, 0.75, 0.825, 0.9, 0.95, 0.98])


# ---- what contexts are drawn from ----


@dataclass(frozen=True)
class Source:
    """Real games, of all clubs and by club."""

    everyone: ContextGames
    clubs: list[ContextGames]

    @classmethod
    def of(cls, path: Path, through: int) -> Source:
        table = read_games(path).table
        used = pl.col(c.SEASON).is_between(FIRST_SEASON, through) & ~pl.col(c.SEASON).is_in(RESTRICTED)
        table = table.filter(used).with_columns(
            pl.col(c.HOME, c.VISITOR).replace(ONE_FRANCHISE),
            pl.when(pl.col(c.ATTENDANCE) > FEWEST_PEOPLE).then(c.ATTENDANCE),
        )
        games = context_games(Games(table))
        games = games.with_columns(season=table[c.SEASON].to_numpy().astype(np.int64))
        return cls(games, [games.take(games.home == home) for home in np.unique(games.home)])


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
    if single and draw.random() < 0.02:
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
    games = ContextGames(
        **{name: values.astype(np.int64) if values.dtype.kind == "i" else values for name, values in columns.items()}
    )
    games = _counted(hidden(draw, games, sport.clubs == 1))
    if sport.clubs == 1:
        return asked_of_club(draw, games, 200)
    new = np.zeros(0, np.int64)
    if sport.seasons > 1 and draw.random() < 0.4:
        new = draw.choice(sport.clubs, min(2, sport.clubs - 2), replace=False)
        games = games.take((games.season == games.season.max()) | ~np.isin(games.home, new))
    return asked_of_league(draw, games, new, 200)


def _simulated_club(draw: Random, sport: Sport, club: int) -> list[dict[str, npt.NDArray[Any]]]:
    usual = sport.level + draw.normal(0, sport.levels_apart)
    seats = np.exp(usual + draw.uniform(-0.05, 1.2))
    weekday = sport.weekday + draw.normal(0, sport.weekday_of_clubs, 7)
    noise, month = sport.noise * np.exp(draw.normal(0, 0.2)), sport.month + draw.normal(0, 0.05, 12)
    hours, level, venue, out = draw.choice([13, 14, 15, 17, 18, 19, 19.5, 20], 2), usual, club, []
    for season in range(sport.seasons):
        level = usual + (level - usual) * 0.8 + draw.normal(0, sport.season_apart) + sport.trend / sport.seasons
        moves = season > 0 and draw.random() < 0.03
        if moves:
            venue, seats = 100 + club, seats * np.exp(draw.normal(0, 0.3))
        day, visitor = sport.days(draw, sport.first_day + 365 * season + season // 4)
        rows, on = len(day), (day + 3) % 7
        date = day.astype("datetime64[D]")
        in_year = (date - date.astype("datetime64[Y]")).astype(np.int64) + 1
        in_month = date.astype("datetime64[M]").astype(np.int64) % 12
        swing, phase = sport.swing
        log_people = (
            level
            + sport.shared[season]
            + (abs(draw.normal(0, 0.15)) if moves else 0.0)
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


# ---- samples and training ----


def drawn(draw: Random, source: Source | None) -> Drawn | None:
    """One context."""
    kind = draw.random() if source else 1.0
    if source and kind < KINDS[0]:
        return one_club(draw, source)
    if source and kind < KINDS[0] + KINDS[1]:
        return one_league(draw, source)
    return simulated(draw)


def shown(context: Drawn) -> dict[str, npt.NDArray[Any]]:
    """What the network is shown, what came, and the most that can come, all relative to the club's level."""
    games, rows, cutoffs = context
    contexts = ClubContexts(games)
    inputs = contexts.at(rows, cutoffs)
    most = np.full(len(rows), np.inf)
    for home in np.unique(games.home[rows]):
        club, mine = contexts.clubs[int(home)], np.flatnonzero(games.home[rows] == home)
        largest = np.maximum.accumulate(np.r_[0.0, club.people])[club.known_at(cutoffs[mine])]
        seats = games.seats[rows[mine]]
        most[mine] = np.where(np.isfinite(seats), np.maximum(seats, largest), np.inf)
    came = np.log(np.maximum(games.attendance[rows], 1.0)) - inputs.level
    used = np.isfinite(came) & (np.abs(came) < MOST_APART)
    return {
        "features": inputs.features[used],
        "candidates": inputs.candidates[used],
        "tokens": inputs.tokens[used].astype(np.float16),
        "came": came[used].astype(np.float32),
        "most": np.minimum(np.log(most) - inputs.level, 9.0)[used].astype(np.float32),
    }


def write_samples(source: Source | None, out: Path, chunks: int, seed: int) -> None:
    """Write chunks of samples to a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for chunk in range(chunks):
        draw, parts, count = np.random.default_rng(seed + chunk), [], 0
        while count < CHUNK:
            context = drawn(draw, source)
            if context is not None and len(context[1]):
                parts.append(shown(context))
                count += len(parts[-1]["came"])
        np.savez(out / f"{seed + chunk}.npz", **{name: np.concatenate([p[name] for p in parts]) for name in parts[0]})
        print(f"{out}: {chunk + 1} of {chunks}", flush=True)


def train(folder: Path, out: Path, *, init: Path | None, epochs: int, rate: float, batch: int, seed: int) -> None:
    """Train with AdamW along a cosine, and write the running average of the weights."""
    import jax
    import jax.numpy as jnp
    from safetensors.numpy import load_file, save_file

    chunks = [np.load(path) for path in sorted(folder.glob("*.npz"))]
    data = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0].files}
    rows = len(data["came"])
    steps = epochs * (rows // batch)
    normal = jnp.asarray(ndtri(LEVELS), jnp.float32)
    levels = jnp.asarray(LEVELS, jnp.float32)
    loss = _loss(jnp, jax.random, normal, levels)
    weights = {k: jnp.asarray(v) for k, v in (load_file(init) if init else fresh(seed)).items()}
    zeros = {k: jnp.zeros_like(v) for k, v in weights.items()}
    state = (weights, zeros, zeros, weights)

    @jax.jit
    def step(state: Any, part: Any, i: Any, key: Any) -> Any:
        weights, mean, square, averaged = state
        value, slope = jax.value_and_grad(loss)(weights, part, key)
        norm = jnp.sqrt(sum((each**2).sum() for each in slope.values()))
        slope = {k: each * jnp.minimum(1.0, 1.0 / norm) for k, each in slope.items()}
        now = rate * jnp.minimum((i + 1) / 200, 1.0) * (0.5 * (1 + jnp.cos(jnp.pi * i / steps)) + 0.01)
        mean = {k: 0.9 * mean[k] + 0.1 * slope[k] for k in slope}
        square = {k: 0.995 * square[k] + 0.005 * slope[k] ** 2 for k in slope}
        moved = {
            k: mean[k] / (1 - 0.9 ** (i + 1)) / (jnp.sqrt(square[k] / (1 - 0.995 ** (i + 1))) + 1e-8) for k in slope
        }
        weights = {k: v - now * (moved[k] + (0.01 * v if v.ndim == 2 else 0.0)) for k, v in weights.items()}
        averaged = {k: 0.998 * averaged[k] + 0.002 * weights[k] for k in weights}
        return (weights, mean, square, averaged), value

    draw, key, done, recent = np.random.default_rng(seed), jax.random.PRNGKey(seed), 0, 0.0
    for _ in range(epochs):
        order = draw.permutation(rows)
        for begin in range(0, rows - batch + 1, batch):
            chosen = np.sort(order[begin : begin + batch])
            part = {name: values[chosen].astype(np.float32) for name, values in data.items()}
            state, value = step(state, part, done, jax.random.fold_in(key, done))
            done += 1
            recent = float(value) if done == 1 else 0.99 * recent + 0.01 * float(value)
            if done % 100 == 0:
                print(f"{out}: step {done} of {steps}, loss {recent:.4f}", flush=True)
        save_file({name: np.asarray(value) for name, value in state[3].items()}, out)


def _loss(jnp: Any, random: Any, normal: Any, levels: Any) -> Callable[[Any, Any, Any], Any]:
    """The pinball loss of attendance relative to the level, censored at what the venue holds."""

    def loss(weights: Any, part: Any, key: Any) -> Any:
        def dropped(x: Any, place: int) -> Any:
            return x * random.bernoulli(random.fold_in(key, place), 0.9, x.shape) / 0.9

        parameters = in_context(weights, part["features"], part["candidates"], part["tokens"], xp=jnp, noise=dropped)
        quantiles = jnp.clip(log_quantiles(parameters, normal, jnp), -3.5, 2.5)
        over = jnp.maximum(quantiles - part["most"][:, None], 0.0)
        # A little of the excess stays, so that a forecast far beyond the seats still learns.
        quantiles = quantiles - 0.97 * over
        missed = jnp.exp(part["came"])[:, None] - jnp.exp(quantiles)
        missed = missed / jnp.exp(0.5 * part["came"])[:, None]
        return jnp.where(missed > 0, levels * missed, (levels - 1) * missed).mean()

    return loss


def pack(path: Path, folder: Path) -> None:
    """Write sets of weights into the package, in half precision, and what they have seen."""
    from safetensors.numpy import load_file, save_file

    folder.mkdir(exist_ok=True)
    sets = json.loads(path.read_text())
    for each in sets:
        files = each.pop("files")
        tensors = {f"{m}/{k}": v.astype(np.float16) for m, file in enumerate(files) for k, v in load_file(file).items()}
        save_file(tensors, folder / f"{each['name']}.safetensors")
        each["members"] = len(files)
    notice = (__doc__ or "").rsplit("\n\n", maxsplit=1)[-1].replace("\n", " ").strip()
    (folder / "pretrained.json").write_text(json.dumps({"notice": notice, "sets": sets}, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    samples = commands.add_parser("samples")
    samples.add_argument("games", type=Path)
    samples.add_argument("--through", type=int, required=True)
    samples.add_argument("--simulated-only", action="store_true")
    samples.add_argument("--chunks", type=int, default=8)
    training = commands.add_parser("train")
    training.add_argument("folder", type=Path)
    training.add_argument("--init", type=Path)
    training.add_argument("--epochs", type=int, default=3)
    training.add_argument("--rate", type=float, default=3e-3)
    training.add_argument("--batch", type=int, default=1024)
    for each in (samples, training):
        each.add_argument("--seed", type=int, default=0)
        each.add_argument("--out", type=Path, required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("sets", type=Path)
    given = parser.parse_args()
    if given.command == "samples":
        source = None if given.simulated_only else Source.of(given.games, given.through)
        write_samples(source, given.out, given.chunks, given.seed)
    elif given.command == "train":
        train(
            given.folder,
            given.out,
            init=given.init,
            epochs=given.epochs,
            rate=given.rate,
            batch=given.batch,
            seed=given.seed,
        )
    else:
        import gatecast.train

        pack(given.sets, Path(gatecast.train.__file__).parent / "weights")


if __name__ == "__main__":
    main()
