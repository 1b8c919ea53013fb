"""The sample league put together: games played, games to come, and the truth behind both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from gatecast.collect.sample import sales
from gatecast.collect.sample.clubs import CLUBS, LEAGUE, YOURS
from gatecast.collect.sample.conditions import PROMOTIONS, Conditions, decided
from gatecast.collect.sample.demand import Demand, drawn_demand, weather_effect
from gatecast.collect.sample.results import Results, played
from gatecast.collect.sample.schedule import Ints, Schedule, dates, season_schedule, to_day, with_makeup_games
from gatecast.collect.sample.weather import PRECIPITATIONS, SKIES, Weather, daily_weather
from gatecast.games import Games, known_at
from gatecast.games import columns as c

__all__ = ["AS_OF", "DEMAND", "EXPECTED_DEMAND", "SampleLeague", "sample_league", "simulated_games"]

SEASONS = (2022, 2023, 2024, 2025)
AS_OF = dt.date(2025, 6, 8)
FIRST_DAY, LAST_DAY = (4, 1), (9, 30)
"""Of a season: month and day."""
UPCOMING_GAMES = 18
EXPECTED_DEMAND, DEMAND = "expected_demand", "demand"


@dataclass(frozen=True)
class SampleLeague:
    """Invented games of eight invented clubs, one of them yours.

    Parameters
    ----------
    games : Games
        Three full seasons, and the fourth as far as it was played on `as_of`.
    upcoming : Games
        Your club's next home games, with what was known of them at the end of `as_of`.
    as_of : date
    club : str
        Name of your club.
    truth : polars.DataFrame
        One row for each game played or upcoming: its id, the mean of the demand it was drawn from, the demand drawn
        (people, which the seats may not have held), and the seats.
    """

    games: Games
    upcoming: Games
    as_of: dt.date
    club: str
    truth: pl.DataFrame


def sample_league(seed: int = 0) -> SampleLeague:
    """Simulate the sample league; the same seed gives the same league.

    Examples
    --------
    >>> league = sample_league()
    >>> league.club, league.as_of.isoformat()
    ('Quillport Lanterns', '2025-06-08')
    """
    table, schedule, demand = _simulated(seed, SEASONS, AS_OF)
    whole = Games.from_frame(table, sales.CUSTOM_COLUMNS)
    games, upcoming = whole.filter(pl.col(c.DATE) <= AS_OF), _upcoming(whole, schedule)
    listed = pl.concat([games.table[c.GAME_ID], upcoming.table[c.GAME_ID]])
    truth = table.select(
        c.GAME_ID,
        pl.Series(EXPECTED_DEMAND, demand.expected),
        pl.Series(DEMAND, demand.drawn),
        pl.col(c.CAPACITY).cast(pl.Int64),
    ).filter(pl.col(c.GAME_ID).is_in(listed.implode()))
    return SampleLeague(games, upcoming, AS_OF, CLUBS[YOURS].name, truth)


def simulated_games(seed: int, seasons: tuple[int, ...], as_of: dt.date) -> pl.DataFrame:
    """Simulate other seasons of the sample league, for measurements on tables of any size.

    Parameters
    ----------
    seed : int
        Another one gives another league of the same eight clubs.
    seasons : tuple of int
        Years, in order.
    as_of : date
        The last day with results; a rainout after it is not known yet.

    Returns
    -------
    polars.DataFrame
        Canonical columns alone, in order of play. Games after `as_of` have no results.
    """
    table, _, _ = _simulated(seed, seasons, as_of)
    known = [
        pl.when(pl.col(c.DATE) <= as_of).then(pl.col(name)).alias(name)
        for name in (c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS)
    ]
    return table.select(name for name in c.CANONICAL if name in table.columns).with_columns(known)


def _simulated(seed: int, seasons: tuple[int, ...], as_of: dt.date) -> tuple[pl.DataFrame, Schedule, Demand]:
    """Return every game of some seasons, as a table and as the schedule and the demand behind it."""
    rngs = np.random.default_rng(seed).spawn(6)
    first_day, last_day = to_day(dt.date(seasons[0], *FIRST_DAY)), to_day(dt.date(seasons[-1], *LAST_DAY))
    climate = daily_weather(rngs[0], first_day, last_day - first_day + 1)
    schedule = Schedule.joined([season_schedule(rngs[1], season) for season in seasons])
    wet = climate.at(schedule, first_day, np.zeros(len(schedule), bool)).rained_out
    schedule = with_makeup_games(schedule, wet & (schedule.day <= to_day(as_of)))
    conditions = decided(rngs[2], schedule)
    weather = climate.at(schedule, first_day, conditions.daytime)
    results = played(rngs[3], schedule)
    demand = drawn_demand(rngs[4], schedule, weather, results, conditions)
    table = _table(schedule, conditions, weather, results).with_columns(
        _attendance(rngs[5], schedule, conditions, weather, demand)
    )
    return table, schedule, demand


def _table(games: Schedule, conditions: Conditions, weather: Weather, results: Results) -> pl.DataFrame:
    """Return every canonical column but attendance."""
    starters = np.array([club.starters for club in CLUBS])
    return pl.DataFrame(
        {
            c.DATE: dates(games.day),
            c.START_TIME: [dt.time(*divmod(int(minutes), 60)) for minutes in conditions.start],
            c.DAY_NIGHT: np.where(conditions.daytime, "day", "night"),
            c.NUMBER: games.number,
            c.VENUE: np.array([club.venue for club in CLUBS])[games.home],
            c.HOME: np.array([club.name for club in CLUBS])[games.home],
            c.VISITOR: np.array([club.name for club in CLUBS])[games.visitor],
            c.SEASON: games.season,
            c.HOME_LEAGUE: LEAGUE,
            c.VISITOR_LEAGUE: LEAGUE,
            c.CAPACITY: _capacity(games),
            c.PROMOTION: np.array(PROMOTIONS)[conditions.promotion],
            c.TEMPERATURE: weather.temperature,
            c.WIND: weather.wind,
            c.SKY: np.array(SKIES)[weather.sky],
            c.PRECIPITATION: np.array(PRECIPITATIONS)[weather.precipitation],
            c.HOME_STARTER: starters[games.home, results.home_starter],
            c.VISITOR_STARTER: starters[games.visitor, results.visitor_starter],
            c.HOME_RUNS: results.home_runs,
            c.VISITOR_RUNS: results.visitor_runs,
        }
    ).with_columns(
        pl.format(
            "{}{}{}",
            pl.Series(np.array([club.code for club in CLUBS])[games.home]),
            pl.col(c.DATE).dt.strftime("%Y%m%d"),
            c.NUMBER,
        ).alias(c.GAME_ID),
        pl.col(c.PROMOTION).replace("", None),
    )


def _attendance(
    rng: np.random.Generator, games: Schedule, conditions: Conditions, weather: Weather, demand: Demand
) -> list[pl.Expr]:
    """Attendance of every game; sales, and people through the gate, of your club's."""
    attendance = np.minimum(demand.drawn, _capacity(games))
    heads = sales.scanned(rng, games, weather, attendance)
    known_to_you = {
        c.SCANNED: heads,
        sales.PRICE: conditions.price,
        **sales.tickets_sold(rng, demand.drawn, attendance, weather_effect(weather)),
        **sales.food_and_drink(rng, heads, weather, conditions),
    }
    yours = pl.Series(games.home == YOURS)
    return [
        pl.lit(pl.Series(attendance)).alias(c.ATTENDANCE),
        *(pl.when(yours).then(pl.Series(values)).alias(name) for name, values in known_to_you.items()),
    ]


def _upcoming(whole: Games, schedule: Schedule) -> Games:
    """Your club's next home games, whole homestands of them, as they stood at the end of `AS_OF`."""
    today = to_day(AS_OF)
    coming = (schedule.home == YOURS) & (schedule.day > today)
    stands = schedule.stand[coming]
    last = schedule.day[coming][stands == stands[UPCOMING_GAMES - 1]].max()
    chosen = whole.filter(
        pl.col(c.HOME) == CLUBS[YOURS].name,
        pl.col(c.DATE) > AS_OF,
        pl.col(c.DATE) <= pl.lit(int(last)).cast(pl.Int32).cast(pl.Date),
    )
    known = known_at(chosen, np.full(len(chosen), today, np.int32))
    return whole.with_table(known.with_columns(pl.col(c.TEMPERATURE).round(1), pl.col(c.WIND).round(0)))


def _capacity(games: Schedule) -> Ints:
    return np.array([club.capacity for club in CLUBS])[games.home]
