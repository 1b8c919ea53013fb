"""Games as arrays, for any lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead, cutoff_days, first_days_known, known_at
from gatecast.games.table import Games
from gatecast.prepare.attendance_history import AttendanceHistory
from gatecast.prepare.calendar import CALENDAR_BY, calendar
from gatecast.prepare.history import History, Windows, windows_at
from gatecast.prepare.projected_level import ProjectedLevel
from gatecast.prepare.relative_attendance import RelativeAttendance
from gatecast.prepare.schedule import Schedule
from gatecast.prepare.schedule_features import places
from gatecast.prepare.seasonality import SeasonShape, shaped
from gatecast.prepare.team_form import Form

__all__ = ["Arrays", "Preparation"]

IN_PEOPLE = "gate_"
"""Prefix of features that are attendance in people; saved models hold these names."""
LARGEST_LEAD = 400
CATEGORIES = (
    c.HOME,
    c.VISITOR,
    c.VENUE,
    c.DAY_NIGHT,
    c.NUMBER,
    c.SKY,
    c.PRECIPITATION,
    c.HOME_STARTER,
    c.VISITOR_STARTER,
)
SORTED_BY = (
    c.GAME_ID,
    c.HOME,
    c.VISITOR,
    c.VENUE,
    c.SEASON,
    c.DATE,
    c.ATTENDANCE,
    c.CAPACITY,
    c.VENUE_OPENED,
    c.HOME_RUNS,
    c.VISITOR_RUNS,
    c.EXPECTED_WINS,
)
"""Columns that the schedule and the form of clubs are read from."""
HISTORY_BY = (*CALENDAR_BY, c.DAY_NIGHT)
"""Further columns that the calendar and the single past games are read from."""
NUMBERS = (c.TEMPERATURE, c.WIND)
WETNESS = "wetness"
AMOUNTS = {label: float(place) for place, label in enumerate(CANONICAL[c.PRECIPITATION].values)}
"""Precipitation as a number, from none on, beside its label: a wet game is rare, and each tells of the others."""
WEEKDAY, MONTH = "weekday", "month"
CUSTOM = "own_"
"""Prefix of features from custom columns, so that none is taken for one of ours; saved models hold these names."""


@dataclass(frozen=True)
class Arrays:
    """Arrays of what was known of each game at its cutoff.

    Parameters
    ----------
    numeric : ndarray of float32, shape (games, features)
        NaN where not known. Past attendance is in shares of the capacity.
    names : tuple of str
        The feature of each column of `numeric`.
    derived : frozenset of str
        The features that follow from past results.
    categories : polars.DataFrame, shape (games, categories)
        Labels as text, null where not known.
    windows : Windows
        Past games known.
    capacity : ndarray of float32, shape (games,)
        People the venue holds; NaN if unknown.
    stated_seats : ndarray of float32, shape (games,)
        Published seats; 0 where unknown.
    schedule : ndarray of float32, shape (games, 10)
        The schedule's fields, as `History.games` has them.
    history : History
        Entries that the windows are ranges of.
    """

    numeric: npt.NDArray[np.float32]
    names: tuple[str, ...]
    derived: frozenset[str]
    categories: pl.DataFrame
    windows: Windows
    capacity: npt.NDArray[np.float32]
    stated_seats: npt.NDArray[np.float32]
    schedule: npt.NDArray[np.float32]
    history: History

    def take(self, rows: npt.NDArray[np.intp]) -> Arrays:
        """Return the arrays of some of the games, in the order of `rows`."""
        return Arrays(
            self.numeric[rows],
            self.names,
            self.derived,
            self.categories[rows],
            self.windows.take(rows),
            self.capacity[rows],
            self.stated_seats[rows],
            self.schedule[rows],
            self.history,
        )


class Preparation:
    """Tables sorted once, from which the arrays of any lead follow by look-up.

    Parameters
    ----------
    games : Games
        Past games, and those to forecast with their results empty.
    weather_as_observed : bool
        True where the weather columns hold observations, False where they hold forecasts as given at the cutoff.
    like : Preparation, optional
        Another preparation whose sorted tables are taken over if its games differ only in columns that nothing is
        sorted by, such as weather and pitchers.
    """

    schedule: Schedule
    attendance: AttendanceHistory
    form: Form
    usual: RelativeAttendance
    places: dict[str, npt.NDArray[np.float64]]
    openers: npt.NDArray[np.bool_]
    shape: SeasonShape
    projected: ProjectedLevel
    kept: dict[str, object]
    """Results that other modules work out from the sorted tables, shared where these are taken over."""
    first_days_known: dict[str, npt.NDArray[np.int32]]
    history: History

    def __init__(self, games: Games, *, weather_as_observed: bool = True, like: Preparation | None = None) -> None:
        self.games = games
        self.weather_as_observed = weather_as_observed
        if like is not None and not _alike(games, like.games, SORTED_BY):
            like = None
        same_history = like is not None and _alike(games, like.games, HISTORY_BY)
        if like is not None and same_history and games.columns == like.games.columns:
            self.first_days_known = like.first_days_known
        else:
            self.first_days_known = first_days_known(games)
        if like is not None:
            self.schedule, self.attendance, self.form, self.usual = (
                like.schedule,
                like.attendance,
                like.form,
                like.usual,
            )
            self.places, self.openers, self.shape = like.places, like.openers, like.shape
            self.projected, self.kept = like.projected, like.kept
        else:
            self.schedule = Schedule.of(games)
            self.attendance = AttendanceHistory(self.schedule)
            self.form = Form(games, self.schedule)
            self.usual = RelativeAttendance(self.attendance)
            self.places = places(self.schedule, games.dated)
            self.openers = self.places["home_opener"] == 1
            self.shape = SeasonShape(self.schedule, self.openers)
            self.kept = {}
            told = self.first_days_known.get(c.EXPECTED_WINS)
            self.projected = ProjectedLevel(games, self.schedule, self.form, self.places["venue_age"], told)
        if like is not None and same_history:
            self.history = like.history
        else:
            self.history = History.of(games, self.places, self.usual)

    def at_lead(self, lead: Lead, rows: npt.NDArray[np.intp] | None = None) -> Arrays:
        """Return the arrays of the games in `rows`, or of all, at one lead: a number of days, or "preseason"."""
        cutoffs = cutoff_days(self.games, lead)
        return self.at(cutoffs if rows is None else cutoffs[rows], rows)

    def at(self, cutoffs: npt.NDArray[np.int32], rows: npt.NDArray[np.intp] | None = None) -> Arrays:
        """Return the arrays of games at their own cutoff days.

        Parameters
        ----------
        cutoffs : ndarray of int32, shape (games,) or (rows,)
            The last day known, on the scale of `Games.days`.
        rows : ndarray of int, shape (rows,), optional
            Games to return; all if not given.
        """
        if rows is not None and not self.games.dated:
            # Without dates the day of a game is its place among all games.
            everywhere = np.zeros(len(self.games), np.int32)
            everywhere[rows] = cutoffs
            return self.at(everywhere).take(rows)
        which = np.arange(len(self.games)) if rows is None else rows
        queries = self.schedule if rows is None else self.schedule.take(rows)
        games = self.games if rows is None else self.games.with_table(self.games.table[rows])
        first_days = {name: days[which] for name, days in self.first_days_known.items()}
        known = known_at(games, cutoffs, weather_as_observed=self.weather_as_observed, first_days=first_days)
        capacity = self.attendance.capacity(queries, cutoffs)
        shape = self.shape.at(queries, self.openers[which], cutoffs)
        past = self.attendance.at(queries, cutoffs) | self.usual.at(queries, cutoffs)
        derived = {
            **self.form.at(queries, cutoffs),
            **shape,
            **_shares(past | shaped(shape, past["gate_last_season"]), capacity),
            "log_capacity": np.log(capacity),
        }
        features = {
            **calendar(games),
            **{name: values[which] for name, values in self.places.items()},
            **derived,
            "lead": np.log1p(np.clip(queries.day - cutoffs, 0, LARGEST_LEAD)),
            **self._numbers(known),
        }
        numeric = np.stack([np.asarray(values, np.float32) for values in features.values()], axis=1)
        return Arrays(
            numeric,
            tuple(features),
            frozenset(derived),
            self._categories(known),
            windows_at(self.usual, queries, cutoffs),
            capacity.astype(np.float32),
            queries.stated_seats.astype(np.float32),
            self.history.games[which],
            self.history,
        )

    def _numbers(self, known: pl.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
        sources = {name: name for name in NUMBERS}
        sources |= {
            CUSTOM + column.name: column.name for column in self.games.custom_columns if column.dtype.is_numeric()
        }
        wetness = known[c.PRECIPITATION].cast(pl.String).replace_strict(AMOUNTS, default=None, return_dtype=pl.Float64)
        numbers = {name: known[of].cast(pl.Float64) for name, of in sources.items()} | {WETNESS: wetness}
        return {name: values.to_numpy() for name, values in numbers.items()}

    def _categories(self, known: pl.DataFrame) -> pl.DataFrame:
        known = known.with_columns(self.games.league.present_names(c.HOME, c.VISITOR))
        custom_columns = [column.name for column in self.games.custom_columns if not column.dtype.is_numeric()]
        return known.select(
            *(pl.col(name).cast(pl.String) for name in CATEGORIES),
            *(pl.col(name).cast(pl.String).alias(CUSTOM + name) for name in custom_columns),
            (pl.col(c.DATE).dt.weekday() - 1).cast(pl.String).alias(WEEKDAY),
            pl.col(c.DATE).dt.month().cast(pl.String).alias(MONTH),
            pl.col(c.PROMOTION).alias(c.PROMOTION),
        )


def _alike(games: Games, others: Games, columns: tuple[str, ...]) -> bool:
    """Return True if games are the same row by row in some columns."""
    return games.table.select(columns).equals(others.table.select(columns))


def _shares(
    figures: dict[str, npt.NDArray[np.float64]], capacity: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Return attendance in people as shares of the capacity, and the other figures unchanged."""
    return {name: values / capacity if name.startswith(IN_PEOPLE) else values for name, values in figures.items()}
