"""Search for settings of a network with Optuna, on seasons before any that is tested.

python benchmarks/tune.py runs/games.parquet --trials 20 --study runs/tuning.db

Each trial trains one network through one season and forecasts the seasons after it at the leads of the backtest; what
is lowered is the pinball loss. With the same study the search goes on.
"""

from __future__ import annotations

import argparse

import optuna
from shared import add_games, games_of, markdown
from trials import Trials

from gatecast.networks import DEFAULT_NETWORK, NETWORKS
from gatecast.prepare import Preparation
from gatecast.train import TrainingSettings

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
OPTIONS = ("dropout", "hidden", "width")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("--network", choices=NETWORKS, default=DEFAULT_NETWORK)
    parser.add_argument("--through", type=int, default=2012, help="last season to train on")
    parser.add_argument("--until", type=int, default=2017, help="last season to forecast")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--study", default="runs/tuning.db", help="file that keeps the trials")
    arguments = parser.parse_args()
    trials = Trials(Preparation(games_of(arguments.games)), arguments.through, arguments.until)
    study = optuna.create_study(
        study_name=arguments.network,
        storage=f"sqlite:///{arguments.study}",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=0, multivariate=True),
    )
    if not study.trials:
        study.enqueue_trial(USUAL)
    study.optimize(lambda trial: loss(trial, trials, arguments.network), n_trials=arguments.trials)
    complete = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    rows: list[list[object]] = [
        [f"{each.value:,.1f}", f"{each.user_attrs['MAE']:,.0f}", *(short(each.params[name]) for name in USUAL)]
        for each in sorted(complete, key=lambda each: each.value or 0.0)
    ]
    print(markdown(["pinball", "MAE", *USUAL], rows))


def loss(trial: optuna.Trial, trials: Trials, name: str) -> float:
    """Mean pinball loss with the settings that a trial suggests; a trial's number is its seed."""
    chosen = {
        "batch": trial.suggest_categorical("batch", [256, 512, 1024]),
        "epochs": trial.suggest_int("epochs", 5, 12),
        "half_life": trial.suggest_float("half_life", 6.0, 40.0, log=True),
        "width": trial.suggest_categorical("width", [128, 192, 256]),
        "dropout": trial.suggest_float("dropout", 0.05, 0.4),
        "hidden": trial.suggest_float("hidden", 0.05, 0.4),
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-3, 1e-1, log=True),
    }
    options = {key: chosen.pop(key) for key in OPTIONS}
    scores = trials.scores(name, TrainingSettings(network=name, **chosen), trial.number, **options)
    trial.set_user_attr("MAE", float(scores.error.mean()))
    return float(scores.pinball.mean())


def short(value: float) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
