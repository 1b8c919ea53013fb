"""Keep trained models in the service's folder, each under the fingerprint of its weights."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gatecast.errors import ModelError
from gatecast.store import Store
from gatecast.store.schema import utc_now

if TYPE_CHECKING:
    from gatecast.forecast import Forecaster

__all__ = [
    "MODEL_SETTING",
    "check_model",
    "keep_model",
    "load_model",
    "model_folder",
    "model_name",
    "model_settings",
    "model_state",
    "place_model",
]

MODEL_SETTING, KEPT_AT_SETTING = "model", "model_kept_at"
MODELS = "models"
DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"
DIGITS = 12
NAME = re.compile(rf"[a-z-]+-[0-9a-f]{{{DIGITS}}}")


def model_folder(folder: Path, name: str) -> Path:
    """Return the folder that a model is kept in.

    Raises
    ------
    ModelError
        A name that no model can have.

    Examples
    --------
    >>> model_folder(Path("club"), "transformer-0123456789ab").as_posix()
    'club/models/transformer-0123456789ab'
    """
    if not NAME.fullmatch(name):
        raise ModelError(f"got a model called {name!r}, expected a network's name and twelve hexadecimal digits")
    return folder / MODELS / name


def model_name(saved: Path) -> str:
    """Return the name of a saved model: its network and the fingerprint of its weights.

    Parameters
    ----------
    saved : path
        Folder that `Forecaster.save` wrote.
    """
    from gatecast.forecast import Forecaster

    network = Forecaster.load(saved).settings.network
    return f"{network}-{hashlib.sha256((saved / WEIGHTS).read_bytes()).hexdigest()[:DIGITS]}"


def check_model(folder: Path, name: str) -> None:
    """Check that a kept model is there and as it was written; read its files, but build no network.

    Raises
    ------
    ModelError
        It is absent, damaged, or of a format that this version does not read.
    """
    kept = model_folder(folder, name)
    try:
        digest = hashlib.sha256((kept / WEIGHTS).read_bytes()).hexdigest()
        description = json.loads((kept / DESCRIPTION).read_bytes())
        checksums = json.loads(_checksums_path(kept).read_bytes()) if _checksums_path(kept).is_file() else {}
        damaged = [each for each, value in checksums.items() if _checksum(kept / each) != value]
    except (OSError, ValueError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ModelError(f"model {name}: got a damaged model ({reason}), expected one as it was written") from None
    if not name.endswith(digest[:DIGITS]) or damaged:
        file = damaged[0] if damaged else WEIGHTS
        raise ModelError(f"model {name}: got a {file} that was changed, expected one as it was written")
    if not isinstance(description, dict):
        raise ModelError(f"model {name}: got a damaged {DESCRIPTION}, expected one as it was written")


def keep_model(store: Store, folder: Path, saved: Path) -> str:
    """Copy a saved model into the service's folder, forecast with it from now on, and return its name.

    The model is checked before and after; a damaged one of the same name is replaced.

    Parameters
    ----------
    store : Store
    folder : path
        The service's.
    saved : path
        Folder that `Forecaster.save` wrote.

    Raises
    ------
    ModelError
        The saved model is damaged.
    """
    name = model_name(saved)
    store.save_settings(model_settings(name, placed=place_model(folder, name, saved)))
    return name


def model_settings(name: str, *, placed: bool) -> dict[str, str]:
    """Return the settings by which a kept model forecasts from now on; `placed` is what `place_model` returned."""
    # Moves the revision of the settings even if the model has the name of a damaged one before it.
    moved = {KEPT_AT_SETTING: utc_now().isoformat()} if placed else {}
    return {**moved, MODEL_SETTING: name}


def place_model(folder: Path, name: str, saved: Path) -> bool:
    """Copy a saved model into the service's folder, and return whether there was no sound one of that name.

    Raises
    ------
    ModelError
        The copy is damaged.
    """
    target = model_folder(folder, name)
    if _is_sound(folder, name):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".draft-"))
    try:
        shutil.copytree(saved, draft, dirs_exist_ok=True)
        files = sorted(each.name for each in saved.iterdir() if each.is_file() and not each.name.startswith("."))
        _checksums_path(draft).write_text(json.dumps({each: _checksum(saved / each) for each in files}))
        for each in draft.iterdir():
            _sync(each)
        _sync(draft)
        _put_in_place(draft, target)
        _sync(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    check_model(folder, name)
    return True


def load_model(folder: Path, name: str) -> Forecaster:
    """Return a kept model as a forecaster.

    Raises
    ------
    ModelError
        As `check_model` does.
    """
    check_model(folder, name)
    from gatecast.forecast import Forecaster

    return Forecaster.load(model_folder(folder, name))


def model_state(folder: Path, name: str) -> tuple[tuple[str, int, int], ...]:
    """Return name, time and size of the files of a kept model, which differ after any of them was changed."""
    try:
        files = sorted(model_folder(folder, name).iterdir())
        return tuple((each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in files)
    except OSError:
        return ()


def _is_sound(folder: Path, name: str) -> bool:
    """Return whether a kept model can be loaded."""
    try:
        load_model(folder, name)
    except ModelError:
        return False
    return True


def _put_in_place(draft: Path, target: Path) -> None:
    """Rename a finished folder to its name, setting a damaged one of that name aside first."""
    if target.exists():
        damaged = Path(tempfile.mkdtemp(dir=target.parent, prefix=".damaged-"))
        target.rename(damaged / target.name)
        draft.rename(target)
        shutil.rmtree(damaged, ignore_errors=True)
    else:
        draft.rename(target)


def _checksums_path(kept: Path) -> Path:
    return kept / ".checksums.json"


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if path.is_file():
            raise  # some systems cannot sync folders
    finally:
        os.close(handle)
