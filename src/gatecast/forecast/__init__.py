"""Forecaster: fit, forecast, save and load; and sessions that explain a forecast and ask what a change would do."""

from gatecast.forecast.backtest_method import BacktestMethod
from gatecast.forecast.comparable import Comparable
from gatecast.forecast.explain import Explanation
from gatecast.forecast.forecaster import Forecaster
from gatecast.forecast.session import ForecastSession

__all__ = ["BacktestMethod", "Comparable", "Explanation", "ForecastSession", "Forecaster"]
