"""Issue forecasts, and join issued forecasts with the attendance known since."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gatecast.evaluate.scores import SMALLEST_SCORED_ATTENDANCE
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.service.freshness import forecast_inputs
from gatecast.store.schema import ISSUES

__all__ = ["DAYS", "PLACE", "forecasts_with_attendance", "issue_forecast", "last_of_each", "scored_forecasts"]

DAYS, PLACE = "days", "place"
"""Days from the cutoff to the game, and the game's place in the order of play."""
DAY_THEN, ROW = "day then", "row"
ISSUE_ID, ISSUED_AT = ISSUES.c.issue_id.name, ISSUES.c.issued_at.name
COMPARED_COLUMNS = (c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)
SCORED_COLUMNS = (c.GAME_ID, ISSUED_AT, MODEL, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)


def scored_forecasts(service: ClubService, club: str) -> pl.DataFrame:
    """Return `forecasts_with_attendance` of a club's games played, computed once for each state of the store."""
    return service.cached(
        ("before games", club),
        (GAMES_AREA, FORECASTS_AREA),
        lambda: forecasts_with_attendance(service.forecasts(club), service.home_games(club), service.store.moves()),
    )


def forecasts_with_attendance(forecasts: pl.DataFrame, games: Games, moves: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return forecasts of games played that were issued before their games, from a cutoff before their day.

    A forecast issued before its game moved counts the days to the day on which the game was to be played then.

    Parameters
    ----------
    forecasts : polars.DataFrame
        As `Store.forecasts` returns them.
    games : Games
        Those with an attendance above `SMALLEST_SCORED_ATTENDANCE` count.
    moves : polars.DataFrame, optional
        Earlier days of games, as `Store.moves` returns them.

    Returns
    -------
    polars.DataFrame
        game_id, issued_at, model, as_of, mean, the quantiles and p_sellout; date, season, visitor, capacity (as the
        forecast used it, else as stated) and attendance; `PLACE` and `DAYS` (games instead of days
        where games carry no dates). In order of play, and of each game in the order in which they were issued.
    """
    has_capacity = c.CAPACITY in forecasts.columns
    capacity = pl.col(c.CAPACITY).cast(pl.Float64, strict=False) if has_capacity else pl.lit(None, pl.Float64)
    known = games.table.with_row_index(PLACE).select(
        c.GAME_ID, PLACE, c.DATE, c.SEASON, c.VISITOR, pl.col(c.CAPACITY).cast(pl.Float64).alias("stated"), c.ATTENDANCE
    )
    columns = forecasts.select(*SCORED_COLUMNS, LEAD, capacity.alias("used"))
    table = columns.join(
        known.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE), on=c.GAME_ID, maintain_order="left"
    )
    table = _with_day_then(table, moves)
    days = (pl.col(DAY_THEN) - pl.col(AS_OF)).dt.total_days()
    fair = pl.col(c.DATE).is_null() | (pl.col(ISSUED_AT).dt.date() <= pl.col(DAY_THEN))
    return (
        table.with_columns(
            pl.when(pl.col(c.DATE).is_not_null())
            .then(days)
            .otherwise(pl.col(LEAD).cast(pl.Int64, strict=False))
            .alias(DAYS),
            pl.coalesce("used", "stated").alias(c.CAPACITY),
        )
        .filter((pl.col(DAYS) >= 1) & fair)
        .drop(LEAD, "used", "stated", DAY_THEN)
        .sort(PLACE, DAYS, descending=[False, True], maintain_order=True)
    )


def _with_day_then(table: pl.DataFrame, moves: pl.DataFrame | None) -> pl.DataFrame:
    """Add the day on which each game was to be played when its forecast was issued."""
    if moves is None or moves.is_empty():
        return table.with_columns(pl.col(c.DATE).alias(DAY_THEN))
    later = moves.sort("at").rename({c.DATE: DAY_THEN})
    ordered = table.with_row_index(ROW).sort(ISSUED_AT)
    joined = ordered.join_asof(
        later, left_on=ISSUED_AT, right_on="at", by=c.GAME_ID, strategy="forward", check_sortedness=False
    )
    return joined.sort(ROW).with_columns(pl.coalesce(DAY_THEN, c.DATE).alias(DAY_THEN)).drop(ROW, "at", strict=False)


def last_of_each(table: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the last forecast of each game (in each group), in order of play.

    Parameters
    ----------
    table : polars.DataFrame
        As `forecasts_with_attendance` returns it.
    by : sequence of str
        Columns whose values are groups.
    """
    return table.unique([c.GAME_ID, *by], keep="last", maintain_order=True)


def issue_forecast(service: ClubService, club: str) -> tuple[int, bool]:
    """Forecast the club's games to come and record the forecasts, unless the last issue says the same of the same.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.

    Returns
    -------
    int
        Number of the issue.
    bool
        True if it is a new one.

    Raises
    ------
    InputError
        There is no model yet, or no game to come.
    """
    inputs = forecast_inputs(service, club)
    model, forecast = service.model_id() or "", service.forecast_now(club)
    issued = service.forecasts(club)
    if issued.height:
        last = issued.filter(pl.col(ISSUE_ID) == issued[ISSUE_ID][-1])
        number = int(last[ISSUE_ID][0])
        same = service.store.forecast_inputs([number]).get(number, inputs) == inputs
        if same and last[MODEL][0] == model and _comparable(last).equals(_comparable(forecast)):
            return number, False
    return service.store.record_forecast(forecast, model, made_from=inputs), True


def _comparable(forecasts: pl.DataFrame) -> pl.DataFrame:
    numbers = pl.col(MEAN, *QUANTILE_COLUMNS, P_SELLOUT).cast(pl.Float64)
    return forecasts.select(COMPARED_COLUMNS).with_columns(numbers).sort(c.GAME_ID, LEAD)
