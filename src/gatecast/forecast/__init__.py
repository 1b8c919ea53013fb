"""Forecaster: fit, forecast, save and load; and sessions that explain a forecast and ask what a change would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatecast.lazy import lazily

if TYPE_CHECKING:
    from gatecast.forecast.backtest_method import BacktestMethod
    from gatecast.forecast.comparable import Comparable
    from gatecast.forecast.explain import Explanation
    from gatecast.forecast.forecaster import Forecaster
    from gatecast.forecast.session import ForecastSession

__all__ = ["BacktestMethod", "Comparable", "Explanation", "ForecastSession", "Forecaster"]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "BacktestMethod": "backtest_method",
        "Comparable": "comparable",
        "Explanation": "explain",
        "ForecastSession": "session",
        "Forecaster": "forecaster",
    },
)
