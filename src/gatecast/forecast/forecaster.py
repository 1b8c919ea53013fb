"""Forecaster: fit on past games, forecast games to come, keep what was learned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError, InputError
from gatecast.forecast.calibration import Calibration, Seen
from gatecast.forecast.distribution import DemandForecast
from gatecast.forecast.prepared import Prepared, as_games, rows_of
from gatecast.forecast.table import contract_table, described_table
from gatecast.games import Games, cutoff_days
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead, as_day
from gatecast.networks import DEFAULT_NETWORK
from gatecast.prepare import Arrays, Preparation
from gatecast.progress import Progress, silent
from gatecast.train.calibration_errors import LEVELS, errors_of
from gatecast.train.model import TrainedModel
from gatecast.train.samples import training_games
from gatecast.train.settings import TrainingSettings

__all__ = ["Forecaster", "check_upcoming", "last_day"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


class Forecaster:
    """Forecasts the attendance of games to come.

    Parameters
    ----------
    network : str
        Name of the network.
    seed : int
        One seed, one machine: one result.
    settings : TrainingSettings, optional
        Everything else about training; `network` and `seed` are taken from the other two.

    Examples
    --------
    >>> from gatecast.collect.sample import sample_league
    >>> league = sample_league()
    >>> quick = TrainingSettings(members=1, epochs=1)
    >>> forecast = Forecaster(settings=quick).fit(league.games).forecast(
    ...     league.games, league.upcoming, as_of=league.as_of
    ... )
    >>> forecast.columns[:4]
    ['game_id', 'lead', 'as_of', 'mean']
    """

    def __init__(
        self, network: str = DEFAULT_NETWORK, *, seed: int = 0, settings: TrainingSettings | None = None
    ) -> None:
        self.settings = replace(settings or TrainingSettings(), network=network, seed=seed)
        self.model: TrainedModel | None = None
        self._latest: Prepared | None = None

    def fit(
        self,
        games: Games | pl.DataFrame,
        *,
        through: int | None = None,
        folder: str | Path | None = None,
        progress: Progress = silent,
    ) -> Self:
        """Train on past games.

        Parameters
        ----------
        games : Games or data frame
        through : int, optional
            Last season to train on.
        folder : path, optional
            Keeps the state of the training, so that one cut short goes on from there.
        progress : callable

        Raises
        ------
        InputError
            Fewer than two games with a known gate.
        """
        table = as_games(games)
        return self.fit_rows(
            Preparation(table), training_games(table, through=through), folder=folder, progress=progress
        )

    def fit_rows(
        self,
        preparation: Preparation,
        rows: Rows,
        *,
        folder: str | Path | None = None,
        progress: Progress = silent,
    ) -> Self:
        """Train on the games in `rows` of a preparation, shape (games,)."""
        from gatecast.train.ensemble import train_ensemble

        self._latest = None
        self.model = train_ensemble(
            preparation, rows, self.settings, folder=Path(folder) if folder else None, progress=progress
        )
        return self

    def forecast(
        self, games: Games | pl.DataFrame, upcoming: Games | pl.DataFrame, as_of: dt.date | str | None = None
    ) -> pl.DataFrame:
        """Forecast games to come from what was known at the end of a day.

        Parameters
        ----------
        games : Games or data frame
            Past games; results after `as_of` are not looked at. Weather and other columns are as known on that day.
        upcoming : Games or data frame
            The games to forecast; their results, if any, are not looked at.
        as_of : date, or text such as 2019-05-30
            The last day known; needed where games carry dates.

        Returns
        -------
        polars.DataFrame
            One row an upcoming game, in their order: game_id, lead (days), as_of, mean, q05 to q95, p_sellout,
            turned_away, then the game's description. People; q are quantiles of attendance.

        Raises
        ------
        DataError
            There is no upcoming game, or one is not after `as_of`.
        """
        return self.forecast_prepared(self.prepared(games, upcoming), as_of)

    def forecast_prepared(self, prepared: Prepared, as_of: dt.date | str | None = None) -> pl.DataFrame:
        """The same for games that are prepared already."""
        everything, rows = prepared.preparation.games, prepared.rows
        last = last_day(everything, rows, as_of)
        cutoffs, ahead = np.full(len(rows), last, np.int32), everything.days[rows] - last
        if last not in prepared.shifts:
            prepared.shifts[last] = self.shifts(prepared, rows, ahead, last)
        demand = self.demand(prepared.preparation.at(cutoffs, rows), prepared.shifts[last])
        table = contract_table(everything, rows, demand, pl.Series(ahead).cast(pl.String), cutoffs)
        return described_table(table, everything, rows, demand)

    def prepared(self, games: Games | pl.DataFrame, upcoming: Games | pl.DataFrame) -> Prepared:
        """Past games and games to come as `forecast` looks them up; kept until others are asked for."""
        model, prepared = self.trained, self._latest
        if prepared is None or not prepared.serves(games, upcoming):
            prepared = self._latest = Prepared.of(games, upcoming, model.custom_columns)
        return prepared

    def demand(self, arrays: Arrays, shifts: Floats | None = None) -> DemandForecast:
        """Demand for the games of `arrays`, calibrated by `shifts`, shape (games, 7), where they are given."""
        model = self.trained
        holds = model.encoding.seats(arrays).astype(np.float64)
        stated = arrays.stated.astype(np.float64)
        seats = np.where(stated > 0, stated, holds)
        return DemandForecast(model.parameters(arrays), holds, seats, model.climatology, shifts)

    def shifts(self, prepared: Prepared, rows: Rows, ahead: npt.NDArray[np.int32], last: int) -> Floats | None:
        """What calibration adds to the forecasts of the games in `rows`, each as for the nearest training lead.

        Parameters
        ----------
        prepared : Prepared
        rows : ndarray of int, shape (games,)
            Where the games stand among all games.
        ahead : ndarray of int32, shape (games,)
            Days from the last day known to each game.
        last : int
            The last day known, on the scale of `Games.days`.

        Returns
        -------
        ndarray of float, shape (games, 7), or None where no game was held back to learn it from
        """
        held_back = self.trained.held_back
        if not held_back:
            return None
        nearest, clubs = held_back.nearest(ahead), prepared.preparation.games.clubs[rows]
        if last not in prepared.seen:
            # All leads together, whichever are asked for: so each game shares its block with the same ones always.
            prepared.seen[last] = self._seen(prepared.preparation, held_back.leads, last)
        shifts = np.empty((len(ahead), len(LEVELS)))
        for i in np.unique(nearest):
            lead, those = held_back.leads[i], nearest == i
            cutoffs = np.full(those.sum(), last, np.int64)
            shifts[those] = Calibration.at_lead(held_back, lead).shifts(cutoffs, clubs[those], prepared.seen[last][i])
        return shifts

    def forecast_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows` of a preparation, each at its own cut-off for one lead (backtests)."""
        cutoffs = cutoff_days(preparation.games, lead)[rows]
        return contract_table(preparation.games, rows, self.demand_rows(preparation, rows, lead), str(lead), cutoffs)

    def demand_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> DemandForecast:
        """The same as distributions of demand."""
        cutoffs = cutoff_days(preparation.games, lead)[rows]
        demand = self.demand(preparation.at_lead(lead, rows))
        held_back = self.trained.held_back
        if held_back:
            (seen,) = self._seen(preparation, (lead,), int(cutoffs.max(initial=0)))
            clubs = preparation.games.clubs[rows]
            shifts = Calibration.at_lead(held_back, lead).shifts(cutoffs.astype(np.int64), clubs, seen)
            demand = replace(demand, shifts=shifts)
        return demand

    def save(self, folder: str | Path) -> None:
        """Write the trained model to a folder: `model.json` and `weights.safetensors`."""
        from gatecast.train.saved import save_model

        save_model(self.trained, folder)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a trained model; raises ModelError where the folder holds none."""
        from gatecast.train.saved import load_model

        model = load_model(folder)
        forecaster = cls(model.settings.network, seed=model.settings.seed, settings=model.settings)
        forecaster.model = model
        return forecaster

    @property
    def custom_columns(self) -> tuple[c.Column, ...]:
        """The club's own columns that the model was trained with; none before training."""
        return self.model.custom_columns if self.model else ()

    @property
    def trained(self) -> TrainedModel:
        """The model; raises InputError before training."""
        if self.model is None:
            raise InputError("forecaster: got one that is not trained, expected a trained one; call fit or load first")
        return self.model

    def _seen(self, preparation: Preparation, leads: Sequence[Lead], last: int) -> list[Seen]:
        """Errors at each lead on the games after the last day trained on, up to the last day known."""
        model, schedule = self.trained, preparation.schedule
        nothing = [Seen.nothing() for _ in leads]
        if not model.through or not preparation.games.dated:
            return nothing
        through = as_day(dt.date.fromisoformat(model.through))
        # Chosen by day, not by gate: which games share a block may change the last bits of what comes of them.
        rows = np.flatnonzero((schedule.day > through) & (schedule.day <= last))
        if not len(rows):
            return nothing
        rows = rows[np.argsort(schedule.day[rows], kind="stable")]
        cutoffs = np.stack([cutoff_days(preparation.games, lead)[rows] for lead in leads])
        demand = self.demand(preparation.at(cutoffs.ravel(), np.tile(rows, len(leads))))
        gates = np.tile(schedule.gate[rows], len(leads))
        errors = errors_of(demand.averaged(np.array(LEVELS)), gates / demand.holds).astype(np.float64)
        counted, clubs = schedule.gate[rows] > 0, preparation.games.clubs[rows]
        return [
            Seen(schedule.day[rows][counted], then.astype(np.int64)[counted], missed[counted], clubs[counted])
            for then, missed in zip(cutoffs, errors.reshape(len(leads), len(rows), -1), strict=True)
        ]


def check_upcoming(games: Games, upcoming: Games, as_of: dt.date | str | None = None) -> None:
    """Raise what `Forecaster.forecast` would raise for these games, so that it is known before a long training."""
    everything = games.extended(upcoming)
    last_day(everything, rows_of(upcoming, everything), as_of)


def last_day(games: Games, rows: Rows, as_of: dt.date | str | None) -> int:
    """The cut-off of a forecast as a day number, checked against the games to forecast."""
    if not len(rows):
        raise DataError("no upcoming games", "at least one game to forecast")
    if not games.dated:
        return int(games.days[rows].min()) - 1
    if as_of is None:
        raise InputError("as_of: got none, expected the last day known, such as 2019-05-30")
    try:
        day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise InputError(f"as_of: got {as_of!r}, expected a date such as 2019-05-30") from None
    last = as_day(day)
    early = rows[games.days[rows] <= last]
    if len(early):
        game = games.table.row(int(early[0]), named=True)
        raise DataError(
            f"game {game[c.GAME_ID]} on {game[c.DATE]} with a cut-off of {day}",
            "games after the cut-off",
            "take past games out of the upcoming table, or choose an earlier day",
        )
    return last
