import datetime as dt

import polars as pl
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.store import bulk
from gatecast.store.schema import GAMES, OUTCOMES, TICKETS_SOLD, utc_now

from ..games.tables import full
from .tables import season


def test_what_is_written_is_what_sqlalchemy_reads(store):
    games = full(12)
    store.import_games(games)
    names = [c.GAME_ID, c.DATE, c.START_TIME, c.VENUE, c.CAPACITY, c.TEMPERATURE]
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(*(GAMES.c[name] for name in names))).all()
        texts = connection.scalars(sa.select(GAMES.c.further)).all()
        moments = connection.scalars(sa.select(OUTCOMES.c.known_at)).all()
    assert sorted(tuple(row) for row in rows) == sorted(games.table.select(names).iter_rows())
    assert {frozenset(text) for text in texts} == {frozenset(each.name for each in games.custom_columns)}
    assert len(moments) == 12
    assert all(abs(utc_now() - moment) < dt.timedelta(minutes=10) for moment in moments)


def test_rows_without_a_value_that_all_share(store):
    games = season(3)
    store.import_games(games)
    names = store.games().table[c.GAME_ID].to_list()
    days = [dt.date(2019, 1, day) for day in (2, 3, 4)]
    moments = pl.Series([utc_now() + dt.timedelta(days=day) for day in range(3)], dtype=pl.Datetime("us", "UTC"))
    frame = pl.DataFrame({c.GAME_ID: names, AS_OF: days, TICKETS: [1, 2, 3], "recorded_at": moments})
    with store.database.writing() as connection:
        bulk.insert_frame(connection, TICKETS_SOLD, frame, by=c.GAME_ID)
    assert sorted(store.tickets().rows()) == sorted(zip(names, days, (1, 2, 3), strict=True))


def test_batches_add_change_and_undo_as_one_import(store, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 5)
    added = store.import_games(season(12, **{c.ATTENDANCE: [*range(1, 12), None]}))
    assert (added.added, store.games().table[c.ATTENDANCE].sum()) == (12, sum(range(1, 12)))
    before = store.games().table
    changed = store.import_games(season(12, **{c.ATTENDANCE: list(range(101, 113))}))
    assert (changed.changed, store.games().table[c.ATTENDANCE].sum()) == (12, sum(range(101, 113)))
    store.undo(changed.import_id)
    assert_frame_equal(store.games().table, before)
    store.undo(added.import_id)
    assert len(store.games()) == 0
    assert store.import_games(season(12)).added == 12
    assert store.games().table[c.ATTENDANCE].null_count() == 12


def test_games_of_several_statements_come_back_bit_for_bit(store, monkeypatch):
    monkeypatch.setattr(bulk, "PARAMETERS", 100)
    games = full(12)
    cold = pl.Series(c.TEMPERATURE, [-0.0, 0.1 + 0.2, 1e-300, 21.666666666666668, *range(7), None], pl.Float64)
    games = games.with_table(games.table.with_columns(cold))
    store.import_games(games)
    stored = store.games()
    assert_frame_equal(stored.table.select(games.table.columns), games.table)
    bits = [cell and cell.hex() for cell in stored.table[c.TEMPERATURE]]
    assert bits == [cell and cell.hex() for cell in games.table[c.TEMPERATURE]]


def test_every_sign_of_a_text_comes_back(store):
    texts = ['a "bobblehead"', "back\\slash", "\x1f\x1e\t", "[null]", "null", "球場の日 🎆"]
    store.import_games(season(6, **{c.PROMOTION: texts}))
    assert store.games().table[c.PROMOTION].to_list() == texts


def test_no_rows_are_read_in_their_types(store):
    with store.database.reading() as connection:
        empty = bulk.read_frame(connection, sa.select(GAMES.c.game_id, GAMES.c.date), {"a": pl.String, "b": pl.Date})
    assert empty.schema == {"a": pl.String, "b": CANONICAL[c.DATE].dtype}
