"""Weigh the pretrained network against simple rules, boosted trees and custom columns, by what would have worked.

The latest past games of the table are forecast again, 1 to 60 days before each was played, or before its season where
forecasts are made before one, from what was known then. What the network missed by says how much of each other method
would have helped (coefficients of at least 0 that sum to 1 with the network's), what custom columns add, and how wide
the ranges have to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gatecast.forecast.column_reading import ColumnReading
from gatecast.forecast.column_stage import ColumnStage
from gatecast.forecast.combination import (
    DEFAULT_SETTINGS,
    METHODS,
    CombinationSettings,
    NetworkParameters,
    network_quantiles,
)
from gatecast.forecast.combination_weights import CombinationWeights, ReadingOf, known_together
from gatecast.forecast.past_forecasts import PastForecasts
from gatecast.networks.column_reader import reads_columns
from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import Query

__all__ = ["Combined", "ExtraValues", "Weighing"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

TELLING = 0.25
"""Columns are named that narrow forecasts at least so much as the one that does most."""
NEAR = 7
"""Days before a game within which a forecast is near where no column sets it."""
LONGEST_NEAR, LONGEST = 8.0, 60.0
"""Bounds of the days before a game at which forecasts from farther away are made again."""
SOON = 14
"""Games so few days ahead are forecast as within a season, even its first ones."""


class ExtraValues(Protocol):
    """Custom columns, promotions and weather as numbers."""

    @property
    def groups(self) -> Sequence[Rows]:
        """Numbers that become known together."""

    @property
    def nearest(self) -> int:
        """Days before a game at which all are known, at most 7."""

    def at(self, rows: Rows, cutoffs: Ints) -> Floats:
        """Return the numbers of games, NaN where not known, shape (rows, numbers)."""


@dataclass(frozen=True)
class Combined:
    """Distributions of demand and what they rest on.

    Parameters
    ----------
    quantiles : ndarray of float, shape (queries, levels)
        Of the logarithm of demand in people, at the levels of `gatecast.forecast.combination.GRID`.
    shares : ndarray of float, shape (queries, methods)
        Share of each of `gatecast.forecast.combination.METHODS`.
    games : ndarray of int, shape (queries,)
        Past forecasts that the shares were learned from.
    """

    quantiles: Floats
    shares: Floats
    games: Ints


class Weighing:
    """Hold the evidence of a table's past about each forecast, as known on one day; learned when first asked for.

    Nothing of it depends on which games are asked for: a game has one forecast, whatever stands beside it.

    Parameters
    ----------
    networks : sequence of mapping of str to array
        Parameters of the pretrained networks.
    contexts : ClubContexts
    cutoff : int
        The last day known.
    columns : ExtraValues, optional
    learned : dict, optional
        What was learned from the same past games before, by whether forecasts are made before a season; filled.
    """

    def __init__(
        self,
        networks: Sequence[NetworkParameters],
        contexts: ClubContexts,
        cutoff: int,
        *,
        columns: ExtraValues | None = None,
        settings: CombinationSettings = DEFAULT_SETTINGS,
        learned: dict[bool, CombinationWeights] | None = None,
    ) -> None:
        self.networks, self.contexts, self.cutoff, self.settings = networks, contexts, cutoff, settings
        self.columns, self.nearest = columns, max(columns.nearest, 1) if columns is not None else NEAR
        self.learned = {} if learned is None else learned
        self.cutoffs: Ints | None = None

    def with_cutoffs(self, cutoffs: Ints) -> Weighing:
        """Return the same evidence for games that each have a cutoff of their own, shape (queries,)."""
        other = copy(self)
        other.cutoffs = cutoffs
        return other

    def forecast(self, query: Query, columns: Floats | None = None) -> Combined:
        """Forecast games from what was known at the cutoff; `columns` are their numbers, (queries, numbers)."""
        cutoffs = np.full(len(query.season_day), self.cutoff, np.int64) if self.cutoffs is None else self.cutoffs
        inputs = self.contexts.of(query, cutoffs)
        before_season = _before_season(query, cutoffs)
        out = Combined(
            network_quantiles(self.networks, inputs),
            np.zeros((len(cutoffs), len(METHODS))),
            np.zeros(len(cutoffs), np.int64),
        )
        for early in np.unique(before_season):
            selected = np.flatnonzero(before_season == early)
            weights = self.weights(bool(early))
            out.quantiles[selected], out.shares[selected] = weights.apply(
                out.quantiles[selected],
                inputs.take(selected),
                query.games.take(selected),
                None if columns is None or self.settings.alone else columns[selected],
                self.settings,
            )
            out.games[selected] = weights.games
        return out

    def learn_for(self, query: Query) -> None:
        """Learn all that forecasts of some games from the cutoff will rest on."""
        for early in np.unique(_before_season(query, self.cutoff)):
            self.weights(bool(early))

    def weights(self, before_season: bool) -> CombinationWeights:
        """Return what was learned of forecasts before a season, or within one."""
        if before_season not in self.learned:
            everything = self._past_forecasts(before_season)
            past = everything.take(everything.inputs.games >= self.settings.fewest)
            groups = self.columns.groups if self.columns is not None else ()
            reading = None
            if self.columns is not None and self._reads_columns:
                reading = self._reading_within_season if before_season else self._reading_beside(everything)
            if len(past.rows) < self.settings.fewest:
                stages = self._untaught_stages(groups, past, None if before_season else reading)
                self.learned[before_season] = CombinationWeights.untaught(self.settings, stages)
            else:
                self.learned[before_season] = CombinationWeights.fit(past, groups, self.settings, reading)
        return self.learned[before_season]

    def _untaught_stages(
        self, groups: Sequence[Rows], past: PastForecasts, reading: ReadingOf | None
    ) -> list[ColumnStage]:
        """Return what columns add where too few forecasts tell: before a season what they add within one."""
        if reading is not None:
            read = reading(past.quantiles)
            return [ColumnStage.untaught(known, read, self.settings) for known in known_together(groups)]
        if self.columns is None or not self._reads_columns:
            return []
        return [replace(stage, ridge=None, width=self.settings.width) for stage in self.weights(False).stages]

    @property
    def _reads_columns(self) -> bool:
        return all(reads_columns(each) for each in self.networks)

    @property
    def most_useful_columns(self) -> list[int]:
        """Numbers of the columns that narrowed forecasts most, the first one most."""
        gains: dict[int, float] = {}
        for weights in self.learned.values():
            for stage in weights.stages:
                for number, gain in zip(stage.known.tolist(), stage.gains.tolist(), strict=True):
                    gains[number] = max(gains.get(number, 0.0), gain)
        least = TELLING * max(gains.values(), default=0.0)
        return sorted((each for each in gains if gains[each] > least), key=lambda each: -gains[each])

    def _reading_beside(self, past: PastForecasts) -> ReadingOf:
        """Return how the networks read the columns, given what rules and trees make of past forecasts of enough games.

        A game of which hardly anything was known when it was forecast still tells its ratio to a column; and every
        game is evidence, also one that is forecast again from far away alone.
        """
        enough = past.inputs.games >= self.settings.fewest
        far = past.take(~np.isin(past.rows, past.rows[past.near]))
        others = self._forecast_again(far.rows, far.games.day - self.nearest, np.ones(len(far.rows), bool), False)

        def read(forecast: Floats) -> ColumnReading:
            quantiles = past.quantiles.copy()
            quantiles[enough] = forecast
            near = past.take(past.near)
            return ColumnReading.of_past(self.networks, [(near, quantiles[past.near]), (others, others.quantiles)])

        return read

    def _reading_within_season(self, _: Floats) -> ColumnReading | None:
        """Return how the networks read the columns within a season: more games are seen there, and from nearer by."""
        stages = self.weights(False).stages
        return stages[0].reading if stages else None

    def _past_forecasts(self, before_season: bool) -> PastForecasts:
        """Forecast past games again by the network, each from what was known at its cutoff."""
        rows, cutoffs, near = self._past_before_season() if before_season else self._past_within_season()
        return self._forecast_again(rows, cutoffs, near, before_season)

    def _forecast_again(self, rows: Rows, cutoffs: Ints, near: Flags, before_season: bool) -> PastForecasts:
        games = self.contexts.games
        inputs = self.contexts.at(rows, cutoffs)
        some = inputs.games > 0
        rows, cutoffs, near, inputs = rows[some], cutoffs[some], near[some], inputs.take(some)
        age = np.maximum(self.cutoff - games.day[rows], 0)
        return PastForecasts(
            rows=rows,
            games=games.take(rows),
            inputs=inputs,
            quantiles=network_quantiles(self.networks, inputs),
            cutoffs=cutoffs,
            columns=self.columns.at(rows, cutoffs) if self.columns is not None else None,
            near=near,
            trust=0.5 ** (age / self.settings.half_life),
            before_season=before_season,
        )

    def _past_rows(self) -> Rows:
        games = self.contexts.games
        return np.flatnonzero((games.attendance > 0) & (games.day <= self.cutoff))[-self.settings.most_games :]

    def _past_before_season(self) -> tuple[Rows, Ints, Flags]:
        """Return the latest past games, without those of the first season, each with a cutoff before its season."""
        games, rows = self.contexts.games, self._past_rows()
        rows = rows[games.season[rows] > games.season.min()]
        begins = games.day[rows] - self.contexts.queries(rows).season_day.astype(np.int64)
        return rows, begins - self.settings.early_days, np.ones(len(rows), bool)

    def _past_within_season(self) -> tuple[Rows, Ints, Flags]:
        """Return the latest past games with a cutoff each, drawn at random, and which of them are seen from nearby."""
        games, rows = self.contexts.games, self._past_rows()
        draw = np.random.default_rng(0)
        # Drawn for every game of the table, so that a game keeps its lead whichever others are known.
        short = 1 + np.floor(draw.random(len(games))[rows] * self.nearest).astype(np.int64)
        far = np.log(LONGEST_NEAR) + draw.random(len(games))[rows] * np.log(LONGEST / LONGEST_NEAR)
        long = np.exp(far).astype(np.int64)
        if len(rows) < self.settings.trees_from:
            leads = np.concatenate([short, long])
            rows = np.tile(rows, 2)
        else:
            leads = np.where(np.arange(len(rows)) % 2 == 0, short, long)
        return rows, games.day[rows] - leads, leads <= self.nearest


def _before_season(query: Query, cutoffs: Ints | int) -> Flags:
    """Return which games are forecast from before their season, and not just before it, shape (queries,)."""
    ahead = query.games.day - cutoffs
    early: Flags = (ahead > query.season_day) & (ahead > SOON)
    return early
