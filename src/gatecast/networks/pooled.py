"""From encoded past games to demand: what networks share that encode past games in their order."""

from __future__ import annotations

import dataclasses

import keras

from gatecast.networks.layers import HistoryAttention, demand_head, query_embedding, residual_block
from gatecast.networks.signature import HOME_LEVELS, LEVELS, ROAD_LEVELS, Signature

__all__ = ["pooled_demand"]


def pooled_demand(
    inputs: dict[str, keras.KerasTensor],
    signature: Signature,
    home: keras.KerasTensor,
    road: keras.KerasTensor,
    *,
    seed: int,
    width: int,
    heads: int,
    blocks: int,
    dropout: float,
    hidden: float,
) -> keras.KerasTensor:
    """Pool encoded past attendance as the query asks for, and refine the result in residual blocks.

    The weights of the pooling also average past attendance itself, and the head may start from those averages.

    Parameters
    ----------
    inputs : dict of tensors
        Those of the query and of the histories.
    signature : Signature
    home, road : tensor, shape (batch, length, channels)
        The latest games of each history, encoded; `length` may be less than the signature's.
    seed : int
    width : int
        Size of the query's vector.
    heads : int
        Poolings of the club's past games; half as many of the visitor's road games.
    blocks : int
    dropout, hidden : float
        Shares of inner units, and of identities, hidden in training.

    Returns
    -------
    tensor, shape (batch, 4)
        Parameters of demand.
    """

    def dense(place: int) -> keras.layers.Dense:
        return keras.layers.Dense(width, kernel_initializer=keras.initializers.GlorotUniform(seed + place))

    query = dense(1)(query_embedding(inputs, signature, seed, hidden))
    asked = keras.layers.LayerNormalization()(query)
    home_levels, road_levels = inputs[HOME_LEVELS][:, -home.shape[1] :], inputs[ROAD_LEVELS][:, -road.shape[1] :]
    seen, level = HistoryAttention(heads, seed + 2000)(asked, home, home_levels)
    drawn, draw = HistoryAttention(max(heads // 2, 1), seed + 2001)(asked, road, road_levels)
    found = keras.layers.Concatenate()([seen, drawn, level, draw])
    found = keras.layers.Dropout(dropout, seed=seed + 2002)(found)
    query = keras.layers.Add()([query, dense(2003)(found)])
    for i in range(blocks):
        query = residual_block(query, width, dropout, seed + 3000 + 10 * i)
    levels = keras.layers.Concatenate()([inputs[LEVELS], level])
    widened = dataclasses.replace(signature, levels=levels.shape[1])
    return demand_head(keras.layers.LayerNormalization()(query), {**inputs, LEVELS: levels}, widened)
