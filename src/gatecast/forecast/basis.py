"""Tell the share of each method in a forecast, as numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from gatecast.forecast.combination import CUSTOM_COLUMNS, METHODS, NETWORK, TREES

__all__ = ["NAMES", "basis_in_words", "shares_of"]

NAMES = {
    NETWORK: "the pretrained network",
    "least_squares": "weekday and month",
    "weekday_mean": "the weekday's mean",
    "last_weekday_mean": "last season's weekday",
    "season_mean": "the season so far",
    "last_season_mean": "last season",
    "regression_recent": "the latest games",
    TREES: "boosted trees",
    CUSTOM_COLUMNS: "your own columns",
}
"""Methods of a combination, as shown to the user."""
SMALLEST, MOSTLY = 0.01, 0.6


def shares_of(shares: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return the share of each method in some forecasts, the largest first, those of under 1% left out.

    Parameters
    ----------
    shares : ndarray of float, shape (games, methods)
        In the order of `gatecast.forecast.combination.METHODS`.
    """
    means = dict(zip(METHODS, shares.mean(axis=0).tolist(), strict=True))
    return {name: share for name, share in sorted(means.items(), key=lambda each: -each[1]) if share >= SMALLEST}


def basis_in_words(shares: Mapping[str, float], columns: Mapping[str, str] | None = None) -> str:
    """Say what forecasts rest on, such as "mostly the pretrained network (71%), then boosted trees (29%)".

    Parameters
    ----------
    shares : mapping of str to float
        As `shares_of` returns them.
    columns : mapping of str to str, optional
        Custom columns that are used, and when each becomes known.

    Examples
    --------
    >>> basis_in_words({"columns": 0.8, "network": 0.2}, {"sold_7": "7 days before"})
    'mostly your column sold_7, known 7 days before (80%), then the pretrained network (20%)'
    >>> basis_in_words({"network": 0.5, "trees": 0.5})
    'the pretrained network (50%) and boosted trees (50%)'
    """
    names = dict(NAMES)
    if columns:
        few = len(columns) == 1
        described = [f"{name}, known {known}" if few and known else name for name, known in columns.items()]
        names[CUSTOM_COLUMNS] = f"your column{'' if few else 's'} {_and(described)}"
    parts = [f"{names[method]} ({share:.0%})" for method, share in shares.items()]
    if len(parts) > 1 and next(iter(shares.values())) >= MOSTLY:
        return f"mostly {parts[0]}, then {_and(parts[1:])}"
    return _and(parts)


def _and(parts: Sequence[str]) -> str:
    """Return the parts with commas, and an "and" before the last."""
    return " and ".join([*([", ".join(parts[:-1])] if len(parts) > 1 else []), *parts[-1:]])
