"""Forecasts that were issued before games played, beside the gates that came."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.store.schema import ISSUES

__all__ = ["DAYS", "PLACE", "before_games", "beside_gates", "last_of_each"]

DAYS, PLACE = "days", "place"
"""Days left to the game at the end of the last day known, and the game's place in the order of play."""
ISSUED_AT = ISSUES.c.issued_at.name
SAID = (c.GAME_ID, ISSUED_AT, MODEL, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)


def before_games(service: ClubService, club: str) -> pl.DataFrame:
    """The forecasts of a club's games played: see `beside_gates`; worked out once for each state of the store."""
    return service.cached(
        ("before games", club),
        (GAMES_AREA, FORECASTS_AREA),
        lambda: beside_gates(service.forecasts(club), service.home_games(club)),
    )


def beside_gates(forecasts: pl.DataFrame, games: Games) -> pl.DataFrame:
    """Forecasts of games played that were issued before their games and knew nothing of their day.

    Parameters
    ----------
    forecasts : polars.DataFrame
        As `Store.forecasts` gives them.
    games : Games
        Those with a gate above `SMALLEST_SCORED_GATE` count.

    Returns
    -------
    polars.DataFrame
        game_id, issued_at, model, as_of, mean, the quantiles and p_sellout; date, season, visitor, capacity (the seats
        that the forecast counts with, else those stated) and attendance; `PLACE` and `DAYS` (games instead of days
        where games carry no dates). In order of play, and of each game in the order in which they were issued.
    """
    seats = c.CAPACITY in forecasts.columns
    counted = pl.col(c.CAPACITY).cast(pl.Float64, strict=False) if seats else pl.lit(None, pl.Float64)
    known = games.table.with_row_index(PLACE).select(
        c.GAME_ID, PLACE, c.DATE, c.SEASON, c.VISITOR, pl.col(c.CAPACITY).cast(pl.Float64).alias("stated"), c.ATTENDANCE
    )
    said = forecasts.select(*SAID, LEAD, counted.alias("counted"))
    table = said.join(known.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_GATE), on=c.GAME_ID, maintain_order="left")
    days = (pl.col(c.DATE) - pl.col(AS_OF)).dt.total_days()
    fair = pl.col(c.DATE).is_null() | (pl.col(ISSUED_AT).dt.date() <= pl.col(c.DATE))
    return (
        table.with_columns(
            pl.when(pl.col(c.DATE).is_not_null())
            .then(days)
            .otherwise(pl.col(LEAD).cast(pl.Int64, strict=False))
            .alias(DAYS),
            pl.coalesce("counted", "stated").alias(c.CAPACITY),
        )
        .filter((pl.col(DAYS) >= 1) & fair)
        .drop(LEAD, "counted", "stated")
        .sort(PLACE, DAYS, descending=[False, True], maintain_order=True)
    )


def last_of_each(table: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """The last forecast of each game (in each group), in order of play.

    Parameters
    ----------
    table : polars.DataFrame
        As `beside_gates` gives it.
    by : sequence of str
        Columns whose values are groups.
    """
    return table.unique([c.GAME_ID, *by], keep="last", maintain_order=True)
