"""Games to forecast paired with past home games of their club, and forecasts of games mixed from the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from gatecast.errors import InputError
from gatecast.forecast.combination_weights import CombinationWeights
from gatecast.forecast.combined import CombinedModel
from gatecast.forecast.distribution import demand_of
from gatecast.forecast.drivers import drivers_of
from gatecast.forecast.feature_swap import FeatureSwap, stacked
from gatecast.forecast.mixed_queries import MixedQueries
from gatecast.games import Games
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train.model import TrainedModel

__all__ = ["Choice", "GamePairs"]

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Choice = Callable[[Games, Rows], Rows]
"""Chooses past home games of a club, from all games and the rows of its home games with a known attendance, in order of
play."""

BLOCK = 256
"""Mixed games are forecast in blocks of this size, so that a network is compiled for one size only."""


@dataclass(frozen=True)
class GamePairs:
    """Pairs of a game to forecast and a past home game of its club, both seen equally long before they are played.

    Past games are those known at the cutoff of the forecast. Seen at the same lead, they lack what the game to
    forecast lacks, such as the tickets sold a day before.

    Parameters
    ----------
    model : TrainedModel or CombinedModel
    ids : tuple of str
        The games to forecast.
    games : Games
        All games, past and to come.
    drivers : tuple of str
    swap : FeatureSwap
        Of the games to forecast, in their order, then of the past game of each pair.
    shifts : ndarray of float, shape (games to forecast, 7), or None
        Their calibration, which games mixed with them share.
    game : ndarray of int, shape (pairs,)
        The game to forecast of each pair; pairs of one game stand together.
    rows : ndarray of int, shape (pairs,)
        Where the past game of each pair stands among all games.
    queries : MixedQueries or None
        The same games for a `CombinedModel`.
    """

    model: TrainedModel | CombinedModel
    ids: tuple[str, ...]
    games: Games
    drivers: tuple[str, ...]
    swap: FeatureSwap
    shifts: Floats | None
    game: Rows
    rows: Rows
    queries: MixedQueries | None = None

    @classmethod
    def of(
        cls,
        model: TrainedModel | CombinedModel,
        preparation: Preparation,
        ids: Sequence[str],
        asked: Rows,
        *,
        last: int,
        choice: Choice,
        shifts: Floats | None,
        learned: dict[bool, CombinationWeights] | None = None,
    ) -> Self:
        """Pair games to forecast with the past home games of their club that `choice` takes.

        Parameters
        ----------
        model : TrainedModel or CombinedModel
        preparation : Preparation
            Of all games.
        ids : sequence of str
            The games to forecast.
        asked : ndarray of int, shape (games to forecast,)
            Where they stand among all games.
        last : int
            The last day known, on the scale of `Games.days`.
        choice : callable
        shifts : ndarray of float, shape (games to forecast, 7), or None
            Their calibration.
        learned : dict, optional
            What a `CombinedModel` learned from the past games already.

        Raises
        ------
        InputError
            A club has no past home game with a known attendance.
        """
        everything = preparation.games
        ahead = everything.days[asked] - last
        past = [choice(everything, _past(preparation, row, last)) for row in asked]
        for game, rows in zip(ids, past, strict=True):
            if not len(rows):
                raise InputError(
                    f"game {game}: got no past home game of its club with a known attendance, expected at least one"
                )
        counts = [len(rows) for rows in past]
        seen = [preparation.at(np.full(len(asked), last, np.int32), asked)]
        # Without dates, the arrays of a game at two leads cannot be asked for at once.
        together = [(np.concatenate(past), np.repeat(ahead, counts))]
        for rows, leads in together if everything.dated else zip(past, ahead, strict=True):
            seen.append(preparation.at((everything.days[rows] - leads).astype(np.int32), rows))
        arrays = stacked(seen)
        encoding = Encoding.fit([arrays]) if isinstance(model, CombinedModel) else model.encoding
        drivers = drivers_of([*encoding.names, *encoding.vocabularies])
        queries = None
        if isinstance(model, CombinedModel):
            rows = np.concatenate([asked, *past])
            cutoffs = everything.days[rows].astype(np.int64) - np.concatenate([ahead, np.repeat(ahead, counts)])
            weighing, own = model.weighing(preparation, last, learned)
            query = weighing.contexts.queries(rows)
            queries = MixedQueries(model, weighing, query, cutoffs, own, own.at(rows, cutoffs), drivers)
        swap = FeatureSwap(arrays, drivers, encoding)
        of_game = np.repeat(np.arange(len(asked)), counts)
        return cls(model, tuple(ids), everything, tuple(drivers), swap, shifts, of_game, np.concatenate(past), queries)

    @property
    def past(self) -> Rows:
        """Row of the past game of each pair in `swap`, shape (pairs,)."""
        return len(self.ids) + np.arange(len(self.rows))

    @property
    def differs(self) -> Flags:
        """True if a driver of the game to forecast is known and differs from the past one, shape (pairs, drivers)."""
        return self.swap.known(self.game) & ~self.swap.same(self.game, self.past)

    def people(self, game: Rows, sources: Rows) -> Floats:
        """Return the mean forecast of mixed games, in people.

        Parameters
        ----------
        game : ndarray of int, shape (mixed,)
            The game to forecast that each is calibrated as.
        sources : ndarray of int, shape (mixed, drivers)
            Row in `swap` of the game that each driver is taken from. Equal rows have equal forecasts.

        Returns
        -------
        ndarray of float, shape (mixed,)
        """
        different, which = np.unique(np.column_stack([game, sources]), axis=0, return_inverse=True)
        filled = np.concatenate([different, np.repeat(different[:1], -len(different) % BLOCK, axis=0)])
        means = [self._mean(part[:, 0], part[:, 1:]) for part in np.split(filled, len(filled) // BLOCK)]
        return np.concatenate(means)[which.ravel()]

    def _mean(self, game: Rows, sources: Rows) -> Floats:
        if isinstance(self.model, CombinedModel):
            if self.queries is None:
                raise ValueError("queries: got none, expected those of the combined model")
            return self.queries.demand(sources).mean
        shifts = None if self.shifts is None else self.shifts[game]
        return demand_of(self.model, self.swap.mixed(sources), shifts).mean


def _past(preparation: Preparation, row: int, last: int) -> Rows:
    """Return the rows of a club's home games with an attendance known at the end of a day, in order of play."""
    schedule = preparation.schedule
    ours = (schedule.home == schedule.home[row]) & (schedule.attendance > 0) & (schedule.day <= last)
    return np.flatnonzero(ours)
