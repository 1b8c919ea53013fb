"""Keras networks of one signature: what is known of a query in, the parameters of its demand out.

Every network is a function `(Signature, seed) -> keras.Model`. A further one plugs in by an entry in `NETWORKS`.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gatecast.errors import GatecastError, InputError

if TYPE_CHECKING:
    import keras

    from gatecast.networks.signature import Signature

__all__ = [
    "AUTO",
    "DEFAULT_NETWORK",
    "FORMER_SETTINGS",
    "NEEDS_NO_TRAINING",
    "NETWORKS",
    "PRETRAINED",
    "SINGLE_METHODS",
    "TRAINS_FROM_GAMES",
    "chosen_network",
    "import_keras_without",
    "network",
    "network_choices",
    "require_jax",
]

BACKEND = "jax"
_not_for_keras: tuple[str, ...] = ()
if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = BACKEND

NETWORKS = {
    "feedforward": "gatecast.networks.feedforward:feedforward",
    "convolutional": "gatecast.networks.convolutional:convolutional",
    "recurrent": "gatecast.networks.recurrent:recurrent",
    "transformer": "gatecast.networks.transformer:transformer",
}
"""Each network's definition by name: `module:function`, imported when it is first used."""
FORMER_SETTINGS: dict[str, tuple[dict[str, int], ...]] = {
    "transformer": ({"heads": 4, "blocks": 2, "waves": 6, "rectified": False}, {"waves": 6, "rectified": False})
}
"""Settings with which saved models were trained, those of version 0.1 first, where they differ from those of now; told
apart by the shapes of their weights."""
DEFAULT_NETWORK = "transformer"
"""The one with the lowest errors on the seasons that the networks were compared on (docs/networks.md)."""
PRETRAINED = "pretrained"
"""Stands for the network that comes trained, weighed against simple rules on the table's own past."""
AUTO = "auto"
"""Stands for the pretrained network on fewer than `TRAINS_FROM_GAMES` games, and for the default one on more."""
SINGLE_METHODS = {
    "pretrained-alone": "network",
    "trees": "trees",
    "weekday-month": "least_squares",
    "weekday-mean": "weekday_mean",
    "last-weekday-mean": "last_weekday_mean",
    "season-mean": "season_mean",
    "last-season-mean": "last_season_mean",
    "latest-games": "regression_recent",
}
"""Methods that `PRETRAINED` combines and that can be chosen alone, as `gatecast.forecast.combination` names them."""
NEEDS_NO_TRAINING = (PRETRAINED, *SINGLE_METHODS)
"""Methods of which nothing is trained before a forecast."""
TRAINS_FROM_GAMES = 10_000
"""Games from which on a table is forecast by a network of its own."""


def network_choices() -> tuple[str, ...]:
    """Return every name that `--network` takes: those of `NETWORKS` and what needs no training, and `AUTO`."""
    return (*NETWORKS, PRETRAINED, AUTO, *SINGLE_METHODS)


def chosen_network(name: str, games: int) -> str:
    """Return the network that a name stands for on so many past games.

    Examples
    --------
    >>> chosen_network("auto", 162), chosen_network("auto", 50_000), chosen_network("recurrent", 162)
    ('pretrained', 'transformer', 'recurrent')
    """
    return (PRETRAINED if games < TRAINS_FROM_GAMES else DEFAULT_NETWORK) if name == AUTO else name


def network(name: str) -> Callable[[Signature, int], keras.Model]:
    """Return the function that builds the network of that name.

    Raises
    ------
    InputError
        There is no network of that name.
    GatecastError
        Keras was imported before, on another backend than JAX.
    """
    if name not in NETWORKS:
        raise InputError(f"network: got {name!r}, expected one of {', '.join(NETWORKS)}")
    require_jax()
    module, function = NETWORKS[name].split(":")
    built: Callable[[Signature, int], keras.Model] = getattr(importlib.import_module(module), function)
    return built


def require_jax() -> None:
    """Import Keras; raise GatecastError unless it runs on JAX."""
    with _unseen(() if "keras" in sys.modules else _not_for_keras):
        import keras

    if keras.backend.backend() != BACKEND:
        raise GatecastError(
            f"Keras: got the {keras.backend.backend()} backend, expected {BACKEND}; import gatecast before keras, "
            f"or set KERAS_BACKEND={BACKEND}"
        )


def import_keras_without(*packages: str) -> None:
    """Let Keras, once it is imported, not see some packages that it would import for wrappers of its own.

    It takes scikit-learn and pandas where they are installed, which can cost more time than Keras itself. For
    processes of our own only: whoever uses Keras beside gatecast may want those wrappers.
    """
    global _not_for_keras  # noqa: PLW0603
    _not_for_keras = packages


@contextmanager
def _unseen(packages: tuple[str, ...]) -> Iterator[None]:
    """Hide packages that are not imported yet from imports within this context."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
