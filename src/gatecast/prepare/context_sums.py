"""Sums over past games, and the few shapes that the inputs of the pretrained network are built from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import ContextGames

__all__ = ["MONTHS", "WEEKDAYS", "log_seats_of", "one_hot", "summer_holidays", "sums"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEEKDAYS, MONTHS = 7, 12


def sums(values: Floats) -> Floats:
    """Return sums over the first 0, 1, 2, ... rows."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0, dtype=np.float64)])


def log_seats_of(seats: Floats) -> Floats:
    """Return the logarithm of the seats, NaN where they are unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(seats > 0, np.log(seats), np.nan)


def one_hot(codes: Ints, size: int) -> Floats:
    """Return flags of each code, none where it is outside 0 to `size` - 1."""
    out: Floats = (codes[:, None] == np.arange(size)).astype(np.float64)
    return out


def summer_holidays(games: ContextGames) -> tuple[Floats, Floats]:
    """Return whether a game is on a summer holiday of the United States, and on the evening before one."""
    day, weekday = np.nan_to_num(games.year_day), games.weekday
    # Days of the year in a common year; a leap year is a day off, which the width of a Monday's range takes up.
    memorial = (weekday == 0) & (day >= 145) & (day <= 152)
    labor = (weekday == 0) & (day >= 244) & (day <= 251)
    fourth = (day >= 185) & (day <= 186)
    eve = ((weekday == 6) & (day >= 144) & (day <= 151)) | ((weekday == 6) & (day >= 243) & (day <= 250)) | (day == 184)
    return (memorial | labor | fourth).astype(np.float64), eve.astype(np.float64)
