"""Rolling-origin backtest: each season is forecast from what was learned from the seasons before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, Self, overload, runtime_checkable

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.evaluate.scores import SMALLEST_SCORED_ATTENDANCE
from gatecast.games import PRESEASON, Games, parse_season
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import MODEL
from gatecast.games.frames import Frame, IntoFrame, as_the_kind_of
from gatecast.prepare import Preparation
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine, in_order
from gatecast.train.draws import MOST_A_PASS
from gatecast.train.samples import training_games

__all__ = ["Clonable", "Method", "Reporting", "backtest", "parse_lead"]


class Method(Protocol):
    """A method that learns from past games and forecasts others: a network, a tree, a rule of thumb."""

    def fit_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp]) -> Self:
        """Learn from the games in `rows`, shape (games,), and from nothing after them."""

    def forecast_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp], lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows`, each at its own cutoff; return the columns of `FORECAST_COLUMNS`."""


@runtime_checkable
class Clonable(Method, Protocol):
    """A method that can be made anew from its arguments, such as a `Forecaster`."""

    def get_params(self) -> dict[str, Any]:
        """Return the arguments that the method was made with, by name."""


@runtime_checkable
class Reporting(Method, Protocol):
    """A method that tells how far its training is."""

    def reporting(self, progress: Progress) -> Self:
        """Return the method, telling a progress."""


Methods = Clonable | Mapping[str, Clonable | Callable[[int], Method]]


MOST_DAYS = 400
TRAINING_BYTES_A_GAME = 20_000
"""Bytes of memory that a training takes for each game, at all its leads."""
Rows = npt.NDArray[np.intp]


def parse_lead(text: str) -> Lead:
    """Read a lead: a number of days from 1 to 400, or "preseason"; raise InputError for anything else.

    Examples
    --------
    >>> parse_lead("7"), parse_lead("preseason")
    (7, 'preseason')
    """
    word = text.strip().lower()
    if word == PRESEASON:
        return PRESEASON
    if word.isdecimal() and 1 <= int(word) <= MOST_DAYS:
        return int(word)
    raise InputError(f"lead: got {text!r}, expected a number of days from 1 to {MOST_DAYS}, or {PRESEASON}")


@overload
def backtest(
    games: Games,
    seasons: int | str | Sequence[int | str],
    leads: Lead | Sequence[Lead],
    methods: Methods,
    *,
    progress: Progress = ...,
    engine: Engine = ...,
) -> pl.DataFrame: ...


@overload
def backtest(
    games: Frame,
    seasons: int | str | Sequence[int | str],
    leads: Lead | Sequence[Lead],
    methods: Methods,
    *,
    progress: Progress = ...,
    engine: Engine = ...,
) -> Frame: ...


def backtest(
    games: Games | IntoFrame,
    seasons: int | str | Sequence[int | str],
    leads: Lead | Sequence[Lead],
    methods: Methods,
    *,
    progress: Progress = silent,
    engine: Engine = HERE,
) -> Any:
    """Forecast every scored game of past seasons, each season from what was learned from the seasons before it.

    For each season every method is made anew and learns from the seasons before; a forecast sees what was known at its
    cutoff, and nothing else of the season. Games of at most 500 people are not forecast.

    Parameters
    ----------
    games : Games or data frame (pandas, polars, Arrow)
    seasons : int, str, or a sequence of these
        Such as 2018, or "2018-19" for a season over New Year.
    leads : int, "preseason", or a sequence of these
        Days from the cutoff to the game.
    methods : Forecaster, or dict of str to Forecaster or callable
        Methods to compare, by their name in the column `model`; a callable takes the season to forecast and returns
        a method that has learned nothing yet (see `Method`). A single forecaster is named by its network;
        `gatecast.evaluate.baselines.BASELINES` are the simple methods to compare with.
    progress : callable
        Called with the name of the work, the steps done, and the number of steps.
    engine : Engine
        Runs each method's forecasts of each season: this process, or a cluster (`gatecast.cluster.engine`), on which a
        callable must be one that can be pickled. The forecasts are the same.

    Returns
    -------
    data frame of the kind of `games`; polars if that is `Games`
        One row for each method, game and lead: model, game_id, season, lead, as_of, mean, q05 to q95 and p_sellout.
        Mean and quantiles of attendance are people; p_sellout is a probability from 0 to 1.

    Raises
    ------
    InputError
        A season has no scored game, or no earlier game to learn from; there is no season, lead or method, or a lead is
        neither a number of days nor "preseason".

    Examples
    --------
    >>> import gatecast
    >>> from gatecast.collect.sample import sample_league
    >>> games = sample_league().games
    >>> quick = gatecast.Forecaster("feedforward", members=1, epochs=1)
    >>> forecasts = gatecast.backtest(games, 2024, [1, 7], quick)
    >>> gatecast.score(forecasts, games, by="lead").select("lead", "games").rows()
    [('1', 575), ('7', 575)]
    """
    wanted = [parse_season(str(one)) for one in ([seasons] if isinstance(seasons, int | str) else seasons)]
    ahead = [parse_lead(str(lead)) for lead in ([leads] if isinstance(leads, int | str) else leads)]
    makers = _makers(methods)
    for what, values in (("seasons", wanted), ("leads", ahead), ("methods", makers)):
        if not values:
            raise InputError(f"backtest: got no {what}, expected at least one")
    table = games if isinstance(games, Games) else Games.from_frame(games)
    preparation = Preparation(table)
    years = table.table[c.SEASON].fill_null(0).to_numpy()
    scored = (table.table[c.ATTENDANCE].fill_null(0) > SMALLEST_SCORED_ATTENDANCE).to_numpy()
    folds = [
        (season, np.flatnonzero(scored & (years == season)), training_games(table, through=season - 1))
        for season in wanted
    ]
    for season, rows, earlier in folds:
        _check(season, len(rows), len(earlier), years)
    tasks = [(season, rows, earlier, name) for season, rows, earlier in folds for name in makers]
    names = [f"backtest of {season}, {name}" for season, _, _, name in tasks]
    most = min(max(len(earlier) for _, _, earlier in folds), MOST_A_PASS)
    shared, memory = (preparation, makers, ahead), most * TRAINING_BYTES_A_GAME
    results = engine.results(_forecast_season, shared, tasks, names=names, progress=progress, memory=memory)
    parts = in_order(results)
    progress("backtest", len(tasks), len(tasks))
    return as_the_kind_of(pl.concat(parts), games)


def _forecast_season(
    shared: tuple[Preparation, dict[str, Callable[[int], Method]], list[Lead]],
    task: tuple[int, Rows, Rows, str],
    progress: Progress,
) -> pl.DataFrame:
    """Train one method on the games before a season and forecast the season at every lead."""
    preparation, makers, leads = shared
    season, rows, earlier, name = task
    method = makers[name](season)
    if isinstance(method, Reporting):
        method = method.reporting(progress)
    method = method.fit_rows(preparation, earlier)
    forecasts = [method.forecast_rows(preparation, rows, lead) for lead in leads]
    return pl.concat([frame.select(pl.lit(name).alias(MODEL), pl.all()) for frame in forecasts])


def _makers(methods: Methods) -> dict[str, Callable[[int], Method]]:
    """Return for each name a function from the season to forecast to a method that has learned nothing yet."""
    if not isinstance(methods, Mapping):
        params = methods.get_params() if isinstance(methods, Clonable) else {}
        methods = {str(params.get("network", type(methods).__name__)): methods}
    return {name: _maker(name, method) for name, method in methods.items()}


def _maker(name: str, method: object) -> Callable[[int], Method]:
    if isinstance(method, Clonable):
        kind, params = type(method), method.get_params()
        return lambda season: kind(**params)
    if not callable(method):
        raise InputError(f"methods, {name}: got {method!r}, expected a Forecaster, or a function of the season")
    return method


def _check(season: int, to_score: int, to_learn: int, years: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
    known = f"seasons {years.min()} to {years.max()}" if years.max() else "games without a season"
    if not to_score:
        raise InputError(
            f"season {season}: got no game with an attendance above {SMALLEST_SCORED_ATTENDANCE} among {known}"
        )
    if not to_learn:
        raise InputError(
            f"season {season}: got no earlier game to learn from among {known}, expected at least one season"
        )
