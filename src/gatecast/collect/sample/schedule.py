"""The schedule of the sample league: home weeks, series, holidays, rain-outs and their make-ups."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from gatecast.collect.sample.clubs import CLUBS, YOURS

__all__ = ["Flags", "Ints", "Schedule", "dates", "holidays_of", "season_schedule", "to_day", "with_makeup_games"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WEEKS = 24
SERIES_DAYS = 3
PLAYING_DAYS = 6
APRIL, MAY, JUNE, JULY, SEPTEMBER = 4, 5, 6, 7, 9
ALWAYS_HOSTED = ((JUNE, 12), (JULY, 4))
TUESDAY = 1


def to_day(date: dt.date) -> int:
    """Return the days since 1970-01-01 of a date."""
    return (date - dt.date(1970, 1, 1)).days


@dataclass(frozen=True)
class Schedule:
    """Games as integer arrays of shape (games,).

    Parameters
    ----------
    season, day : ndarray of int
        Year; days since 1970-01-01.
    home, visitor : ndarray of int
        Places in `CLUBS`.
    number : ndarray of int
        0 for a single game, 1 and 2 for the games of a doubleheader.
    stand : ndarray of int
        The same number for all games of one homestand, and for no others.
    """

    season: Ints
    day: Ints
    home: Ints
    visitor: Ints
    number: Ints
    stand: Ints

    def __len__(self) -> int:
        return len(self.day)

    def take(self, which: Ints | Flags) -> Self:
        """Return the games at these places, or under this mask, in that order."""
        return type(self)(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Several schedules as one, ordered by day, home club and number."""
        whole = cls(
            **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)}
        )
        return whole.take(np.lexsort((whole.number, whole.home, whole.day)))

    @property
    def weekday(self) -> Ints:
        """0 for Monday to 6 for Sunday."""
        return (self.day + 3) % 7

    @property
    def month(self) -> Ints:
        """1 to 12."""
        return dates(self.day).astype("datetime64[M]").astype(np.int64) % 12 + 1

    @property
    def holiday(self) -> Flags:
        """True on Memorial Day, the Fourth of July and Labor Day."""
        return np.isin(self.day, [to_day(date) for year in np.unique(self.season) for date in holidays_of(int(year))])


def dates(day: Ints) -> npt.NDArray[np.datetime64]:
    """Return days since 1970-01-01 as dates, of any shape."""
    return day.astype("datetime64[D]")


def holidays_of(year: int) -> tuple[dt.date, dt.date, dt.date]:
    """Memorial Day, the Fourth of July and Labor Day."""
    end_of_may, september = dt.date(year, MAY, 31), dt.date(year, SEPTEMBER, 1)
    return (
        end_of_may - dt.timedelta(days=end_of_may.weekday()),
        dt.date(year, JULY, 4),
        september + dt.timedelta(days=-september.weekday() % 7),
    )


def season_schedule(rng: np.random.Generator, season: int) -> Schedule:
    """Return one season as first published: 24 weeks, Tuesday to Sunday, two series of three games a week.

    Parameters
    ----------
    rng : numpy Generator
    season : int
        Year.

    Returns
    -------
    Schedule
        576 games: 72 at home and 72 away for each club.
    """
    april = dt.date(season, APRIL, 1)
    start = to_day(april) + (TUESDAY - april.weekday()) % 7
    at_home = _home_weeks(rng, [(to_day(dt.date(season, *day)) + 1 - start) // 7 for day in ALWAYS_HOSTED])
    hosts, guests = (np.nonzero(side)[1].reshape(WEEKS, -1) for side in (at_home, ~at_home))
    series = _visits(rng, hosts, guests)
    week, host, place = np.indices((WEEKS, hosts.shape[1], PLAYING_DAYS))
    home = hosts[week, host]
    stands = np.cumsum(np.diff(at_home, axis=0, prepend=at_home[:1]), axis=0)
    games = Schedule(
        season=np.full(week.shape, season),
        day=start + 7 * week + place,
        home=home,
        visitor=series[week, host, place // SERIES_DAYS],
        number=np.zeros_like(week),
        stand=(season * len(CLUBS) + home) * WEEKS + stands[week, home],
    )
    return _holiday_mondays(games.take(np.ones(week.shape, bool)))


def _home_weeks(rng: np.random.Generator, hosted: list[int]) -> Flags:
    """Return True for clubs at home, shape (weeks, clubs); your club always in the weeks `hosted`.

    Rows of a Hadamard matrix split the clubs in halves so that every two clubs are opposed equally often; each split
    is followed by its mirror image, so that homestands last one or two weeks.
    """
    splits = np.ones((1, 1), int)
    for _ in range(3):
        splits = np.kron(np.array([[1, 1], [1, -1]]), splits)
    order = np.concatenate([rng.permutation(7), rng.permutation(7)])[: WEEKS // 2] + 1
    halves = splits[order][:, rng.permutation(len(CLUBS))] * rng.choice([-1, 1], (WEEKS // 2, 1))
    at_home = np.stack([halves, -halves], axis=1).reshape(WEEKS, len(CLUBS)) > 0
    for week in hosted:
        if not at_home[week, YOURS]:
            pair = slice(week // 2 * 2, week // 2 * 2 + 2)
            at_home[pair] = ~at_home[pair]
    return at_home


def _visits(rng: np.random.Generator, hosts: Ints, guests: Ints) -> Ints:
    """Return the visitor of each host in the first and the second series of each week, shape (weeks, hosts, 2).

    Each week takes the pairing of the clubs that have met least there so far, so that all meet in both parks.
    """
    orders = np.array(list(itertools.permutations(range(hosts.shape[1]))))
    met = np.zeros((len(CLUBS), len(CLUBS)), np.int64)
    visits = np.empty((*hosts.shape, 2), np.int64)
    for week, (host, guest) in enumerate(zip(hosts, guests, strict=True)):
        first = guest[rng.permutation(orders)]
        pairings = np.stack([first, np.roll(first, 1, axis=1)], axis=-1)
        visits[week] = pairings[np.argmin(np.sum(met[host[:, None], pairings] ** 2, axis=(1, 2)))]
        met[host[:, None], visits[week]] += 1
    return visits


def _holiday_mondays(games: Schedule) -> Schedule:
    """Return the same games, Tuesday's played the day before where that is a holiday."""
    eve = replace(games, day=games.day - 1).holiday & (games.weekday == TUESDAY)
    return replace(games, day=games.day - eve)


def with_makeup_games(games: Schedule, rained_out: Flags) -> Schedule:
    """Move rained-out games into doubleheaders on the next day the two clubs meet there.

    Parameters
    ----------
    games : Schedule
    rained_out : ndarray of bool, shape (games,)

    Returns
    -------
    Schedule
        Without the games for which the season had no such day left.
    """
    day, number, stand = games.day.copy(), games.number.copy(), games.stand.copy()
    called_off = np.zeros(len(games), bool)
    for game in np.flatnonzero(rained_out):
        open_days = ~rained_out & (number == 0) & (games.day > games.day[game])
        for same in (games.season, games.home, games.visitor):
            open_days &= same == same[game]
        if not open_days.any():
            called_off[game] = True
            continue
        host = np.flatnonzero(open_days)[np.argmin(games.day[open_days])]
        number[host], number[game] = 1, 2
        day[game], stand[game] = day[host], stand[host]
    return Schedule.joined([replace(games, day=day, number=number, stand=stand).take(~called_off)])
