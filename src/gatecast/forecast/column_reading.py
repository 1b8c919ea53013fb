"""Let the pretrained network read custom columns, promotions and weather beside a forecast that does not know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.forecast.column_evidence import ColumnEvidence
from gatecast.forecast.combination import MIDDLE, NetworkParameters, spread_of
from gatecast.forecast.past_forecasts import PastForecasts
from gatecast.networks.column_reader import read_columns

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
        cls, networks: Sequence[NetworkParameters], past: Sequence[tuple[PastForecasts, Floats]]
    ) -> ColumnReading:
        """Return how columns are read beside past games.

        Parameters
        ----------
        networks : sequence of mapping of str to array
        past : sequence of (PastForecasts, ndarray of float)
            Past forecasts whose columns are known, and the distribution of each without them, (forecasts, levels).
        """
        quantiles = np.concatenate([without for _, without in past])

        def joined(name: str) -> npt.NDArray[Any]:
            return np.concatenate([getattr(part, name) for part, _ in past])

        evidence = ColumnEvidence.of(
            np.concatenate([part.games.home for part, _ in past]),
            np.concatenate([part.games.day for part, _ in past]),
            joined("columns"),
            middle=quantiles[:, MIDDLE],
            spread=spread_of(quantiles),
            log_attendance=joined("log_attendance"),
            trust=joined("trust"),
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
