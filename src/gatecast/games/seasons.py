"""Seasons of any league: found from the gaps between its games, labelled, and read from labels."""

from __future__ import annotations

import re

import polars as pl

from gatecast.errors import InputError
from gatecast.games import columns as c

__all__ = ["SEASON_GAP", "continued_seasons", "parse_season", "season_label", "season_labels", "seasons_of"]

SEASON_GAP = 60
"""Days without a game of a league after which its next game begins a new season."""
LONGEST_SEASON = 365
"""Days; a league that plays for longer without a gap has calendar years for seasons."""
LABEL = re.compile(r"(\d{4})(?:\s*[-/–]\s*(\d{2}|\d{4}))?")
ROW, BEGIN = "row", "begin"


def seasons_of(table: pl.DataFrame) -> pl.Series:
    """Return the season of each game, found from the gaps between the games of its league.

    A gap of 60 days or more begins a new season, which is named by the year in which it begins. A league that plays
    for more than a year without such a gap has calendar years for seasons.

    Parameters
    ----------
    table : polars.DataFrame
        With `date` and `home_league`, either of which may be null.

    Returns
    -------
    polars.Series of Int32, shape (games,)
        Null for games without a date.

    Examples
    --------
    >>> import datetime as dt
    >>> days = [dt.date(2021, 10, 1), dt.date(2022, 1, 3), dt.date(2021, 12, 1), dt.date(2022, 10, 1)]
    >>> seasons_of(pl.DataFrame({"date": days, "home_league": ["A"] * 4})).to_list()
    [2021, 2021, 2021, 2022]
    """
    league, date = pl.col(c.HOME_LEAGUE), pl.col(c.DATE)
    ordered = table.select(c.DATE, c.HOME_LEAGUE).with_row_index(ROW).sort(c.HOME_LEAGUE, c.DATE, maintain_order=True)
    days_since = date.diff().over(c.HOME_LEAGUE).dt.total_days()
    begins = pl.when(days_since.fill_null(SEASON_GAP) >= SEASON_GAP).then(date)
    begun = ordered.with_columns(begins.forward_fill().over(c.HOME_LEAGUE).alias(BEGIN))
    lasts = (date - pl.col(BEGIN)).dt.total_days().max().over(league, BEGIN)
    season = pl.when(lasts > LONGEST_SEASON).then(date.dt.year()).otherwise(pl.col(BEGIN).dt.year())
    return begun.with_columns(season.cast(pl.Int32).alias(c.SEASON)).sort(ROW)[c.SEASON]


def continued_seasons(past: pl.DataFrame, coming: pl.DataFrame) -> pl.Series:
    """Return the season of each game to come, as the season of past games that it continues.

    Parameters
    ----------
    past, coming : polars.DataFrame
        With date, season and `home_league`.

    Returns
    -------
    polars.Series of Int32, shape (games to come,)
        The season of the latest past game of the league, if no gap of 60 days or more lies between; else the season
        that begins after the gap.
    """
    keys = [c.DATE, c.HOME_LEAGUE]
    both = pl.concat([past.select(*keys, c.SEASON), coming.select(*keys, pl.lit(None, pl.Int32).alias(c.SEASON))])
    if any(table[c.HOME_LEAGUE].null_count() == table.height for table in (past, coming)):
        # Without a league, games belong to whatever league the other table is of.
        both = both.with_columns(pl.lit(None, pl.String).alias(c.HOME_LEAGUE))
    ordered = both.with_row_index(ROW).with_columns(seasons_of(both).alias(BEGIN)).sort(c.HOME_LEAGUE, c.DATE, ROW)
    ahead = pl.col(c.SEASON) - pl.col(BEGIN)
    # A league that names its seasons by the year in which they end goes on to do so.
    usual = pl.when(ahead.min() == ahead.max()).then(ahead.min()).otherwise(0).fill_null(0).over(c.HOME_LEAGUE)
    stated = pl.col(c.SEASON).forward_fill().over(c.HOME_LEAGUE, BEGIN)
    seasons = stated.fill_null(pl.col(BEGIN) + usual).cast(pl.Int32)
    return ordered.with_columns(seasons.alias(c.SEASON)).sort(ROW)[c.SEASON][past.height :]


def season_label(season: int, *, spans: bool) -> str:
    """Return the label of a season.

    Parameters
    ----------
    season : int
        The year in which it begins.
    spans : bool
        True if it goes on in the next year.

    Examples
    --------
    >>> season_label(2018, spans=False), season_label(2018, spans=True), season_label(1999, spans=True)
    ('2018', '2018-19', '1999-00')
    """
    return f"{season}-{(season + 1) % 100:02d}" if spans else f"{season}"


def season_labels(table: pl.DataFrame) -> dict[int, str]:
    """Return the label of each season of a games table: 2018, or 2018-19 if it goes on in the next year.

    Parameters
    ----------
    table : polars.DataFrame
        With date and season.
    """
    known = table.select(c.DATE, c.SEASON).drop_nulls(c.SEASON)
    seasons = known.group_by(c.SEASON).agg((pl.col(c.DATE).dt.year() > pl.col(c.SEASON)).any()).sort(c.SEASON)
    return {season: season_label(season, spans=bool(spans)) for season, spans in seasons.iter_rows()}


def parse_season(text: str) -> int:
    """Read a season: 2018, 2018-19, 2018/19 or 2018-2019, each the season that begins in 2018.

    Raises
    ------
    InputError
        The text is none of these, or its second year is not the one after the first.

    Examples
    --------
    >>> parse_season("2018"), parse_season("2018-19"), parse_season("1999/2000")
    (2018, 2018, 1999)
    """
    match = LABEL.fullmatch(text.strip())
    if match and (match[2] is None or int(match[2]) in ((int(match[1]) + 1) % 100, int(match[1]) + 1)):
        return int(match[1])
    raise InputError(f"season: got {text!r}, expected a year such as 2018, or 2018-19 for a season over New Year")
