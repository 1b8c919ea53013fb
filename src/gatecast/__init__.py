"""gatecast: how many people will come to each upcoming home game, with calibrated ranges and plans for them.

    import gatecast

    games = gatecast.read_games("games.csv")
    forecaster = gatecast.Forecaster().fit(games)
    forecast = forecaster.forecast(games, upcoming, as_of="2019-05-30")
    plan = gatecast.make_plan(forecast, gatecast.read_operations("operations.toml"))

Each name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatecast import collect, evaluate, plan
    from gatecast.collect import read_games, read_table, write_games
    from gatecast.forecast import Forecaster
    from gatecast.games import Column, Games, Knowability, Role
    from gatecast.plan import make_plan, read_operations, write_plan
    from gatecast.train import TrainingSettings

__all__ = [
    "Column",
    "Forecaster",
    "Games",
    "Knowability",
    "Role",
    "TrainingSettings",
    "collect",
    "evaluate",
    "make_plan",
    "plan",
    "read_games",
    "read_operations",
    "read_table",
    "write_games",
    "write_plan",
]

__version__ = "0.1.0"

ROOMS = {
    "collect": ("read_games", "read_table", "write_games"),
    "forecast": ("Forecaster",),
    "games": ("Column", "Games", "Knowability", "Role"),
    "plan": ("make_plan", "read_operations", "write_plan"),
    "train": ("TrainingSettings",),
}
HOMES = {name: f"gatecast.{room}" for room, names in ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name in HOMES:
        return getattr(importlib.import_module(HOMES[name]), name)
    if name in __all__:
        return importlib.import_module(f"gatecast.{name}")
    raise AttributeError(f"module 'gatecast' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
