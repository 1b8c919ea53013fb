"""Another method's forecasts to compare with: a table with fewer quantiles, completed.

Between two quantiles, and beyond the outermost as far as 5 and 95%, a distribution continues like a normal one:
linear in the normal score, with the slope of the two outermost quantiles. Plans read any forecast beyond its outermost
quantiles in this way (`gatecast.forecast.scenarios.marginal_points`), so a method that gives q10 and q25 is read as if
it had given a q05 on their line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import LEAD, MEAN, MEDIAN, QUANTILE_COLUMNS, QUANTILE_LEVELS
from gatecast.normal import normal_quantiles
from gatecast.plan.demand.forecast_table import ForecastTable

__all__ = ["checked_others", "completed_quantiles", "read_others"]

FloatArray = npt.NDArray[np.float64]

LEVEL_OF = dict(zip(QUANTILE_COLUMNS, QUANTILE_LEVELS, strict=True))


def read_others(path: str | Path) -> pl.DataFrame:
    """Read another method's forecasts from CSV, XLSX or Parquet; see `checked_others`."""
    from gatecast.collect import read_table

    raw = read_table(path)
    frame = raw.frame
    if raw.decimal_comma:
        numbers = [name for name in QUANTILE_COLUMNS if frame.schema.get(name) == pl.String]
        frame = frame.with_columns(pl.col(numbers).str.replace(",", ".", literal=True))
    return checked_others(frame, file=raw.file, rows=list(raw.rows))


def checked_others(frame: pl.DataFrame, *, file: str = "", rows: list[int] | None = None) -> pl.DataFrame:
    """Type and check another method's forecasts.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a game and lead: game_id, lead, the median, and at least one quantile on each side of it.
    file : str
        Name to use in messages.
    rows : list of int, optional
        The row of `file` of each row; counted from 2 (below a header) if not given.

    Returns
    -------
    polars.DataFrame
        game_id, lead and the given quantiles.

    Raises
    ------
    DataError
        The first problem found, with file, row and column.
    """
    columns = [name for name in QUANTILE_COLUMNS if name in frame.columns]
    expected = f"columns {c.GAME_ID}, {LEAD}, {MEDIAN} and quantiles on both sides of it, such as q10 and q90"
    for name in (c.GAME_ID, LEAD, MEDIAN):
        if name not in frame.columns:
            raise DataError(f"no column {name}", expected, file=file, column=name)
    middle = columns.index(MEDIAN)
    if middle in (0, len(columns) - 1):
        raise DataError(f"{', '.join(columns)} alone", expected, file=file, column=MEDIAN)
    nearest = {name: min(columns, key=lambda other: abs(LEVEL_OF[other] - LEVEL_OF[name])) for name in QUANTILE_COLUMNS}
    stand_ins = [pl.col(nearest[name]).alias(name) for name in QUANTILE_COLUMNS]
    table = ForecastTable.check(
        frame.select(c.GAME_ID, LEAD, *stand_ins, pl.col(MEDIAN).alias(MEAN)), file=file, rows=rows
    )
    return table.frame.select(c.GAME_ID, LEAD, *columns)


def completed_quantiles(quantiles: FloatArray, columns: Sequence[str], seats: FloatArray) -> FloatArray:
    """Return all quantiles of a plan from some of them.

    Parameters
    ----------
    quantiles : ndarray of float, shape (games, len(columns))
    columns : sequence of str
        The quantiles given, of `QUANTILE_COLUMNS`, in their order.
    seats : ndarray of float, shape (games,)
        An added quantile never exceeds the seats, or the highest given quantile if that is more; NaN if unknown.

    Returns
    -------
    ndarray of float, shape (games, len(QUANTILE_COLUMNS))

    Examples
    --------
    >>> quantiles = np.array([[18.0, 20.0, 24.0]]) * 1000
    >>> completed_quantiles(quantiles, ["q10", "q50", "q90"], np.array([25_000.0])).round().tolist()
    [[17433.0, 18000.0, 18947.0, 20000.0, 22105.0, 24000.0, 25000.0]]
    """
    scores = normal_quantiles(np.array(QUANTILE_LEVELS))
    known = normal_quantiles(np.array([LEVEL_OF[name] for name in columns]))
    left = np.clip(np.searchsorted(known, scores, side="right") - 1, 0, len(known) - 2)
    share = (scores - known[left]) / (known[left + 1] - known[left])
    completed = quantiles[:, left] * (1 - share) + quantiles[:, left + 1] * share
    most = np.fmax(np.where(np.isnan(seats), np.inf, seats), quantiles[:, -1])
    limited: FloatArray = np.clip(completed, 0.0, most[:, None])
    return limited
