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
