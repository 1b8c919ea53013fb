"""Values that a games table leaves out, filled in from those it has."""

from __future__ import annotations

import datetime as dt

import polars as pl

from gatecast.games import columns as c
from gatecast.games.seasons import seasons_of

__all__ = ["FIRST_NIGHT_START", "complete", "counted_on"]

ONLY_CLUB = "home"
FIRST_NIGHT_START = dt.time(17)
"""Games that start earlier are day games, where nobody says which they are."""
PLACE_ID = r"^game-(\d+)$"


def complete(table: pl.DataFrame) -> pl.DataFrame:
    """Fill identifiers that follow from other columns.

    A season begins after 60 days without a game of the league, and is named by the year in which it begins; a missing
    home club is the only one; a venue is named after its club; two games of a club on one date are a doubleheader,
    numbered in order; a start before 17:00 is a day game; a game id is home + yyyymmdd + number, or the row's place
    where there are no dates.

    Parameters
    ----------
    table : polars.DataFrame
        Every canonical column present and typed, null where unsaid.
    """
    seasons = seasons_of(table) if table[c.SEASON].null_count() else table[c.SEASON]
    return (
        table.with_columns(
            table[c.SEASON].fill_null(seasons),
            pl.col(c.HOME).fill_null(pl.col(c.VENUE)).fill_null(ONLY_CLUB),
            pl.col(c.DAY_NIGHT).fill_null(
                pl.when(pl.col(c.START_TIME).is_not_null()).then(
                    pl.when(pl.col(c.START_TIME) < FIRST_NIGHT_START).then(pl.lit("day")).otherwise(pl.lit("night"))
                )
            ),
        )
        .with_columns(pl.col(c.VENUE).fill_null(pl.col(c.HOME)))
        .with_columns(pl.col(c.NUMBER).fill_null(_place_in_day()))
        .with_columns(
            pl.col(c.GAME_ID)
            .fill_null(pl.format("{}{}{}", c.HOME, pl.col(c.DATE).dt.strftime("%Y%m%d"), c.NUMBER))
            .fill_null(_place_id(pl.int_range(1, pl.len() + 1)))
        )
    )


def counted_on(ids: pl.Series, past: pl.Series) -> pl.Series:
    """Return game ids with row-number ids continued from those of past games, if any id is taken.

    Examples
    --------
    >>> counted_on(pl.Series(["game-000001", "opener"]), pl.Series(["game-000001", "game-000002"])).to_list()
    ['game-000003', 'opener']
    """
    if not ids.is_in(past.implode()).any():
        return ids
    last = past.str.extract(PLACE_ID).cast(pl.Int64).max() or 0
    place = pl.col(ids.name).str.extract(PLACE_ID).cast(pl.Int64)
    return ids.to_frame().select(_place_id(place + last).fill_null(pl.col(ids.name)).alias(ids.name)).to_series()


def _place_id(place: pl.Expr) -> pl.Expr:
    return pl.format("game-{}", place.cast(pl.String).str.zfill(6))


def _place_in_day() -> pl.Expr:
    """Return 0 for the only game of a club on a date, 1 and 2 for the games of a doubleheader."""
    day = [c.HOME, c.DATE]
    place = pl.when(pl.len().over(day) > 1).then(pl.int_range(1, pl.len() + 1).over(day)).otherwise(0)
    return pl.when(pl.col(c.DATE).is_null()).then(0).otherwise(place.clip(0, 3)).cast(pl.Int8)
