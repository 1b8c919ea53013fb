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
from gatecast.train.samples import training_leads, training_samples

__all__ = ["BASELINES", "Regression", "RuleOfThumb"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

POINT = QUANTILE_COLUMNS[QUANTILE_LEVELS.index(0.5)]
HALF_LIFE = 8.0
TREE_LEAVES, TREE_ROUNDS, TREE_RATE, TREE_SMALLEST_LEAF = 63, 300, 0.06, 30
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
    make : callable
        Gives an unfitted regressor whose `fit` takes `sample_weight`.
    one_hot : bool
        True where categories must be spread over columns of 0 and 1 (linear models).
    """

    def __init__(self, make: Callable[[], Any], *, one_hot: bool) -> None:
        self.make, self.one_hot = make, one_hot

    def fit_rows(self, preparation: Preparation, rows: Rows) -> Self:
        """Fit on the games in `rows`, each at one training lead, in turn."""
        from threadpoolctl import threadpool_limits

        leads = training_leads(preparation.games)
        drawn = np.random.default_rng(0).integers(0, len(leads), len(rows))
        cutoffs = np.stack([cutoff_days(preparation.games, lead)[rows] for lead in leads])
        known = [preparation.at(cutoffs[drawn, np.arange(len(rows))], rows)]
        self.encoding = Encoding.fit(known)
        samples = training_samples(preparation, self.encoding, known, rows, half_life=HALF_LIFE)
        columns = self._columns(samples.inputs)
        # Threads that wait for each other by spinning lose many times what they gain where cores are shared.
        with threadpool_limits(1):
            self.regressor = self.make().fit(columns, samples.attended, sample_weight=samples.weights)
        return self

    def forecast_rows(self, preparation: Preparation, rows: Rows, lead: Lead) -> pl.DataFrame:
        """Return the regressor's figure, at most what the venue holds, as mean and median; no other quantiles."""
        known: Arrays = preparation.at_lead(lead, rows)
        fill = self.regressor.predict(self._columns(self.encoding.inputs(known)))
        return _points(preparation, rows, lead, np.clip(fill, 0.0, 1.0) * self.encoding.capacities(known))

    def _columns(self, inputs: Inputs) -> Any:  # noqa: ANN401
        """Return one row a game; a sparse matrix where categories are spread over columns, of which most are 0."""
        codes, numbers = inputs["codes"], np.hstack([inputs["numeric"], inputs["flags"]]).astype(np.float32)
        if not self.one_hot:
            return np.hstack([numbers, codes]).astype(np.float32)
        from scipy.sparse import csr_matrix, hstack

        sizes = np.array(self.encoding.sizes["vocabularies"])
        places = codes + np.r_[0, np.cumsum(sizes)[:-1]]
        games = np.repeat(np.arange(len(codes)), codes.shape[1])
        labels = csr_matrix((np.ones(places.size), (games, places.ravel())), shape=(len(codes), int(sizes.sum())))
        return hstack([csr_matrix(numbers), labels], format="csr")


def _ridge() -> Any:  # noqa: ANN401
    from sklearn.linear_model import RidgeCV

    return RidgeCV(RIDGE_PENALTIES)


def _trees() -> Any:  # noqa: ANN401
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        loss="absolute_error",
        learning_rate=TREE_RATE,
        max_iter=TREE_ROUNDS,
        max_leaf_nodes=TREE_LEAVES,
        min_samples_leaf=TREE_SMALLEST_LEAF,
        max_features=0.5,
        early_stopping=False,
        random_state=0,
    )


BASELINES: dict[str, Callable[[int], Method]] = {
    "last gate": lambda season: RuleOfThumb("gate_last1"),
    "season mean to date": lambda season: RuleOfThumb("gate_season", "gate_last_season", "gate_last81"),
    "last season's weekday mean": lambda season: RuleOfThumb(
        "gate_weekday_last_season", "gate_last_season", "gate_weekday13", "gate_last81"
    ),
    "ridge": lambda season: Regression(_ridge, one_hot=True),
    "boosted trees": lambda season: Regression(_trees, one_hot=False),
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
