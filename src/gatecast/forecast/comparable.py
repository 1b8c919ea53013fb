"""Find comparable past games: those whose drivers, swapped in one by one, would change the forecast least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.drivers import OPPONENT, PROMOTION, START
from gatecast.forecast.game_pairs import GamePairs
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.prepare.arrays import WEEKDAY

__all__ = ["Comparable", "latest_games", "nearest_games"]

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LOOKED_AT = 250
"""Latest past home games that are compared."""
ALIKE = 0.02
"""A driver is alike if the past game's would move the forecast by at most this share of it."""
LABELS = {START: WEEKDAY, OPPONENT: c.VISITOR, PROMOTION: c.PROMOTION}
"""The label by which a reader knows a driver; drivers that are called alike share it."""


@dataclass(frozen=True)
class Comparable:
    """A past game that is like a game to come.

    Parameters
    ----------
    game_id : str
    apart : float
        People by which the forecast would move, were its drivers those of the past game, one at a time; their sum.
    alike : tuple of str
        Drivers that would hardly move it (by 2% at most), although on average those of past games would, and that have
        the weekday, visitor or promotion in common where they are known by one; the weightiest first.
    """

    game_id: str
    apart: float
    alike: tuple[str, ...]


def nearest_games(pairs: GamePairs, most: int) -> tuple[Comparable, ...]:
    """Return the past home games that are most like a game to come, by what the model makes of them.

    One driver of each past game at a time, as known as long before it was played, is put into the game to come, and the
    people by which its mean forecast moves are added up. So a driver counts by how much it moves the forecast; a driver
    that moves nothing, such as the starting pitchers where attendance does not depend on them, does not count. Drivers
    that are unknown for the game to come are left out.

    Parameters
    ----------
    pairs : GamePairs
        One game to come with those that `latest_games` chooses.
    most : int
        Games to return.

    Returns
    -------
    tuple of Comparable
        The most alike first.
    """
    count, drivers = pairs.differs.shape
    # Row 0 is the game itself, the others have the driver of their place in the row from the past game.
    one = np.eye(drivers, dtype=bool) & pairs.differs[:, :, None]
    sources = np.where(one, pairs.past[:, None, None], 0).reshape(-1, drivers)
    sources = np.concatenate([np.zeros((1, drivers), np.intp), sources])
    people = pairs.people(np.zeros(len(sources), np.intp), sources)
    apart = np.abs(people[1:] - people[0]).reshape(count, drivers)
    little, usual = ALIKE * people[0], apart.mean(axis=0)
    alike = (apart <= little) & (usual > little) & _labelled_the_same(pairs)
    ids, weightiest = pairs.games.table[c.GAME_ID][pairs.rows.tolist()], np.argsort(-usual, kind="stable")
    # Of games equally like it, the latest.
    nearest = np.lexsort((-np.arange(count), apart.sum(axis=1)))[:most]
    return tuple(
        Comparable(
            ids[int(pair)],
            float(apart[pair].sum()),
            tuple(pairs.drivers[driver] for driver in weightiest if alike[pair, driver]),
        )
        for pair in nearest
    )


def _labelled_the_same(pairs: GamePairs) -> Flags:
    """Return True if a driver has the same label at both games, or has no label, shape (pairs, drivers)."""
    same = np.ones((len(pairs.rows), len(pairs.drivers)), bool)
    for driver, name in LABELS.items():
        labels = pairs.swap.arrays.categories[name]
        of_game, of_past = labels[pairs.game.tolist()], labels[pairs.past.tolist()]
        same[:, pairs.drivers.index(driver)] = of_game.eq_missing(of_past).to_numpy()
    return same


def latest_games(games: Games, past: Rows) -> Rows:
    """Choose the latest 250 games."""
    return past[-LOOKED_AT:]
