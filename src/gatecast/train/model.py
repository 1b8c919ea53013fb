"""A trained model, and its files.

`model.json` describes it, `weights.safetensors` holds its numbers, `program.json` what its network does.

No code of a saved model is executed: a program is a list of known array operations.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.errors import ModelError
from gatecast.files import write_text, written_whole
from gatecast.games import Column
from gatecast.games.columns import columns_from_json, columns_to_json
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.networks import FORMER_SETTINGS, NETWORKS, network
from gatecast.networks.program import Program, UntraceableError, traced
from gatecast.networks.signature import Signature
from gatecast.prepare import Arrays
from gatecast.prepare.encoding import Encoding, Inputs
from gatecast.prepare.tokens import network_inputs
from gatecast.train.boosted_trees import BoostedTrees
from gatecast.train.calibration_errors import CalibrationErrors
from gatecast.train.climatology import Climatology
from gatecast.train.settings import TrainingSettings

__all__ = ["TrainedModel", "in_blocks", "load_model", "save_model"]

LARGEST_BLOCK = 512
SMALLEST_BLOCK = 64
FEW_ROWS = 1024
"""So many games are forecast by NumPy; for more it pays to compile the network."""
PROGRAM_BLOCK = 32
MOST_KEPT_BLOCKS = 512
"""Blocks whose parameters a model remembers, some kilobytes each."""
TREES_SHARES = {1.0: 0.15, 130.0: 0.4}
"""Share of boosted trees in a forecast that has them, by days before the game; the networks have the rest."""


def in_blocks(apply: Callable[[Inputs], Any], inputs: Inputs) -> npt.NDArray[np.float32]:
    """Apply a row-wise function to all rows.

    Parameters
    ----------
    apply : callable
        dict of arrays of one block -> array, shape (block, columns).
    inputs : dict of ndarray, shape (rows, ...)
        At least one row.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
    """
    rows = len(next(iter(inputs.values())))
    block = min(max(SMALLEST_BLOCK, 1 << (rows - 1).bit_length()), LARGEST_BLOCK)
    parts = []
    for begin in range(0, rows, block):
        part = {name: _filled(values[begin : begin + block], block) for name, values in inputs.items()}
        parts.append(np.asarray(apply(part)))
    return np.concatenate(parts)[:rows]


def _network_inputs(rows: Inputs, tables: Inputs, names: Sequence[str]) -> Inputs:
    """Return the inputs of a network for some rows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return network_inputs(rows, tables, names, np)


def _filled(values: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """Return `values` with rows of zeros added up to `rows`."""
    return np.concatenate([values, np.zeros((rows - len(values), *values.shape[1:]), values.dtype)])


def _moved(
    parameters: npt.NDArray[np.float32], fill: npt.NDArray[np.float32], lead: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return parameters, shape (members, games, 4), moved some of the way towards attendance as a share of capacity.

    Parameters
    ----------
    parameters : ndarray of float32, shape (members, games, 4)
    fill : ndarray of float32, shape (games,)
        What boosted trees say.
    lead : ndarray of float32, shape (games,)
        Logarithm of one day more than the days from the last day known to the game.
    """
    from gatecast.networks.demand import demand_quantiles

    median = np.mean([demand_quantiles(each, np.array([0.5]))[:, 0] for each in parameters], axis=0)
    shares = np.interp(lead, np.log1p([*TREES_SHARES]), [*TREES_SHARES.values()])
    moves = (shares * (fill - np.minimum(median, 1.0))).astype(np.float32)
    return np.concatenate([parameters[..., :1] + moves[:, None], parameters[..., 1:]], axis=-1)


Array = npt.NDArray[Any]


class _Blocks:
    """Remember the parameters of the latest blocks of games by the inputs of the network."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Array] = {}
        self._lock = Lock()

    def of(self, named: Inputs, compute: Callable[[], Array]) -> Array:
        """Return the parameters for inputs, by name: those remembered, or else computed."""
        digest = hashlib.blake2b(digest_size=16)
        for values in named.values():
            digest.update(np.ascontiguousarray(values).tobytes())
        key = digest.digest()
        kept = self._kept.get(key)
        if kept is None:
            kept = compute()
        with self._lock:
            self._kept.pop(key, None)  # The latest stand last.
            self._kept[key] = kept
            if len(self._kept) > MOST_KEPT_BLOCKS:
                del self._kept[next(iter(self._kept))]
        return kept


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
        Distribution of the attendance trained on.
    held_back : CalibrationErrors or None
        Errors on games not trained on; none where there were too few games to hold any back.
    epochs : int
        Passes over the games that early stopping chose.
    through : str
        Day of the latest game trained on, or empty where games carry no dates.
    custom_columns : tuple of Column
        Custom columns that the games carried.
    saved_program : Program, optional
        What the network does, as it was saved; traced anew where there is none.
    trees : BoostedTrees, optional
        Move each distribution some of the way towards their own forecast.
    """

    settings: TrainingSettings
    encoding: Encoding
    members: list[list[Array]]
    climatology: Climatology
    held_back: CalibrationErrors | None = None
    epochs: int = 0
    through: str = ""
    custom_columns: tuple[Column, ...] = ()
    saved_program: Program | None = None
    trees: BoostedTrees | None = None

    def parameters(self, arrays: Arrays, *, parts: Sequence[npt.NDArray[np.intp]] = ()) -> npt.NDArray[np.float32]:
        """Return the parameters of demand of every game under each member, shape (members, games, 4).

        Where there are trees, every location is moved by one distance: so far that the median attendance goes
        their share of the way to what they say, more the longer the lead.

        Parameters
        ----------
        arrays : Arrays
        parts : sequence of ndarray of int
            Places of games that follow one another, all games in all: each part is forecast as if it was asked for
            alone, so that no game shares a block with those of another part. One part if not given.

        Raises
        ------
        ModelError
            The games lack something that the model reads, or its weights do not fit its network.
        """
        self._check_inputs(arrays)
        from gatecast.networks.demand import check_parameters

        inputs = self.encoding.inputs(arrays)
        tables = {"home": arrays.history.home, "road": arrays.history.road}
        each = [{name: values[part] for name, values in inputs.items()} for part in parts] or [inputs]
        figures = np.concatenate([self._figures(part, tables) for part in each]).transpose(1, 0, 2)
        if self.trees is None:
            check_parameters(figures, self.settings.network)
            return figures
        parameters, fill = figures[..., :-1], figures[0, :, -1]
        check_parameters(parameters, self.settings.network)
        # As `gatecast.prepare` has it: the logarithm of one day more than the lead.
        return _moved(parameters, fill, arrays.numeric[:, arrays.names.index("lead")])

    def _figures(self, inputs: Inputs, tables: Inputs) -> npt.NDArray[np.float32]:
        """Return the figures of some games, shape (games, members, 4 or 5)."""
        few = len(next(iter(inputs.values()))) <= FEW_ROWS and self.program is not None
        return (self._by_numpy if few else self._by_jax)(inputs, tables)

    def _with_trees(self, parameters: npt.NDArray[np.float32], rows: Inputs) -> npt.NDArray[np.float32]:
        """Return parameters, shape (games, members, 4), with what trees say behind them, if there are any."""
        if self.trees is None:
            return parameters
        fill = self.trees.predict(rows).astype(np.float32)[:, None, None]
        return np.concatenate([parameters, np.broadcast_to(fill, (*parameters.shape[:2], 1))], axis=-1)

    def _by_numpy(self, inputs: Inputs, tables: Inputs) -> npt.NDArray[np.float32]:
        """Return the figures of a few games, shape (games, members, 4 or 5), without Keras and JAX."""
        program = self.program
        assert program is not None
        self._check_weights(program.shapes)

        def members(rows: Inputs) -> Array:
            named = _network_inputs(rows, tables, program.inputs)
            return self._blocks.of(
                named,
                lambda: self._with_trees(np.stack([program(weights, named) for weights in self.members], axis=1), rows),
            )

        rows = len(next(iter(inputs.values())))
        parts = []
        # Blocks of one size, so that a game has the same forecast alone as among others; and so that what-if, or a
        # forecast after one more result, computes only the blocks in which something is new.
        for begin in range(0, rows, PROGRAM_BLOCK):
            part = {name: values[begin : begin + PROGRAM_BLOCK] for name, values in inputs.items()}
            parts.append(members({name: _filled(values, PROGRAM_BLOCK) for name, values in part.items()}))
        return np.concatenate(parts)[:rows]

    def _by_jax(self, inputs: Inputs, tables: Inputs) -> npt.NDArray[np.float32]:
        """Return the figures of many games, shape (games, members, 4 or 5)."""
        apply, other, names = self._applied

        def members(rows: Inputs) -> Array:
            # Tokens are made outside the compiled function: in it they would double the time that compiling takes.
            named = _network_inputs(rows, tables, names)
            return self._with_trees(np.stack([apply(weights, other, named) for weights in self.members], axis=1), rows)

        return in_blocks(members, inputs)

    @cached_property
    def program(self) -> Program | None:
        """What the network does; none where that is more than NumPy is told to do."""
        if self.saved_program is not None:
            return self.saved_program
        try:
            return traced(*self._network)
        except UntraceableError:
            return None

    @cached_property
    def _blocks(self) -> _Blocks:
        return _Blocks()

    def __getstate__(self) -> dict[str, Any]:
        # What is compiled cannot be pickled, and is compiled again when needed.
        apart = ("_applied", "_network", "_blocks")
        return {name: value for name, value in self.__dict__.items() if name not in apart}

    @cached_property
    def _network(self) -> tuple[Any, list[Any]]:
        """The Keras network, without weights, and the values that it does not train."""
        name, signature = self.settings.network, Signature(**self.encoding.sizes)
        build: Callable[..., Any] = network(name)
        import keras

        for settings in ({}, *FORMER_SETTINGS.get(name, ())):
            # The members bring their own weights; to draw initial ones would compile a kernel for each of their shapes.
            with keras.StatelessScope(initialize_variables=False):
                model = build(signature, 0, **settings)
            shapes = [tuple(variable.shape) for variable in model.trainable_variables]
            if shapes == [weight.shape for weight in self.members[0]]:
                break
        self._check_weights(shapes)
        # Read before the network is traced: what is first made in a trace is of no use outside it.
        return model, [variable.value for variable in model.non_trainable_variables]

    @cached_property
    def _applied(self) -> tuple[Any, list[Any], list[str]]:
        """The compiled network, its variables that are not trained, and the names of its inputs."""
        model, other = self._network
        import jax

        def forward(weights: list[Any], other: list[Any], inputs: Inputs) -> Any:  # noqa: ANN401
            return model.stateless_call(weights, other, inputs, training=False)[0]

        return jax.jit(forward), other, list(model.input)

    def _check_weights(self, shapes: list[tuple[int, ...]]) -> None:
        if any([weight.shape for weight in weights] != shapes for weights in self.members):
            raise ModelError(
                f"model: got a damaged model (weights that do not fit the {self.settings.network} network), expected "
                "one as it was written; train it anew"
            )

    def _check_inputs(self, arrays: Arrays) -> None:
        known = {*arrays.names, *arrays.categories.columns}
        wanted = (*self.encoding.names, *self.encoding.incomplete, *self.encoding.vocabularies)
        missing = [name for name in wanted if name not in known]
        if missing:
            raise ModelError(
                f"model: got one that reads {missing[0]!r}, expected one for what these games tell; train it anew"
            )


FORMAT = 3
CUSTOM_COLUMNS = "extras"
"""Key of the custom columns in saved models, kept since the first of them."""
ERRORS = "held_back.errors"
TREES = "trees."
DESCRIPTION, WEIGHTS, PROGRAM = "model.json", "weights.safetensors", "program.json"
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
    if model.trees:
        tensors.update({TREES + name: values for name, values in model.trees.tensors().items()})
    with written_whole(target / WEIGHTS) as draft:
        save_file(tensors, draft)
    if model.program:
        write_text(json.dumps(model.program.as_json()), target / PROGRAM)
    description = {
        "format": FORMAT,
        "settings": model.settings.as_json(),
        "encoding": model.encoding.as_json(),
        "members": [len(weights) for weights in model.members],
        "climatology": asdict(model.climatology),
        "held_back": list(model.held_back.leads) if model.held_back else [],
        "epochs": model.epochs,
        "through": model.through,
        CUSTOM_COLUMNS: columns_to_json(model.custom_columns),
        "program": model.program is not None,
        "trees": model.trees is not None,
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
        encoding = _encoding(about["encoding"])
        # Models of gatecast 0.1 have none.
        trees = _trees(encoding, tensors) if about.get("trees") else None
        return TrainedModel(
            _settings(about["settings"]),
            encoding,
            _members(about["members"], tensors),
            _climatology(about["climatology"]),
            errors,
            int(about["epochs"]),
            str(about["through"]),
            columns_from_json(about[CUSTOM_COLUMNS]),
            # Models of gatecast 0.1 have none; theirs is traced when it is needed.
            Program.from_json(json.loads((source / PROGRAM).read_text(encoding="utf-8")))
            if about.get("program")
            else None,
            trees,
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
        "held_back",
        _holds(leads, (int, str)) and errors.ndim == 3 and errors.shape[::2] == (len(leads), len(QUANTILE_LEVELS)),
    )
    _check("held_back", bool(np.isfinite(errors).all()))
    return CalibrationErrors(tuple(leads), errors)


def _trees(encoding: Encoding, tensors: dict[str, Any]) -> BoostedTrees:
    """Take the trees out of the tensors."""
    theirs = {name: tensors.pop(name) for name in [*tensors] if name.startswith(TREES)}
    sizes = encoding.sizes
    columns = sizes["numeric"] + sizes["flags"] + len(sizes["vocabularies"])
    return BoostedTrees.from_tensors({name.removeprefix(TREES): values for name, values in theirs.items()}, columns)


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
