"""The recurrent network: a gated recurrent unit reads the past games in their order."""

from __future__ import annotations

import keras

from gatecast.networks.initializers import glorot_uniform
from gatecast.networks.layers import history_inputs, query_inputs
from gatecast.networks.pooled import pooled_demand
from gatecast.networks.signature import HOME_GAMES, HOME_LEVELS, ROAD_GAMES, ROAD_LEVELS, Signature

__all__ = ["recurrent"]


def recurrent(
    signature: Signature,
    seed: int,
    *,
    width: int = 192,
    units: int = 48,
    longest: int = 48,
    heads: int = 4,
    blocks: int = 2,
    dropout: float = 0.2,
    hidden: float = 0.15,
) -> keras.Model:
    """Build the recurrent network.

    Parameters
    ----------
    signature : Signature
    seed : int
        Of the initial weights and of the dropout.
    width, units : int
        Sizes of the query's vector and of the state; half as many units for the road games.
    longest : int
        At most this many of the latest games are read.
    heads : int
        Poolings of the states over the club's home games; half as many over the road games.
    blocks : int
        Residual blocks after the pooling.
    dropout, hidden : float
        Shares of inner units, and of identities, hidden in training.

    Returns
    -------
    keras.Model
        dict of inputs -> parameters of demand, shape (batch, 4).
    """
    inputs = {**query_inputs(signature), **history_inputs(signature)}
    home = _states(inputs[HOME_GAMES][:, -longest:], inputs[HOME_LEVELS][:, -longest:], units, seed + 100)
    road = _states(inputs[ROAD_GAMES][:, -longest:], inputs[ROAD_LEVELS][:, -longest:], units // 2, seed + 200)
    out = pooled_demand(
        inputs,
        signature,
        home,
        road,
        seed=seed,
        width=width,
        heads=heads,
        blocks=blocks,
        dropout=dropout,
        hidden=hidden,
    )
    return keras.Model(inputs, out, name="recurrent")


def _states(games: keras.KerasTensor, levels: keras.KerasTensor, units: int, seed: int) -> keras.KerasTensor:
    """Return states of a gated recurrent unit (Cho et al. 2014) after each game, skipping missing ones.

    Shape: games (batch, length, figures), levels (batch, length) -> (batch, length, units).
    """
    unit = keras.layers.GRU(
        units,
        return_sequences=True,
        kernel_initializer=glorot_uniform(seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed + 1),
        seed=seed + 2,
    )
    return unit(games, mask=levels >= 0)
