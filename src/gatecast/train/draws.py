"""Games drawn anew for each pass, where a table has more than a training needs.

A network of one size learns no more from a hundred million games than from some, and a pass over all of them would take
hours. So beyond `MOST_A_PASS` games a pass goes over that many, each at one lead, and another pass over others: memory
and time of a training stay what they are at that size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.games.cutoff import cutoff_days
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train.samples import Samples, training_leads, training_samples

__all__ = ["MOST_A_PASS", "Draws", "drawn_in_words", "drawn_rows"]

Rows = npt.NDArray[np.intp]

MOST_A_PASS = 100_000
"""Games of a pass where there are more; thirty seasons of thirty major league clubs are 73,000."""


def drawn_rows(rows: Rows, seed: int) -> Rows:
    """Return `rows`, or `MOST_A_PASS` of them drawn at random where there are more, in order.

    Parameters
    ----------
    rows : ndarray of int, shape (games,)
        In order.
    seed : int

    Examples
    --------
    >>> drawn_rows(np.arange(3), seed=0)
    array([0, 1, 2])
    """
    return rows if len(rows) <= MOST_A_PASS else _some(rows, np.random.default_rng(seed))


def drawn_in_words(games: int) -> str:
    """Return how many of so many games are drawn for each pass, in words; empty where all are.

    Examples
    --------
    >>> drawn_in_words(3_600_000), drawn_in_words(60_000)
    ('each pass drew 100,000 of 3,600,000 games, each at one lead', '')
    """
    return f"each pass drew {MOST_A_PASS:,} of {games:,} games, each at one lead" if games > MOST_A_PASS else ""


def _some(rows: Rows, random: np.random.Generator) -> Rows:
    chosen: Rows = np.sort(random.choice(rows, min(MOST_A_PASS, len(rows)), replace=False, shuffle=False))
    return chosen


@dataclass(frozen=True)
class Draws:
    """Samples of each pass over a table, `MOST_A_PASS` games at one random lead each.

    Parameters
    ----------
    preparation : Preparation
    encoding : Encoding
    rows : ndarray of int, shape (games,)
        All games to train on, in order.
    half_life : float
        Seasons after which a game counts half.
    """

    preparation: Preparation
    encoding: Encoding
    rows: Rows
    half_life: float

    def without(self, rows: Rows) -> Draws:
        """Return draws from all games but those in `rows`."""
        return Draws(self.preparation, self.encoding, np.setdiff1d(self.rows, rows), self.half_life)

    def of_pass(self, *numbers: int) -> Samples:
        """Return the samples of one pass; the same `numbers`, such as seed, member and pass, give the same ones."""
        random = np.random.default_rng(numbers)
        rows = _some(self.rows, random)
        games, leads = self.preparation.games, training_leads(self.preparation.games)
        lead = random.integers(0, len(leads), len(rows))
        cutoffs = np.empty(len(rows), np.int32)
        for i, each in enumerate(leads):
            cutoffs[lead == i] = cutoff_days(games, each)[rows[lead == i]]
        known = [self.preparation.at(cutoffs, rows)]
        return training_samples(self.preparation, self.encoding, known, rows, half_life=self.half_life)
