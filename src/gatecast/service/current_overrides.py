"""The figures set by hand that count now, and forecasts moved to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gatecast.games import columns as c
from gatecast.plan.columns import FORECAST
from gatecast.plan.overrides import moved_forecast
from gatecast.service.club_service import FORECASTS_AREA, ClubService
from gatecast.store import Override
from gatecast.store.revisions import PLANS

__all__ = ["OVERRIDE_AREAS", "Overrides", "current_overrides", "forecast_by_hand", "overrides_in_effect"]

OVERRIDE_AREAS = (FORECASTS_AREA, PLANS)
"""Areas of the store that move when a figure is set by hand."""

Overrides = Mapping[tuple[str, str, str], Override]
"""Figures set by hand by game, kind and name."""


def current_overrides(service: ClubService, games: Collection[str]) -> dict[tuple[str, str, str], Override]:
    """Return the figures set by hand that count now for some games, by game, kind and name."""
    found = service.cached(("overrides",), OVERRIDE_AREAS, lambda: overrides_in_effect(service.store.overrides()))
    return {key: each for key, each in found.items() if key[0] in games}


def overrides_in_effect(overrides: Iterable[Override]) -> dict[tuple[str, str, str], Override]:
    """Return the last override of each game, kind and name, unless it gave the figure back to the model."""
    last = {each.key: each for each in overrides}
    return {key: each for key, each in last.items() if each.value is not None}


def forecast_by_hand(forecast: Mapping[str, Any], overrides: Overrides) -> dict[str, Any] | None:
    """Return a forecast moved to the attendance set by hand; None if none is set for its game.

    Parameters
    ----------
    forecast : mapping
        The model's, by the columns of a forecast, with the seats of its game.
    overrides : mapping of (game_id, kind, name) to Override
    """
    override = overrides.get((forecast[c.GAME_ID], FORECAST, ""))
    if override is None or override.value is None:
        return None
    return moved_forecast(forecast, override.value, forecast[c.CAPACITY])
