"""What drives a forecast: by how many people each driver moves it away from that of an average home game."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gatecast.forecast.game_pairs import GamePairs, Table
from gatecast.games import Games
from gatecast.games import columns as c

if TYPE_CHECKING:
    from gatecast.forecast.forecaster import Forecaster

__all__ = ["BACKGROUND", "Explanation", "explain"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

BACKGROUND = 162
"""Past home games at most that make up the average one: two seasons of 81."""
TWO_SEASONS = 730
"""Days back from the latest gate that they lie in; games, where there are no dates."""
PERMUTATIONS = 2
"""Orders of the drivers for each of them: half of them drawn, the other half their reverse."""
SEED = 0


@dataclass(frozen=True)
class Explanation:
    """The forecast of a game as that of an average home game and what each driver adds to it, in people.

    Parameters
    ----------
    game_id : str
    baseline : float
        Mean forecast of the past home games that it is held against.
    expected : float
        Mean forecast of the game.
    people : dict of str to float
        By driver, as `gatecast.forecast.drivers` names them; they add up to `expected` less `baseline`.
    games : int
        Past home games.
    since : date or None
        The day of the first of them; None where games carry no dates.
    """

    game_id: str
    baseline: float
    expected: float
    people: dict[str, float]
    games: int
    since: dt.date | None


def explain(
    forecaster: Forecaster,
    games: Table,
    upcoming: Table,
    as_of: dt.date | str | None = None,
    wanted: Sequence[str] | None = None,
) -> tuple[Explanation, ...]:
    """Shapley values of the mean forecast of games over their drivers, against recent home games of their club.

    The home games of the two years before the latest known gate, the latest 162 at most, seen as long before they were
    played as the game is now, are turned into the game driver by driver, in random orders; what a driver moves the
    forecast by, averaged over orders and past games, is its share. Each order is taken with its reverse. (Strumbelj &
    Kononenko 2014, Knowledge and Information Systems 41, 647-665; reversed orders: Mitchell, Cooper, Frank & Holmes
    2022, Journal of Machine Learning Research 23 (43), 1-46.) A driver of which nothing is known of the game is unknown
    at the past games too, and has 0, as has one that is the same at all of them.

    Parameters
    ----------
    forecaster : Forecaster
        Trained.
    games, upcoming : Games or data frame
        Past games and games to come, as for `Forecaster.forecast`.
    as_of : date, or text such as 2019-05-30
        The last day known; needed where games carry dates.
    wanted : sequence of str, optional
        Ids of the games of `upcoming` to explain; all if not given.

    Returns
    -------
    tuple of Explanation
        In the order of `wanted`, or of play.

    Raises
    ------
    DataError, InputError
        As for `Forecaster.forecast`; or a game that is wanted is not to come, or its club has no past home game with a
        gate.
    """
    beside = GamePairs.of(forecaster, games, upcoming, as_of, wanted=wanted, choice=_background)
    baseline, expected, people = _shapley(beside)
    dates = beside.games.table[c.DATE][beside.rows.tolist()].to_numpy()
    first = np.flatnonzero(np.diff(beside.game, prepend=-1))
    ends = [*first[1:], len(beside.rows)]
    return tuple(
        Explanation(
            game_id,
            float(baseline[i]),
            float(expected[i]),
            dict(zip(beside.drivers, people[i].tolist(), strict=True)),
            int(ends[i] - first[i]),
            dates[first[i] : ends[i]].min().item() if beside.games.dated else None,
        )
        for i, game_id in enumerate(beside.ids)
    )


def _background(games: Games, past: Rows) -> Rows:
    """The games of the last two seasons."""
    days = games.days[past]
    recent: Rows = past[days > days.max(initial=0) - TWO_SEASONS]
    return recent[-BACKGROUND:]


def _shapley(beside: GamePairs) -> tuple[Floats, Floats, Floats]:
    """Baseline and expected people of each game, (games,), and those of its drivers, (games, drivers)."""
    pairs, drivers = beside.differs.shape
    half = np.tile(np.arange(drivers), (pairs, PERMUTATIONS // 2, 1))
    order = np.random.default_rng(SEED).permuted(half, axis=2)
    order = np.concatenate([order, order[..., ::-1]], axis=1)
    # At step k of a walk, the first k drivers of its order come from the game, the others from the past one.
    turned = np.argsort(order, axis=2)[:, :, None, :] < np.arange(drivers + 1)[:, None]
    here, there = (rows[:, None, None, None] for rows in (beside.game, beside.past))
    sources = np.where(turned | ~beside.differs[:, None, None, :], here, there)
    steps = PERMUTATIONS * (drivers + 1)
    walks = beside.people(np.repeat(beside.game, steps), sources.reshape(-1, drivers)).reshape(pairs, -1, drivers + 1)
    people = np.empty((pairs, PERMUTATIONS, drivers))
    np.put_along_axis(people, order, np.diff(walks, axis=2), axis=2)
    count = np.bincount(beside.game)

    def averaged(values: Floats) -> Floats:
        return np.bincount(beside.game, values) / count

    shares = np.stack([averaged(each) for each in people.mean(axis=1).T], axis=1)
    return averaged(walks[:, 0, 0]), averaged(walks[:, 0, -1]), shares
