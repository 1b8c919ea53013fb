"""Settings of training, with defaults chosen on seasons before the test seasons."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Any

from gatecast.errors import InputError
from gatecast.networks import DEFAULT_NETWORK, network_choices

__all__ = ["TrainingSettings"]


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of the training of an ensemble.

    Parameters
    ----------
    network : str
        Name of the network, one of `gatecast.networks.NETWORKS`; or `pretrained`, `auto` for that one on few games,
        or one of the methods it weighs, alone (`gatecast.networks.SINGLE_METHODS`).
    members : int
        Networks in the ensemble, at least 1; they differ by seed.
    epochs : int
        Most passes over the games, at least 1; early stopping decides how many.
    batch : int
        Games in a step, at least 1; fewer if there are few games.
    learning_rate, weight_decay : float
        Of AdamW; above 0, and at least 0.
    half_life : float
        Seasons after which a game counts half in the loss, above 0.
    seed : int
        Seed of all random numbers, at least 0: the same seed on the same machine gives the same forecast.

    Raises
    ------
    InputError
        A value is of the wrong kind or out of range, or there is no network of that name.

    Examples
    --------
    >>> TrainingSettings(members=0)
    Traceback (most recent call last):
    gatecast.errors.InputError: members: got 0, expected a whole number from 1
    """

    network: str = DEFAULT_NETWORK
    members: int = 2
    epochs: int = 15
    batch: int = 512
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    half_life: float = 15.0
    seed: int = 0

    def __post_init__(self) -> None:
        known = network_choices()
        if not isinstance(self.network, str) or self.network not in known:
            raise InputError(f"network: got {self.network!r}, expected one of {', '.join(known)}")
        for name, least in {"members": 1, "epochs": 1, "batch": 1, "seed": 0}.items():
            value: Any = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
                raise InputError(f"{name}: got {value!r}, expected a whole number from {least}")
        for name, expected in {"learning_rate": "above 0", "weight_decay": "from 0", "half_life": "above 0"}.items():
            value = getattr(self, name)
            sound = (
                not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value) and float(value) >= 0
            )
            if not sound or (value == 0 and expected == "above 0"):
                raise InputError(f"{name}: got {value!r}, expected a number {expected}")

    def as_json(self) -> dict[str, Any]:
        """Return the settings by name, each as text, a whole number or a decimal number."""
        plain = {str: str, int: int, float: float}
        return {name: plain[type(getattr(TrainingSettings, name))](value) for name, value in asdict(self).items()}
