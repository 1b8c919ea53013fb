"""Inputs of tasks, packed once: large arrays stay where the object store keeps them, and are read without a copy."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Packed"]

Bytes = npt.NDArray[np.uint8]

_latest: dict[str, Any] = {}
"""What was unpacked last in this process, by digest: most tasks of a process share their inputs."""


@dataclass(frozen=True)
class Packed:
    """An object as its pickle and the arrays that the pickle refers to.

    Parameters
    ----------
    digest : str
        Tells one object from another.
    text : ndarray of uint8
    arrays : tuple of ndarray of uint8
    """

    digest: str
    text: Bytes
    arrays: tuple[Bytes, ...]

    @classmethod
    def of(cls, value: object) -> Packed:
        """Pack an object; functions that cannot be imported by name are packed with their code."""
        from ray import cloudpickle

        buffers: list[pickle.PickleBuffer] = []
        text = np.frombuffer(cloudpickle.dumps(value, protocol=5, buffer_callback=buffers.append), np.uint8)
        arrays = tuple(np.frombuffer(buffer.raw(), np.uint8) for buffer in buffers)
        digest = hashlib.blake2b(text.data, digest_size=16)
        for array in arrays:
            digest.update(array.data)
        return cls(digest.hexdigest(), text, arrays)

    @property
    def bytes(self) -> int:
        """Size of the object."""
        return self.text.nbytes + sum(array.nbytes for array in self.arrays)

    def value(self) -> Any:  # noqa: ANN401
        """Return the object; the one unpacked last in this process is returned again. Its arrays are read-only."""
        if self.digest not in _latest:
            _latest.clear()
            _latest[self.digest] = pickle.loads(self.text.data, buffers=self.arrays)
        return _latest[self.digest]
