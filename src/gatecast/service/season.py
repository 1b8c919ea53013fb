"""Show a season at a glance: every home game with its fill, past ones beside their forecasts, in homestands."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.expected import expected_people, total_people
from gatecast.games import columns as c
from gatecast.games import season_labels
from gatecast.games.forecast_columns import AS_OF, MEAN, P_SELLOUT, quantile_column
from gatecast.games.homestands import homestand_of
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.service.current_overrides import Overrides, current_overrides, forecast_by_hand

__all__ = ["CalendarGame", "Homestand", "Month", "Season", "cached_season", "labels_of", "season_view", "seasons_of"]

LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
FILL_STEPS = (0.25, 0.4, 0.55, 0.7, 0.85)
"""Shares of the seats at which the colour of a game changes."""


@dataclass(frozen=True)
class CalendarGame:
    """A game on the calendar.

    Parameters
    ----------
    row : dict
        The game by canonical column names.
    forecast : dict or None
        The last forecast issued before the game, by the columns of `Store.forecasts`.
    attendance : int or None
        The attendance, once known.
    stand : int
        Number of its homestand in the season, from 1.
    by_hand : dict or None
        The forecast moved to the attendance set by hand, of a game without an attendance.
    """

    row: dict[str, Any]
    forecast: dict[str, Any] | None
    attendance: int | None
    stand: int
    by_hand: dict[str, Any] | None = None

    @property
    def planned(self) -> dict[str, Any] | None:
        """The forecast that plans and totals count: moved to the figure set by hand if there is one."""
        return self.by_hand or self.forecast

    @property
    def people(self) -> float | None:
        """The attendance if known, else the people expected: the figure set by hand, or the model's."""
        if self.attendance is not None:
            return float(self.attendance)
        return None if self.planned is None else expected_people(self.planned)

    @property
    def seats(self) -> float | None:
        """Seats as stated, or as many people as came lately if those were more; None if no seats are stated."""
        stated = self.row[c.CAPACITY]
        return float(max(stated, (self.forecast or {}).get(c.CAPACITY) or 0, self.attendance or 0)) if stated else None

    @property
    def fill(self) -> float | None:
        """Share of the seats taken or expected to be taken."""
        people, seats = self.people, self.seats
        return None if people is None or seats is None else min(people / seats, 1.0)

    @property
    def step(self) -> int | None:
        """Number of its colour, 0 to 5; None if nothing is known."""
        fill = self.fill
        return None if fill is None else sum(fill >= step for step in FILL_STEPS)

    @property
    def miss(self) -> float | None:
        """Attendance less the people expected, of a past game that was forecast."""
        if self.attendance is None or self.forecast is None:
            return None
        return self.attendance - expected_people(self.forecast)

    @property
    def inside(self) -> bool | None:
        """True if the attendance lay within the 80% range."""
        if self.attendance is None or self.forecast is None:
            return None
        return bool(self.forecast[LOW] - 1 <= self.attendance <= self.forecast[HIGH] + 1)


@dataclass(frozen=True)
class Homestand:
    """Home games without a long pause between them: number in the season, first and last day, games, people in all.

    `to_come` counts games without an attendance and `expected` adds up their people; `people` and `expected` are None
    if a game has neither attendance nor forecast.
    """

    number: int
    first: dt.date | None
    last: dt.date | None
    games: tuple[CalendarGame, ...]
    to_come: int
    people: float | None
    expected: float | None
    sellout: float | None


@dataclass(frozen=True)
class Month:
    """A month of the calendar: weeks of seven days, each with its date (None outside the month) and games."""

    year: int
    month: int
    weeks: tuple[tuple[tuple[dt.date | None, tuple[CalendarGame, ...]], ...], ...]


@dataclass(frozen=True)
class Season:
    """A club's season.

    Parameters
    ----------
    club : str
    season : int
    as_of : date or None
        The cutoff.
    last_result : date or None
        Day of the club's last home game with an attendance.
    months : tuple of Month
        Those with a dated home game.
    homestands : tuple of Homestand
        In order of play.
    undated : tuple of CalendarGame
        Games without a date, in order.
    played, to_come : int
    mean_attendance, before : float or None
        Mean attendance of this season's games so far, and of as many games into last season.
    issued_at : datetime or None
        When the latest forecast of a game to come was issued.
    """

    club: str
    season: int
    as_of: dt.date | None
    last_result: dt.date | None
    months: tuple[Month, ...]
    homestands: tuple[Homestand, ...]
    undated: tuple[CalendarGame, ...]
    played: int
    to_come: int
    mean_attendance: float | None
    before: float | None
    issued_at: dt.datetime | None

    @property
    def next_homestand(self) -> Homestand | None:
        """The first homestand with a game to come."""
        return next((homestand for homestand in self.homestands if homestand.to_come), None)


def seasons_of(service: ClubService, club: str) -> list[int]:
    """Return the seasons in which the club has home games, latest first."""
    return service.home_games(club).table[c.SEASON].drop_nulls().unique().sort(descending=True).to_list()


def labels_of(service: ClubService, club: str) -> dict[int, str]:
    """Return the label of each season of a club: 2018, or 2018-19 if it goes on in the next year."""
    return season_labels(service.home_games(club).table)


def season_view(service: ClubService, club: str, season: int | None = None, *, first_weekday: int = 0) -> Season:
    """Return a season of a club; its latest if none is named. Weeks of its calendar begin on `first_weekday`.

    Games are shown with the last forecast whose cutoff lies before their day.
    """
    seasons = seasons_of(service, club)
    chosen = season if season in seasons else next(iter(seasons), 0)
    home = service.home_games(club).table
    table = home.filter(pl.col(c.SEASON) == chosen) if seasons else home
    forecasts = _before_the_day(service.forecasts(club), table)
    games = _games(table, forecasts, current_overrides(service, forecasts))
    dated = [game for game in games if game.row[c.DATE] is not None]
    attendances = [game.attendance for game in games if game.attendance is not None]
    open_games = [game for game in games if game.attendance is None]
    issued = [game.forecast["issued_at"] for game in open_games if game.forecast is not None]
    return Season(
        club=club,
        season=chosen,
        as_of=service.as_of(club),
        last_result=_last_result(home),
        months=_months(dated, first_weekday),
        homestands=_homestands(games),
        undated=tuple(game for game in games if game.row[c.DATE] is None),
        played=len(attendances),
        to_come=len(open_games),
        mean_attendance=sum(attendances) / len(attendances) if attendances else None,
        before=_before(home, chosen, len(attendances)),
        issued_at=max(issued, default=None),
    )


def cached_season(service: ClubService, club: str, season: int | None) -> Season:
    """Return a season of a club as `season_view` does, worked out once until games or forecasts change."""
    areas = (GAMES_AREA, FORECASTS_AREA)
    return service.cached(("season", club, season), areas, lambda: season_view(service, club, season))


def _before_the_day(forecasts: pl.DataFrame, table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the last forecast of each game whose cutoff lies before its day."""
    if forecasts.is_empty():
        return {}
    dates = table.select(c.GAME_ID, pl.col(c.DATE).alias("day"))
    fair = forecasts.join(dates, on=c.GAME_ID, maintain_order="left").filter(
        pl.col(AS_OF).is_null() | pl.col("day").is_null() | (pl.col(AS_OF) < pl.col("day"))
    )
    last = fair.sort(AS_OF, nulls_last=False, maintain_order=True).unique(c.GAME_ID, keep="last", maintain_order=True)
    return {row[c.GAME_ID]: row for row in last.drop("day").to_dicts()}


def _games(table: pl.DataFrame, forecasts: dict[str, dict[str, Any]], overrides: Overrides) -> list[CalendarGame]:
    games = []
    for row, stand in zip(table.to_dicts(), homestand_of(table), strict=True):
        forecast = forecasts.get(row[c.GAME_ID])
        by_hand = None
        if forecast is not None and row[c.ATTENDANCE] is None:
            seats = forecast.get(c.CAPACITY) or row[c.CAPACITY]
            by_hand = forecast_by_hand({**forecast, c.CAPACITY: seats}, overrides)
        games.append(CalendarGame(row, forecast, row[c.ATTENDANCE], int(stand) + 1, by_hand))
    return games


def _homestands(games: list[CalendarGame]) -> tuple[Homestand, ...]:
    stands = []
    for number in sorted({game.stand for game in games}):
        of_it = tuple(game for game in games if game.stand == number)
        days = [game.row[c.DATE] for game in of_it if game.row[c.DATE] is not None]
        chances = [game.planned[P_SELLOUT] for game in of_it if game.attendance is None and game.planned is not None]
        stands.append(
            Homestand(
                number,
                min(days, default=None),
                max(days, default=None),
                of_it,
                sum(game.attendance is None for game in of_it),
                _total(of_it),
                _total(tuple(game for game in of_it if game.attendance is None)),
                max((chance for chance in chances if chance is not None), default=None),
            )
        )
    return tuple(stands)


def _total(games: tuple[CalendarGame, ...]) -> float | None:
    """Return the people at all games, each as shown; None if one has neither attendance nor forecast."""
    played = [game.attendance for game in games if game.attendance is not None]
    ahead = [game.planned[MEAN] for game in games if game.attendance is None and game.planned is not None]
    return sum(played) + total_people(ahead) if len(played) + len(ahead) == len(games) else None


def _months(games: list[CalendarGame], first_weekday: int) -> tuple[Month, ...]:
    by_day: dict[dt.date, list[CalendarGame]] = {}
    for game in games:
        by_day.setdefault(game.row[c.DATE], []).append(game)
    months = sorted({(day.year, day.month) for day in by_day})
    weeks = calendar.Calendar(first_weekday).monthdatescalendar
    return tuple(
        Month(
            year,
            month,
            tuple(
                tuple(
                    (day if day.month == month else None, tuple(by_day.get(day, ())) if day.month == month else ())
                    for day in week
                )
                for week in weeks(year, month)
            ),
        )
        for year, month in months
    )


def _last_result(home: pl.DataFrame) -> dt.date | None:
    """Return the day of the last game with an attendance; None if no such game has a date."""
    day = home.filter(pl.col(c.ATTENDANCE).is_not_null())[c.DATE].max()
    return day if isinstance(day, dt.date) else None


def _before(home: pl.DataFrame, season: int, games: int) -> float | None:
    """Return the mean attendance of as many games into the season before."""
    earlier = home.filter(pl.col(c.SEASON) == season - 1)[c.ATTENDANCE].drop_nulls().head(games)
    mean = earlier.mean()
    return float(mean) if isinstance(mean, float) and games else None
