"""Forecaster: fit, forecast, save and load; what drives a forecast, past games like one, and what a change would do."""

from gatecast.forecast.backtest_method import BacktestMethod
from gatecast.forecast.comparable import Comparable, comparable
from gatecast.forecast.explain import Explanation, explain
from gatecast.forecast.forecaster import Forecaster, check_upcoming
from gatecast.forecast.what_if import what_if

__all__ = [
    "BacktestMethod",
    "Comparable",
    "Explanation",
    "Forecaster",
    "check_upcoming",
    "comparable",
    "explain",
    "what_if",
]
