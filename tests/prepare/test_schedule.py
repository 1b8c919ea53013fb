"""Codes and attendance of a schedule."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.league import RESTRICTED_FROM, RESTRICTED_UNTIL
from gatecast.prepare import Preparation
from gatecast.prepare.schedule import Schedule


def games(**columns: list[object]) -> Games:
    return Games.from_frame(pl.DataFrame(columns))


def test_gates_of_limited_crowds_are_not_counted_and_the_days_around_them_are():
    first, after = RESTRICTED_FROM, RESTRICTED_UNTIL
    days = [first - dt.timedelta(days=1), first, after - dt.timedelta(days=1), after]
    table = games(date=days, home_league=["NL"] * 4, attendance=[900, 800, 700, 600])
    assert Schedule.of(table).attendance.tolist() == [900, 0, 0, 600]


def test_gates_without_a_date_are_counted():
    assert Schedule.of(games(attendance=[300, None, 200])).attendance.tolist() == [300, 0, 200]


def test_no_figure_of_the_past_knows_a_limited_crowd():
    first, after = RESTRICTED_FROM, RESTRICTED_UNTIL
    days = [dt.date(2019, 9, 1), dt.date(2019, 9, 2), first, after - dt.timedelta(days=1), dt.date(2021, 9, 1)]
    clubs = {c.HOME: ["AAA"] * 5, c.HOME_LEAGUE: ["AL"] * 5, c.VISITOR: ["BBB"] * 5}
    seen = [
        Preparation(games(date=days, attendance=[900, 800, limited, limited, None], **clubs)).at_lead(1)
        for limited in (10, 700)
    ]
    assert seen[0].numeric.tobytes() == seen[1].numeric.tobytes()
    mean = seen[0].numeric[4, seen[0].names.index("gate_last5")] * seen[0].capacity[4]
    assert mean == pytest.approx(850)


def test_taking_some_games_keeps_their_codes():
    schedule = Schedule.of(games(date=[dt.date(2019, 9, day) for day in (1, 2, 3)], home=["A", "B", "C"]))
    some = schedule.take(np.array([2, 0]))
    assert some.home.tolist() == [schedule.home[2], schedule.home[0]]
    assert some.clubs == schedule.clubs


def venue_ages(club, **columns):
    """Ages of a club's venues, one a season."""
    table = games(**columns)
    arrays = Preparation(table).at_lead(1)
    ages = arrays.numeric[:, arrays.names.index("venue_age")] if "venue_age" in arrays.names else []
    return [age for age, home in zip(np.round(ages, 0).tolist(), table.clubs, strict=True) if home == club]


def test_a_venue_is_new_where_its_club_played_elsewhere_before_or_where_its_year_says_so():
    unknown = pytest.approx(np.nan, nan_ok=True)
    dates = [dt.date(2017, 4, 3), dt.date(2018, 4, 3), dt.date(2019, 4, 3), dt.date(2020, 4, 3)]
    # The past of a second club is not in the table, which it joins a year later: its venue may be old.
    columns = {c.DATE: [*dates, *dates[1:]], c.HOME: ["OLD"] * 4 + ["LATE"] * 3}
    columns[c.VENUE] = ["Old Park"] * 2 + ["New Park"] * 2 + ["Late Park"] * 3
    assert venue_ages("OLD", **columns) == [unknown, unknown, 0.0, 1.0]
    assert venue_ages("LATE", **columns) == [unknown] * 3
    columns[c.VENUE_OPENED] = [1912, 1912, 2019, 2019, 2018, 2018, 2018]
    assert venue_ages("OLD", **columns) == [12.0, 12.0, 0.0, 1.0]
    assert venue_ages("LATE", **columns) == [0.0, 1.0, 2.0]


def test_a_major_league_club_keeps_its_past_under_a_new_name():
    dates = [dt.date(2011, 4, 2), dt.date(2011, 4, 3), dt.date(2012, 4, 4), dt.date(2012, 4, 5)]
    clubs = {c.DATE: dates, c.HOME: ["FLO", "FLO", "MIA", "MIA"], c.ATTENDANCE: [900, 700, 500, None]}
    for league, mean in (("NL", 800.0), ("PCL", np.nan)):
        arrays = Preparation(games(**clubs, home_league=[league] * 4)).at_lead(1)
        last = arrays.numeric[:, arrays.names.index("gate_last_season")] * arrays.capacity
        assert last[3] == pytest.approx(mean, nan_ok=True)
        assert set(arrays.categories[c.HOME]) == ({"MIA"} if league == "NL" else {"FLO", "MIA"})
