"""The memory: games, tickets sold, forecasts and plans as issued, and outcomes, in a database."""

from gatecast.store.report import ImportReport, Refused, Undone
from gatecast.store.store import Store, open_store

__all__ = ["ImportReport", "Refused", "Store", "Undone", "open_store"]
