"""Work out the tokens of custom columns: how well each would have forecast a club's past games.

A token compares two simple ways to forecast by the column with the forecast that does not know it: a regression of
that forecast's errors on the column, and, for positive numbers such as tickets sold, the usual ratio of attendance to
it. All figures follow from sums over past games, so that they are a look-up at any cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.networks.column_reader import TOKEN_FIGURES

__all__ = ["ColumnEvidence", "is_positive"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LARGEST_ERROR = 1.5
"""Largest error and shift, in logarithms."""
FEWEST = 4
"""Past games of which a column must be known for it to be a token."""
MOSTLY = 0.8
"""Share of positive numbers from which on a column counts as one of positive numbers."""
TYPO = 10.0
"""Median distances from the median, and 1 more, beyond which a logarithm is a typo."""
FARTHEST = 0.7
"""Logarithm, on top of a standard deviation, beyond all values seen at which the value of a ratio is cut off."""
SMALLEST_SPREAD, SMALLEST_VARIANCE = 0.005, 1e-12


@dataclass(frozen=True)
class ColumnEvidence:
    """Hold the past games of each club with their columns, and how they were forecast without.

    Parameters
    ----------
    clubs : dict of int to _ClubEvidence
        By the code of the club.
    """

    clubs: dict[int, _ClubEvidence]

    @classmethod
    def of(
        cls,
        home: Ints,
        day: Ints,
        columns: Floats,
        *,
        middle: Floats,
        spread: Floats,
        log_attendance: Floats,
        trust: Floats,
    ) -> ColumnEvidence:
        """Sum up past games.

        Parameters
        ----------
        home, day : ndarray of int, shape (games,)
            Code of the club, and day on which the attendance became known.
        columns : ndarray of float, shape (games, columns)
            NaN where unknown.
        middle, spread, log_attendance, trust : ndarray of float, shape (games,)
            Logarithm of the forecast without the columns, its standard deviation, logarithm of what came, and weight.
        """
        clubs = {}
        for club in np.unique(home).tolist():
            rows = np.flatnonzero(home == club)
            rows = rows[np.argsort(day[rows], kind="stable")]
            clubs[club] = _ClubEvidence.of(
                day[rows],
                columns[rows],
                middle[rows],
                spread=spread[rows],
                log_attendance=log_attendance[rows],
                trust=trust[rows],
            )
        return cls(clubs)

    def tokens(
        self, home: Ints, columns: Floats, middle: Floats, spread: Floats, cutoffs: Ints | None = None
    ) -> npt.NDArray[np.float32]:
        """Return the tokens of games, shape (queries, columns, figures); zeros where a column says nothing.

        Parameters
        ----------
        home : ndarray of int, shape (queries,)
        columns : ndarray of float, shape (queries, columns)
        middle, spread : ndarray of float, shape (queries,)
            Of the forecast without the columns.
        cutoffs : ndarray of int, shape (queries,), optional
            Last day known of each query; all that is held is known if not given.
        """
        out = np.zeros((*columns.shape, len(TOKEN_FIGURES)), np.float32)
        for club in np.unique(home).tolist():
            if club in self.clubs:
                rows = np.flatnonzero(home == club)
                named = self.clubs[club].figures(
                    columns[rows], middle[rows], spread[rows], None if cutoffs is None else cutoffs[rows]
                )
                table = np.stack([np.broadcast_to(named[name], columns[rows].shape) for name in TOKEN_FIGURES], axis=2)
                out[rows] = np.where(named["present"][..., None] > 0, table, 0.0)
        return out


@dataclass(frozen=True)
class _ClubEvidence:
    """Hold running sums over one club's past games in order of day, shape (games + 1, columns) each.

    `z` is a column, `e` what the forecast without it missed, `d` the logarithm of attendance less the column, and `u`
    the column less the forecast: the ratio's forecast is `u` and the usual `d` above that one. `day` has one entry a
    game; `positive` (counts, read as logarithms), `flag` (0 and 1 alone) and `centre` (taken off others) one a column.
    """

    day: Ints
    sums: dict[str, Floats]
    low: Floats
    high: Floats
    usual_spread: Floats
    positive: Flags
    flag: Flags
    centre: Floats

    @classmethod
    def of(
        cls, day: Ints, columns: Floats, middle: Floats, *, spread: Floats, log_attendance: Floats, trust: Floats
    ) -> _ClubEvidence:
        positive = np.array([is_positive(column) for column in columns.T], bool)
        flag = np.array([is_flag(column) for column in columns.T], bool)
        values = _values(columns, positive)
        centre = np.array([np.median(each[np.isfinite(each)]) if np.isfinite(each).any() else 0.0 for each in values.T])
        values = _without_typos(values, centre, positive) - np.where(positive, 0.0, centre)
        there = np.isfinite(values)
        z = np.where(there, values, 0.0)
        w = np.where(there, trust[:, None], 0.0)
        e = np.clip(log_attendance - middle, -LARGEST_ERROR, LARGEST_ERROR)[:, None]
        d = np.where(there, log_attendance[:, None] - z, 0.0)
        u = np.where(there, z - middle[:, None], 0.0)
        parts = {
            "weight": w,
            "square": w**2,
            "z": w * z,
            "z2": w * z**2,
            "e": w * e,
            "e2": w * e**2,
            "z*e": w * z * e,
            "d": w * d,
            "d2": w * d**2,
            "u": w * u,
            "u2": w * u**2,
            "u*e": w * u * e,
            "games": there.astype(np.float64),
        }
        sums = {name: _running(part) for name, part in parts.items()}
        low = np.minimum.accumulate(np.vstack([np.full((1, z.shape[1]), np.inf), np.where(there, z, np.inf)]))
        high = np.maximum.accumulate(np.vstack([np.full((1, z.shape[1]), -np.inf), np.where(there, z, -np.inf)]))
        count = np.arange(len(day) + 1)
        usual = _running(spread[:, None])[:, 0] / np.maximum(count, 1)
        return cls(day, sums, low, high, usual, positive, flag, centre)

    def figures(self, columns: Floats, middle: Floats, spread: Floats, cutoffs: Ints | None) -> dict[str, Floats]:
        """Return the figures of tokens by name, shape (queries, columns) each."""
        values = _values(columns, self.positive) - np.where(self.positive, 0.0, self.centre)
        ratio = self.positive & ~self.flag
        at = np.full(len(values), len(self.day)) if cutoffs is None else np.searchsorted(self.day, cutoffs, "right")
        s = {name: total[at] for name, total in self.sums.items()}
        weight = np.maximum(s["weight"], 1e-12)
        games = s["weight"] ** 2 / np.maximum(s["square"], 1e-12)
        unbiased = games / np.maximum(games - 1.0, 1.0)
        known = np.isfinite(values) & (s["games"] >= FEWEST)
        z = np.where(known, values, 0.0)
        mean = {name: s[name] / weight for name in "zedu"}
        variance = {name: np.maximum(s[f"{name}2"] / weight - mean[name] ** 2, 0.0) * unbiased for name in "zedu"}
        error = np.sqrt(variance["e"] + mean["e"] ** 2 + SMALLEST_SPREAD**2)

        def regression(name: str) -> tuple[Floats, Floats]:
            """Return the slope of a regression of the errors, drawn towards 0, and its correlation."""
            varies = variance[name] > SMALLEST_VARIANCE
            usual = np.where(varies, variance[name], 1.0)
            together = np.where(varies, (s[f"{name}*e"] / weight - mean[name] * mean["e"]) * unbiased, 0.0)
            correlation = np.clip(together / np.sqrt(usual * (variance["e"] + SMALLEST_SPREAD**2)), -1.0, 1.0)
            return together / usual * games / (games + 2.0), correlation

        def left(correlation: Floats) -> Floats:
            """Return what a regression leaves of the errors, as a logarithm."""
            rest = np.maximum(1.0 - correlation**2, 0.0) * variance["e"] + SMALLEST_SPREAD**2
            return np.clip(0.5 * np.log(rest) - np.log(error), -3.0, 3.0)

        def certain(correlation: Floats) -> Floats:
            """Return the t statistic of a correlation, in fours."""
            t = correlation * np.sqrt(np.maximum(games - 2.0, 0.0) / (1.0 - np.minimum(correlation**2, 0.99)))
            return np.clip(t, -12.0, 12.0) / 4.0

        slope, correlation = regression("z")
        slope_of_both, correlation_of_both = regression("u")
        certainty, certainty_of_both = certain(correlation), certain(correlation_of_both)
        ratio_spread = np.sqrt(variance["d"] + SMALLEST_SPREAD**2)
        left_by_ratio = np.where(ratio, np.clip(np.log(ratio_spread / error), -3.0, 3.0), 0.0)
        z_spread = np.sqrt(np.where(variance["z"] > SMALLEST_VARIANCE, variance["z"], 1.0))
        low, high = (np.where(known, seen[at], 0.0) for seen in (self.low, self.high))
        outside = np.maximum(z - high, low - z) / z_spread
        # What was never seen counts as little beyond what was.
        near_z = np.clip(z, low - z_spread, high + z_spread)
        u = np.clip(z, low - z_spread - FARTHEST, high + z_spread + FARTHEST) - middle[:, None]
        # The level of the errors is left to what forecasts without columns; a ratio has one of its own.
        by_slope = np.clip(slope * (near_z - mean["z"]), -LARGEST_ERROR, LARGEST_ERROR)
        by_ratio = np.clip(u + mean["d"], -LARGEST_ERROR, LARGEST_ERROR)
        by_both = np.clip(slope_of_both * (u + mean["d"]), -LARGEST_ERROR, LARGEST_ERROR)
        standard = np.where(variance["z"] > SMALLEST_VARIANCE, (z - mean["z"]) / z_spread, 0.0)
        usual = self.usual_spread[at][:, None]
        figures = {
            "present": known.astype(np.float64),
            "positive": self.positive.astype(np.float64),
            "flag": self.flag.astype(np.float64),
            "games": np.log1p(games) / 5.0,
            "coverage": s["games"] / np.maximum(at, 1)[:, None],
            "value": np.clip(standard, -4.0, 4.0) / 2.0,
            "certainty": certainty,
            "correlation": correlation,
            "shift_by_slope": by_slope,
            "mean_error": np.clip(mean["e"], -1.0, 1.0),
            "left_by_slope": left(correlation),
            "error": np.clip(np.log(error / np.maximum(usual, 1e-3)), -2.0, 2.0),
            "shift_by_ratio": np.where(ratio, by_ratio, 0.0),
            "left_by_ratio": left_by_ratio,
            "ratio_spread": np.where(ratio, np.clip(np.log(ratio_spread), -5.0, 2.0) / 2.0, 0.0),
            "shift_by_both": np.where(ratio, by_both, 0.0),
            "left_by_both": np.where(ratio, left(correlation_of_both), 0.0),
            "certainty_of_both": np.where(ratio, certainty_of_both, 0.0),
            "spread": np.clip(np.log(np.maximum(spread, 1e-3)), -5.0, 2.0)[:, None] / 2.0,
            "out_of_range": np.clip(outside, 0.0, 4.0) / 2.0,
        }
        best_ratio = np.where(known & ratio, left_by_ratio, np.inf).min(axis=1, keepdims=True, initial=3.0)
        best_slope = np.where(known, np.abs(figures["certainty"]), 0.0).max(axis=1, keepdims=True, initial=0.0)
        figures["behind_best_ratio"] = np.where(known & ratio, left_by_ratio - best_ratio, 0.0)
        figures["behind_best_slope"] = best_slope - np.abs(figures["certainty"])
        return figures


def is_positive(column: Floats) -> bool:
    """Return whether a column is of positive numbers, such as tickets sold; a few zeros count as not known."""
    there = column[np.isfinite(column)]
    return bool((there >= 0).all() and (there > 0).mean() >= MOSTLY if len(there) else True) and not is_flag(column)


def is_flag(column: Floats) -> bool:
    """Return whether a column holds 0 and 1, and nothing else."""
    there = column[np.isfinite(column)]
    return bool(((there == 0) | (there == 1)).all()) and bool((there == 0).any())


def _values(columns: Floats, positive: Flags) -> Floats:
    """Return columns with those of positive numbers as logarithms; a value of 0 or less there is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(columns > 0, np.log(np.maximum(columns, 1e-300)), np.nan)
    return np.where(positive, logs, columns)


def _without_typos(values: Floats, centre: Floats, positive: Flags) -> Floats:
    """Return the logarithms of positive numbers without those far from all others, which are taken for typos."""
    apart = np.abs(values - centre)
    usual = np.array([np.median(each[np.isfinite(each)]) if np.isfinite(each).any() else 0.0 for each in apart.T])
    return np.where(positive & (apart > TYPO * usual + 1.0), np.nan, values)


def _running(parts: Floats) -> Floats:
    return np.vstack([np.zeros((1, parts.shape[1])), np.cumsum(parts, axis=0)])
