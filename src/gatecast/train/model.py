"""A trained model: what it learned of the inputs, and the weights of each member."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.errors import ModelError
from gatecast.games import Column
from gatecast.networks import network
from gatecast.networks.signature import Signature
from gatecast.prepare import Arrays
from gatecast.prepare.encoding import Encoding, Inputs
from gatecast.prepare.tokens import network_inputs
from gatecast.train.blocks import in_blocks
from gatecast.train.calibration_errors import CalibrationErrors
from gatecast.train.climatology import Climatology
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
    climatology : Climatology
        What the gates trained on say by themselves.
    held_back : CalibrationErrors or None
        Errors on games not trained on; none where there were too few games to hold any back.
    epochs : int
        Passes over the games that early stopping chose.
    through : str
        Day of the latest game trained on, or empty where games carry no dates.
    custom_columns : tuple of Column
        The club's own columns that the games carried.
    """

    settings: TrainingSettings
    encoding: Encoding
    members: list[list[Array]]
    climatology: Climatology
    held_back: CalibrationErrors | None = None
    epochs: int = 0
    through: str = ""
    custom_columns: tuple[Column, ...] = ()

    def parameters(self, arrays: Arrays) -> npt.NDArray[np.float32]:
        """Parameters of demand of every game under each member, shape (members, games, 4).

        Raises
        ------
        ModelError
            The games lack something that the model reads, or its weights do not fit its network.
        """
        self._check_inputs(arrays)
        apply, other, names = self._applied
        tables = {"home": arrays.history.home, "road": arrays.history.road}

        def members(rows: Inputs) -> Array:
            # Tokens are made outside the compiled function: in it they would double the time that compiling takes.
            with np.errstate(divide="ignore", invalid="ignore"):
                inputs = network_inputs(rows, tables, names, np)
            return np.stack([apply(weights, other, inputs) for weights in self.members], axis=1)

        return in_blocks(members, self.encoding.inputs(arrays)).transpose(1, 0, 2)

    @cached_property
    def _applied(self) -> tuple[Any, list[Any], list[str]]:
        """The compiled network, its variables that are not trained, and the names of its inputs."""
        build = network(self.settings.network)

        import jax
        import keras

        # The members bring their own weights; to draw initial ones would compile a kernel for each of their shapes.
        with keras.StatelessScope(initialize_variables=False):
            model = build(Signature(**self.encoding.sizes), 0)
        shapes = [tuple(variable.shape) for variable in model.trainable_variables]
        if any([weight.shape for weight in weights] != shapes for weights in self.members):
            raise ModelError(
                f"model: got a damaged model (weights that do not fit the {self.settings.network} network), expected "
                "one as it was written; train it anew"
            )

        def forward(weights: list[Any], other: list[Any], inputs: Inputs) -> Any:  # noqa: ANN401
            return model.stateless_call(weights, other, inputs, training=False)[0]

        return jax.jit(forward), [variable.value for variable in model.non_trainable_variables], list(model.input)

    def _check_inputs(self, arrays: Arrays) -> None:
        given = {*arrays.names, *arrays.categories.columns}
        wanted = (*self.encoding.names, *self.encoding.incomplete, *self.encoding.vocabularies)
        missing = [name for name in wanted if name not in given]
        if missing:
            raise ModelError(
                f"model: got one that reads {missing[0]!r}, expected one for what these games tell; train it anew"
            )
