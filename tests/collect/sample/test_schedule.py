"""The sample league's schedule: one place a day, series, homestands, rain-outs made up."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.collect.sample import sample_league
from gatecast.collect.sample.clubs import CLUBS
from gatecast.collect.sample.schedule import Schedule, dates, holidays_of, season_schedule, to_day, with_makeup_games
from gatecast.games import columns as c

MONDAY = 1


@pytest.fixture(scope="module")
def games():
    return sample_league().games.table


@pytest.fixture(params=[2022, 2023, 2024, 2025])
def season(request):
    return season_schedule(np.random.default_rng(1), request.param)


def test_every_club_plays_half_its_games_at_home(season):
    clubs = len(CLUBS)
    assert np.bincount(season.home, minlength=clubs).tolist() == [72] * clubs
    assert np.bincount(season.visitor, minlength=clubs).tolist() == [72] * clubs


def test_no_club_is_in_two_places_on_one_day(games):
    sides = pl.concat([games.select(c.DATE, c.VENUE, club=side) for side in (c.HOME, c.VISITOR)])
    assert sides.group_by("club", c.DATE).agg(pl.col(c.VENUE).n_unique())[c.VENUE].max() == 1


def test_no_club_plays_itself_and_every_two_clubs_meet_in_both_parks(season):
    meetings = set(zip(season.home.tolist(), season.visitor.tolist(), strict=True))
    assert meetings == {(home, visitor) for home in range(8) for visitor in range(8) if home != visitor}


def test_a_series_is_three_days_of_two_clubs_in_one_place(games):
    by_visitor = games.sort(c.VISITOR, c.DATE, c.NUMBER).with_columns(
        week=pl.col(c.DATE).dt.truncate("1w"),
        half=pl.col(c.DATE).dt.weekday().is_between(5, 7),
    )
    series = by_visitor.group_by(c.VISITOR, "week", "half").agg(pl.col(c.HOME).n_unique(), pl.len())
    assert series[c.HOME].max() == 1
    assert (series["len"] == 3).mean() > 0.9


def test_home_stands_last_one_or_two_weeks(season):
    for stand in np.unique(season.stand):
        days = season.day[season.stand == stand]
        assert len(days) in {6, 12}
        assert days.max() - days.min() < 7 * len(days) // 6


def test_mondays_are_off_but_for_holidays(games):
    mondays = games.filter(pl.col(c.DATE).dt.weekday() == MONDAY)[c.DATE].unique().to_list()
    assert mondays
    assert all(day in holidays_of(day.year) for day in mondays)


def test_your_club_is_at_home_with_fireworks_on_the_fourth_of_july():
    league = sample_league(3)
    both = pl.concat([league.games.table, league.upcoming.table])
    fourth = both.filter(
        pl.col(c.HOME) == league.club,
        pl.col(c.DATE).dt.month() == 7,
        pl.col(c.DATE).dt.day() == 4,
        pl.col(c.NUMBER) != 1,
    )
    assert fourth[c.SEASON].to_list() == [2022, 2023, 2024, 2025]
    assert fourth[c.PROMOTION].to_list() == ["fireworks"] * 4


@pytest.mark.parametrize(
    "year, expected",
    [(2022, ["2022-05-30", "2022-07-04", "2022-09-05"]), (2025, ["2025-05-26", "2025-07-04", "2025-09-01"])],
)
def test_holidays(year, expected):
    assert [day.isoformat() for day in holidays_of(year)] == expected


def test_weekday_and_month_are_the_calendar_s(season):
    assert season.weekday.tolist() == [day.weekday() for day in dates(season.day).tolist()]
    assert season.month.tolist() == [day.month for day in dates(season.day).tolist()]


def series_of(*days: str, visitor: int = 1) -> Schedule:
    day = np.array([to_day(dt.date.fromisoformat(text)) for text in days])
    flat = np.zeros_like(day)
    return Schedule(season=flat + 2024, day=day, home=flat, visitor=flat + visitor, number=flat, stand=flat)


def test_a_rained_out_game_is_the_second_of_the_next_day():
    games = with_makeup_games(series_of("2024-05-07", "2024-05-08", "2024-05-09"), np.array([True, False, False]))
    assert dates(games.day).astype(str).tolist() == ["2024-05-08", "2024-05-08", "2024-05-09"]
    assert games.number.tolist() == [1, 2, 0]


def test_two_rain_outs_in_a_row_take_different_days():
    rained = np.array([True, True, False, False])
    games = with_makeup_games(series_of("2024-05-07", "2024-05-08", "2024-05-09", "2024-07-02"), rained)
    assert dates(games.day).astype(str).tolist() == ["2024-05-09", "2024-05-09", "2024-07-02", "2024-07-02"]
    assert games.number.tolist() == [1, 2, 1, 2]


def test_a_rain_out_with_no_meeting_left_is_called_off():
    other = series_of("2024-05-10", visitor=2)
    games = Schedule.joined([series_of("2024-05-08", "2024-05-09"), other])
    kept = with_makeup_games(games, np.array([False, True, False]))
    assert dates(kept.day).astype(str).tolist() == ["2024-05-08", "2024-05-10"]


def test_doubleheaders_have_a_first_and_a_second_game(games):
    doubles = games.filter(pl.col(c.NUMBER) > 0).group_by(c.HOME, c.DATE).agg(pl.col(c.NUMBER).sort(), c.START_TIME)
    assert doubles.height > 10
    assert all(numbers == [1, 2] for numbers in doubles[c.NUMBER].to_list())
    assert all(first < second for first, second in doubles[c.START_TIME].to_list())
