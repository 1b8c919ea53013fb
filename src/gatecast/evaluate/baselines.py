"""Forecast by baselines that networks must beat: rules, and scikit-learn on the very inputs of the networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.evaluate.backtesting import Method
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead, cutoff_days
from gatecast.games.forecast_columns import (
    AS_OF,
    FORECAST_COLUMNS,
    LEAD,
    MEAN,
    P_SELLOUT,
    QUANTILE_COLUMNS,
    QUANTILE_LEVELS,
)
from gatecast.prepare import Arrays, Preparation
from gatecast.prepare.encoding import Encoding, Inputs
from gatecast.train.boosted_trees import columns_of, regressor
from gatecast.train.draws import drawn_rows
from gatecast.train.samples import training_leads, training_samples

__all__ = ["BASELINES", "Regression", "RuleOfThumb"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Fitted = Callable[[Any, npt.ArrayLike, npt.ArrayLike, int], Any]

POINT = QUANTILE_COLUMNS[QUANTILE_LEVELS.index(0.5)]
RIDGE_HALF_LIFE, TREES_HALF_LIFE = 8.0, 15.0
TREES_FITS = 2
RIDGE_PENALTIES = (1.0, 10.0, 100.0, 1000.0)


class RuleOfThumb:
    """A past attendance or mean of attendance, taken as the forecast; where it is unknown, the next one named.

    Parameters
    ----------
    features : str
        Features of `gatecast.prepare`, the preferred one first.
    """

    def __init__(self, *features: str) -> None:
        self.features = features

    def fit_rows(self, preparation: Preparation, rows: Rows) -> Self:
        """Learn the mean attendance, for games of which nothing is known."""
        attendance = preparation.schedule.attendance[rows]
        self.otherwise = float(attendance.mean()) if len(attendance) else 0.0
        return self

    def forecast_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> pl.DataFrame:
        """Return the rule's figure as mean and median; no other quantiles."""
        known = preparation.at_lead(lead, rows)
        point = np.full(len(rows), np.nan)
        for feature in self.features:
            figure = known.numeric[:, known.names.index(feature)] * known.capacity
            point = np.where(np.isnan(point), figure, point)
        return _points(preparation, rows, lead, np.where(np.isnan(point), self.otherwise, point))


class Regression:
    """A scikit-learn regressor on the inputs of the networks, at the networks' leads, for attendance as fill.

    Parameters
    ----------
    fitted : callable
        From columns, attendance, weights and a seed to a fitted regressor.
    one_hot : bool
        True where categories must be spread over columns of 0 and 1 (linear models).
    half_life : float
        Seasons after which a game counts half.
    fits : int
        Regressors whose mean is the forecast, each fitted on other leads of the games.
    """

    def __init__(self, fitted: Fitted, *, one_hot: bool, half_life: float, fits: int = 1) -> None:
        self.fitted, self.one_hot, self.half_life, self.fits = fitted, one_hot, half_life, fits

    def fit_rows(self, preparation: Preparation, rows: Rows) -> Self:
        """Fit on the games in `rows`, or as many of them as a pass of networks has, each at one random lead."""
        rows = drawn_rows(rows, 0)
        leads = training_leads(preparation.games)
        cutoffs = np.stack([cutoff_days(preparation.games, lead)[rows] for lead in leads])
        self.regressors = []
        for seed in range(self.fits):
            drawn = np.random.default_rng(seed).integers(0, len(leads), len(rows))
            known = [preparation.at(cutoffs[drawn, np.arange(len(rows))], rows)]
            if not seed:
                self.encoding = Encoding.fit(known)
            samples = training_samples(preparation, self.encoding, known, rows, half_life=self.half_life)
            columns = self._columns(samples.inputs)
            self.regressors.append(self.fitted(columns, samples.attended, samples.weights, seed))
        return self

    def forecast_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> pl.DataFrame:
        """Return the regressor's figure, at most what the venue holds, as mean and median; no other quantiles."""
        known: Arrays = preparation.at_lead(lead, rows)
        columns = self._columns(self.encoding.inputs(known))
        fill = np.mean([regressor.predict(columns) for regressor in self.regressors], axis=0)
        return _points(preparation, rows, lead, np.clip(fill, 0.0, 1.0) * self.encoding.capacities(known))

    def _columns(self, inputs: Inputs) -> Any:  # noqa: ANN401
        """Return one row a game; a sparse matrix where categories are spread over columns, of which most are 0."""
        if not self.one_hot:
            return columns_of(inputs)
        from scipy.sparse import csr_matrix, hstack

        codes, numbers = inputs["codes"], np.hstack([inputs["numeric"], inputs["flags"]]).astype(np.float32)
        sizes = np.array(self.encoding.sizes["vocabularies"])
        places = codes + np.r_[0, np.cumsum(sizes)[:-1]]
        games = np.repeat(np.arange(len(codes)), codes.shape[1])
        labels = csr_matrix((np.ones(places.size), (games, places.ravel())), shape=(len(codes), int(sizes.sum())))
        return hstack([csr_matrix(numbers), labels], format="csr")


def _ridge(columns: Any, attended: npt.ArrayLike, weights: npt.ArrayLike, seed: int) -> Any:  # noqa: ANN401
    from sklearn.linear_model import RidgeCV

    return RidgeCV(RIDGE_PENALTIES).fit(columns, attended, sample_weight=weights)


BASELINES: dict[str, Callable[[int], Method]] = {
    "last gate": lambda season: RuleOfThumb("gate_last1"),
    "season mean to date": lambda season: RuleOfThumb("gate_season", "gate_last_season", "gate_last81"),
    "last season's weekday mean": lambda season: RuleOfThumb(
        "gate_weekday_last_season", "gate_last_season", "gate_weekday13", "gate_last81"
    ),
    "ridge": lambda season: Regression(_ridge, one_hot=True, half_life=RIDGE_HALF_LIFE),
    "boosted trees": lambda season: Regression(regressor, one_hot=False, half_life=TREES_HALF_LIFE, fits=TREES_FITS),
}
"""The baselines of every backtest, by name: from the season to forecast to a method that has learned nothing yet."""


def _points(preparation: Preparation, rows: Rows, lead: Lead, point: Floats) -> pl.DataFrame:
    """Return a point forecast under the columns of `FORECAST_COLUMNS`, null where it says nothing."""
    games = preparation.games
    return (
        games.table[rows]
        .select(
            c.GAME_ID,
            c.SEASON,
            pl.lit(str(lead)).alias(LEAD),
            pl.Series(AS_OF, cutoff_days(games, lead)[rows]).cast(pl.Date),
            *(pl.Series(name, np.round(point, 1), pl.Float64) for name in (MEAN, POINT)),
            *(pl.lit(None, pl.Float64).alias(name) for name in (*QUANTILE_COLUMNS, P_SELLOUT) if name != POINT),
        )
        .select(FORECAST_COLUMNS)
    )
