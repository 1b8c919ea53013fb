"""Learn from past forecasts how far each other method moves the network's, and how wide ranges have to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.combination import (
    HIGH,
    LARGEST_ERROR,
    LOW,
    METHODS,
    MIDDLE,
    RULES,
    TREES,
    CombinationSettings,
    rule_offsets,
    spread_about,
)
from gatecast.forecast.residual_trees import ResidualTrees
from gatecast.forecast.ridge import Ridge
from gatecast.forecast.widths import calibrated_width, lowered, usual_widths
from gatecast.prepare.context_inputs import FEATURES, ContextGames, ContextInputs

__all__ = ["CombinationWeights", "PastForecasts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

WEEKDAY_MEAN = np.array([rule == "weekday_mean" for rule in RULES], np.float64)
"""The rule that is the mean of all games where no weekday is known."""
UNDATED = (10.0, 30.0)
"""Games without dates of which a forecast is the mean, and from how many on it is not drawn to it."""
SEASON_GAMES = 4
"""Games that a club's season counts as in forecasts before a season, whose errors go together."""


@dataclass(frozen=True)
class PastForecasts:
    """Hold past games as they were forecast then by the network, with what came.

    Parameters
    ----------
    rows : ndarray of int, shape (forecasts,)
        Where the games stand in the table; a game may be forecast twice.
    games : ContextGames
        The same games, shape (forecasts,).
    inputs : ContextInputs
        What was known of each at its cutoff.
    quantiles : ndarray of float, shape (forecasts, levels)
        The network's, of the logarithm of demand.
    columns : ndarray of float, shape (forecasts, numbers), or None
        Custom columns, promotions and weather as numbers.
    near : ndarray of bool, shape (forecasts,)
        Whether a forecast was made so late that the columns are known.
    trust : ndarray of float, shape (forecasts,)
        Weight by age.
    before_season : bool
        Whether all were made before the season of the game.
    """

    rows: Rows
    games: ContextGames
    inputs: ContextInputs
    quantiles: Floats
    columns: Floats | None
    near: Flags
    trust: Floats
    before_season: bool

    @property
    def log_attendance(self) -> Floats:
        """The logarithm of what came, shape (forecasts,)."""
        return np.log(self.games.attendance)

    @property
    def worth(self) -> float:
        """The share of the forecasts that tells something new: before a season, a season of a club is a few games."""
        if not self.before_season:
            return 1.0
        club_seasons = np.unique(np.stack([self.games.home, self.games.season]), axis=1).shape[1]
        return min(float(club_seasons * SEASON_GAMES / len(self.rows)), 1.0)


@dataclass(frozen=True)
class CombinationWeights:
    """Hold how the methods are combined, as learned from one set of past forecasts.

    Parameters
    ----------
    rules : ndarray of float, shape (rules,)
        Coefficients of the simple rules: at least 0, together at most 1.
    trees : ResidualTrees
    ridges : tuple of (ndarray of int, Ridge)
        Numbers of the columns of a group, and the ridge on them; one group after the other.
    width : float
        Factor of the ranges.
    games : int
        Past forecasts that all of it was learned from.
    """

    rules: Floats
    trees: ResidualTrees
    ridges: tuple[tuple[Rows, Ridge], ...]
    width: float
    games: int

    @classmethod
    def untaught(cls, settings: CombinationSettings) -> CombinationWeights:
        """Return the weights of a table with too few games to learn from: the network's forecast, or one rule alone."""
        return cls(_alone(settings), ResidualTrees(), (), settings.width, 0)

    @classmethod
    def fit(cls, past: PastForecasts, groups: Sequence[Rows], settings: CombinationSettings) -> CombinationWeights:
        """Learn from past forecasts; each method from what those before it still missed.

        Parameters
        ----------
        past : PastForecasts
        groups : sequence of ndarray of int
            Numbers of the columns that become known together, the earliest first.
        settings : CombinationSettings
        """
        y, trust, near = past.log_attendance, past.trust, past.near
        quantiles = _base_distribution(past.quantiles, past.inputs, settings)
        middle = quantiles[:, MIDDLE].copy()
        rules = _alone(settings)
        if not settings.alone:
            rules = _rule_weights(rule_offsets(past.inputs, middle), y - middle, past.worth * trust, settings)
        middle += rule_offsets(past.inputs, middle) @ rules
        trees = ResidualTrees()
        enough = not settings.alone and len(np.unique(past.rows)) >= settings.trees_from
        if (enough and not past.before_season) or settings.alone == TREES:
            trees, moved = ResidualTrees.fit(
                past.inputs, past.games, middle, y - middle, trust=trust, settings=settings
            )
            middle += moved
        ridges = []
        for group in groups:
            columns = _numbers(past.columns, len(y))[near][:, group]
            ridge = Ridge.fit(columns, middle[near], y[near], trust[near], settings.ridge)
            if ridge is not None:
                ridges.append((group, ridge))
                known = near.copy()
                known[near] = ridge.known
                middle[known] = y[known] - ridge.left_out
                quantiles = spread_about(quantiles, quantiles[:, MIDDLE], np.where(known, ridge.narrower, 1.0))
        ends = quantiles[:, MIDDLE] - quantiles[:, LOW], quantiles[:, HIGH] - quantiles[:, MIDDLE]
        seasons, trusts = len(np.unique(past.games.season)), (settings.width_trust, settings.season_trust)
        width = settings.width * calibrated_width(y - middle, ends, trust, seasons=seasons, trusts=trusts)
        return cls(rules, trees, tuple(ridges), width, len(y))

    def apply(
        self,
        quantiles: Floats,
        inputs: ContextInputs,
        games: ContextGames,
        columns: Floats | None,
        settings: CombinationSettings,
    ) -> tuple[Floats, Floats]:
        """Return the combined distribution of each game, and the share of each method in it.

        Parameters
        ----------
        quantiles : ndarray of float, shape (queries, levels)
            What the network says.
        inputs : ContextInputs
        games : ContextGames
        columns : ndarray of float, shape (queries, numbers), or None
        settings : CombinationSettings

        Returns
        -------
        ndarray of float, shape (queries, levels)
        ndarray of float, shape (queries, methods)
        """
        base = _base_distribution(quantiles, inputs, settings)
        middle = base[:, MIDDLE].copy()
        trusted = _trusted_share(inputs, settings)
        rules = trusted[:, None] * self.rules
        if not settings.alone:
            rules += _drawn_to_mean(inputs)[:, None] * (WEEKDAY_MEAN - rules)
        middle += (rule_offsets(inputs, middle) * rules).sum(axis=1)
        tree_share = trusted * self.trees.share
        middle += tree_share * self.trees.correction(inputs, games, middle)
        narrowing = np.ones(len(middle))
        for group, ridge in self.ridges if columns is not None else ():
            correction, known = ridge.correction(_numbers(columns, len(middle))[:, group], middle)
            middle = middle + correction
            narrowing = np.where(known, narrowing * ridge.narrower, narrowing)
        below, above = usual_widths(inputs)
        middle = middle - lowered(inputs)
        combined = spread_about(base, middle, below * self.width * narrowing, above * self.width * narrowing)
        return combined, _shares(rules, tree_share, narrowing, settings)


def _shares(rules: Floats, trees: Floats, narrowing: Floats, settings: CombinationSettings) -> Floats:
    """Return the share of each method, shape (queries, methods): that of columns is by how much they narrow ranges."""
    trees = trees[:, None]
    rules = rules * (1.0 - trees)
    others = np.hstack([1.0 - rules.sum(axis=1, keepdims=True) - trees, rules, trees])
    shares = np.hstack([others * narrowing[:, None], 1.0 - narrowing[:, None]])
    if settings.alone == TREES:
        shares[:] = np.array(METHODS) == TREES
    return shares


def _alone(settings: CombinationSettings) -> Floats:
    """Return the coefficients of the rules where one of them, or none, is used alone."""
    return np.array([rule == settings.alone for rule in RULES], np.float64)


def _numbers(columns: Floats | None, rows: int) -> Floats:
    return np.zeros((rows, 0)) if columns is None else columns


def _rule_weights(offsets: Floats, errors: Floats, trust: Floats, settings: CombinationSettings) -> Floats:
    """Return the coefficients of the rules: least squares, none below 0, drawn towards 0."""
    from scipy.optimize import nnls

    target, root = np.clip(errors, -LARGEST_ERROR, LARGEST_ERROR), np.sqrt(trust)[:, None]
    usual = np.sqrt((offsets**2).mean(axis=0).max() + 1e-6)
    design = np.vstack([offsets * root, np.sqrt(settings.rule_penalty) * usual * np.eye(len(RULES))])
    found, _ = nnls(design, np.r_[target * root[:, 0], np.zeros(len(RULES))])
    out: Floats = found / max(found.sum(), 1.0)
    return out


def _base_distribution(quantiles: Floats, inputs: ContextInputs, settings: CombinationSettings) -> Floats:
    """Return the distributions that the other methods move: the network's, about the club's level for trees alone."""
    return spread_about(quantiles, inputs.club_level, 1.0) if settings.alone == TREES else quantiles


def _trusted_share(inputs: ContextInputs, settings: CombinationSettings) -> Floats:
    """Return how much of what was learned holds for each game: in a new ballpark, as its own games confirm it."""
    if settings.alone:
        return np.ones(len(inputs.club_level))
    new, venue = (inputs.features[:, FEATURES.index(name)] for name in ("venue_new", "venue_games"))
    games = np.expm1(3.0 * venue)
    out: Floats = np.where(new > 0, games / (games + settings.settle), 1.0)
    return out


def _drawn_to_mean(inputs: ContextInputs) -> Floats:
    """Return how far each game is drawn to the mean, 0 to 1: nothing else is known of few games without dates."""
    undated = inputs.features[:, FEATURES.index("undated")] > 0
    out: Floats = np.where(undated, np.interp(inputs.games, UNDATED, (1.0, 0.0)), 0.0)
    return out
