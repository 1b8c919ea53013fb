"""Games that never were, for the pretrained network: each driver of a mixed game is taken from another game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.combined import CombinedDemand, CombinedModel
from gatecast.forecast.drivers import BALLPARK, OPPONENT, RECENT_ATTENDANCE, SEASON, START, driver_of
from gatecast.forecast.extra_inputs import ExtraInputs
from gatecast.forecast.weighing import Weighing
from gatecast.prepare.context_inputs import ContextGames, Query

__all__ = ["MixedQueries"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class MixedQueries:
    """The games that others are mixed from, each as seen from its own cutoff.

    Parameters
    ----------
    model : CombinedModel
    weighing : Weighing
        Of the day that the forecast is made on.
    query : Query
        The games, shape (games,).
    cutoffs : ndarray of int, shape (games,)
    extra : ExtraInputs
    columns : ndarray of float, shape (games, numbers)
        Their custom columns, promotions and weather.
    drivers : sequence of str
    """

    model: CombinedModel
    weighing: Weighing
    query: Query
    cutoffs: Ints
    extra: ExtraInputs
    columns: Floats
    drivers: Sequence[str]

    def demand(self, sources: Rows) -> CombinedDemand:
        """Forecast demand for mixed games; `sources`, (rows, drivers), says which game each driver is taken from."""
        drivers = list(self.drivers)

        def of(driver: str) -> Rows:
            return sources[:, drivers.index(driver if driver in drivers else RECENT_ATTENDANCE)]

        games, past = self.query.games, of(RECENT_ATTENDANCE)
        start, opponent, season, park = of(START), of(OPPONENT), of(SEASON), of(BALLPARK)
        cutoffs = self.cutoffs[past]
        mixed = ContextGames(
            day=games.day[past],
            season=games.season[past],
            weekday=games.weekday[start],
            month=games.month[season],
            year_day=games.year_day[season],
            hour=games.hour[start],
            home=games.home[past],
            visitor=games.visitor[opponent],
            venue=games.venue[park],
            double=games.double[start],
            seats=games.seats[park],
            attendance=games.attendance[past],
        )
        query = Query(
            mixed,
            self.query.opener[season],
            self.query.series_game[opponent],
            self.query.rest_days[season],
            self.query.season_day[season],
            self.query.density[season],
        )
        columns = None
        if self.columns.shape[1]:
            places = np.stack([of(driver_of(name)) for name in self.extra.names], axis=1)
            columns = np.take_along_axis(self.columns, places, axis=0)
        return self.model.demand_of_queries(self.weighing.with_cutoffs(cutoffs), query, columns)
