import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from gatecast.errors import DataError, StoreError
from gatecast.games import ALWAYS, CANONICAL, Column, Games, League, Role
from gatecast.games import columns as c
from gatecast.store import open_store
from gatecast.store.comparison import MOST_REFUSED

from ..games.tables import EXTRAS, full
from .tables import ids, season


def counts(report):
    return report.added, report.changed, report.unchanged, len({each.row for each in report.refused})


def test_a_new_store_has_no_games(store):
    games = store.games()
    assert len(games) == 0
    assert games.table.schema == Games.from_frame(season()).table.schema


def test_every_column_comes_back_as_it_was(store, place):
    games = full(12)
    assert all(games.table[name].null_count() == 0 for name in CANONICAL)
    assert counts(store.import_games(games)) == (12, 0, 0, 0)
    with open_store(place) as again:
        assert_frame_equal(again.games().table.select(games.table.columns), games.table)
        assert set(again.games().custom_columns) == set(EXTRAS)


def test_further_dates_and_times_come_back(store):
    custom_columns = (
        Column("sale", pl.Date, Role.TIME, ALWAYS),
        Column("doors", pl.Time, Role.TIME, ALWAYS),
        Column("big", pl.Int64, Role.NUMBER, ALWAYS),
    )
    told = {"sale": [dt.date(2019, 1, 1), None], "doors": [None, dt.time(18, 30)], "big": [2**62 + 1, None]}
    store.import_games(season(2, **told), custom_columns)
    assert store.games().table.select(*told).to_dict(as_series=False) == told


def test_numbers_keep_every_bit(store):
    values = [0.1 + 0.2, 1 / 3, -0.0, 5e-324, 17.000000000000004, 22.0]
    store.import_games(season(**{c.TEMPERATURE: values}))
    assert store.games().table[c.TEMPERATURE].to_list() == values


def test_importing_the_same_again_changes_nothing(store):
    games = full()
    store.import_games(games, source="games.csv")
    before = store.games().table
    assert counts(store.import_games(games, source="games.csv")) == (0, 0, 12, 0)
    assert_frame_equal(store.games().table, before)
    assert store.imports()["source"].to_list() == ["games.csv"] * 2


def test_only_what_differs_is_changed(store):
    store.import_games(season())
    report = store.import_games(season(7, **{c.ATTENDANCE: [None, 5000, *[None] * 5]}))
    assert counts(report) == (1, 1, 5, 0)
    assert str(report) == "1 added, 1 changed, 5 unchanged, 0 refused"
    assert store.games().table[c.ATTENDANCE].to_list() == [None, 5000, *[None] * 5]


def test_an_empty_cell_leaves_what_is_stored_unless_told_to_erase(store):
    store.import_games(season(2, **{c.PROMOTION: ["cap", "fireworks"]}))
    table = season(2, **{c.PROMOTION: [None, "fireworks"]})
    assert counts(store.import_games(table)) == (0, 0, 2, 0)
    assert counts(store.import_games(table, erase=True)) == (0, 1, 1, 0)
    assert store.games().table[c.PROMOTION].to_list() == [None, "fireworks"]


def test_what_a_table_leaves_unsaid_does_not_replace_what_is_known(store):
    store.import_games(season(2, **{c.VENUE: ["Old Park"] * 2, c.SEASON: [2020] * 2}))
    assert counts(store.import_games(season(2))) == (0, 0, 2, 0)
    assert counts(store.import_games(Games.from_frame(season(2)), columns=[c.CAPACITY])) == (0, 0, 2, 0)
    assert store.games().table[c.VENUE].to_list() == ["Old Park"] * 2


def test_rows_that_cannot_be_used_are_told_with_row_and_column(store):
    table = season(
        6,
        **{
            c.ATTENDANCE: ["5000", "many", "-40", "6000", "7000", "x"],
            c.TEMPERATURE: ["18", "1", "2", "warm", "3", "y"],
        },
    )
    report = store.import_games(table, source="games.csv", rows=[2, 3, 5, 6, 7, 9])
    assert counts(report) == (2, 0, 0, 4)
    assert [(each.row, each.column, each.got) for each in report.refused] == [
        (3, c.ATTENDANCE, "'many'"),
        (5, c.ATTENDANCE, "'-40'"),
        (6, c.TEMPERATURE, "'warm'"),
        (9, c.ATTENDANCE, "'x'"),
        (9, c.TEMPERATURE, "'y'"),
    ]
    assert report.refused[0].reason == "got 'many', expected a whole number from 0 to 250000 people"
    assert "row 3, attendance" in str(report.refused[0])
    assert store.games().table[c.GAME_ID].to_list() == [ids()[0], ids()[4]]


def test_a_row_corrected_becomes_the_game_it_would_have_been(store):
    days = [dt.date(2019, 4, 1)] * 2
    wrong = season(2, **{c.DATE: days, c.CAPACITY: ["9000", "lots"]})
    assert counts(store.import_games(wrong)) == (1, 0, 0, 1)
    assert counts(store.import_games(season(2, **{c.DATE: days}))) == (1, 0, 1, 0)
    assert store.games().table[c.NUMBER].to_list() == [1, 2]


def test_a_repeated_game_a_missing_date_and_a_nul_are_refused(store):
    table = season(4, **{c.GAME_ID: ["a", "a", "b", "c"], c.VISITOR: ["OAK", "OAK", "O\x00K", "OAK"]})
    table = table.with_columns(pl.when(pl.col(c.GAME_ID) != "c").then(pl.col(c.DATE)).alias(c.DATE))
    report = store.import_games(table)
    assert [(each.row, each.column) for each in report.refused] == [(3, c.GAME_ID), (4, c.VISITOR), (5, c.DATE)]
    assert store.games().table[c.GAME_ID].to_list() == ["a"]


def test_a_change_that_makes_nonsense_of_a_stored_game_is_refused(store):
    store.import_games(season(2))
    report = store.import_games(season(2, **{c.ATTENDANCE: [8000, 20000]}).drop(c.CAPACITY))
    assert counts(report) == (0, 1, 0, 1)
    assert report.refused[0].row == 3
    assert "9000 seats" in report.refused[0].got


def test_a_table_of_mistakes_is_refused_as_a_whole(store):
    table = season(MOST_REFUSED + 1, **{c.CAPACITY: ["x"] * (MOST_REFUSED + 1)})
    with pytest.raises(DataError, match=r"more than 200 mistakes.*the first: row 2, capacity"):
        store.import_games(table)
    assert store.imports().height == 0


def test_a_dry_run_says_what_would_be_done_and_does_nothing(store):
    report = store.import_games(season(**{c.CAPACITY: [9000] * 5 + [-1]}), dry_run=True)
    assert counts(report) == (5, 0, 0, 1)
    assert report.import_id is None
    assert len(store.games()) == 0
    assert store.imports().height == 0


def test_what_changes_nothing_is_noted_unless_told_otherwise(store):
    store.import_games(season())
    table, noted = season(), store.imports().height
    gates = store.games().table.select(c.GAME_ID, c.ATTENDANCE)
    for report in (store.import_games(table, if_changed=True), store.record_outcomes(gates, if_changed=True)):
        assert (report.import_id, report.unchanged) == (None, table.height)
    assert store.imports().height == noted
    assert store.import_games(table).import_id == noted + 1


def test_a_column_cannot_change_what_it_is(store):
    column = Column("price", pl.Float64, Role.NUMBER, ALWAYS)
    store.import_games(season(1, price=[2.0]), [column])
    with pytest.raises(DataError, match="declared before"):
        store.import_games(season(1, price=["a"]), [Column("price", pl.String, Role.CATEGORY, ALWAYS)])


def test_games_without_dates_keep_their_order_and_stay_apart(store):
    gates = [5000, 4000, 6000]
    store.import_games(pl.DataFrame({c.ATTENDANCE: gates}))
    assert counts(store.import_games(pl.DataFrame({c.ATTENDANCE: [*gates, 4500]}))) == (1, 0, 3, 0)
    assert store.games().table[c.ATTENDANCE].to_list() == [*gates, 4500]
    with pytest.raises(DataError, match="games with dates"):
        store.import_games(season())


def test_hostile_text_is_only_text(store):
    texts = ["'); DROP TABLE games; --", "%s :x ?", "=cmd|' /C calc'!A0", "ü\u202e😀", '"', "\\"]
    store.import_games(season(6, **{c.VISITOR: texts, c.GAME_ID: texts}), source=texts[0])
    assert sorted(store.games().table[c.VISITOR]) == sorted(texts)
    assert sorted(store.games().table[c.GAME_ID]) == sorted(texts)


def test_undo_gives_back_what_was(store):
    first = store.import_games(full(6)).import_id
    before = store.games().table
    table = before.with_columns(
        pl.col(c.ATTENDANCE) + 1, pl.lit(dt.time(12, 5)).alias(c.START_TIME), pl.col("price") + 1
    )
    second = store.import_games(Games.from_frame(table, store.games().custom_columns)).import_id
    assert not store.games().table.equals(before)
    undone = store.undo(second)
    assert (undone.withdrawn, undone.restored) == (0, 6)
    assert_frame_equal(store.games().table, before)
    assert (store.undo(first).withdrawn, len(store.games())) == (6, 0)
    assert store.imports()["undone_at"].null_count() == 0


def test_a_game_taken_out_comes_back_without_its_past(store):
    store.undo(store.import_games(season(2, **{c.ATTENDANCE: [1, 2], c.SKY: ["sunny"] * 2})).import_id)
    assert counts(store.import_games(season(2))) == (2, 0, 0, 0)
    assert store.games().table.select(c.ATTENDANCE, c.SKY).null_count().row(0) == (2, 2)


def test_new_games_those_that_come_back_and_changed_ones_are_told_apart(store):
    store.undo(store.import_games(season(4)).import_id)
    store.import_games(season(6).tail(2))
    report = store.import_games(season(8, **{c.ATTENDANCE: list(range(1, 9))}).tail(7))
    assert counts(report) == (5, 2, 0, 0)
    last = [store.game_changes(game)[-1] for game in ids(8)]
    assert [each.import_id == report.import_id for each in last] == [False] + [True] * 7
    nothing = {c.ATTENDANCE: None}
    assert [each.before for each in last[1:]] == [None, None, None, nothing, nothing, None, None]
    undone = store.undo(report.import_id)
    assert (undone.withdrawn, undone.restored) == (5, 2)
    assert store.games().table[c.GAME_ID].to_list() == ids(6)[4:]


def test_undo_refuses_what_later_imports_stand_on(store):
    first = store.import_games(season()).import_id
    second = store.import_games(season(2, **{c.ATTENDANCE: [1, 2]})).import_id
    with pytest.raises(StoreError, match=f"2 of its games in later imports.*import {second} first"):
        store.undo(first)
    store.undo(second)
    store.undo(first)
    with pytest.raises(StoreError, match="undone already"):
        store.undo(first)
    with pytest.raises(StoreError, match="no such import"):
        store.undo(99)


def test_games_of_a_new_year_continue_the_stored_season(tmp_path):
    autumn = pl.DataFrame({c.DATE: [dt.date(2022, 10, 5), dt.date(2022, 12, 20)], c.HOME: "Owls", c.ATTENDANCE: 4000})
    spring = pl.DataFrame({c.DATE: [dt.date(2023, 1, 10)], c.HOME: "Owls"})
    with open_store(tmp_path) as store:
        store.import_games(Games.from_frame(autumn, league=League("BBL", "DE")))
        store.import_games(Games.from_frame(spring))
        store.import_games(spring.with_columns(pl.lit(dt.date(2023, 1, 20)).alias(c.DATE)))
        games = store.games()
    assert games.table[c.SEASON].to_list() == [2022] * 4
    assert games.league == League("BBL", "DE")


def test_games_that_a_file_calls_off_are_set_aside_until_the_import_is_undone(store):
    store.import_games(season(4, **{c.ATTENDANCE: [900, None, None, None]}))
    before, names = store.games().table, store.games().table[c.GAME_ID].to_list()
    off = {names[0]: "cancelled", names[1]: "postponed", names[2]: "cancelled", "unknown": "cancelled"}
    rest = season(4)[3:]
    report = store.import_games(rest, called_off=off)
    assert (report.added, report.changed, report.unchanged) == (0, 2, 1)
    assert store.games().table[c.GAME_ID].to_list() == [names[0], names[3]]
    aside = dict(store.set_aside().select(c.GAME_ID, "status").iter_rows())
    assert aside == {names[1]: "postponed", names[2]: "cancelled"}
    assert store.import_games(rest, called_off=off, if_changed=True).import_id is None
    other = store.import_games(rest, called_off={names[1]: "cancelled"})
    store.undo(other.import_id)
    assert dict(store.set_aside().select(c.GAME_ID, "status").iter_rows()) == aside
    store.undo(report.import_id)
    assert_frame_equal(store.games().table, before)
    assert store.set_aside().is_empty()
