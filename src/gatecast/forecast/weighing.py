"""The pretrained network weighed against simple rules, a ridge on own columns and trees, by what would have worked.

Every past game of the table is forecast again as long before it was played as the games that are asked for, from what
was known then. What the network missed by says how much of each other forecast would have helped (weights of at least
0 that sum to 1 with the network's), what the club's own columns add, and how wide the ranges have to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gatecast.networks.in_context import in_context, log_quantiles
from gatecast.normal import normal_quantiles
from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import CANDIDATES, FEATURES, ContextGames, ContextInputs, Query

__all__ = ["GRID", "MEMBERS", "Combined", "Settings", "Weighing"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Weights = Mapping[str, npt.NDArray[np.float32]]


class Columns(Protocol):
    """A club's own columns as numbers."""

    @property
    def groups(self) -> Sequence[Rows]:
        """Numbers that become known together."""

    @property
    def nearest(self) -> int:
        """Days before a game at which all are known, at most 7."""

    def at(self, rows: Rows, cutoffs: Ints) -> Floats:
        """Numbers of games, NaN where not known, shape (rows, numbers)."""


GRID = np.array([0.01, 0.025, 0.05, 0.1, 0.175, 0.25, 0.33, 0.42, 0.5, 0.58, 0.67, 0.75, 0.825, 0.9, 0.95, 0.975, 0.99])
"""Levels that a distribution is kept at."""
MIDDLE = int(np.flatnonzero(GRID == 0.5)[0])
LOW, HIGH = int(np.flatnonzero(GRID == 0.1)[0]), int(np.flatnonzero(GRID == 0.9)[0])
NORMAL = normal_quantiles(GRID).astype(np.float32)
RULES = ("least_squares", "weekday_mean", "last_weekday_mean", "season_mean", "last_season_mean", "regression_recent")
NETWORK, TREES = "network", "trees"
MEMBERS = (NETWORK, *RULES, TREES)
FOLDS = 2
NEAR = 7
ALONE = ((80.0, 160.0), (0.93, 1.0))
IN_LEAGUE = ((0.0, 20.0, 60.0), (1.05, 1.15, 1.0))
NEW_VENUE = 1.3
"""Width of ranges by past games of the club, as a share of the network's: of a club alone, and of one in a league,
whose first games tell less of its level than they seem to; and before the first games in a new ballpark."""
SEASON_GAMES = 4
SOON = 14
"""Games so few days ahead are forecast as within a season, even its first ones."""


@dataclass(frozen=True)
class Settings:
    """Weight of the past of a table against what was learned over many clubs; chosen on development clubs."""

    most_games: int = 2000
    fewest: int = 5
    rule_penalty: float = 25.0
    width_trust: float = 60.0
    season_trust: float = 2.0
    ridge: Sequence[float] = (0.3, 3.0, 15.0, 80.0)
    trees_from: int = 400
    tree_rounds: int = 60
    tree_rate: float = 0.08
    width: float = 1.0
    half_life: float = 500.0
    early_days: int = 30
    fewest_for_columns: int = 8
    worth: float = 0.995


@dataclass(frozen=True)
class Combined:
    """Distributions of demand and what they rest on.

    Parameters
    ----------
    quantiles : ndarray of float, shape (queries, levels)
        Of the logarithm of demand in people, at the levels of `GRID`.
    weights : ndarray of float, shape (queries, members)
        Share of each of `MEMBERS` in the combination.
    games : ndarray of int, shape (queries,)
        Past forecasts that the weights were learned from.
    """

    quantiles: Floats
    weights: Floats
    games: Ints


class Weighing:
    """Hold the evidence of a table's past about each forecast, as known on one day; learned when first asked for.

    Nothing of it depends on which games are asked for: a game has one forecast, whatever stands beside it.

    Parameters
    ----------
    networks : sequence of mapping of str to array
        Weights of the pretrained networks.
    contexts : ClubContexts
    last : int
        The last day known.
    columns : Columns, optional
    learned : dict, optional
        What was learned from the same past games before; filled.
    """

    def __init__(
        self,
        networks: Sequence[Weights],
        contexts: ClubContexts,
        last: int,
        *,
        columns: Columns | None = None,
        settings: Settings = Settings(),
        learned: dict[bool, Learned] | None = None,
    ) -> None:
        self.networks, self.contexts, self.last, self.settings = networks, contexts, last, settings
        self.columns, self.nearest = columns, max(columns.nearest, 1) if columns is not None else NEAR
        self.by_season = {} if learned is None else learned
        self.cutoffs: Ints | None = None

    def seen_from(self, cutoffs: Ints) -> Weighing:
        """Return the same weights for games that are each seen from a cutoff of its own, shape (queries,)."""
        other = copy(self)
        other.cutoffs = cutoffs
        return other

    def forecast(self, query: Query, columns: Floats | None = None) -> Combined:
        """Forecast games from what was known on the last day; `columns` are their own columns, (queries, columns)."""
        cutoffs = np.full(len(query.season_day), self.last, np.int64) if self.cutoffs is None else self.cutoffs
        asked = self.contexts.of(query, cutoffs)
        ahead = query.games.day - cutoffs
        before = (ahead > query.season_day) & (ahead > SOON)
        out = Combined(
            _quantiles(self.networks, asked), np.zeros((len(cutoffs), len(MEMBERS))), np.zeros(len(cutoffs), np.int64)
        )
        for early in np.unique(before):
            mine = np.flatnonzero(before == early)
            learned = self.learned(bool(early))
            part = learned.applied(
                out.quantiles[mine],
                asked.take(mine),
                query.games.take(mine),
                None if columns is None else columns[mine],
            )
            out.quantiles[mine], out.weights[mine], out.games[mine] = part, learned.weights, learned.games
        return out

    def learned(self, before: bool) -> Learned:
        """Return what was learned of forecasts before a season, or within one."""
        if before not in self.by_season:
            past, then, near = self._past(before)
            seen = self.contexts.at(past, then)
            enough = seen.games >= self.settings.fewest
            past, then, near, seen = past[enough], then[enough], near[enough], seen.take(enough)
            columns = self.columns.at(past, then) if self.columns is not None and len(past) else None
            self.by_season[before] = Learned.of(self, past, near, seen, columns, before=before)
        return self.by_season[before]

    def _past(self, before: bool) -> tuple[Rows, Ints, npt.NDArray[np.bool_]]:
        """Past games with a cutoff each, and which of them are seen from nearby."""
        games, settings = self.contexts.games, self.settings
        past = np.flatnonzero((games.attendance > 0) & (games.day <= self.last))[-settings.most_games :]
        begins = games.day[past] - self.contexts.queries(past).season_day.astype(np.int64)
        if before:
            past, begins = (each[games.season[past] > games.season.min()] for each in (past, begins))
            return past, begins - settings.early_days, np.ones(len(past), bool)
        draw = np.random.default_rng(0)
        turn = draw.random(len(games))[past]
        short = 1 + np.floor(turn * self.nearest).astype(np.int64)
        long = np.exp(np.log(8.0) + draw.random(len(games))[past] * np.log(60.0 / 8.0)).astype(np.int64)
        if len(past) < settings.trees_from:
            both = np.concatenate([short, long])
            past = np.tile(past, 2)
        else:
            both = np.where(np.arange(len(past)) % 2 == 0, short, long)
        return past, games.day[past] - both, both <= self.nearest


@dataclass(frozen=True)
class Learned:
    """Weights, own columns and widths, learned from one set of past forecasts.

    Parameters
    ----------
    rules : ndarray of float, shape (rules,)
    trees : regressor or None
    share : float
        Of what the trees say, 0 to 1.
    ridges : tuple of (ndarray of int, Ridge)
        Numbers of the own columns, and what is learned from them, one group after the other.
    width : float
    games : int
    """

    rules: Floats
    trees: Any
    share: float
    ridges: tuple[tuple[Rows, Ridge], ...]
    width: float
    games: int

    @property
    def weights(self) -> Floats:
        """Share of each of `MEMBERS`."""
        rules = self.rules * (1.0 - self.share)
        shares: Floats = np.r_[1.0 - rules.sum() - self.share, rules, self.share]
        return shares

    @classmethod
    def of(
        cls,
        weighing: Weighing,
        past: Rows,
        near: npt.NDArray[np.bool_],
        seen: ContextInputs,
        columns: Floats | None,
        *,
        before: bool,
    ) -> Learned:
        """Learn from past games as they were seen then."""
        settings, games = weighing.settings, weighing.contexts.games
        nothing = np.zeros(len(RULES))
        if len(past) < settings.fewest:
            return cls(nothing, None, 0.0, (), settings.width, 0)
        said = _quantiles(weighing.networks, seen)
        y = np.log(games.attendance[past])
        trust = 0.5 ** (np.maximum(weighing.last - games.day[past], 0) / settings.half_life)
        middle = said[:, MIDDLE].copy()
        # The errors of forecasts before a season go together: a season of a club tells as much as a few games.
        told = np.unique(np.stack([games.home[past], games.season[past]]), axis=1).shape[1] * SEASON_GAMES
        worth = min(told / len(past), 1.0) if before else 1.0
        rules = _rule_weights(seen, middle, y, worth * trust, settings)
        middle += _apart(seen, middle) @ rules
        trees, share = None, 0.0
        if not before and len(np.unique(past)) >= settings.trees_from:
            x = _tree_inputs(seen, games.take(past), middle)
            trees, share, beyond = _trees(x, games.day[past], y - middle, trust, settings)
            middle += share * beyond
        ridges = []
        for group in weighing.columns.groups if weighing.columns is not None else ():
            own = _columns(columns, len(past))[near][:, group]
            ridge = Ridge.of(own, middle[near], y[near], trust[near], settings)
            if ridge is not None:
                ridges.append((group, ridge))
                known = near.copy()
                known[near] = ridge.known
                middle[known] = y[known] - ridge.left_out
                said = _spread(said, said[:, MIDDLE], np.where(known, ridge.narrower, 1.0))
        width = settings.width * _width(y - middle, said, trust, len(np.unique(games.season[past])), settings)
        return cls(rules, trees, share, tuple(ridges), width, len(past))

    def applied(self, base: Floats, asked: ContextInputs, games: ContextGames, columns: Floats | None) -> Floats:
        """Return the combination of each game from what the network says of it, shape (queries, levels)."""
        middle = base[:, MIDDLE].copy()
        middle += _apart(asked, middle) @ self.rules
        if self.trees is not None and len(middle):
            middle += self.share * self.trees.predict(_tree_inputs(asked, games, middle))
        width = self.width * _usual_width(asked)
        for group, ridge in self.ridges if columns is not None else ():
            moved, known = ridge.moved(_columns(columns, len(middle))[:, group], middle)
            middle = middle + moved
            width = np.where(known, width * ridge.narrower, width)
        return _spread(base, middle, width)


@dataclass(frozen=True)
class Ridge:
    """A ridge of what the forecast misses on own columns.

    Parameters
    ----------
    logs : ndarray of bool, shape (columns,)
        Columns that are read as logarithms.
    centre, spread, low, high : ndarray of float, shape (columns + 1,)
        Of each column, the forecast's own logarithm last; spread 0 where a column says nothing.
    effect : ndarray of float, shape (columns + 1,)
    constant : float
    narrower : float
        Error with the columns over error without.
    known : ndarray of bool
        Of the games learned from, those of which a column was known.
    left_out : ndarray of float
        Errors of those, each without what it taught.
    """

    logs: npt.NDArray[np.bool_]
    centre: Floats
    spread: Floats
    low: Floats
    high: Floats
    effect: Floats
    constant: float
    narrower: float
    known: npt.NDArray[np.bool_]
    left_out: Floats

    @classmethod
    def of(cls, x: Floats, middle: Floats, y: Floats, trust: Floats, settings: Settings) -> Ridge | None:
        """Learn, or not where no column would have helped."""
        known = np.atleast_1d(np.isfinite(x).any(axis=1))
        if known.sum() < settings.fewest_for_columns:
            return None
        x, middle, rest, trust = x[known], middle[known], np.clip(y - middle, -1.5, 1.5)[known], trust[known]
        with np.errstate(all="ignore"):
            logs = np.array([_is_count(column) for column in x.T])
            values = np.column_stack([np.where(logs, np.log(np.maximum(x, 1e-9)), x), middle])
            there = np.isfinite(values)
            count = np.maximum(there.sum(axis=0), 1)
            centre = np.where(there, values, 0.0).sum(axis=0) / count
            spread = np.sqrt(np.where(there, (values - centre) ** 2, 0.0).sum(axis=0) / count)
        spread[there.sum(axis=0) < settings.fewest_for_columns] = 0.0
        spread[:-1][spread[:-1] < 1e-6] = 0.0
        if not logs.any():
            spread[-1] = 0.0
        if not (spread[:-1] > 0).any():
            return None
        low = np.where(there, values, np.inf).min(axis=0) - spread
        high = np.where(there, values, -np.inf).max(axis=0) + spread
        made = cls(logs, centre, spread, low, high, np.zeros(len(spread)), 0.0, 1.0, known, rest)
        design = made._design(x, middle)
        weight = np.sqrt(trust)
        constant = float(np.average(rest, weights=trust))
        rows, aim = design * weight[:, None], (rest - constant) * weight
        usual = float(np.average(np.abs(rest), weights=weight))
        best, out = settings.worth * usual, None
        for penalty in settings.ridge:
            solve = np.linalg.inv(rows.T @ rows + penalty * np.eye(rows.shape[1]))
            effect = solve @ (rows.T @ aim)
            leverage = np.einsum("ij,jk,ik->i", rows, solve, rows) + trust / trust.sum()
            left = (aim - rows @ effect) / np.maximum(1.0 - leverage, 0.1) / weight
            error = float(np.average(np.abs(left), weights=weight))
            if error < best:
                best = error
                out = replace(
                    made,
                    effect=effect,
                    constant=constant,
                    narrower=float(np.clip(error / usual, 0.1, 1.0)),
                    left_out=left,
                )
        return out

    def moved(self, x: Floats, middle: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return what the columns move each forecast by, and where any of them is known."""
        known = np.atleast_1d(np.isfinite(x).any(axis=1))
        moved = np.clip(self.constant + self._design(x, middle) @ self.effect, -1.5, 1.5)
        return np.where(known, moved, 0.0), known

    def _design(self, x: Floats, middle: Floats) -> Floats:
        """Columns of unit spread, 0 where unknown."""
        with np.errstate(all="ignore"):
            values = np.column_stack([np.where(self.logs, np.log(np.maximum(x, 1e-9)), x), middle])
            scaled = (np.clip(values, self.low, self.high) - self.centre) / self.spread
        return np.where((self.spread > 0) & np.isfinite(scaled), scaled, 0.0)


def _columns(columns: Floats | None, rows: int) -> Floats:
    return np.zeros((rows, 0)) if columns is None else columns


def _is_count(column: Floats) -> bool:
    """Return whether a column has many positive numbers: read as logarithms then, beside the forecast's own."""
    there = column[np.isfinite(column)]
    return bool(len(there)) and bool((there > 0).all()) and len(np.unique(there)) > 6


def _quantiles(networks: Sequence[Weights], inputs: ContextInputs) -> Floats:
    each = [
        log_quantiles(in_context(w, inputs.features, inputs.candidates, inputs.tokens, xp=np), NORMAL, np)
        for w in networks
    ]
    out: Floats = np.mean(each, axis=0).astype(np.float64) + inputs.level[:, None]
    return out


def _apart(inputs: ContextInputs, middle: Floats) -> Floats:
    """By how much each rule lies above the forecast, shape (queries, rules)."""
    chosen = [CANDIDATES.index(name) for name in RULES]
    return np.clip(inputs.candidates[:, chosen] + (inputs.level - middle)[:, None], -1.0, 1.0)


def _rule_weights(seen: ContextInputs, middle: Floats, y: Floats, trust: Floats, settings: Settings) -> Floats:
    """Weights of the simple rules: least squares, none below 0, drawn towards none."""
    from scipy.optimize import nnls

    apart, rest = _apart(seen, middle), np.clip(y - middle, -1.0, 1.0)
    root = np.sqrt(trust)[:, None]
    usual = np.sqrt((apart**2).mean(axis=0).max() + 1e-6)
    design = np.vstack([apart * root, np.sqrt(settings.rule_penalty) * usual * np.eye(len(RULES))])
    found, _ = nnls(design, np.r_[rest * root[:, 0], np.zeros(len(RULES))])
    out: Floats = found / max(found.sum(), 1.0)
    return out


def _tree_inputs(shown: ContextInputs, games: ContextGames, middle: Floats) -> npt.NDArray[np.float32]:
    labels = np.column_stack([games.home, games.visitor, games.month, games.weekday])
    return np.hstack([shown.features, shown.candidates, labels, (middle - shown.level)[:, None]]).astype(np.float32)


def _trees(
    x: npt.NDArray[np.float32], day: Ints, missed: Floats, trust: Floats, settings: Settings
) -> tuple[Any, float, Floats]:
    """Boosted trees of what the forecast misses, the share of it that would have helped, and what they said then."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    rest = np.clip(missed, -1.0, 1.0)

    def fitted(some: npt.NDArray[np.bool_] | slice) -> Any:  # noqa: ANN401
        return HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=settings.tree_rounds,
            learning_rate=settings.tree_rate,
            max_leaf_nodes=12,
            min_samples_leaf=20,
            max_features=0.3,
            l2_regularization=5.0,
            max_bins=63,
            early_stopping=False,
            random_state=0,
        ).fit(x[some], rest[some])

    order = np.argsort(day, kind="stable")
    block = np.empty(len(day), np.int64)
    block[order] = np.arange(len(day)) * FOLDS // len(day)
    beyond = np.zeros(len(day))
    for i in range(FOLDS):
        beyond[block == i] = fitted(block != i).predict(x[block == i])
    share = float(np.clip((trust * beyond * rest).sum() / ((trust * beyond**2).sum() + 1e-9), 0.0, 1.0))
    return (fitted(slice(None)) if share > 0 else None), share, beyond


def _width(missed: Floats, before: Floats, trust: Floats, seasons: int, settings: Settings) -> float:
    """Return how many times as wide ranges have to be as the network's to hold 80 % of the past, drawn towards as wide.

    The errors of a season go together, so narrower ranges are trusted by the number of seasons, wider ones by games.
    """
    up, down = before[:, HIGH] - before[:, MIDDLE], before[:, MIDDLE] - before[:, LOW]
    ratio = np.abs(missed) / np.where(missed > 0, up, down)
    order = np.argsort(ratio)
    reached = np.cumsum(trust[order]) / trust.sum()
    needed = float(ratio[order[min(int(np.searchsorted(reached, 0.8)), len(order) - 1)]])
    games = float(trust.sum())
    share = games / (games + settings.width_trust) if needed > 1.0 else seasons / (seasons + settings.season_trust)
    return float(np.exp(share * np.log(min(max(needed, 0.2), 5.0))))


def _usual_width(asked: ContextInputs) -> Floats:
    """Return the width of ranges for so many past games of the club, as a share of the network's."""
    league, new, seen = (
        asked.features[:, FEATURES.index(name)] > 0 for name in ("league_known", "venue_new", "venue_games")
    )
    out: Floats = np.where(league, np.interp(asked.games, *IN_LEAGUE), np.interp(asked.games, *ALONE))
    return out * np.where(new & ~seen, NEW_VENUE, 1.0)


def _spread(quantiles: Floats, middle: Floats, width: float | Floats) -> Floats:
    """Return the same distributions about another middle, so many times as wide."""
    apart = quantiles - quantiles[:, MIDDLE, None]
    out: Floats = middle[:, None] + apart * np.reshape(width, (-1, 1) if np.ndim(width) else ())
    return out
