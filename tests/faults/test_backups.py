"""Backups made while the store is written, restored and verified."""

import datetime as dt
import subprocess
import sys
import zipfile

import polars as pl
import pytest

from gatecast.cli.main import main
from gatecast.errors import InputError, StoreError
from gatecast.service import open_service
from gatecast.service.backup import back_up, back_up_now, back_up_on_schedule, backup_files, check_backup, restore
from gatecast.service.models import WEIGHTS, model_folder
from gatecast.store import open_store
from gatecast.store.database import FILE_NAME

WRITER = """
import sys
import polars as pl
from gatecast.store import open_store
with open_store(sys.argv[1]) as store:
    for i in range(10**6):
        games = pl.DataFrame({"game_id": [f"w{i}-{j}" for j in range(20)], "date": ["2019-05-01"] * 20, "home": ["W"] * 20})
        print(store.import_games(games).import_id, flush=True)
"""


def test_backups_under_continuous_writes_restore_whole(tmp_path):
    folder = tmp_path / "club"
    with open_service(folder) as service:
        command = [sys.executable, "-c", WRITER, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            try:
                counts = []
                for i in range(10):
                    acknowledged = int(writer.stdout.readline())
                    back_up(service, tmp_path / f"{i}.zip")
                    restore(tmp_path / f"{i}.zip", tmp_path / f"restored-{i}")
                    with open_store(tmp_path / f"restored-{i}") as store:
                        games, imports = len(store.games()), store.imports().height
                    assert games == 20 * imports
                    assert imports >= acknowledged
                    counts.append(imports)
            finally:
                writer.kill()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_everything_comes_back(own_service, tmp_path):
    own_service.store.save_setting("club", "Quillport Lanterns")
    back_up(own_service, tmp_path / "all.zip")
    restored = restore(tmp_path / "all.zip", tmp_path / "new")
    assert (restored.before, restored.damaged) == (None, None)
    with open_service(tmp_path / "new", today=own_service.today) as other:
        assert other.games().table.equals(own_service.games().table)
        assert other.store.forecasts().equals(own_service.store.forecasts())
        assert other.operations() == own_service.operations()
        assert other.model_id() == own_service.model_id()
        assert other.forecaster() is not None


def test_a_backup_is_restored_below_a_service_in_use(own_service, tmp_path):
    back_up(own_service, tmp_path / "all.zip")
    before, revision = len(own_service.games()), own_service.revision()
    own_service.store.import_games(
        pl.DataFrame({"game_id": ["new"], "date": ["2026-05-01"], "home": ["Quillport Lanterns"]})
    )
    assert len(own_service.games()) == before + 1
    restored = restore(tmp_path / "all.zip", own_service.folder)
    assert len(own_service.games()) == before
    assert all(own_service.revision()[area] > number for area, number in revision.items() if area != "day")
    assert restored.before in backup_files(own_service)
    restore(restored.before, own_service.folder)
    assert len(own_service.games()) == before + 1


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_backup_is_refused_and_changes_nothing(own_service, tmp_path, share):
    file = tmp_path / "all.zip"
    back_up(own_service, file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    before = own_service.revision()
    with pytest.raises(InputError, match=r"all\.zip: got no sound backup"):
        restore(file, own_service.folder)
    assert own_service.revision() == before
    assert backup_files(own_service) == []


def test_a_backup_with_another_file_in_it_is_refused(own_service, tmp_path):
    file = tmp_path / "all.zip"
    back_up(own_service, file)
    with zipfile.ZipFile(file) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    contents["manifest.json"] = contents["manifest.json"].replace(b'"gatecast.db"', b'"../../gatecast.db"')
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    with pytest.raises(InputError, match="no sound backup"):
        check_backup(file)


def test_a_damaged_database_is_set_aside_and_replaced(own_service, tmp_path):
    back_up(own_service, tmp_path / "all.zip")
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"no database any more" * 999)
    restored = restore(tmp_path / "all.zip", folder)
    assert restored.damaged.read_bytes().startswith(b"no database any more")
    with open_service(folder) as service:
        assert len(service.games()) == len(own_service.games())


def test_a_damaged_model_is_left_out_of_a_backup_and_put_back_by_one(own_service, tmp_path):
    back_up(own_service, tmp_path / "sound.zip")
    name = own_service.model_id()
    (model_folder(own_service.folder, name) / WEIGHTS).write_bytes(b"")
    back_up(own_service, tmp_path / "damaged.zip")
    with zipfile.ZipFile(tmp_path / "damaged.zip") as packed:
        assert sorted(packed.namelist()) == [FILE_NAME, "manifest.json"]
    restore(tmp_path / "sound.zip", own_service.folder)
    assert own_service.model_id() == name


def test_backups_are_made_every_day_and_old_ones_deleted(own_service, monkeypatch):
    monkeypatch.setattr("gatecast.service.backup.KEPT", 1)
    back_up_now(own_service, prefix="before-restore")
    rounds = iter([None, None, None])

    def wait(_):
        next(rounds)  # the last one ends the schedule

    with pytest.raises(StopIteration):
        back_up_on_schedule(own_service, print, wait)
    scheduled = [each for each in backup_files(own_service) if each.name.startswith("gatecast-")]
    assert len(scheduled) == 1
    monkeypatch.setattr("gatecast.service.backup.EVERY", dt.timedelta(0))
    rounds = iter([None])
    with pytest.raises(StopIteration):
        back_up_on_schedule(own_service, print, wait)
    later = [each for each in backup_files(own_service) if each.name.startswith("gatecast-")]
    assert len(later) == 1
    assert later != scheduled
    assert len(backup_files(own_service)) == 2


def test_the_commands(own_service, tmp_path, capsys):
    for words, code in (
        (["backup", str(tmp_path / "a.zip"), "--folder", str(own_service.folder)], 0),
        (["restore", str(tmp_path / "a.zip"), "--folder", str(tmp_path / "there")], 0),
        (["restore", str(tmp_path / "b.zip"), "--folder", str(tmp_path / "there")], 2),
        (["backup", str(tmp_path / "a.txt"), "--folder", str(own_service.folder)], 2),
        (["backup", str(tmp_path / "a.zip"), "--folder", str(tmp_path / "nowhere")], 2),
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == code, capsys.readouterr()
    with open_service(tmp_path / "there") as service:
        assert len(service.games()) == len(own_service.games())
    assert not (tmp_path / "nowhere").exists()


def test_postgresql_is_backed_up_by_its_own_program(server, tmp_path):
    with open_service(tmp_path, server.url) as service, pytest.raises(StoreError, match="pg_dump"):
        back_up(service, tmp_path / "a.zip")
