"""Models on disk: `model.json` says what the model is, `weights.safetensors` holds its numbers. Nothing is executed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.errors import ModelError
from gatecast.files import write_text, written_whole
from gatecast.games.cutoff import Lead
from gatecast.games.declarations import columns_from_json, columns_to_json
from gatecast.networks import NETWORKS
from gatecast.prepare.encoding import Encoding
from gatecast.train.calibration_errors import LEVELS, CalibrationErrors
from gatecast.train.climatology import Climatology
from gatecast.train.model import TrainedModel
from gatecast.train.settings import TrainingSettings

__all__ = ["load_model", "save_model"]

FORMAT = 3
ERRORS = "held_back.errors"
DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"
NUMBER = (int, float)
LONGEST_REASON = 200


def save_model(model: TrainedModel, folder: str | Path) -> None:
    """Write a trained model to a folder, made if absent. The description comes last: without it there is no model."""
    from safetensors.numpy import save_file

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tensors = {f"{m}.{i}": weight for m, weights in enumerate(model.members) for i, weight in enumerate(weights)}
    if model.held_back:
        tensors[ERRORS] = model.held_back.errors
    with written_whole(target / WEIGHTS) as draft:
        save_file(tensors, draft)
    description = {
        "format": FORMAT,
        "settings": model.settings.as_json(),
        "encoding": model.encoding.as_json(),
        "members": [len(weights) for weights in model.members],
        "climatology": asdict(model.climatology),
        "held_back": list(model.held_back.leads) if model.held_back else [],
        "epochs": model.epochs,
        "through": model.through,
        "extras": columns_to_json(model.custom_columns),
    }
    write_text(json.dumps(description, indent=1), target / DESCRIPTION)


def load_model(folder: str | Path) -> TrainedModel:
    """Read a model that `save_model` wrote.

    Raises
    ------
    ModelError
        The folder holds no model, or one that is damaged or of another format.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    source = Path(folder)
    for name in (DESCRIPTION, WEIGHTS):
        if not (source / name).is_file():
            raise ModelError(f"{source.name}: got no {name} in it, expected a folder that 'gatecast train' wrote")
    try:
        about: dict[str, Any] = json.loads((source / DESCRIPTION).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ModelError(f"{source.name}: got model format {about['format']!r}, expected {FORMAT}; train it anew")
        tensors = load_file(source / WEIGHTS)
        errors = _held_back(about["held_back"], tensors.pop(ERRORS, None))
        return TrainedModel(
            _settings(about["settings"]),
            _encoding(about["encoding"]),
            _members(about["members"], tensors),
            _climatology(about["climatology"]),
            errors,
            int(about["epochs"]),
            str(about["through"]),
            columns_from_json(about["extras"]),
        )
    except (ValueError, KeyError, TypeError, OSError, RecursionError, SafetensorError) as problem:
        if isinstance(problem, ModelError):
            raise
        reason = " ".join(str(getattr(problem, "strerror", None) or problem).split())[:LONGEST_REASON]
        raise ModelError(f"{source.name}: got a damaged model ({reason}), expected one as it was written") from problem


def _settings(about: dict[str, Any]) -> TrainingSettings:
    settings = TrainingSettings(**about)
    for name, usual in TrainingSettings().as_json().items():
        _check(name, isinstance(getattr(settings, name), NUMBER if isinstance(usual, float) else type(usual)))
    _check("network", settings.network in NETWORKS)
    return settings


def _encoding(about: dict[str, Any]) -> Encoding:
    encoding = Encoding(**about)
    for name in ("names", "incomplete", "promotions"):
        _check(name, _holds(about[name], str))
    for name in ("centre", "spread"):
        _check(name, _holds(about[name], NUMBER) and len(about[name]) == len(encoding.names))
    _check("vocabularies", isinstance(encoding.vocabularies, dict))
    _check("vocabularies", all(_holds(labels, str) for labels in encoding.vocabularies.values()))
    _check("capacity", isinstance(encoding.capacity, NUMBER))
    return encoding


def _climatology(about: dict[str, Any]) -> Climatology:
    climatology = Climatology(**about)
    _check("climatology", isinstance(climatology.games, int) and climatology.games > 1)
    _check("climatology", all(isinstance(value, NUMBER) and np.isfinite(value) for value in about.values()))
    return climatology


def _held_back(leads: list[Lead], errors: npt.NDArray[np.float32] | None) -> CalibrationErrors | None:
    if errors is None:
        return None
    _check(
        "held_back", _holds(leads, (int, str)) and errors.ndim == 3 and errors.shape[::2] == (len(leads), len(LEVELS))
    )
    _check("held_back", bool(np.isfinite(errors).all()))
    return CalibrationErrors(tuple(leads), errors)


def _members(counts: list[int], tensors: dict[str, Any]) -> list[list[Any]]:
    members = [[tensors[f"{m}.{i}"] for i in range(count)] for m, count in enumerate(counts)]
    _check("members", len(members) > 0 and sum(counts) == len(tensors))
    _check("weights", all(np.issubdtype(each.dtype, np.floating) for each in tensors.values()))
    _check("weights", all(np.isfinite(each).all() for each in tensors.values()))
    return members


def _holds(values: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _check(name: str, sound: bool) -> None:
    if not sound:
        raise ValueError(f"{name} cannot be used")
