"""Shift forecasts towards the season's level projected from past seasons and expected wins.

The largest error before a season is in how many people a club draws on the whole: one figure a season, of which a
network sees a few hundred. A ridge regression on these figures alone makes other mistakes, so an average of both has a
smaller error; and it can use the wins expected of a club, which in a network did not help (docs/experiments.md).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from gatecast.forecast.distribution import demand_of
from gatecast.games.cutoff import PRESEASON, cutoff_days
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.prepare import Preparation
from gatecast.train.calibration_errors import interquartile_range
from gatecast.train.model import TrainedModel

__all__ = ["LevelShift", "level_shift"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

SHARE = 0.35
"""Share of the way from the network's level to the projected one before a season."""
TRUST_GAMES = 12
"""Home games of the season after which the share is half as large: the club's attendance then tells its level."""
LARGEST_SHIFT = 0.3
"""Most that the logarithm of the projected level may differ from the network's."""
KEYS_AT_ONCE = 500
"""Seasons of clubs whose arrays are made at once."""
LEVEL = "level"
LAST_SEASON, SHAPED = "gate_last_season", "gate_shaped_visitor"


class LevelShift:
    """Hold how far one trained model's level of each club's season is from the projected level.

    Parameters
    ----------
    model : TrainedModel
    preparation : Preparation
        Of all games, past and to come.
    """

    def __init__(self, model: TrainedModel, preparation: Preparation) -> None:
        self.model, self.preparation = model, preparation
        self._distances: dict[int, float] = {}

    @cached_property
    def before_season(self) -> npt.NDArray[np.int32]:
        """The last day known before each game's season; rarely asked for, as distances are kept."""
        return cutoff_days(self.preparation.games, PRESEASON)

    def shifts(self, rows: Rows, cutoffs: npt.NDArray[np.int32], quantiles: Floats | None = None) -> Floats:
        """Return what brings quantiles to the level between, in interquartile ranges.

        Parameters
        ----------
        rows : ndarray of int, shape (games,)
        cutoffs : ndarray of int32, shape (games,)
        quantiles : ndarray of float, shape (games, 7), optional
            Of demand at `QUANTILE_LEVELS`, as shares of capacity; worked out where they are needed if not given.

        Returns
        -------
        ndarray of float, shape (games, 7)
        """
        weights = self.weights(rows, cutoffs)
        if not weights.any():
            return np.zeros((len(rows), len(QUANTILE_LEVELS)))
        if quantiles is None:
            demand = demand_of(self.model, self.preparation.at(cutoffs, rows))
            quantiles = demand.averaged(np.array(QUANTILE_LEVELS))
        more = np.expm1(weights * self.distances(rows))
        return quantiles * more[:, None] / interquartile_range(quantiles)[:, None]

    def weights(self, rows: Rows, cutoffs: npt.NDArray[np.int32]) -> Floats:
        """Return how much of the way each forecast goes, shape (games,); 0 where nothing is projected at its cutoff."""
        queries = self.preparation.schedule.take(rows)
        past = self.preparation.attendance.by_season.until(queries.home_season, cutoffs).count
        known = ~np.isnan(self.preparation.projected.at(queries, cutoffs))
        return np.where(known, SHARE / (1.0 + past / TRUST_GAMES), 0.0)

    def distances(self, rows: Rows) -> Floats:
        """Return the logarithm of the projected level over the network's for each game's club and season.

        Of all the home games that the table has of the club's season, each as known before the season, whichever
        games are asked for: so that no forecast depends on which others are asked for beside it.
        """
        every = self.preparation.schedule.home_season
        keys = every[rows]
        missing = [int(key) for key in np.unique(keys) if int(key) not in self._distances]
        if missing:
            order = np.argsort(every, kind="stable")
            begin, end = (np.searchsorted(every[order], missing, side) for side in ("left", "right"))
            for first in range(0, len(missing), KEYS_AT_ONCE):
                some = slice(first, first + KEYS_AT_ONCE)
                of_keys = [order[b:e] for b, e in zip(begin[some], end[some], strict=True)]
                self._distances.update(zip(missing[some], self._distances_of(of_keys), strict=True))
        return np.array([self._distances[int(key)] for key in keys])

    def _distances_of(self, of_keys: list[Rows]) -> list[float]:
        """Return the distance of each club's season, given its rows; 0 where no level is projected."""
        projected = [not np.isnan(self._level_before(rows)).all() for rows in of_keys]
        found = iter(self._projected_distances([rows for rows, known in zip(of_keys, projected, strict=True) if known]))
        return [next(found) if known else 0.0 for known in projected]

    def _level_before(self, rows: Rows) -> Floats:
        """Return the level projected before the season of some games, in people, NaN where there is none."""
        return self.preparation.projected.at(self.preparation.schedule.take(rows), self.before_season[rows])

    def _projected_distances(self, of_keys: list[Rows]) -> list[float]:
        if not of_keys:
            return []
        rows = np.concatenate(of_keys)
        levels, arrays = self._level_before(rows), self.preparation.at(self.before_season[rows], rows)
        places = np.split(np.arange(len(rows)), np.cumsum([len(each) for each in of_keys])[:-1])
        # A club's season at a time, so that the games which share a block never depend on which others are asked for.
        demand = demand_of(self.model, arrays, parts=places)
        median = np.minimum(demand.averaged(np.array([0.5]))[:, 0], 1.0) * demand.capacity
        last_season, shaped = (
            arrays.numeric[:, arrays.names.index(name)].astype(np.float64) for name in (LAST_SEASON, SHAPED)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.log(levels * shaped / last_season / median)
        return [_mean_distance(distance[each]) for each in places]


def _mean_distance(distance: Floats) -> float:
    usable = distance[np.isfinite(distance)]
    return float(np.clip(usable.mean(), -LARGEST_SHIFT, LARGEST_SHIFT)) if len(usable) else 0.0


def level_shift(model: TrainedModel, preparation: Preparation) -> LevelShift:
    """Return the level shift of a model over a preparation, whose levels are worked out once for its sorted tables."""
    shift = LevelShift(model, preparation)
    before = preparation.kept.get(LEVEL)
    if isinstance(before, LevelShift) and before.model is model:
        shift._distances = before._distances
    else:
        preparation.kept[LEVEL] = shift
    return shift
