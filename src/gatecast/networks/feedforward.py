"""The feedforward network: embeddings of numbers and of names, and residual blocks."""

from __future__ import annotations

import keras

from gatecast.networks.initializers import glorot_uniform
from gatecast.networks.layers import demand_head, query_embedding, query_inputs, residual_block
from gatecast.networks.signature import Signature

__all__ = ["feedforward"]


def feedforward(
    signature: Signature, seed: int, *, width: int = 192, blocks: int = 2, dropout: float = 0.2, hidden: float = 0.15
) -> keras.Model:
    """Build the feedforward network.

    Parameters
    ----------
    signature : Signature
    seed : int
        Of the initial weights and of the dropout.
    width, blocks : int
        Size and number of the residual blocks.
    dropout : float
        Share of inner units dropped in training.
    hidden : float
        Share of identities hidden in training.

    Returns
    -------
    keras.Model
        dict of inputs -> parameters of demand, shape (batch, 4).
    """
    inputs = query_inputs(signature)
    initializer = glorot_uniform(seed)
    trunk = keras.layers.Dense(width, kernel_initializer=initializer)(query_embedding(inputs, signature, seed, hidden))
    for i in range(blocks):
        trunk = residual_block(trunk, width, dropout, seed + 100 + 10 * i)
    trunk = keras.layers.LayerNormalization()(trunk)
    return keras.Model(inputs, demand_head(trunk, inputs, signature), name="feedforward")
