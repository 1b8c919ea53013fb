"""Past games, games to come and a cutoff: all that can be asked of a forecaster about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.collect.read import read_frame
from gatecast.errors import DataError, InputError
from gatecast.forecast.basis import basis_in_words, shares_of
from gatecast.forecast.calibration import Calibration, SeasonErrors, errors_since_training
from gatecast.forecast.combination import NETWORK
from gatecast.forecast.combination_weights import CombinationWeights
from gatecast.forecast.combined import CombinedModel
from gatecast.forecast.comparable import Comparable, latest_games, nearest_games
from gatecast.forecast.distribution import AttendanceDistribution, demand_of
from gatecast.forecast.explain import Explanation, explanations, games_of_two_seasons
from gatecast.forecast.game_pairs import Choice, GamePairs
from gatecast.forecast.season_level import level_shift
from gatecast.forecast.table import contract_table, described_table
from gatecast.forecast.what_if import Changes, changed_games, check_known, places_of
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead, as_day
from gatecast.games.forecast_columns import LEAD, QUANTILE_LEVELS
from gatecast.games.frames import Frame, IntoFrame, as_the_kind_of, to_polars
from gatecast.prepare import Preparation
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine, in_order
from gatecast.train.model import FEW_ROWS, TrainedModel

__all__ = ["ForecastSession", "as_games"]

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Kind = TypeVar("Kind")

FORECASTING_BYTES_A_GAME = 200_000
"""Bytes of memory that forecasting takes for each game."""


class SessionForecaster(Protocol):
    """A forecaster, as far as a session needs it."""

    @property
    def custom_columns(self) -> tuple[c.Column, ...]:
        """The custom columns that the model was trained with; none before training."""

    @property
    def trained(self) -> TrainedModel | CombinedModel:
        """The model; raises InputError before training."""


class ForecastSession(Generic[Kind]):
    """Forecast some games to come, explain the forecast, and ask what a change would do to it.

    The tables are checked and sorted once, when the session is made; each question then takes little time. A
    forecaster that is not trained yet may be given, so that the tables are checked before a long training.

    Parameters
    ----------
    forecaster : Forecaster
    games : Games or data frame (pandas, polars, Arrow)
        Past games; results after `as_of` are not used. Weather and other columns are as known on that day.
    upcoming : Games or data frame
        The games to forecast; their results, if any, are not used.
    as_of : date, or text such as 2019-05-30
        The last day known; needed if games have dates.
    like : ForecastSession, optional
        An earlier session; whatever it worked out for the same tables is used again.
    engine : Engine
        Forecasts some clubs at a time, where there are many games: this process, or a cluster
        (`gatecast.cluster.engine`). The forecast is the same.

    Attributes
    ----------
    engine : Engine
    progress : callable
        Told how many clubs are forecast, where they are forecast some at a time.

    Raises
    ------
    DataError
        There is no upcoming game, or one is not after `as_of`; or a table cannot be used.
    InputError
        There is no `as_of`, or it is no date.

    Examples
    --------
    >>> from gatecast import Forecaster
    >>> from gatecast.collect.sample import sample_league
    >>> league = sample_league()
    >>> forecaster = Forecaster("feedforward", members=1, epochs=1).fit(league.games)
    >>> session = ForecastSession(forecaster, league.games, league.upcoming, league.as_of)
    >>> game = session.forecast()["game_id"][0]
    >>> rainy = session.what_if({game: {"precipitation": "rain"}})
    >>> sorted(session.explain([game])[0].people)[:3]
    ['ballpark', 'form', 'gates']
    """

    past: Games
    upcoming: Games
    preparation: Preparation
    rows: Rows

    @overload
    def __init__(
        self: ForecastSession[pl.DataFrame],
        forecaster: SessionForecaster,
        games: Games | IntoFrame,
        upcoming: Games,
        as_of: dt.date | str | None = None,
        *,
        like: ForecastSession[Any] | None = None,
        engine: Engine = HERE,
    ) -> None: ...

    @overload
    def __init__(
        self: ForecastSession[Frame],
        forecaster: SessionForecaster,
        games: Games | IntoFrame,
        upcoming: Frame,
        as_of: dt.date | str | None = None,
        *,
        like: ForecastSession[Any] | None = None,
        engine: Engine = HERE,
    ) -> None: ...

    def __init__(
        self,
        forecaster: SessionForecaster,
        games: Games | IntoFrame,
        upcoming: Games | IntoFrame,
        as_of: dt.date | str | None = None,
        *,
        like: ForecastSession[Any] | None = None,
        engine: Engine = HERE,
    ) -> None:
        self.engine: Engine = engine
        self.progress: Progress = silent
        self.forecaster, self.as_of, self._upcoming = forecaster, as_of, upcoming
        # Clones share the cells, but not a change that is made to a frame in place.
        self._given = (_table(games, "games").clone(), _table(upcoming, "upcoming").clone())
        self._custom_columns: tuple[c.Column, ...] = forecaster.custom_columns
        if like is not None and like._custom_columns == self._custom_columns and _same(like._given, self._given):
            self.past, self.upcoming, self.preparation, self.rows = (
                like.past,
                like.upcoming,
                like.preparation,
                like.rows,
            )
        else:
            self.past = as_games(games, self._custom_columns)
            self.upcoming = as_games(upcoming, self._custom_columns, keep_order=True)
            everything = self.past.extended(self.upcoming)
            sorted_before = like.preparation if like is not None else None
            self.preparation = Preparation(everything, weather_as_observed=False, like=sorted_before)
            self.rows = _rows_of(self.upcoming, everything)
        self.cutoff = _cutoff(self.preparation.games, self.rows, as_of)
        self._seen: dict[int, list[SeasonErrors]] = {}
        self._shifts: dict[int, Floats | None] = {}
        self._learned: dict[bool, CombinationWeights] = {}
        self._rests_on: dict[str, float] = {}
        self._columns: dict[str, str] = {}
        if like is not None and like.cutoff == self.cutoff and self._has_the_past_of(like):
            self._learned = like._learned
        if like is not None and self._is_calibrated_as(like):
            self._seen, self._shifts = like._seen, like._shifts
            self.__dict__["model"] = like.model

    @cached_property
    def model(self) -> TrainedModel | CombinedModel:
        """The trained model, as the forecaster had it at the first question."""
        return self.forecaster.trained

    def forecast(self) -> Kind:
        """Forecast the games to come.

        Returns
        -------
        data frame of the kind of `upcoming`; polars if that is `Games`
            One row for each game to come, in their order (pandas: with their index): game_id, lead (days), as_of,
            mean, q05 to q95, p_sellout, turned_away, then the description of the game. Mean, quantiles of attendance
            and turned_away are people; p_sellout is a probability from 0 to 1.
        """
        return self._as_given(self._forecast.clone())

    def rests_on(self) -> dict[str, float]:
        """Return the share of each method in the forecast, the largest first; only `network` if nothing is weighed."""
        self.forecast()
        return self._rests_on or {NETWORK: 1.0}

    def basis(self) -> str:
        """Say what the forecast rests on, such as "mostly your column sold_7, known 7 days before (80%), then …".

        Returns
        -------
        str
            Empty where nothing is weighed: a network that was trained on the table forecasts alone.
        """
        self.forecast()
        return basis_in_words(self._rests_on, self._columns) if self._rests_on else ""

    def what_if(self, changes: Changes) -> Kind:
        """Forecast the games to come with some of their values changed; nothing is trained again.

        Parameters
        ----------
        changes : mapping of game_id to mapping of column to value
            Such as `{"ANA201906010": {"precipitation": "rain"}}`; see `gatecast.forecast.what_if.changed_games`.

        Returns
        -------
        data frame
            Columns and rows as in `forecast`.

        Raises
        ------
        DataError
            A value that its column cannot hold, a column that may not be changed, or one that nobody knows so long
            before the game, so that no forecast can use it.
        InputError
            There is no change, or a game is not among those to come.
        """
        changed = changed_games(self.upcoming, changes)
        check_known(self.upcoming, self._forecast[LEAD].cast(pl.Float64), changes)
        after = ForecastSession(self.forecaster, self.past, changed, self.as_of, like=self)._forecast
        return self._as_given(
            self._forecast.select(c.GAME_ID).join(after, on=c.GAME_ID, how="left", maintain_order="left")
        )

    def explain(self, game_ids: Sequence[str] | None = None) -> tuple[Explanation, ...]:
        """Explain forecasts by how many people each driver moves them away from an average home game.

        Parameters
        ----------
        game_ids : sequence of str, optional
            Games to come to explain; all if not given.

        Returns
        -------
        tuple of Explanation
            In the order of `game_ids`, or of the games to come.

        Raises
        ------
        InputError
            A game is not among those to come, or its club has no past home game with a known attendance.
        """
        return explanations(self.pairs(game_ids, games_of_two_seasons))

    def comparable(self, game_id: str, *, most: int = 5) -> tuple[Comparable, ...]:
        """Find the past home games of a club that are most like one of its games to come.

        Parameters
        ----------
        game_id : str
            A game to come.
        most : int
            Past games to return.

        Returns
        -------
        tuple of Comparable
            The most alike first.

        Raises
        ------
        InputError
            The game is not among those to come, or its club has no past home game with a known attendance.
        """
        return nearest_games(self.pairs([game_id], latest_games), most)

    def pairs(self, game_ids: Sequence[str] | None, choice: Choice) -> GamePairs:
        """Pair games to come, or all of them, with those of their club's past home games that `choice` takes."""
        ids = self.upcoming.table[c.GAME_ID].to_list() if game_ids is None else list(game_ids)
        asked = self.rows[places_of(self.upcoming, ids)]
        return GamePairs.of(
            self.model,
            self.preparation,
            ids,
            asked,
            last=self.cutoff,
            choice=choice,
            shifts=self._shifts_of(asked),
            learned=self._learned,
        )

    @cached_property
    def _forecast(self) -> pl.DataFrame:
        """The forecast of all games to come, made for some clubs at a time where there are many games."""
        tasks = _clubs_together(self.preparation.games.clubs[self.rows])
        if len(tasks) > 1:
            self._learn()
        names = [f"forecasting {len(places):,} games" for places in tasks]
        memory = max(map(len, tasks)) * FORECASTING_BYTES_A_GAME
        parts = in_order(self.engine.results(_part_of, self, tasks, names=names, progress=self.progress, memory=memory))
        back = np.argsort(np.concatenate(tasks))
        if isinstance(self.model, CombinedModel):
            self._rests_on = shares_of(np.concatenate([part.shares for part in parts])[back])
            self._columns = parts[0].columns
        else:
            shifts = [part.shifts for part in parts if part.shifts is not None]
            self._shifts[self.cutoff] = np.concatenate(shifts)[back] if shifts else None
        return described_table(
            pl.concat([part.table for part in parts])[back],
            self.preparation.games,
            self.rows,
            np.concatenate([part.capacity for part in parts])[back],
            np.concatenate([part.turned_away for part in parts])[back],
        )

    def _learn(self) -> None:
        """Learn from the past once what the forecasts of all clubs rest on."""
        if isinstance(self.model, CombinedModel):
            weighing, _ = self.model.weighing(self.preparation, self.cutoff, self._learned)
            weighing.learn_for(weighing.contexts.queries(self.rows))
        elif self.model.held_back:
            self._errors_seen(self.model, self.model.held_back.leads)

    def _part(self, places: Rows) -> _Part:
        """Forecast some of the games to come, by their places among them."""
        everything, rows, last = self.preparation.games, self.rows[places], self.cutoff
        cutoffs, ahead = np.full(len(rows), last, np.int32), everything.days[rows] - last
        demand: AttendanceDistribution
        shares, columns, shifts = np.zeros((len(rows), 0)), {}, None
        if isinstance(self.model, CombinedModel):
            combined = self.model.demand(self.preparation, rows, last, self._learned)
            demand, shares, columns = combined, combined.shares, combined.columns
        else:
            known = self._shifts[last] if last in self._shifts else self._shifts_of(rows)
            shifts = known[places] if last in self._shifts and known is not None else known
            demand = demand_of(self.model, self.preparation.at(cutoffs, rows), shifts)
        table = contract_table(everything, rows, demand, pl.Series(ahead).cast(pl.String), cutoffs)
        return _Part(table, demand.capacity, demand.turned_away, shares, columns, shifts)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a forecast of some games to come needs, for another process."""
        kept = ("preparation", "rows", "cutoff", "_seen", "_shifts", "_learned")
        return {"model": self.model, **{name: self.__dict__[name] for name in kept}}

    def _shifts_of(self, rows: Rows) -> Floats | None:
        """Return what calibration adds to the quantiles of some games, each as for the nearest training lead.

        Parameters
        ----------
        rows : ndarray of int, shape (games,)
            Rows among all games.

        Returns
        -------
        ndarray of float, shape (games, 7), or None
            In interquartile ranges; None if no game was held back from training.
        """
        model, last = self.model, self.cutoff
        held_back = None if isinstance(model, CombinedModel) else model.held_back
        if isinstance(model, CombinedModel) or not held_back:
            return None
        ahead = self.preparation.games.days[rows] - last
        nearest, clubs = held_back.nearest(ahead), self.preparation.games.clubs[rows]
        seen = self._errors_seen(model, held_back.leads)
        shifts = np.empty((len(ahead), len(QUANTILE_LEVELS)))
        for i in np.unique(nearest):
            lead, those = held_back.leads[i], nearest == i
            cutoffs = np.full(those.sum(), last, np.int64)
            shifts[those] = Calibration.at_lead(held_back, lead).shifts(cutoffs, clubs[those], seen[i])
        known = np.full(len(rows), last, np.int32)
        return shifts + level_shift(model, self.preparation).shifts(rows, known)

    def _errors_seen(self, model: TrainedModel, leads: Sequence[Lead]) -> list[SeasonErrors]:
        """Return the errors at each lead on the games since training, worked out once.

        All leads together, whichever are asked for, so that a game always shares its block with the same ones.
        """
        if self.cutoff not in self._seen:
            self._seen[self.cutoff] = errors_since_training(model, self.preparation, leads, self.cutoff)
        return self._seen[self.cutoff]

    def _is_calibrated_as(self, like: ForecastSession[Any]) -> bool:
        """Return True if past errors and calibration of another session hold for this one."""
        return (
            self._has_the_past_of(like)
            and self.preparation.schedule is like.preparation.schedule
            and np.array_equal(self.rows, like.rows)
        )

    def _has_the_past_of(self, like: ForecastSession[Any]) -> bool:
        """Return True if another session has the same model and past games."""
        return (
            "model" in like.__dict__
            and like.model is self._model_now()
            and (self.past is like.past or _same(self._given[:1], like._given[:1]))
        )

    def _model_now(self) -> TrainedModel | CombinedModel | None:
        try:
            return self.forecaster.trained
        except InputError:
            return None

    def _as_given(self, table: pl.DataFrame) -> Kind:
        result: Kind = as_the_kind_of(table, self._upcoming, row_for_row=True)
        return result


@dataclass(frozen=True)
class _Part:
    """The forecasts of some games to come: table, seats and people turned away, and what they rest on."""

    table: pl.DataFrame
    capacity: Floats
    turned_away: Floats
    shares: Floats
    columns: dict[str, str]
    shifts: Floats | None


def _part_of(session: ForecastSession[Any], places: Rows, progress: Progress) -> _Part:
    """Forecast some of a session's games to come."""
    return session._part(places)


def _clubs_together(clubs: npt.NDArray[np.str_]) -> list[Rows]:
    """Return the places of games, shape (games,), as those of some clubs at a time, at most `FEW_ROWS` in all.

    So few are computed in blocks of one size, so that a game has the same forecast alone as among thousands.
    """
    if len(clubs) <= FEW_ROWS:
        return [np.arange(len(clubs))]
    together: list[Rows] = []
    for club in np.unique(clubs):
        places = np.flatnonzero(clubs == club)
        for begin in range(0, len(places), FEW_ROWS):
            some = places[begin : begin + FEW_ROWS]
            if together and len(together[-1]) + len(some) <= FEW_ROWS:
                together[-1] = np.concatenate([together[-1], some])
            else:
                together.append(some)
    return together


def as_games(games: Games | IntoFrame, custom_columns: Sequence[c.Column] = (), *, keep_order: bool = False) -> Games:
    """Return `games`, or the games of a data frame, with the custom columns that they lack added as unknown.

    A data frame without our names of its date or attendance is read by the rules of `gatecast.read_games`.
    """
    if isinstance(games, Games):
        table = games
    else:
        frame = to_polars(games, "games")
        needed = {c.DATE} if keep_order else {c.DATE, c.ATTENDANCE}
        ours = {*c.CANONICAL, *(column.name for column in custom_columns)}
        if needed <= set(frame.columns) or set(frame.columns) <= ours:
            table = Games.from_frame(frame, custom_columns, keep_order=keep_order)
        else:
            table = read_frame(frame, custom_columns, upcoming=keep_order)
    missing = [column for column in custom_columns if column.name not in table.columns]
    if not missing:
        return table
    unknown = [pl.lit(None, column.dtype()).alias(column.name) for column in missing]
    return replace(table, table=table.table.with_columns(unknown), custom_columns=(*table.custom_columns, *missing))


def _rows_of(upcoming: Games, everything: Games) -> Rows:
    """Return where each game to come stands among all games, shape (games to come,): last, if games have no dates."""
    if not upcoming.dated:
        return np.arange(len(everything) - len(upcoming), len(everything))
    place = everything.table.select(c.GAME_ID).with_row_index()
    rows = upcoming.table.select(c.GAME_ID).join(place, on=c.GAME_ID, how="left", maintain_order="left")["index"]
    return rows.to_numpy().astype(np.intp)


def _cutoff(games: Games, rows: Rows, as_of: dt.date | str | None) -> int:
    """Return the cutoff as a day number, checked against the games to forecast."""
    if not len(rows):
        raise DataError("no upcoming games", "at least one game to forecast")
    if not games.dated:
        return int(games.days[rows].min()) - 1
    if as_of is None:
        raise InputError("as_of: got none, expected the last day known, such as 2019-05-30")
    try:
        day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise InputError(f"as_of: got {as_of!r}, expected a date such as 2019-05-30") from None
    if not isinstance(day, dt.date):
        raise InputError(f"as_of: got {as_of!r}, expected a date such as 2019-05-30")
    last = as_day(day)
    early = rows[games.days[rows] <= last]
    if len(early):
        game = games.table.row(int(early[0]), named=True)
        raise DataError(
            f"game {game[c.GAME_ID]} on {game[c.DATE]} with a cutoff of {day}",
            "games after the cutoff",
            "take past games out of the upcoming table, or choose an earlier day",
        )
    return last


def _table(games: Games | IntoFrame, argument: str) -> pl.DataFrame:
    return games.table if isinstance(games, Games) else to_polars(games, argument)


def _same(tables: Sequence[pl.DataFrame], others: Sequence[pl.DataFrame]) -> bool:
    """Return True if tables are the same cell for cell."""
    return all(one.schema == other.schema and one.equals(other) for one, other in zip(tables, others, strict=True))
