"""Train the networks that come with gatecast: on real games through a season, and on leagues that never were.

    gatecast collect retrosheet gl*.zip gameinfo.csv --out games.parquet
    python tools/pretrain.py source games.parquet --out work/games.npz
    python tools/pretrain.py samples work/games.npz --out work --jobs 16
    python tools/pretrain.py train work
    python tools/pretrain.py pack work

`source` writes the games as plain arrays. `samples` draws clubs and leagues of each spell of seasons, and simulated
ones, cuts each history at random, hides columns at random, and keeps what the network would be shown of games that
followed. `train` trains three members of each set of weights and, with `--ablations`, of those without simulated
leagues; on a GPU a set takes under a minute. `pack` writes the sets into the package, in half precision, with what each
has seen. NumPy, SciPy and JAX are enough for `samples` and `train`.

The information used here was obtained free of charge from and is copyrighted by Retrosheet. Interested parties may
contact Retrosheet at "www.retrosheet.org".
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pretraining_contexts import FIRST_SEASON, Drawn, Random, Source, one_club, one_league, simulated, write_source
from scipy.special import ndtri

from gatecast.networks.in_context import in_context, initial_weights, log_quantiles
from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import CANDIDATES, FEATURES, FIGURES

SIMULATED = "simulated"
POOLS = {SIMULATED: None, "1995-2002": 2002, "1995-2010": 2010, "1995-2022": 2022}
"""Last season of the real games in each pool of samples."""
SETS = {
    SIMULATED: ((SIMULATED,), None),
    "majors-1995-2002": ((SIMULATED, "1995-2002"), "2002-09-29"),
    "majors-1995-2010": ((SIMULATED, "1995-2002", "1995-2010"), "2010-10-03"),
    "majors-1995-2022": ((SIMULATED, "1995-2002", "1995-2010", "1995-2022"), "2022-10-05"),
}
"""Pools that each set of weights learns from, and the last day of a real game in them."""
MEMBERS = 3
CLUB_SHARE = 0.5
"""Share of the real contexts that are one club's; the others are leagues."""
CHUNK = 25_000
MOST_APART = 2.5
"""Attendance so many logarithms from the level is no game like others."""
LEVELS = np.array([0.02, 0.05, 0.1, 0.175, 0.25, 0.33, 0.42, 0.5, 0.58, 0.67, 0.75, 0.825, 0.9, 0.95, 0.98])
SIZE = {"width": 128, "hidden": 256, "blocks": 2}


# ---- samples ----


@cache
def _source(path: Path, last: int) -> Source:
    return Source.of(path, FIRST_SEASON, last)


def drawn(draw: Random, source: Source | None) -> Drawn | None:
    """One context."""
    if source is None:
        return simulated(draw)
    return one_club(draw, source) if draw.random() < CLUB_SHARE else one_league(draw, source)


def shown(context: Drawn) -> dict[str, npt.NDArray[Any]]:
    """What the network is shown, what came, and the most that can come, all relative to the club's level."""
    games, rows, cutoffs = context
    contexts = ClubContexts(games)
    inputs = contexts.at(rows, cutoffs)
    most = np.full(len(rows), np.inf)
    for home, venue in {*zip(games.home[rows].tolist(), games.venue[rows].tolist(), strict=True)}:
        past = contexts.clubs[home].past
        mine = np.flatnonzero((games.home[rows] == home) & (games.venue[rows] == venue))
        largest = np.maximum.accumulate(np.r_[0.0, np.where(past.venue == venue, past.attendance, 0.0)])
        seats = games.seats[rows[mine]]
        held = largest[contexts.clubs[home].count_until(cutoffs[mine])]
        most[mine] = np.where(np.isfinite(seats), np.maximum(seats, held), np.inf)
    came = np.log(np.maximum(games.attendance[rows], 1.0)) - inputs.club_level
    used = np.isfinite(came) & (np.abs(came) < MOST_APART)
    return {
        "features": inputs.features[used].astype(np.float16),
        "candidates": inputs.candidates[used].astype(np.float16),
        "tokens": inputs.tokens[used].astype(np.float16),
        "came": came[used].astype(np.float32),
        "most": np.minimum(np.log(most) - inputs.club_level, 9.0)[used].astype(np.float32),
    }


def write_chunk(games: Path, out: Path, pool: str, seed: int) -> Path:
    """Write one chunk of samples of a pool."""
    last = POOLS[pool]
    source = None if last is None else _source(games, last)
    draw, parts, count = np.random.default_rng([list(POOLS).index(pool), seed]), [], 0
    while count < CHUNK:
        context = drawn(draw, source)
        if context is not None and len(context[1]):
            parts.append(shown(context))
            count += len(parts[-1]["came"])
    path = out / pool / f"{seed:04}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part.npz")
    np.savez(draft, **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    draft.replace(path)
    return path


def write_samples(games: Path, out: Path, pools: Sequence[str], chunks: int, jobs: int) -> None:
    """Write chunks of every pool, the pools in turn, so that what there is when it is stopped is of all of them."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        futures = [
            workers.submit(write_chunk, games, out, pool, seed)
            for seed in range(chunks)
            for pool in pools
            if not (out / pool / f"{seed:04}.npz").exists()
        ]
        for done, future in enumerate(futures, 1):
            print(f"{future.result()} ({done} of {len(futures)})", flush=True)


# ---- training ----


def train(
    folder: Path, out: Path, pools: Sequence[str], *, seeds: Sequence[int], epochs: int, rate: float, batch: int
) -> None:
    """Train the members of one set, and write the weights of each."""
    from safetensors.numpy import save_file

    chunks = [path for pool in pools for path in sorted((folder / pool).glob("[0-9][0-9][0-9][0-9].npz"))]
    parts = [dict(np.load(path)) for path in chunks]
    data = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    del parts
    out.mkdir(parents=True, exist_ok=True)
    first = [fresh(seed) for seed in seeds]
    for seed, weights in adamw(data, first, _loss, seeds=seeds, epochs=epochs, rate=rate, batch=batch, name=out.name):
        save_file(weights, out / f"{seed}.safetensors")


def adamw(
    data: dict[str, npt.NDArray[Any]],
    first: Sequence[dict[str, npt.NDArray[np.float32]]],
    loss_of: Callable[[Any, Any], Callable[[Any, Any, Any], Any]],
    *,
    seeds: Sequence[int],
    epochs: int,
    rate: float,
    batch: int,
    name: str,
) -> Iterator[tuple[int, dict[str, npt.NDArray[np.float32]]]]:
    """Train members side by side with AdamW along a cosine, and return the running average of each one's weights."""
    import jax
    import jax.numpy as jnp

    data = {column: jnp.asarray(values) for column, values in data.items()}
    rows = len(data["came"])
    steps = epochs * (rows // batch)
    weights = {part: jnp.stack([each[part] for each in first]) for part in first[0]}
    zeros = {part: jnp.zeros_like(value) for part, value in weights.items()}
    state = (weights, zeros, zeros, weights)
    several = _steps(jax, jnp, loss_of(jnp, jax.random), rate=rate, steps=steps)
    draws = [np.random.default_rng(seed) for seed in seeds]
    keys = jnp.stack([jax.random.PRNGKey(seed) for seed in seeds])
    done = 0
    for epoch in range(epochs):
        order = np.stack([draw.permutation(rows)[: rows // batch * batch].reshape(-1, batch) for draw in draws], axis=1)
        state, losses = several(state, data, jnp.asarray(order, jnp.int32), done, keys)
        done += len(order)
        print(f"{name}: epoch {epoch + 1} of {epochs}, {rows} rows, loss {float(losses.mean()):.4f}", flush=True)
    for i, seed in enumerate(seeds):
        yield seed, {part: np.asarray(value[i]) for part, value in state[3].items()}


def fresh(seed: int) -> dict[str, npt.NDArray[np.float32]]:
    """Initial weights of the size that is trained."""
    return initial_weights(seed, features=len(FEATURES), candidates=len(CANDIDATES), figures=FIGURES, **SIZE)


def _steps(jax: Any, jnp: Any, loss: Callable[[Any, Any, Any], Any], *, rate: float, steps: int) -> Callable[..., Any]:
    """One compiled function of many steps of all members."""
    slopes = jax.value_and_grad(loss)

    def step(state: Any, part: Any, i: Any, key: Any) -> Any:
        weights, mean, square, averaged = state
        value, slope = slopes(weights, part, jax.random.fold_in(key, i))
        norm = jnp.sqrt(sum((each**2).sum() for each in slope.values()))
        slope = {k: each * jnp.minimum(1.0, 1.0 / norm) for k, each in slope.items()}
        now = rate * jnp.minimum((i + 1) / 200, 1.0) * (0.5 * (1 + jnp.cos(jnp.pi * i / steps)) + 0.01)
        mean = {k: 0.9 * mean[k] + 0.1 * slope[k] for k in slope}
        square = {k: 0.995 * square[k] + 0.005 * slope[k] ** 2 for k in slope}
        moved = {
            k: mean[k] / (1 - 0.9 ** (i + 1)) / (jnp.sqrt(square[k] / (1 - 0.995 ** (i + 1))) + 1e-8) for k in slope
        }
        weights = {k: v - now * (moved[k] + (0.01 * v if v.ndim == 2 else 0.0)) for k, v in weights.items()}
        averaged = {k: 0.998 * averaged[k] + 0.002 * weights[k] for k in weights}
        return (weights, mean, square, averaged), value

    def of_one(state: Any, data: Any, chosen: Any, i: Any, key: Any) -> Any:
        return step(state, {name: values[chosen].astype(jnp.float32) for name, values in data.items()}, i, key)

    of_all = jax.vmap(of_one, in_axes=(0, None, 0, None, 0))

    @jax.jit
    def several(state: Any, data: Any, order: Any, done: Any, keys: Any) -> Any:
        numbers = done + jnp.arange(len(order))
        return jax.lax.scan(lambda s, now: of_all(s, data, now[0], now[1], keys), state, (order, numbers))

    return several


def _loss(jnp: Any, random: Any) -> Callable[[Any, Any, Any], Any]:
    """The pinball loss of attendance relative to the level, censored at what the venue holds."""
    normal, levels = jnp.asarray(ndtri(LEVELS), jnp.float32), jnp.asarray(LEVELS, jnp.float32)

    def loss(weights: Any, part: Any, key: Any) -> Any:
        def dropped(x: Any, place: int) -> Any:
            return x * random.bernoulli(random.fold_in(key, place), 0.9, x.shape) / 0.9

        parameters = in_context(weights, part["features"], part["candidates"], part["tokens"], xp=jnp, noise=dropped)
        quantiles = jnp.clip(log_quantiles(parameters, normal, jnp), -3.5, 2.5)
        over = jnp.maximum(quantiles - part["most"][:, None], 0.0)
        # A little of the excess stays, so that a forecast far beyond the seats still learns.
        quantiles = quantiles - 0.97 * over
        # Relative to the level, not to what came: weights that depend on it would move the quantiles.
        missed = jnp.exp(part["came"])[:, None] - jnp.exp(quantiles)
        return jnp.where(missed > 0, levels * missed, (levels - 1) * missed).mean()

    return loss


# ---- the package ----


def pack(work: Path, folder: Path) -> None:
    """Write the sets of weights into the package, in half precision, and what they have seen."""
    from safetensors.numpy import load_file, save_file

    folder.mkdir(exist_ok=True)
    sets = []
    for name, (pools, through) in SETS.items():
        files = sorted((work / name).glob("*.safetensors"))
        tensors = {f"{m}/{k}": v.astype(np.float16) for m, file in enumerate(files) for k, v in load_file(file).items()}
        save_file(tensors, folder / f"{name}.safetensors")
        real = [POOLS[pool] for pool in pools if POOLS[pool] is not None]
        sets.append(
            {
                "name": name,
                "leagues": ["simulated leagues", *(["Major League Baseball"] if real else [])],
                "seasons": [FIRST_SEASON, real[-1]] if real else [],
                "through": through or "",
                "members": len(files),
            }
        )
    notice = (__doc__ or "").rsplit("\n\n", maxsplit=1)[-1].replace("\n", " ").strip()
    (folder / "pretrained.json").write_text(json.dumps({"notice": notice, "sets": sets}, indent=1) + "\n")


def trainings(ablations: bool) -> dict[str, tuple[str, ...]]:
    """Pools of each training: the sets that are shipped, and those without simulated leagues."""
    sets = {name: pools for name, (pools, _) in SETS.items()}
    if ablations:
        sets |= {f"{name}-no-simulated": pools[1:] for name, pools in sets.items() if len(pools) > 1}
    return sets


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    source = commands.add_parser("source")
    source.add_argument("games", type=Path)
    source.add_argument("--out", type=Path, required=True)
    samples = commands.add_parser("samples")
    samples.add_argument("games", type=Path)
    samples.add_argument("--out", type=Path, required=True)
    samples.add_argument("--chunks", type=int, default=20, help=f"of {CHUNK} samples, of each pool")
    samples.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    samples.add_argument("--only", nargs="*", default=list(POOLS), choices=list(POOLS))
    training = commands.add_parser("train")
    training.add_argument("work", type=Path)
    training.add_argument("--out", type=Path, help="folder of the weights; that of the samples if not given")
    training.add_argument("--only", nargs="*", help="names of sets")
    training.add_argument("--ablations", action="store_true", help="also sets without simulated leagues")
    training.add_argument("--seeds", type=int, nargs="*", default=list(range(MEMBERS)))
    training.add_argument("--epochs", type=int, default=6)
    training.add_argument("--rate", type=float, default=3e-3)
    training.add_argument("--batch", type=int, default=2048)
    for name, value in SIZE.items():
        training.add_argument(f"--{name}", type=int, default=value)
    packing = commands.add_parser("pack")
    packing.add_argument("work", type=Path)
    given = parser.parse_args()
    if given.command == "source":
        write_source(given.games, given.out)
    elif given.command == "samples":
        write_samples(given.games, given.out, given.only, given.chunks, given.jobs)
    elif given.command == "train":
        SIZE.update({name: getattr(given, name) for name in SIZE})
        for name, pools in trainings(given.ablations).items():
            if not given.only or name in given.only:
                out = (given.out or given.work) / name
                train(
                    given.work, out, pools, seeds=given.seeds, epochs=given.epochs, rate=given.rate, batch=given.batch
                )
    else:
        import gatecast.train

        pack(given.work, Path(gatecast.train.__file__).parent / "weights")


if __name__ == "__main__":
    main()
