"""Boosted regression trees on the inputs of the networks, which a full league's forecasts rest on in part.

Trees make other mistakes than networks, so that a mean of both has a smaller error (docs/experiments.md). They are
fitted by scikit-learn and kept as plain arrays: nothing of a saved model is executed, and a forecast needs no
scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gatecast.prepare.encoding import Inputs
from gatecast.train.samples import Samples

__all__ = ["BoostedTrees", "columns_of", "distinct", "regressor"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

LEAF = -1
LEAST_IN_A_LEAF = 40
"""Games of a leaf: one fit with such leaves does as well as the mean of two with half of it (docs/experiments.md)."""
BLOCK = 1024
"""Games that are taken down the trees at once."""


@dataclass(frozen=True)
class BoostedTrees:
    """A sum of regression trees of attendance as a share of capacity.

    All nodes stand one after the other, tree by tree; a child of a leaf is the leaf itself.

    Parameters
    ----------
    roots : ndarray of int32, shape (trees,)
        Place of each tree's first node.
    column : ndarray of int32, shape (nodes,)
        Column that a node asks for; -1 at a leaf.
    threshold : ndarray of float64, shape (nodes,)
        Games with at most this value go left.
    left, right : ndarray of int32, shape (nodes,)
    value : ndarray of float64, shape (nodes,)
        What a leaf adds.
    start : ndarray of float64, shape (1,)
        What the values are added to.
    """

    roots: Ints
    column: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    start: Floats

    @classmethod
    def fit(cls, samples: Samples, seed: int) -> Self:
        """Fit trees on samples, each game at one training lead drawn at random."""
        leads = len(samples.attended) // samples.games
        lead = np.random.default_rng(seed).integers(0, leads, samples.games)
        rows = lead * samples.games + np.arange(samples.games)
        columns = columns_of({name: values[rows] for name, values in samples.inputs.items()})
        read = distinct(columns)
        attended = samples.attended[rows]
        return cls.of(regressor(columns[:, read], attended, samples.weights, seed, leaf=LEAST_IN_A_LEAF), read)

    @classmethod
    def of(cls, fitted: Any, read: npt.NDArray[np.intp] | None = None) -> Self:  # noqa: ANN401
        """Take the nodes of a fitted `HistGradientBoostingRegressor`, whose trees have no public form.

        It was fitted to the columns in `read`; all if not given.
        """
        trees = [tree.nodes for (tree,) in fitted._predictors]
        roots = np.cumsum([0, *(len(nodes) for nodes in trees[:-1])]).astype(np.int32)
        nodes = np.concatenate(trees)
        place = np.arange(len(nodes), dtype=np.int32)
        first = np.repeat(roots, [len(each) for each in trees])
        leaf = nodes["is_leaf"].astype(bool)
        column = nodes["feature_idx"].astype(np.intp)
        return cls(
            roots=roots,
            column=np.where(leaf, LEAF, column if read is None else read[column]).astype(np.int32),
            threshold=np.where(leaf, 0.0, nodes["num_threshold"]),
            left=np.where(leaf, place, first + nodes["left"].astype(np.int64)).astype(np.int32),
            right=np.where(leaf, place, first + nodes["right"].astype(np.int64)).astype(np.int32),
            value=np.where(leaf, nodes["value"], 0.0),
            start=np.ravel(fitted._baseline_prediction).astype(np.float64),
        )

    def predict(self, inputs: Inputs) -> Floats:
        """Return attendance as a share of capacity, from 0 to 1, shape (games,)."""
        columns = columns_of(inputs)
        parts = [self._sums(columns[begin : begin + BLOCK]) for begin in range(0, len(columns), BLOCK)]
        return np.clip(np.concatenate(parts), 0.0, 1.0)

    def _sums(self, columns: npt.NDArray[np.float32]) -> Floats:
        games = np.arange(len(columns))[:, None]
        place = np.tile(self.roots, (len(columns), 1))
        while ((asked := self.column[place]) != LEAF).any():
            goes_left = columns[games, asked] <= self.threshold[place]
            place = np.where(goes_left, self.left[place], self.right[place])
        sums: Floats = self.start + self.value[place].sum(axis=1)
        return sums

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return every array by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, npt.NDArray[Any]], columns: int) -> Self:
        """Return trees from their arrays; raises ValueError where they are no trees of so many columns."""
        trees = cls(**{field.name: tensors[field.name] for field in fields(cls)})
        nodes = len(trees.column)
        numbers, places = (trees.threshold, trees.value, trees.start), (trees.roots, trees.left, trees.right)
        sound = (
            all(each.dtype == np.float64 and np.isfinite(each).all() for each in numbers)
            and all(each.dtype == np.int32 for each in (*places, trees.column))
            and len(trees.roots) > 0
            and all(len(each) == nodes for each in (trees.threshold, trees.left, trees.right, trees.value))
            and trees.start.shape == (1,)
            and all(bool(((each >= 0) & (each < nodes)).all()) for each in places)
            and bool(((trees.column >= LEAF) & (trees.column < columns)).all())
            # Down the tree, so that it ends.
            and bool((np.minimum(trees.left, trees.right) > np.arange(nodes))[trees.column != LEAF].all())
        )
        if not sound:
            raise ValueError("trees cannot be used")
        return trees


def columns_of(inputs: Inputs) -> npt.NDArray[np.float32]:
    """Return what trees read of the inputs of a network, shape (games, columns)."""
    return np.hstack([inputs["numeric"], inputs["flags"], inputs["codes"]]).astype(np.float32)


def distinct(columns: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Return the places of columns without those that equal an earlier one: a fifth of a full league's.

    Many figures are known of the same games, so that their flags are alike.

    Examples
    --------
    >>> distinct(np.array([[0.0, 1.0, 0.0], [2.0, 2.0, 2.0]], np.float32))
    array([0, 1])
    """
    first = {column.tobytes(): place for place, column in reversed([*enumerate(columns.T)])}
    return np.array(sorted(first.values()), np.intp)


def regressor(
    columns: npt.NDArray[np.float32], attended: npt.ArrayLike, weights: npt.ArrayLike, seed: int, *, leaf: int = 20
) -> Any:  # noqa: ANN401
    """Return boosted trees of scikit-learn fitted to attendance, shape (games,), weighed by `weights`.

    A leaf has at least `leaf` games.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    trees = HistGradientBoostingRegressor(
        learning_rate=0.12,
        max_iter=80,
        max_leaf_nodes=127,
        min_samples_leaf=leaf,
        max_features=0.3,
        max_bins=63,
        early_stopping=False,
        random_state=seed,
    )
    # Threads that wait for each other by spinning lose many times what they gain where cores are shared.
    with threadpool_limits(1):
        return trees.fit(columns, attended, sample_weight=weights)
