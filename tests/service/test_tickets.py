import datetime as dt

import polars as pl
import pytest

from gatecast.service.game import game_row
from gatecast.service.tickets import Pace, pace_of, scanned_share

CLUB = "Hens"


def sold(service, game, days_and_tickets):
    date = game_row(service, game)["date"]
    rows = [(game, date - dt.timedelta(days=days), tickets) for days, tickets in days_and_tickets]
    service.store.record_tickets(pl.DataFrame(rows, schema=["game_id", "as_of", "tickets"], orient="row"))


def season(service, games):
    days = [dt.date(2025, 4, 1) + dt.timedelta(days=7 * i) for i in range(len(games))]
    frame = {"game_id": [f"g{i}" for i in range(len(games))], "date": days, "home": CLUB, "attendance": games}
    service.store.import_games(pl.DataFrame(frame))


def test_a_game_beside_the_pace_of_the_games_before_it(empty_service):
    season(empty_service, [1000, 2000, 1000, 2000, 1000, None])
    for i, gate in enumerate([1000, 2000, 1000, 2000, 1000]):
        sold(empty_service, f"g{i}", [(10, gate * 0.2), (2, gate * 0.6)])
    sold(empty_service, "g5", [(10, 300), (6, 480)])
    pace = pace_of(empty_service, game_row(empty_service, "g5"))
    assert pace.sold == ((10, 300), (6, 480))
    assert (pace.now.days, pace.now.games) == (6, 5)
    assert pace.now.middle == pytest.approx(0.4)  # between 0.2 and 0.6
    assert pace.comes_to(pace.now.middle) == pytest.approx(1200)
    assert [each.days for each in pace.usual] == [10, 7, 6, 5, 3, 2]


def test_only_earlier_games_tell_what_is_usual(empty_service):
    season(empty_service, [1000] * 6)
    for i in range(6):
        sold(empty_service, f"g{i}", [(7, 500)])
    assert pace_of(empty_service, game_row(empty_service, "g5")).now.games == 5
    few = pace_of(empty_service, game_row(empty_service, "g4"))
    assert (few.now, few.usual, few.last) == (None, (), (7, 500))


def test_nothing_where_no_tickets_are_known_or_no_date(empty_service):
    season(empty_service, [1000, None])
    assert pace_of(empty_service, game_row(empty_service, "g1")) is None
    assert pace_of(empty_service, {"game_id": "g1", "date": None, "home": CLUB}) is None


def test_the_pace_of_the_sample_league(sample_club):
    pace = pace_of(sample_club, game_row(sample_club, "QUI202506130"))
    assert [days for days, _ in pace.sold] == [30, 14, 7]
    shares = [each.middle for each in pace.usual]
    assert shares == sorted(shares)
    assert all(each.low <= each.middle <= each.high for each in pace.usual)
    assert Pace(((1, 90),), (), None).comes_to(0.9) == pytest.approx(100)


def test_the_share_of_tickets_used_by_the_scanners(sample_club):
    found = scanned_share(sample_club)
    table = sample_club.home_games(sample_club.club()).table.drop_nulls("scanned")
    share = table["scanned"] / table["attendance"]
    assert found.games == table.height
    assert found.share == pytest.approx(share.mean())
    assert found.spread == pytest.approx(share.std())


def test_nothing_without_scans(empty_service):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    assert scanned_share(empty_service) is None
