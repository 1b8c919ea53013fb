"""From arrays to the inputs of a network: scalers and vocabularies, fitted on training games only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.prepare.arrays import IN_PEOPLE, Arrays
from gatecast.prepare.tokens import HOME_SHAPE, ROAD_SHAPE

__all__ = ["Encoding", "Inputs"]

Inputs = dict[str, npt.NDArray[Any]]

FAR = 5.0
"""Standardised numbers are clipped to this many standard deviations."""
IDENTITIES = (c.HOME, c.VISITOR, c.VENUE, c.HOME_STARTER, c.VISITOR_STARTER)
RARE_SHARE = 1 / 4000
UNKNOWN_LEVEL = -1.0
FEW_GAMES = 60
"""With fewer training games than this, figures derived from past results are left out but for the longest mean."""
LONGEST_MEAN = "gate_last81"


@dataclass(frozen=True)
class Encoding:
    """Scalers and vocabularies learned from training games.

    Parameters
    ----------
    names : list of str
        The numeric features used, in order; features that never vary in training are left out.
    centre, spread : list of float
        Mean and standard deviation of each numeric feature.
    incomplete : list of str
        Features that were unknown for some training game: each has a flag that says whether it is known.
    vocabularies : dict of str to list of str
        Labels of each category; the code of a label is its place, counted from 1, and 0 stands for any other.
    promotions : list of str
        Promotion labels, one flag each.
    capacity : float
        People that a venue of unknown capacity is assumed to hold: the median of training.
    """

    names: list[str]
    centre: list[float]
    spread: list[float]
    incomplete: list[str]
    vocabularies: dict[str, list[str]]
    promotions: list[str]
    capacity: float

    @classmethod
    def fit(cls, known: Sequence[Arrays]) -> Self:
        """Learn from the training games.

        Parameters
        ----------
        known : sequence of Arrays
            The same games at each training lead.
        """
        games = len(known[0].capacity)
        there = sum((~np.isnan(arrays.numeric)).sum(axis=0) for arrays in known)
        count = np.maximum(there, 1)
        centre = sum(np.nansum(arrays.numeric, axis=0, dtype=np.float64) for arrays in known) / count
        squares = sum(np.nansum((arrays.numeric - centre) ** 2, axis=0) for arrays in known)
        spread = np.sqrt(squares / count)
        varies = spread > 1e-6
        if games < FEW_GAMES:
            varies &= np.array([name == LONGEST_MEAN or name not in known[0].derived for name in known[0].names])
        partly = varies & (there < games * len(known)) & (there > 0)
        names = np.array(known[0].names)
        labels = pl.concat([arrays.categories for arrays in known])
        capacity = known[0].capacity
        return cls(
            names=names[varies].tolist(),
            centre=centre[varies].tolist(),
            spread=spread[varies].tolist(),
            incomplete=names[partly].tolist(),
            vocabularies={name: _vocabulary(labels[name]) for name in labels.columns if name != c.PROMOTION},
            promotions=_vocabulary(labels[c.PROMOTION].str.split(";").explode(empty_as_null=True).replace("", None)),
            capacity=float(np.nanmedian(capacity)) if np.isfinite(capacity).any() else 1.0,
        )

    def inputs(self, arrays: Arrays) -> Inputs:
        """Return the inputs of a network for every game: arrays of `games` rows, by name.

        `numeric`, `levels` (float32), `flags` (bool) and `codes` (int32) are inputs as they are; `query` and the four
        pointers into the history are what `gatecast.prepare.tokens` makes the other inputs from.
        """
        place = {name: i for i, name in enumerate(arrays.names)}
        chosen = arrays.numeric[:, [place[name] for name in self.names]]
        standard = np.clip((chosen - np.array(self.centre)) / np.array(self.spread), -FAR, FAR)
        levels = arrays.numeric[:, [place[name] for name in self.level_names]]
        return {
            "numeric": np.nan_to_num(standard, nan=0.0).astype(np.float32),
            "flags": self._flags(arrays, place),
            "levels": np.nan_to_num(levels, nan=UNKNOWN_LEVEL).astype(np.float32),
            "codes": self._codes(arrays.categories),
            "query": np.column_stack([arrays.schedule, self.capacities(arrays)]),
            **asdict(arrays.windows),
        }

    def capacities(self, arrays: Arrays) -> npt.NDArray[np.float32]:
        """Return the capacity of every game in people, the median of training where unknown, shape (games,)."""
        return np.where(np.isfinite(arrays.capacity), arrays.capacity, self.capacity).astype(np.float32)

    @property
    def level_names(self) -> list[str]:
        """Names of the features that are past attendance."""
        return [name for name in self.names if name.startswith(IN_PEOPLE)]

    @property
    def sizes(self) -> dict[str, Any]:
        """Sizes of the inputs, as arguments of `gatecast.networks.signature.Signature`."""
        return {
            "numeric": len(self.names),
            "flags": len(self.incomplete) + len(self.promotions),
            "levels": len(self.level_names),
            "vocabularies": tuple(len(labels) + 1 for labels in self.vocabularies.values()),
            "identities": tuple(name in IDENTITIES for name in self.vocabularies),
            "home": HOME_SHAPE,
            "road": ROAD_SHAPE,
        }

    def as_json(self) -> dict[str, Any]:
        """Return everything learned, as plain lists and numbers."""
        return asdict(self)

    def _flags(self, arrays: Arrays, place: dict[str, int]) -> npt.NDArray[np.bool_]:
        known = ~np.isnan(arrays.numeric[:, [place[name] for name in self.incomplete]])
        held = arrays.categories[c.PROMOTION].fill_null("").str.split(";")
        promoted = [held.list.contains(label).to_numpy() for label in self.promotions]
        return np.column_stack([known, *promoted]).astype(np.bool_)

    @cached_property
    def _coded(self) -> list[pl.Expr]:
        """The code of each label column; kept, as making it takes longer than coding a few games."""
        return [
            pl.col(name).replace_strict(known, range(1, len(known) + 1), default=0, return_dtype=pl.Int32)
            if known
            else pl.lit(0, pl.Int32).alias(name)
            for name, known in self.vocabularies.items()
        ]

    def _codes(self, labels: pl.DataFrame) -> npt.NDArray[np.int32]:
        coded = labels.select(self._coded)
        return coded.to_numpy().astype(np.int32).reshape(labels.height, len(self.vocabularies))


def _vocabulary(labels: pl.Series) -> list[str]:
    """Return labels seen often enough to learn from, in order of the alphabet."""
    counts = labels.drop_nulls().value_counts(name="n")
    often = counts.filter(pl.col("n") >= max(1.0, RARE_SHARE * len(labels)))
    return sorted(often[labels.name].to_list())
