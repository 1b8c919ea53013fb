"""The feedforward network: embeddings of numbers and of names, and residual blocks."""

from __future__ import annotations

import keras

from gatecast.networks.head import demand_head
from gatecast.networks.layers import EntityEmbedding, PeriodicEmbedding, residual_block
from gatecast.networks.signature import CODES, FLAGS, LEVELS, NUMERIC, Signature

__all__ = ["feedforward", "query_embedding", "query_inputs"]


def query_inputs(signature: Signature) -> dict[str, keras.KerasTensor]:
    """The inputs of a network, by name."""
    sizes = {NUMERIC: signature.numeric, FLAGS: signature.flags, LEVELS: signature.levels}
    inputs = {name: keras.Input((size,), name=name) for name, size in sizes.items()}
    inputs[CODES] = keras.Input((len(signature.vocabularies),), dtype="int32", name=CODES)
    return inputs


def query_embedding(
    inputs: dict[str, keras.KerasTensor], signature: Signature, seed: int, hidden: float
) -> keras.KerasTensor:
    """Everything known of the query as one vector, shape (batch, width)."""
    parts = [inputs[NUMERIC], inputs[FLAGS], inputs[LEVELS]]
    if signature.numeric:
        parts.append(PeriodicEmbedding(seed)(inputs[NUMERIC]))
    for i, vocabulary in enumerate(signature.vocabularies):
        embedding = EntityEmbedding(vocabulary, seed + 10 + i, hidden=hidden if signature.identities[i] else 0.0)
        parts.append(embedding(inputs[CODES][:, i]))
    return keras.layers.Concatenate()(parts)


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
    initializer = keras.initializers.GlorotUniform(seed)
    trunk = keras.layers.Dense(width, kernel_initializer=initializer)(query_embedding(inputs, signature, seed, hidden))
    for i in range(blocks):
        trunk = residual_block(trunk, width, dropout, seed + 100 + 10 * i)
    trunk = keras.layers.LayerNormalization()(trunk)
    return keras.Model(inputs, demand_head(trunk, inputs, signature), name="feedforward")
