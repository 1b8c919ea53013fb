"""Home stands: runs of home games of one club, between which it does not travel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c

__all__ = ["LONGEST_PAUSE", "homestand_of"]

IntArray = npt.NDArray[np.int64]

LONGEST_PAUSE = 3
"""Most days from one game of a home stand to the next."""

ROW, STAND = "row", "stand"


def homestand_of(table: pl.DataFrame, apart: Sequence[str] = ()) -> IntArray:
    """Which games belong to one home stand.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game, in any order, with the columns home and date.
    apart : sequence of str
        Columns whose values never share a home stand, such as the lead where a game stands at several.

    Returns
    -------
    ndarray of int, shape (games,)
        One number a home stand, counted from 0. A game without a date is a home stand of its own.

    Examples
    --------
    >>> import datetime as dt
    >>> days = [dt.date(2019, 6, 9), dt.date(2019, 6, 1), dt.date(2019, 6, 2), None]
    >>> homestand_of(pl.DataFrame({"home": "A", "date": days}))
    array([1, 0, 0, 2])
    """
    keys = [*apart, c.HOME]
    rows = table.select(*keys, c.DATE).with_row_index(ROW).sort(*keys, c.DATE, nulls_last=True, maintain_order=True)
    same_club = pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift()) for key in keys)
    pause = (pl.col(c.DATE) - pl.col(c.DATE).shift()).dt.total_days()
    goes_on = (same_club & (pause <= LONGEST_PAUSE)).fill_null(False)
    numbered = rows.with_columns((~goes_on).cum_sum().alias(STAND)).sort(ROW)
    stands: IntArray = numbered[STAND].to_numpy().astype(np.int64) - 1
    return stands
