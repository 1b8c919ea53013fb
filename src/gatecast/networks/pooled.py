"""Attention pooling and demand head shared by the recurrent and the convolutional network."""

from __future__ import annotations

import dataclasses

import keras

from gatecast.networks.initializers import glorot_uniform
from gatecast.networks.layers import HistoryAttention, demand_head, query_embedding, residual_block
from gatecast.networks.signature import HOME_LEVELS, PAST_LEVELS, ROAD_LEVELS, Signature

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
    """Return demand from encoded past games, pooled by attention and refined in residual blocks.

    The weights of the pooling also average past attendance, and the head may start from those averages.

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
        Poolings of the club's home games; half as many of the road games.
    blocks : int
    dropout, hidden : float
        Shares of inner units, and of identities, hidden in training.

    Returns
    -------
    tensor, shape (batch, 4)
        Parameters of demand.
    """

    def dense(place: int) -> keras.layers.Dense:
        return keras.layers.Dense(width, kernel_initializer=glorot_uniform(seed + place))

    query = dense(1)(query_embedding(inputs, signature, seed, hidden))
    normalised = keras.layers.LayerNormalization()(query)
    home_levels, road_levels = inputs[HOME_LEVELS][:, -home.shape[1] :], inputs[ROAD_LEVELS][:, -road.shape[1] :]
    home_context, home_level = HistoryAttention(heads, seed + 2000)(normalised, home, home_levels)
    road_context, road_level = HistoryAttention(max(heads // 2, 1), seed + 2001)(normalised, road, road_levels)
    context = keras.layers.Concatenate()([home_context, road_context, home_level, road_level])
    context = keras.layers.Dropout(dropout, seed=seed + 2002)(context)
    query = keras.layers.Add()([query, dense(2003)(context)])
    for i in range(blocks):
        query = residual_block(query, width, dropout, seed + 3000 + 10 * i)
    levels = keras.layers.Concatenate()([inputs[PAST_LEVELS], home_level])
    widened = dataclasses.replace(signature, levels=levels.shape[1])
    return demand_head(keras.layers.LayerNormalization()(query), {**inputs, PAST_LEVELS: levels}, widened)
