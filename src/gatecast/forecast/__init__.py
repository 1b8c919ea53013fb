"""Forecaster: fit, forecast, save and load."""

from gatecast.forecast.forecaster import Forecaster, check_upcoming
from gatecast.forecast.resumed import Resumed

__all__ = ["Forecaster", "Resumed", "check_upcoming"]
