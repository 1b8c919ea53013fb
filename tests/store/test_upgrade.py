import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from polars.testing import assert_frame_equal

from gatecast.errors import StoreError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.store import Store, open_store
from gatecast.store.database import SCRIPTS, Database, database_url
from gatecast.store.revisions import AREAS
from gatecast.store.schema import METADATA

from ..games.tables import full
from .tables import forecast

FIRST = (
    "imports", "further_columns", "games", "game_changes", "outcomes", "tickets_sold", "forecast_issues", "forecasts",
    "plans",
)  # fmt: skip
"""The tables of the first revision, each after those it points at."""
LATER = (c.VENUE_OPENED, c.EXPECTED_WINS)
"""Columns that these tables were given since."""


def upgrade_to(database, revision):
    scripts = ScriptDirectory(str(SCRIPTS))

    def steps(current, _):
        return scripts._upgrade_revs(revision, current)

    with database.writing() as connection, EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()


def fill(store):
    """Something in every table of the first revision, with corrections and an import taken back."""
    whole = full(12)
    unknown = [pl.lit(None, whole.table.schema[name]).alias(name) for name in LATER]
    games = Games(whole.table.with_columns(unknown), whole.custom_columns)
    store.import_games(games, source="games.csv")
    names = games.table[c.GAME_ID].to_list()
    store.undo(store.import_games(pl.DataFrame({c.DATE: ["2001-05-05"], c.HOME: ["RIV"]})).import_id)
    for first in (1000.1, 2000.1):
        issue = store.record_forecast(forecast(names, first=first), f"model {first}")
    store.record_plan({"games": [1.5], "operations": {"staff": {}}}, issue_id=issue)
    for gate in (801, 802):
        store.record_outcomes(pl.DataFrame({c.GAME_ID: names[:2], c.ATTENDANCE: [gate] * 2}))
    store.record_tickets(pl.DataFrame({c.GAME_ID: names[:1], AS_OF: [dt.date(2019, 1, 2)], TICKETS: [12]}))


def first_columns(table):
    """The columns that a table had in the first revision."""
    return [column for column in table.columns if column.name not in LATER]


def rows(database, name):
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*first_columns(METADATA.tables[name])))]


def copy(source, target):
    """Every row of the first tables; the target gives the numbers, so that it goes on counting after them."""
    with source.database.reading() as given, target.writing() as taken:
        for table in (METADATA.tables[name] for name in FIRST):
            key = table.autoincrement_column
            names = [column.name for column in first_columns(table) if column is not key]
            found = given.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
            taken.execute(sa.insert(table), [{name: row[name] for name in names} for row in found])


@pytest.fixture
def old(place, tmp_path_factory):
    """A database of the first revision with data in it, and a store of the newest with the same."""
    with open_store(tmp_path_factory.mktemp("newest")) as newest:
        fill(newest)
        database = Database(database_url(place))
        upgrade_to(database, "0001")
        copy(newest, database)
        yield database, newest
        database.close()


def test_everything_is_still_there_after_an_upgrade(old, place):
    database, newest = old
    assert not sa.inspect(database.engine).has_table("revisions")
    before = {name: rows(database, name) for name in FIRST}
    assert all(before.values())
    with open_store(place) as store:
        assert {name: rows(store.database, name) for name in FIRST} == before
        assert_frame_equal(store.games().table, newest.games().table)
        assert store.games().custom_columns == newest.games().custom_columns
        assert_frame_equal(store.forecasts(), newest.forecasts())
        assert_frame_equal(store.tickets(), newest.tickets())
        assert store.plan(1) == newest.plan(1)
        assert store.revisions() == dict.fromkeys(AREAS, 0)


def test_an_upgraded_store_goes_on(old, place):
    with open_store(place) as store:
        names = store.games().table[c.GAME_ID].to_list()
        assert store.record_forecast(forecast(names, first=3000.1), "m3") == 3
        assert store.forecasts(names[:1])["issue_id"].to_list()[-1] == 3
        store.save_setting("club", "RIV")
        assert store.report_job(store.start_job("train", {}), 0.5, "half")
        store.add_token("till", "0" * 64, may_write=True)
        assert store.revisions() == {**dict.fromkeys(AREAS, 0), "forecasts": 1, "settings": 1}
        with pytest.raises(StoreError, match="kept as they were"), store.database.writing() as connection:
            connection.execute(sa.text("UPDATE forecasts SET mean = 0"))


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(old, place):
    database, _ = old
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE tokens (mine TEXT)"))
    before = {name: rows(database, name) for name in FIRST}
    with pytest.raises(StoreError, match="tokens"):
        open_store(place)
    assert {name: rows(database, name) for name in FIRST} == before
    assert not sa.inspect(database.engine).has_table("revisions")
    with database.writing() as connection:
        connection.execute(sa.text("DROP TABLE tokens"))
    with open_store(place) as store:
        assert isinstance(store, Store)
        assert store.tokens() == []


def test_a_published_step_imports_nothing_of_gatecast():
    for step in Path(SCRIPTS, "versions").glob("r*.py"):
        assert "gatecast" not in step.read_text(encoding="utf-8"), step.name
