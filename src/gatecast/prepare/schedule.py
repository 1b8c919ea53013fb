"""The schedule as numbers: who plays where and when, for every game, whatever the lead."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.table import Games

__all__ = ["Schedule"]

Ints = npt.NDArray[np.int64]
SEASON_SPAN = 1 << 12


@dataclass(frozen=True)
class Schedule:
    """Codes and days of every game, each an array of shape (games,); -1 where unknown.

    Parameters
    ----------
    home, visitor, venue : ndarray of int64
        Codes; a club has the same one at home and away, and under each of its names.
    season : ndarray of int64
        Year, or 0 where unknown.
    day : ndarray of int64
        Days since 1970-01-01, or place in the order of play.
    weekday, month : ndarray of int64
        Monday 0 to Sunday 6; January 1 to December 12.
    attendance : ndarray of int64
        People; 0 where not known, not counted, or restricted.
    stated_seats : ndarray of int64
        Published seats; 0 where unknown.
    opened : ndarray of int64
        Year in which the venue opened; 0 where unknown.
    clubs : int
        Number of clubs that have a code.
    """

    home: Ints
    visitor: Ints
    venue: Ints
    season: Ints
    day: Ints
    weekday: Ints
    month: Ints
    attendance: Ints
    stated_seats: Ints
    opened: Ints
    clubs: int

    @classmethod
    def of(cls, games: Games) -> Schedule:
        """Return the schedule of a games table."""
        table = games.table
        named = table.select(games.league.present_names(c.HOME, c.VISITOR))
        clubs = _codes(pl.concat([named[c.HOME], named[c.VISITOR].alias(c.HOME)]))
        date = table[c.DATE]
        return cls(
            home=clubs[: table.height],
            visitor=clubs[table.height :],
            venue=_codes(table[c.VENUE]),
            season=table[c.SEASON].fill_null(0).to_numpy().astype(np.int64),
            day=games.days.astype(np.int64),
            weekday=(date.dt.weekday().cast(pl.Int64) - 1).fill_null(-1).to_numpy(),
            month=date.dt.month().cast(pl.Int64).fill_null(-1).to_numpy(),
            attendance=_counted_attendance(games),
            stated_seats=table[c.CAPACITY].fill_null(0).to_numpy().astype(np.int64),
            opened=table[c.VENUE_OPENED].fill_null(0).to_numpy().astype(np.int64),
            clubs=int(clubs.max(initial=-1)) + 1,
        )

    def take(self, rows: npt.NDArray[np.intp]) -> Schedule:
        """Return the schedule of some of the games, in the order of `rows`, under the same codes."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "clubs"}
        return Schedule(**{name: values[rows] for name, values in arrays.items()}, clubs=self.clubs)

    @cached_property
    def home_season(self) -> Ints:
        """One key for club and season."""
        return self.home * SEASON_SPAN + self.season

    @cached_property
    def home_weekday(self) -> Ints:
        """One key for club and weekday; -1 where the weekday is unknown."""
        return np.where(self.weekday >= 0, self.home * 7 + self.weekday, -1)

    @cached_property
    def home_visitor(self) -> Ints:
        """One key for club and visitor; -1 where the visitor is unknown."""
        return np.where(self.visitor >= 0, self.home * self.clubs + self.visitor, -1)


def _counted_attendance(games: Games) -> Ints:
    counted = ~games.league.restricts(games.table)
    return games.table.select(pl.when(counted).then(c.ATTENDANCE).fill_null(0).cast(pl.Int64)).to_series().to_numpy()


def _codes(labels: pl.Series) -> Ints:
    """Return the rank of each label among the distinct ones, from 0; -1 for null."""
    return (labels.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
