"""The columns of a forecasts table: one row a game and lead, with the quantiles of its attendance."""

from __future__ import annotations

from gatecast.games.columns import GAME_ID, SEASON

__all__ = [
    "AS_OF",
    "FORECAST_COLUMNS",
    "LEAD",
    "MEAN",
    "MEDIAN",
    "MODEL",
    "P_POSTPONED",
    "P_SELLOUT",
    "QUANTILE_COLUMNS",
    "QUANTILE_LEVELS",
    "quantile_column",
]

QUANTILE_LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


def quantile_column(level: float) -> str:
    """Return the name of the column that holds the quantile of one level.

    Parameters
    ----------
    level : float
        Between 0 and 1, in whole hundredths.

    Examples
    --------
    >>> quantile_column(0.05), quantile_column(0.5)
    ('q05', 'q50')
    """
    return f"q{round(level * 100):02d}"


QUANTILE_COLUMNS = tuple(quantile_column(level) for level in QUANTILE_LEVELS)
MEDIAN = quantile_column(0.5)

LEAD = "lead"
"""Days before the game as text, or `preseason`."""
AS_OF = "as_of"
"""The last day whose results the forecast could use."""
MEAN = "mean"
"""Expected attendance, people."""
P_SELLOUT = "p_sellout"
"""Chance that demand reaches the capacity, 0 to 1; null where nobody states the seats."""
P_POSTPONED = "p_postponed"
"""Chance that the game is not played on its day because of the weather, 0 to 1."""
MODEL = "model"
"""Name of the forecaster, in a table with rows of several forecasters."""

FORECAST_COLUMNS = (GAME_ID, SEASON, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)
"""The columns of the file that a backtest writes, in order."""
