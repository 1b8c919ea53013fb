"""Games to arrays: calendar, form and past attendance of any game at any lead, by look-up in sorted tables."""

from gatecast.prepare.arrays import Arrays, Preparation
from gatecast.prepare.history import History, Windows

__all__ = ["Arrays", "History", "Preparation", "Windows"]
