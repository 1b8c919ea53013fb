"""Rolling-origin backtest: each season is forecast from what was learned from the seasons before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import MODEL
from gatecast.prepare import Preparation
from gatecast.progress import Progress, silent
from gatecast.train.samples import training_games

__all__ = ["Method", "backtest", "parse_lead"]


class Method(Protocol):
    """Something that learns from past games and forecasts others: a network, a tree, a rule of thumb."""

    def fit_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp]) -> Self:
        """Learn from the games in `rows`, shape (games,), and from nothing after them."""

    def forecast_rows(self, preparation: Preparation, rows: npt.NDArray[np.intp], lead: Lead) -> pl.DataFrame:
        """Forecast the games in `rows`, each at its own cut-off: the columns of `FORECAST_COLUMNS`."""


MOST_DAYS = 400


def parse_lead(text: str) -> Lead:
    """Read a lead: a number of days of at least 1, or "preseason"; raises InputError otherwise.

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


def backtest(
    games: Games,
    seasons: Sequence[int],
    leads: Sequence[Lead],
    methods: dict[str, Callable[[int], Method]],
    *,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Forecast every scored game of some seasons at some leads.

    For each season every method is made anew and learns from the seasons before; a forecast sees what was known at
    its cut-off, and nothing else of the season.

    Parameters
    ----------
    games : Games
    seasons : sequence of int
    leads : sequence of int or "preseason"
    methods : dict of str to callable
        For each name, a function from the season to forecast to a method that has learned nothing yet.
    progress : callable

    Returns
    -------
    polars.DataFrame
        One row a method, game and lead: `model`, then the columns of `FORECAST_COLUMNS`.

    Raises
    ------
    InputError
        A season without scored games, or without earlier games to learn from; no season, lead or method at all.
    """
    for what, given in (("seasons", seasons), ("leads", leads), ("methods", methods)):
        if not given:
            raise InputError(f"backtest: got no {what}, expected at least one")
    preparation = Preparation(games)
    years = games.table[c.SEASON].fill_null(0).to_numpy()
    scored = (games.table[c.ATTENDANCE].fill_null(0) > SMALLEST_SCORED_GATE).to_numpy()
    parts: list[pl.DataFrame] = []
    steps = len(seasons) * len(methods)
    folds = [
        (season, np.flatnonzero(scored & (years == season)), training_games(games, through=season - 1))
        for season in seasons
    ]
    for season, rows, earlier in folds:
        _check(season, len(rows), len(earlier), years)
    for season, rows, earlier in folds:
        for name, make in methods.items():
            progress(f"backtest of {season}, {name}", len(parts) // len(leads), steps)
            method = make(season).fit_rows(preparation, earlier)
            parts += [
                method.forecast_rows(preparation, rows, lead).select(pl.lit(name).alias(MODEL), pl.all())
                for lead in leads
            ]
    progress("backtest", steps, steps)
    return pl.concat(parts)


def _check(season: int, to_score: int, to_learn: int, years: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
    known = f"seasons {years.min()} to {years.max()}" if years.max() else "games without a season"
    if not to_score:
        raise InputError(f"season {season}: got no game with a gate above {SMALLEST_SCORED_GATE} among {known}")
    if not to_learn:
        raise InputError(
            f"season {season}: got no earlier game to learn from among {known}, expected at least one season"
        )
