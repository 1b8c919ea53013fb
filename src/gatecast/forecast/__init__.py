"""Forecaster: fit, forecast, save and load; what a change of the games to come would do."""

from gatecast.forecast.forecaster import Forecaster, check_upcoming
from gatecast.forecast.resumed import Resumed
from gatecast.forecast.what_if import what_if

__all__ = ["Forecaster", "Resumed", "check_upcoming", "what_if"]
