"""Random changes to what was not yet known on a day."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from gatecast.games import Column, Games
from gatecast.games.columns import ATTENDANCE

LARGEST = 60_000
MISSING_SHARE = 0.1


def changed_after(games: Games, last_day: int, rng: np.random.Generator, count: int) -> Games:
    """The games with `count` random changes to values that were not known at the end of `last_day`.

    Parameters
    ----------
    games : Games
    last_day : int
        On the scale of `Games.days`.
    rng : numpy Generator
    count : int
        Cells to change; half of them gates, and half of them on the first day that is hidden.
    """
    ahead = games.days - last_day
    columns = [column for column in games.columns.values() if math.isfinite(column.known.lead)]
    edited: dict[str, list[object]] = {}
    made = 0
    while made < count:
        column = games.columns[ATTENDANCE] if rng.random() < 0.5 else columns[rng.integers(len(columns))]
        hidden = np.flatnonzero(ahead > column.known.lead)
        if not len(hidden):
            continue
        nearest = hidden[ahead[hidden] == ahead[hidden].min()]
        row = int(rng.choice(nearest if rng.random() < 0.5 else hidden))
        values = edited.setdefault(column.name, games.table[column.name].to_list())
        value = _another(column, values[row], rng)
        made += value != values[row]
        values[row] = value
    changes = [pl.Series(name, values, games.columns[name].dtype) for name, values in edited.items()]
    return Games(games.table.with_columns(changes), games.custom_columns)


def _another(column: Column, old: object, rng: np.random.Generator) -> object:
    if old is not None and rng.random() < MISSING_SHARE:
        return None
    if column.values:
        return str(rng.choice(column.values))
    if column.dtype is pl.String:
        return f"newcomer {rng.integers(1000)}"
    value = rng.uniform(max(column.low, 0), min(column.high, LARGEST))
    return round(value) if column.dtype.is_integer() else value
