"""What each part of the inputs is worth: the default network without it, on seasons before any that is tested.

python benchmarks/ablations.py runs/games.parquet

One network each, trained through 2012 and scored on 2013 to 2017 at the leads of the backtest, its quantiles as they
come. Another seed moves the mean MAE by up to 30, so that only larger differences mean something.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from shared import add_games, games_of, markdown
from trials import LEADS, Scores, Trials

from gatecast.networks import DEFAULT_NETWORK
from gatecast.prepare import Preparation
from gatecast.prepare.schedule_features import places
from gatecast.train import TrainingSettings

EPOCHS = 8
AGAINST_USUAL = ("against_usual", "gate_expected")
SHAPE = ("shape_", "gate_shaped")
EARLIER_SEASONS = ("two_seasons_ago", "finish", "season_trend", "venue_age")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--through", type=int, default=2012, help="last season to train on")
    parser.add_argument("--until", type=int, default=2017, help="last season to score")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    preparation = Preparation(games_of(arguments.games))
    trials = Trials(preparation, arguments.through, arguments.until)
    scheduled = frozenset(places(preparation.schedule, dated=True))
    derived = preparation.at_lead(1, np.arange(1)).derived
    settings = TrainingSettings(epochs=EPOCHS)
    parts: dict[str, tuple[str, Callable[[str], bool]]] = {
        "all of it": (DEFAULT_NETWORK, lambda name: True),
        "without the place in the schedule": (DEFAULT_NETWORK, lambda name: name not in scheduled),
        "without gates against the usual": (DEFAULT_NETWORK, lambda name: not name.startswith(AGAINST_USUAL)),
        "without the season's shape": (DEFAULT_NETWORK, lambda name: not name.startswith(SHAPE)),
        "without earlier seasons": (DEFAULT_NETWORK, lambda name: not any(part in name for part in EARLIER_SEASONS)),
        "without any figure from results": (DEFAULT_NETWORK, lambda name: name not in derived),
        "without past gates one by one": ("feedforward", lambda name: True),
    }
    rows: list[list[object]] = []
    for what, (name, kept) in parts.items():
        rows.append([what, *figures(trials.scores(name, settings, arguments.seed, kept=kept))])
        print(rows[-1], flush=True)
    print(markdown(["inputs", *(f"MAE {lead}" for lead in LEADS), "mean MAE", "mean pinball"], rows))


def figures(scores: Scores) -> list[str]:
    return [f"{value:,.0f}" for value in (*scores.error, scores.error.mean())] + [f"{scores.pinball.mean():,.1f}"]


if __name__ == "__main__":
    main()
