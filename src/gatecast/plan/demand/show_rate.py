"""The share of tickets sold that are used: learned from a club's own scans, else a documented default.

The logit of the share is regressed on weekday, month, day or night, weather and the numbers a club declares as known
with the schedule, such as price. A ridge shrinks the effects; its strength is the one that predicts games left out
best (leave-one-out; Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 7.10 and 3.4.1), and the
spread is that of games left out. Each club learns from its own scans alone.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import ALWAYS, Games, Role
from gatecast.games import columns as c
from gatecast.games.complete import FIRST_NIGHT_START
from gatecast.plan.operations.model import CrowdSettings

__all__ = ["DEFAULT", "GAMES_TO_TRUST", "ShowRate"]

FloatArray = npt.NDArray[np.float64]

DEFAULT = CrowdSettings(show_rate=0.83, show_rate_spread=0.05)
"""Between 15 and 20% of the tickets sold in the majors go unused (Sports Business Journal 2010; LA Times 2011)."""
GAMES_TO_TRUST = 40
"""Scanned games from which on a club's own share is used alone; with fewer, it is averaged with the default."""
LOWEST, HIGHEST = 0.02, 0.99
"""Limits of a share, so that a broken scanner or a miscount does not dominate the logit."""
NEAR_HALF, SMALLEST_LOGIT = (0.3, 0.65), -700.0
"""Shares whose logit has a form of its own, and a logit from which on the share counts as 0."""
COMFORT, TEN_DEGREES = 22.0, 10.0
STRENGTHS = np.append(np.geomspace(1e-3, 1e3, 25), np.inf)
"""Ridges tried, as multiples of the number of games; infinite: no effects, only the mean."""


@dataclass(frozen=True)
class ShowRate:
    """The share of tickets sold that are used, and how far it varies from game to game.

    Parameters
    ----------
    usual : CrowdSettings
        Used for clubs without scans.
    clubs : mapping of home club to its fit
    """

    usual: CrowdSettings
    clubs: Mapping[str | None, _Fit] = field(default_factory=dict)

    @classmethod
    def default(cls, settings: CrowdSettings = DEFAULT) -> Self:
        """Return the share of the settings for every game."""
        return cls(settings)

    @classmethod
    def fit(cls, games: Games, settings: CrowdSettings = DEFAULT, *, as_of: dt.date | None = None) -> Self:
        """Learn from the games that a club scanned.

        Parameters
        ----------
        games : Games
            Attendance is tickets sold, `scanned` people through the gate; games without both are not used.
        settings : CrowdSettings
            The default that a club with few scanned games is drawn towards.
        as_of : date, optional
            Games after this day are ignored.

        Examples
        --------
        >>> from gatecast.collect.sample import sample_league
        >>> league = sample_league()
        >>> mean, spread = ShowRate.fit(league.games).of(league.upcoming.table)
        >>> bool(mean.min() > 0.75), bool(spread.max() < 0.02)
        (True, True)
        """
        scanned = games.table.filter((pl.col(c.SCANNED) > 0) & (pl.col(c.ATTENDANCE) > 0))
        if as_of is not None and games.dated:
            scanned = scanned.filter(pl.col(c.DATE) <= as_of)
        numbers = [each.name for each in games.custom_columns if each.role is Role.NUMBER and each.known == ALWAYS]
        parts = scanned.partition_by(c.HOME, maintain_order=True) if scanned.height else []
        return cls(settings, {part[c.HOME][0]: _fit(part, numbers, settings) for part in parts})

    def of(self, table: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Return the share of tickets used at some games.

        Parameters
        ----------
        table : polars.DataFrame
            One row a game; home, date, day_night or start_time, weather and declared numbers if known.

        Returns
        -------
        mean, spread : ndarray of float, shape (games,)
            Expected share, and its standard deviation.
        """
        mean = np.full(table.height, self.usual.show_rate)
        spread = np.full(table.height, self.usual.show_rate_spread)
        home = table[c.HOME].to_list() if c.HOME in table.columns else [None] * table.height
        only = next(iter(self.clubs)) if len(self.clubs) == 1 else None
        clubs = np.array([only if club is None else club for club in home], dtype=object)
        for club, fit in self.clubs.items():
            rows = np.flatnonzero(clubs == club)
            mean[rows], spread[rows] = fit.of(table[rows])
        return mean, spread


@dataclass(frozen=True)
class _Fit:
    """The fit of one club: the logit of the share is `level + (features - centre) @ effects`."""

    games: int
    numbers: tuple[str, ...]
    level: float
    spread: float
    effects: FloatArray
    centre: FloatArray
    variance: FloatArray

    def of(self, table: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Return mean and spread of the share, each of shape (games,); unknown features add to the spread."""
        away = _features(table, self.numbers) - self.centre
        mean = _share(self.level + np.nan_to_num(away) @ self.effects)
        unknown = np.isnan(away) @ (self.effects**2 * self.variance)
        return mean, np.sqrt(self.spread**2 + unknown) * mean * (1 - mean)


def _fit(table: pl.DataFrame, numbers: Sequence[str], usual: CrowdSettings) -> _Fit:
    """Fit the games of one club, averaged with the default if they are few."""
    used = np.clip((table[c.SCANNED] / table[c.ATTENDANCE]).to_numpy(), LOWEST, HIGHEST)
    target = np.array([_logit(each) for each in used.tolist()])
    plain = _features(table, numbers)
    centre, variance = _mean_and_variance(plain)
    scale = np.where((np.arange(len(centre)) < len(centre) - len(numbers)) | (variance == 0), 1.0, np.sqrt(variance))
    effects, spread = _ridge(np.nan_to_num((plain - centre) / scale), target - target.mean())
    own = min(len(target) / GAMES_TO_TRUST, 1.0)
    share = min(max(usual.show_rate, LOWEST), HIGHEST)
    default = usual.show_rate_spread / (share * (1 - share))
    spread = spread if len(target) > 1 else default
    return _Fit(
        games=len(target),
        numbers=tuple(numbers),
        level=float(own * target.mean() + (1 - own) * _logit(share)),
        spread=float(np.sqrt(own * spread**2 + (1 - own) * default**2)),
        effects=own * effects / scale,
        centre=centre,
        variance=variance,
    )


def _share(logits: FloatArray) -> FloatArray:
    """Return shares by their logits, to the last digit as SciPy does, which takes longer to import."""
    return np.array([1 / (1 + math.exp(-each)) if each > SMALLEST_LOGIT else 0.0 for each in logits.tolist()])


def _logit(share: float) -> float:
    """Return the logit of a share, to the last digit as SciPy does."""
    if NEAR_HALF[0] <= share <= NEAR_HALF[1]:
        twice = 2 * (share - 0.5)
        return math.log1p(twice) - math.log1p(-twice)
    return math.log(share / (1 - share))


def _ridge(features: FloatArray, target: FloatArray) -> tuple[FloatArray, float]:
    """Return the effects at the ridge with the smallest squared error on games left out, and the root of that error.

    `target` has mean 0 and `features` have columns of mean 0; leaving a game out moves the mean, too.
    """
    left, size, right = np.linalg.svd(features, full_matrices=False)
    kept = size[:, None] ** 2 / (size[:, None] ** 2 + STRENGTHS * len(target))
    within = left.T @ target
    fitted = left @ (kept * within[:, None])
    pull = 1 / len(target) + left**2 @ kept
    missed = (target[:, None] - fitted) / np.maximum(1 - pull, 1e-6)
    errors = (missed**2).mean(axis=0)
    best = int(np.argmin(errors))
    effects: FloatArray = right.T @ (kept[:, best] * within / np.where(size > 0, size, 1.0))
    return effects, float(np.sqrt(errors[best]))


def _mean_and_variance(plain: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of each feature over its known values, shape (features,); 0 if never known."""
    known = np.isfinite(plain)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, plain, 0.0).sum(axis=0) / count
    return mean, (np.where(known, plain - mean, 0.0) ** 2).sum(axis=0) / count


def _features(table: pl.DataFrame, numbers: Sequence[str]) -> FloatArray:
    """Return weekday, month, night, warmth and its square, wetness, then declared numbers; NaN if unknown."""
    schema = {name: c.CANONICAL[name].dtype for name in (c.DATE, c.DAY_NIGHT, c.START_TIME)}
    schema |= {c.TEMPERATURE: pl.Float64, c.PRECIPITATION: pl.String} | dict.fromkeys(numbers, pl.Float64)
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in table.columns]
    night = (pl.col(c.DAY_NIGHT) == "night").fill_null(pl.col(c.START_TIME) >= FIRST_NIGHT_START)
    warmth = (pl.col(c.TEMPERATURE).cast(pl.Float64) - COMFORT) / TEN_DEGREES
    wetness = [label for label in c.CANONICAL[c.PRECIPITATION].values if label != "none"]
    columns = [
        *((pl.col(c.DATE).dt.weekday() == day).alias(f"weekday {day}") for day in range(1, 8)),
        *((pl.col(c.DATE).dt.month() == month).alias(f"month {month}") for month in range(1, 13)),
        night.alias("night"),
        warmth.alias("warmth"),
        (warmth**2).alias("warmth squared"),
        *((pl.col(c.PRECIPITATION) == label).alias(label) for label in wetness),
        *(pl.col(name).alias(f"declared {name}") for name in numbers),
    ]
    features = table.with_columns(absent).select(column.cast(pl.Float64) for column in columns)
    return features.fill_null(float("nan")).to_numpy()
