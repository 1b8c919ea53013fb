"""Search for settings of a network with Optuna, on seasons before any that is tested.

python benchmarks/tune.py runs/games.parquet --trials 20 --study runs/tuning.db

Each trial trains one network through one season and forecasts the seasons after it at the leads of the backtest; what
is lowered is the pinball loss. With the same study the search goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import jax
import numpy as np
import optuna
from shared import add_games, games_of, markdown

from gatecast.evaluate.quantiles import QUANTILE_LEVELS
from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.games import PRESEASON
from gatecast.games.cutoff import Lead
from gatecast.networks import NETWORKS, network
from gatecast.networks.demand import demand_quantiles
from gatecast.networks.signature import Signature
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train.loop import Loop
from gatecast.train.samples import known_at_leads, training_games, training_samples

LEADS: Sequence[Lead] = (1, 7, 30, PRESEASON)
LEVELS = np.array(QUANTILE_LEVELS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--network", choices=NETWORKS, default="transformer")
    parser.add_argument("--through", type=int, default=2012, help="last season to train on")
    parser.add_argument("--until", type=int, default=2017, help="last season to forecast")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--study", default="runs/tuning.db", help="file that keeps the trials")
    arguments = parser.parse_args()
    trial = Trial(Preparation(games_of(arguments.games)), arguments.network, arguments.through, arguments.until)
    study = optuna.create_study(
        study_name=arguments.network,
        storage=f"sqlite:///{arguments.study}",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=0, multivariate=True),
    )
    if not study.trials:
        study.enqueue_trial(USUAL)
    study.optimize(trial, n_trials=arguments.trials)
    done = sorted(study.get_trials(states=[optuna.trial.TrialState.COMPLETE]), key=lambda each: each.value or 0.0)
    names = list(USUAL)
    rows = [
        [f"{each.value:,.1f}", f"{each.user_attrs['MAE']:,.0f}", *(short(each.params[n]) for n in names)]
        for each in done
    ]
    print(markdown(["pinball", "MAE", *names], rows))


USUAL = {
    "learning_rate": 2e-3,
    "weight_decay": 1e-2,
    "half_life": 15.0,
    "epochs": 8,
    "dropout": 0.2,
    "hidden": 0.15,
    "width": 192,
    "batch": 512,
}
"""The first trial."""


class Trial:
    """Pinball loss of one network trained with the settings that a trial suggests."""

    def __init__(self, preparation: Preparation, name: str, through: int, until: int) -> None:
        self.preparation, self.name = preparation, name
        self.rows = training_games(preparation.games, through=through)
        self.known = known_at_leads(preparation, self.rows)
        self.encoding = Encoding.fit(self.known)
        season, gate = preparation.schedule.season, preparation.schedule.gate
        self.scored = np.flatnonzero((season > through) & (season <= until) & (gate > SMALLEST_SCORED_GATE))

    def __call__(self, trial: optuna.Trial) -> float:
        """The loss."""
        batch = trial.suggest_categorical("batch", [256, 512, 1024])
        epochs = trial.suggest_int("epochs", 5, 12)
        half_life = trial.suggest_float("half_life", 6.0, 40.0, log=True)
        options = {
            "width": trial.suggest_categorical("width", [128, 192, 256]),
            "dropout": trial.suggest_float("dropout", 0.05, 0.4),
            "hidden": trial.suggest_float("hidden", 0.05, 0.4),
        }
        samples = training_samples(self.preparation, self.encoding, self.known, self.rows, half_life=half_life)
        model = network(self.name)(Signature(**self.encoding.sizes), trial.number, **options)
        loop = Loop(
            model,
            steps=samples.games // batch,
            epochs=epochs,
            batch=batch,
            learning_rate=trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
            weight_decay=trial.suggest_float("weight_decay", 1e-3, 1e-1, log=True),
        )
        state, data, key = loop.start(model), jax.device_put(samples.arrays()), jax.random.key(trial.number)
        for epoch in range(epochs):
            state, _ = loop.epoch(state, data, jax.random.fold_in(key, epoch))
        scores = [self.scores(lead, loop.parameters, state, samples.tables) for lead in LEADS]
        pinball, error = np.mean(scores, axis=0)
        trial.set_user_attr("MAE", float(error))
        return float(pinball)

    def scores(self, lead, parameters, state, tables) -> tuple[float, float]:
        """Pinball loss and MAE at one lead, in people."""
        arrays = self.preparation.at_lead(lead).take(self.scored)
        demand = demand_quantiles(parameters(state.averaged, state.other, self.encoding.inputs(arrays), tables), LEVELS)
        quantiles = np.minimum(np.asarray(demand), 1.0) * self.encoding.seats(arrays)[:, None]
        error = self.preparation.schedule.gate[self.scored][:, None] - quantiles
        pinball = np.maximum(LEVELS * error, (LEVELS - 1.0) * error)
        return float(pinball.mean()), float(np.abs(error[:, LEVELS.tolist().index(0.5)]).mean())


def short(value: float) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
