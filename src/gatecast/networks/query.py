"""What is known of the game itself: inputs, and their embedding as one vector."""

from __future__ import annotations

import keras

from gatecast.networks.layers import EntityEmbedding, PeriodicEmbedding
from gatecast.networks.signature import CODES, FLAGS, LEVELS, NUMERIC, Signature

__all__ = ["query_embedding", "query_inputs"]


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
