"""The projected level of a season: what it learns from, what it knows, and when."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.prepare import Preparation

CLUBS, SEASONS, HOME_GAMES = 12, range(2005, 2016), 36
WORTH = 1.0
"""By this logarithm a season of all wins would raise the level more than one of none."""


def table(wins=True, change=None, **cut):
    """Clubs whose level goes with the wins expected of them; `cut` keeps so many games of a season."""
    draw = np.random.default_rng(0)
    rows = []
    for club in range(CLUBS):
        level = 20_000 * np.exp(draw.normal(0, 0.2))
        for season in SEASONS:
            share = draw.uniform(0.35, 0.65)
            level *= np.exp(WORTH * (share - 0.5) + draw.normal(0, 0.02))
            for i in range(cut.get(f"s{season}", HOME_GAMES)):
                people = int(level * np.exp(draw.normal(0, 0.05)))
                date = dt.date(season, 4, 1) + dt.timedelta(days=4 * i)
                rows.append((date, f"C{club:02}", f"C{(club + 1 + i % (CLUBS - 1)) % CLUBS:02}", people, share))
    frame = pl.DataFrame(rows, [c.DATE, c.HOME, c.VISITOR, c.ATTENDANCE, c.EXPECTED_WINS], orient="row")
    frame = frame.with_columns(pl.lit("L").alias(c.HOME_LEAGUE))
    if change is not None:
        frame = change(frame)
    return Games.from_frame(frame if wins else frame.drop(c.EXPECTED_WINS))


def projected(games, season, cutoff=None):
    """The level projected and the true one of each club."""
    preparation = Preparation(games)
    schedule = preparation.schedule
    rows = np.flatnonzero(schedule.season == season)
    day = (cutoff or dt.date(season, 2, 28)) - dt.date(1970, 1, 1)
    levels = preparation.projected.at(schedule.take(rows), np.full(len(rows), day.days, np.int32))
    return np.array(
        [
            (levels[schedule.home[rows] == club][0], schedule.attendance[rows][schedule.home[rows] == club].mean())
            for club in range(CLUBS)
        ]
    ).T


def error(levels):
    found, true = levels
    return np.abs(np.log(found / true)).mean()


def test_expected_wins_tell_of_the_level_of_the_season_to_come():
    with_wins, without = error(projected(table(), 2015)), error(projected(table(wins=False), 2015))
    assert with_wins < 0.03 < 0.06 < without


def test_wins_stated_as_numbers_are_those_stated_as_shares():
    def counted(frame):
        return frame.with_columns(pl.col(c.EXPECTED_WINS) * 2 * HOME_GAMES)

    assert projected(table(change=counted), 2015)[0] == pytest.approx(projected(table(), 2015)[0])


def test_nothing_is_projected_from_few_seasons_or_before_it_is_known():
    assert np.isnan(projected(table(), 2008)[0]).all()
    assert np.isnan(projected(table(), 2015, cutoff=dt.date(2015, 2, 27))[0]).all()
    assert np.isfinite(projected(table(wins=False), 2015, cutoff=dt.date(2015, 1, 1))[0]).all()
    assert np.isnan(projected(table(wins=False), 2015, cutoff=dt.date(2014, 6, 1))[0]).all()


def test_a_season_cut_short_is_passed_over():
    short = projected(table(s2014=12), 2015)
    assert np.isfinite(short[0]).all()
    assert error(short) < 0.15


def test_no_later_attendance_changes_a_projection():
    def later(frame):
        played = pl.col(c.DATE) >= dt.date(2015, 1, 1)
        return frame.with_columns(pl.when(played).then(7).otherwise(c.ATTENDANCE).alias(c.ATTENDANCE))

    assert projected(table(change=later), 2015)[0].tobytes() == projected(table(), 2015)[0].tobytes()
