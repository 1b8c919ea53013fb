"""Forecaster: fit on past games, forecast games to come, keep what was learned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError, InputError
from gatecast.forecast.calibration import Calibration, Seen
from gatecast.forecast.distribution import DemandForecast
from gatecast.forecast.table import contract_table, described_table
from gatecast.games import Games, cutoff_days
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead, as_day
from gatecast.prepare import Arrays, Preparation
from gatecast.progress import Progress, silent
from gatecast.train.held_back import LEVELS, errors_of
from gatecast.train.model import TrainedModel
from gatecast.train.samples import training_games
from gatecast.train.settings import TrainingSettings

__all__ = ["Forecaster", "check_upcoming"]

Rows = npt.NDArray[np.intp]


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
        self, network: str = "feedforward", *, seed: int = 0, settings: TrainingSettings | None = None
    ) -> None:
        self.settings = replace(settings or TrainingSettings(), network=network, seed=seed)
        self.model: TrainedModel | None = None

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
        model = self._trained
        coming = as_games(upcoming, model.extras)
        everything = as_games(games, model.extras).extended(coming)
        preparation = Preparation(everything, weather_as_observed=False)
        chosen = _rows_of(coming, everything)
        last = _last_day(everything, chosen, as_of)
        cutoffs = np.full(len(everything), last, np.int32)
        arrays, ahead = preparation.at(cutoffs), everything.days[chosen] - last
        nearest = model.held_back.nearest(ahead) if model.held_back else np.zeros(len(ahead), np.int64)
        parts = []
        for i in np.unique(nearest):
            rows = chosen[nearest == i]
            lead = model.held_back.leads[i] if model.held_back else 1
            demand = self._demand(preparation, arrays, rows)
            parts.append(self._calibrated(preparation, demand, rows, lead, cutoffs[rows]))
        demand = DemandForecast.concatenated(parts, np.argsort(np.argsort(nearest, kind="stable")))
        table = contract_table(everything, chosen, demand, pl.Series(ahead).cast(pl.String), cutoffs[chosen])
        return described_table(table, everything, demand)

    def forecast_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows` of a preparation, each at its own cut-off for one lead (backtests)."""
        cutoffs = cutoff_days(preparation.games, lead)[rows]
        demand = self._demand(preparation, preparation.at_lead(lead), rows)
        demand = self._calibrated(preparation, demand, rows, lead, cutoffs)
        return contract_table(preparation.games, rows, demand, str(lead), cutoffs)

    def save(self, folder: str | Path) -> None:
        """Write the trained model to a folder: `model.json` and `weights.safetensors`."""
        from gatecast.train.saved import save_model

        save_model(self._trained, folder)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a trained model; raises ModelError where the folder holds none."""
        from gatecast.train.saved import load_model

        model = load_model(folder)
        forecaster = cls(model.settings.network, seed=model.settings.seed, settings=model.settings)
        forecaster.model = model
        return forecaster

    @property
    def extras(self) -> tuple[c.Column, ...]:
        """The club's own columns that the model was trained with; none before training."""
        return self.model.extras if self.model else ()

    @property
    def _trained(self) -> TrainedModel:
        if self.model is None:
            raise InputError("forecaster: got one that is not trained, expected a trained one; call fit or load first")
        return self.model

    def _calibrated(
        self, preparation: Preparation, demand: DemandForecast, rows: Rows, lead: Lead, cutoffs: npt.NDArray[np.int32]
    ) -> DemandForecast:
        """Demand for the games in `rows` with the corrections for forecasts at one lead, made at `cutoffs`, (rows,)."""
        held_back = self._trained.held_back
        if held_back is None:
            return demand
        seen = self._seen(preparation, lead)
        return replace(demand, shifts=Calibration.at_lead(held_back, lead).shifts(cutoffs.astype(np.int64), seen))

    def _seen(self, preparation: Preparation, lead: Lead) -> Seen:
        """Errors at one lead on the games after the last day trained on."""
        model, schedule = self._trained, preparation.schedule
        if not model.through or not preparation.games.dated:
            return Seen.nothing()
        after = np.flatnonzero(schedule.day > as_day(dt.date.fromisoformat(model.through)))
        if not len(after):
            return Seen.nothing()
        demand = self._demand(preparation, preparation.at_lead(lead), after)
        errors = errors_of(demand.averaged(np.array(LEVELS)), schedule.gate[after] / demand.holds).astype(np.float64)
        order = np.argsort(schedule.day[after], kind="stable")
        order = order[schedule.gate[after][order] > 0]
        cutoffs = cutoff_days(preparation.games, lead)[after].astype(np.int64)
        return Seen(schedule.day[after][order], cutoffs[order], errors[order])

    def _demand(self, preparation: Preparation, arrays: Arrays, rows: Rows) -> DemandForecast:
        """Demand for the games in `rows`."""
        chosen = arrays.take(rows)
        holds = self._trained.encoding.seats(chosen).astype(np.float64)
        stated = preparation.gates.stated[rows]
        return DemandForecast(
            self._trained.parameters(chosen), holds, np.where(stated > 0, stated, holds), self._trained.climatology
        )


def as_games(games: Games | Any, extras: Sequence[c.Column] = ()) -> Games:  # noqa: ANN401
    """`games` itself, or the games of a data frame, with any of `extras` it lacks added as unknown."""
    table = games if isinstance(games, Games) else Games.from_frame(games, [*extras])
    missing = [column for column in extras if column.name not in table.columns]
    if not missing:
        return table
    unknown = [pl.lit(None, column.dtype()).alias(column.name) for column in missing]
    return Games(table.table.with_columns(unknown), (*table.extras, *missing))


def check_upcoming(games: Games, upcoming: Games, as_of: dt.date | str | None = None) -> None:
    """Raise what `Forecaster.forecast` would raise for these games, so that it is known before a long training."""
    everything = games.extended(upcoming)
    _last_day(everything, _rows_of(upcoming, everything), as_of)


def _rows_of(coming: Games, everything: Games) -> Rows:
    """Where each game to come stands in the table of all games: last, where games carry no dates."""
    if not coming.dated:
        return np.arange(len(everything) - len(coming), len(everything))
    place = everything.table.select(c.GAME_ID).with_row_index()
    rows = coming.table.select(c.GAME_ID).join(place, on=c.GAME_ID, how="left", maintain_order="left")["index"]
    return rows.to_numpy().astype(np.intp)


def _last_day(games: Games, rows: Rows, as_of: dt.date | str | None) -> int:
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
