"""An alarm when forecasts drift: the latest gates lie to one side, or outside their ranges, beyond what chance does.

Every gate becomes a normal score: where it lies in its own forecast. Of the latest 10, 11, … 30 games of the season the
sum of scores is divided by its standard deviation under `gatecast.forecast.scenarios`, which knows that games close
together err together; the window that stands out most counts. That is a generalised likelihood ratio test limited to
windows (Lai 1995, Sequential changepoint detection in quality control and dynamical systems, Journal of the Royal
Statistical Society B 57). It is looked at after every game, so what is rare is counted by the season: the odds are
those of one look so extreme in a whole season of forecasts that are as good as they say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtri

from gatecast.evaluate.scores import TOLERANCE
from gatecast.forecast.scenarios import MEASURED
from gatecast.formatting import number
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEDIAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS, QUANTILE_LEVELS, quantile_column
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.service.scored import DAYS, PLACE, before_games, last_of_each

__all__ = [
    "COVERAGE",
    "COVERAGE_GAMES",
    "LEVEL",
    "LEVEL_ODDS",
    "LONGEST",
    "SHORTEST",
    "Alarm",
    "Watch",
    "drift",
    "errors_together",
    "normal_scores",
    "standing_out",
    "watch",
    "watched",
]

Floats = npt.NDArray[np.float64]

LEVEL, COVERAGE = "level", "coverage"
SHORTEST, LONGEST = 10, 30
"""Fewest and most of the latest games that are looked at together."""
COVERAGE_GAMES = 20
LEVEL_ODDS = ((3.1, 20), (3.42, 50), (3.63, 100), (3.83, 200), (4.25, 1000))
"""How far a window stands out, in standard deviations, and in how many seasons one such window is met by chance."""
COVERAGE_ODDS = ((8, 50), (7, 200), (5, 1000))
"""Gates within the range of 8 in 10, of `COVERAGE_GAMES`, and in how many seasons so few are met by chance.

Both as `python benchmarks/drift_alarm.py` prints them.
"""
FURTHEST = 3.5
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
SCORES: Floats = ndtri(np.array(QUANTILE_LEVELS))
EDGE = 1e-6


@dataclass(frozen=True)
class Alarm:
    """What is amiss with the forecasts.

    Parameters
    ----------
    kind : str
        `LEVEL`: gates lie to one side; `COVERAGE`: too many lie outside their ranges.
    games : int
        The latest ones that it speaks of.
    since : date or None
        Of the first of them.
    share : float
        Their gates in all over their median forecasts in all, less 1.
    inside : int
        How many lay in the range meant for 8 in 10.
    odds : int
        In how many seasons of forecasts as good as they say as much is met once.
    """

    kind: str
    games: int
    since: dt.date | None
    share: float
    inside: int
    odds: int

    @property
    def told(self) -> str:
        """What is amiss, in a sentence, with what to do."""
        rare = f"more than chance explains (1 season in {number(self.odds)}): train anew, or look for what changed."
        if self.kind == LEVEL:
            return f"The last {self.games} gates were {_side(self.share)} what was expected, {rare}"
        return f"Only {self.inside} of the last {self.games} gates lay in the range meant for 8 in 10, {rare}"


@dataclass(frozen=True)
class Watch:
    """What the latest games of the season say of the forecasts.

    Parameters
    ----------
    games : int
        At most `LONGEST`, of the latest season and with forecasts by the model that made the latest one.
    share : float or None
        Their gates in all over their median forecasts in all, less 1; None where there is no game.
    inside : int
        How many lay in the range meant for 8 in 10.
    alarm : Alarm or None
        None while chance explains it, and before there are `SHORTEST` games.
    """

    games: int
    share: float | None
    inside: int
    alarm: Alarm | None

    @property
    def told(self) -> str:
        """The alarm, or in a calm sentence why there is none."""
        if self.alarm is not None:
            return self.alarm.told
        if self.share is None or self.games < SHORTEST:
            return f"Too few games to tell whether forecasts drift: {self.games} of the {SHORTEST} that it takes."
        return (
            f"The last {self.games} gates were {_side(self.share)} what was expected, and {self.inside} of them lay in"
            " the range meant for 8 in 10: no more than chance explains."
        )


def drift(service: ClubService, club: str) -> Alarm | None:
    """The alarm for a club's forecasts; None while chance explains their errors.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.
    """
    return watched(service, club).alarm


def watched(service: ClubService, club: str) -> Watch:
    """What the latest games of a club say of its forecasts, worked out once for each state of the store."""

    def looked() -> Watch:
        last = last_of_each(before_games(service, club))
        issued = service.forecasts(club)[MODEL]
        if not last.height or not len(issued):
            return watch(last)
        season = last[c.SEASON][-1]
        return watch(last.filter(pl.col(c.SEASON).eq_missing(season), pl.col(MODEL) == issued[-1]))

    return service.cached(("drift", club), (GAMES_AREA, FORECASTS_AREA), looked)


def watch(table: pl.DataFrame) -> Watch:
    """What the latest of some games say of their forecasts.

    Parameters
    ----------
    table : polars.DataFrame
        The last forecast of each game beside its gate, in order of play, as `last_of_each` gives them.
    """
    latest = table.tail(LONGEST)
    if not latest.height:
        return Watch(0, None, 0, None)
    return Watch(latest.height, _share(latest), _inside(latest), _level(latest) or _coverage(latest))


def normal_scores(table: pl.DataFrame) -> Floats:
    """Where each gate lies in its forecast, as a standard normal score, shape (games,).

    Linear in the score between quantiles and beyond the outermost, up to 3.5. A full house counts as the middle of the
    chances that the forecast gave to one, as nobody knows how many more would have come.
    """
    gates = table[c.ATTENDANCE].to_numpy().astype(np.float64)
    quantiles = np.maximum.accumulate(table.select(QUANTILE_COLUMNS).to_numpy().astype(np.float64), axis=1)
    quantiles = quantiles + np.arange(quantiles.shape[1]) * EDGE
    slope = (SCORES[-1] - SCORES[0]) / (quantiles[:, -1] - quantiles[:, 0])
    scores = np.array([np.interp(gate, row, SCORES) for gate, row in zip(gates, quantiles, strict=True)])
    scores = np.where(gates < quantiles[:, 0], SCORES[0] - (quantiles[:, 0] - gates) * slope, scores)
    scores = np.where(gates > quantiles[:, -1], SCORES[-1] + (gates - quantiles[:, -1]) * slope, scores)
    seats = table[c.CAPACITY].cast(pl.Float64).fill_null(np.inf).to_numpy()
    full_house = np.clip(table[P_SELLOUT].fill_null(0.0).to_numpy(), EDGE, 1.0)
    scores = np.where(gates >= seats, ndtri(1 - full_house / 2), scores)
    kept: Floats = np.clip(scores, -FURTHEST, FURTHEST)
    return kept


def errors_together(days: Floats, cutoffs: Floats) -> Floats:
    """Correlation of the errors of games that are as good as they say, shape (games, games).

    Parameters
    ----------
    days, cutoffs : ndarray of float, shape (games,)
        Day of each game and the last day known to its forecast.
    """
    covariance = MEASURED.shared(days, cutoffs) + np.eye(len(days)) * MEASURED.own
    spread = np.sqrt(np.diag(covariance))
    found: Floats = covariance / spread / spread[:, None]
    return found


def standing_out(scores: Floats, together: Floats) -> tuple[Floats, Sequence[int]]:
    """How far the latest games stand out, window by window.

    Parameters
    ----------
    scores : ndarray of float, shape (..., games)
    together : ndarray of float, shape (games, games)

    Returns
    -------
    ndarray of float, shape (..., windows)
        The sum of scores over its standard deviation.
    sequence of int
        Games of each window, counted from the latest.
    """
    windows = range(SHORTEST, min(LONGEST, scores.shape[-1]) + 1)
    sums = scores[..., ::-1].cumsum(axis=-1)
    spread = np.array([np.sqrt(together[-games:, -games:].sum()) for games in windows])
    found: Floats = sums[..., [games - 1 for games in windows]] / spread
    return found, windows


def _level(latest: pl.DataFrame) -> Alarm | None:
    if latest.height < SHORTEST:
        return None
    out, windows = standing_out(normal_scores(latest), errors_together(*_days(latest)))
    shares = np.array([_share(latest.tail(games)) for games in windows])
    # A sum of scores and one of people may differ in sign where one game weighs much; then neither is told.
    out = np.where(np.sign(out) == np.sign(shares), np.abs(out), 0.0)
    most = int(out.argmax())
    odds = max((odds for far, odds in LEVEL_ODDS if out[most] >= far), default=None)
    return None if odds is None else _alarm(LEVEL, latest.tail(windows[most]), odds)


def _coverage(latest: pl.DataFrame) -> Alarm | None:
    games = latest.tail(COVERAGE_GAMES)
    if games.height < COVERAGE_GAMES:
        return None
    inside = _inside(games)
    odds = max((odds for few, odds in COVERAGE_ODDS if inside <= few), default=None)
    return None if odds is None else _alarm(COVERAGE, games, odds)


def _alarm(kind: str, games: pl.DataFrame, odds: int) -> Alarm:
    return Alarm(kind, games.height, games[c.DATE][0], _share(games), _inside(games), odds)


def _days(table: pl.DataFrame) -> tuple[Floats, Floats]:
    """Day of each game and the last day known to its forecast; one game a day where they carry no dates."""
    days = table[c.DATE].to_physical() if table[c.DATE].null_count() == 0 else table[PLACE]
    on = days.to_numpy().astype(np.float64)
    return on, on - table[DAYS].to_numpy().astype(np.float64)


def _share(games: pl.DataFrame) -> float:
    expected = float(games[MEDIAN].sum())
    return float(games[c.ATTENDANCE].sum()) / expected - 1 if expected > 0 else 0.0


def _inside(games: pl.DataFrame) -> int:
    gates = games[c.ATTENDANCE]
    return int(((gates >= games[LOW] - TOLERANCE) & (gates <= games[HIGH] + TOLERANCE)).sum())


def _side(share: float) -> str:
    return f"{number(abs(share) * 100)} % {'above' if share > 0 else 'below'}"
