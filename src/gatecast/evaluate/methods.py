"""What a backtest asks of a forecasting method."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games.cutoff import Lead
from gatecast.prepare import Preparation

__all__ = ["Method"]


class Method(Protocol):
    """Something that learns from past games and forecasts others: a network, a tree, a rule of thumb."""

    def fit_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp]) -> Self:
        """Learn from the games in `rows`, shape (games,), and from nothing after them."""

    def forecast_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp], lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows`, each at its own cut-off: the columns of `FORECAST_COLUMNS`."""
