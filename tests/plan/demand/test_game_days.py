import datetime as dt

import polars as pl

from gatecast.plan.demand.game_days import GameDays

TABLE = pl.DataFrame(
    {
        "home": ["B", "A", "A", "A", "A"],
        "date": [dt.date(2019, 6, 3), dt.date(2019, 6, 3), dt.date(2019, 6, 9), None, None],
        "lead": ["1", "1", "7", "7", "7"],
    }
)


def test_games_of_one_club_share_a_store_and_those_without_dates_share_nothing():
    days = GameDays.of(TABLE)
    assert days.weekdays.tolist() == [0, 0, 6, -1, -1]
    assert (days.days[2] - days.days[1], days.days[3]) == (6, 0)
    assert days.stores[1] == days.stores[2]
    assert len(set(days.stores)) == 4
    assert len(set(days.homestands)) == 5


def test_leads_can_be_kept_apart():
    assert len(set(GameDays.of(TABLE, apart=["lead"]).stores)) == 5


def test_games_apart_share_nothing():
    days = GameDays.apart(3)
    assert len(set(days.homestands)) == len(set(days.stores)) == 3
    assert set(days.weekdays) == {-1}
