"""Models on disk: `model.json` says what the model is, `weights.safetensors` holds its numbers. Nothing is executed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gatecast.errors import ModelError
from gatecast.files import write_text, written_whole
from gatecast.games.declarations import columns_from_json, columns_to_json
from gatecast.prepare.encoding import Encoding
from gatecast.train.model import TrainedModel
from gatecast.train.settings import TrainingSettings

__all__ = ["load_model", "save_model"]

FORMAT = 1
DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"


def save_model(model: TrainedModel, folder: str | Path) -> None:
    """Write a trained model to a folder, made if absent. The description comes last: without it there is no model."""
    from safetensors.numpy import save_file

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tensors = {f"{m}.{i}": weight for m, weights in enumerate(model.members) for i, weight in enumerate(weights)}
    with written_whole(target / WEIGHTS) as draft:
        save_file(tensors, draft)
    description = {
        "format": FORMAT,
        "settings": model.settings.as_json(),
        "encoding": model.encoding.as_json(),
        "members": [len(weights) for weights in model.members],
        "epochs": model.epochs,
        "through": model.through,
        "extras": columns_to_json(model.extras),
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
    if not (source / DESCRIPTION).is_file():
        raise ModelError(f"{source.name}: got no {DESCRIPTION} in it, expected a folder that 'gatecast train' wrote")
    try:
        about: dict[str, Any] = json.loads((source / DESCRIPTION).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ModelError(f"{source.name}: got model format {about['format']!r}, expected {FORMAT}; train it anew")
        tensors = load_file(source / WEIGHTS)
        members = [[tensors[f"{m}.{i}"] for i in range(count)] for m, count in enumerate(about["members"])]
        settings, encoding = TrainingSettings(**about["settings"]), Encoding(**about["encoding"])
        return TrainedModel(
            settings, encoding, members, about["epochs"], about["through"], columns_from_json(about["extras"])
        )
    except (ValueError, KeyError, TypeError, OSError, SafetensorError) as problem:
        if isinstance(problem, ModelError):
            raise
        raise ModelError(f"{source.name}: got a damaged model ({problem}), expected one as it was written") from problem
