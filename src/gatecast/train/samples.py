"""Games that a network is trained on, and their inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead
from gatecast.prepare import Arrays, Preparation
from gatecast.prepare.encoding import Encoding, Inputs
from gatecast.prepare.projected_level import WHOLE_SEASON

__all__ = [
    "Samples",
    "check_enough",
    "held_back_rows",
    "known_at_leads",
    "training_games",
    "training_leads",
    "training_samples",
]

Rows = npt.NDArray[np.intp]

LEADS: tuple[Lead, ...] = (1, 3, 7, 14, 30, 60, PRESEASON)
UNDATED_LEADS: tuple[Lead, ...] = (1, 2, 3)
HELD_BACK = 0.2
FEWEST_GAMES = 2


@dataclass(frozen=True)
class Samples:
    """Games to train on, each at every training lead.

    Parameters
    ----------
    inputs : dict of ndarray, shape (leads * games, ...)
        Inputs of the network; the games at the first lead, then at the second, and so on.
    tables : dict of ndarray
        The history that the inputs point into: `home` and `road`.
    attended : ndarray of float32, shape (leads * games,)
        Attendance as a share of capacity.
    weights : ndarray of float32, shape (games,)
        Weight of each game in the loss; mean 1.
    """

    inputs: Inputs
    tables: Inputs
    attended: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]

    @property
    def games(self) -> int:
        """Number of games."""
        return len(self.weights)

    @property
    def bytes(self) -> int:
        """Size of all arrays."""
        arrays = (*self.inputs.values(), *self.tables.values(), self.attended, self.weights)
        return sum(array.nbytes for array in arrays)

    def of(self, games: npt.NDArray[np.bool_]) -> tuple[Inputs, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return inputs, attendance and weights of some games at every lead; `games` has shape (games,)."""
        leads = len(self.attended) // self.games
        rows = np.tile(games, leads)
        return {k: v[rows] for k, v in self.inputs.items()}, self.attended[rows], np.tile(self.weights[games], leads)

    def arrays(self) -> dict[str, Any]:
        """Return all of it as one tree of arrays."""
        return {"inputs": self.inputs, "tables": self.tables, "attended": self.attended, "weights": self.weights}


def training_games(games: Games, *, through: int | None = None) -> Rows:
    """Return the rows of games with a known attendance, without those of restricted attendance, shape (games,).

    Parameters
    ----------
    games : Games
    through : int, optional
        Last season; all if not given. Games without a season are always taken.
    """
    season = pl.col(c.SEASON)
    used = pl.col(c.ATTENDANCE).fill_null(0) > 0
    if through is not None:
        used &= (season <= through).fill_null(True)
    used &= ~games.league.restricts(games.table)
    rows: Rows = np.flatnonzero(games.table.select(used).to_series().to_numpy())
    return rows


def check_enough(rows: Rows) -> None:
    """Raise InputError if there are fewer than two games to learn from; `rows` are the games, shape (games,)."""
    if len(rows) < FEWEST_GAMES:
        raise InputError(f"training: got {len(rows)} games with a known attendance, expected at least {FEWEST_GAMES}")


def held_back_rows(games: Games, rows: Rows) -> Rows:
    """Return the rows to hold back: the latest whole season, or the last fifth of the games if there is only one.

    A season with less than two thirds of the games of the fullest one (cut short, or just begun) is not whole.
    """
    seasons = games.table[c.SEASON].fill_null(0).to_numpy()[rows]
    known, counts = np.unique(seasons, return_counts=True)
    if len(known) > 1:
        last_season: Rows = rows[seasons == known[counts >= WHOLE_SEASON * counts.max()][-1]]
        return last_season
    order = np.argsort(games.days[rows], kind="stable")
    last: Rows = np.sort(rows[order[int(len(rows) * (1 - HELD_BACK)) :]])
    return last


def training_leads(games: Games) -> tuple[Lead, ...]:
    """Return the leads that networks are trained at."""
    return LEADS if games.dated else UNDATED_LEADS


def known_at_leads(preparation: Preparation, rows: Rows) -> list[Arrays]:
    """Return the games in `rows`, shape (games,), as known at each training lead."""
    return [preparation.at_lead(lead, rows) for lead in training_leads(preparation.games)]


def training_samples(
    preparation: Preparation, encoding: Encoding, known: Sequence[Arrays], rows: Rows, *, half_life: float
) -> Samples:
    """Return samples of the games in `rows` at each training lead.

    Parameters
    ----------
    preparation : Preparation
    encoding : Encoding
    known : sequence of Arrays
        From `known_at_leads`, of the same rows.
    rows : ndarray of int, shape (games,)
    half_life : float
        Seasons after which a game counts half. Large venues count more, as their errors are more people.
    """
    attendance = preparation.schedule.attendance[rows].astype(np.float32)
    seats = [encoding.capacities(arrays) for arrays in known]
    season = preparation.schedule.season[rows]
    weights = 0.5 ** ((season.max() - season) / half_life) * seats[0]
    return Samples(
        _stacked(known, encoding),
        {"home": known[0].history.home, "road": known[0].history.road},
        np.concatenate([attendance / each for each in seats]),
        (weights / weights.mean()).astype(np.float32),
    )


def _stacked(known: Sequence[Arrays], encoding: Encoding) -> Inputs:
    """Return inputs at every lead, one below the other, filled in place: they are what takes the most memory."""
    first = encoding.inputs(known[0])
    games = len(known[0].capacity)
    out = {name: np.empty((len(known) * games, *values.shape[1:]), values.dtype) for name, values in first.items()}
    for i, arrays in enumerate(known):
        for name, values in (encoding.inputs(arrays) if i else first).items():
            out[name][i * games : (i + 1) * games] = values
    return out
