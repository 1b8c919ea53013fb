"""Comparable past games: those that a forecast would move least towards, driver by driver."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gatecast.forecast.drivers import OPPONENT, PROMOTION, START
from gatecast.forecast.game_pairs import GamePairs, Table
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.prepare.arrays import WEEKDAY

if TYPE_CHECKING:
    from gatecast.forecast.forecaster import Forecaster

__all__ = ["Comparable", "comparable"]

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LOOKED_AT = 250
"""Past home games looked at, the latest ones."""
ALIKE = 0.02
"""A driver is alike where the past game's would move the forecast by no larger part of it than this."""
LABELS = {START: WEEKDAY, OPPONENT: c.VISITOR, PROMOTION: c.PROMOTION}
"""What a reader knows a driver by, which must be the same where it is called alike."""


@dataclass(frozen=True)
class Comparable:
    """A past game that is like a game to come.

    Parameters
    ----------
    game_id : str
    apart : float
        People by which the forecast would move, were its drivers those of the past game, one at a time; their sum.
    alike : tuple of str
        Drivers that would hardly move it (by 2 % at most), although on average those of past games would, and that have
        the weekday, visitor or promotion in common where they are known by one; the weightiest first.
    """

    game_id: str
    apart: float
    alike: tuple[str, ...]


def comparable(
    forecaster: Forecaster,
    games: Table,
    upcoming: Table,
    as_of: dt.date | str | None,
    game_id: str,
    *,
    most: int = 5,
) -> tuple[Comparable, ...]:
    """The past home games of a club that are most like one of its games to come, by what the model makes of them.

    Of each of the latest 250 games, seen as long before it was played, one driver at a time is put into the game to
    come, and the people are added up by which its mean forecast moves. A driver so weighs as much as it moves the
    forecast; of what moves nothing, such as who pitches at a club whose gates do not tell, no likeness is asked. What
    is not known of the game to come is left out.

    Parameters
    ----------
    forecaster : Forecaster
        Trained.
    games, upcoming : Games or data frame
        Past games and games to come, as for `Forecaster.forecast`.
    as_of : date, or text such as 2019-05-30
        The last day known; needed where games carry dates.
    game_id : str
        Of one of `upcoming`.
    most : int
        Games to give.

    Returns
    -------
    tuple of Comparable
        The most alike first.

    Raises
    ------
    DataError, InputError
        As for `Forecaster.forecast`; or the game is not to come, or its club has no past home game with a gate.
    """
    beside = GamePairs.of(forecaster, games, upcoming, as_of, wanted=[game_id], choice=_latest)
    pairs, drivers = beside.differs.shape
    # Row 0 is the game itself, the others have the driver of their place in the row from the past game.
    one = np.eye(drivers, dtype=bool) & beside.differs[:, :, None]
    sources = np.where(one, beside.past[:, None, None], 0).reshape(-1, drivers)
    sources = np.concatenate([np.zeros((1, drivers), np.intp), sources])
    people = beside.people(np.zeros(len(sources), np.intp), sources)
    apart = np.abs(people[1:] - people[0]).reshape(pairs, drivers)
    little, usual = ALIKE * people[0], apart.mean(axis=0)
    alike = (apart <= little) & (usual > little) & _labelled_the_same(beside)
    ids, weightiest = beside.games.table[c.GAME_ID][beside.rows.tolist()], np.argsort(-usual, kind="stable")
    # Of games equally like it, the latest.
    nearest = np.lexsort((-np.arange(pairs), apart.sum(axis=1)))[:most]
    return tuple(
        Comparable(
            ids[int(pair)],
            float(apart[pair].sum()),
            tuple(beside.drivers[driver] for driver in weightiest if alike[pair, driver]),
        )
        for pair in nearest
    )


def _labelled_the_same(beside: GamePairs) -> Flags:
    """Where the label of a driver is the game's at the past game too, or it has none, shape (pairs, drivers)."""
    same = np.ones((len(beside.rows), len(beside.drivers)), bool)
    for driver, name in LABELS.items():
        labels = beside.mixture.arrays.categories[name]
        of_game, of_past = labels[beside.game.tolist()], labels[beside.past.tolist()]
        same[:, beside.drivers.index(driver)] = of_game.eq_missing(of_past).to_numpy()
    return same


def _latest(games: Games, past: Rows) -> Rows:
    return past[-LOOKED_AT:]
