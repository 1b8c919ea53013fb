"""Let the pretrained network read custom columns, promotions and weather beside a forecast that does not know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.column_evidence import ColumnEvidence
from gatecast.forecast.combination import MIDDLE, NetworkParameters, spread_of
from gatecast.networks.column_reader import read_columns
from gatecast.prepare.context_inputs import ContextGames

__all__ = ["ColumnReading"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ColumnReading:
    """Hold the networks that read columns, and what the columns would have told of past games.

    Parameters
    ----------
    networks : tuple of mapping of str to array
        Parameters of the pretrained networks.
    evidence : ColumnEvidence
    """

    networks: tuple[NetworkParameters, ...]
    evidence: ColumnEvidence

    @classmethod
    def of_past(
        cls,
        networks: Sequence[NetworkParameters],
        games: ContextGames,
        columns: Floats | None,
        *,
        quantiles: Floats,
        trust: Floats,
    ) -> ColumnReading:
        """Return how columns are read beside past games.

        Parameters
        ----------
        networks : sequence of mapping of str to array
        games : ContextGames
            Past games with their attendance.
        columns : ndarray of float, shape (games, columns), or None
        quantiles : ndarray of float, shape (games, levels)
            What was forecast of them without the columns.
        trust : ndarray of float, shape (games,)
            Weight of each game.
        """
        values = np.zeros((len(games), 0)) if columns is None else columns
        middle, spread = quantiles[:, MIDDLE], spread_of(quantiles)
        evidence = ColumnEvidence.of(
            games.home,
            games.day,
            values,
            middle=middle,
            spread=spread,
            log_attendance=np.log(games.attendance),
            trust=trust,
        )
        return cls(tuple(networks), evidence)

    def read(
        self, home: Ints, columns: Floats, quantiles: Floats, cutoffs: Ints | None = None
    ) -> tuple[Floats, Floats]:
        """Return what each column moves forecasts by, and the logarithm of the factor of their ranges.

        Parameters
        ----------
        home : ndarray of int, shape (queries,)
            Code of the club.
        columns : ndarray of float, shape (queries, columns)
            NaN where unknown.
        quantiles : ndarray of float, shape (queries, levels)
            What is forecast without them.
        cutoffs : ndarray of int, shape (queries,), optional
            The last day known of each; all the evidence is known if not given.

        Returns
        -------
        ndarray of float, shape (queries, columns)
        ndarray of float, shape (queries,)
        """
        tokens = self.evidence.tokens(home, columns, quantiles[:, MIDDLE], spread_of(quantiles), cutoffs)
        return _mean_reading(self.networks, tokens)


def _mean_reading(networks: Sequence[NetworkParameters], tokens: npt.NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return the mean of what networks read: shifts, (queries, columns), and logarithms of factors, (queries,)."""
    if not tokens.shape[1]:
        return np.zeros(tokens.shape[:2]), np.zeros(len(tokens))
    each = [read_columns(parameters, tokens, xp=np) for parameters in networks]
    shift, log_factor = (np.mean(parts, axis=0).astype(np.float64) for parts in zip(*each, strict=True))
    return shift, log_factor
