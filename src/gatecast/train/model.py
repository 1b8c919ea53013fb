"""A trained model: what it learned of the inputs, and the weights of each member."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.games import Column
from gatecast.networks import network
from gatecast.networks.signature import Signature
from gatecast.prepare import Arrays
from gatecast.prepare.encoding import Encoding, Inputs
from gatecast.train.blocks import in_blocks
from gatecast.train.settings import TrainingSettings

__all__ = ["TrainedModel"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class TrainedModel:
    """An ensemble that forecasts demand from arrays.

    Parameters
    ----------
    settings : TrainingSettings
    encoding : Encoding
    members : list of list of ndarray
        Weights of each member, in the order of the network's variables.
    epochs : int
        Passes over the games that early stopping chose.
    through : str
        Day of the latest game trained on, or empty where games carry no dates.
    extras : tuple of Column
        The club's own columns that the games carried.
    """

    settings: TrainingSettings
    encoding: Encoding
    members: list[list[Array]]
    epochs: int = 0
    through: str = ""
    extras: tuple[Column, ...] = ()

    def parameters(self, arrays: Arrays) -> npt.NDArray[np.float32]:
        """Parameters of demand of every game under each member, shape (members, games, 4)."""
        inputs = self.encoding.inputs(arrays)
        return np.stack([self._member(weights, inputs) for weights in self.members])

    def _member(self, weights: list[Array], inputs: Inputs) -> npt.NDArray[np.float32]:
        apply, other = self._applied
        return in_blocks(lambda block: apply(weights, other, block), inputs)

    @cached_property
    def _applied(self) -> tuple[Any, list[Any]]:
        import jax

        model = network(self.settings.network)(Signature(**self.encoding.sizes), 0)

        def forward(weights: list[Any], other: list[Any], inputs: dict[str, Any]) -> Any:  # noqa: ANN401
            return model.stateless_call(weights, other, inputs, training=False)[0]

        return jax.jit(forward), [variable.value for variable in model.non_trainable_variables]
