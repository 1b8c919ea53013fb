"""Past games as the network forecast them then: what the combination of methods is learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.combination import HIGH, LOW, MIDDLE, CombinationSettings
from gatecast.forecast.widths import calibrated_width
from gatecast.prepare.context_inputs import ContextGames, ContextInputs

__all__ = ["PastForecasts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

SEASON_GAMES = 4
"""Games that a club's season counts as in forecasts before a season, whose errors go together."""


@dataclass(frozen=True)
class PastForecasts:
    """Hold past games as they were forecast then by the network, with what came.

    Parameters
    ----------
    rows : ndarray of int, shape (forecasts,)
        Where the games stand in the table; a game may be forecast twice.
    games : ContextGames
        The same games, shape (forecasts,).
    inputs : ContextInputs
        What was known of each at its cutoff.
    quantiles : ndarray of float, shape (forecasts, levels)
        The network's, of the logarithm of demand.
    cutoffs : ndarray of int, shape (forecasts,)
        The last day known of each forecast.
    columns : ndarray of float, shape (forecasts, numbers), or None
        Custom columns, promotions and weather as numbers.
    near : ndarray of bool, shape (forecasts,)
        Whether a forecast was made so late that the columns are known.
    trust : ndarray of float, shape (forecasts,)
        Weight by age.
    before_season : bool
        Whether all were made before the season of the game.
    """

    rows: Rows
    games: ContextGames
    inputs: ContextInputs
    quantiles: Floats
    cutoffs: Ints
    columns: Floats | None
    near: Flags
    trust: Floats
    before_season: bool

    def take(self, selected: Rows | Flags) -> PastForecasts:
        """Return some of the forecasts."""
        return PastForecasts(
            rows=self.rows[selected],
            games=self.games.take(selected),
            inputs=self.inputs.take(selected),
            quantiles=self.quantiles[selected],
            cutoffs=self.cutoffs[selected],
            columns=None if self.columns is None else self.columns[selected],
            near=self.near[selected],
            trust=self.trust[selected],
            before_season=self.before_season,
        )

    @property
    def log_attendance(self) -> Floats:
        """The logarithm of what came, shape (forecasts,)."""
        return np.log(self.games.attendance)

    @property
    def worth(self) -> float:
        """The share of the forecasts that tells something new: before a season, a season of a club is a few games."""
        if not self.before_season:
            return 1.0
        club_seasons = np.unique(np.stack([self.games.home, self.games.season]), axis=1).shape[1]
        return min(float(club_seasons * SEASON_GAMES / len(self.rows)), 1.0)

    def needed_width(self, middle: Floats, quantiles: Floats, settings: CombinationSettings) -> float:
        """Return the factor that ranges about a middle need to have held 80% of what came.

        Parameters
        ----------
        middle : ndarray of float, shape (forecasts,)
        quantiles : ndarray of float, shape (forecasts, levels)
            Distributions of which the distance of the ends from their own middle counts.
        settings : CombinationSettings
        """
        ends = quantiles[:, MIDDLE] - quantiles[:, LOW], quantiles[:, HIGH] - quantiles[:, MIDDLE]
        seasons, trusts = len(np.unique(self.games.season)), (settings.width_trust, settings.season_trust)
        errors = self.log_attendance - middle
        return settings.width * calibrated_width(errors, ends, self.trust, seasons=seasons, trusts=trusts)
