"""Hybrid games for Shapley values: the inputs of each driver come from one of two games."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.forecast.drivers import BALLPARK, FACTORS, OPPONENT, PROMOTION, RECENT_ATTENDANCE, SCHEDULE, driver_of
from gatecast.games import columns as c
from gatecast.prepare import Arrays, History, Windows
from gatecast.prepare import history as h
from gatecast.prepare.arrays import IN_PEOPLE
from gatecast.prepare.encoding import Encoding
from gatecast.prepare.tokens import HOME_SHAPE, ROAD_SHAPE

__all__ = ["FeatureSwap", "stacked"]

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class FeatureSwap:
    """Arrays of games, and of games mixed from them driver by driver.

    The past games that a game is shown stay with the day they are seen from, so that none lies in the future of a mixed
    game. Inputs that are products of what several drivers say (`gatecast.forecast.drivers.FACTORS`) are mixed factor by
    factor. A game mixed of one game alone is that game, to the bit.

    Parameters
    ----------
    arrays : Arrays
        Of the games to mix.
    drivers : sequence of str
        Their order is that of the columns of `mixed`, `same` and `known`.
    encoding : Encoding
        Says which inputs are read.
    """

    def __init__(self, arrays: Arrays, drivers: Sequence[str], encoding: Encoding) -> None:
        self.arrays, self.drivers = _rebased(arrays), list(drivers)
        self.place = {name: i for i, name in enumerate(arrays.names)}
        self.owners = np.array([self._column(driver_of(name)) for name in arrays.names])
        labelled = [name for name, labels in encoding.vocabularies.items() if labels]
        self.read = [*encoding.names, *labelled, *([c.PROMOTION] if encoding.promotions else [])]

    def mixed(self, sources: Rows) -> Arrays:
        """Return the arrays of mixed games.

        Parameters
        ----------
        sources : ndarray of int, shape (rows, drivers)
            The game that each driver is taken from.
        """
        arrays = self.arrays

        def of(driver: str) -> Rows:
            return sources[:, self._column(driver)]

        home, road, park = of(RECENT_ATTENDANCE), of(OPPONENT), of(BALLPARK)
        windows = arrays.windows
        return Arrays(
            self._numeric(sources),
            arrays.names,
            arrays.derived,
            pl.DataFrame([values[of(driver_of(values.name))] for values in arrays.categories]),
            Windows(windows.home_begin[home], windows.home_end[home], windows.road_begin[road], windows.road_end[road]),
            arrays.capacity[park],
            arrays.stated_seats[park],
            np.stack([arrays.schedule[of(driver), field] for field, driver in SCHEDULE.items()], axis=1),
            arrays.history,
        )

    def same(self, first: Rows, second: Rows) -> Flags:
        """Return True if two games have all inputs of a driver in common, shape (pairs, drivers)."""
        out = np.ones((len(first), len(self.drivers)), bool)
        for name in self.read:
            values = self._values(name)
            out[:, self._column(driver_of(name))] &= values[first] == values[second]
        arrays = self.arrays
        for field, driver in SCHEDULE.items():
            out[:, self._column(driver)] &= arrays.schedule[first, field] == arrays.schedule[second, field]
        for seats in (arrays.capacity, arrays.stated_seats):
            out[:, self._column(BALLPARK)] &= _equal(seats[first], seats[second])
        # Past games seen from different days are never the same, unless there are none.
        seen = arrays.windows
        for driver, count in (
            (RECENT_ATTENDANCE, seen.home_end - seen.home_begin),
            (OPPONENT, seen.road_end - seen.road_begin),
        ):
            out[:, self._column(driver)] &= (first == second) | ((count[first] == 0) & (count[second] == 0))
        return out

    def known(self, rows: Rows) -> Flags:
        """Return True if anything is known of a driver at a game, shape (rows, drivers)."""
        out = np.zeros((len(rows), len(self.drivers)), bool)
        for name in self.read:
            if name in self.place:
                out[:, self._column(driver_of(name))] |= ~np.isnan(self._of(name)[rows])
            else:
                out[:, self._column(driver_of(name))] |= self.arrays.categories[name].is_not_null().to_numpy()[rows]
        # A visitor's form is even where nobody knows who visits.
        out[:, self._column(OPPONENT)] &= self.arrays.categories[c.VISITOR].is_not_null().to_numpy()[rows]
        # To have none is known.
        out[:, self._column(PROMOTION)] = True
        return out

    def _column(self, driver: str) -> int:
        # A custom column that no network reads may come from anywhere.
        return self.drivers.index(driver if driver in self.drivers else RECENT_ATTENDANCE)

    def _of(self, name: str) -> npt.NDArray[np.float32]:
        values: npt.NDArray[np.float32] = self.arrays.numeric[:, self.place[name]]
        return values

    def _values(self, name: str) -> npt.NDArray[np.int64]:
        """Return codes that are equal where the values of an input are, unknown ones too."""
        values = pl.Series(self._of(name)) if name in self.place else self.arrays.categories[name]
        return values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()

    def _numeric(self, sources: Rows) -> npt.NDArray[np.float32]:
        out = self.arrays.numeric[sources[:, self.owners], np.arange(len(self.owners))].astype(np.float64)
        park, capacity = sources[:, self._column(BALLPARK)], self.arrays.capacity.astype(np.float64)
        for name, place in self.place.items():
            owner = sources[:, self.owners[place]]
            if name.startswith(IN_PEOPLE):
                out[:, place] *= _change(capacity, park, owner)
            for driver, top, bottom in FACTORS.get(name, ()):
                part = self._people(top) / self._people(bottom) if bottom else self._people(top)
                out[:, place] *= _change(part, owner, sources[:, self._column(driver)])
        return out.astype(np.float32)

    def _people(self, name: str) -> Floats:
        """Return an input, attendance in people."""
        values = self._of(name).astype(np.float64)
        return values * self.arrays.capacity if name.startswith(IN_PEOPLE) else values


def stacked(parts: Sequence[Arrays]) -> Arrays:
    """Return the arrays of all games of several, which come from one preparation."""
    first = parts[0]
    return Arrays(
        np.concatenate([each.numeric for each in parts]),
        first.names,
        first.derived,
        pl.concat([each.categories for each in parts]),
        Windows(
            np.concatenate([each.windows.home_begin for each in parts]),
            np.concatenate([each.windows.home_end for each in parts]),
            np.concatenate([each.windows.road_begin for each in parts]),
            np.concatenate([each.windows.road_end for each in parts]),
        ),
        np.concatenate([each.capacity for each in parts]),
        np.concatenate([each.stated_seats for each in parts]),
        np.concatenate([each.schedule for each in parts]),
        first.history,
    )


def _equal(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> Flags:
    equal: Flags = (first == second) | (np.isnan(first) & np.isnan(second))
    return equal


def _change(values: Floats, before: Rows, after: Rows) -> Floats:
    """Return the ratio of a value between two games; 1 if either is missing or 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        change = values[after] / values[before]
    return np.where(np.isfinite(change) & (change > 0), change, 1.0)


def _rebased(arrays: Arrays) -> Arrays:
    """Return the same games, each with past attendance of its own, whose day and season are told from the game's."""
    own = arrays.windows
    schedule = arrays.schedule.copy()
    home, home_begin, home_end = _windows(arrays.history.home, own.home_begin, own.home_end, HOME_SHAPE[0], schedule)
    road, road_begin, road_end = _windows(arrays.history.road, own.road_begin, own.road_end, ROAD_SHAPE[0], schedule)
    schedule[:, [h.DAY, h.SEASON]] = 0.0
    return Arrays(
        arrays.numeric,
        arrays.names,
        arrays.derived,
        arrays.categories,
        Windows(home_begin, home_end, road_begin, road_end),
        arrays.capacity,
        arrays.stated_seats,
        schedule,
        History(schedule, home, road),
    )


def _windows(
    table: npt.NDArray[np.float32],
    begin: npt.NDArray[np.int32],
    end: npt.NDArray[np.int32],
    width: int,
    schedule: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the last `width` entries of each range one after the other, and where each game's begin and end."""
    index = end[:, None] + np.arange(-width, 0)
    entries = table[np.where(index >= begin[:, None], index, -1)]
    for field in (h.DAY, h.SEASON):
        entries[..., field] -= schedule[:, field, None]
    last = ((np.arange(len(begin)) + 1) * width).astype(np.int32)
    flat = np.concatenate([entries.reshape(-1, h.FIELDS), np.zeros((1, h.FIELDS), np.float32)])
    return flat, last - np.minimum(end - begin, width).astype(np.int32), last
