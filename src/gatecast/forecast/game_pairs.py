"""Games to forecast beside past home games of their club: what would be forecast of games mixed of the two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.forecast.drivers import drivers_of
from gatecast.forecast.feature_swap import FeatureSwap, stacked
from gatecast.forecast.forecaster import last_day
from gatecast.forecast.prepared import as_games, places_of
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.prepare import Preparation

if TYPE_CHECKING:
    from gatecast.forecast.forecaster import Forecaster

__all__ = ["Choice", "GamePairs", "Table"]

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Table = Games | pl.DataFrame
Choice = Callable[[Games, Rows], Rows]
"""Takes some of the past home games of a club: of all games, and of the rows of those with a gate in order of play."""

BLOCK = 256
"""Mixed games are forecast so many at a time, however many there are, so that a network is compiled for one size."""


@dataclass(frozen=True)
class GamePairs:
    """Pairs of a game to forecast and a past home game of its club, both seen equally long before they are played.

    Past games are those known at the cut-off of the forecast. Seen at the same lead, they lack what the game to
    forecast lacks, such as the tickets sold a day before.

    Parameters
    ----------
    forecaster : Forecaster
    ids : tuple of str
        The games to forecast.
    games : Games
        All games, past and to come.
    drivers : tuple of str
    mixture : FeatureSwap
        Of the games to forecast, in their order, then of the past game of each pair.
    shifts : ndarray of float, shape (games to forecast, 7), or None
        Their calibration, which games mixed with them share.
    game : ndarray of int, shape (pairs,)
        The game to forecast of each pair; pairs of one game stand together.
    rows : ndarray of int, shape (pairs,)
        Where the past game of each pair stands among all games.
    """

    forecaster: Forecaster
    ids: tuple[str, ...]
    games: Games
    drivers: tuple[str, ...]
    mixture: FeatureSwap
    shifts: Floats | None
    game: Rows
    rows: Rows

    @classmethod
    def of(
        cls,
        forecaster: Forecaster,
        games: Table,
        upcoming: Table,
        as_of: dt.date | str | None,
        *,
        wanted: Sequence[str] | None,
        choice: Choice,
    ) -> Self:
        """Pair the games of `upcoming` that are wanted, or all, with the past games that `choice` takes.

        Raises
        ------
        DataError, InputError
            As for `Forecaster.forecast`; or a game that is wanted is not to come, or its club has no past home game
            with a gate.
        """
        coming = as_games(upcoming, forecaster.custom_columns)
        ids = coming.table[c.GAME_ID].to_list() if wanted is None else list(wanted)
        prepared = forecaster.prepared(games, coming)
        preparation, everything = prepared.preparation, prepared.preparation.games
        last = last_day(everything, prepared.rows, as_of)
        asked = prepared.rows[places_of(coming, ids)]
        ahead = everything.days[asked] - last
        past = [choice(everything, _past(preparation, row, last)) for row in asked]
        for game, found in zip(ids, past, strict=True):
            if not len(found):
                raise InputError(f"game {game}: got no past home game of its club with a gate, expected at least one")
        seen = [preparation.at(np.full(len(asked), last, np.int32), asked)]
        # Without dates, the arrays of a game at two leads cannot be asked for at once.
        together = [(np.concatenate(past), np.repeat(ahead, [len(found) for found in past]))]
        for rows, leads in together if everything.dated else zip(past, ahead, strict=True):
            seen.append(preparation.at((everything.days[rows] - leads).astype(np.int32), rows))
        encoding = forecaster.trained.encoding
        drivers = drivers_of([*encoding.names, *encoding.vocabularies])
        return cls(
            forecaster,
            tuple(ids),
            everything,
            tuple(drivers),
            FeatureSwap(stacked(seen), drivers, encoding),
            forecaster.shifts(prepared, asked, ahead, last),
            np.repeat(np.arange(len(asked)), [len(found) for found in past]),
            np.concatenate(past),
        )

    @property
    def past(self) -> Rows:
        """Where the past game of each pair stands in the mixture, shape (pairs,)."""
        return len(self.ids) + np.arange(len(self.rows))

    @property
    def differs(self) -> Flags:
        """Where a driver is known of the game to forecast and not the same at the past one, (pairs, drivers)."""
        return self.mixture.known(self.game) & ~self.mixture.same(self.game, self.past)

    def people(self, game: Rows, sources: Rows) -> Floats:
        """The mean forecast of mixed games, in people.

        Parameters
        ----------
        game : ndarray of int, shape (mixed,)
            The game to forecast that each is calibrated as.
        sources : ndarray of int, shape (mixed, drivers)
            Where in the mixture the game stands that each driver is taken from. Equal rows have equal forecasts.

        Returns
        -------
        ndarray of float, shape (mixed,)
        """
        different, which = np.unique(np.column_stack([game, sources]), axis=0, return_inverse=True)
        filled = np.concatenate([different, np.repeat(different[:1], -len(different) % BLOCK, axis=0)])
        means = [self._mean(part[:, 0], part[:, 1:]) for part in np.split(filled, len(filled) // BLOCK)]
        return np.concatenate(means)[which.ravel()]

    def _mean(self, game: Rows, sources: Rows) -> Floats:
        shifts = None if self.shifts is None else self.shifts[game]
        return self.forecaster.demand(self.mixture.mixed(sources), shifts).mean


def _past(preparation: Preparation, row: int, last: int) -> Rows:
    """Home games of the club of a game, with a gate known at the end of a day, in order of play."""
    schedule = preparation.schedule
    ours = (schedule.home == schedule.home[row]) & (schedule.gate > 0) & (schedule.day <= last)
    return np.flatnonzero(ours)
