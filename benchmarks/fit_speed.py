"""The fused training loop beside `keras.Model.fit`: one network, the same games, the same batches, one process.

    python benchmarks/fit_speed.py runs/games.parquet --network transformer

Both are timed after what compiles has compiled. What favours `fit`: the tokens that it reads are put together
beforehand, and it averages no weights; the fused loop does both in every step.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from shared import add_games, games_of, markdown

from gatecast.games import Games
from gatecast.networks import NETWORKS, network
from gatecast.networks.signature import Signature
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train import TrainingSettings
from gatecast.train.samples import Samples, known_at_leads, training_games, training_samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--network", action="append", choices=NETWORKS, help="once or more; all if not given")
    parser.add_argument("--through", type=int, help="last season to train on")
    parser.add_argument("--epochs", type=int, default=3, help="epochs timed of each, after one to compile")
    arguments = parser.parse_args()
    samples, signature = prepared(games_of(arguments.games), arguments.through)
    rows: list[list[object]] = []
    for name in arguments.network or NETWORKS:
        fused = fused_seconds(name, samples, signature, arguments.epochs)
        fitted = fit_seconds(name, samples, signature, arguments.epochs)
        rows.append([name, f"{fused:.2f}", f"{fitted:.2f}", f"{fitted / fused:.1f}"])
    batch, steps = plan(samples)
    print(f"{samples.games:,} games, {steps} steps of {batch} games; seconds an epoch, median of {arguments.epochs}\n")
    print(markdown(["network", "fused loop", "model.fit", "times as fast"], rows))


def prepared(games: Games, through: int | None) -> tuple[Samples, Signature]:
    """Return what the networks are trained on, and the sizes of their inputs."""
    preparation, chosen = Preparation(games), training_games(games, through=through)
    known = known_at_leads(preparation, chosen)
    encoding = Encoding.fit(known)
    samples = training_samples(preparation, encoding, known, chosen, half_life=TrainingSettings().half_life)
    return samples, Signature(**encoding.sizes)


def plan(samples: Samples) -> tuple[int, int]:
    """Batch and steps of an epoch."""
    batch = min(TrainingSettings().batch, samples.games)
    return batch, samples.games // batch


def fused_seconds(name: str, samples: Samples, signature: Signature, epochs: int) -> float:
    import jax

    from gatecast.train.loop import Loop

    settings = TrainingSettings()
    batch, steps = plan(samples)
    model = network(name)(signature, 0)
    loop = Loop(
        model,
        steps=steps,
        epochs=epochs + 1,
        batch=batch,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
    )
    data, state, key = jax.device_put(samples.arrays()), loop.start(model), jax.random.key(0)

    def epoch(number: int) -> None:
        nonlocal state
        state, _ = loop.epoch(state, data, jax.random.fold_in(key, number))

    return timed(epoch, epochs)


def fit_seconds(name: str, samples: Samples, signature: Signature, epochs: int) -> float:
    import keras
    import numpy as np

    from gatecast.prepare.tokens import network_inputs
    from gatecast.train.loop import censored_crps

    settings = TrainingSettings()
    batch, steps = plan(samples)
    model, used = network(name)(signature, 0), batch * steps
    optimizer = keras.optimizers.AdamW(settings.learning_rate, weight_decay=settings.weight_decay, global_clipnorm=1.0)

    def loss(attended: Any, parameters: Any) -> Any:
        return censored_crps(parameters, attended[:, 0])

    model.compile(optimizer, loss)
    rows = {key: values[:used] for key, values in samples.inputs.items()}
    inputs = network_inputs(rows, samples.tables, model.input, np)
    attended, weights = samples.attended[:used, None], samples.weights[:used]
    return timed(
        lambda _: model.fit(inputs, attended, sample_weight=weights, batch_size=batch, verbose=0) and None, epochs
    )


def timed(epoch: Callable[[int], None], epochs: int) -> float:
    """Median seconds of a call, the first left out."""
    seconds = []
    for number in range(epochs + 1):
        begin = time.perf_counter()
        epoch(number)
        seconds.append(time.perf_counter() - begin)
    return median(seconds[1:])


if __name__ == "__main__":
    main()
