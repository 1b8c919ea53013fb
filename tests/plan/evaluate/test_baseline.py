import datetime as dt

import polars as pl
import pytest

from gatecast.games import Games
from gatecast.plan.evaluate.baseline import naive_attendance

from ..seasons import league


def games_of(**columns):
    return Games.from_frame(pl.DataFrame({"visitor": "V", **columns}))


def test_the_same_weekday_of_the_season_before():
    games = league()
    found = games.table.join(naive_attendance(games), on="game_id").with_columns(day=pl.col("date").dt.weekday())
    assert found.filter(season=2018)["naive_attendance"].null_count() == 120
    days = found.filter(season=2019, home="B", day=3)["naive_attendance"].to_list()
    past = found.filter(season=2018, home="B", day=3)["attendance"].mean()
    assert days == pytest.approx([past] * len(days))


def test_the_season_then_all_clubs_where_the_weekday_or_the_club_is_new():
    days = [dt.date(2018, 4, 2), dt.date(2018, 4, 3), dt.date(2019, 4, 6), dt.date(2019, 4, 7)]
    games = games_of(date=days, home=["A", "B", "A", "C"], attendance=[8000, 4000, 1000, 1000])
    found = games.table.join(naive_attendance(games), on="game_id").filter(season=2019).sort("date")
    assert found["naive_attendance"].to_list() == [8000, 6000]


def test_limited_crowds_are_nobodys_habit():
    days = [dt.date(2019, 5, 6), dt.date(2021, 5, 3), dt.date(2021, 8, 2), dt.date(2022, 5, 2)]
    games = games_of(date=days, home=["A"] * 4, home_league=["AL"] * 4, attendance=[30_000, 5000, 20_000, 25_000])
    found = games.table.join(naive_attendance(games), on="game_id").sort("date")
    assert found["naive_attendance"].to_list() == [None, 30_000, 30_000, 20_000]
