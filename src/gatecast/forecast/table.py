"""Forecasts as a table: the columns of the contract, then what a reader needs to know which game it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.forecast.distribution import AttendanceDistribution
from gatecast.forecast.postponement import p_postponed
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import (
    AS_OF,
    FORECAST_COLUMNS,
    LEAD,
    MEAN,
    P_POSTPONED,
    P_SELLOUT,
    QUANTILE_COLUMNS,
    QUANTILE_LEVELS,
)

__all__ = ["CONTEXT_COLUMNS", "TURNED_AWAY", "contract_table", "described_table"]

TURNED_AWAY = "turned_away"
CONTEXT_COLUMNS = (c.DATE, c.START_TIME, c.HOME, c.VISITOR, c.VENUE, c.CAPACITY)
PEOPLE_DECIMALS, CHANCE_DECIMALS = 1, 4


def contract_table(
    games: Games,
    rows: npt.NDArray[np.intp],
    forecast: AttendanceDistribution,
    leads: pl.Series | str,
    cutoffs: npt.NDArray[np.int32],
) -> pl.DataFrame:
    """Return one row a game, with the columns of `FORECAST_COLUMNS`.

    Parameters
    ----------
    games : Games
    rows : ndarray of int, shape (rows,)
        Games that were forecast.
    forecast : AttendanceDistribution
        Of those games, in that order.
    leads : Series of str or str
        Days before each game, or "preseason".
    cutoffs : ndarray of int32, shape (rows,)
        The last day known.

    Returns
    -------
    polars.DataFrame
        `p_sellout` is null for games whose seats nobody states: a chance against an estimate of them would be none.
    """
    described = games.table.select(c.GAME_ID, c.SEASON, c.CAPACITY)[rows]
    as_of = pl.Series(AS_OF, cutoffs.astype(np.int32)).cast(pl.Date)
    if not games.dated:
        as_of = pl.Series(AS_OF, [None] * len(rows), pl.Date)
    quantiles = np.round(forecast.attendance(QUANTILE_LEVELS), PEOPLE_DECIMALS)
    unstated = described[c.CAPACITY].is_null().to_numpy()
    sell_out = np.where(unstated, np.nan, np.round(forecast.sell_out, CHANCE_DECIMALS))
    return described.select(
        c.GAME_ID,
        c.SEASON,
        pl.lit(leads).alias(LEAD) if isinstance(leads, str) else leads.alias(LEAD),
        as_of,
        pl.Series(MEAN, np.round(forecast.mean, PEOPLE_DECIMALS)),
        *(pl.Series(name, quantiles[:, i]) for i, name in enumerate(QUANTILE_COLUMNS)),
        pl.Series(P_SELLOUT, sell_out, nan_to_null=True),
    ).select(FORECAST_COLUMNS)


def described_table(
    table: pl.DataFrame,
    games: Games,
    rows: npt.NDArray[np.intp],
    capacity: npt.NDArray[np.float64],
    turned_away: npt.NDArray[np.float64],
) -> pl.DataFrame:
    """Return a forecast as issued: without season, with turned_away, the description of each game and p_postponed.

    `rows` are where the games of `table` stand in `games`; `capacity` and `turned_away` are those of their
    `AttendanceDistribution`. Capacity is what the venue is known to hold, null if nobody states it.
    """
    known_seats = np.isfinite(capacity)
    cutoffs = table[AS_OF].cast(pl.Int32).to_numpy()
    known = games.table.select(name for name in CONTEXT_COLUMNS if name not in (c.CAPACITY, *FORECAST_COLUMNS))[rows]
    return (
        table.with_columns(
            pl.Series(P_POSTPONED, p_postponed(games, rows, cutoffs), nan_to_null=True),
            pl.Series(TURNED_AWAY, np.round(turned_away, PEOPLE_DECIMALS)),
            pl.Series(c.CAPACITY, np.where(known_seats, capacity, 0).astype(np.int64)).set(
                pl.Series(~known_seats), None
            ),
        )
        .hstack(known)
        .select(*(name for name in FORECAST_COLUMNS if name != c.SEASON), TURNED_AWAY, *CONTEXT_COLUMNS, P_POSTPONED)
    )
