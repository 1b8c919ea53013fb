"""Learn from past forecasts how far each other method moves the network's, and how wide ranges have to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.column_reading import ColumnReading
from gatecast.forecast.column_stage import ColumnStage
from gatecast.forecast.combination import (
    LARGEST_ERROR,
    METHODS,
    MIDDLE,
    RULES,
    TREES,
    CombinationSettings,
    rule_offsets,
    spread_about,
)
from gatecast.forecast.past_forecasts import PastForecasts
from gatecast.forecast.residual_trees import ResidualTrees
from gatecast.forecast.widths import lowered, usual_widths
from gatecast.prepare.context_inputs import FEATURES, ContextGames, ContextInputs

__all__ = ["CombinationWeights", "ReadingOf", "known_together"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
ReadingOf = Callable[[Floats], ColumnReading | None]
"""Takes what rules and trees made of past forecasts, (forecasts, levels); returns how their columns are read beside."""

WEEKDAY_MEAN = np.array([rule == "weekday_mean" for rule in RULES], np.float64)
"""The rule that is the mean of all games where no weekday is known."""
UNDATED = (10.0, 30.0)
"""Games without dates of which a forecast is the mean, and from how many on it is not drawn to it."""


@dataclass(frozen=True)
class CombinationWeights:
    """Hold how the methods are combined, as learned from one set of past forecasts.

    Parameters
    ----------
    rules : ndarray of float, shape (rules,)
        Coefficients of the simple rules: at least 0, together at most 1.
    trees : ResidualTrees
    stages : tuple of ColumnStage
        What the columns add, by which of them are known, fewest first.
    width : float
        Factor of the ranges of games of which no column is known.
    games : int
        Past forecasts that all of it was learned from.
    """

    rules: Floats
    trees: ResidualTrees
    stages: tuple[ColumnStage, ...]
    width: float
    games: int

    @classmethod
    def untaught(cls, settings: CombinationSettings, stages: Sequence[ColumnStage] = ()) -> CombinationWeights:
        """Return the weights of a table with too few games to learn from: the network's forecast, or one rule alone."""
        return cls(_alone(settings), ResidualTrees(), tuple(stages), settings.width, 0)

    @classmethod
    def fit(
        cls,
        past: PastForecasts,
        groups: Sequence[Rows],
        settings: CombinationSettings,
        reading: ReadingOf | None = None,
    ) -> CombinationWeights:
        """Learn from past forecasts; each method from what those before it still missed.

        Parameters
        ----------
        past : PastForecasts
        groups : sequence of ndarray of int
            Numbers of the columns that become known together, the earliest first.
        settings : CombinationSettings
        reading : callable, optional
            How the pretrained network reads the columns, see `ReadingOf`.
        """
        y, trust = past.log_attendance, past.trust
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
        width = past.needed_width(middle, quantiles, settings)
        without = spread_about(quantiles, middle, 1.0)
        read = reading(without) if reading is not None else None
        stages = [
            ColumnStage.fit(past, known, without, read, settings=settings, width=width)
            for known in known_together(groups)
        ]
        return cls(rules, trees, tuple(stages), width, len(y))

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
        moved, narrowing = np.zeros(len(middle)), np.ones(len(middle))
        width = np.full(len(middle), self.width)
        without = spread_about(base, middle, 1.0)
        if columns is not None:
            for stage, selected in self._stages_of(columns):
                moved[selected], narrowing[selected] = stage.apply(
                    games.home[selected], columns[selected], without[selected]
                )
                width[selected] = stage.width
        middle += moved
        below, above = usual_widths(inputs)
        middle = middle - lowered(inputs)
        combined = spread_about(base, middle, below * width * narrowing, above * width * narrowing)
        return combined, _shares(rules, tree_share, np.minimum(narrowing, np.exp(-np.abs(moved))), settings)

    def _stages_of(self, columns: Floats) -> Iterator[tuple[ColumnStage, Rows]]:
        """Yield each stage with the games of which just its columns are known."""
        of_game = np.full(len(columns), -1)
        for i, stage in enumerate(self.stages):
            newest = np.setdiff1d(stage.known, self.stages[i - 1].known) if i else stage.known
            of_game[np.isfinite(columns[:, newest]).any(axis=1)] = i
        for i in np.unique(of_game[of_game >= 0]).tolist():
            yield self.stages[i], np.flatnonzero(of_game == i)


def _shares(rules: Floats, trees: Floats, rest: Floats, settings: CombinationSettings) -> Floats:
    """Return the share of each method, shape (queries, methods): `rest` is what columns leave to the others."""
    trees = trees[:, None]
    rules = rules * (1.0 - trees)
    others = np.hstack([1.0 - rules.sum(axis=1, keepdims=True) - trees, rules, trees])
    shares = np.hstack([others * rest[:, None], 1.0 - rest[:, None]])
    if settings.alone == TREES:
        shares[:] = np.array(METHODS) == TREES
    return shares


def known_together(groups: Sequence[Rows]) -> list[Rows]:
    """Return the columns known once those of each group are: the groups up to it."""
    return [np.concatenate(groups[: i + 1]) for i in range(len(groups))]


def _alone(settings: CombinationSettings) -> Floats:
    """Return the coefficients of the rules where one of them, or none, is used alone."""
    return np.array([rule == settings.alone for rule in RULES], np.float64)


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
