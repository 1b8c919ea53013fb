"""Drafts of processes that were killed do not fill the disk; nothing else is touched."""

import os
import time

import pytest

from gatecast.service.leftovers import DRAFTS, delete_leftovers

DAY_S = 24 * 3600


def aged(path, days):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("half of it")
    for each in (path, path.parent):
        os.utime(each, (time.time() - days * DAY_S,) * 2)
    return path


@pytest.mark.parametrize("name", [pattern.replace("*", "x") for pattern in DRAFTS])
@pytest.mark.parametrize(("days", "stays"), [(5, False), (1, True), (-400, False)])
def test_old_drafts_are_deleted(tmp_path, name, days, stays):
    inside = aged(tmp_path / name / "weights.safetensors", days)
    delete_leftovers(tmp_path)
    assert inside.exists() == stays


def test_a_draft_that_something_still_changes_stays(tmp_path):
    folder = tmp_path / "training" / "7"
    aged(folder / "first", 5)
    fresh = folder / "second"
    fresh.write_text("new")
    os.utime(folder, (time.time() - 5 * DAY_S,) * 2)
    assert delete_leftovers(tmp_path) == []
    assert fresh.exists()


def test_what_is_kept_is_never_touched(own_service):
    backups = own_service.folder / "backups"
    aged(backups / "gatecast-20200101-000000-000000.zip", 900)
    before = sorted(own_service.folder.rglob("*"))
    assert delete_leftovers(own_service.folder, 0.0) == []
    assert sorted(own_service.folder.rglob("*")) == before
