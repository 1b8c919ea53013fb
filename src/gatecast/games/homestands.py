"""Homestands: runs of home games of one club, between which it does not travel.

This is the only definition: features, plans, the calendar and the report all use it. Two home games more than
`LONGEST_PAUSE` days apart belong to two homestands. Nothing is known of when a game without a date is played, so it is
a homestand of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c

__all__ = ["LONGEST_PAUSE", "homestand_of", "homestand_starts"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

LONGEST_PAUSE = 3
"""Most days from one game of a homestand to the next."""
ROW, DAY, APART = "row", "day", "apart"


def homestand_starts(day: IntArray, apart: BoolArray) -> BoolArray:
    """Mark the first game of each homestand.

    Parameters
    ----------
    day : ndarray of int, shape (games,)
        Day numbers; the games of a club stand together, by day.
    apart : ndarray of bool, shape (games,)
        True where a game cannot belong to the homestand of the game before it, such as one of another club.

    Returns
    -------
    ndarray of bool, shape (games,)

    Examples
    --------
    >>> homestand_starts(np.array([1, 2, 6]), np.array([True, False, False])).tolist()
    [True, False, True]
    """
    return apart | (np.diff(day, prepend=day[:1]) > LONGEST_PAUSE)


def homestand_of(table: pl.DataFrame, apart: Sequence[str] = ()) -> IntArray:
    """Return the number of the homestand that each game belongs to.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game, in any order, with the column date if dates are known, and home if there are several clubs.
    apart : sequence of str
        Further columns whose values never share a homestand, such as the lead if a game stands at several.

    Returns
    -------
    ndarray of int, shape (games,)
        Numbers from 0, by club and day. A game without a date is a homestand of its own.

    Examples
    --------
    >>> import datetime as dt
    >>> days = [dt.date(2019, 6, 9), dt.date(2019, 6, 1), dt.date(2019, 6, 2), None]
    >>> homestand_of(pl.DataFrame({"home": "A", "date": days}))
    array([1, 0, 0, 2])
    """
    if c.DATE not in table.columns:
        return np.arange(table.height)
    keys = [*apart, *(name for name in (c.HOME,) if name in table.columns)]
    rows = table.select(*keys, c.DATE).with_row_index(ROW).sort(*keys, c.DATE, nulls_last=True, maintain_order=True)
    in_order = rows.select(
        ROW,
        pl.col(c.DATE).cast(pl.Date).cast(pl.Int64).fill_null(0).alias(DAY),
        pl.any_horizontal(
            pl.col(c.DATE).is_null(), *(pl.col(key).ne_missing(pl.col(key).shift()) for key in keys)
        ).alias(APART),
    )
    row, day, begins = (in_order[name].to_numpy() for name in (ROW, DAY, APART))
    begins = begins | (np.arange(len(row)) == 0)
    homestands = np.empty(table.height, np.int64)
    homestands[row] = np.cumsum(homestand_starts(day, begins)) - 1
    return homestands
