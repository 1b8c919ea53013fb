"""The attendance that a manager expects by habit: the mean of club and weekday in the latest earlier season."""

from __future__ import annotations

import polars as pl

from gatecast.evaluate.scores import SMALLEST_SCORED_ATTENDANCE
from gatecast.games import Games
from gatecast.games import columns as c

__all__ = ["NAIVE_ATTENDANCE", "naive_attendance"]

NAIVE_ATTENDANCE = "naive_attendance"
BEFORE, YEAR, WEEKDAY = "before", "year", "weekday"


def naive_attendance(games: Games) -> pl.DataFrame:
    """Return the mean attendance of the same club and weekday in its latest earlier season.

    If the club had no game on that weekday, its mean of that season; if it had no earlier season, the mean of all clubs
    in theirs; null before the first season. Games of restricted attendance are left out: no manager would expect
    them again, and with them the naive plan would be easy to beat.

    Parameters
    ----------
    games : Games

    Returns
    -------
    polars.DataFrame
        game_id and naive_attendance, people.
    """
    weekday = pl.col(c.DATE).dt.weekday().alias(WEEKDAY)
    table = games.table.select(c.GAME_ID, c.DATE, c.SEASON, c.HOME, weekday, pl.col(c.ATTENDANCE).cast(pl.Float64))
    played = table.filter((pl.col(c.ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE) & ~games.league.restricts(games.table))
    mean = pl.col(c.ATTENDANCE).mean()
    before = played.select(c.SEASON, c.HOME).unique().sort(c.SEASON).rename({c.SEASON: BEFORE})
    latest = (
        table.sort(c.SEASON)
        .with_columns((pl.col(c.SEASON) - 1).alias(YEAR))
        .join_asof(before, left_on=YEAR, right_on=BEFORE, by=c.HOME, strategy="backward", check_sortedness=False)
    )
    by_weekday = played.group_by(c.HOME, pl.col(c.SEASON).alias(BEFORE), WEEKDAY).agg(mean.alias("same_weekday"))
    by_season = played.group_by(c.HOME, pl.col(c.SEASON).alias(BEFORE)).agg(mean.alias("same_club"))
    by_year = played.group_by(pl.col(c.SEASON).alias("any_before")).agg(mean.alias("any_club")).sort("any_before")
    return (
        latest.join_asof(by_year, left_on=YEAR, right_on="any_before", strategy="backward")
        .join(by_weekday, on=[c.HOME, BEFORE, WEEKDAY], how="left")
        .join(by_season, on=[c.HOME, BEFORE], how="left")
        .select(c.GAME_ID, pl.coalesce("same_weekday", "same_club", "any_club").alias(NAIVE_ATTENDANCE))
    )
