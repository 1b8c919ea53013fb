"""Past games sorted by key and day, so that any sum up to a cutoff is two look-ups and a subtraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["PrefixSums", "RangeMaximum", "Ranges", "ratio"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DAY_SPAN = 1 << 20
DAY_SHIFT = 1 << 18
MANY = 1000
"""Look-ups from which on it pays to sort them."""


@dataclass(frozen=True)
class Ranges:
    """Half-open ranges of entries of a `PrefixSums`, one per query.

    Parameters
    ----------
    begin, end : ndarray of int64, shape (queries,)
    """

    begin: Ints
    end: Ints

    @property
    def count(self) -> Ints:
        """Number of entries in each range, shape (queries,)."""
        return self.end - self.begin

    def latest(self, count: int) -> Ranges:
        """Return the last `count` entries of each range."""
        return Ranges(np.maximum(self.begin, self.end - count), self.end)


class PrefixSums:
    """Running totals of whole-number values of past games, sorted by key and day.

    Sums are kept as running totals of whole numbers, which are exact: a value beyond a range cannot change even the
    last bit of its sum, so what was not known at a cutoff cannot reach a forecast through rounding.

    Parameters
    ----------
    keys : ndarray of int, shape (entries,)
        At least 0; an entry with a negative key is left out.
    days : ndarray of int, shape (entries,)
        Day of each entry.
    values : ndarray of int, shape (entries, quantities)
    """

    def __init__(self, keys: npt.ArrayLike, days: npt.ArrayLike, values: npt.ArrayLike) -> None:
        stamps = _stamp(np.asarray(keys), np.asarray(days))
        order = np.argsort(stamps, kind="stable")
        self.order: Ints = order[np.searchsorted(stamps[order], 0) :]
        self.stamps = stamps[self.order]
        table = np.asarray(values, np.int64)[self.order]
        self.totals = np.concatenate([np.zeros((1, table.shape[1]), np.int64), np.cumsum(table, axis=0)])

    @property
    def longest(self) -> int:
        """Entries of the key that has most."""
        _, counts = np.unique(self.stamps // DAY_SPAN, return_counts=True)
        return int(counts.max(initial=0))

    def until(self, keys: npt.ArrayLike, last_days: npt.ArrayLike) -> Ranges:
        """Return entries of each key dated at most `last_days`; none for a negative key. Shapes (queries,)."""
        return self.between(keys, np.int64(-DAY_SHIFT), last_days)

    def between(self, keys: npt.ArrayLike, first_days: npt.ArrayLike, last_days: npt.ArrayLike) -> Ranges:
        """Return entries of each key from `first_days` to `last_days`, both included. Shapes (queries,)."""
        wanted = np.asarray(keys)
        last, first = (_stamp(wanted, np.asarray(days)) for days in (last_days, first_days))
        if last.size < MANY:
            end, begin = np.searchsorted(self.stamps, last, "right"), np.searchsorted(self.stamps, first, "left")
            return Ranges(np.minimum(begin, end), end)
        # In order, as jumps through a long table cost most.
        order = np.argsort(last, kind="stable")
        begin, end = np.empty((2, len(last)), np.int64)
        end[order] = np.searchsorted(self.stamps, last[order], "right")
        begin[order] = np.searchsorted(self.stamps, first[order], "left")
        return Ranges(np.minimum(begin, end), end)

    def sums(self, ranges: Ranges) -> Ints:
        """Return the sum of each quantity over each range, shape (queries, quantities)."""
        out: Ints = self.totals[ranges.end] - self.totals[ranges.begin]
        return out

    def means(self, ranges: Ranges, quantity: int = 0) -> Floats:
        """Return the mean of one quantity over each range, shape (queries,); NaN where the range is empty."""
        return ratio(self.sums(ranges)[:, quantity], ranges.count)

    def days_of(self, entries: Ints) -> Ints:
        """Return the day of each entry, shape as `entries`; an index out of bounds is clipped into it."""
        if not len(self.stamps):
            return np.zeros_like(entries)
        return self.stamps[np.clip(entries, 0, len(self.stamps) - 1)] % DAY_SPAN - DAY_SHIFT


class RangeMaximum:
    """Largest value over ranges of a sequence, by a table of maxima over powers of two (Bender & Farach-Colton 2000).

    Parameters
    ----------
    values : ndarray of int64, shape (entries,)
        From 0 to 2,147,483,647.
    longest : int, optional
        Entries of the longest range that is asked for; all if not given.
    """

    def __init__(self, values: Ints, longest: int | None = None) -> None:
        # Whole numbers of people fit into half the bytes, and there are as many levels as the longest range asks for.
        most = len(values) if longest is None else longest
        self.table = np.tile(np.append(values, 0).astype(np.int32), (max(most.bit_length(), 1), 1))
        for level in range(1, len(self.table)):
            width = 1 << (level - 1)
            below = self.table[level - 1]
            self.table[level] = below
            np.maximum(below[:-width], below[width:], out=self.table[level, :-width])

    def over(self, ranges: Ranges) -> Ints:
        """Return the largest value in each range, 0 where it is empty, shape (queries,)."""
        count = ranges.count
        level = np.where(count > 0, np.frexp(np.maximum(count, 1).astype(np.float64))[1] - 1, 0)
        first = self.table[level, np.minimum(ranges.begin, self.table.shape[1] - 1)]
        second = self.table[level, np.maximum(ranges.end - (1 << level), 0)]
        return np.where(count > 0, np.maximum(first, second), 0).astype(np.int64)


def ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> Floats:
    """Return the quotient where the denominator is above 0, else NaN."""
    above, below = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    out = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def _stamp(keys: npt.NDArray[np.int_], days: npt.NDArray[np.int_]) -> Ints:
    """Return one sortable number for a key and a day; -1 for a negative key."""
    keys, days = keys.astype(np.int64), days.astype(np.int64)
    return np.where(keys >= 0, keys * DAY_SPAN + days + DAY_SHIFT, -1)
