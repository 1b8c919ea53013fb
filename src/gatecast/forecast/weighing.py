"""The pretrained network weighed against simple rules, a ridge on own columns and trees, by what would have worked.

Every past game of the table is forecast again as long before it was played as the games that are asked for, from what
was known then. What the network missed by says how much of each other forecast would have helped (weights of at least
0 that sum to 1 with the network's), what the club's own columns add, and how wide the ranges have to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gatecast.forecast.ridge import Ridge, RidgeSettings
from gatecast.forecast.widths import calibrated_width, lowered, usual_widths
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
MEAN = np.array([rule == "weekday_mean" for rule in RULES], np.float64)
"""The rule that is the mean of all games where no weekday is known."""
NETWORK, TREES, COLUMNS = "network", "trees", "columns"
MEMBERS = (NETWORK, *RULES, TREES, COLUMNS)
TELLING = 0.25
"""Own columns are named that narrow forecasts at least so much as the one that does most."""
FOLDS = 2
NEAR = 7
UNDATED = (10.0, 30.0)
"""Games without dates of which a forecast is the mean, and from how many on it is not drawn to it."""
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
    ridge: RidgeSettings = field(default_factory=RidgeSettings)
    trees_from: int = 400
    tree_rounds: int = 60
    tree_rate: float = 0.08
    width: float = 1.0
    half_life: float = 500.0
    early_days: int = 30
    settle: float = 10.0
    alone: str = ""


@dataclass(frozen=True)
class Combined:
    """Distributions of demand and what they rest on.

    Parameters
    ----------
    quantiles : ndarray of float, shape (queries, levels)
        Of the logarithm of demand in people, at the levels of `GRID`.
    weights : ndarray of float, shape (queries, members)
        Share of each of `MEMBERS` in the combination; that of own columns is by how much they narrow the error.
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
            out.quantiles[mine], out.weights[mine] = learned.applied(
                out.quantiles[mine],
                asked.take(mine),
                query.games.take(mine),
                None if columns is None or self.settings.alone else columns[mine],
                self.settings,
            )
            out.games[mine] = learned.games
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

    @property
    def told(self) -> list[int]:
        """Numbers of the own columns that narrowed forecasts most, the first one most."""
        gains: dict[int, float] = {}
        for learned in self.by_season.values():
            for group, ridge in learned.ridges:
                effects = np.abs(ridge.effect[:-1])
                each = -np.log(ridge.narrower) * effects / max(effects.max(initial=0.0), 1e-9)
                for number, gain in zip(group.tolist(), each.tolist(), strict=True):
                    gains[number] = max(gains.get(number, 0.0), gain)
        least = TELLING * max(gains.values(), default=0.0)
        return sorted((each for each in gains if gains[each] > least), key=lambda each: -gains[each])

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
        alone = np.array([rule == settings.alone for rule in RULES], np.float64)
        if len(past) < settings.fewest:
            return cls(alone, None, 0.0, (), settings.width, 0)
        said = _begun(_quantiles(weighing.networks, seen), seen, settings)
        y = np.log(games.attendance[past])
        trust = 0.5 ** (np.maximum(weighing.last - games.day[past], 0) / settings.half_life)
        middle = said[:, MIDDLE].copy()
        # The errors of forecasts before a season go together: a season of a club tells as much as a few games.
        told = np.unique(np.stack([games.home[past], games.season[past]]), axis=1).shape[1] * SEASON_GAMES
        worth = min(told / len(past), 1.0) if before else 1.0
        rules = alone if settings.alone else _rule_weights(seen, middle, y, worth * trust, settings)
        middle += _apart(seen, middle) @ rules
        trees, share = None, 0.0
        wanted = not before and not settings.alone and len(np.unique(past)) >= settings.trees_from
        if wanted or settings.alone == TREES:
            x = _tree_inputs(seen, games.take(past), middle)
            trees, share, beyond = _trees(x, games.day[past], y - middle, trust, settings)
            middle += share * beyond
        ridges = []
        for group in weighing.columns.groups if weighing.columns is not None else ():
            own = _columns(columns, len(past))[near][:, group]
            ridge = Ridge.of(own, middle[near], y[near], trust[near], settings.ridge)
            if ridge is not None:
                ridges.append((group, ridge))
                known = near.copy()
                known[near] = ridge.known
                middle[known] = y[known] - ridge.left_out
                said = _spread(said, said[:, MIDDLE], np.where(known, ridge.narrower, 1.0))
        apart = said[:, MIDDLE] - said[:, LOW], said[:, HIGH] - said[:, MIDDLE]
        seasons, trusts = len(np.unique(games.season[past])), (settings.width_trust, settings.season_trust)
        width = settings.width * calibrated_width(y - middle, apart, trust, seasons=seasons, trusts=trusts)
        return cls(rules, trees, share, tuple(ridges), width, len(past))

    def applied(
        self, base: Floats, asked: ContextInputs, games: ContextGames, columns: Floats | None, settings: Settings
    ) -> tuple[Floats, Floats]:
        """Return the combination of each game from what the network says of it, (queries, levels), and its weights."""
        base = _begun(base, asked, settings)
        middle = base[:, MIDDLE].copy()
        told = _told(asked, settings)
        rules = told[:, None] * self.rules
        if not settings.alone:
            rules += _undated(asked)[:, None] * (MEAN - rules)
        middle += (_apart(asked, middle) * rules).sum(axis=1)
        if self.trees is not None and len(middle):
            middle += told * self.share * self.trees.predict(_tree_inputs(asked, games, middle))
        width, rest = self.width, np.ones(len(middle))
        for group, ridge in self.ridges if columns is not None else ():
            moved, known = ridge.moved(_columns(columns, len(middle))[:, group], middle)
            middle = middle + moved
            rest = np.where(known, rest * ridge.narrower, rest)
        share = told[:, None] * self.share
        rules = rules * (1.0 - share)
        others = np.hstack([1.0 - rules.sum(axis=1, keepdims=True) - share, rules, share])
        weights = np.hstack([others * rest[:, None], 1.0 - rest[:, None]])
        if settings.alone == TREES:
            weights[:] = np.array(MEMBERS) == TREES
        below, above = usual_widths(asked)
        middle = middle - lowered(asked)
        return _spread(base, middle, below * width * rest, above * width * rest), weights


def _columns(columns: Floats | None, rows: int) -> Floats:
    return np.zeros((rows, 0)) if columns is None else columns


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


def _begun(said: Floats, seen: ContextInputs, settings: Settings) -> Floats:
    """Return the distributions that the other members move: the network's, about the level for trees alone."""
    return _spread(said, seen.level, 1.0) if settings.alone == TREES else said


def _told(asked: ContextInputs, settings: Settings) -> Floats:
    """Return how much of what was learned holds for each game: in a new ballpark as much as its own games tell."""
    if settings.alone:
        return np.ones(len(asked.level))
    new, venue = (asked.features[:, FEATURES.index(name)] for name in ("venue_new", "venue_games"))
    games = np.expm1(3.0 * venue)
    out: Floats = np.where(new > 0, games / (games + settings.settle), 1.0)
    return out


def _tree_inputs(shown: ContextInputs, games: ContextGames, middle: Floats) -> npt.NDArray[np.float32]:
    labels = np.column_stack([games.home, games.visitor, games.month, games.weekday])
    return np.hstack([shown.features, shown.candidates, labels, (middle - shown.level)[:, None]]).astype(np.float32)


def _trees(
    x: npt.NDArray[np.float32], day: Ints, missed: Floats, trust: Floats, settings: Settings
) -> tuple[Any, float, Floats]:
    """Boosted trees of what the forecast misses, the share of it that would have helped, and what they said then."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    rest = np.clip(missed, -1.0, 1.0)

    def fitted(some: npt.NDArray[np.bool_] | slice) -> Any:  # noqa: ANN401
        trees = HistGradientBoostingRegressor(
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
        )
        # On so few games more threads only wait for each other.
        with threadpool_limits(limits=1, user_api="openmp"):
            return trees.fit(x[some], rest[some])

    order = np.argsort(day, kind="stable")
    block = np.empty(len(day), np.int64)
    block[order] = np.arange(len(day)) * FOLDS // len(day)
    beyond = np.zeros(len(day))
    for i in range(FOLDS):
        beyond[block == i] = fitted(block != i).predict(x[block == i])
    share = 1.0
    if not settings.alone:
        share = float(np.clip((trust * beyond * rest).sum() / ((trust * beyond**2).sum() + 1e-9), 0.0, 1.0))
    return (fitted(slice(None)) if share > 0 else None), share, beyond


def _undated(asked: ContextInputs) -> Floats:
    """Return by how much each game is drawn to the mean: nothing else is known of few games without dates."""
    undated = asked.features[:, FEATURES.index("undated")] > 0
    out: Floats = np.where(undated, np.interp(asked.games, UNDATED, (1.0, 0.0)), 0.0)
    return out


def _spread(quantiles: Floats, middle: Floats, below: float | Floats, above: float | Floats | None = None) -> Floats:
    """Return the same distributions about another middle, so many times as wide below it and above it."""
    apart = quantiles - quantiles[:, MIDDLE, None]

    def wide(width: float | Floats) -> Floats:
        return np.reshape(np.asarray(width, np.float64), (-1, 1))

    out: Floats = middle[:, None] + apart * np.where(apart < 0, wide(below), wide(below if above is None else above))
    return out
