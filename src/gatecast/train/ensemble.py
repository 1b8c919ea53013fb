"""Training an ensemble: early stopping on the latest season, then every member on all games.

On a full league the first network, whose errors on the season held back are what calibration learns from, is not thrown
away: it goes on with that season as the first member, so that no training is done twice. Boosted trees on the same
inputs take a share of its forecasts.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import Any, NamedTuple

import jax
import numpy as np
import numpy.typing as npt

from gatecast.errors import InputError
from gatecast.games.columns import DATE
from gatecast.networks import TRAINS_FROM_GAMES, network
from gatecast.networks.demand import check_parameters
from gatecast.networks.signature import Signature
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine, in_order
from gatecast.train.boosted_trees import BoostedTrees
from gatecast.train.calibration_errors import CalibrationErrors
from gatecast.train.checkpoint import Checkpoint
from gatecast.train.climatology import Climatology
from gatecast.train.draws import Draws, drawn_rows
from gatecast.train.loop import Loop, State, censored_crps, not_a_number
from gatecast.train.model import TrainedModel
from gatecast.train.samples import (
    Samples,
    check_enough,
    held_back_rows,
    known_at_leads,
    training_leads,
    training_samples,
)
from gatecast.train.settings import TrainingSettings

__all__ = ["train_ensemble"]

Rows = npt.NDArray[np.intp]
Weights = list[npt.NDArray[np.float32]]
FEWEST_BATCHES = 12
FEWEST_STEPS = 17
"""Steps of an epoch, however few the games: each is then drawn more than once."""
FEWEST_TO_HOLD_BACK = 60
STOPPED = 0.6
"""Share of the epochs after which the first network stops on many games; the learning rate falls over all of them."""
LEVEL = 0.005
"""Share above its lowest at which the loss on the season held back does not count as rising: less than seeds change."""
LONGER = 0.1
"""Share of the epochs by which the other members train longer than a first network that lasted so long
(docs/experiments.md)."""
COPIES = 6
"""Copies of the samples that a training holds at most, on the device and in between."""
CAUGHT_UP = 0.2
"""Share of the epochs in which the first network catches up on the season that was held back from it."""


def train_ensemble(
    preparation: Preparation,
    rows: Rows,
    settings: TrainingSettings,
    *,
    folder: Path | None = None,
    progress: Progress = silent,
    jobs: int = 1,
    engine: Engine = HERE,
) -> TrainedModel:
    """Train the members of an ensemble on the games in `rows`.

    A first network, trained without the latest season, tells after how many epochs the loss on that season is
    lowest; the members then train on all games for as many. On 10,000 games or more it is stopped before the loss
    rises, the others train a little longer, and it catches up on that season to become the first member; boosted trees
    are fitted beside it. Of more than `MOST_A_PASS` games, each pass goes over others, and trees, calibration and the
    choice of epochs rest on as many drawn once.

    Parameters
    ----------
    preparation : Preparation
    rows : ndarray of int, shape (games,)
        Games to train on, their attendance known.
    settings : TrainingSettings
    folder : path, optional
        Keeps the state after every epoch, so that a training cut short goes on from there when called again.
    progress : callable
    jobs : int
        Members, and boosted trees, that are fitted at the same time.
    engine : Engine
        Trains the members: this process, or a cluster, on which no state is kept.

    Raises
    ------
    InputError
        There are fewer than two games to train on; or the network gives values that are not numbers.
    """
    check_enough(rows)
    drawn = drawn_rows(rows, settings.seed)
    encoding, samples = _prepared(preparation, drawn, settings.half_life)
    draws = Draws(preparation, encoding, rows, settings.half_life) if len(drawn) < len(rows) else None
    trainer = _EnsembleTrainer(settings, Signature(**encoding.sizes), samples, folder, progress, draws=draws)
    hold_back = held_back = None
    if len(rows) >= FEWEST_TO_HOLD_BACK:
        last_season = held_back_rows(preparation.games, rows)
        held_back = np.isin(drawn, last_season)
        hold_back = partial(_EnsembleTrainer.held, held_back=held_back, last_season=last_season)
    with_trees = len(rows) >= TRAINS_FROM_GAMES
    if engine.elsewhere:
        held, members, trees = _fitted_elsewhere(engine, trainer, hold_back, with_trees=with_trees)
    else:
        held, members, trees = _fitted_here(trainer, jobs, hold_back, with_trees=with_trees)
    epochs, errors = settings.epochs, None
    if held is not None and held_back is not None:
        epochs = held.epochs
        errors = CalibrationErrors.of(training_leads(preparation.games), held.parameters, samples.of(held_back)[1])
    last = preparation.games.table[DATE][rows].max()
    climatology = Climatology.fit(preparation.schedule.attendance[rows], preparation.attendance.largest_in(rows))
    custom_columns = preparation.games.custom_columns
    return TrainedModel(
        settings, encoding, members, climatology, errors, epochs, str(last or ""), custom_columns, trees=trees
    )


def _prepared(preparation: Preparation, rows: Rows, half_life: float) -> tuple[Encoding, Samples]:
    known = known_at_leads(preparation, rows)
    encoding = Encoding.fit(known)
    return encoding, training_samples(preparation, encoding, known, rows, half_life=half_life)


def _on(engine: Engine, trainer: _EnsembleTrainer, tasks: Mapping[str, Callable[[_EnsembleTrainer], Any]]) -> list[Any]:
    """Return the results of functions of a trainer, by name."""
    names, memory = [f"training, {name}" for name in tasks], trainer.samples.bytes * COPIES
    return in_order(
        engine.results(_done, trainer, [*tasks.values()], names=names, progress=trainer.progress, memory=memory)
    )


def _done(trainer: _EnsembleTrainer, task: Callable[[_EnsembleTrainer], Any], progress: Progress) -> Any:  # noqa: ANN401
    trainer.progress = progress
    return task(trainer)


class _Held(NamedTuple):
    """Result of training the first network without the latest season."""

    epochs: int
    """Passes over the games to train members for."""
    parameters: npt.NDArray[np.float32]
    """Of the demand for the games held back, shape (leads * games, 4)."""
    state: State | None
    """To go on from; None where the loss had risen by more than `LEVEL`."""


Fitted = tuple[_Held | None, list[Weights], BoostedTrees | None]


def _fitted_here(
    trainer: _EnsembleTrainer, jobs: int, hold_back: Callable[[_EnsembleTrainer], _Held] | None, *, with_trees: bool
) -> Fitted:
    """Fit everything in this process, `jobs` at a time.

    On many games the other members begin beside the first network, for as long as they train unless it finds fewer
    epochs to be enough; they then begin anew.
    """
    settings, epochs = trainer.settings, trainer.settings.epochs
    held, ahead, trees = None, dict[int, Future[Weights]](), None
    with ThreadPoolExecutor(jobs) as pool:
        try:
            holding = pool.submit(hold_back, trainer) if hold_back else None
            if with_trees:
                longest = trainer.longest
                ahead = {i: pool.submit(trainer.member, longest, i) for i in range(1, settings.members)}
                trees = pool.submit(trainer.trees)
            if holding is not None:
                held = holding.result()
                epochs = held.epochs
            if ahead and epochs != longest:
                trainer.stop(ahead.values())
                ahead = {}
            if held is not None and held.state is not None:
                ahead[0] = pool.submit(trainer.caught_up, held.state)
            members = [ahead.get(i) or pool.submit(trainer.member, epochs, i) for i in range(settings.members)]
            return held, [member.result() for member in members], trees.result() if trees else None
        except BaseException:
            trainer.stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _fitted_elsewhere(
    engine: Engine,
    trainer: _EnsembleTrainer,
    hold_back: Callable[[_EnsembleTrainer], _Held] | None,
    *,
    with_trees: bool,
) -> Fitted:
    """Fit everything on an engine: the first network, then members and trees side by side."""
    held = _on(engine, trainer, {"early stopping": hold_back})[0] if hold_back else None
    epochs = held.epochs if held else trainer.settings.epochs
    tasks: dict[str, Callable[[_EnsembleTrainer], Any]] = {
        f"member {index + 1}": partial(_EnsembleTrainer.member, epochs=epochs, index=index)
        for index in range(trainer.settings.members)
    }
    if held is not None and held.state is not None:
        tasks["member 1"] = partial(_EnsembleTrainer.caught_up, first=held.state)
    if with_trees:
        *members, trees = _on(engine, trainer, {**tasks, "boosted trees": _EnsembleTrainer.trees})
        return held, members, trees
    return held, _on(engine, trainer, tasks), None


class _EnsembleTrainer:
    """Trainer of one ensemble: samples, compiled loop and folder shared by its members."""

    def __init__(
        self,
        settings: TrainingSettings,
        signature: Signature,
        samples: Samples,
        folder: Path | None,
        progress: Progress,
        *,
        draws: Draws | None,
    ) -> None:
        self.settings, self.signature, self.samples, self.draws = settings, signature, samples, draws
        self.folder, self.progress = folder, progress
        self.build: Callable[[int], Any] = lambda seed: network(settings.network)(signature, seed)
        self.lock, self.stopped = Lock(), Event()
        model = self.build(settings.seed)
        check_parameters(np.ones((1, model.output.shape[-1]), np.float32), settings.network)
        batch = int(np.clip(samples.games // FEWEST_BATCHES, 1, settings.batch))
        self.loop = Loop(
            model,
            steps=max(samples.games // batch, FEWEST_STEPS),
            epochs=settings.epochs,
            batch=batch,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # What is compiled is compiled again elsewhere, where there is no folder of this machine either.
        made = partial(type(self), draws=self.draws)
        return made, (self.settings, self.signature, self.samples, None, silent)

    def held(self, held_back: npt.NDArray[np.bool_], last_season: Rows) -> _Held:
        """Train without the games held back, shape (games,); epochs are those after which their loss is lowest.

        Those games weigh nothing in training, rather than being left out, so that one compiled loop serves all; where
        games are drawn anew for each pass, none of `last_season`, the rows of the season held back, is drawn. Where
        there are many, each is looked at with one lead after a pass.
        """
        inputs, attended, weights = self.samples.of(held_back)
        tables = jax.device_put(self.samples.tables)
        many = self.samples.games >= TRAINS_FROM_GAMES
        seen = _one_lead_each(int(held_back.sum()), len(attended)) if many else slice(None)
        few = {name: values[seen] for name, values in inputs.items()}

        def loss(state: State) -> float:
            parameters = self.loop.parameters(state.averaged, state.other, few, tables)
            return float((weights[seen] * np.asarray(censored_crps(parameters, attended[seen]))).mean())

        rest = replace(self.samples, weights=np.where(held_back, 0.0, self.samples.weights).astype(np.float32))
        most = self._share(STOPPED) if many else self.settings.epochs
        draws = self.draws and self.draws.without(last_season)
        state, history = self._run(rest, most, "early stopping", -1, loss, draws=draws)
        parameters = self.loop.parameters(state.averaged, state.other, inputs, tables)
        check_parameters(parameters, self.settings.network)
        if most < self.settings.epochs and history[-1] <= (1 + LEVEL) * min(history):
            return _Held(self.longest, parameters, state)
        return _Held(int(np.argmin(history)) + 1, parameters, None)

    @property
    def longest(self) -> int:
        """Epochs that members train for where the loss of the first network did not rise until it was stopped."""
        return self._share(STOPPED) + self._share(LONGER)

    def _share(self, share: float) -> int:
        """Return a share of the epochs, at least 1."""
        return max(round(share * self.settings.epochs), 1)

    def caught_up(self, first: State) -> Weights:
        """Return the averaged weights of the first member, which goes on from a state."""
        state, _ = self._run(self.samples, self._share(CAUGHT_UP), "member 1", 0, lambda state: 0.0, start=first)
        return self._weights(state)

    def trees(self) -> BoostedTrees:
        """Return boosted trees on the same inputs."""
        return BoostedTrees.fit(self.samples, self.settings.seed)

    def stop(self, trainings: Collection[Future[Weights]]) -> None:
        """Stop trainings of members and wait for their end."""
        self.stopped.set()
        for training in trainings:
            training.cancel()
        wait(trainings)
        self.stopped.clear()

    def member(self, epochs: int, index: int) -> Weights:
        """Return the averaged weights of one member after `epochs` epochs."""
        state, _ = self._run(self.samples, epochs, f"member {index + 1}", index, lambda state: 0.0)
        return self._weights(state)

    def _weights(self, state: State) -> Weights:
        """Return the averaged weights of a state, variable by variable."""
        return [np.asarray(weight) for weight in self.loop.unflatten(state.averaged)]

    def _run(
        self,
        samples: Samples,
        epochs: int,
        name: str,
        index: int,
        loss: Callable[[State], float],
        *,
        start: State | None = None,
        draws: Draws | None = None,
    ) -> tuple[State, list[float]]:
        draws = draws or self.draws
        seed = (self.settings.seed * 1_000_003 + index + 2) % 2**31
        checkpoint = Checkpoint(self.folder, name.replace(" ", "-"), _fingerprint(self.settings, samples, epochs))
        with self.lock:
            model = self.build(seed)
            state, history = checkpoint.restored(start or self.loop.start(model))
        data = jax.device_put(samples.arrays()) if draws is None else {}
        key = jax.random.key(seed)
        for epoch in range(len(history), epochs):
            if draws is not None:
                data = jax.device_put(draws.of_pass(seed, epoch).arrays())
            state, training_loss = self.loop.epoch(state, data, jax.random.fold_in(key, epoch))
            if not math.isfinite(training_loss):
                raise InputError(
                    not_a_number(self.loop, model, state, samples, network=self.settings.network, epoch=epoch + 1)
                )
            history.append(loss(state))
            checkpoint.keep(state, history)
            with self.lock:
                if self.stopped.is_set():
                    break
                self.progress(f"training, {name}", epoch + 1, epochs)
        return state, history


def _one_lead_each(games: int, rows: int) -> npt.NDArray[np.intp]:
    """Return a row of each game, shape (games,), the leads in turn; `rows` are the games at every lead."""
    place = np.arange(games)
    return place % (rows // games) * games + place


def _fingerprint(settings: TrainingSettings, samples: Samples, epochs: int) -> str:
    """Return a digest that changes with anything a training depends on."""
    digest = hashlib.sha256(json.dumps([settings.as_json(), epochs]).encode())
    for values in (*samples.inputs.values(), *samples.tables.values(), samples.attended, samples.weights):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
