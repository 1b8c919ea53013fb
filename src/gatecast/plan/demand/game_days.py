"""Days and homestands of a plan's games, which tie staff and stock of one game to those of the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.homestands import homestand_of

__all__ = ["UNKNOWN", "GameDays"]

IntArray = npt.NDArray[np.int64]
DateArray = npt.NDArray[np.datetime64]

UNKNOWN = -1
"""The weekday of a game without a date."""


@dataclass(frozen=True)
class GameDays:
    """Homestands, stores and days of games, each of shape (games,).

    Parameters
    ----------
    homestands : ndarray of int
        The homestand of each game, from `homestand_of`.
    stores : ndarray of int
        The store that each game sells from: one for each club; a game without a date has its own.
    days : ndarray of int
        Days since 1 January 1970; 0 where unknown.
    weekdays : ndarray of int
        0 for Monday; `UNKNOWN` where the date is not known.
    """

    homestands: IntArray
    stores: IntArray
    days: IntArray
    weekdays: IntArray

    @property
    def dates(self) -> DateArray:
        """Date of each game, shape (games,); NaT if unknown."""
        return np.where(self.weekdays == UNKNOWN, np.datetime64("NaT", "D"), self.days.astype("datetime64[D]"))

    @classmethod
    def of(cls, table: pl.DataFrame, apart: Sequence[str] = ()) -> Self:
        """Take the days of a table of games.

        Parameters
        ----------
        table : polars.DataFrame
            One row a game, with the columns home and date; games of one day in order of play.
        apart : sequence of str
            Columns whose values share neither homestand nor store, such as the lead if a game stands at several.
        """
        dates = table[c.DATE]
        clubs = table.select(pl.struct(*apart, c.HOME).rank("dense")).to_series().to_numpy().astype(np.int64)
        return cls(
            homestands=homestand_of(table, apart),
            stores=np.where(dates.is_null().to_numpy(), len(clubs) + 1 + np.arange(len(clubs)), clubs),
            days=dates.cast(pl.Int64).fill_null(0).to_numpy(),
            weekdays=(dates.dt.weekday().cast(pl.Int64) - 1).fill_null(UNKNOWN).to_numpy(),
        )

    @classmethod
    def apart(cls, games: int) -> Self:
        """Return the days of games that nothing ties together."""
        each, zero = np.arange(games), np.zeros(games, np.int64)
        return cls(homestands=each, stores=each, days=zero, weekdays=zero + UNKNOWN)
