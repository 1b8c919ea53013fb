"""gatecast: forecast how many people will come to each upcoming home game, with calibrated ranges, and plan for them.

    import gatecast

    games = gatecast.read_games("games.csv")
    forecaster = gatecast.Forecaster().fit(games)
    forecast = forecaster.forecast(games, upcoming, as_of="2019-05-30")
    plan = gatecast.make_plan(forecast, gatecast.read_operations("operations.toml"))

The names in `__all__` are stable; everything else may change. Each name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatecast import collect as collect
    from gatecast import evaluate as evaluate
    from gatecast import plan as plan
    from gatecast.collect import read_games, read_table, write_games
    from gatecast.errors import (
        DataError,
        DownloadError,
        GatecastError,
        InputError,
        MissingExtraError,
        ModelError,
        SettingsError,
        StoreError,
    )
    from gatecast.evaluate import backtest, score
    from gatecast.forecast import Forecaster, ForecastSession
    from gatecast.games import Column, Games, Knowability, League, Role
    from gatecast.plan import make_plan, read_operations, write_plan
    from gatecast.train import TrainingSettings

__all__ = [
    "Column",
    "DataError",
    "DownloadError",
    "ForecastSession",
    "Forecaster",
    "Games",
    "GatecastError",
    "InputError",
    "Knowability",
    "League",
    "MissingExtraError",
    "ModelError",
    "Role",
    "SettingsError",
    "StoreError",
    "TrainingSettings",
    "backtest",
    "make_plan",
    "read_games",
    "read_operations",
    "read_table",
    "score",
    "write_games",
    "write_plan",
]

__version__ = "0.1.0"

PACKAGES = {
    "collect": ("read_games", "read_table", "write_games"),
    "errors": (
        "DataError",
        "DownloadError",
        "GatecastError",
        "InputError",
        "MissingExtraError",
        "ModelError",
        "SettingsError",
        "StoreError",
    ),
    "evaluate": ("backtest", "score"),
    "forecast": ("ForecastSession", "Forecaster"),
    "games": ("Column", "Games", "Knowability", "League", "Role"),
    "plan": ("make_plan", "read_operations", "write_plan"),
    "train": ("TrainingSettings",),
}
HOMES = {name: f"gatecast.{package}" for package, names in PACKAGES.items() for name in names}


def __getattr__(name: str) -> object:
    if name in HOMES:
        return getattr(importlib.import_module(HOMES[name]), name)
    if name in PACKAGES:
        return importlib.import_module(f"gatecast.{name}")
    raise AttributeError(f"module 'gatecast' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
