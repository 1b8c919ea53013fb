import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gatecast.errors import InputError, MissingExtraError, StoreError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN
from gatecast.store import open_store
from gatecast.store.database import FILE_NAME, newest
from gatecast.store.schema import METADATA

from .tables import forecast, ids, season

KILLS = Path(__file__).parents[2] / "benchmarks" / "store_kills.py"
WRITER = """
import sys
import polars as pl
from gatecast.games import columns as c
from gatecast.store import open_store
place, name, games = sys.argv[1:]
with open_store(place) as store:
    for i in range(int(games)):
        game = pl.DataFrame({c.GAME_ID: [f"{name}-{i}", "shared"], c.DATE: ["2019-05-01"] * 2, c.HOME: [name] * 2})
        store.import_games(game)
        store.record_outcomes(pl.DataFrame({c.GAME_ID: ["shared"], c.ATTENDANCE: [1000 + hash((name, i)) % 9000]}))
"""


def test_models_and_migrations_agree(store):
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == newest()


def test_opening_again_changes_nothing(place):
    with open_store(place) as store:
        store.import_games(season())
    with open_store(place) as store:
        assert len(store.games()) == 6


def test_sqlite_syncs_fully_and_keeps_a_log(tmp_path):
    with open_store(tmp_path / "made") as store, store.database.reading() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60000}
    assert (tmp_path / "made" / FILE_NAME).is_file()


def test_a_reader_sees_one_state_while_another_writes(store):
    store.import_games(season())
    with store.database.reading() as connection:
        count = sa.select(sa.func.count()).select_from(METADATA.tables["games"])
        assert connection.scalar(count) == 6
        store.import_games(season(9))
        assert connection.scalar(count) == 6
    assert len(store.games()) == 9


def test_nothing_is_kept_of_a_write_that_fails(store):
    with pytest.raises(RuntimeError), store.database.writing() as connection:
        connection.execute(sa.insert(METADATA.tables["further_columns"]).values(name="x", declaration="[]"))
        raise RuntimeError
    assert store.games().custom_columns == ()


def test_a_moment_needs_its_time_zone(store):
    store.import_games(season())
    with pytest.raises(InputError, match="time zone"):
        store.record_forecast(forecast(ids()), "m", issued_at=dt.datetime(2019, 3, 28, 12))


def test_a_newer_database_is_left_alone(place):
    with open_store(place) as store, store.database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"revision '9999'.*upgrade gatecast"):
        open_store(place)


def test_what_cannot_be_opened_is_told_in_one_line(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be read" * 99)
    (tmp_path / "file").touch()
    for place, words in (
        (tmp_path, "not a database"),
        (tmp_path / "file", "expected a folder"),
        (tmp_path / "not" / "there", "expected a folder"),
        ("mysql://host/name", "expected postgresql://"),
        ("sqlite:///x.db", "give a folder"),
        ("postgresql://host:port/name", "URL that cannot be read"),
    ):
        with pytest.raises(StoreError, match=words) as told:
            open_store(place)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["postgresql://user:hunter2@127.0.0.1:1/name", "postgresql://127.0.0.1:1/name?password=hunter2"]
)
def test_a_password_is_never_told(url):
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError) as told:
        open_store(url)
    assert "hunter2" not in str(told.value)


def test_an_absent_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"gatecast\[postgresql\]"):
        open_store("postgresql://host/name")


def test_writers_at_once_lose_nothing(place):
    command = [sys.executable, "-c", WRITER, place]
    writers = [subprocess.Popen([*command, f"club{i}", "6"], stderr=subprocess.PIPE) for i in range(4)]
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [(b"", 0)] * 4
    with open_store(place) as store:
        games = store.games().table[c.GAME_ID]
        assert sorted(games) == sorted([*(f"club{i}-{j}" for i in range(4) for j in range(6)), "shared"])
        log = store.imports()
        assert log.height == 4 * 6 * 2
        assert log["added"].sum() == 4 * 6 + 1
        assert log["import_id"].n_unique() == log.height


def test_forecasts_at_once_are_all_kept_whole(place):
    program = (
        "import sys\nfrom gatecast.store import open_store\nfrom tests.store.tables import forecast, ids\n"
        "with open_store(sys.argv[1]) as store:\n"
        "    for i in range(5): store.record_forecast(forecast(ids(), first=1000.0 + i), sys.argv[2])\n"
    )
    with open_store(place) as store:
        store.import_games(season())
        root = Path(__file__).parents[2]
        writers = [subprocess.Popen([sys.executable, "-c", program, place, f"m{i}"], cwd=root) for i in range(4)]
        assert [writer.wait() for writer in writers] == [0] * 4
        found = store.forecasts()
    assert found.group_by("issue_id").len()["len"].to_list() == [6] * 20
    assert sorted(found[MEAN].unique()) == [1000.2, 1001.2, 1002.2, 1003.2, 1004.2]


def kills(*options):
    run = subprocess.run([sys.executable, KILLS, *options], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    return run.returncode, json.loads(run.stdout)


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing(tmp_path):
    code, told = kills("--kills", "20")
    assert (code, told["faults"]) == (0, [])
    # How much they were told depends on how busy the machine is.
    assert set(told["acknowledged"]) == {"import", "forecast", "outcomes"}


@pytest.mark.slow
def test_kills_of_clients_of_a_server_lose_nothing(postgresql):
    code, told = kills("--kills", "5", "--url", postgresql)
    assert (code, told["faults"]) == (0, [])


def test_half_a_forecast_and_a_lost_import_would_be_found(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(KILLS.parent)
    import store_kills

    with open_store(tmp_path) as store:
        table = store_kills.games("a")
        told = [(store_kills.IMPORT, store.import_games(table).import_id)]
        assert store_kills.faults_of(store, told) == []
        assert store_kills.faults_of(store, [*told, (store_kills.IMPORT, 2)]) == ["import 2 has None rows"]
        store.record_forecast(store_kills.forecast(table.head(7)), "half")
        assert store_kills.faults_of(store, told) == ["a half forecast: {14} rows"]
