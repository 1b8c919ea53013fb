import datetime as dt

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.service.changes import Fact, came_near, history_of
from gatecast.service.game import game_row

GAME = {"game_id": ["a"], "date": [dt.date(2025, 6, 1)], "home": ["Hens"]}


@pytest.fixture
def service(empty_service):
    empty_service.store.import_games(pl.DataFrame({**GAME, "start_time": ["19:05"]}))
    return empty_service


def changed(service, **values):
    frame = pl.DataFrame({**GAME, **{name: [value] for name, value in values.items()}})
    return service.store.import_games(frame, erase=True).import_id


def now():
    return dt.datetime.now(dt.UTC)


def history(service):
    return history_of(service.store, game_row(service, "a"), service.games().columns)


def test_what_imports_changed_between_two_moments(service):
    first = now()
    changed(service, start_time="18:35", home_starter="Ashquill")
    second = now()
    changed(service, start_time="17:05", promotion="fireworks")
    start = Fact(c.START_TIME, dt.time(19, 5), dt.time(18, 35))
    assert history(service).between(first, second) == (Fact(c.HOME_STARTER, None, "Ashquill"), start)
    later = {fact.column: (fact.before, fact.after) for fact in history(service).between(second)}
    assert later == {c.START_TIME: (dt.time(18, 35), dt.time(17, 5)), c.PROMOTION: (None, "fireworks")}
    assert history(service).between(now()) == ()


def test_what_was_changed_back_or_taken_back_is_not_told(service):
    before = now()
    changed(service, start_time="18:35")
    changed(service, start_time="19:05")
    assert history(service).between(before) == ()
    number = changed(service, visitor="Kites")
    assert [fact.column for fact in history(service).between(before)] == [c.VISITOR]
    service.store.undo(number)
    assert history(service).between(before) == ()


def test_a_gate_is_no_change_of_what_was_known(service):
    before = now()
    changed(service, attendance=1200)
    assert history(service).between(before) == ()


def test_what_comes_near_enough_to_be_known():
    row = {c.HOME_STARTER: "Ashquill", c.SKY: "sunny", c.VISITOR: "Kites", c.TEMPERATURE: None}
    assert came_near(row, c.CANONICAL, 20, 7) == (Fact(c.SKY, None, "sunny"),)
    assert [fact.column for fact in came_near(row, c.CANONICAL, 6, 5)] == [c.HOME_STARTER]
    assert came_near(row, c.CANONICAL, 5, 1) == ()
