"""The transformer: the game is the query, past games are the tokens it attends to."""

from __future__ import annotations

import dataclasses

import keras
from keras import ops

from gatecast.networks.initializers import glorot_uniform
from gatecast.networks.layers import (
    HistoryAttention,
    PastGamesDense,
    demand_head,
    gelu,
    history_inputs,
    query_embedding,
    query_inputs,
    residual_block,
)
from gatecast.networks.signature import HOME_GAMES, HOME_LEVELS, PAST_LEVELS, ROAD_GAMES, ROAD_LEVELS, Signature

__all__ = ["transformer"]


def transformer(
    signature: Signature,
    seed: int,
    *,
    width: int = 192,
    tokens: int = 64,
    heads: int = 6,
    blocks: int = 1,
    waves: int = 3,
    rectified: bool = True,
    dropout: float = 0.35,
    hidden: float = 0.15,
) -> keras.Model:
    """Build the transformer.

    Each block attends to the club's home games and to the visitor's road games, then passes the result through a
    residual block. The weights of attention also average past attendance, and the head may start from those averages,
    so that they reach the forecast unchanged.

    Parameters
    ----------
    signature : Signature
    seed : int
        Of the initial weights and of the dropout.
    width, tokens : int
        Sizes of the query's vector and of a token's.
    heads : int
        Attention heads over the club's home games; half as many over the road games.
    blocks : int
    waves : int
        Figures of each number's periodic embedding.
    rectified : bool
        True for a rectifier on tokens, which is faster; False for the Gaussian error linear unit of version 0.1.
    dropout, hidden : float
        Shares of inner units, and of identities, hidden in training.

    Returns
    -------
    keras.Model
        dict of inputs -> parameters of demand, shape (batch, 4).
    """

    def dense(units: int, place: int) -> keras.layers.Dense:
        return keras.layers.Dense(units, kernel_initializer=glorot_uniform(seed + place))

    inputs = {**query_inputs(signature), **history_inputs(signature)}
    query = dense(width, 1)(query_embedding(inputs, signature, seed, hidden, waves=waves))
    unit = ops.relu if rectified else gelu
    home = PastGamesDense(tokens, unit, kernel_initializer=glorot_uniform(seed + 2))(inputs[HOME_GAMES])
    road = PastGamesDense(tokens // 2, unit, kernel_initializer=glorot_uniform(seed + 3))(inputs[ROAD_GAMES])
    retrieved = []
    for i in range(blocks):
        place = 1000 * (i + 1)
        normalised = keras.layers.LayerNormalization()(query)
        home_context, home_level = HistoryAttention(heads, seed + place)(normalised, home, inputs[HOME_LEVELS])
        road_context, road_level = HistoryAttention(max(heads // 2, 1), seed + place + 1)(
            normalised, road, inputs[ROAD_LEVELS]
        )
        context = keras.layers.Concatenate()([home_context, road_context, home_level, road_level])
        context = keras.layers.Dropout(dropout, seed=seed + place + 2)(context)
        query = keras.layers.Add()([query, dense(width, place + 3)(context)])
        query = residual_block(query, width, dropout, seed + place + 4)
        retrieved.append(home_level)
    levels = keras.layers.Concatenate()([inputs[PAST_LEVELS], *retrieved])
    widened = dataclasses.replace(signature, levels=levels.shape[1])
    out = demand_head(keras.layers.LayerNormalization()(query), {**inputs, PAST_LEVELS: levels}, widened)
    return keras.Model(inputs, out, name="transformer")
