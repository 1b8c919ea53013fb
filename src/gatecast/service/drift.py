"""Raise an alarm if forecasts drift: recent attendance lies to one side, or outside the ranges, beyond chance.

The attendance of each game becomes a normal score: where it lies in its own forecast. Of the latest 10, 11, … 30 games
of the season the sum of scores is divided by its standard deviation under `gatecast.forecast.scenarios`, which
knows that errors of games close together are correlated; the window that deviates most counts. That is a generalised
likelihood ratio test limited to windows (Lai 1995, Sequential changepoint detection in quality control and dynamical
systems, Journal of the Royal Statistical Society B 57). It is repeated after every game, so odds are counted by the
season: they are those of one window so extreme in a whole season of well-calibrated forecasts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.evaluate.scores import TOLERANCE
from gatecast.forecast.scenarios import MEASURED
from gatecast.formatting import number
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS, QUANTILE_LEVELS, quantile_column
from gatecast.normal import normal_quantiles
from gatecast.service.club_service import FORECASTS_AREA, GAMES_AREA, ClubService
from gatecast.service.issued_forecasts import DAYS, PLACE, last_of_each, scored_forecasts

__all__ = [
    "COVERAGE",
    "COVERAGE_GAMES",
    "LEVEL",
    "LEVEL_ODDS",
    "LONGEST",
    "SHORTEST",
    "Alarm",
    "DriftStatus",
    "drift",
    "drift_status",
    "error_correlation",
    "normal_scores",
    "status_of",
    "window_deviations",
]

Floats = npt.NDArray[np.float64]

LEVEL, COVERAGE = "level", "coverage"
SHORTEST, LONGEST = 10, 30
"""Shortest and longest window of latest games that is tested for drift."""
COVERAGE_GAMES = 20
LONG_RUN = 5
"""Latest games in a row on one side of their forecasts that are worth telling, though chance makes several a season."""
LEVEL_ODDS = ((3.1, 20), (3.42, 50), (3.63, 100), (3.83, 200), (4.25, 1000))
"""Deviation of a window in standard deviations, and the number of seasons in which one such window occurs by chance."""
COVERAGE_ODDS = ((8, 50), (7, 200), (5, 1000))
"""Games within the 80% range, of `COVERAGE_GAMES`, and in how many seasons so few occur once by chance.

Both as `python benchmarks/drift_alarm.py` prints them.
"""
FURTHEST = 3.5
LOW, HIGH = quantile_column(0.10), quantile_column(0.90)
SCORES: Floats = normal_quantiles(np.array(QUANTILE_LEVELS))
EDGE = 1e-6


@dataclass(frozen=True)
class Alarm:
    """A drift alarm.

    Parameters
    ----------
    kind : str
        `LEVEL`: attendance lies to one side; `COVERAGE`: too often outside the ranges.
    games : int
        The latest ones that it speaks of.
    since : date or None
        Of the first of them.
    share : float
        Their total attendance over the total of the people expected, less 1.
    inside : int
        Number of games within their 80% range.
    odds : int
        Number of seasons of well-calibrated forecasts in which this occurs once by chance.
    """

    kind: str
    games: int
    since: dt.date | None
    share: float
    inside: int
    odds: int

    @property
    def summary(self) -> str:
        """Describe the problem in one sentence, with what to do."""
        rare = f"more than chance explains (1 season in {number(self.odds)}). Train a new model or look for a cause."
        if self.kind == LEVEL:
            return f"Attendance at the last {self.games} games was {_side(self.share)} the forecast, {rare}"
        return f"Attendance at only {self.inside} of the last {self.games} games lay in its 80% range, {rare}"


@dataclass(frozen=True)
class DriftStatus:
    """Comparison of the latest games of the season with their forecasts.

    Parameters
    ----------
    games : int
        At most `LONGEST`, of the latest season and with forecasts by the model that made the latest one.
    share : float or None
        Their total attendance over the total of the people expected, less 1; None where there is no game.
    inside : int
        Number of games within their 80% range.
    alarm : Alarm or None
        None while chance explains the errors, and with fewer than `SHORTEST` games.
    run : int
        Latest games in a row that came in above their forecasts (positive) or below them (negative).
    """

    games: int
    share: float | None
    inside: int
    alarm: Alarm | None
    run: int = 0

    @property
    def summary(self) -> str:
        """Return the alarm, or say in one sentence why there is none."""
        if self.alarm is not None:
            return self.alarm.summary
        if self.share is None or self.games < SHORTEST:
            return f"Too few games to tell whether forecasts drift: {self.games} of the {SHORTEST} needed."
        return (
            f"No drift: attendance at the last {self.games} games was {_side(self.share)} the forecast in all."
            " Chance explains this."
        )

    @property
    def recent(self) -> str:
        """Say that the latest games all came in on one side, if there is no alarm; empty with fewer than `LONG_RUN`."""
        if self.alarm is not None or abs(self.run) < LONG_RUN:
            return ""
        side = "above" if self.run > 0 else "below"
        return (
            f"The last {abs(self.run)} games all came in {side} their forecasts: too few to call it drift, but if the"
            " next ones do as well, look for a cause."
        )


def drift(service: ClubService, club: str) -> Alarm | None:
    """Return the alarm for a club's forecasts; None while chance explains their errors.

    Parameters
    ----------
    service : ClubService
    club : str
        One of `ClubService.clubs()`.
    """
    return drift_status(service, club).alarm


def drift_status(service: ClubService, club: str) -> DriftStatus:
    """Return how a club's latest games compare with their forecasts; computed once for each state of the store."""

    def looked() -> DriftStatus:
        last = last_of_each(scored_forecasts(service, club))
        issued = service.forecasts(club)[MODEL]
        if not last.height or not len(issued):
            return status_of(last)
        season = last[c.SEASON][-1]
        return status_of(last.filter(pl.col(c.SEASON).eq_missing(season), pl.col(MODEL) == issued[-1]))

    return service.cached(("drift", club), (GAMES_AREA, FORECASTS_AREA), looked)


def status_of(table: pl.DataFrame) -> DriftStatus:
    """Return how the latest of some games compare with their forecasts.

    Parameters
    ----------
    table : polars.DataFrame
        The last forecast of each game beside its attendance, in order of play, as from `last_of_each`.
    """
    latest = table.tail(LONGEST)
    if not latest.height:
        return DriftStatus(0, None, 0, None)
    alarm = _level(latest) or _coverage(latest)
    return DriftStatus(latest.height, _share(latest), _inside(latest), alarm, _run(latest))


def normal_scores(table: pl.DataFrame) -> Floats:
    """Return where each attendance lies in its forecast as a standard normal score, shape (games,).

    Linear in the score between quantiles and beyond the outermost, up to 3.5. A full house counts as the middle of the
    chances that the forecast gave to one, as nobody knows how many more would have come.
    """
    attendance = table[c.ATTENDANCE].to_numpy().astype(np.float64)
    quantiles = np.maximum.accumulate(table.select(QUANTILE_COLUMNS).to_numpy().astype(np.float64), axis=1)
    quantiles = quantiles + np.arange(quantiles.shape[1]) * EDGE
    slope = (SCORES[-1] - SCORES[0]) / (quantiles[:, -1] - quantiles[:, 0])
    scores = np.array([np.interp(people, row, SCORES) for people, row in zip(attendance, quantiles, strict=True)])
    scores = np.where(attendance < quantiles[:, 0], SCORES[0] - (quantiles[:, 0] - attendance) * slope, scores)
    scores = np.where(attendance > quantiles[:, -1], SCORES[-1] + (attendance - quantiles[:, -1]) * slope, scores)
    seats = table[c.CAPACITY].cast(pl.Float64).fill_null(np.inf).to_numpy()
    full_house = np.clip(table[P_SELLOUT].fill_null(0.0).to_numpy(), EDGE, 1.0)
    scores = np.where(attendance >= seats, normal_quantiles(1 - full_house / 2), scores)
    clipped: Floats = np.clip(scores, -FURTHEST, FURTHEST)
    return clipped


def error_correlation(days: Floats, cutoffs: Floats) -> Floats:
    """Return the correlation of forecast errors between games, shape (games, games), if ranges are right.

    Parameters
    ----------
    days, cutoffs : ndarray of float, shape (games,)
        Day of each game and the cutoff of its forecast.
    """
    covariance = MEASURED.shared(days, cutoffs) + np.eye(len(days)) * MEASURED.idiosyncratic
    spread = np.sqrt(np.diag(covariance))
    correlation: Floats = covariance / spread / spread[:, None]
    return correlation


def window_deviations(scores: Floats, correlation: Floats) -> tuple[Floats, Sequence[int]]:
    """Return how far the latest games deviate, window by window.

    Parameters
    ----------
    scores : ndarray of float, shape (..., games)
    correlation : ndarray of float, shape (games, games)

    Returns
    -------
    ndarray of float, shape (..., windows)
        The sum of scores over its standard deviation.
    sequence of int
        Games of each window, counted from the latest.
    """
    windows = range(SHORTEST, min(LONGEST, scores.shape[-1]) + 1)
    sums = scores[..., ::-1].cumsum(axis=-1)
    spread = np.array([np.sqrt(correlation[-games:, -games:].sum()) for games in windows])
    deviations: Floats = sums[..., [games - 1 for games in windows]] / spread
    return deviations, windows


def _level(latest: pl.DataFrame) -> Alarm | None:
    if latest.height < SHORTEST:
        return None
    deviation, windows = window_deviations(normal_scores(latest), error_correlation(*_days(latest)))
    shares = np.array([_share(latest.tail(games)) for games in windows])
    # A sum of scores and one of people may differ in sign where one game weighs much; then neither counts.
    deviation = np.where(np.sign(deviation) == np.sign(shares), np.abs(deviation), 0.0)
    most = int(deviation.argmax())
    odds = max((odds for far, odds in LEVEL_ODDS if deviation[most] >= far), default=None)
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
    """Return the day of each game and its forecast's cutoff; one game a day if games carry no dates."""
    days = table[c.DATE].to_physical() if table[c.DATE].null_count() == 0 else table[PLACE]
    on = days.to_numpy().astype(np.float64)
    return on, on - table[DAYS].to_numpy().astype(np.float64)


def _share(games: pl.DataFrame) -> float:
    expected = float(games[MEAN].sum())
    return float(games[c.ATTENDANCE].sum()) / expected - 1 if expected > 0 else 0.0


def _run(games: pl.DataFrame) -> int:
    """Return how many of the latest games in a row lie above their forecasts, or below them as a negative number."""
    sides = np.sign((games[c.ATTENDANCE] - games[MEAN]).to_numpy())[::-1]
    ends = np.flatnonzero(sides != sides[0])
    return int(sides[0]) * int(ends[0] if len(ends) else len(sides))


def _inside(games: pl.DataFrame) -> int:
    attendance = games[c.ATTENDANCE]
    return int(((attendance >= games[LOW] - TOLERANCE) & (attendance <= games[HIGH] + TOLERANCE)).sum())


def _side(share: float) -> str:
    return f"{number(abs(share) * 100)}% {'above' if share > 0 else 'below'}"
