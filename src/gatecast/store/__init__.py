"""Keep games, tickets sold, issued forecasts and plans, outcomes and settings in a database."""

from gatecast.store.access import Token
from gatecast.store.edits import GameEdit, LoggedChange
from gatecast.store.jobs import Job
from gatecast.store.overrides import Override
from gatecast.store.report import ImportReport, Refused, Undone
from gatecast.store.settings import Setting
from gatecast.store.store import Store, open_store

__all__ = [
    "GameEdit",
    "ImportReport",
    "Job",
    "LoggedChange",
    "Override",
    "Refused",
    "Setting",
    "Store",
    "Token",
    "Undone",
    "open_store",
]
