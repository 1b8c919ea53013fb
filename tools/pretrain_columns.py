"""Train the part of the pretrained network that reads a club's own columns, and write it into the package.

    python tools/pretrain.py source games.parquet --out work/games.npz
    python tools/pretrain_columns.py samples work/games.npz --out work
    python tools/pretrain_columns.py train work
    python tools/pretrain_columns.py pack work

The rest of the network is as `tools/pretrain.py` left it in the package, and stays: a forecast without own columns is
the same. `samples` draws clubs as that does, forecasts their past games with the weights that saw no real game, and
makes up columns beside what came. `train` takes simulated leagues for those weights, and the major leagues of 1995 to
2002 as well for the others; 3 members each, minutes on one core.

The information used here was obtained free of charge from and is copyrighted by Retrosheet. Interested parties may
contact Retrosheet at "www.retrosheet.org".
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pretrain import MEMBERS, MOST_APART, POOLS, SETS, SIMULATED, adamw
from pretraining_columns import MOST, made_up_columns
from pretraining_contexts import FIRST_SEASON, Random, Source, one_club, one_league, simulated

from gatecast.forecast.column_evidence import ColumnEvidence
from gatecast.forecast.combination import DEFAULT_SETTINGS, GRID, MIDDLE, network_quantiles, spread_of
from gatecast.forecast.weighing import NEAR
from gatecast.networks.column_reader import PREFIX, TOKEN_FIGURES, initial_column_weights, read_columns
from gatecast.prepare.club_context import ClubContexts
from gatecast.train.pretrained import Weights, pretrained_set

MAJORS = "1995-2002"
READERS = {SIMULATED: (SIMULATED,), "majors": (SIMULATED, MAJORS)}
"""Pools that each reader learns from."""
CHUNK = 25_000
TABLES = 6
"""Tables of columns made up for each club drawn."""
QUERIES = 60
"""Games taken from each table."""
FEWEST, MOST_GAMES = 1, 400


@cache
def _networks() -> tuple[Weights, ...]:
    return pretrained_set(SIMULATED).members


@cache
def _source(path: Path, last: int) -> Source:
    return Source.of(path, FIRST_SEASON, last)


def shown(draw: Random, source: Source | None) -> list[dict[str, npt.NDArray[Any]]]:
    """What the network is shown of columns made up beside one club's games, and what came."""
    if source is None:
        context = simulated(draw)
    else:
        context = one_club(draw, source) if draw.random() < 0.8 else one_league(draw, source)
    if context is None:
        return []
    games = context[0]
    club = int(draw.choice(np.unique(games.home)))
    rows = np.flatnonzero((games.home == club) & np.isfinite(games.attendance))[-MOST_GAMES:]
    contexts = ClubContexts(games)
    cutoffs = games.day[rows] - draw.integers(1, NEAR + 1, len(rows))
    inputs = contexts.at(rows, cutoffs)
    quantiles = network_quantiles(_networks(), inputs)
    middle, came = quantiles[:, MIDDLE], np.log(np.maximum(games.attendance[rows], 1.0))
    used = (inputs.games >= FEWEST) & (np.abs(came - middle) < MOST_APART)
    if used.sum() < 8:
        return []
    rows, cutoffs, quantiles, middle, came = rows[used], cutoffs[used], quantiles[used], middle[used], came[used]
    mine, day, spread = games.take(rows), games.day[rows], spread_of(quantiles)
    seats = np.log(np.maximum(np.maximum(mine.seats, np.maximum.accumulate(mine.attendance)), 1.0))
    most = np.where(np.isfinite(mine.seats), seats - middle, 9.0)
    trust = 0.5 ** ((day[-1] - day) / DEFAULT_SETTINGS.half_life)
    out: list[dict[str, npt.NDArray[Any]]] = []
    for _ in range(TABLES):
        columns = made_up_columns(draw, mine, came - middle)
        evidence = ColumnEvidence.of(
            mine.home, day, columns, middle=middle, spread=spread, log_attendance=came, trust=trust
        )
        tokens = evidence.tokens(mine.home, columns, middle, spread, cutoffs)
        places = np.exp(draw.uniform(np.log(2), np.log(len(rows)), QUERIES)).astype(np.intp)
        places[::3] = draw.integers(2, len(rows), len(places[::3]))
        places = places[tokens[places, :, 0].any(axis=1)]
        padded = np.zeros((len(places), MOST, len(TOKEN_FIGURES)), np.float16)
        padded[:, : tokens.shape[1]] = tokens[places]
        out.append(
            {
                "tokens": padded,
                "quantiles": (quantiles - middle[:, None])[places].astype(np.float32),
                "came": (came - middle)[places].astype(np.float32),
                "most": np.minimum(most, 9.0)[places].astype(np.float32),
            }
        )
    return out


def write_chunk(games: Path, out: Path, pool: str, seed: int) -> Path:
    """Write one chunk of samples of a pool."""
    last = POOLS[pool]
    source = None if last is None else _source(games, last)
    draw, parts, count = np.random.default_rng([100 + list(POOLS).index(pool), seed]), [], 0
    while count < CHUNK:
        for part in shown(draw, source):
            parts.append(part)
            count += len(part["came"])
    path = out / "columns" / pool / f"{seed:04}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part.npz")
    np.savez(draft, **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    draft.replace(path)
    return path


def write_samples(games: Path, out: Path, chunks: int, jobs: int) -> None:
    """Write chunks of both pools in turn."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        futures = [
            workers.submit(write_chunk, games, out, pool, seed)
            for seed in range(chunks)
            for pool in (SIMULATED, MAJORS)
            if not (out / "columns" / pool / f"{seed:04}.npz").exists()
        ]
        for done, future in enumerate(futures, 1):
            print(f"{future.result()} ({done} of {len(futures)})", flush=True)


def train(folder: Path, reader: str, *, seeds: Sequence[int], epochs: int, rate: float, batch: int) -> None:
    """Train the members of one reader."""
    from safetensors.numpy import save_file

    chunks = [path for pool in READERS[reader] for path in sorted((folder / "columns" / pool).glob("[0-9]*[0-9].npz"))]
    parts = [_calibrated(dict(np.load(path))) for path in chunks]
    data = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    out = folder / "columns" / reader
    out.mkdir(parents=True, exist_ok=True)
    for seed, weights in adamw(
        data,
        [initial_column_weights(seed) for seed in seeds],
        _loss,
        seeds=seeds,
        epochs=epochs,
        rate=rate,
        batch=batch,
        name=f"columns, {reader}",
    ):
        save_file(weights, out / f"{seed}.safetensors")


def _calibrated(part: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return samples with ranges as they should be without columns, so that columns learn only what is theirs."""
    quantiles, came = part["quantiles"], part["came"]

    def missed(factor: float) -> float:
        below = came[:, None] - quantiles * factor
        return float(np.where(below > 0, GRID * below, (GRID - 1) * below).mean())

    return {**part, "quantiles": quantiles * min(np.arange(0.8, 1.61, 0.05), key=missed)}


def _loss(jnp: Any, random: Any) -> Callable[[Any, Any, Any], Any]:
    """The pinball loss of attendance relative to the forecast without columns, censored at what the venue holds."""
    levels = jnp.asarray(GRID, jnp.float32)

    def loss(weights: Any, part: Any, key: Any) -> Any:
        shift, log_factor = read_columns(weights, part["tokens"], xp=jnp)
        quantiles = shift.sum(axis=1)[:, None] + part["quantiles"] * jnp.exp(log_factor)[:, None]
        quantiles = jnp.clip(quantiles, -3.5, 2.5)
        quantiles = quantiles - 0.97 * jnp.maximum(quantiles - part["most"][:, None], 0.0)
        missed = jnp.exp(part["came"])[:, None] - jnp.exp(quantiles)
        return jnp.where(missed > 0, levels * missed, (levels - 1) * missed).mean()

    return loss


def pack(work: Path, folder: Path) -> None:
    """Write the readers beside the sets of weights in the package."""
    from safetensors.numpy import load_file, save_file

    for name in SETS:
        path = folder / f"{name}.safetensors"
        tensors = {key: value for key, value in load_file(path).items() if not key.split("/")[1].startswith(PREFIX)}
        reader = SIMULATED if name == SIMULATED else "majors"
        for member in range(MEMBERS):
            weights = load_file(work / "columns" / reader / f"{member}.safetensors")
            tensors |= {f"{member}/{key}": value.astype(np.float16) for key, value in weights.items()}
        save_file(tensors, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    samples = commands.add_parser("samples")
    samples.add_argument("games", type=Path)
    samples.add_argument("--out", type=Path, required=True)
    samples.add_argument("--chunks", type=int, default=14, help=f"of {CHUNK} samples, of each pool")
    samples.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    training = commands.add_parser("train")
    training.add_argument("work", type=Path)
    training.add_argument("--seeds", type=int, nargs="*", default=list(range(MEMBERS)))
    training.add_argument("--epochs", type=int, default=8)
    training.add_argument("--rate", type=float, default=3e-3)
    training.add_argument("--batch", type=int, default=512)
    packing = commands.add_parser("pack")
    packing.add_argument("work", type=Path)
    given = parser.parse_args()
    if given.command == "samples":
        write_samples(given.games, given.out, given.chunks, given.jobs)
    elif given.command == "train":
        for reader in READERS:
            train(given.work, reader, seeds=given.seeds, epochs=given.epochs, rate=given.rate, batch=given.batch)
    else:
        import gatecast.train

        pack(given.work, Path(gatecast.train.__file__).parent / "weights")


if __name__ == "__main__":
    main()
