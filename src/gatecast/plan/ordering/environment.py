"""Ordering through a homestand as an environment of Gymnasium: one step a game, one action an order of every item.

    environment = OrderingEnvironment([(problem, belief), ...])
    observation, _ = environment.reset(seed=0)
    observation, reward, done, _, _ = environment.step([12, 8])

It needs the package `gymnasium`: `pip install 'gatecast[reinforcement]'`. Nothing in an observation or a reward is
known later than the order: the cost of a game is part of a reward once the game is known to the next order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.errors import InputError
from gatecast.plan.ordering.belief import LEVELS, Belief
from gatecast.plan.ordering.problem import OrderingProblem, OrderState, Shelf

try:
    import gymnasium
    from gymnasium import spaces
except ImportError as missing:
    raise InputError("gymnasium is not installed; install it with: pip install 'gatecast[reinforcement]'") from missing

__all__ = ["OrderingEnvironment"]

FloatArray = npt.NDArray[np.float64]
Observation = dict[str, npt.NDArray[Any]]

LARGEST = 1e9


class OrderingEnvironment(gymnasium.Env[Observation, npt.NDArray[np.int64]]):
    """One homestand with several items, drawn from a belief, or as it was.

    Parameters
    ----------
    items : sequence of (OrderingProblem, Belief)
        The items and what is believed of each; all with the same games and the same covariance.
    most : int
        Most cases of an order.

    Raises
    ------
    InputError
        The items have different games, or there are none.
    """

    metadata = {"render_modes": []}  # noqa: RUF012  the name and the form that Gymnasium asks for

    def __init__(self, items: Sequence[tuple[OrderingProblem, Belief]], *, most: int = 1000) -> None:
        lengths = {length for problem, belief in items for length in (len(problem), len(belief))}
        if len(lengths) != 1:
            raise InputError(f"got items with {sorted(lengths)} games, expected items that share the same games")
        self.problems = [problem for problem, _ in items]
        self.beliefs = [belief for _, belief in items]
        self.games, self.most = lengths.pop(), most
        shape = (len(items), self.games)
        self.action_space = spaces.MultiDiscrete(np.full(len(items), most + 1))
        self.observation_space = spaces.Dict(  # type: ignore[assignment]
            {
                "game": spaces.Box(0, self.games, (1,), np.int64),
                "known": spaces.Box(0, self.games, (len(items),), np.int64),
                "stock": spaces.Box(0, LARGEST, shape, np.float64),
                "under_way": spaces.Box(0, LARGEST, shape, np.float64),
                "quantiles": spaces.Box(0, LARGEST, (*shape, len(LEVELS)), np.float64),
                "p_postponed": spaces.Box(0, 1, (self.games,), np.float64),
                "scores": spaces.Box(-LARGEST, LARGEST, shape, np.float64),
                "postponed": spaces.MultiBinary(shape),
                "costs": spaces.Box(0, LARGEST, (len(items), 2), np.float64),
                "calendar": spaces.Box(0, self.games, (*shape, 3), np.int64),
            }
        )
        self._begin(np.zeros(self.games), np.zeros((len(items), self.games)))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a homestand.

        Parameters
        ----------
        seed : int, optional
        options : dict, optional
            `scores`, shape (games,), and `need`, shape (items, games): the outcome; drawn from the belief if not given.
        """
        super().reset(seed=seed)
        if options and "need" in options:
            self._begin(np.asarray(options["scores"], np.float64), np.asarray(options["need"], np.float64))
        else:
            scores, _ = self.beliefs[0].draw(self.np_random, 1)
            self._begin(scores[0], np.concatenate([each.need_at(scores, self.np_random) for each in self.beliefs]))
        return self._observation(), {}

    def step(self, action: npt.NDArray[np.int64]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Order for the next game and play on.

        Parameters
        ----------
        action : array of int, shape (items,)
            Cases of each item; nothing is ordered where no delivery comes.

        Returns
        -------
        observation, reward, terminated, truncated, info
            The reward is what the games that became known since the last order cost, below 0.
        """
        for item, (problem, cases) in enumerate(zip(self.problems, np.asarray(action), strict=True)):
            self.orders[item, self.game] = int(cases) * problem.comes[self.game]
        self.game += 1
        paid = 0.0
        for item, store in enumerate(self.stores):
            while store.game < self._known(item):
                game = store.game
                paid += store.play(self.orders[item, game], self.need[item, game])
        return self._observation(), -paid, self.game == self.games, False, {}

    def state(self, item: int) -> OrderState:
        """Return what is known of an item at its next order, as policies take it."""
        known, game = self._known(item), min(self.game, self.games - 1)
        history = tuple(float(score) for score in self.scores[:known])
        under_way = np.where(np.arange(self.games) >= known, self.orders[item], 0.0)
        return OrderState(
            game=game,
            known=known,
            stock=self.stores[item].left.copy(),
            under_way=under_way,
            quantiles=self.beliefs[item].given(history),
            p_postponed=np.where(np.arange(self.games) >= known, self.beliefs[item].p_postponed, 0.0),
            history=history,
        )

    def _begin(self, scores: FloatArray, need: FloatArray) -> None:
        self.scores, self.need = scores, need
        self.game = 0
        self.orders: FloatArray = np.zeros((len(self.problems), self.games))
        self.stores = [Shelf(problem) for problem in self.problems]

    def _known(self, item: int) -> int:
        """Return the games known to the next order of an item; all after the last."""
        return self.games if self.game == self.games else int(self.problems[item].known[self.game])

    def _observation(self) -> Observation:
        states = [self.state(item) for item in range(len(self.problems))]
        history = [np.array([*state.history, *[0.0] * (self.games - state.known)]) for state in states]
        calendar = [np.stack([each.comes, each.known, each.last], axis=1) for each in self.problems]
        return {
            "game": np.array([self.game], np.int64),
            "known": np.array([state.known for state in states], np.int64),
            "stock": np.stack([state.stock for state in states]),
            "under_way": np.stack([state.under_way for state in states]),
            "quantiles": np.stack([state.quantiles for state in states]),
            "p_postponed": states[0].p_postponed,
            "scores": np.nan_to_num(np.stack(history)),
            "postponed": np.isnan(np.stack(history)).astype(np.int8),
            "costs": np.array([[each.missing, each.idle] for each in self.problems]),
            "calendar": np.stack(calendar).astype(np.int64),
        }
