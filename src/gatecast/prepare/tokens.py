"""Past games as tokens: the inputs of a network that reads history, relative to the game it forecasts.

Histories overlap, so each past game is kept once, and tokens are put together when a batch is drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import ModuleType
from typing import Any

from gatecast.prepare import history as h

__all__ = ["HOME_SHAPE", "ROAD_SHAPE", "network_inputs"]

Array = Any

HOME_SHAPE, ROAD_SHAPE = (64, 16), (16, 9)
"""Number of past games and of figures of each: of the club at home, and of the visitor on the road."""

CAPACITY = h.ATTENDANCE
"""In a query the capacity stands where a past game has its attendance."""
UNKNOWN_LEVEL = -1.0
WEEK = 6.283185307179586 / 7
SERIES_DAYS = 5
YEAR_DAYS = 365.0


def network_inputs(
    rows: Mapping[str, Array], tables: Mapping[str, Array], names: Collection[str], xp: ModuleType
) -> dict[str, Array]:
    """Return the inputs of a network, by name.

    Parameters
    ----------
    rows : mapping of str to array, shape (batch, ...)
        Result of `Encoding.inputs` for one batch.
    tables : mapping of str to array
        `home` and `road` of a `History`.
    names : collection of str
        The inputs that the network has.
    xp : module
        `numpy`, or `jax.numpy` inside a compiled function.

    Returns
    -------
    dict of str to array
        The rows under their names, and `home_gates` (batch, 64, 16), `home_levels` (batch, 64): attendance as
        shares of the query's capacity, `road_gates` (batch, 16, 9), `road_levels` (batch, 16): attendance relative
        to the hosts' usual. Where there is no game, figures are 0 and levels are -1.
    """
    known = {**rows, **_tokens(rows, tables, xp)} if "home_gates" in names else rows
    # Flags are kept as single bytes; a network takes numbers.
    return {name: known[name].astype(xp.float32) if known[name].dtype == bool else known[name] for name in names}


def _tokens(rows: Mapping[str, Array], tables: Mapping[str, Array], xp: ModuleType) -> dict[str, Array]:
    query = rows["query"][:, None, :]
    home, present = _window(tables["home"], rows["home_begin"], rows["home_end"], HOME_SHAPE[0], xp)
    road, there = _window(tables["road"], rows["road_begin"], rows["road_end"], ROAD_SHAPE[0], xp)
    fill = home[..., h.ATTENDANCE] / query[..., CAPACITY]
    return {
        "home_gates": _masked(_home_figures(home, query, fill, xp), present, xp),
        "home_levels": xp.where(present, fill, UNKNOWN_LEVEL),
        "road_gates": _masked(_road_figures(road, query, xp), there, xp),
        "road_levels": xp.where(there, road[..., h.RELATIVE], UNKNOWN_LEVEL),
    }


def _window(table: Array, begin: Array, end: Array, width: int, xp: ModuleType) -> tuple[Array, Array]:
    """Return the last `width` entries of each range, (batch, width, fields), and which of them are there."""
    index = end[:, None] + xp.arange(-width, 0)
    present = index >= begin[:, None]
    return table[xp.where(present, index, -1)], present


def _masked(figures: list[Array], present: Array, xp: ModuleType) -> Array:
    return xp.where(present[..., None], xp.stack(figures, axis=-1), 0.0).astype(xp.float32)


def _home_figures(home: Array, query: Array, fill: Array, xp: ModuleType) -> list[Array]:
    ago = query[..., h.DAY] - home[..., h.DAY]
    visitor = _same(home, query, h.VISITOR, xp)
    return [
        xp.ones_like(fill),
        fill,
        home[..., h.RELATIVE] - 1.0,
        xp.log1p(ago) / 3.0 - 1.0,
        xp.exp(-ago / 10.0),
        _same(home, query, h.WEEKDAY, xp),
        visitor,
        _same(home, query, h.NIGHT, xp),
        _same(home, query, h.SEASON, xp),
        visitor * (ago <= SERIES_DAYS),
        _apart(home, query, xp),
        xp.sin(WEEK * home[..., h.WEEKDAY]),
        xp.cos(WEEK * home[..., h.WEEKDAY]),
        _weekend(home, xp),
        home[..., h.OPENER] - home[..., h.DOUBLE],
        home[..., h.NIGHT],
    ]


def _road_figures(road: Array, query: Array, xp: ModuleType) -> list[Array]:
    ago = query[..., h.DAY] - road[..., h.DAY]
    return [
        xp.ones_like(ago),
        road[..., h.RELATIVE] - 1.0,
        xp.log1p(ago) / 3.0 - 1.0,
        _same(road, query, h.WEEKDAY, xp),
        _same(road, query, h.SEASON, xp),
        _same(road, query, h.HOST, xp),
        _apart(road, query, xp),
        _weekend(road, xp),
        _weekend(query, xp) * xp.ones_like(ago),
    ]


def _same(past: Array, query: Array, field: int, xp: ModuleType) -> Array:
    return ((query[..., field] == past[..., field]) & (query[..., field] >= 0)).astype(xp.float32)


def _weekend(games: Array, xp: ModuleType) -> Array:
    return (games[..., h.WEEKDAY] >= 5).astype(xp.float32)


def _apart(past: Array, query: Array, xp: ModuleType) -> Array:
    """Return the distance in the year, past New Year if that is shorter, in quarters of a year, at most 1."""
    days = xp.abs(query[..., h.YEAR_DAY] - past[..., h.YEAR_DAY])
    return xp.minimum(xp.minimum(days, YEAR_DAYS - days) / 90.0, 1.0)
