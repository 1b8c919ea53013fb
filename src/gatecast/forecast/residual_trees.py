"""Correct forecasts by boosted trees on their errors, as far as the trees would have helped on games left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.forecast.combination import LARGEST_ERROR, CombinationSettings
from gatecast.prepare.context_inputs import ContextGames, ContextInputs

__all__ = ["ResidualTrees"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FOLDS = 2


@dataclass(frozen=True)
class ResidualTrees:
    """Boosted trees of what forecasts miss, in logarithms.

    Parameters
    ----------
    trees : regressor or None
        None where the trees would not have helped.
    share : float
        Of what the trees say, 0 to 1: the share that would have helped most on games left out.
    """

    trees: Any = None
    share: float = 0.0

    @classmethod
    def fit(
        cls,
        inputs: ContextInputs,
        games: ContextGames,
        middle: Floats,
        errors: Floats,
        *,
        trust: Floats,
        settings: CombinationSettings,
    ) -> tuple[ResidualTrees, Floats]:
        """Learn from past forecasts.

        Parameters
        ----------
        inputs : ContextInputs
            Of the past games as they were seen then.
        games : ContextGames
            The same games.
        middle, errors, trust : ndarray of float, shape (games,)
            Logarithm of the forecast, what came less that, and the weight of each game.
        settings : CombinationSettings

        Returns
        -------
        ResidualTrees
        ndarray of float, shape (games,)
            What trees that did not see a game would have corrected its forecast by.
        """
        x, target = _tree_inputs(inputs, games, middle), np.clip(errors, -LARGEST_ERROR, LARGEST_ERROR)
        day = games.day
        order = np.argsort(day, kind="stable")
        fold = np.empty(len(day), np.int64)
        fold[order] = np.arange(len(day)) * FOLDS // len(day)
        left_out = np.zeros(len(day))
        for i in range(FOLDS):
            inside = fold == i
            left_out[inside] = _fitted(x[~inside], target[~inside], settings).predict(x[inside])
        share = 1.0
        if not settings.alone:
            gain = (trust * left_out * target).sum() / ((trust * left_out**2).sum() + 1e-9)
            share = float(np.clip(gain, 0.0, 1.0))
        return cls(_fitted(x, target, settings) if share > 0 else None, share), share * left_out

    def correction(self, inputs: ContextInputs, games: ContextGames, middle: Floats) -> Floats:
        """Return what the trees say that forecasts miss, before the share is applied, shape (queries,)."""
        if self.trees is None or not len(middle):
            return np.zeros(len(middle))
        said: Floats = self.trees.predict(_tree_inputs(inputs, games, middle))
        return said


def _tree_inputs(inputs: ContextInputs, games: ContextGames, middle: Floats) -> npt.NDArray[np.float32]:
    """Return the inputs of the network with the codes of clubs, months and weekdays, and the forecast itself."""
    codes = np.column_stack([games.home, games.visitor, games.month, games.weekday])
    return np.hstack([inputs.features, inputs.candidates, codes, (middle - inputs.club_level)[:, None]]).astype(
        np.float32
    )


def _fitted(x: npt.NDArray[np.float32], target: Floats, settings: CombinationSettings) -> Any:  # noqa: ANN401
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

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
        return trees.fit(x, target)
