"""Calendar of a game: season, weekday, holidays, series and openers. All of it known with the schedule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.table import Games
from gatecast.prepare.schedule import Schedule

__all__ = ["calendar"]

Floats = npt.NDArray[np.float64]

COUNTRY = "US"
NEAR_HOLIDAY = 4
SERIES_GAP = 3
HOLIDAYS = ("Memorial Day", "Independence Day", "Labor Day")


def calendar(games: Games, schedule: Schedule) -> dict[str, Floats]:
    """Calendar features of every game, NaN where a table without dates leaves them unknown.

    Returns
    -------
    dict of str to ndarray of float64, shape (games,)
        Season phase on a circle, weekday on a circle, start hour, days from each holiday, place in the series, in
        the home stand and in the home season, interleague play, doubleheaders, promotions.
    """
    table = games.table
    if games.dated:
        dated = _dated(table)
    else:
        unknown = np.full(table.height, np.nan)
        dated = dict.fromkeys(_dated(table.clear()), unknown)
    leagues = table.select((pl.col(c.HOME_LEAGUE) != pl.col(c.VISITOR_LEAGUE)).cast(pl.Float64)).to_series()
    labels = table[c.PROMOTION].fill_null("")
    return {
        **dated,
        **_places(schedule, games.dated),
        "interleague": leagues.fill_null(np.nan).to_numpy(),
        "doubleheader": (table[c.NUMBER] > 0).cast(pl.Float64).to_numpy(),
        "promotions": (labels.str.count_matches(";") + (labels != "").cast(pl.Int32)).cast(pl.Float64).to_numpy(),
    }


def _dated(table: pl.DataFrame) -> dict[str, Floats]:
    date = table[c.DATE]
    phase = date.dt.ordinal_day().to_numpy() * (2 * np.pi / 365.25)
    turn = date.dt.weekday().to_numpy() * (2 * np.pi / 7)
    start = table[c.START_TIME]
    hour = (start.dt.hour() + start.dt.minute() / 60).cast(pl.Float64).fill_null(np.nan).to_numpy()
    near = _days_from_holidays(date)
    return {
        "day_of_year": date.dt.ordinal_day().cast(pl.Float64).to_numpy(),
        "season_sine": np.sin(phase),
        "season_cosine": np.cos(phase),
        "weekday_sine": np.sin(turn),
        "weekday_cosine": np.cos(turn),
        "weekend": (date.dt.weekday() >= 5).cast(pl.Float64).to_numpy(),
        "start_hour": hour,
        **near,
    }


def _days_from_holidays(date: pl.Series) -> dict[str, Floats]:
    """Signed days from the nearest of each holiday within the same year, clipped; and whether any public one is on."""
    import holidays

    years = date.dt.year().unique().to_list()
    known = holidays.country_holidays(COUNTRY, years=years, observed=False)
    days = date.to_physical().to_numpy().astype(np.int64)
    out = {}
    for name in HOLIDAYS:
        when = {day.year: day for day in known.get_named(name)}
        mapped = date.dt.year().replace_strict(when, default=None, return_dtype=pl.Date)
        apart = days - mapped.to_physical().fill_null(0).to_numpy()
        out[f"days_from_{name.split()[0].lower()}"] = np.clip(apart, -NEAR_HOLIDAY, NEAR_HOLIDAY).astype(np.float64)
    out["holiday"] = date.is_in(list(known)).cast(pl.Float64).to_numpy()
    return out


def _places(schedule: Schedule, dated: bool) -> dict[str, Floats]:
    """Place of a game in the home season, the home stand and the series; days until and since the neighbours."""
    order = np.lexsort((schedule.day, schedule.season, schedule.home))
    home, season, day = schedule.home[order], schedule.season[order], schedule.day[order]
    visitor = schedule.visitor[order]
    new_season = np.r_[True, (home[1:] != home[:-1]) | (season[1:] != season[:-1])]
    gap = np.r_[0, np.diff(day)]
    new_stand = new_season | (gap > SERIES_GAP)
    new_series = new_stand | np.r_[True, visitor[1:] != visitor[:-1]]
    sorted_out = {
        "home_game": _since(new_season),
        "stand_game": _since(new_stand),
        "series_game": _since(new_series),
        "series_length": _length(new_series),
        "home_opener": new_season.astype(np.float64),
        "days_since_home_game": np.where(new_season, np.nan, np.minimum(gap, 30)).astype(np.float64),
    }
    out = {}
    for name, values in sorted_out.items():
        out[name] = np.empty(len(order))
        out[name][order] = values if dated else np.nan
    return out


def _since(starts: npt.NDArray[np.bool_]) -> Floats:
    """How many entries ago the latest start was."""
    index = np.arange(len(starts))
    return (index - np.maximum.accumulate(np.where(starts, index, 0))).astype(np.float64)


def _length(starts: npt.NDArray[np.bool_]) -> Floats:
    """Length of the run each entry is in."""
    run = np.cumsum(starts) - 1
    return np.bincount(run)[run].astype(np.float64) if len(starts) else np.zeros(0)
