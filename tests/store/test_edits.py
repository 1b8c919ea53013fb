import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from gatecast.errors import ConflictError, DataError, InputError, StoreError
from gatecast.games import columns as c
from gatecast.store import GameEdit
from gatecast.store.revisions import GAMES, SCHEDULE
from gatecast.store.statuses import CANCELLED, POSTPONED, SCHEDULED

from .tables import OPENING, ids, season

FIRST, SECOND, LAST = ids(3)
LATER = OPENING + dt.timedelta(days=30)


@pytest.fixture
def filled(store):
    store.import_games(season(3, promotion=["bobblehead", None, None]), source="schedule.csv")
    return store


def edit(store, *edits):
    return store.edit_games(edits, source="by hand")


def row(store, game):
    return store.games().table.row(by_predicate=pl.col(c.GAME_ID) == game, named=True)


def test_an_edit_changes_a_game_is_listed_and_undone(filled):
    before, revisions = filled.games().table, filled.revisions()
    report = edit(filled, GameEdit(FIRST, {c.DATE: LATER, c.PROMOTION: None}), GameEdit(SECOND, {c.CAPACITY: 8000}))
    assert (report.added, report.changed) == (0, 2)
    changed = row(filled, FIRST)
    assert (changed[c.DATE], changed[c.PROMOTION], row(filled, SECOND)[c.CAPACITY]) == (LATER, None, 8000)
    assert filled.revisions()[GAMES] > revisions[GAMES]
    assert filled.revisions()[SCHEDULE] > revisions[SCHEDULE]
    assert [each.source for each in filled.game_changes(FIRST)] == ["schedule.csv", "by hand"]
    assert filled.game_changes(FIRST)[1].before == {c.DATE: str(OPENING), c.PROMOTION: "bobblehead"}
    assert filled.moves()[c.DATE].to_list() == [OPENING]
    filled.undo(report.import_id)
    assert_frame_equal(filled.games().table, before)
    assert filled.moves().is_empty()
    assert filled.game_changes(FIRST)[1].undone_at is not None


def test_a_game_set_aside_is_no_game_of_the_schedule_until_it_comes_back(filled):
    number = edit(filled, GameEdit(SECOND, status=POSTPONED)).import_id
    assert filled.games().table[c.GAME_ID].to_list() == [FIRST, LAST]
    aside = filled.set_aside()
    assert aside.select(c.GAME_ID, "status", c.DATE).rows() == [(SECOND, POSTPONED, OPENING + dt.timedelta(days=1))]
    filled.undo(number)
    assert filled.set_aside().is_empty()
    assert len(filled.games()) == 3
    edit(filled, GameEdit(SECOND, status=CANCELLED))
    edit(filled, GameEdit(SECOND, {c.DATE: LATER}, SCHEDULED))
    assert row(filled, SECOND)[c.DATE] == LATER
    assert filled.set_aside().is_empty()


def test_an_upload_leaves_a_game_aside_on_its_day_and_brings_it_back_on_another(filled):
    edit(filled, GameEdit(SECOND, status=POSTPONED))
    again = filled.import_games(season(3))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    assert filled.set_aside()[c.GAME_ID].to_list() == [SECOND]
    moved = filled.import_games(season(1, date=[LATER], game_id=[SECOND]))
    assert (moved.added, moved.changed) == (0, 1)
    assert row(filled, SECOND)[c.DATE] == LATER
    filled.undo(moved.import_id)
    assert filled.set_aside().select(c.GAME_ID, "status").rows() == [(SECOND, POSTPONED)]


def test_nothing_is_recorded_if_nothing_differs(filled):
    before = filled.imports().height
    assert edit(filled, GameEdit(FIRST, {c.CAPACITY: 9000}, SCHEDULED)).import_id is None
    assert filled.imports().height == before


def test_an_edit_of_what_somebody_else_changed_is_refused(filled):
    edit(filled, GameEdit(FIRST, {c.CAPACITY: 8000}))
    with pytest.raises(ConflictError, match=r"capacity.*somebody else"):
        edit(filled, GameEdit(FIRST, {c.CAPACITY: 7000}, expected={c.CAPACITY: 9000}))
    edit(filled, GameEdit(FIRST, {c.PROMOTION: "fireworks"}, expected={c.PROMOTION: "bobblehead"}))
    assert (row(filled, FIRST)[c.CAPACITY], row(filled, FIRST)[c.PROMOTION]) == (8000, "fireworks")


@pytest.mark.parametrize(
    ("wrong", "kind", "word"),
    [
        (GameEdit("none"), InputError, "no such game"),
        (GameEdit(FIRST, {"colour": "red"}), InputError, "colour"),
        (GameEdit(FIRST, {c.GAME_ID: "other"}), InputError, "game_id"),
        (GameEdit(FIRST, {c.DATE: None}), DataError, "date"),
        (GameEdit(FIRST, {c.CAPACITY: -1}), DataError, "capacity"),
        (GameEdit(FIRST, status="lost"), InputError, "status"),
    ],
)
def test_a_wrong_edit_changes_nothing(filled, wrong, kind, word):
    before = filled.games().table
    with pytest.raises(kind, match=word):
        edit(filled, GameEdit(SECOND, {c.CAPACITY: 7000}), wrong)
    assert_frame_equal(filled.games().table, before)


def test_a_later_edit_of_the_same_game_is_undone_first(filled):
    first = edit(filled, GameEdit(FIRST, {c.CAPACITY: 8000})).import_id
    edit(filled, GameEdit(FIRST, {c.CAPACITY: 7000}))
    with pytest.raises(StoreError, match="undo import"):
        filled.undo(first)
