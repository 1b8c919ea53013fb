"""What a network could be shown of a game, as bytes, and changes to single values of a table."""

from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.columns import Column
from gatecast.prepare import Arrays
from gatecast.prepare.tokens import network_inputs

TOKENS = ("home_gates", "home_levels", "road_gates", "road_levels")


def seen(arrays: Arrays) -> list[tuple[object, ...]]:
    """For each game: its features, its labels, its capacity, and the past gates its windows show."""
    seats = np.nan_to_num(arrays.capacity, nan=1.0)
    rows = {"query": np.column_stack([arrays.schedule, seats]), **asdict(arrays.windows)}
    tables = {"home": arrays.history.home, "road": arrays.history.road}
    with np.errstate(all="ignore"):
        tokens = network_inputs(rows, tables, TOKENS, np)
    counts = np.stack(
        [
            arrays.windows.home_end - arrays.windows.home_begin,
            arrays.windows.road_end - arrays.windows.road_begin,
        ],
        axis=1,
    )
    numbers = [arrays.numeric, arrays.capacity, counts, *tokens.values()]
    return [
        (labels, *(np.ascontiguousarray(each[row]).tobytes() for each in numbers))
        for row, labels in enumerate(arrays.categories.rows())
    ]


@dataclass(frozen=True)
class Change:
    """Another value in one cell of a games table."""

    row: int
    column: Column
    value: object

    def made(self, games: Games) -> Games:
        """The games with the change."""
        name = self.column.name
        value = pl.lit(self.value, games.table.schema[name])
        changed = pl.when(pl.int_range(pl.len()) == self.row).then(value).otherwise(pl.col(name)).alias(name)
        return Games(games.table.with_columns(changed), games.custom_columns)

    def unknown(self, games: Games, cutoffs: np.ndarray) -> np.ndarray:
        """Which games were forecast when the value was not yet known, shape (games,)."""
        ahead = games.days[self.row] - cutoffs.astype(np.float64)
        return ahead > self.column.known.lead


def random_change(games: Games, rng: np.random.Generator) -> Change:
    """A change to a random value that is not known from the start."""
    names = [name for name, column in games.columns.items() if np.isfinite(column.known.lead)]
    column = games.columns[rng.choice(names)]
    row = int(rng.integers(len(games)))
    if rng.random() < 0.2:
        return Change(row, column, None)
    if column.values:
        return Change(row, column, str(rng.choice(column.values)))
    if column.dtype is pl.String:
        return Change(row, column, f"someone {rng.integers(5)}")
    low, high = column.low, min(column.high, 60_000)
    drawn = 0.0 if column.name == c.ATTENDANCE and rng.random() < 0.2 else rng.uniform(low, high)
    return Change(row, column, int(drawn) if column.dtype.is_integer() else float(drawn))
