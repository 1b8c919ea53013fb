"""Weights that come with the package: what they were trained on, and which of them a forecast may use.

No forecast takes weights that were trained on games after its last day known, whosever games they are: so nothing of
the games to come can have leaked into it, and a backtest uses older weights for older seasons.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.errors import GatecastError
from gatecast.networks.column_reader import PREFIX, initial_column_weights, reads_columns
from gatecast.networks.in_context import initial_weights
from gatecast.prepare.context_inputs import CANDIDATES, FEATURES, FIGURES

__all__ = ["Pretrained", "Weights", "fits", "fresh", "pretrained", "pretrained_set", "pretrained_sets"]

FOLDER, DESCRIPTION = "weights", "pretrained.json"
Weights = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Pretrained:
    """A set of weights.

    Parameters
    ----------
    name : str
    leagues : tuple of str
        What it was trained on, in words.
    seasons : tuple of int
        First and last season of real games that it was trained on; empty for simulated leagues alone.
    through : date or None
        The last day of a real game that it was trained on.
    members : tuple of mapping of str to array
        Weights of each network, averaged in a forecast.
    """

    name: str
    leagues: tuple[str, ...]
    seasons: tuple[int, ...]
    through: dt.date | None
    members: tuple[Weights, ...]


@lru_cache(maxsize=1)
def pretrained_sets() -> tuple[dict[str, Any], ...]:
    """Return what the package says of each set of weights, by the last day each was trained on."""
    text = (resources.files("gatecast.train") / FOLDER / DESCRIPTION).read_text(encoding="utf-8")
    return tuple(sorted(json.loads(text)["sets"], key=lambda each: each["through"] or ""))


def pretrained(last: dt.date | None = None) -> Pretrained:
    """Return the latest weights that saw no game after a day.

    Parameters
    ----------
    last : date, optional
        The last day known of a forecast; without one (games carry no dates) the latest weights are taken.
    """
    known = [each for each in pretrained_sets() if last is None or not each["through"] or each["through"] <= str(last)]
    chosen = (known or pretrained_sets()[:1])[-1]
    return pretrained_set(chosen["name"])


def fresh(seed: int) -> dict[str, npt.NDArray[np.float32]]:
    """Return initial weights of the network for the inputs of this version."""
    weights = initial_weights(seed, features=len(FEATURES), candidates=len(CANDIDATES), figures=FIGURES)
    return weights | initial_column_weights(seed)


def fits(weights: Weights) -> bool:
    """Return True if weights have the names and shapes of this version, and are numbers.

    Weights that a model was saved with before the network read own columns have none for them.
    """
    shapes = {name: value.shape for name, value in fresh(0).items()}
    if not reads_columns(weights):
        shapes = {name: shape for name, shape in shapes.items() if not name.startswith(PREFIX)}
    return {name: value.shape for name, value in weights.items()} == shapes and all(
        bool(np.isfinite(value).all()) for value in weights.values()
    )


@lru_cache(maxsize=8)
def pretrained_set(name: str) -> Pretrained:
    """Return a set of weights by its name; raises GatecastError where this version has none so named."""
    from safetensors.numpy import load

    about = next((each for each in pretrained_sets() if each["name"] == name), None)
    if about is None:
        raise GatecastError(f"weights: got no set named {name!r}, expected one of this version; train the model anew")
    tensors = load((resources.files("gatecast.train") / FOLDER / f"{name}.safetensors").read_bytes())
    members: list[dict[str, npt.NDArray[np.float32]]] = [{} for _ in range(about["members"])]
    for key, value in tensors.items():
        member, _, weight = key.partition("/")
        members[int(member)][weight] = value.astype(np.float32)
    if not all(fits(each) for each in members):
        raise GatecastError(f"weights {name}: got weights that do not fit the network, expected those of this version")
    through = about["through"]
    return Pretrained(
        name,
        tuple(about["leagues"]),
        tuple(about["seasons"]),
        dt.date.fromisoformat(through) if through else None,
        tuple(members),
    )
