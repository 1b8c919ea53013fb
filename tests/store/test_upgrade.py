import datetime as dt
import shutil
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
from gatecast.store.database import NEWEST_TABLES, SCRIPTS, Database, database_url, migrate
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


def every_table(folder, make):
    """What SQLite says of the tables, indexes and triggers of a database, and the rows it begins with."""
    database = Database(database_url(folder))
    make(database)
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
        tables = sorted(row.name for row in found if row.type == "table")
        made = {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables}
    database.close()
    return sorted(map(tuple, found), key=str), made


def test_a_new_database_has_the_tables_that_all_steps_make(tmp_path):
    """If not, run `python tools/newest_tables.py`."""
    once, step_by_step = tmp_path / "once", tmp_path / "steps"
    assert every_table(once, migrate) == every_table(step_by_step, lambda made: upgrade_to(made, "head"))


def test_a_new_database_that_cannot_be_made_is_left_empty(tmp_path):
    steps = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (steps / NEWEST_TABLES).write_text("CREATE TABLE mine (name TEXT);\n\nCREATE TABLE mine (name TEXT)")
    database = Database(database_url(tmp_path))
    with pytest.raises(StoreError, match="mine"):
        migrate(database, steps)
    assert sa.inspect(database.engine).get_table_names() == []
    database.close()


def test_steps_added_since_are_applied_to_a_new_database(tmp_path):
    steps = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (steps / "versions" / "r9999_mine.py").write_text(
        "from alembic import op\n\nrevision, down_revision = '9999', '0006'\nbranch_labels = depends_on = None\n\n\n"
        "def upgrade():\n    op.execute('CREATE TABLE mine (name TEXT)')\n"
    )
    database = Database(database_url(tmp_path))
    migrate(database, steps)
    assert {"mine", "games"} <= set(sa.inspect(database.engine).get_table_names())
    database.close()


def test_a_published_step_imports_nothing_of_gatecast():
    for step in Path(SCRIPTS, "versions").glob("r*.py"):
        assert "gatecast" not in step.read_text(encoding="utf-8"), step.name
