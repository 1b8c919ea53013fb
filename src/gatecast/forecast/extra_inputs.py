"""Read custom columns, promotions and weather as numbers, as known at any cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import Games, Role
from gatecast.games import columns as c
from gatecast.games.cutoff import first_days_known, known_at
from gatecast.prepare.arrays import CUSTOM

__all__ = ["ExtraInputs"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

OFTEN = 3
"""Games that a label must have been at for its effect to be learned."""
MOST_LABELS = 15
SHORTEST = 7


@dataclass(frozen=True)
class ExtraInputs:
    """Hold the inputs that a table has of its games beyond the schedule.

    Parameters
    ----------
    games : Games
        Past games and games to come.
    cutoff : int
        The last day known, on the scale of `Games.days`: labels are taken from the games until then.
    """

    games: Games
    cutoff: int

    @cached_property
    def _sources(self) -> list[tuple[c.Column, str]]:
        """The source of each number: its column, and the label that it is a flag of, or none."""
        past = self.games.table.filter(pl.Series(self.games.days <= self.cutoff))
        out: list[tuple[c.Column, str]] = []
        weather = (c.CANONICAL[c.TEMPERATURE], c.CANONICAL[c.PRECIPITATION], c.CANONICAL[c.SKY])
        for column in (*self.games.custom_columns, c.CANONICAL[c.PROMOTION], *weather):
            if column.known.lead <= 0 or past[column.name].null_count() == past.height:
                continue
            if column.dtype.is_numeric():
                out.append((column, ""))
                continue
            values = past[column.name].cast(pl.String).drop_nulls()
            if column.role is Role.LABELS:
                values = values.str.split(";").explode(empty_as_null=True).drop_nulls()
            counts = values.filter(values != "").value_counts(sort=True, name="games")
            often = counts.filter(pl.col("games") >= OFTEN).sort(["games", column.name], descending=[True, False])
            out += [(column, label) for label in often[column.name].head(MOST_LABELS)]
        return sorted(out, key=lambda source: -source[0].known.lead)

    @cached_property
    def groups(self) -> list[npt.NDArray[np.intp]]:
        """The numbers that become known on the same day, the earliest first."""
        leads = np.array([column.known.lead for column, _ in self._sources])
        return [np.flatnonzero(leads == lead) for lead in sorted(set(leads.tolist()), reverse=True)]

    @property
    def nearest(self) -> int:
        """Days before a game at which all of them are known, at most 7."""
        return int(min([SHORTEST, *(column.known.lead for column, _ in self._sources)]))

    @property
    def names(self) -> list[str]:
        """The input that each number is of, as `gatecast.forecast.drivers` names it."""
        custom = {column.name for column in self.games.custom_columns}
        return [CUSTOM + column.name if column.name in custom else column.name for column, _ in self._sources]

    def known(self, numbers: Sequence[int]) -> dict[str, str]:
        """Return the columns that some numbers are of, and when each becomes known, in words; empty for always."""
        out = {}
        for number in numbers:
            column, _ = self._sources[number]
            out[column.name] = "" if np.isinf(column.known.lead) else f"{column.known} before"
        return out

    def __len__(self) -> int:
        return len(self._sources)

    def at(self, rows: Rows, cutoffs: npt.NDArray[np.int64]) -> Floats:
        """Return the numbers of games, shape (rows, numbers); NaN where not known at the cutoff."""
        if not self._sources or not len(rows):
            return np.full((len(rows), len(self._sources)), np.nan)
        known = self._known(rows, cutoffs)
        out = []
        for column, label in self._sources:
            values = known[column.name]
            if not label:
                numbers = values.cast(pl.Float64)
            elif column.role is Role.LABELS:
                numbers = values.str.split(";").list.contains(label).cast(pl.Float64)
            else:
                numbers = (values.cast(pl.String) == label).cast(pl.Float64)
            out.append(numbers.fill_null(np.nan).to_numpy())
        return np.stack(out, axis=1)

    @cached_property
    def _first_days(self) -> dict[str, npt.NDArray[np.int32]]:
        """First day on which columns are known that are so from a day on: it follows from whole seasons."""
        return first_days_known(self.games)

    def _known(self, rows: Rows, cutoffs: npt.NDArray[np.int64]) -> pl.DataFrame:
        """Return the table as known then; weather of past games with the error of a forecast."""
        columns = {column.name: column for column, _ in self._sources}
        names = list(columns)
        days = self.games.days[rows].astype(np.int64)
        parts = []
        # An empty cell of labels is a game without any; what is not known yet becomes null after this.
        labels = [name for name, column in columns.items() if column.role is Role.LABELS]
        table = self.games.table[rows].with_columns(pl.col(labels).fill_null(""))
        for observed in (True, False):
            selected = np.flatnonzero((days <= self.cutoff) == observed)
            if len(selected):
                games = Games(table[selected], self.games.custom_columns)
                # Without dates the day of a game is its place among all games, not among these.
                own_cutoffs = ((cutoffs - days)[selected] + games.days).astype(np.int32)
                first_days = {name: first[rows[selected]] for name, first in self._first_days.items()}
                parts.append(
                    known_at(games, own_cutoffs, weather_as_observed=observed, first_days=first_days)
                    .select(names)
                    .with_columns(pl.Series("row", selected))
                )
        return pl.concat(parts).sort("row")
