"""Past gates as tokens: what a network that reads history is shown of each, relative to the game it forecasts.

The tables hold one row a past game, in the order of the ledgers; a query points at the rows that it may see. Tokens
are put together from both when a batch is drawn, so that overlapping histories are stored once.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.prepare.arrays import Preparation
from gatecast.prepare.history import Windows

__all__ = ["HOME_COLUMNS", "HOME_WIDTH", "ROAD_COLUMNS", "ROAD_WIDTH", "queries", "tables", "tokens"]

Array = Any
Floats = npt.NDArray[np.float32]

HOME_WIDTH, ROAD_WIDTH = 64, 16
"""Past gates shown: of the club at home, and of the visitor on the road."""
HOME_COLUMNS, ROAD_COLUMNS = 16, 9
"""Figures shown of each."""

DAY, WEEKDAY, VISITOR, HOST, NIGHT, SEASON, YEAR_DAY, GATE, RELATIVE, OPENER, PLACE, DOUBLE = range(12)
FIELDS = 12
QUERY_FIELDS = 8
SEATS = QUERY_FIELDS - 1
UNKNOWN_LEVEL = -1.0
WEEK = 2 * np.pi / 7


def tables(preparation: Preparation) -> dict[str, Floats]:
    """What is known of each past game: `home` and `road`, shape (entries, 12), in the order of `Windows`."""
    s, calendar, gates = preparation.schedule, preparation.calendar, preparation.gates
    columns = {
        DAY: s.day,
        WEEKDAY: s.weekday,
        VISITOR: s.visitor,
        HOST: s.home,
        NIGHT: preparation.night,
        SEASON: s.season,
        YEAR_DAY: calendar["day_of_year"],
        GATE: s.gate,
        RELATIVE: gates.relative,
        OPENER: calendar["home_opener"],
        PLACE: calendar["series_game"],
        DOUBLE: calendar["doubleheader"],
    }
    fields = np.stack([np.nan_to_num(columns[i], nan=-1.0) for i in range(FIELDS)], axis=1).astype(np.float32)
    blank = np.zeros((1, FIELDS), np.float32)
    return {
        "home": np.concatenate([fields[gates.by_home.order], blank]),
        "road": np.concatenate([fields[gates.on_road.order], blank]),
    }


def queries(preparation: Preparation, windows: Windows, seats: Floats) -> dict[str, npt.NDArray[Any]]:
    """What tokens are relative to, and where each game's history lies: `query` (games, 8) and four pointers (games,)."""
    s = preparation.schedule
    fields = [s.day, s.weekday, s.visitor, s.home, preparation.night, s.season, preparation.calendar["day_of_year"], seats]
    return {
        "query": np.stack([np.nan_to_num(field, nan=-2.0) for field in fields], axis=1).astype(np.float32),
        "home_begin": windows.home_begin,
        "home_end": windows.home_end,
        "road_begin": windows.road_begin,
        "road_end": windows.road_end,
    }


def tokens(inputs: dict[str, Array], known: dict[str, Array], xp: ModuleType) -> dict[str, Array]:
    """Tokens of a batch.

    Parameters
    ----------
    inputs : dict of array
        From `queries`, rows of one batch.
    known : dict of array
        From `tables`.
    xp : module
        `numpy`, or `jax.numpy` inside a compiled function.

    Returns
    -------
    dict of array
        `home_gates` (batch, 64, 16) and `home_levels` (batch, 64): gates as shares of the query's capacity, -1 where
        there is none; `road_gates` (batch, 16, 9) and `road_levels` (batch, 16): road gates relative to the host's usual.
    """
    query = inputs["query"][:, None, :]
    home, present = _window(known["home"], inputs["home_begin"], inputs["home_end"], HOME_WIDTH, xp)
    road, there = _window(known["road"], inputs["road_begin"], inputs["road_end"], ROAD_WIDTH, xp)
    fill = home[..., GATE] / query[..., SEATS]
    return {
        "home_gates": _masked(_home_figures(home, query, fill, xp), present, xp),
        "home_levels": xp.where(present, fill, UNKNOWN_LEVEL),
        "road_gates": _masked(_road_figures(road, query, xp), there, xp),
        "road_levels": xp.where(there, road[..., RELATIVE], UNKNOWN_LEVEL),
    }


def _window(table: Array, begin: Array, end: Array, width: int, xp: ModuleType) -> tuple[Array, Array]:
    index = end[:, None] + xp.arange(-width, 0)
    present = index >= begin[:, None]
    return table[xp.where(present, index, -1)], present


def _masked(figures: list[Array], present: Array, xp: ModuleType) -> Array:
    return xp.where(present[..., None], xp.stack(figures, axis=-1), 0.0).astype(xp.float32)


def _home_figures(home: Array, query: Array, fill: Array, xp: ModuleType) -> list[Array]:
    ago = query[..., DAY] - home[..., DAY]
    same = {field: (query[..., field] == home[..., field]).astype(xp.float32) for field in (WEEKDAY, VISITOR, NIGHT, SEASON)}
    return [
        xp.ones_like(fill),
        fill,
        home[..., RELATIVE] - 1.0,
        xp.log1p(ago) / 3.0 - 1.0,
        xp.exp(-ago / 10.0),
        same[WEEKDAY],
        same[VISITOR],
        same[NIGHT],
        same[SEASON],
        same[VISITOR] * (ago <= 5),
        _apart(home, query, xp),
        xp.sin(WEEK * home[..., WEEKDAY]),
        xp.cos(WEEK * home[..., WEEKDAY]),
        (home[..., WEEKDAY] >= 5).astype(xp.float32),
        home[..., OPENER] - home[..., DOUBLE],
        home[..., NIGHT],
    ]


def _road_figures(road: Array, query: Array, xp: ModuleType) -> list[Array]:
    ago = query[..., DAY] - road[..., DAY]
    return [
        xp.ones_like(ago),
        road[..., RELATIVE] - 1.0,
        xp.log1p(ago) / 3.0 - 1.0,
        (query[..., WEEKDAY] == road[..., WEEKDAY]).astype(xp.float32),
        (query[..., SEASON] == road[..., SEASON]).astype(xp.float32),
        (query[..., HOST] == road[..., HOST]).astype(xp.float32),
        _apart(road, query, xp),
        (road[..., WEEKDAY] >= 5).astype(xp.float32),
        (query[..., WEEKDAY] >= 5).astype(xp.float32) * xp.ones_like(ago),
    ]


def _apart(past: Array, query: Array, xp: ModuleType) -> Array:
    """Distance within the year, in quarters of a year, at most 1."""
    return xp.minimum(xp.abs(query[..., YEAR_DAY] - past[..., YEAR_DAY]) / 90.0, 1.0)
