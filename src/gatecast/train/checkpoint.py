"""The state of a training after each epoch, so that one cut short loses at most an epoch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gatecast.files import written_whole
from gatecast.train.loop import State

__all__ = ["Checkpoint"]

FINGERPRINT, HISTORY = "fingerprint", "history"


@dataclass(frozen=True)
class Checkpoint:
    """One file that holds a training state.

    Parameters
    ----------
    folder : path or None
        Nothing is kept where there is none.
    name : str
    fingerprint : str
        A state kept under another fingerprint is of another training, and is not taken up.
    """

    folder: Path | None
    name: str
    fingerprint: str

    @property
    def path(self) -> Path:
        """Return the path of the state."""
        return (self.folder or Path()) / f"{self.name}.checkpoint.safetensors"

    def keep(self, state: State, history: list[float]) -> None:
        """Write the state, whole or not at all."""
        if self.folder is None:
            return
        from safetensors.numpy import save_file

        self.folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: np.asarray(value) for name, value in _named(state).items()}
        with written_whole(self.path) as draft:
            save_file(tensors, draft, {FINGERPRINT: self.fingerprint, HISTORY: json.dumps(history)})

    def restored(self, start: State) -> tuple[State, list[float]]:
        """Return the kept state and history of losses; `start` and an empty one where none fits."""
        if self.folder is None or not self.path.is_file():
            return start, []
        import jax.numpy as jnp
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, "numpy") as kept:
                metadata = kept.metadata() or {}
                if metadata.get(FINGERPRINT) != self.fingerprint:
                    return start, []
                tensors = {name: kept.get_tensor(name) for name in _named(start)}
                if any(tensors[name].shape != value.shape for name, value in _named(start).items()):
                    return start, []
                values = map(jnp.asarray, tensors.values())
                state = State(
                    next(values),
                    [next(values) for _ in start.other],
                    [next(values) for _ in start.optimizer],
                    next(values),
                )
                return state, [float(value) for value in json.loads(metadata[HISTORY])]
        except SafetensorError:
            return start, []


def _named(state: State) -> dict[str, Any]:
    """Return every array of a state by name, in the order of its parts."""
    return {
        "weights": state.weights,
        **{f"other.{i}": value for i, value in enumerate(state.other)},
        **{f"optimizer.{i}": value for i, value in enumerate(state.optimizer)},
        "averaged": state.averaged,
    }
