"""The figures set by hand that count now, and forecasts moved to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from gatecast.formatting import rounded_people
from gatecast.games import columns as c
from gatecast.plan.columns import FORECAST
from gatecast.plan.overrides import moved_forecast
from gatecast.service.club_service import FORECASTS_AREA, ClubService
from gatecast.store import Override
from gatecast.store.revisions import PLANS

__all__ = [
    "BY_HAND_REASON",
    "EXPECTED_BY_HAND",
    "OVERRIDE_AREAS",
    "Overrides",
    "current_overrides",
    "forecast_by_hand",
    "overrides_in_effect",
    "with_figures_by_hand",
]

OVERRIDE_AREAS = (FORECASTS_AREA, PLANS)
"""Areas of the store that move when a figure is set by hand."""

EXPECTED_BY_HAND, BY_HAND_REASON = "expected_by_hand", "by_hand_reason"
"""Names of the figure set by hand and of its reason in the API and in downloaded forecasts."""

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


def with_figures_by_hand(service: ClubService, forecasts: pl.DataFrame) -> pl.DataFrame:
    """Return forecasts with the attendance set by hand for their games, and its reason, as the last two columns.

    Parameters
    ----------
    service : ClubService
    forecasts : polars.DataFrame
        With the column game_id.

    Returns
    -------
    polars.DataFrame
        With `expected_by_hand`, people as pages show them, null where none is set, and `by_hand_reason`.
    """
    games = forecasts[c.GAME_ID].to_list()
    figures = [current_overrides(service, games).get((game, FORECAST, "")) for game in games]
    people = [None if each is None or each.value is None else rounded_people(each.value) for each in figures]
    return forecasts.with_columns(
        pl.Series(EXPECTED_BY_HAND, people, pl.Float64),
        pl.Series(BY_HAND_REASON, [each.reason or None if each else None for each in figures], pl.String),
    )
