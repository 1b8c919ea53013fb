"""A damaged, truncated or outdated model is told, and replaced by training anew."""

import json
import shutil

import pytest

from gatecast.errors import ModelError
from gatecast.service.models import WEIGHTS, keep_model, load_model, model_folder


def truncated(folder):
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[: len(content) // 2])


def flipped(folder):
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[-100] ^= 0xFF
    (folder / WEIGHTS).write_bytes(content)


def without_description(folder):
    (folder / "model.json").unlink()


def changed_description(folder):
    text = (folder / "model.json").read_text(encoding="utf-8")
    (folder / "model.json").write_text(text.replace('"epochs": ', '"epochs": 1'), encoding="utf-8")


def outdated(folder):
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**about, "format": 1}), encoding="utf-8")
    shutil.rmtree(folder / ".checksums.json", ignore_errors=True)
    (folder / ".checksums.json").unlink()


def removed(folder):
    shutil.rmtree(folder)


@pytest.mark.parametrize("damage", [truncated, flipped, without_description, changed_description, outdated, removed])
def test_a_model_that_cannot_be_used_is_told_and_replaced(own_service, sample_club, damage):
    name = own_service.model_id()
    damage(model_folder(own_service.folder, name))
    assert own_service.forecaster() is None
    assert own_service.model_id() is None
    assert own_service.model_problem().startswith("The trained model cannot be used: ")
    assert own_service.model_problem().endswith("Train a new one.")
    assert "\n" not in own_service.model_problem()
    before = own_service.revision()
    kept = keep_model(own_service.store, own_service.folder, model_folder(sample_club.folder, name))
    assert (kept, own_service.model_id(), own_service.model_problem()) == (name, name, "")
    assert own_service.forecaster() is not None
    assert own_service.revision() != before
    assert [each.name for each in (own_service.folder / "models").iterdir()] == [name]


def test_a_damaged_model_is_never_kept(own_service, tmp_path):
    name = own_service.model_id()
    saved = shutil.copytree(model_folder(own_service.folder, name), tmp_path / "saved")
    truncated(saved)
    with pytest.raises(ModelError):
        keep_model(own_service.store, own_service.folder, saved)
    assert own_service.model_id() == name
    assert own_service.forecaster() is not None


def test_a_model_kept_before_there_were_checksums_is_used(own_service):
    name = own_service.model_id()
    (model_folder(own_service.folder, name) / ".checksums.json").unlink()
    assert load_model(own_service.folder, name) is not None
    assert own_service.model_id() == name


def test_a_model_is_not_half_there_when_the_disk_is_full(own_service, sample_club, monkeypatch):
    name = own_service.model_id()
    shutil.rmtree(model_folder(own_service.folder, name))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gatecast.service.models.shutil.copytree", full)
    with pytest.raises(OSError, match="No space left"):
        keep_model(own_service.store, own_service.folder, model_folder(sample_club.folder, name))
    assert list((own_service.folder / "models").iterdir()) == []
    assert own_service.model_id() is None
