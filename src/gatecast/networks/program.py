"""A network as a list of array operations that NumPy carries out.

To import Keras and JAX takes longer than to forecast a season. So a model is saved with what its network does: JAX
traces the Keras network once into plain operations (a "jaxpr"), which are kept as text and carried out by NumPy. The
Keras network stays the only definition, users' own networks are traced in the same way, and a network with an operation
that is not known here runs on Keras as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import keras

__all__ = ["Program", "UntraceableError", "traced"]

Array = npt.NDArray[Any]
Values = list[Array]

BATCH = "batch"
"""Stands for the number of rows in shapes."""
MOST_OPERATIONS = 20_000
LARGEST_CONSTANT = 65_536
ERFC = (
    *(-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806),
    *(0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277),
)
"""Coefficients of the Chebyshev fit of the complementary error function."""


class UntraceableError(ValueError):
    """A network does something that no operation here stands for."""


@dataclass(frozen=True)
class Operation:
    """One operation: its name, where its arguments and results lie, and its settings.

    Parameters
    ----------
    name : str
        A key of `OPERATIONS`.
    arguments, results : tuple of int
        Places of values.
    settings : dict
        Shapes, axes and the like; in shapes `BATCH` is the number of rows.
    """

    name: str
    arguments: tuple[int, ...]
    results: tuple[int, ...]
    settings: dict[str, Any]


@dataclass(frozen=True)
class Program:
    """Operations from the weights and inputs of a network to its output.

    Parameters
    ----------
    inputs : tuple of str
        Names of the inputs; their places follow those of the weights.
    shapes : list of tuple of int
        Shapes of the weights; their places come first.
    constants : dict of int to ndarray
        Values by place.
    operations : tuple of Operation
        In the order in which they are carried out.
    output : tuple of int
        Place of the output; several for a part of a program that is repeated.
    """

    inputs: tuple[str, ...]
    shapes: list[tuple[int, ...]]
    constants: dict[int, Array]
    operations: tuple[Operation, ...]
    output: tuple[int, ...]

    def __call__(self, weights: Sequence[Array], inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Return the output of the network.

        Parameters
        ----------
        weights : sequence of ndarray
            In the order of the network's variables.
        inputs : dict of ndarray, shape (rows, ...)

        Returns
        -------
        ndarray of float32, shape (rows, figures)
        """
        given = [*weights, *(inputs[name] for name in self.inputs)]
        rows = len(inputs[self.inputs[0]])
        with np.errstate(all="ignore"):
            return np.asarray(self.run(given, rows)[0], np.float32)

    def run(self, given: Sequence[Array], rows: int) -> Values:
        """Return the values at the output's places from values for the first places."""
        values: dict[int, Array] = {**self.constants, **dict(enumerate(given))}
        for operation, unused in zip(self.operations, self._unused, strict=True):
            arguments = [values[place] for place in operation.arguments]
            results = OPERATIONS[operation.name](arguments, operation.settings, rows)
            values.update(zip(operation.results, results, strict=True))
            for place in unused:
                del values[place]
        return [values[place] for place in self.output]

    @cached_property
    def _unused(self) -> list[list[int]]:
        """Places of results that no later operation reads, for each operation: so memory stays small."""
        last: dict[int, int] = {}
        for i, operation in enumerate(self.operations):
            last.update(dict.fromkeys((*operation.arguments, *operation.results), i))
        own = {place for operation in self.operations for place in operation.results} - set(self.output)
        out: list[list[int]] = [[] for _ in self.operations]
        for place, i in last.items():
            if place in own:
                out[i].append(place)
        return out

    def as_json(self) -> dict[str, Any]:
        """Return the program as text, numbers and lists."""
        return {
            "inputs": list(self.inputs),
            "shapes": [list(shape) for shape in self.shapes],
            "constants": {str(place): _constant_json(value) for place, value in self.constants.items()},
            "operations": [
                [
                    each.name,
                    list(each.arguments),
                    list(each.results),
                    {k: v.as_json() if isinstance(v, Program) else v for k, v in each.settings.items()},
                ]
                for each in self.operations
            ],
            "output": list(self.output),
        }

    @classmethod
    def from_json(cls, about: Mapping[str, Any]) -> Program:
        """Return the program that `as_json` described.

        Raises
        ------
        ValueError, KeyError, TypeError
            It is no such description, has an operation that is not known, or reads a value before it is there.
        """
        operations = []
        for name, arguments, results, settings in about["operations"]:
            if name not in OPERATIONS:
                raise ValueError(f"operation {name!r} is not known")
            parts = {k: cls.from_json(v) if isinstance(v, dict) else v for k, v in settings.items()}
            operations.append(Operation(name, tuple(map(int, arguments)), tuple(map(int, results)), parts))
        if len(operations) > MOST_OPERATIONS:
            raise ValueError(f"{len(operations)} operations")
        constants = {
            int(place): np.array(values, dtype).reshape(shape)
            for place, (dtype, shape, values) in about["constants"].items()
        }
        program = cls(
            tuple(map(str, about["inputs"])),
            [tuple(map(int, shape)) for shape in about["shapes"]],
            constants,
            tuple(operations),
            tuple(map(int, about["output"])),
        )
        program._check_order()
        return program

    def _check_order(self) -> None:
        """Raise ValueError where a value is read before it is there."""
        there = {*self.constants, *range(len(self.shapes) + len(self.inputs))}
        for operation in self.operations:
            if not there.issuperset(operation.arguments):
                raise ValueError(f"operation {operation.name!r} reads a value that is not there")
            there.update(operation.results)
        if not there.issuperset(self.output):
            raise ValueError("the output is not there")


def _constant_json(value: Array) -> list[Any]:
    return [str(value.dtype), list(value.shape), value.ravel().tolist()]


# ---- operations ----

Settings = Mapping[str, Any]
Apply = Callable[[Values, Settings, int], Sequence[Array]]


def _plain(function: Callable[..., Any]) -> Apply:
    """Return an operation of arrays alone."""
    return lambda arguments, settings, rows: (function(*arguments),)


def _erfc(value: Array) -> Array:
    """Return the complementary error function in single precision (Press et al. 1992, section 6.2).

    SciPy's is more precise than the networks are, and takes longer to import than the rest of a forecast.
    """
    size = np.abs(value)
    t = 1 / (1 + 0.5 * size)
    exponent = np.full_like(t, ERFC[-1])
    for coefficient in reversed(ERFC[:-1]):
        exponent = exponent * t + coefficient
    tail = t * np.exp(exponent - size * size)
    return np.asarray(np.where(value >= 0, tail, 2 - tail))


def _logistic(value: Array) -> Array:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * value))


def _reduced(function: Callable[..., Any]) -> Apply:
    return lambda arguments, settings, rows: (function(arguments[0], axis=tuple(settings["axes"])),)


def _shape(sizes: Sequence[int | str], rows: int) -> tuple[int, ...]:
    return tuple(rows if size == BATCH else int(size) for size in sizes)


def _broadcast_in_dim(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    shape = _shape(settings["shape"], rows)
    inner = [1] * len(shape)
    for axis, size in zip(settings["broadcast_dimensions"], arguments[0].shape, strict=True):
        inner[axis] = size
    return (np.broadcast_to(arguments[0].reshape(inner), shape),)


def _select(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    which, *cases = arguments
    return (np.where(which, cases[1], cases[0]),)


def _dot_general(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    left, right = arguments
    (left_axes, right_axes), (left_batch, right_batch) = settings["dimension_numbers"]
    left_free = [axis for axis in range(left.ndim) if axis not in (*left_axes, *left_batch)]
    right_free = [axis for axis in range(right.ndim) if axis not in (*right_axes, *right_batch)]
    batch = [left.shape[axis] for axis in left_batch]
    inner = int(np.prod([left.shape[axis] for axis in left_axes], dtype=int))
    # Game by game: in one product of all, the last bits of a game depend on its place in the block on some processors.
    by_game = rows and not batch and left_free[:1] == [0] and left.shape[0] == rows
    games = [rows] if by_game else batch
    a = left.transpose((*left_batch, *left_free, *left_axes)).reshape(*games, -1, inner)
    b = right.transpose((*right_batch, *right_axes, *right_free)).reshape(*batch, inner, -1)
    shape = [*batch, *(left.shape[axis] for axis in left_free), *(right.shape[axis] for axis in right_free)]
    return (np.matmul(a, b).reshape(shape),)


def _slice(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    strides = settings["strides"] or [1] * arguments[0].ndim
    ends = _shape(settings["limit_indices"], rows)
    parts = zip(settings["start_indices"], ends, strides, strict=True)
    return (arguments[0][tuple(slice(start, end, step) for start, end, step in parts)],)


def _taken(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    """Take rows of a table by number; a number without a row gives what is not a number."""
    table, codes = arguments[0], arguments[1][..., 0]
    inside = (codes >= 0) & (codes < len(table))
    out = table[np.where(inside, codes, 0)]
    if not inside.all():
        out = np.where(inside.reshape(*inside.shape, *([1] * (table.ndim - 1))), out, np.nan)
    return (out,)


def _window(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    """Cut a window whose first place is a value, inside the array."""
    array, starts = arguments
    first = [0] * array.ndim
    sizes = _shape(settings["sizes"], rows)
    for axis, start in zip(settings["axes"], np.atleast_1d(starts), strict=True):
        first[axis] = int(np.clip(start, 0, array.shape[axis] - sizes[axis]))
    out = array[tuple(slice(start, start + size) for start, size in zip(first, sizes, strict=True))]
    return (np.squeeze(out, axis=tuple(settings["squeezed"])),)


def _pad(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    array, filling = arguments
    return (np.pad(array, [(before, after) for before, after in settings["padding"]], constant_values=filling),)


def _split(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    ends = np.cumsum(settings["sizes"])[:-1]
    return np.split(arguments[0], ends, axis=settings["axis"])


def _iota(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    shape, axis = _shape(settings["shape"], rows), settings["dimension"]
    counted = np.arange(shape[axis], dtype=settings["dtype"])
    return (np.broadcast_to(counted.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape),)


def _scan(arguments: Values, settings: Settings, rows: int) -> Sequence[Array]:
    """Carry values through the rows of others, one step after another."""
    fixed, carried = settings["num_consts"], settings["num_carry"]
    constants, carry = arguments[:fixed], list(arguments[fixed : fixed + carried])
    along, steps = arguments[fixed + carried :], range(settings["length"])
    collected: list[list[Array]] = []
    for i in reversed(steps) if settings["reverse"] else steps:
        out = settings["body"].run([*constants, *carry, *(each[i] for each in along)], rows)
        carry = out[:carried]
        collected.append(out[carried:])
    if settings["reverse"]:
        collected.reverse()
    return [*carry, *(np.stack(each) for each in zip(*collected, strict=True))]


OPERATIONS: dict[str, Apply] = {
    "abs": _plain(np.abs),
    "add": _plain(np.add),
    "and": _plain(np.logical_and),
    "broadcast_in_dim": _broadcast_in_dim,
    "clamp": _plain(lambda least, value, most: np.clip(value, least, most)),
    "concatenate": lambda arguments, settings, rows: (np.concatenate(arguments, settings["dimension"]),),
    "convert_element_type": lambda arguments, settings, rows: (arguments[0].astype(settings["new_dtype"]),),
    "copy": _plain(np.asarray),
    "cos": _plain(np.cos),
    "div": _plain(np.divide),
    "dot_general": _dot_general,
    "eq": _plain(np.equal),
    "erf": _plain(lambda value: 1 - _erfc(value)),
    "erfc": _plain(_erfc),
    "exp": _plain(np.exp),
    "expand_dims": lambda arguments, settings, rows: (np.expand_dims(arguments[0], tuple(settings["dimensions"])),),
    "expm1": _plain(np.expm1),
    "ge": _plain(np.greater_equal),
    "gt": _plain(np.greater),
    "integer_pow": lambda arguments, settings, rows: (arguments[0] ** settings["y"],),
    "iota": _iota,
    "le": _plain(np.less_equal),
    "log": _plain(np.log),
    "log1p": _plain(np.log1p),
    "logistic": _plain(_logistic),
    "lt": _plain(np.less),
    "max": _plain(np.maximum),
    "min": _plain(np.minimum),
    "mul": _plain(np.multiply),
    "ne": _plain(np.not_equal),
    "neg": _plain(np.negative),
    "not": _plain(np.logical_not),
    "or": _plain(np.logical_or),
    "pad": _pad,
    "pow": _plain(np.power),
    "reduce_and": _reduced(np.all),
    "reduce_max": _reduced(np.max),
    "reduce_min": _reduced(np.min),
    "reduce_or": _reduced(np.any),
    "reduce_sum": _reduced(np.sum),
    "reshape": lambda arguments, settings, rows: (arguments[0].reshape(_shape(settings["new_sizes"], rows)),),
    "rsqrt": _plain(lambda value: 1 / np.sqrt(value)),
    "scan": _scan,
    "select_n": _select,
    "sign": _plain(np.sign),
    "sin": _plain(np.sin),
    "slice": _slice,
    "split": _split,
    "sqrt": _plain(np.sqrt),
    "square": _plain(np.square),
    "squeeze": lambda arguments, settings, rows: (np.squeeze(arguments[0], tuple(settings["dimensions"])),),
    "stop_gradient": _plain(np.asarray),
    "sub": _plain(np.subtract),
    "taken": _taken,
    "tanh": _plain(np.tanh),
    "transpose": lambda arguments, settings, rows: (arguments[0].transpose(settings["permutation"]),),
    "window": _window,
}
"""What NumPy does for each operation: (arguments, settings, rows) -> results. Most have JAX's names."""

KEPT_SETTINGS = {
    "broadcast_in_dim": ("shape", "broadcast_dimensions"),
    "concatenate": ("dimension",),
    "convert_element_type": ("new_dtype",),
    "dot_general": ("dimension_numbers",),
    "expand_dims": ("dimensions",),
    "integer_pow": ("y",),
    "iota": ("shape", "dimension", "dtype"),
    **dict.fromkeys(("reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_sum"), ("axes",)),
    "reshape": ("new_sizes",),
    "slice": ("start_indices", "limit_indices", "strides"),
    "split": ("sizes", "axis"),
    "squeeze": ("dimensions",),
    "transpose": ("permutation",),
}


# ---- tracing ----


def traced(model: keras.Model, other: Sequence[Any]) -> Program:
    """Trace what a network does when it forecasts.

    Parameters
    ----------
    model : keras.Model
        dict of inputs -> one output; its weights need no values.
    other : sequence of array
        Values of the variables that are not trained.

    Raises
    ------
    UntraceableError
        It does something that no operation here stands for.
    """
    import jax
    from jax import export

    (batch,) = export.symbolic_shape(BATCH)
    weights = [jax.ShapeDtypeStruct(tuple(each.shape), each.dtype) for each in model.trainable_variables]
    inputs = {name: jax.ShapeDtypeStruct((batch, *each.shape[1:]), each.dtype) for name, each in model.input.items()}

    def forward(weights: list[Any], *values: Any) -> Any:  # noqa: ANN401
        named = dict(zip(inputs, values, strict=True))
        return model.stateless_call(weights, other, named, training=False)[0]

    try:
        closed = jax.make_jaxpr(forward)(weights, *inputs.values())
    except Exception as problem:  # what a user's network raises with an unknown number of rows is theirs to choose
        raise UntraceableError(f"not for any number of rows: {problem}") from problem
    return _Tracer().program(closed, [each.shape for each in weights], tuple(inputs))


class _Tracer:
    """From JAX's operations to ours; calls within calls become one list."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.constants: dict[int, Any] = {}
        self.count = 0

    def program(self, closed: Any, shapes: list[tuple[int, ...]], inputs: tuple[str, ...]) -> Program:  # noqa: ANN401
        given = [self._place() for _ in closed.jaxpr.invars]
        return self._finished(self._body(closed.jaxpr, closed.consts, given), shapes, inputs)

    def _finished(self, output: list[int], shapes: list[tuple[int, ...]], inputs: tuple[str, ...]) -> Program:
        """Leave out what the output does not need: initial weights, above all."""
        needed, kept = set(output), []
        for operation in reversed(self.operations):
            if needed.isdisjoint(operation.results):
                continue
            if operation.name not in OPERATIONS:
                raise UntraceableError(f"operation {operation.name!r}")
            needed.update(operation.arguments)
            kept.append(operation)
        constants = {place: np.asarray(value) for place, value in self.constants.items() if place in needed}
        if any(value.size > LARGEST_CONSTANT for value in constants.values()):
            raise UntraceableError("a large constant")
        return Program(inputs, shapes, constants, tuple(reversed(kept)), tuple(output))

    def _place(self) -> int:
        self.count += 1
        return self.count - 1

    def _body(self, jaxpr: Any, consts: Sequence[Any], given: Sequence[int]) -> list[int]:  # noqa: ANN401
        """Append the operations of a jaxpr; return the places of its results."""
        places: dict[Any, int] = dict(zip(jaxpr.invars, given, strict=True))
        for variable, value in zip(jaxpr.constvars, consts, strict=True):
            places[variable] = self._place()
            self.constants[places[variable]] = value

        def place(atom: Any) -> int:  # noqa: ANN401
            if not hasattr(atom, "val"):
                return places[atom]
            constant = self._place()
            self.constants[constant] = np.asarray(atom.val, atom.aval.dtype)
            return constant

        for equation in jaxpr.eqns:
            arguments = [place(atom) for atom in equation.invars]
            places.update(zip(equation.outvars, self._results(equation, arguments), strict=True))
        return [place(atom) for atom in jaxpr.outvars]

    def _results(self, equation: Any, arguments: list[int]) -> list[int]:  # noqa: ANN401
        inner = equation.params.get("jaxpr") or equation.params.get("call_jaxpr")
        if inner is not None and equation.primitive.name != "scan":
            return self._body(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), arguments)
        name, settings = self._settings(equation)
        results = [self._place() for _ in equation.outvars]
        self.operations.append(Operation(name, tuple(arguments), tuple(results), settings))
        return results

    def _settings(self, equation: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401
        """Return our name of an operation and its settings; a name not in OPERATIONS where there is none."""
        name, settings = equation.primitive.name, equation.params
        if name == "gather":
            return _gather(equation)
        if name == "pad":
            padding = [(int(before), int(after)) for before, after, _ in settings["padding_config"]]
            plain = all(between == 0 for *_, between in settings["padding_config"]) and np.min(padding) >= 0
            return ("pad", {"padding": padding}) if plain else ("pad of another kind", {})
        if name == "scan":
            inner = settings["jaxpr"]
            body = _Tracer().program(inner, [()] * len(inner.jaxpr.invars), ())
            kept = {key: settings[key] for key in ("num_consts", "num_carry", "length", "reverse")}
            return "scan", {**kept, "body": body}
        if name in ("and", "or", "not") and equation.invars[0].aval.dtype != bool:
            return f"bitwise {name}", {}
        return name, {key: _as_json(settings[key]) for key in KEPT_SETTINGS.get(name, ())}


def _gather(equation: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401
    """Tell the two kinds that networks have: rows of a table by code, and a window at one place."""
    numbers, sizes = equation.params["dimension_numbers"], equation.params["slice_sizes"]
    table, codes = (each.aval for each in equation.invars)
    plain = not numbers.operand_batching_dims
    by_row = (*numbers.collapsed_slice_dims,) == (0,) == (*numbers.start_index_map,)
    last = tuple(range(len(codes.shape) - 1, len(codes.shape) + len(table.shape) - 2))
    if plain and by_row and (*sizes[1:],) == (*table.shape[1:],) and (*numbers.offset_dims,) == last:
        return "taken", {}
    if plain and len(codes.shape) == 1:
        squeezed, axes = list(numbers.collapsed_slice_dims), list(numbers.start_index_map)
        return "window", {"sizes": _as_json(sizes), "axes": axes, "squeezed": squeezed}
    return "gather of another kind", {}


def _as_json(value: Any) -> Any:  # noqa: ANN401
    """Return a setting as numbers, text and lists; the symbolic number of rows as its name."""
    if isinstance(value, tuple | list):
        return [_as_json(each) for each in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return np.dtype(value).name
    return str(value)
