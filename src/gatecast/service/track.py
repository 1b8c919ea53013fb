"""Show the track record: issued forecasts beside the attendance that came and beside a simple rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.evaluate.scores import (
    BIAS,
    COVERAGES,
    CRPS,
    GAMES,
    MAE,
    MONTH,
    SMALLEST_SCORED_ATTENDANCE,
    WAPE,
    WIDTH_80,
    score,
)
from gatecast.expected import expected_column
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEDIAN, P_SELLOUT, QUANTILE_COLUMNS, quantile_column
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.service.drift import DriftStatus, drift_status
from gatecast.service.issued_forecasts import DAYS, last_of_each, scored_forecasts

__all__ = ["BINS", "FEWEST_SO_FAR", "RULE", "Point", "Score", "Track", "simple_rule", "track_view"]

BINS = ((1, 3), (4, 10), (11, 40), (41, None))
"""First and last of the days before a game that are scored together; its last forecast in them counts, once."""
RULE = "rule"
FEWEST_SO_FAR = 5
"""Games of a season after which a simple rule takes its mean; until then it takes that of the season before."""
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
NARROW, WIDE, FITTING = "too narrow", "too wide", "fitting"
RANGE, UNLIKELY = 0.80, 1 / 40


@dataclass(frozen=True)
class Score:
    """Accuracy of a group of forecasts.

    Parameters
    ----------
    group : int or None
        The first day of a bin, a month, or a season; None over all games.
    games : int
    mae, bias, crps, width_80 : float
        People: the mean distance of attendance from the people expected, the mean of attendance less those (above 0 if
        more came than expected), the continuous ranked probability score, and the mean width of the 80% range.
    wape : float
        `mae` in percent of the mean attendance.
    coverage : mapping of int to float
        Percent of games whose attendance lay in the 50, 80 and 90% ranges.
    rule_games : int
        Games for which a simple rule gives a forecast.
    rule_mae : float or None
        Its mean distance from their attendance, people.
    """

    group: int | None
    games: int
    mae: float
    wape: float
    bias: float
    crps: float
    width_80: float
    coverage: Mapping[int, float]
    rule_games: int
    rule_mae: float | None

    @property
    def ranges(self) -> str:
        """How the 80% ranges fit: too narrow, too wide, or fitting, if chance explains the share of games within them.

        A share counts as too low or too high if chance would give one as extreme in less than 1 of 40 records.
        """
        from scipy.special import bdtr, bdtrc

        inside = round(self.coverage[80] / 100 * self.games)
        if bdtr(inside, self.games, RANGE) < UNLIKELY:
            return NARROW
        return WIDE if bdtrc(inside - 1, self.games, RANGE) < UNLIKELY else FITTING


@dataclass(frozen=True)
class Point:
    """A past game with the last forecast before it, issued from what was known `days` before; people."""

    game_id: str
    date: dt.date | None
    visitor: str | None
    days: int
    attendance: int
    low: float
    expected: float
    high: float

    @property
    def inside(self) -> bool:
        """True if the attendance lay within the 80% range."""
        return self.low - 1 <= self.attendance <= self.high + 1


@dataclass(frozen=True)
class Track:
    """Accuracy of the forecasts of a club.

    Parameters
    ----------
    club : str
    season : int or None
        None for all of them.
    seasons : tuple of int
        Those with forecasts of games played, latest first.
    overall : Score or None
        The last forecast before each game; None if no game has both a forecast and an attendance.
    by_lead : tuple of Score
        By the days of `BINS`.
    by_month, by_season : tuple of Score
        The last forecast before each game; months of all seasons together where none is chosen.
    points : tuple of Point
        In order of play.
    drift : DriftStatus
        Drift of the latest forecasts; of the latest season, whichever is chosen.
    """

    club: str
    season: int | None
    seasons: tuple[int, ...]
    overall: Score | None
    by_lead: tuple[Score, ...]
    by_month: tuple[Score, ...]
    by_season: tuple[Score, ...]
    points: tuple[Point, ...]
    drift: DriftStatus


def track_view(service: ClubService, club: str, season: int | None = None) -> Track:
    """Return the track record of a club, computed once for each state of the store.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.
    season : int, optional
        All of them if not given.
    """
    every = scored_forecasts(service, club)
    seasons = tuple(every[c.SEASON].drop_nulls().unique().sort(descending=True).to_list())
    shown = season if season in seasons else None
    empty = season is not None and shown is None
    return service.cached(
        ("track", club, shown, empty),
        (GAMES_AREA, FORECASTS_AREA),
        lambda: _view(service, every.clear() if empty else every, shown, seasons, club),
    )


def simple_rule(games: Games, cutoffs: pl.DataFrame) -> pl.DataFrame:
    """Forecast games by a simple rule from what was known at their cutoffs.

    It is the mean attendance of the club's season so far, or of the season before it until `FEWEST_SO_FAR` of its games
    are known.

    Parameters
    ----------
    games : Games
        Home games of one club.
    cutoffs : polars.DataFrame
        With season and as_of.

    Returns
    -------
    polars.DataFrame
        `cutoffs` with the column `RULE`, people; null if neither is known, or there are no dates.
    """
    attendance = pl.col(c.ATTENDANCE).cast(pl.Float64)
    played = games.table.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE, pl.col(c.DATE).is_not_null())
    so_far = played.sort(c.DATE).select(
        c.SEASON,
        pl.col(c.DATE).alias("known"),
        (attendance.cum_sum() / pl.int_range(1, pl.len() + 1)).over(c.SEASON).alias("so far"),
        pl.int_range(1, pl.len() + 1).over(c.SEASON).alias("count"),
    )
    last = so_far.unique([c.SEASON, "known"], keep="last", maintain_order=True).sort("known")
    before = played.group_by((pl.col(c.SEASON) + 1).alias(c.SEASON)).agg(attendance.mean().alias("before"))
    joined = (
        cutoffs.with_row_index("row")
        .sort(AS_OF, nulls_last=True)
        .join_asof(last, left_on=AS_OF, right_on="known", by=c.SEASON, strategy="backward", check_sortedness=False)
        .join(before, on=c.SEASON, how="left")
        .sort("row")
    )
    enough = pl.col("count") >= FEWEST_SO_FAR
    rule = pl.when(enough).then(pl.col("so far")).otherwise(pl.coalesce("before", "so far"))
    return joined.with_columns(rule.alias(RULE)).select(*cutoffs.columns, RULE)


def _view(service: ClubService, every: pl.DataFrame, season: int | None, seasons: tuple[int, ...], club: str) -> Track:
    games = service.home_games(club)
    with_rule = simple_rule(games, every)
    shown = with_rule if season is None else with_rule.filter(pl.col(c.SEASON) == season)
    last = last_of_each(shown)
    overall = _scores(last, games, None)
    return Track(
        club=club,
        season=season,
        seasons=seasons,
        overall=overall[0] if overall else None,
        by_lead=_by_lead(shown, games),
        by_month=_scores(last, games, MONTH) if games.dated else (),
        by_season=_scores(last_of_each(with_rule), games, c.SEASON),
        points=tuple(
            Point(*row)
            for row in last.select(
                c.GAME_ID, c.DATE, c.VISITOR, DAYS, c.ATTENDANCE, LOW, expected_column(), HIGH
            ).iter_rows()
        ),
        drift=drift_status(service, club),
    )


def _by_lead(table: pl.DataFrame, games: Games) -> tuple[Score, ...]:
    """Return scores of each game's last forecast in each bin of days."""
    days = pl.col(DAYS)
    first = pl.coalesce(*(pl.when(days >= first).then(pl.lit(str(first))) for first, _ in reversed(BINS)))
    return _scores(last_of_each(table.with_columns(first.alias(LEAD)), (LEAD,)), games, LEAD)


def _scores(table: pl.DataFrame, games: Games, by: str | None) -> tuple[Score, ...]:
    """Return scores of forecasts and of the simple rule, one a game (in each group)."""
    if table.is_empty():
        return ()
    keys = () if by is None else (by,)
    lead = [LEAD] if by == LEAD else []
    ranges = score(table.select(c.GAME_ID, *lead, *QUANTILE_COLUMNS, P_SELLOUT), games, keys)
    # The miss is that of the figure called expected, as every page shows it.
    misses = score(table.select(c.GAME_ID, *lead, expected_column().alias(MEDIAN)), games, keys)
    scores = ranges.with_columns(misses[name] for name in (MAE, WAPE, BIAS))
    ruled = table.filter(pl.col(RULE).is_not_null()).select(c.GAME_ID, *lead, pl.col(RULE).alias(MEDIAN))
    rule = score(ruled, games, keys) if ruled.height else scores.clear()
    beside = {_group(row, by): row for row in rule.to_dicts()}
    return tuple(_score(row, _group(row, by), beside.get(_group(row, by), {})) for row in scores.to_dicts())


def _group(row: Mapping[str, Any], by: str | None) -> int | None:
    return None if by is None or row[by] is None else int(row[by])


def _score(row: Mapping[str, Any], group: int | None, rule: Mapping[str, Any]) -> Score:
    return Score(
        group=group,
        games=row[GAMES],
        mae=row[MAE],
        wape=row[WAPE],
        bias=row[BIAS],
        crps=row[CRPS],
        width_80=row[WIDTH_80],
        coverage={int(name.rpartition("_")[2]): row[name] for name in COVERAGES},
        rule_games=rule.get(GAMES, 0),
        rule_mae=rule.get(MAE),
    )
