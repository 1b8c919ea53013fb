"""Calibration: intervals widened or narrowed by how far off forecasts were before, adapting as the season goes on.

Conformalised quantile regression (Romano, Patterson & Candès 2019): each interval is widened by the empirical quantile
of past conformity scores at its nominal coverage. Scores come from the latest season, held back from training, then
from the current season as far as known at the cutoff, the latest ones only, so that the correction follows a drift
(Gibbs & Candès 2021 show why it must). Each club also has a correction of its own, from its games of this season; it is
shrunk towards that of all clubs when few of its games are known, as attendance is harder to forecast at some clubs.
The whole distribution also follows this season's median error, of all clubs and of the club, shrunk towards zero when
few games are known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gatecast.forecast.distribution import demand_at
from gatecast.forecast.season_level import level_shift
from gatecast.games.cutoff import Lead, as_day, cutoff_days
from gatecast.games.forecast_columns import QUANTILE_LEVELS
from gatecast.prepare import Preparation
from gatecast.train.calibration_errors import CalibrationErrors, days_of, scaled_errors_from_quantiles
from gatecast.train.model import TrainedModel

__all__ = ["Calibration", "SeasonErrors", "errors_since_training"]

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

RECENT = 2000
"""Number of latest conformity scores that a correction is taken from."""
PRESEASON_SHARE = 0.5
"""Share by which intervals are widened before the first game of the season: errors within a season are correlated, so
that one season held back is worth less than its number of games. The rest is phased in over the first `DRIFT_GAMES`
games, and so is all of what narrows them: one season of small errors does not promise another."""
FEWEST = 60
"""With fewer known errors, forecasts are not corrected."""
DRIFT_GAMES, DRIFT_TRUST = 300, 300
"""Number of latest games of the season that the drift is taken from, and the number at which it counts half."""
CLUB_RECENT, CLUB_TRUST = 40, 20
"""Number of latest games of a club that its own correction is taken from, and the number at which it counts half."""
CLUB_DRIFT_GAMES, CLUB_DRIFT_TRUST = 10, 20
"""The same two numbers for a club's drift beyond that of all clubs; the second is multiplied by the days of lead, as
a club's latest games say less about days further ahead."""
MIDDLE = QUANTILE_LEVELS.index(0.5)
PAIRS = tuple((i, len(QUANTILE_LEVELS) - 1 - i) for i in range(MIDDLE))


@dataclass(frozen=True)
class SeasonErrors:
    """Hold errors on games that the model was not trained on, their attendance known since.

    Parameters
    ----------
    days : ndarray of int, shape (games,)
        Day of each game, in order.
    cutoffs : ndarray of int, shape (games,)
        The last day known to each forecast.
    errors : ndarray of float, shape (games, 7)
        As in `CalibrationErrors`.
    clubs : ndarray of str, shape (games,)
        The home club of each game.
    """

    days: npt.NDArray[np.int64]
    cutoffs: npt.NDArray[np.int64]
    errors: Floats
    clubs: Names

    @classmethod
    def empty(cls) -> SeasonErrors:
        """Return an empty record."""
        return cls(
            np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, len(QUANTILE_LEVELS))), np.zeros(0, np.str_)
        )

    def drift_of_all(self, cutoffs: Days) -> Floats:
        """Return the median error of the latest games known at each cutoff, shrunk towards 0, shape (cutoffs,)."""
        counts, place = np.unique(np.searchsorted(self.days, cutoffs, "right"), return_inverse=True)
        latest = np.minimum(counts, DRIFT_GAMES)
        drift = _median(_latest(self.errors[:, MIDDLE], counts, DRIFT_GAMES)) * latest / (latest + DRIFT_TRUST)
        of_each: Floats = drift[place]
        return of_each

    @cached_property
    def of_club(self) -> dict[str, npt.NDArray[np.intp]]:
        """The places of each club's games, in order."""
        return _places_of(self.clubs)

    @cached_property
    def scores_at(self) -> dict[float, Floats]:
        """Conformity scores by days ahead, which `Calibration` keeps here: clubs are asked for some at a time."""
        return {}

    @cached_property
    def drift_known(self) -> Floats:
        """The drift of all clubs as known at each game's own cutoff, shape (games,)."""
        return self.drift_of_all(self.cutoffs)


@dataclass(frozen=True)
class Calibration:
    """Corrections learned from errors at one lead.

    Parameters
    ----------
    prior : ndarray of float, shape (games, 7)
        Errors on the games held back, in order of day.
    days_ahead : float
        Days from the last day known to the game.
    """

    prior: Floats
    days_ahead: float

    @classmethod
    def at_lead(cls, held_back: CalibrationErrors, lead: Lead) -> Calibration:
        """Take the errors at the training lead nearest to a lead."""
        nearest = held_back.nearest(np.array([days_of(lead)]))[0]
        return cls(held_back.errors[nearest].astype(np.float64), days_of(lead))

    def shifts(self, cutoffs: Days, clubs: Names, seen: SeasonErrors) -> Floats:
        """Return corrections of the quantiles at `QUANTILE_LEVELS`, in units of the interquartile range.

        Parameters
        ----------
        cutoffs : ndarray of int, shape (games,)
            The last day known to each forecast; only games of `seen` up to that day are used.
        clubs : ndarray of str, shape (games,)
            The home club of each game.
        seen : SeasonErrors

        Returns
        -------
        ndarray of float, shape (games, 7)
        """
        drift = seen.drift_of_all(cutoffs) + self._drift_of_clubs(cutoffs, clubs, seen)
        before, since = _conformity_scores(self.prior), self._scores_since(seen)
        outward = self._of_all(cutoffs, seen.days, before, since)
        for of_club, known_of_club in _by_club(clubs, seen):
            known = np.searchsorted(seen.days[known_of_club], cutoffs[of_club], "right")
            count = np.minimum(known, CLUB_RECENT)[:, None]
            weight = count / (count + CLUB_TRUST)
            mixed = (
                weight * _conformal_quantile(_latest(since[known_of_club], known, CLUB_RECENT))
                + (1 - weight) * outward[of_club]
            )
            outward[of_club] = np.where(count > 0, mixed, outward[of_club])
        known_games = np.searchsorted(seen.days, cutoffs, "right")
        first = np.where(outward > 0, PRESEASON_SHARE, 0.0)
        share = first + (1.0 - first) * np.minimum(known_games / DRIFT_GAMES, 1.0)[:, None]
        outward *= np.where(len(before) + known_games < FEWEST, 0.0, 1.0)[:, None] * share
        return outward @ _OUTWARD + drift[:, None]

    def _scores_since(self, seen: SeasonErrors) -> Floats:
        """Return the conformity scores of games since training, less the drift known before each, (games, pairs)."""
        if self.days_ahead not in seen.scores_at:
            known_then = seen.drift_known + self._drift_of_clubs(seen.cutoffs, seen.clubs, seen)
            seen.scores_at[self.days_ahead] = _conformity_scores(seen.errors - known_then[:, None])
        return seen.scores_at[self.days_ahead]

    @staticmethod
    def _of_all(cutoffs: Days, days: Days, before: Floats, since: Floats) -> Floats:
        """Return the widening of each interval from the scores of all clubs, shape (games, pairs)."""
        out = np.empty((len(cutoffs), len(PAIRS)))
        counts, place = np.unique(np.searchsorted(days, cutoffs, "right"), return_inverse=True)
        for i, count in enumerate(counts):
            pool = np.concatenate([before, since[:count]])[-RECENT:]
            out[place == i] = _conformal_quantile(pool[None])[0] if len(pool) else 0.0
        return out

    def _drift_of_clubs(self, cutoffs: Days, clubs: Names, seen: SeasonErrors) -> Floats:
        """Return the drift of each club beyond that of all clubs, shrunk towards 0, shape (cutoffs,)."""
        rest = seen.errors[:, MIDDLE] - seen.drift_known
        out = np.zeros(len(cutoffs))
        for of_club, known_of_club in _by_club(clubs, seen):
            known = np.searchsorted(seen.days[known_of_club], cutoffs[of_club], "right")
            latest = _latest(rest[known_of_club], known, CLUB_DRIFT_GAMES)
            count = np.minimum(known, CLUB_DRIFT_GAMES)
            weight = count / (count + CLUB_DRIFT_TRUST * self.days_ahead)
            out[of_club] = np.where(count > 0, weight * _median(latest), 0.0)
        return out


def errors_since_training(
    model: TrainedModel, preparation: Preparation, leads: Sequence[Lead], last: int
) -> list[SeasonErrors]:
    """Return the errors at each lead on the games after the last day trained on.

    Parameters
    ----------
    model : TrainedModel
    preparation : Preparation
        Of all games.
    leads : sequence of int or "preseason"
    last : int
        The last day known, in days since 1970-01-01.
    """
    schedule = preparation.schedule
    empty = [SeasonErrors.empty() for _ in leads]
    if not model.through or not preparation.games.dated:
        return empty
    through = as_day(dt.date.fromisoformat(model.through))
    # Chosen by day, not by attendance: the games that share a batch may change the last bits of each other's forecasts.
    rows = np.flatnonzero((schedule.day > through) & (schedule.day <= last))
    if not len(rows):
        return empty
    rows = rows[np.argsort(schedule.day[rows], kind="stable")]
    cutoffs = np.stack([cutoff_days(preparation.games, lead)[rows] for lead in leads])
    demand = demand_at(model, preparation, cutoffs.ravel(), np.tile(rows, len(leads)))
    fill = np.tile(schedule.attendance[rows], len(leads)) / demand.capacity
    quantiles = demand.averaged(np.array(QUANTILE_LEVELS))
    level = level_shift(model, preparation).shifts(np.tile(rows, len(leads)), cutoffs.ravel(), quantiles)
    errors = scaled_errors_from_quantiles(quantiles, fill).astype(np.float64) - level
    counted, clubs = schedule.attendance[rows] > 0, preparation.games.clubs[rows]
    return [
        SeasonErrors(schedule.day[rows][counted], then.astype(np.int64)[counted], missed[counted], clubs[counted])
        for then, missed in zip(cutoffs, errors.reshape(len(leads), len(rows), -1), strict=True)
    ]


def _by_club(clubs: Names, seen: SeasonErrors) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Yield the places of each club in `clubs`, and those of its games in `seen`, both in order."""
    for club, places in _places_of(clubs).items():
        yield places, seen.of_club.get(club, np.zeros(0, np.intp))


def _places_of(clubs: Names) -> dict[str, npt.NDArray[np.intp]]:
    """Return the places of each club, in order."""
    names, codes = np.unique(clubs, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    # Without a club there is one empty part and no name.
    return dict(
        zip(names.tolist(), np.split(order, np.searchsorted(codes[order], np.arange(1, len(names)))), strict=False)
    )


def _latest(values: Floats, counts: Days, most: int) -> Floats:
    """Return the last `most` of the first so many values, NaN where there are fewer, shape (counts, most, ...)."""
    index = counts[:, None] + np.arange(-most, 0)
    padded = np.concatenate([values, np.full((1, *values.shape[1:]), np.nan)])
    return padded[np.where(index >= 0, index, len(values))]


def _median(values: Floats) -> Floats:
    """Return the median of each row without NaN, shape (rows,); 0 if all are NaN."""
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    low, high = ordered[rows, np.maximum((count - 1) // 2, 0)], ordered[rows, count // 2 * (count > 0)]
    return np.where(count > 0, (low + high) / 2, 0.0)


def _conformity_scores(errors: Floats) -> Floats:
    """Return the distance of attendance outside each interval, negative inside it, shape (games, pairs)."""
    return np.stack([np.maximum(-errors[:, low], errors[:, high]) for low, high in PAIRS], axis=1)


def _conformal_quantile(scores: Floats) -> Floats:
    """Return the quantile of conformity scores at the nominal coverage of each interval, ignoring NaN.

    Shape (rows, games, pairs) -> (rows, pairs); NaN where there is no score.
    """
    count = (~np.isnan(scores)).sum(axis=1)
    shares = np.array([QUANTILE_LEVELS[high] - QUANTILE_LEVELS[low] for low, high in PAIRS])
    # The next miss lies below the k-th of n with a chance of k / (n + 1): between two ranks, the line between them.
    place = np.clip((count + 1) * shares, 1, np.maximum(count, 1)) - 1
    below = np.floor(place).astype(np.int64)
    ordered = np.sort(scores, axis=1)
    low = np.take_along_axis(ordered, below[:, None], axis=1)[:, 0]
    high = np.take_along_axis(ordered, np.minimum(below + 1, np.maximum(count - 1, 0))[:, None], axis=1)[:, 0]
    between: Floats = low + (place - below) * (high - low)
    return between


def _outward() -> Floats:
    """Return the matrix that turns outward moves of intervals into shifts of quantiles, shape (pairs, 7)."""
    out = np.zeros((len(PAIRS), len(QUANTILE_LEVELS)))
    for i, (low, high) in enumerate(PAIRS):
        out[i, low], out[i, high] = -1.0, 1.0
    return out


_OUTWARD = _outward()
