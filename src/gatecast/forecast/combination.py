"""The methods that a combined forecast weighs, its settings and quantile levels, and operations on its distributions.

Each method says something about every game: the pretrained network its whole distribution, simple rules and boosted
trees another middle, and custom columns how far the rest is off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gatecast.forecast.ridge import RidgeSettings
from gatecast.networks.in_context import in_context, log_quantiles
from gatecast.normal import normal_quantiles
from gatecast.prepare.context_inputs import CANDIDATES, ContextInputs

__all__ = [
    "CUSTOM_COLUMNS",
    "DEFAULT_SETTINGS",
    "GRID",
    "HIGH",
    "LARGEST_ERROR",
    "LOW",
    "METHODS",
    "MIDDLE",
    "NETWORK",
    "RULES",
    "TREES",
    "CombinationSettings",
    "NetworkParameters",
    "network_quantiles",
    "rule_offsets",
    "spread_about",
    "spread_of",
]

Floats = npt.NDArray[np.float64]
NetworkParameters = Mapping[str, npt.NDArray[np.float32]]

GRID = np.array([0.01, 0.025, 0.05, 0.1, 0.175, 0.25, 0.33, 0.42, 0.5, 0.58, 0.67, 0.75, 0.825, 0.9, 0.95, 0.975, 0.99])
"""Quantile levels that a distribution is kept at."""
MIDDLE = int(np.flatnonzero(GRID == 0.5)[0])
LOW, HIGH = int(np.flatnonzero(GRID == 0.1)[0]), int(np.flatnonzero(GRID == 0.9)[0])
NORMAL = normal_quantiles(GRID).astype(np.float32)
RULES = ("least_squares", "weekday_mean", "last_weekday_mean", "season_mean", "last_season_mean", "regression_recent")
NETWORK, TREES = "network", "trees"
CUSTOM_COLUMNS = "columns"
"""The share of custom columns, promotions and weather: the key is part of the API's JSON."""
METHODS = (NETWORK, *RULES, TREES, CUSTOM_COLUMNS)
"""Names of the methods that a forecast combines, in the order of the columns of their shares."""
LARGEST_OFFSET = 1.0
LARGEST_ERROR = 1.0
"""Largest error that rules and trees learn from, in logarithms."""


@dataclass(frozen=True)
class CombinationSettings:
    """Say how far the past of a table counts against what was learned over many clubs; chosen on development clubs.

    Parameters
    ----------
    most_games : int
        Latest past games that are forecast again.
    fewest : int
        Past games below which nothing is learned from them.
    rule_penalty : float
        Games that pull the coefficients of the rules towards 0.
    width_trust : float
        Games after which ranges that must be wider are trusted by half.
    season_trust : float
        Seasons after which ranges that may be narrower are trusted by half.
    ridge, ridge_beside : RidgeSettings
        Of the ridge on custom columns: where it alone reads them, and beside a network that does, which must be surer.
    trees_from : int
        Past games from which boosted trees are used.
    tree_rounds : int
        Boosting rounds.
    tree_rate : float
        Learning rate of the trees.
    width : float
        Factor of all ranges, on top of what past errors say.
    half_life : float
        Days after which a past game counts half.
    early_days : int
        Days before a season's first game at which the season's games are forecast again.
    settle : float
        Games in a new ballpark after which what was learned elsewhere is trusted by half.
    alone : str
        Method of `METHODS` that sets the middle of the forecasts alone; empty to combine all of them.
    """

    most_games: int = 2000
    fewest: int = 5
    rule_penalty: float = 25.0
    width_trust: float = 60.0
    season_trust: float = 2.0
    ridge: RidgeSettings = field(default_factory=RidgeSettings)
    ridge_beside: RidgeSettings = field(default_factory=lambda: RidgeSettings(fewest=40, certain=2.5))
    trees_from: int = 400
    tree_rounds: int = 60
    tree_rate: float = 0.08
    width: float = 1.0
    half_life: float = 500.0
    early_days: int = 30
    settle: float = 10.0
    alone: str = ""


DEFAULT_SETTINGS = CombinationSettings()


def network_quantiles(networks: Sequence[NetworkParameters], inputs: ContextInputs) -> Floats:
    """Return the mean quantiles of several networks.

    Returns
    -------
    ndarray of float, shape (queries, levels)
        Of the logarithm of demand in people, at the levels of `GRID`.
    """
    each = [
        log_quantiles(
            in_context(parameters, inputs.features, inputs.candidates, inputs.tokens, xp=np),
            NORMAL,
            np,
        )
        for parameters in networks
    ]
    out: Floats = np.mean(each, axis=0).astype(np.float64) + inputs.club_level[:, None]
    return out


def rule_offsets(inputs: ContextInputs, middle: Floats) -> Floats:
    """Return by how much each rule lies above the forecast in logarithms, at most 1, shape (queries, rules)."""
    chosen = [CANDIDATES.index(name) for name in RULES]
    return np.clip(
        inputs.candidates[:, chosen] + (inputs.club_level - middle)[:, None], -LARGEST_OFFSET, LARGEST_OFFSET
    )


def spread_of(quantiles: Floats) -> Floats:
    """Return the standard deviation that a normal distribution with the same 80% range has, shape (queries,)."""
    out: Floats = (quantiles[:, HIGH] - quantiles[:, LOW]) / float(NORMAL[HIGH] - NORMAL[LOW])
    return out


def spread_about(
    quantiles: Floats, middle: Floats, below: float | Floats, above: float | Floats | None = None
) -> Floats:
    """Return the same distributions about another middle, wider by a factor below it and another above it.

    Parameters
    ----------
    quantiles : ndarray of float, shape (queries, levels)
    middle : ndarray of float, shape (queries,)
    below, above : float or ndarray of float, shape (queries,)
        Factors of the distances from the middle; `above` is as `below` if not given.
    """
    offsets = quantiles - quantiles[:, MIDDLE, None]

    def column(factor: float | Floats) -> Floats:
        return np.reshape(np.asarray(factor, np.float64), (-1, 1))

    factors = np.where(offsets < 0, column(below), column(below if above is None else above))
    out: Floats = middle[:, None] + offsets * factors
    return out
