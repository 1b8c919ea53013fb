"""A forecaster for backtests whose training shows progress, and goes on where it was cut short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.forecast.forecaster import Forecaster
from gatecast.games.cutoff import Lead
from gatecast.prepare import Preparation
from gatecast.progress import Progress, silent

__all__ = ["BacktestMethod"]


@dataclass(frozen=True)
class BacktestMethod:
    """A method of a backtest: a forecaster, and where the state of its training is kept.

    Parameters
    ----------
    forecaster : Forecaster
        Not yet trained.
    folder : path or None
        Keeps the state of the training, where there is one.
    name : str
        Shown before what is being done, such as the season to forecast.
    progress : callable
    """

    forecaster: Forecaster
    folder: Path | None = None
    name: str = ""
    progress: Progress = silent

    def reporting(self, progress: Progress) -> Self:
        """Return the method, telling a progress."""
        return replace(self, progress=progress)

    def fit_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp]) -> Self:
        """Train on the games in `rows`, shape (games,)."""
        self.forecaster.fit_rows(preparation, rows, folder=self.folder, progress=self._report)
        return self

    def forecast_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp], lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows`, each at its own cutoff."""
        return self.forecaster.forecast_rows(preparation, rows, lead)

    def _report(self, what: str, done: int, total: int) -> None:
        self.progress(f"{self.name}: {what}" if self.name else what, done, total)
