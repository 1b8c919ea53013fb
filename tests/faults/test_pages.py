"""What pages say and offer when something is broken: models, jobs, backups, the database."""

import shutil
import sqlite3
import time
import zipfile
from io import BytesIO

import pytest

from gatecast.errors import StoreUnavailableError
from gatecast.service import jobs
from gatecast.service.backup import backup_files
from gatecast.service.models import WEIGHTS, model_folder
from gatecast.web.front import build

from ..web.conftest import Visitor

CHECKED_S = 0.3
"""Seconds after which a server looks again whether anything changed."""
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def visitor(own_service):
    return Visitor(build(own_service))


@pytest.fixture
def down(own_service, monkeypatch):
    """Cuts the service off from its database, and connects it again."""

    class Down:
        def __enter__(self):
            def refuse(*_, **__):
                raise StoreUnavailableError("database: got 'connection refused', expected one that answers")

            for way in ("reading", "writing"):
                monkeypatch.setattr(own_service.store.database, way, refuse)

        def __exit__(self, *_):
            monkeypatch.undo()

    return Down()


@pytest.mark.parametrize("path", ["/", "/plan", "/data", "/settings"])
def test_a_damaged_model_is_told_on_every_page_with_one_button(own_service, visitor, path):
    assert "Train a new model" not in visitor.get(path).text
    (model_folder(own_service.folder, own_service.model_id()) / WEIGHTS).write_bytes(b"")
    told = visitor.post("/preferences", data={"back": path}, headers=OWN)  # what a reader did is shown at once
    assert told.status_code == 303
    text = visitor.get(path).text
    assert "The trained model cannot be used" in text
    assert '<form method="post" action="/jobs/train" class="alert bad row"' in text
    assert "Train a new model" in text


def test_the_button_starts_a_training(own_service, visitor, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda *_: None)
    shutil.rmtree(model_folder(own_service.folder, own_service.model_id()))
    assert visitor.post("/jobs/train", headers=OWN).headers["location"] == "/jobs/1"
    assert own_service.store.job(1).kind == jobs.TRAIN


def test_a_failed_job_shows_its_cause_and_its_log_to_send(own_service, visitor, monkeypatch):
    def perform(*_):
        raise ValueError("no <weights>\nin the second line")

    monkeypatch.setattr(jobs, "_perform", perform)
    number = own_service.store.start_job(jobs.TRAIN, {"settings": {"epochs": 3}}, slot=jobs.SLOT)
    jobs.run_job(own_service, number)
    text = visitor.get(f"/jobs/{number}").text
    assert "<b>Failed</b>: ValueError: no &lt;weights&gt;" in text
    assert "in the second line" in text
    assert f'href="/jobs/{number}/log"' in text
    log = visitor.get(f"/jobs/{number}/log")
    assert log.headers["content-disposition"] == f'attachment; filename="gatecast-job-{number}.txt"'
    for words in ("Traceback", "in the second line", "'epochs': 3", "gatecast: ", "jax: ", "(train, failed)"):
        assert words in log.text
    assert visitor.get("/jobs/999/log").status_code == 404


def test_backups_are_made_listed_and_downloaded(own_service, visitor):
    assert 'hx-get="/backups"' in visitor.get("/data").text
    assert "No backups yet" in visitor.get("/backups").text
    made = visitor.post("/backups", headers=OWN)
    assert made.status_code == 303
    assert "Backup made and checked" in visitor.get(made.headers["location"]).text
    (file,) = backup_files(own_service)
    assert f'href="/backups/files/{file.name}"' in visitor.get("/backups").text
    sent = visitor.get(f"/backups/files/{file.name}")
    assert sent.content == file.read_bytes()
    with zipfile.ZipFile(BytesIO(sent.content)) as packed:
        assert "gatecast.db" in packed.namelist()


@pytest.mark.parametrize("name", ["gatecast.db", "..%2Fgatecast.db", "gatecast-1.zip"])
def test_only_backups_are_downloaded(visitor, name):
    assert visitor.get(f"/backups/files/{name}").status_code in (400, 404)


def test_a_backup_that_finds_no_room_is_told(own_service, visitor, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gatecast.service.backup.back_up", full)
    answer = visitor.post("/backups", headers=OWN)
    assert answer.status_code == 507
    assert "No backup was made: got No space left on device" in answer.text


def test_pages_say_since_when_the_database_does_not_answer(visitor, down):
    before = visitor.get("/plan").text
    time.sleep(CHECKED_S)
    with down:
        cached, other = visitor.get("/plan"), visitor.get("/track")
    assert cached.status_code == 200
    assert "The database has not answered since" in cached.text
    assert "nothing can be saved" in cached.text
    assert "etag" not in cached.headers
    assert other.status_code == 503
    assert "It has not answered since" in other.text
    assert " UTC" in other.text
    visitor.app.middleware_stack = None  # a reader comes back later
    assert visitor.get("/plan").text == before


def test_a_locked_database_is_read_without_a_notice(own_service, visitor):
    lock = sqlite3.connect(own_service.folder / "gatecast.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    for path in ("/", "/track", "/settings", "/jobs", "/backups", "/healthz"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "has not answered" not in answer.text
    lock.close()
