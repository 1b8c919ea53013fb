"""Do the ranges hold what they promise: the share of games below each quantile, beside its level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.evaluate.scores import GAMES, TOLERANCE, with_attendance
from gatecast.games import Games
from gatecast.games.columns import ATTENDANCE
from gatecast.games.forecast_columns import LEAD, QUANTILE_COLUMNS, QUANTILE_LEVELS

__all__ = ["LEVEL", "OBSERVED", "place_in_range", "reliability"]

LEVEL, OBSERVED = "level", "observed"
LOW, HIGH = "low", "high"


def reliability(forecasts: pl.DataFrame, games: Games, by: Sequence[str] = (LEAD,)) -> pl.DataFrame:
    """Return the share of games whose attendance fell below each quantile, one row a group and level.

    Parameters
    ----------
    forecasts : polars.DataFrame
        As for `score`; rows without all quantiles are left out.
    games : Games
    by : sequence of str
        Columns to group by; none for all rows together.

    Returns
    -------
    polars.DataFrame
        `by`, level (of the quantile, 0 to 1), observed (share of games below it, 0 to 1), games. Where the forecast
        is calibrated, observed is the level but for chance.
    """
    table = with_attendance(forecasts, games).drop_nulls(QUANTILE_COLUMNS)
    low, high = place_in_range(
        table[ATTENDANCE].to_numpy().astype(np.float64), table.select(QUANTILE_COLUMNS).to_numpy().astype(np.float64)
    )
    placed = table.select(*by, pl.Series(LOW, low), pl.Series(HIGH, high))
    levels = pl.DataFrame({LEVEL: QUANTILE_LEVELS})
    below = ((pl.col(LEVEL) - pl.col(LOW)) / (pl.col(HIGH) - pl.col(LOW))).clip(0, 1)
    return (
        placed.join(levels, how="cross")
        .group_by(*by, LEVEL, maintain_order=True)
        .agg(below.mean().alias(OBSERVED), pl.len().cast(pl.Int64).alias(GAMES))
    )


def place_in_range(
    attendance: npt.NDArray[np.float64], quantiles: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the levels between which attendance fell: the distribution function just below it and at it.

    Attendance of a sold-out game equals several quantiles at once, and its place is spread evenly over them (the
    non-randomised probability integral transform of Czado, Gneiting and Held 2009, Biometrics 65); counted as below all
    of them, it would make a calibrated forecast look too cautious.

    Parameters
    ----------
    attendance : ndarray of float, shape (games,)
        People.
    quantiles : ndarray of float, shape (games, levels)
        Rising along the levels, people.

    Returns
    -------
    low, high : ndarray of float, shape (games,)
        0 to 1, low below high.

    Examples
    --------
    >>> quantiles = np.array([[10.0, 20, 30, 40, 50, 60, 70], [10, 20, 30, 40, 50, 50, 50]])
    >>> low, high = place_in_range(np.array([45.0, 50.0]), quantiles)
    >>> low.tolist(), high.tolist()
    ([0.5, 0.625], [0.75, 1.0])
    """
    levels = np.array([0.0, *QUANTILE_LEVELS, 1.0])
    last = len(QUANTILE_LEVELS)
    under = (quantiles < attendance[:, None] - TOLERANCE).sum(axis=1)
    upto = (quantiles <= attendance[:, None] + TOLERANCE).sum(axis=1)
    tied = upto > under
    middle = (levels[:-1] + levels[1:]) / 2
    low = np.where(tied & (under > 0), middle[under], levels[under])
    high = np.where(tied, np.where(upto == last, 1.0, middle[upto]), levels[np.minimum(under + 1, last + 1)])
    return low, high
