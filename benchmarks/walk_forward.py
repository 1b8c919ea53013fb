"""Compare settings of a network, each season forecast by a network trained through the season before it.

    python benchmarks/walk_forward.py runs/games.parquet --settings hidden=0.15 --settings hidden=0.15,half_life=8

A network that is trained once and scored on the five seasons after it no longer knows clubs as well as it would a year
later, which favors settings that make it forget them. Here each season has a network of its own, as in a backtest.
Quantiles are scored uncalibrated. The table has one row for each setting, the mean over seasons and seeds; with
`--together` the quantiles of all seeds are averaged before they are scored, as an ensemble averages its members.

`without=shape_+gate_shaped` leaves out the features whose names contain one of these parts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import jax
import numpy as np
from shared import add_games, games_of, markdown

from gatecast.evaluate.scores import SMALLEST_SCORED_ATTENDANCE
from gatecast.games import PRESEASON
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.networks import network
from gatecast.networks.demand import demand_quantiles
from gatecast.networks.signature import Signature
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train import TrainingSettings
from gatecast.train.loop import Loop
from gatecast.train.samples import known_at_leads, training_games, training_samples

EPOCHS = 8
SEASONS = (2014, 2015, 2016, 2017)
SEEDS = (1, 2)
LEADS: Sequence[Lead] = (1, 7, 30, PRESEASON)
LEVELS = np.array(QUANTILE_LEVELS)
MEDIAN = QUANTILE_LEVELS.index(0.5)
OF_TRAINING = {field.name: type(getattr(TrainingSettings(), field.name)) for field in fields(TrainingSettings)}


@dataclass(frozen=True)
class Scores:
    """Pinball loss over all seven quantiles and MAE at each of `LEADS`, in people.

    `quantiles`, shape (leads, games, 7), are those of the games in `Trials.scored`, uncalibrated.
    """

    pinball: np.ndarray
    error: np.ndarray
    quantiles: np.ndarray


class Trials:
    """Games prepared once, for any number of networks trained on them.

    Parameters
    ----------
    preparation : Preparation
    through, until : int
        Last season to train on, and last season to score.
    """

    def __init__(self, preparation: Preparation, through: int, until: int) -> None:
        self.preparation = preparation
        self.rows = training_games(preparation.games, through=through)
        self.known = known_at_leads(preparation, self.rows)
        self.encoding = Encoding.fit(self.known)
        season, attendance = preparation.schedule.season, preparation.schedule.attendance
        in_span = (season > through) & (season <= until)
        self.scored = np.flatnonzero(in_span & (attendance > SMALLEST_SCORED_ATTENDANCE))

    def scores(
        self,
        name: str,
        settings: TrainingSettings,
        seed: int,
        *,
        keep: Callable[[str], bool] = lambda feature: True,
        **options: Any,
    ) -> Scores:
        """Train a network on the features to keep, with options of its own, and score it."""
        encoding = _reduced(self.encoding, keep)
        samples = training_samples(self.preparation, encoding, self.known, self.rows, half_life=settings.half_life)
        model = network(name)(Signature(**encoding.sizes), seed, **options)
        loop = Loop(
            model,
            steps=samples.games // settings.batch,
            epochs=settings.epochs,
            batch=settings.batch,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        state, data, key = loop.start(model), jax.device_put(samples.arrays()), jax.random.key(seed)
        for epoch in range(settings.epochs):
            state, _ = loop.epoch(state, data, jax.random.fold_in(key, epoch))
        quantiles = []
        for lead in LEADS:
            arrays = self.preparation.at_lead(lead, self.scored)
            parameters = loop.parameters(state.averaged, state.other, encoding.inputs(arrays), samples.tables)
            fill = np.minimum(np.asarray(demand_quantiles(parameters, LEVELS)), 1.0)
            quantiles.append(fill * encoding.capacities(arrays)[:, None])
        return self.scored_as(np.array(quantiles))

    def scored_as(self, quantiles: np.ndarray) -> Scores:
        """Score quantiles of the games in `scored`, shape (leads, games, 7)."""
        difference = self.preparation.schedule.attendance[self.scored][:, None] - quantiles
        pinball = np.maximum(LEVELS * difference, (LEVELS - 1.0) * difference).mean(axis=(1, 2))
        return Scores(pinball, np.abs(difference[:, :, MEDIAN]).mean(axis=1), quantiles)


def _reduced(encoding: Encoding, keep: Callable[[str], bool]) -> Encoding:
    places = [i for i, name in enumerate(encoding.names) if keep(name)]
    names = [encoding.names[i] for i in places]
    centre, spread = ([column[i] for i in places] for column in (encoding.centre, encoding.spread))
    incomplete = [name for name in encoding.incomplete if name in names]
    return replace(encoding, names=names, centre=centre, spread=spread, incomplete=incomplete)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    settings_help = "name=value of training or of the network, separated by commas (also network=recurrent); repeatable"
    parser.add_argument("--settings", action="append", required=True, help=settings_help)
    parser.add_argument("--season", type=int, action="append", help=f"repeatable; default: {SEASONS}")
    parser.add_argument("--seed", type=int, action="append", help=f"repeatable; default: {SEEDS}")
    parser.add_argument("--together", action="store_true", help="average the quantiles of all seeds before scoring")
    arguments = parser.parse_args()
    seeds = arguments.seed or SEEDS
    preparation = Preparation(games_of(arguments.games))
    trials = [Trials(preparation, season - 1, season) for season in arguments.season or SEASONS]
    rows: list[list[object]] = []
    for text in arguments.settings:
        training, parts, options = settings_of(text)
        results = []
        for each in trials:
            scores = [scored(each, training, seed, parts, options) for seed in seeds]
            if arguments.together:
                scores = [each.scored_as(np.mean([one.quantiles for one in scores], axis=0))]
            results += [figures(each, one) for one in scores]
        *errors, mape, pinball = np.mean(results, axis=0)
        shown = [*(f"{error:,.0f}" for error in errors), f"{np.mean(errors):,.0f}", f"{mape:.2f}", f"{pinball:,.1f}"]
        rows.append([text, *shown])
        print(rows[-1], flush=True)
    header = ["settings", *(f"MAE {lead}" for lead in LEADS), "mean MAE", "MAPE preseason", "mean pinball"]
    print(markdown(header, rows))


def settings_of(text: str) -> tuple[TrainingSettings, list[str], dict[str, Any]]:
    """Parse `name=value,name=value`.

    Returns
    -------
    TrainingSettings
    list of str
        Parts of the names of features to leave out.
    dict
        Options of the network.
    """
    values = dict(pair.split("=") for pair in text.split(","))
    parts = [part for part in values.pop("without", "").split("+") if part]
    training = {name: OF_TRAINING[name](value) for name, value in values.items() if name in OF_TRAINING}
    options = {
        name: float(value) if "." in value else int(value) for name, value in values.items() if name not in OF_TRAINING
    }
    return replace(TrainingSettings(epochs=EPOCHS), **training), parts, options


def scored(trials: Trials, training: TrainingSettings, seed: int, parts: list[str], options: dict[str, Any]) -> Scores:
    """Score one network."""

    def keep(feature: str) -> bool:
        return not any(part in feature for part in parts)

    return trials.scores(training.network, training, seed, keep=keep, **options)


def figures(trials: Trials, scores: Scores) -> np.ndarray:
    """Return MAE at each lead, MAPE before the season, and mean pinball loss."""
    attendance = trials.preparation.schedule.attendance[trials.scored]
    median = scores.quantiles[LEADS.index(PRESEASON), :, MEDIAN]
    mape = 100 * (np.abs(attendance - median) / attendance).mean()
    return np.array([*scores.error, mape, scores.pinball.mean()])


if __name__ == "__main__":
    main()
