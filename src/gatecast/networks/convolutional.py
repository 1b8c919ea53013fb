"""The convolutional network: gated causal convolutions over past games."""

from __future__ import annotations

import keras
from keras import ops

from gatecast.networks.initializers import glorot_uniform
from gatecast.networks.layers import PastGamesDense, gelu, history_inputs, query_inputs
from gatecast.networks.pooled import pooled_demand
from gatecast.networks.signature import HOME_GAMES, HOME_LEVELS, ROAD_GAMES, ROAD_LEVELS, Signature

__all__ = ["convolutional"]


def convolutional(
    signature: Signature,
    seed: int,
    *,
    width: int = 192,
    channels: int = 32,
    dilations: tuple[int, ...] = (1, 3, 9),
    heads: int = 4,
    blocks: int = 2,
    dropout: float = 0.2,
    hidden: float = 0.15,
) -> keras.Model:
    """Build the convolutional network.

    Each past game is read together with those before it, ever further back; the query then pools what was read.

    Parameters
    ----------
    signature : Signature
    seed : int
        Of the initial weights and of the dropout.
    width, channels : int
        Sizes of the query's vector and of an encoded game's; half as many channels for the road games.
    dilations : tuple of int
        Distance in games between the two that each convolution reads; half as many convolutions for the road games.
    heads : int
        Poolings of the club's home games; half as many of the road games.
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
    home = _encoded(inputs[HOME_GAMES], inputs[HOME_LEVELS], channels, dilations, seed + 100)
    near = dilations[: max(len(dilations) // 2, 1)]
    road = _encoded(inputs[ROAD_GAMES], inputs[ROAD_LEVELS], channels // 2, near, seed + 200)
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
    return keras.Model(inputs, out, name="convolutional")


def _encoded(
    games: keras.KerasTensor, levels: keras.KerasTensor, channels: int, dilations: tuple[int, ...], seed: int
) -> keras.KerasTensor:
    """Return gated convolutions (Dauphin et al. 2017), dilated (van den Oord et al. 2016); zero where there is no game.

    Shape: games (batch, length, figures), levels (batch, length) -> (batch, length, channels).
    """

    there = ops.expand_dims(ops.cast(levels >= 0, games.dtype), -1)
    encoded = PastGamesDense(channels, gelu, kernel_initializer=glorot_uniform(seed))(games) * there
    for i, dilation in enumerate(dilations):
        # Two taps as one matrix product: inside a compiled loop on a CPU it is many times as fast as Conv1D.
        before = ops.pad(encoded, ((0, 0), (dilation, 0), (0, 0)))[:, : encoded.shape[1]]
        convolution = PastGamesDense(2 * channels, kernel_initializer=glorot_uniform(seed + 2 * i + 1))
        value, gate = ops.split(convolution(ops.concatenate([before, encoded], axis=-1)), 2, axis=-1)
        gated = value * ops.sigmoid(gate)
        step = PastGamesDense(channels, kernel_initializer=glorot_uniform(seed + 2 * i + 2))(gated)
        encoded = encoded + step * there
    return encoded
