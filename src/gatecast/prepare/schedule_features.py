"""The place of a game in the schedule: in the season, the homestand, the series, and among the visitor's visits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.games.homestands import homestand_starts
from gatecast.prepare.schedule import Schedule

__all__ = ["places"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

VISIT_GAP = 5
"""Most days between two games of one visit of a visitor."""
LONGEST_WAIT = 30.0
CROWDED_DAYS = (7, 14)
SEASON_DAYS, YEAR_DAYS = 300, 365.25
NEW_YEARS, AWAY_YEARS = 12.0, 8.0
"""A ballpark is new, and a visitor away, for no longer than this."""
LAST_DAY = 1 << 31
EPOCH_YEAR, OPENING_DAY = 1970, 90
"""The year of day 0, and the day of a year on which a venue is taken to open if no game of that year is known."""
DAY_SPAN, DAY_SHIFT = 1 << 20, 1 << 18


def places(schedule: Schedule, dated: bool) -> dict[str, Floats]:
    """Return features of each game that follow from the schedule alone, NaN for games without dates.

    Returns
    -------
    dict of str to ndarray of float64, shape (games,)
        Games before and after it in the home season, the homestand and the series, and their lengths; days from the
        home games beside it; how many home games are near; how often the visitor comes and since when it has not;
        days since the season began; age of the ballpark in years.
    """
    features = {
        **_at_home(schedule),
        **_with_visitor(schedule),
        **_crowded(schedule),
        "season_day": _season_day(schedule),
        "venue_age": _venue_age(schedule),
    }
    return features if dated else {name: np.full(len(schedule.day), np.nan) for name in features}


def _at_home(s: Schedule) -> dict[str, Floats]:
    order = np.lexsort((s.day, s.season, s.home))
    home, season, day, visitor = s.home[order], s.season[order], s.day[order], s.visitor[order]
    new_season = _changes(home, season)
    gap = np.diff(day, prepend=day[:1])
    new_stand = homestand_starts(day, new_season)
    new_series = new_stand | _changes(visitor)
    last = np.r_[new_season[1:], np.ones(min(len(day), 1), bool)]
    until_next = np.r_[gap[1:], np.zeros(min(len(day), 1), np.int64)]
    return _unsorted(
        order,
        {
            "home_game": _since(new_season),
            "home_games_left": _length(new_season) - _since(new_season),
            "stand_game": _since(new_stand),
            "stand_length": _length(new_stand),
            "series_game": _since(new_series),
            "series_length": _length(new_series),
            "home_opener": new_season.astype(np.float64),
            "days_since_home_game": np.where(new_season, np.nan, np.minimum(gap, LONGEST_WAIT)),
            "days_until_home_game": np.where(last, np.nan, np.minimum(until_next, LONGEST_WAIT)),
        },
    )


def _with_visitor(s: Schedule) -> dict[str, Floats]:
    """Return features of the visitor's earlier games at this club."""
    order = np.lexsort((s.day, s.home_visitor))
    pair, season, day = s.home_visitor[order], s.season[order], s.day[order]
    new_season = _changes(pair, season)
    new_visit = new_season | (np.diff(day, prepend=day[:1]) > VISIT_GAP)
    run = np.cumsum(new_season) - 1
    visits = np.cumsum(new_visit)
    starts = np.flatnonzero(new_season)
    before = np.r_[np.nan, day[starts[1:] - 1].astype(np.float64)] if len(starts) else np.zeros(0)
    before[_changes(pair)[starts]] = np.nan
    return _unsorted(
        order,
        {
            "years_since_visitor": np.minimum((day - before[run]) / YEAR_DAYS, AWAY_YEARS),
            "visitor_games_before": _since(new_season),
            "visitor_games": _length(new_season),
            "visit": (visits - visits[starts][run]).astype(np.float64),
            "visits": np.bincount(run, weights=new_visit)[run] if len(run) else np.zeros(0),
        },
    )


def _crowded(s: Schedule) -> dict[str, Floats]:
    """Return the number of home games in the days before and after."""
    today = s.home * DAY_SPAN + s.day + DAY_SHIFT
    known = np.sort(today)
    first, after = np.searchsorted(known, today, "left"), np.searchsorted(known, today, "right")
    out = {}
    for days in CROWDED_DAYS:
        out[f"home_games_past{days}"] = first - np.searchsorted(known, today - days, "left")
        out[f"home_games_next{days}"] = np.searchsorted(known, today + days, "right") - after
    return {name: counts.astype(np.float64) for name, counts in out.items()}


def _season_day(s: Schedule) -> Floats:
    """Return days since the first game of the season anywhere."""
    first = np.full(s.season.max(initial=0) + 1, LAST_DAY)
    np.minimum.at(first, s.season, s.day)
    return (s.day - first[s.season]).astype(np.float64)


def _venue_age(s: Schedule) -> Floats:
    """Return years since the venue opened, at most 12; unknown where nothing tells.

    Where no year is stated, a venue opens with its first game if its club has played elsewhere before. A club whose
    past is not in the table may have played there for long: that its venue is new cannot be told.
    """
    known = s.venue >= 0
    first = _first_days(s.venue, s.day)
    debut = _first_days(s.home, s.day)
    moved = known & (s.home >= 0) & (s.day == first) & (debut + SEASON_DAYS <= first)
    venues = np.zeros(s.venue.max(initial=-1) + 2, bool)
    venues[s.venue[moved]] = True
    begun = np.where(venues[s.venue], first, LAST_DAY)
    # A stated year is the calendar year in which the season began; its first game in the table is exact.
    stated = s.opened > 0
    new_year = (s.opened - EPOCH_YEAR) * YEAR_DAYS
    in_year = (first >= new_year) & (first < new_year + YEAR_DAYS)
    begun = np.where(stated, np.where(in_year, first, new_year + OPENING_DAY), begun)
    age = np.maximum((s.day - begun) / YEAR_DAYS, 0.0)
    return np.where(stated | (known & venues[s.venue]), np.minimum(age, NEW_YEARS), np.nan)


def _first_days(keys: Ints, days: Ints) -> Ints:
    """Return the day of the first game under each game's key, shape (games,); meaningless for a negative key."""
    first = np.full(keys.max(initial=-1) + 2, LAST_DAY)
    there = keys >= 0
    np.minimum.at(first, keys[there], days[there])
    out: Ints = first[keys]
    return out


def _changes(*columns: Ints) -> Flags:
    """Return True if any column differs from the entry before, shape (entries,); the first entry always does."""
    changed = np.zeros(len(columns[0]), bool)
    changed[:1] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return changed


def _unsorted(order: npt.NDArray[np.intp], columns: dict[str, Floats]) -> dict[str, Floats]:
    """Return columns of sorted games in the order of the table."""
    out = {name: np.empty(len(order)) for name in columns}
    for name, values in columns.items():
        out[name][order] = values
    return out


def _since(starts: Flags) -> Floats:
    """Return the number of entries since the latest start, shape (entries,)."""
    index = np.arange(len(starts))
    return (index - np.maximum.accumulate(np.where(starts, index, 0))).astype(np.float64)


def _length(starts: Flags) -> Floats:
    """Return the length of the run that each entry is in."""
    run = np.cumsum(starts) - 1
    return np.bincount(run)[run].astype(np.float64) if len(starts) else np.zeros(0)
