"""Settings of training, with defaults chosen on seasons before the test seasons."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gatecast.networks import DEFAULT_NETWORK

__all__ = ["TrainingSettings"]


@dataclass(frozen=True)
class TrainingSettings:
    """How an ensemble is trained.

    Parameters
    ----------
    network : str
        Name of the network, one of `gatecast.networks.NETWORKS`.
    members : int
        Networks in the ensemble; they differ by seed.
    epochs : int
        At most this many passes over the games; early stopping decides how many.
    batch : int
        Games in a step; fewer where there are few games.
    learning_rate, weight_decay : float
        Of AdamW.
    half_life : float
        Seasons after which a game counts half in the loss.
    seed : int
        One seed, one machine: one result.
    """

    network: str = DEFAULT_NETWORK
    members: int = 4
    epochs: int = 10
    batch: int = 512
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    half_life: float = 15.0
    seed: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values by name."""
        return asdict(self)
