"""Calendar of a game: season, weekday, hour and holidays. All of it known with the schedule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.table import Games

__all__ = ["calendar"]

Floats = npt.NDArray[np.float64]

COUNTRY = "US"
HOLIDAYS = {
    "memorial": ("Memorial Day", 4),
    "independence": ("Independence Day", 4),
    "labor": ("Labor Day", 4),
    "easter": ("Easter Sunday", 10),
    "mothers": ("Mother's Day", 1),
    "fathers": ("Father's Day", 1),
}
"""Holidays by the name of their feature, and the most days that are counted before and after each."""


def calendar(games: Games) -> dict[str, Floats]:
    """Calendar features of every game, NaN where a table without dates leaves them unknown.

    Returns
    -------
    dict of str to ndarray of float64, shape (games,)
        Season phase on a circle, weekday on a circle, start hour, days from each holiday, interleague play,
        doubleheaders, promotions.
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
    kinds = (holidays.PUBLIC, holidays.UNOFFICIAL)
    public, known = (
        holidays.country_holidays(COUNTRY, years=years, observed=False, categories=wanted)
        for wanted in (kinds[:1], kinds)
    )
    days = date.to_physical().to_numpy().astype(np.int64)
    out = {}
    for feature, (name, most) in HOLIDAYS.items():
        when = {day.year: day for day in known.get_named(name)}
        mapped = date.dt.year().replace_strict(when, default=None, return_dtype=pl.Date)
        apart = days - mapped.to_physical().fill_null(0).to_numpy()
        out[f"days_from_{feature}"] = np.clip(apart, -most, most).astype(np.float64)
    out["holiday"] = date.is_in(list(public)).cast(pl.Float64).to_numpy()
    return out
