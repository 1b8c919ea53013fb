"""The model that needs no training: the pretrained network, weighed against simple rules on the table's own past."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import ModelError
from gatecast.files import write_text, written_whole
from gatecast.forecast.combination import GRID, CombinationSettings
from gatecast.forecast.combination_weights import CombinationWeights
from gatecast.forecast.distribution import POINTS, AttendanceDistribution
from gatecast.forecast.extra_inputs import ExtraInputs
from gatecast.forecast.venue_limits import UNPROVEN, venue_limits, within_seats
from gatecast.forecast.weighing import Weighing
from gatecast.games import Column, Games
from gatecast.games import columns as c
from gatecast.games.columns import columns_from_json, columns_to_json
from gatecast.games.cutoff import as_date
from gatecast.networks import NEEDS_NO_TRAINING, SINGLE_METHODS
from gatecast.normal import normal_quantiles, score_weights
from gatecast.prepare import Preparation
from gatecast.prepare.club_context import ClubContexts
from gatecast.prepare.context_inputs import ContextGames, Query, seasons_by_gap
from gatecast.train.pretrained import Pretrained, fits, pretrained
from gatecast.train.settings import TrainingSettings

__all__ = ["CombinedDemand", "CombinedModel", "is_combined", "load_combined"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

FORMAT = 4
DESCRIPTION, WEIGHTS, ABOUT = "model.json", "weights.safetensors", "about"
SCORES: Floats = normal_quantiles(GRID)
LARGEST_LOG_PEOPLE = float(np.log(1e6))
BLOCK_DAYS = 30
"""Days of cutoffs that a backtest learns weights for at once, from what was known before the first."""


@dataclass(frozen=True)
class CombinedDemand(AttendanceDistribution):
    """Hold the demand for some games as the combination of methods forecasts it.

    Parameters
    ----------
    capacity, stated_seats : ndarray of float, shape (games,)
        As of any `AttendanceDistribution`; infinite where nobody states seats.
    proven : ndarray of bool, shape (games,)
        Whether a full house was ever counted there.
    quantiles : ndarray of float, shape (games, levels)
        Of the logarithm of demand, at the levels of `gatecast.forecast.combination.GRID`.
    shares : ndarray of float, shape (games, methods)
        Share of each of `gatecast.forecast.combination.METHODS` in the forecast.
    columns : dict of str to str
        Custom columns that moved forecasts, and when each becomes known, in words.
    """

    capacity: Floats
    stated_seats: Floats
    proven: npt.NDArray[np.bool_]
    quantiles: Floats
    shares: Floats
    columns: dict[str, str] = field(default_factory=dict)

    def demand(self, levels: npt.ArrayLike) -> Floats:
        """Return quantiles of unconstrained demand, shape (games, levels)."""
        wanted: Floats = normal_quantiles(np.asarray(levels, np.float64))
        logs = self.quantiles @ score_weights(SCORES, wanted)
        people: Floats = np.exp(np.minimum(logs, LARGEST_LOG_PEOPLE))
        return people

    def attendance(self, levels: npt.ArrayLike) -> Floats:
        """Return quantiles of attendance, shape (games, levels): a range that ends at the seats still has a width."""
        return within_seats(self.demand(levels), np.asarray(levels, np.float64), self.capacity, self.proven)

    @cached_property
    def sell_out(self) -> Floats:
        """Chance that demand reaches the seats and all of them are counted, shape (games,)."""
        return super().sell_out * np.where(self.proven, 1.0, UNPROVEN)

    @cached_property
    def mean(self) -> Floats:
        """Expected attendance, shape (games,)."""
        mean: Floats = self.attendance((np.arange(POINTS) + 0.5) / POINTS).mean(axis=1)
        return mean


@dataclass(frozen=True)
class CombinedModel:
    """Hold what a forecast by the combination needs beside the games: which pretrained networks, and the columns.

    Parameters
    ----------
    settings : TrainingSettings
    chosen : Pretrained or None
        The pretrained networks; None to take the latest that saw no game after the day of each forecast.
    custom_columns : tuple of Column
    through : str
        Day of the latest game known when the model was made, or empty.
    """

    settings: TrainingSettings
    chosen: Pretrained | None = None
    custom_columns: tuple[Column, ...] = ()
    through: str = ""
    _contexts: WeakKeyDictionary[Preparation, ClubContexts] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )
    _learned: WeakKeyDictionary[Preparation, dict[int, dict[bool, CombinationWeights]]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.settings, self.chosen, self.custom_columns, self.through)

    @classmethod
    def for_games(cls, preparation: Preparation, rows: Rows, settings: TrainingSettings) -> Self:
        """Return the model for the games in `rows`, with pretrained networks that saw no later game."""
        games = preparation.games
        latest = games.table[c.DATE][rows].max() if games.dated and len(rows) else None
        day = latest if isinstance(latest, dt.date) else None
        return cls(settings, pretrained(day), games.custom_columns, str(day or ""))

    def pretrained_at(self, games: Games, cutoff: int) -> Pretrained:
        """Return the pretrained networks of a forecast from one day."""
        return self.chosen or pretrained(as_date(cutoff) if games.dated else None)

    def weighing(
        self, preparation: Preparation, cutoff: int, learned: dict[bool, CombinationWeights] | None = None
    ) -> tuple[Weighing, ExtraInputs]:
        """Return what the past of a table says on one day, and its custom columns, promotions and weather."""
        if preparation not in self._contexts:
            self._contexts[preparation] = ClubContexts(context_games(preparation.games))
        extra = ExtraInputs(preparation.games, cutoff)
        networks = self.pretrained_at(preparation.games, cutoff).members
        alone = SINGLE_METHODS.get(self.settings.network, "")
        columns = extra if len(extra) and not alone else None
        settings = CombinationSettings(alone=alone)
        context = self._contexts[preparation]
        return Weighing(networks, context, cutoff, columns=columns, settings=settings, learned=learned), extra

    def demand(
        self, preparation: Preparation, rows: Rows, cutoff: int, learned: dict[bool, CombinationWeights] | None = None
    ) -> CombinedDemand:
        """Forecast demand for the games in `rows` from what was known at the end of a day."""
        weighing, extra = self.weighing(preparation, cutoff, learned)
        columns = extra.at(rows, np.full(len(rows), cutoff, np.int64)) if len(extra) else None
        demand = self.demand_of_queries(weighing, weighing.contexts.queries(rows), columns)
        return replace(demand, columns=extra.known(weighing.most_useful_columns))

    def demand_at(self, preparation: Preparation, rows: Rows, cutoffs: Ints) -> CombinedDemand:
        """Forecast demand for games each at a cutoff of its own; learn anew for every 30 days of cutoffs.

        Several leads of one table share what was learned by a day.
        """
        parts, order = [], []
        begins = cutoffs // BLOCK_DAYS * BLOCK_DAYS
        learned = self._learned.setdefault(preparation, {})
        for begin in np.unique(begins).tolist():
            selected = np.flatnonzero(begins == begin)
            weighing, extra = self.weighing(preparation, begin, learned.setdefault(begin, {}))
            own_cutoffs = cutoffs[selected].astype(np.int64)
            columns = extra.at(rows[selected], own_cutoffs) if len(extra) else None
            queries = weighing.contexts.queries(rows[selected])
            parts.append(self.demand_of_queries(weighing.with_cutoffs(own_cutoffs), queries, columns))
            order.append(selected)
        back = np.argsort(np.concatenate(order)) if order else np.zeros(0, np.intp)

        def joined(name: str) -> Any:  # noqa: ANN401
            return np.concatenate([getattr(part, name) for part in parts])[back]

        return CombinedDemand(*map(joined, ("capacity", "stated_seats", "proven", "quantiles", "shares")))

    def demand_of_queries(self, weighing: Weighing, query: Query, columns: Floats | None) -> CombinedDemand:
        """Forecast demand for any games at the clubs of a table."""
        combined = weighing.forecast(query, columns)
        holds, seats, proven = venue_limits(weighing.contexts.games, query.games, weighing.cutoff)
        return CombinedDemand(holds, seats, proven, combined.quantiles, combined.shares)

    def save(self, folder: str | Path) -> None:
        """Write the model with its networks; the description comes last: without it there is no model."""
        from safetensors.numpy import save_file

        chosen = self.chosen or pretrained()
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        description = {
            "format": FORMAT,
            "settings": self.settings.as_json(),
            "pretrained": {
                "name": chosen.name,
                "leagues": list(chosen.leagues),
                "seasons": list(chosen.seasons),
                "through": str(chosen.through or ""),
                "members": len(chosen.members),
            },
            "through": self.through,
            # The custom columns: the key is that of models saved before.
            "extras": columns_to_json(self.custom_columns),
        }
        text = json.dumps(description, indent=1)
        tensors = {f"{m}/{name}": value for m, each in enumerate(chosen.members) for name, value in each.items()}
        # Models that share weights but were made of other games are told apart by the fingerprint of this file.
        tensors[ABOUT] = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)
        with written_whole(target / WEIGHTS) as draft:
            save_file(tensors, draft)
        write_text(text, target / DESCRIPTION)


def is_combined(folder: str | Path) -> bool:
    """Return whether a folder holds a model of this kind."""
    try:
        about = json.loads((Path(folder) / DESCRIPTION).read_text(encoding="utf-8"))
        return bool(about["format"] == FORMAT and about["settings"]["network"] in NEEDS_NO_TRAINING)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_combined(folder: str | Path) -> CombinedModel:
    """Read a model that `CombinedModel.save` wrote; raises ModelError where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    source = Path(folder)
    try:
        about: dict[str, Any] = json.loads((source / DESCRIPTION).read_text(encoding="utf-8"))
        weights = about["pretrained"]
        members: list[dict[str, npt.NDArray[np.float32]]] = [{} for _ in range(int(weights["members"]))]
        tensors = load_file(source / WEIGHTS)
        tensors.pop(ABOUT, None)
        for key, value in tensors.items():
            member, _, name = key.partition("/")
            members[int(member)][name] = value
        if not members or not all(fits(each) for each in members):
            raise ValueError("weights that do not fit the network")
        through = dt.date.fromisoformat(weights["through"]) if weights["through"] else None
        chosen = Pretrained(
            str(weights["name"]),
            tuple(map(str, weights["leagues"])),
            tuple(map(int, weights["seasons"])),
            through,
            tuple(members),
        )
        settings = TrainingSettings(**about["settings"])
        return CombinedModel(settings, chosen, columns_from_json(about["extras"]), str(about["through"]))
    except (ValueError, KeyError, TypeError, IndexError, OSError, SafetensorError) as problem:
        reason = " ".join(str(problem).split())[:200]
        raise ModelError(f"{source.name}: got a damaged model ({reason}), expected one as it was written") from problem


def context_games(games: Games) -> ContextGames:
    """Return the games of a table as `ClubContexts` reads them."""
    table, rows = games.table, len(games)
    date = table[c.DATE]
    clubs = _codes(pl.concat([table[c.HOME], table[c.VISITOR].alias(c.HOME)]))
    start = table[c.START_TIME]
    hour = (start.dt.hour() + start.dt.minute() / 60).cast(pl.Float64)
    seats = table.select(pl.col(c.CAPACITY).forward_fill().over(c.HOME, c.VENUE)).to_series()
    restricted = games.league.restricts(table).to_numpy()
    attendance = table[c.ATTENDANCE].cast(pl.Float64).fill_null(np.nan).to_numpy()
    attendance = np.where(restricted, np.nan, attendance)
    day = games.days.astype(np.int64)
    season = np.zeros(rows, np.int64)
    if games.dated:
        season = seasons_by_gap(day)

    def numbers(values: pl.Series, unknown: int = -1) -> Ints:
        return values.cast(pl.Int64).fill_null(unknown).to_numpy()

    return ContextGames(
        day=day,
        season=season,
        weekday=numbers(date.dt.weekday()) - 1 if games.dated else np.full(rows, -1, np.int64),
        month=numbers(date.dt.month()),
        year_day=date.dt.ordinal_day().cast(pl.Float64).fill_null(np.nan).to_numpy(),
        hour=hour.fill_null(np.nan).to_numpy(),
        home=clubs[:rows],
        visitor=clubs[rows:],
        venue=_codes(table[c.VENUE]),
        double=table[c.NUMBER].fill_null(0).to_numpy() > 0,
        seats=seats.cast(pl.Float64).fill_null(np.nan).to_numpy(),
        attendance=np.where(attendance > 0, attendance, np.nan),
    )


def _codes(values: pl.Series) -> Ints:
    """Return a code for each text, -1 where there is none."""
    return values.rank("dense").cast(pl.Int64).fill_null(0).to_numpy().astype(np.int64) - 1
