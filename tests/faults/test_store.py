"""A database that is locked, full, stopped, damaged, or cannot be written: one line, and nothing lost."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import polars as pl
import pytest

from gatecast.errors import StoreError, StoreUnavailableError
from gatecast.service import open_service
from gatecast.store import database as databases
from gatecast.store import open_store
from gatecast.web.front import build

from ..service.filled import opened
from ..store.tables import season
from ..web.conftest import Visitor

OWN = {"sec-fetch-site": "same-origin"}
ROLE = {
    "group": "staff",
    "staff..name": "guides",
    "staff..people_per_shift": "500",
    "staff..cost": "100",
    "staff..shortage_cost": "300",
}

FILLER = """
import sys
import polars as pl
from gatecast.errors import StoreError
from gatecast.store import open_store
with open_store(sys.argv[1]) as store:
    for i in range(10**4):
        games = pl.DataFrame({"game_id": [f"w{i}-{j}" for j in range(500)], "date": ["2019-05-01"] * 500, "home": ["W"] * 500})
        try:
            print(store.import_games(games).import_id, flush=True)
        except StoreError as error:
            print(error)
            break
"""


def games(number):
    return [{"game_id": f"{number}-{i}", "date": "2019-05-01", "home": "W"} for i in range(50)]


@contextmanager
def small_disk(tmp_path, size):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield small
    finally:
        subprocess.run(["umount", "-l", small], check=False)


@pytest.fixture
def lock(tmp_path):
    """Something else that holds the only right to write."""
    with open_store(tmp_path) as store:
        store.import_games(season())
    connection = sqlite3.connect(tmp_path / "gatecast.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_forty_five_waiting_writers_leave_readers_their_way(tmp_path, lock):
    with open_store(tmp_path) as store:
        writers = [threading.Thread(target=store.save_setting, args=(f"key {i}", i)) for i in range(45)]
        for each in writers:
            each.start()
        for _ in range(50):
            assert len(store.games()) == 6
        assert all(each.is_alive() for each in writers)
        lock.execute("COMMIT")
        for each in writers:
            each.join(60)
        assert [store.setting(f"key {i}") for i in range(45)] == list(range(45))


def test_a_lock_that_stays_is_told_as_passing(tmp_path, lock, monkeypatch):
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.2)
    with open_store(tmp_path) as store:
        with pytest.raises(StoreUnavailableError, match="locked"):
            store.save_setting("club", "RIV")
        assert store.setting("club") is None
        lock.execute("COMMIT")
        store.save_setting("club", "RIV")
        assert store.setting("club") == "RIV"


def test_readers_cannot_write(tmp_path):
    with open_store(tmp_path) as store:
        with pytest.raises(StoreError), store.database.reading() as connection:
            connection.exec_driver_sql("INSERT INTO settings (key, value, changed_at) VALUES ('a', '1', '2019-01-01')")
        assert store.setting("a") is None


def test_a_stopped_server_is_told_as_passing_and_what_is_cached_is_shown(server, tmp_path):
    with open_service(tmp_path, server.url) as service:
        service.store.import_games(season())
        games = service.games()
        assert service.unreachable_since is None
        server.stop()
        assert service.games() is games
        assert service.unreachable_since is not None
        with pytest.raises(StoreUnavailableError) as told:
            service.store.import_games(season(7))
        assert "\n" not in str(told.value)
        assert service.store.database.problem()
        server.start()
        service.store.import_games(season(8))
        assert len(service.games()) == 8
        assert service.unreachable_since is None
        assert service.store.database.problem() == ""


def test_restarts_of_postgresql_lose_nothing_acknowledged(server, tmp_path):
    acknowledged, ended = [], threading.Event()

    def write(store):
        number = 0
        while not ended.is_set():
            number += 1
            try:
                store.save_setting(f"key {number}", number)
                acknowledged.append(number)
            except StoreError:
                time.sleep(0.02)

    with open_store(server.url) as store:
        writer = threading.Thread(target=write, args=(store,))
        writer.start()
        try:
            for _ in range(3):
                time.sleep(0.2)
                server.stop("immediate")
                server.start()
        finally:
            ended.set()
            writer.join(60)
        assert len(acknowledged) > 3
        assert [store.setting(f"key {number}") for number in acknowledged] == acknowledged


def test_a_damaged_database_is_no_sound_one(tmp_path):
    with open_store(tmp_path) as store:
        store.import_games(season(6))
        for i in range(300):
            store.save_setting(f"key {i}", "x" * 500)
        assert store.database.problem() == ""
    file = tmp_path / "gatecast.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8 * 4096] = b"\xff" * 8 * 4096
    file.write_bytes(content)
    with open_store(tmp_path) as store:
        problem = store.database.problem()
    assert "damaged" in problem or "malformed" in problem
    assert "\n" not in problem


def test_a_full_disk_keeps_what_was_acknowledged(tmp_path):
    with small_disk(tmp_path, "3m") as small:
        run = subprocess.run([sys.executable, "-c", FILLER, small], capture_output=True, text=True, check=True)
        *acknowledged, refused = run.stdout.splitlines()
        assert "full" in refused
        assert acknowledged
        with open_store(small) as store:
            assert store.imports().height == len(acknowledged)
            assert len(store.games()) == 500 * len(acknowledged)
            assert store.database.problem() == ""


def test_a_folder_that_cannot_be_written_is_told_in_a_line(tmp_path):
    folder = tmp_path / "locked"
    with open_store(folder) as store:
        store.import_games(season())
    made = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a folder that cannot be written needs the right to mount one")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        with pytest.raises(StoreError) as told, open_store(folder) as store:
            store.save_setting("club", "RIV")
        assert "\n" not in str(told.value)
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
    with open_store(folder) as store:
        assert len(store.games()) == 6


def test_a_page_says_that_the_disk_is_full(tmp_path):
    with small_disk(tmp_path, "2m") as small, opened(small) as service:
        service.store.import_games(season())
        visitor = Visitor(build(service))
        (small / "filler").write_bytes(b"x" * (shutil.disk_usage(small).free - 40_000))
        for number in range(200):
            sent = visitor.post("/api/v1/games", json=games(number), headers=OWN)
            if sent.status_code != 200:
                break
        assert sent.status_code == 507
        assert "free some space" in sent.json()["detail"]
        page = visitor.post("/settings/add", data=ROLE, headers=OWN)
        assert page.status_code == 507
        assert "Nothing can be saved" in page.text
        assert visitor.get("/api/v1/games?limit=1").status_code == 200
        (small / "filler").unlink()
        assert visitor.post("/settings/add", data=ROLE, headers=OWN).status_code == 303


def test_the_newest_table_wins_over_an_import_that_was_screened_long_ago(tmp_path):
    with open_store(tmp_path) as store:
        store.import_games(season(6))
        report = store.import_games(pl.concat([season(6), season(7).tail(1)]))
        assert (report.added, report.unchanged) == (1, 6)
