"""Every network on one season, trained on the seasons before it, without boosted trees: errors, coverage and seconds.

python benchmarks/families.py runs/games.parquet --season 2017 --epochs 8
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from shared import add_games, games_of, markdown

from gatecast.evaluate import score
from gatecast.evaluate.backtesting import backtest
from gatecast.evaluate.scores import COVERAGES, MAE, PINBALL
from gatecast.forecast import Forecaster
from gatecast.games import PRESEASON, Games
from gatecast.games.cutoff import Lead
from gatecast.networks import NETWORKS
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings
from gatecast.train.model import TrainedModel

LEADS: Sequence[Lead] = (1, 7, 30, PRESEASON)
EIGHTY = list(COVERAGES)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--season", type=int, required=True, help="season to forecast")
    parser.add_argument("--network", action="append", choices=NETWORKS, help="once or more; all if not given")
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=8)
    arguments = parser.parse_args()
    games, settings = games_of(arguments.games), TrainingSettings(members=arguments.members, epochs=arguments.epochs)
    rows = [measured(name, games, arguments.season, settings) for name in arguments.network or NETWORKS]
    header = ["network", "weights", *(f"MAE {lead}" for lead in LEADS), "pinball", "inside 80%", "epochs", "seconds"]
    print(markdown(header, rows))


class NetworksAlone(Forecaster):
    """Forecast by networks without the boosted trees that have a share of a full league's forecast."""

    def fit_rows(self, preparation: Preparation, rows: np.ndarray, **options: Any) -> Self:
        """Train, then leave the trees out."""
        super().fit_rows(preparation, rows, **options)
        assert isinstance(self.model, TrainedModel)
        self.model = replace(self.model, trees=None)
        return self


def measured(name: str, games: Games, season: int, settings: TrainingSettings) -> list[object]:
    """One row: MAE at each lead; pinball loss and the share inside 80% intervals, as means over the leads."""
    forecaster = NetworksAlone(name, settings=settings)
    begin = time.perf_counter()
    forecasts = backtest(games, [season], LEADS, {name: lambda _: forecaster}, progress=told)
    seconds = time.perf_counter() - begin
    scores = score(forecasts, games)
    model = forecaster.model
    assert isinstance(model, TrainedModel)
    weights = sum(np.size(weight) for weight in model.members[0])
    errors = [f"{value:,.0f}" for value in scores[MAE]]
    pinball, inside = (scores[column].mean() for column in (PINBALL, EIGHTY))
    assert isinstance(pinball, float)
    assert isinstance(inside, float)
    means = (f"{pinball:,.0f}", f"{inside:.0f}")
    return [name, f"{weights:,}", *errors, *means, model.epochs, f"{seconds:.0f}"]


def told(what: str, done: int, total: int) -> None:
    print(f"{what}: {done} of {total}", file=sys.stderr)


if __name__ == "__main__":
    main()
