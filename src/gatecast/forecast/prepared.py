"""Games prepared for a forecast, and kept: the next forecast of the same games begins where the last one did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import InputError
from gatecast.forecast.calibration import Seen
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.prepare import Preparation
from gatecast.suggestions import listed, suggestion

__all__ = ["Prepared", "as_games", "places_of", "rows_of"]

Rows = npt.NDArray[np.intp]
Table = Games | pl.DataFrame


@dataclass(frozen=True)
class Prepared:
    """Past games and games to come, sorted into the tables that forecasts look up.

    Parameters
    ----------
    given : tuple of data frames
        What the tables were made from: past games, and games to come.
    past : Games
        The past games.
    preparation : Preparation
        Of all games.
    rows : ndarray of int, shape (games to come,)
        Where each game to come stands among all games.
    seen : dict
        Errors on games since the last day trained on, at each lead of training, by the last day known; filled by
        whoever works them out.
    shifts : dict
        Calibration of the games to come, shape (games to come, 7), by the last day known; filled likewise.
    """

    given: tuple[pl.DataFrame, pl.DataFrame]
    past: Games
    preparation: Preparation
    rows: Rows
    seen: dict[int, list[Seen]] = field(default_factory=dict)
    shifts: dict[int, npt.NDArray[np.float64] | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls, games: Table, upcoming: Table, custom_columns: Sequence[c.Column] = (), *, like: Preparation | None = None
    ) -> Self:
        """Check and sort; custom columns that a table lacks are unknown there; `like` as in `Preparation`."""
        past, coming = as_games(games, custom_columns), as_games(upcoming, custom_columns)
        everything = past.extended(coming)
        # Clones share the cells, but not a change that is made to a frame in place.
        given = (_frame(games).clone(), _frame(upcoming).clone())
        preparation = Preparation(everything, weather_as_observed=False, like=like)
        return cls(given, past, preparation, rows_of(coming, everything))

    def changed(self, coming: Games) -> Self:
        """The same past games with other games to come.

        Where those differ in nothing that games are sorted by, what was worked out of past games stays as it is.
        """
        made = type(self).of(self.past, coming, like=self.preparation)
        return (
            replace(made, seen=self.seen, shifts=self.shifts)
            if made.preparation.schedule is self.preparation.schedule
            else made
        )

    def serves(self, games: Table, upcoming: Table) -> bool:
        """True where these tables are cell for cell those that this was made from."""
        return all(
            now.schema == then.schema and now.equals(then)
            for now, then in zip((_frame(games), _frame(upcoming)), self.given, strict=True)
        )


def as_games(games: Games | Any, custom_columns: Sequence[c.Column] = ()) -> Games:  # noqa: ANN401
    """`games` itself, or the games of a data frame, with any of `custom_columns` it lacks added as unknown."""
    table = games if isinstance(games, Games) else Games.from_frame(games, [*custom_columns])
    missing = [column for column in custom_columns if column.name not in table.columns]
    if not missing:
        return table
    unknown = [pl.lit(None, column.dtype()).alias(column.name) for column in missing]
    return Games(table.table.with_columns(unknown), (*table.custom_columns, *missing))


def rows_of(coming: Games, everything: Games) -> Rows:
    """Where each game to come stands in the table of all games: last, where games carry no dates."""
    if not coming.dated:
        return np.arange(len(everything) - len(coming), len(everything))
    place = everything.table.select(c.GAME_ID).with_row_index()
    rows = coming.table.select(c.GAME_ID).join(place, on=c.GAME_ID, how="left", maintain_order="left")["index"]
    return rows.to_numpy().astype(np.intp)


def places_of(coming: Games, ids: Iterable[str]) -> Rows:
    """Where games stand among those to come, shape (ids,); raises InputError for one that is not to come."""
    places = {game: place for place, game in enumerate(coming.table[c.GAME_ID])}
    for game in ids:
        if game not in places:
            near = suggestion(game, places)
            expected = listed(list(places))
            raise InputError(f"game: got {game!r}, expected one of {expected}" + (f"; {near}" if near else ""))
    return np.array([places[game] for game in ids], np.intp)


def _frame(games: Table | Any) -> pl.DataFrame:  # noqa: ANN401
    if isinstance(games, Games):
        return games.table
    return games if isinstance(games, pl.DataFrame) else pl.from_pandas(games)
