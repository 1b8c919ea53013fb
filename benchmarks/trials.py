"""One network trained through one season and scored on the seasons after it: what tuning and ablations compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.games import PRESEASON
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.networks import network
from gatecast.networks.demand import demand_quantiles
from gatecast.networks.signature import Signature
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding
from gatecast.train.loop import Loop
from gatecast.train.samples import known_at_leads, training_games, training_samples
from gatecast.train.settings import TrainingSettings

__all__ = ["LEADS", "Scores", "Trials"]

LEADS: Sequence[Lead] = (1, 7, 30, PRESEASON)
LEVELS = np.array(QUANTILE_LEVELS)
MEDIAN = QUANTILE_LEVELS.index(0.5)


@dataclass(frozen=True)
class Scores:
    """Pinball loss over all seven quantiles and MAE at each of `LEADS`, in people, of quantiles as they came.

    `quantiles`, shape (leads, games, 7), are of the games in `Trials.scored`.
    """

    pinball: np.ndarray
    error: np.ndarray
    quantiles: np.ndarray


class Trials:
    """Games prepared once, for any number of networks trained on them.

    Parameters
    ----------
    preparation : Preparation
    through, until : int
        Last season to train on, and last season to score.
    """

    def __init__(self, preparation: Preparation, through: int, until: int) -> None:
        self.preparation = preparation
        self.rows = training_games(preparation.games, through=through)
        self.known = known_at_leads(preparation, self.rows)
        self.encoding = Encoding.fit(self.known)
        season, gate = preparation.schedule.season, preparation.schedule.gate
        self.scored = np.flatnonzero((season > through) & (season <= until) & (gate > SMALLEST_SCORED_GATE))

    def scores(
        self,
        name: str,
        settings: TrainingSettings,
        seed: int,
        *,
        kept: Callable[[str], bool] = lambda feature: True,
        **options: Any,
    ) -> Scores:
        """Train a network with some settings and options of its own on the features that are kept, and score it."""
        encoding = _reduced(self.encoding, kept)
        samples = training_samples(self.preparation, encoding, self.known, self.rows, half_life=settings.half_life)
        model = network(name)(Signature(**encoding.sizes), seed, **options)
        loop = Loop(
            model,
            steps=samples.games // settings.batch,
            epochs=settings.epochs,
            batch=settings.batch,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        state, data, key = loop.start(model), jax.device_put(samples.arrays()), jax.random.key(seed)
        for epoch in range(settings.epochs):
            state, _ = loop.epoch(state, data, jax.random.fold_in(key, epoch))
        quantiles = []
        for lead in LEADS:
            arrays = self.preparation.at_lead(lead, self.scored)
            told = loop.parameters(state.averaged, state.other, encoding.inputs(arrays), samples.tables)
            fill = np.minimum(np.asarray(demand_quantiles(told, LEVELS)), 1.0)
            quantiles.append(fill * encoding.seats(arrays)[:, None])
        return self.scored_as(np.array(quantiles))

    def scored_as(self, quantiles: np.ndarray) -> Scores:
        """Scores of quantiles of the games in `scored`, shape (leads, games, 7)."""
        apart = self.preparation.schedule.gate[self.scored][:, None] - quantiles
        pinball = np.maximum(LEVELS * apart, (LEVELS - 1.0) * apart).mean(axis=(1, 2))
        return Scores(pinball, np.abs(apart[:, :, MEDIAN]).mean(axis=1), quantiles)


def _reduced(encoding: Encoding, kept: Callable[[str], bool]) -> Encoding:
    chosen = [i for i, name in enumerate(encoding.names) if kept(name)]
    names, centre, spread = (
        [column[i] for i in chosen] for column in (encoding.names, encoding.centre, encoding.spread)
    )
    incomplete = [name for name in encoding.incomplete if name in names]
    return replace(encoding, names=names, centre=centre, spread=spread, incomplete=incomplete)
