"""Settings of a network beside one another, each season forecast by a network trained through the season before.

    python benchmarks/walk_forward.py runs/games.parquet --settings hidden=0.15 --settings hidden=0.15,half_life=8

A network trained once and scored on five seasons to come forgets clubs that it would know better a year later, and so
favours what forgets them in training. Here each season has a network of its own, as in a backtest. Quantiles as they
come; one row a setting, the mean over seasons and seeds; with `--together` the seeds' quantiles are averaged first, as
those of an ensemble's members are. `without=shape_+gate_shaped` leaves out the features whose names hold one of these
parts.
"""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

import numpy as np
from shared import add_games, games_of, markdown
from trials import LEADS, MEDIAN, Scores, Trials

from gatecast.games import PRESEASON
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings

EPOCHS = 8
SEASONS = (2014, 2015, 2016, 2017)
OF_TRAINING = {field.name: type(getattr(TrainingSettings(), field.name)) for field in fields(TrainingSettings)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    asked = "name=value of training or of the network, commas between (network=recurrent, too); once or more"
    parser.add_argument("--settings", action="append", required=True, help=asked)
    parser.add_argument("--season", type=int, action="append", help=f"once or more; {SEASONS} if not given")
    parser.add_argument("--seed", type=int, action="append", help="once or more; 1 and 2 if not given")
    parser.add_argument("--together", action="store_true", help="score the mean of the seeds' quantiles")
    arguments = parser.parse_args()
    seeds = arguments.seed or (1, 2)
    preparation = Preparation(games_of(arguments.games))
    trials = [Trials(preparation, season - 1, season) for season in arguments.season or SEASONS]
    rows: list[list[object]] = []
    for text in arguments.settings:
        training, parts, options = settings_of(text)
        told = []
        for each in trials:
            scores = [scored(each, training, seed, parts, options) for seed in seeds]
            if arguments.together:
                scores = [each.scored_as(np.mean([one.quantiles for one in scores], axis=0))]
            told += [figures(each, one) for one in scores]
        *errors, mape, pinball = np.mean(told, axis=0)
        shown = [*(f"{error:,.0f}" for error in errors), f"{np.mean(errors):,.0f}", f"{mape:.2f}", f"{pinball:,.1f}"]
        rows.append([text, *shown])
        print(rows[-1], flush=True)
    header = ["settings", *(f"MAE {lead}" for lead in LEADS), "mean MAE", "MAPE preseason", "mean pinball"]
    print(markdown(header, rows))


def settings_of(text: str) -> tuple[TrainingSettings, list[str], dict[str, Any]]:
    """Settings of training, parts of the names of features that are left out, and options of the network."""
    given = dict(pair.split("=") for pair in text.split(","))
    parts = [part for part in given.pop("without", "").split("+") if part]
    training = {name: OF_TRAINING[name](value) for name, value in given.items() if name in OF_TRAINING}
    options = {
        name: float(value) if "." in value else int(value) for name, value in given.items() if name not in OF_TRAINING
    }
    return replace(TrainingSettings(epochs=EPOCHS), **training), parts, options


def scored(trials: Trials, training: TrainingSettings, seed: int, parts: list[str], options: dict[str, Any]) -> Scores:
    """Scores of one network."""

    def kept(feature: str) -> bool:
        return not any(part in feature for part in parts)

    return trials.scores(training.network, training, seed, kept=kept, **options)


def figures(trials: Trials, scores: Scores) -> np.ndarray:
    """MAE at each lead, MAPE before the season, and mean pinball loss."""
    gate = trials.preparation.schedule.gate[trials.scored]
    median = scores.quantiles[LEADS.index(PRESEASON), :, MEDIAN]
    mape = 100 * (np.abs(gate - median) / gate).mean()
    return np.array([*scores.error, mape, scores.pinball.mean()])


if __name__ == "__main__":
    main()
