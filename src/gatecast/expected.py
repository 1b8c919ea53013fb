"""The figure called expected: one definition for pages, tables, workbooks, the API and files.

The expected attendance of a game is the mean of its forecast, the column `mean`: means of games add up to the mean of
their total, which medians do not. It is shown in no more digits than a forecast has, and a total is the sum of the
figures shown, so that a column adds up to the figure below it. Money is in whole units of its currency, from the plan
on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from gatecast.formatting import rounded_people
from gatecast.games.forecast_columns import MEAN

__all__ = ["EXPECTED", "expected_column", "expected_people", "total_people"]

EXPECTED = "expected"
"""Name of the figure in the API and in downloaded forecasts."""


def expected_people(forecast: Mapping[str, Any]) -> float:
    """Return the people expected at a game, as shown.

    Parameters
    ----------
    forecast : mapping
        With the column `mean`.

    Examples
    --------
    >>> expected_people({"mean": 41868.3})
    41900.0
    """
    return rounded_people(forecast[MEAN])


def total_people(people: Iterable[float]) -> float:
    """Return the total of several numbers of people, as the sum of the figures shown.

    Parameters
    ----------
    people : iterable of float
        Forecasts of one game each.

    Examples
    --------
    >>> total_people([3684.2, 3684.2, 12049.0])
    19360.0
    """
    return sum(map(rounded_people, people))


def expected_column(name: str = MEAN) -> pl.Expr:
    """Return a column of people as shown, such as `mean` of a table of forecasts.

    Examples
    --------
    >>> pl.DataFrame({"mean": [3684.2, None]}).select(expected_column())["mean"].to_list()
    [3680.0, None]
    """
    return pl.col(name).map_elements(rounded_people, pl.Float64)
