"""Keep trained models in the service's folder, each under the fingerprint of its weights."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gatecast.errors import ModelError
from gatecast.store import Store

if TYPE_CHECKING:
    from gatecast.forecast import Forecaster

__all__ = ["MODEL_SETTING", "keep_model", "load_model", "model_folder", "model_name"]

MODEL_SETTING = "model"
MODELS = "models"
WEIGHTS = "weights.safetensors"
NAME = re.compile(r"[a-z]+-[0-9a-f]{12}")


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
    return f"{network}-{hashlib.sha256((saved / WEIGHTS).read_bytes()).hexdigest()[:12]}"


def keep_model(store: Store, folder: Path, saved: Path) -> str:
    """Copy a saved model into the service's folder, forecast with it from now on, and return its name.

    Parameters
    ----------
    store : Store
    folder : path
        The service's.
    saved : path
        Folder that `Forecaster.save` wrote.
    """
    name = model_name(saved)
    target = model_folder(folder, name)
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".draft-"))
        try:
            shutil.copytree(saved, draft, dirs_exist_ok=True)
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not target.is_dir():
                raise
    store.save_setting(MODEL_SETTING, name)
    return name


def load_model(folder: Path, name: str) -> Forecaster:
    """Return a kept model as a forecaster."""
    from gatecast.forecast import Forecaster

    return Forecaster.load(model_folder(folder, name))
