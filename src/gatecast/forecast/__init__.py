"""Forecaster: fit, forecast, save and load."""

from gatecast.forecast.forecaster import Forecaster

__all__ = ["Forecaster"]
