"""Explanations of a forecast: the number of people by which each driver moves it from an average home game."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.forecast.game_pairs import GamePairs
from gatecast.games import Games
from gatecast.games import columns as c

__all__ = ["BACKGROUND", "Explanation", "explanations", "games_of_two_seasons"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

BACKGROUND = 162
"""Past home games at most that make up the average one: two seasons of 81."""
TWO_SEASONS = 730
"""Days back from the latest known attendance in which they lie; games, if there are no dates."""
PERMUTATIONS = 2
"""Orders of the drivers for each of them: half of them drawn, the other half their reverse."""
SEED = 0


@dataclass(frozen=True)
class Explanation:
    """The forecast of a game, split into an average home game and what each driver adds to it, in people.

    Parameters
    ----------
    game_id : str
    baseline : float
        Mean forecast of the past home games that it is compared with.
    expected : float
        Mean forecast of the game.
    people : dict of str to float
        By driver, as `gatecast.forecast.drivers` names them; they add up to `expected` minus `baseline`.
    games : int
        Past home games.
    since : date or None
        Date of the first of them; None if games have no dates.
    """

    game_id: str
    baseline: float
    expected: float
    people: dict[str, float]
    games: int
    since: dt.date | None


def explanations(pairs: GamePairs) -> tuple[Explanation, ...]:
    """Return Shapley values of the mean forecast of games over their drivers, against past home games of their club.

    The past games, seen as long before they were played as the game is now, are turned into the game driver by driver,
    in random orders; what a driver moves the forecast by, averaged over orders and past games, is its share. Each order
    is taken with its reverse. (Strumbelj & Kononenko 2014, Knowledge and Information Systems 41, 647-665; reversed
    orders: Mitchell, Cooper, Frank & Holmes 2022, Journal of Machine Learning Research 23 (43), 1-46.) A driver that is
    unknown for the game is unknown for the past games too, and has 0, as has one that is the same at all of them.

    Parameters
    ----------
    pairs : GamePairs
        The games with those that `games_of_two_seasons` chooses.

    Returns
    -------
    tuple of Explanation
        One for each game to forecast, in their order.
    """
    baseline, expected, people = _shapley(pairs)
    dates = pairs.games.table[c.DATE][pairs.rows.tolist()].to_numpy()
    first = np.flatnonzero(np.diff(pairs.game, prepend=-1))
    ends = [*first[1:], len(pairs.rows)]
    return tuple(
        Explanation(
            game_id,
            float(baseline[i]),
            float(expected[i]),
            dict(zip(pairs.drivers, people[i].tolist(), strict=True)),
            int(ends[i] - first[i]),
            dates[first[i] : ends[i]].min().item() if pairs.games.dated else None,
        )
        for i, game_id in enumerate(pairs.ids)
    )


def games_of_two_seasons(games: Games, past: Rows) -> Rows:
    """Choose the home games of the two years before the latest known attendance, the latest 162 at most."""
    days = games.days[past]
    recent: Rows = past[days > days.max(initial=0) - TWO_SEASONS]
    return recent[-BACKGROUND:]


def _shapley(pairs: GamePairs) -> tuple[Floats, Floats, Floats]:
    """Return baseline and expected people of each game, shape (games,), and those of its drivers, (games, drivers)."""
    count, drivers = pairs.differs.shape
    half = np.tile(np.arange(drivers), (count, PERMUTATIONS // 2, 1))
    order = np.random.default_rng(SEED).permuted(half, axis=2)
    order = np.concatenate([order, order[..., ::-1]], axis=1)
    # At step k of a walk, the first k drivers of its order come from the game, the others from the past one.
    turned = np.argsort(order, axis=2)[:, :, None, :] < np.arange(drivers + 1)[:, None]
    here, there = (rows[:, None, None, None] for rows in (pairs.game, pairs.past))
    sources = np.where(turned | ~pairs.differs[:, None, None, :], here, there)
    steps = PERMUTATIONS * (drivers + 1)
    walks = pairs.people(np.repeat(pairs.game, steps), sources.reshape(-1, drivers)).reshape(count, -1, drivers + 1)
    people = np.empty((count, PERMUTATIONS, drivers))
    np.put_along_axis(people, order, np.diff(walks, axis=2), axis=2)
    past_games = np.bincount(pairs.game)

    def averaged(values: Floats) -> Floats:
        return np.bincount(pairs.game, values) / past_games

    shares = np.stack([averaged(each) for each in people.mean(axis=1).T], axis=1)
    return averaged(walks[:, 0, 0]), averaged(walks[:, 0, -1]), shares
