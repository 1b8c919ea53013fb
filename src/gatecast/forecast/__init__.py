"""Forecaster: fit, forecast, save and load; what drives a forecast, past games like one, and what a change would do."""

from gatecast.forecast.comparable import Comparable, comparable
from gatecast.forecast.explain import Explanation, explain
from gatecast.forecast.forecaster import Forecaster, check_upcoming
from gatecast.forecast.resumed import Resumed
from gatecast.forecast.what_if import what_if

__all__ = [
    "Comparable",
    "Explanation",
    "Forecaster",
    "Resumed",
    "check_upcoming",
    "comparable",
    "explain",
    "what_if",
]
