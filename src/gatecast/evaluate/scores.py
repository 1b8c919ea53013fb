"""Scores of forecasts: errors, pinball loss, CRPS, coverage, width and Brier score against the attendance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from operator import add

import polars as pl

from gatecast.errors import DataError
from gatecast.games import Games
from gatecast.games.columns import ATTENDANCE, CAPACITY, DATE, GAME_ID
from gatecast.games.forecast_columns import LEAD, MEAN, MEDIAN, MODEL, P_SELLOUT, QUANTILE_LEVELS, quantile_column
from gatecast.games.frames import Frame, IntoFrame, as_the_kind_of, to_polars

__all__ = [
    "BIAS",
    "BRIER",
    "COVERAGES",
    "CRPS",
    "GAMES",
    "MAE",
    "MAPE",
    "MONTH",
    "PINBALL",
    "RMSE",
    "SCORE_COLUMNS",
    "SMALLEST_SCORED_ATTENDANCE",
    "WAPE",
    "WEEKDAY",
    "WIDTH_80",
    "crps_weights",
    "score",
    "with_attendance",
]

SMALLEST_SCORED_ATTENDANCE = 500
"""Only games with an attendance above this are scored: lower figures are unknown, or of games behind closed doors."""
PINBALL_LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)
TOLERANCE = 1.0
"""An attendance this many people outside a bound counts as inside: attendance is a whole number, bounds are not."""

GAMES, MAE, RMSE, MAPE, WAPE = "games", "mae", "rmse", "mape", "wape"
PINBALL, CRPS, WIDTH_80, BIAS, BRIER = "pinball", "crps", "width_80", "bias", "brier"
COVERAGES = {"coverage_50": (0.25, 0.75), "coverage_80": (0.10, 0.90), "coverage_90": (0.05, 0.95)}
SCORE_COLUMNS = (GAMES, MAE, RMSE, MAPE, WAPE, PINBALL, CRPS, *COVERAGES, WIDTH_80, BIAS, BRIER)
WEEKDAY, MONTH = "weekday", "month"
LAST_LEAD = 10**6


def score(forecasts: Frame, games: Games | IntoFrame, by: str | Sequence[str] = (LEAD,)) -> Frame:
    """Score forecasts against the attendance, one row for each group.

    Parameters
    ----------
    forecasts : data frame (pandas, polars, Arrow)
        One row for each game and lead (and `model`, if several forecasters stand in one table): game_id and any of
        lead, mean, q05 to q95 and p_sellout. A score that needs a column which is absent or empty is null.
    games : Games or data frame
        Those with an attendance above 500 are scored.
    by : str or sequence of str
        Columns of either table to group by, or `weekday` (1 is Monday) and `month`; none for one row overall.

    Returns
    -------
    data frame of the kind of `forecasts`
        `by`, then games; mae (of q50), rmse (of mean), in people; mape and wape (of q50), in percent; pinball (mean
        over the levels .1 .25 .5 .75 .9), crps, in people; coverage_50, _80, _90, in percent; width_80 and bias
        (attendance minus q50), in people; brier (of p_sellout against an attendance that reached the capacity), 0 to 1.

    Raises
    ------
    DataError
        A game and lead stands twice, or a column to group by is in neither table.

    Examples
    --------
    >>> import polars as pl
    >>> played = pl.DataFrame({"game_id": ["A", "B"], "attendance": [4000, 5000]})
    >>> forecasts = pl.DataFrame({"game_id": ["A", "B"], "lead": ["7", "7"], "q50": [4100.0, 4700.0]})
    >>> score(forecasts, played, by="lead").select("lead", "games", "mae").rows()
    [('7', 2, 200.0)]
    """
    groups = [by] if isinstance(by, str) else list(by)
    played = games if isinstance(games, Games) else Games.from_frame(games)
    return as_the_kind_of(_scored(to_polars(forecasts, "forecasts"), played, groups), forecasts)  # type: ignore[no-any-return]


def _scored(forecasts: pl.DataFrame, games: Games, by: Sequence[str]) -> pl.DataFrame:
    table = with_attendance(forecasts, games)
    missing = [name for name in by if name not in table.columns]
    if missing:
        known = ", ".join(sorted(set(table.columns) - set(SCORE_COLUMNS)))
        raise DataError(f"a score by {missing[0]!r}", f"columns of the forecasts or the games: {known}")
    metrics = _metrics()
    if not by:
        return table.select(metrics)
    return table.group_by(by).agg(metrics).sort([_order(name) for name in by], nulls_last=True)


def with_attendance(forecasts: pl.DataFrame, games: Games) -> pl.DataFrame:
    """Return the forecasts of scored games, each with all that is known of its game.

    Returns
    -------
    polars.DataFrame
        The columns of `forecasts`, with a null one for each of mean, quantiles and p_sellout it lacks, then those of
        the games, weekday and month. What stands in both is taken from the games.

    Raises
    ------
    DataError
        There is no game_id, or a game and lead stands twice.
    """
    if GAME_ID not in forecasts.columns:
        raise DataError(f"columns {', '.join(forecasts.columns) or 'none'}", f"a forecasts table with {GAME_ID}")
    key = [name for name in (GAME_ID, LEAD, MODEL) if name in forecasts.columns]
    numbers = (MEAN, *(quantile_column(level) for level in QUANTILE_LEVELS), P_SELLOUT)
    present = [name for name in numbers if name in forecasts.columns]
    table = forecasts.with_columns(
        *(pl.col(name).cast(pl.Float64).fill_nan(None) for name in present),
        *(pl.lit(None, pl.Float64).alias(name) for name in numbers if name not in present),
        *(pl.col(name).cast(pl.String) for name in key),
    )
    twice = table.filter(table.select(key).is_duplicated())
    if twice.height:
        row = ", ".join(f"{name} {twice[name][0]}" for name in key)
        raise DataError(f"{row} a second time", "one forecast for each game and lead", "take the repeated row out")
    known = games.table.filter(pl.col(ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE).with_columns(
        pl.col(DATE).dt.weekday().alias(WEEKDAY), pl.col(DATE).dt.month().alias(MONTH)
    )
    return table.drop([name for name in known.columns if name != GAME_ID], strict=False).join(
        known, on=GAME_ID, maintain_order="left"
    )


def crps_weights(levels: Sequence[float]) -> list[float]:
    """Return weights that turn pinball losses at some levels into the continuous ranked probability score.

    The CRPS is twice the integral of the pinball loss over the levels from 0 to 1 (Gneiting and Ranjan 2011,
    Journal of Business & Economic Statistics 29). The trapezoid rule with no loss at 0 and 1 gives each level half
    the distance between its neighbours, doubled.

    Examples
    --------
    >>> [round(weight, 3) for weight in crps_weights((0.25, 0.5, 0.75))]
    [0.5, 0.5, 0.5]
    """
    ends = [0.0, *levels, 1.0]
    return [after - before for before, after in zip(ends, ends[2:], strict=False)]


@cache
def _metrics() -> tuple[pl.Expr, ...]:
    """Return every score as an aggregate over a group; made once, as that takes longer than scoring a small table."""
    attendance, median = pl.col(ATTENDANCE).cast(pl.Float64), pl.col(MEDIAN)
    error = attendance - median
    low, high = pl.col(quantile_column(0.10)), pl.col(quantile_column(0.90))
    pinball = reduce(add, (_pinball(level) for level in PINBALL_LEVELS)) / len(PINBALL_LEVELS)
    weights = zip(QUANTILE_LEVELS, crps_weights(QUANTILE_LEVELS), strict=True)
    sold_out = (attendance >= pl.col(CAPACITY)).cast(pl.Float64)
    return (
        pl.len().cast(pl.Int64).alias(GAMES),
        error.abs().mean().alias(MAE),
        (attendance - pl.col(MEAN)).pow(2).mean().sqrt().alias(RMSE),
        (error.abs() / attendance).mean().mul(100).alias(MAPE),
        (error.abs().mean() / attendance.filter(median.is_not_null()).mean() * 100).alias(WAPE),
        pinball.mean().alias(PINBALL),
        reduce(add, (_pinball(level) * weight for level, weight in weights)).mean().alias(CRPS),
        *(_inside(*levels).mean().mul(100).alias(name) for name, levels in COVERAGES.items()),
        (high - low).mean().alias(WIDTH_80),
        error.mean().alias(BIAS),
        (pl.col(P_SELLOUT) - sold_out).pow(2).mean().alias(BRIER),
    )


def _pinball(level: float) -> pl.Expr:
    gap = pl.col(ATTENDANCE).cast(pl.Float64) - pl.col(quantile_column(level))
    return gap * (level - (gap < 0).cast(pl.Float64))


def _inside(lower: float, upper: float) -> pl.Expr:
    low, high, attendance = pl.col(quantile_column(lower)), pl.col(quantile_column(upper)), pl.col(ATTENDANCE)
    inside = (attendance >= low - TOLERANCE) & (attendance <= high + TOLERANCE)
    return pl.when(low.is_not_null() & high.is_not_null()).then(inside)


def _order(name: str) -> pl.Expr:
    """Return leads by their number of days with those in words last; all else as it is."""
    return pl.col(name).cast(pl.Int64, strict=False).fill_null(LAST_LEAD) if name == LEAD else pl.col(name)
