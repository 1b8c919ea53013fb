"""Forecaster: fit on past games, forecast games to come, save and load."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.forecast.calibration import Calibration, errors_since_training
from gatecast.forecast.combined import CombinedModel, is_combined, load_combined
from gatecast.forecast.distribution import AttendanceDistribution, demand_at
from gatecast.forecast.season_level import level_shift
from gatecast.forecast.session import ForecastSession, as_games
from gatecast.forecast.table import contract_table
from gatecast.games import Games, cutoff_days, parse_season
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.games.frames import Frame, IntoFrame
from gatecast.networks import AUTO, DEFAULT_NETWORK, NEEDS_NO_TRAINING, PRETRAINED, chosen_network
from gatecast.prepare import Preparation
from gatecast.progress import Progress, printed, silent
from gatecast.suggestions import listed, suggestion
from gatecast.tasks import HERE, Engine
from gatecast.train.model import TrainedModel, load_model, save_model
from gatecast.train.samples import check_enough, training_games
from gatecast.train.settings import TrainingSettings

__all__ = ["Forecaster"]

Rows = npt.NDArray[np.intp]
TRAINING = ("members", "epochs", "batch", "learning_rate", "weight_decay", "half_life")
"""Settings of training that are keyword arguments of a forecaster, besides network and seed."""


class Forecaster:
    """Forecast the attendance of games to come with an ensemble of neural networks.

    Arguments follow scikit-learn: `get_params`, `set_params` and `sklearn.base.clone` work, and nothing is learned
    before `fit`. A forecaster can be pickled; to keep a trained model for long, use `save`.

    Parameters
    ----------
    network : str
        Name of the network: feedforward, convolutional, recurrent or transformer (default); `pretrained` for the
        one that comes trained, weighed against simple methods, `auto` for that one on fewer than 10,000 games, or one
        of those methods alone, such as `trees` (`gatecast.networks.SINGLE_METHODS`).
    seed : int
        Seed of all random numbers, at least 0: the same seed on the same machine gives the same forecast.
    members : int
        Networks in the ensemble. Default: 2.
    epochs : int
        Most passes over the games; early stopping decides how many. Default: 15.
    batch : int
        Games in a training step; fewer if there are few games. Default: 512.
    learning_rate, weight_decay : float
        Of the optimiser, AdamW. Defaults: 0.003 and 0.01.
    half_life : float
        Seasons after which a game counts half in training. Default: 15.
    settings : TrainingSettings, optional
        All of these at once; `network`, `seed` and what else is given separately take precedence.
    verbose : bool
        True to print the progress of training to the standard error stream.
    n_jobs : int, optional
        Members of the ensemble that are trained at the same time; -1 for as many as there are cores, which is also
        the default. The forecast does not depend on it.

    Attributes
    ----------
    settings : TrainingSettings
        All settings of training.
    model : TrainedModel, CombinedModel or None
        The trained model; None before training.

    Raises
    ------
    InputError
        An argument is of the wrong kind or out of range, or there is no network of that name.

    Examples
    --------
    >>> from gatecast.collect.sample import sample_league
    >>> league = sample_league()
    >>> forecaster = Forecaster("feedforward", members=1, epochs=1).fit(league.games)
    >>> forecaster.forecast(league.games, league.upcoming, as_of=league.as_of).columns[:4]
    ['game_id', 'lead', 'as_of', 'mean']
    >>> Forecaster("lstm")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gatecast.errors.InputError: network: got 'lstm', expected one of feedforward, convolutional, ...
    """

    def __init__(
        self,
        network: str = DEFAULT_NETWORK,
        *,
        seed: int = 0,
        members: int | None = None,
        epochs: int | None = None,
        batch: int | None = None,
        learning_rate: float | None = None,
        weight_decay: float | None = None,
        half_life: float | None = None,
        settings: TrainingSettings | None = None,
        verbose: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        values = (members, epochs, batch, learning_rate, weight_decay, half_life)
        chosen = {name: value for name, value in zip(TRAINING, values, strict=True) if value is not None}
        changes: dict[str, Any] = {"network": network, "seed": seed, **chosen}
        self.settings = replace(settings or TrainingSettings(), **changes)
        self.verbose, self.n_jobs = _checked_verbose(verbose), _checked_jobs(n_jobs)
        self.model: TrainedModel | CombinedModel | None = None
        self._session: ForecastSession[Any] | None = None

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the arguments of this forecaster by name, as scikit-learn does.

        Parameters
        ----------
        deep : bool
            Of no effect: a forecaster holds no other estimators.
        """
        return {
            "network": self.settings.network,
            "seed": self.settings.seed,
            **{name: getattr(self.settings, name) for name in TRAINING},
            "verbose": self.verbose,
            "n_jobs": self.n_jobs,
        }

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401
        """Change arguments of this forecaster; they take effect when it is fitted next.

        Raises
        ------
        InputError
            There is no argument of that name, or a value cannot be used; nothing is changed then.

        Examples
        --------
        >>> Forecaster().set_params(members=4)
        Forecaster(network='transformer', members=4)
        """
        known = self.get_params()
        for name in params:
            if name not in known:
                near = suggestion(name, known)
                raise InputError(
                    f"Forecaster: got {name!r}, expected one of {listed([*known])}" + (f"; {near}" if near else "")
                )
        changed = type(self)(**{**known, **params})
        self.settings, self.verbose, self.n_jobs = changed.settings, changed.verbose, changed.n_jobs
        return self

    def __repr__(self) -> str:
        usual = Forecaster().get_params()
        params = [f"{k}={v!r}" for k, v in self.get_params().items() if k == "network" or v != usual[k]]
        text = f"{type(self).__name__}({', '.join(params)})"
        if self.model is None:
            return text
        through = f" through {self.model.through}" if self.model.through else ""
        if isinstance(self.model, CombinedModel):
            return f"<{text}{through}>"
        return f"<{text} trained on {self.model.climatology.games:,} games{through}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_session": None}

    def fit(
        self,
        games: Games | IntoFrame,
        *,
        through: int | str | None = None,
        folder: str | Path | None = None,
        progress: Progress | None = None,
        engine: Engine = HERE,
    ) -> Self:
        """Train on past games.

        Parameters
        ----------
        games : Games or data frame (pandas, polars, Arrow)
        through : int or str, optional
            Last season to train on, such as 2018, or "2018-19" for a season over New Year; all if not given.
        folder : path, optional
            Keeps the state of the training, so that an interrupted one continues from there.
        progress : callable, optional
            Called with the name of the work, the steps done, and the number of steps. Default: by `verbose`.
        engine : Engine
            Trains the members: this process, or a cluster (`gatecast.cluster.engine`), on which an interrupted
            training begins anew. The model is the same.

        Returns
        -------
        Forecaster
            This one.

        Raises
        ------
        InputError
            There are fewer than two games with a known attendance; or training gives values that are not numbers.
        """
        table = as_games(games)
        rows = training_games(table, through=None if through is None else parse_season(str(through)))
        return self.fit_rows(Preparation(table), rows, folder=folder, progress=progress, engine=engine)

    def fit_rows(
        self,
        preparation: Preparation,
        rows: Rows,
        *,
        folder: str | Path | None = None,
        progress: Progress | None = None,
        engine: Engine = HERE,
    ) -> Self:
        """Train on the games in `rows` of a preparation, shape (games,)."""
        self._session = None
        if self.settings.network == AUTO:
            self.settings = replace(self.settings, network=chosen_network(AUTO, len(rows)))
        if self.settings.network in NEEDS_NO_TRAINING:
            check_enough(rows)
            self.model = CombinedModel.for_games(preparation, rows, self.settings)
            return self
        from gatecast.train.ensemble import train_ensemble

        self.model = train_ensemble(
            preparation,
            rows,
            self.settings,
            folder=Path(folder) if folder else None,
            progress=progress or (printed if self.verbose else silent),
            jobs=_jobs(self.n_jobs),
            engine=engine,
        )
        return self

    @overload
    def forecast(
        self, games: Games | IntoFrame, upcoming: Games, as_of: dt.date | str | None = None
    ) -> pl.DataFrame: ...

    @overload
    def forecast(self, games: Games | IntoFrame, upcoming: Frame, as_of: dt.date | str | None = None) -> Frame: ...

    def forecast(
        self, games: Games | IntoFrame, upcoming: Games | IntoFrame, as_of: dt.date | str | None = None
    ) -> Any:
        """Forecast games to come from what was known at the end of a day.

        Parameters
        ----------
        games : Games or data frame (pandas, polars, Arrow)
            Past games; results after `as_of` are not used. Weather and other columns are as known on that day.
        upcoming : Games or data frame
            The games to forecast; their results, if any, are not used.
        as_of : date, or text such as 2019-05-30
            The last day known; needed if games have dates.

        Returns
        -------
        data frame of the kind of `upcoming`; polars if that is `Games`
            One row for each game to come, in their order (pandas: with their index): game_id, lead (days), as_of,
            mean, q05 to q95, p_sellout, turned_away, then the description of the game. Mean, quantiles of attendance
            and turned_away are people; p_sellout is a probability from 0 to 1.

        Raises
        ------
        DataError
            There is no upcoming game, or one is not after `as_of`; or a table cannot be used.
        InputError
            The forecaster is not trained; or there is no `as_of`, or it is no date.
        """
        return self.session(games, upcoming, as_of).forecast()

    @overload
    def session(
        self, games: Games | IntoFrame, upcoming: Games, as_of: dt.date | str | None = None
    ) -> ForecastSession[pl.DataFrame]: ...

    @overload
    def session(
        self, games: Games | IntoFrame, upcoming: Frame, as_of: dt.date | str | None = None
    ) -> ForecastSession[Frame]: ...

    def session(
        self, games: Games | IntoFrame, upcoming: Games | IntoFrame, as_of: dt.date | str | None = None
    ) -> ForecastSession[Any]:
        """Return a session for several questions about the same games: forecast, what-if, explanation, comparison.

        The latest session is kept, and the next one about the same tables begins where it ended.

        Parameters
        ----------
        games, upcoming, as_of
            As for `forecast`.

        Raises
        ------
        DataError, InputError
            As for `forecast`.
        """
        _ = self.trained
        session: ForecastSession[Any] = ForecastSession(self, games, upcoming, as_of, like=self._session)
        self._session = session
        return session

    def forecast_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows` of a preparation, each at its own cutoff for one lead (for backtests)."""
        cutoffs = cutoff_days(preparation.games, lead)[rows]
        return contract_table(preparation.games, rows, self.demand_rows(preparation, rows, lead), str(lead), cutoffs)

    def demand_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> AttendanceDistribution:
        """Return the same forecasts as distributions of demand."""
        cutoffs = cutoff_days(preparation.games, lead)[rows]
        if isinstance(self.trained, CombinedModel):
            return self.trained.demand_at(preparation, rows, cutoffs.astype(np.int64))
        demand = demand_at(self.trained, preparation, cutoffs, rows)
        held_back = self.trained.held_back
        if held_back:
            (seen,) = errors_since_training(self.trained, preparation, (lead,), int(cutoffs.max(initial=0)))
            clubs = preparation.games.clubs[rows]
            shifts = Calibration.at_lead(held_back, lead).shifts(cutoffs.astype(np.int64), clubs, seen)
            quantiles = demand.averaged(np.array(QUANTILE_LEVELS))
            level = level_shift(self.trained, preparation).shifts(rows, cutoffs, quantiles)
            demand = replace(demand, shifts=shifts + level)
        return demand

    def save(self, folder: str | Path) -> None:
        """Write the trained model to a folder.

        It gets `model.json` and `weights.safetensors`; of a network trained on the table, `program.json` too.

        Raises
        ------
        InputError
            The forecaster is not trained.
        """
        model = self.trained
        if isinstance(model, CombinedModel):
            model.save(folder)
        else:
            save_model(model, folder)

    @classmethod
    def pretrained(cls) -> Self:
        """Return a forecaster that needs no training: weights that come with the package, weighed on your own past.

        Each forecast takes the latest weights that were trained on no game after its last day known.

        Examples
        --------
        >>> from gatecast.collect.sample import sample_league
        >>> league = sample_league()
        >>> forecast = Forecaster.pretrained().forecast(league.games, league.upcoming, as_of=league.as_of)
        >>> forecast.height == len(league.upcoming)
        True
        """
        forecaster = cls(PRETRAINED)
        forecaster.model = CombinedModel(forecaster.settings)
        return forecaster

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a trained model that `save` or `gatecast train` wrote.

        Raises
        ------
        ModelError
            The folder holds no model, or one that is damaged or of another format.
        """
        model = load_combined(folder) if is_combined(folder) else load_model(folder)
        forecaster = cls(model.settings.network, seed=model.settings.seed, settings=model.settings)
        forecaster.model = model
        return forecaster

    @property
    def custom_columns(self) -> tuple[c.Column, ...]:
        """The custom columns that the model was trained with; none before training."""
        return self.model.custom_columns if self.model else ()

    @property
    def trained(self) -> TrainedModel | CombinedModel:
        """The model; raises InputError before training."""
        if self.model is None:
            raise InputError("forecaster: got one that is not trained, expected a trained one; call fit or load first")
        return self.model


def _checked_verbose(verbose: bool) -> bool:
    if not isinstance(verbose, bool | int):
        raise InputError(f"verbose: got {verbose!r}, expected True or False")
    return verbose


def _checked_jobs(n_jobs: int | None) -> int | None:
    if n_jobs is None or (isinstance(n_jobs, int) and not isinstance(n_jobs, bool) and (n_jobs == -1 or n_jobs >= 1)):
        return n_jobs
    raise InputError(f"n_jobs: got {n_jobs!r}, expected a whole number from 1, or -1 for as many as there are cores")


def _jobs(n_jobs: int | None) -> int:
    return (os.cpu_count() or 1) if n_jobs in (None, -1) else n_jobs
