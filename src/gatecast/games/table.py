"""Games: one table, every canonical column present and typed, in order of play."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError, InputError, ReadingWarning
from gatecast.games import columns as c
from gatecast.games.complete import complete, counted_on
from gatecast.games.frames import IntoFrame, to_polars
from gatecast.games.league import League
from gatecast.games.matching import match
from gatecast.games.seasons import continued_seasons, parse_season
from gatecast.games.validate import validate, violations
from gatecast.suggestions import listed

__all__ = ["Games"]

UNIVERSAL = ("utc", "gmt", "z", "zulu", "+00:00")
EPOCH = np.datetime64("1970-01-01", "D")
UNKNOWN_LEAGUE = League()
PLACEHOLDER = "row"
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Games:
    """Games of one or more ballparks, past and to come.

    Make one with `Games.from_frame`, which completes, checks and sorts. `table` holds every canonical column, null
    where a value is unknown, then the declared custom columns; its rows stand in order of play.

    Parameters
    ----------
    table : polars.DataFrame
    custom_columns : tuple of Column
        The columns beyond the canonical ones that the table declares, each with its own knowability.
    league : League
        Country, and whether attendance was restricted.
    seasons_found : bool
        True if seasons were not stated but found from the gaps between games; those of games to come then continue
        those of past games.
    """

    table: pl.DataFrame
    custom_columns: tuple[c.Column, ...] = ()
    league: League = UNKNOWN_LEAGUE
    seasons_found: bool = False

    @classmethod
    def from_frame(
        cls,
        frame: IntoFrame,
        custom_columns: Sequence[c.Column] = (),
        *,
        league: League | None = None,
        file: str = "",
        rows: Sequence[int] | None = None,
        refuse: Callable[[int, DataError], None] | None = None,
        keep_order: bool = False,
    ) -> Self:
        """Complete, check and sort a data frame of games.

        Parameters
        ----------
        frame : data frame (pandas, polars, Arrow)
            Canonical columns under their names (any may be missing), and the custom columns. Others are dropped. A
            lazy frame is collected.
        custom_columns : sequence of Column
            Declarations of custom columns to keep.
        league : League, optional
            Settings of the league; those of `League()` if not given.
        file : str
            Name to use in error messages.
        rows : sequence of int, optional
            The row of `file` each row stands in; counted from 2 (below a header) if not given.
        refuse : function of int and DataError, optional
            Called with the place of each row that breaks a rule and the error; such rows are left out. If not given,
            the first error is raised.
        keep_order : bool
            True to leave the rows in the order of the frame, as for games to come; False to sort them by play.

        Raises
        ------
        DataError
            The first problem found, with file, row and column.
        InputError
            `frame` is no data frame.
        """
        table = to_polars(frame, "games")
        numbers = pl.Series(rows if rows is not None else range(2, table.height + 2), dtype=pl.Int64)
        declared = {column.name: column for column in custom_columns}
        strange = [name for name in table.columns if name not in {*c.CANONICAL, *declared}]
        if strange and rows is None and not file:
            text = f"left out {listed(strange)}: no columns of games; gatecast.read_games reads anyone's headers"
            warnings.warn(text, ReadingWarning, stacklevel=2)
        clash = sorted(set(declared) & set(c.CANONICAL))
        if clash:
            raise DataError(f"a custom column named {clash[0]!r}", "a name of its own", file=file, column=clash[0])
        columns = {**c.CANONICAL, **declared}
        table = _typed(table, columns, file, numbers)
        unstated = table[c.SEASON].null_count() == table.height
        if refuse is None:
            table = complete(table)
            validate(table, columns, file=file, rows=numbers)
        else:
            table = _usable(table, columns, file, numbers, refuse)
        if not keep_order and table[c.DATE].null_count() == 0:
            table = table.sort(c.DATE, c.VENUE, c.NUMBER, c.GAME_ID)
        return cls(table, tuple(custom_columns), league or UNKNOWN_LEAGUE, seasons_found=unstated)

    @property
    def columns(self) -> dict[str, c.Column]:
        """Every column by name: the canonical ones, then the custom ones."""
        return {**c.CANONICAL, **{column.name: column for column in self.custom_columns}}

    @property
    def dated(self) -> bool:
        """True where games carry dates; False where only their order is known."""
        return self.table[c.DATE].null_count() == 0

    @cached_property
    def days(self) -> npt.NDArray[np.int32]:
        """Day of each game, read-only, shape (games,): days since 1970-01-01, or the row number without dates."""
        days = self.table[c.DATE].to_physical().to_numpy() if self.dated else np.arange(self.table.height)
        return _read_only(days.astype(np.int32))

    @cached_property
    def clubs(self) -> npt.NDArray[np.str_]:
        """Home club of each game, read-only, empty where unknown, shape (games,)."""
        return _read_only(self.table[c.HOME].fill_null("").to_numpy().astype(np.str_))

    def __len__(self) -> int:
        return self.table.height

    def filter(self, *predicates: pl.Expr) -> Self:
        """Return the games for which every predicate holds."""
        return self.with_table(self.table.filter(*predicates))

    def with_table(self, table: pl.DataFrame) -> Self:
        """Return games of another table with the same columns, of the same league."""
        return replace(self, table=table)

    def extended(self, upcoming: Games) -> Self:
        """Return these games with `upcoming` added; a game in both tables is taken from `upcoming`.

        Games to come are matched to these first: names spelled otherwise, a venue that is not stated (the club's last
        one) and seats that are not stated (those stated last for the venue).

        Without dates, the games to come follow the past ones, and ids that are row numbers are counted on.

        Raises
        ------
        DataError
            One of the tables has dates and the other has none.
        """
        if self.dated != upcoming.dated:
            got, other = ("no dates", "dates") if self.dated else ("dates", "no dates")
            raise DataError(f"upcoming games with {got}", f"{other}, as the past games have", column=c.DATE)
        names = list(self.columns)
        coming = match(self.table, upcoming.table).table
        fresh = coming.select(
            pl.col(name) if name in coming.columns else pl.lit(None, self.columns[name].dtype()).alias(name)
            for name in names
        )
        if upcoming.seasons_found and self.dated:
            fresh = fresh.with_columns(continued_seasons(self.table, fresh))
        if not self.dated:
            fresh = fresh.with_columns(counted_on(fresh[c.GAME_ID], self.table[c.GAME_ID]))
        kept = self.table.select(names)
        again = kept[c.GAME_ID].is_in(fresh[c.GAME_ID].implode()).fill_null(False)
        # Most often none is, and the table need not be copied.
        kept = kept.filter(~again) if again.any() else kept
        table = pl.concat([kept, fresh])
        return self.with_table(
            table.sort(c.DATE, c.VENUE, c.NUMBER, c.GAME_ID, maintain_order=True) if self.dated else table
        )


def _usable(
    table: pl.DataFrame,
    columns: dict[str, c.Column],
    file: str,
    rows: pl.Series,
    refuse: Callable[[int, DataError], None],
) -> pl.DataFrame:
    """Complete and check a typed table; rows that break a rule are refused until none is left that does."""
    places = pl.Series(range(table.height), dtype=pl.Int64)
    while True:
        completed = complete(table[places])
        broken = list(violations(completed, columns, file=file, rows=rows[places]))
        if not broken:
            return completed
        for at, error in broken:
            refuse(places[at], error)
        if len(broken) == len(places):
            raise broken[0][1]
        places = places.filter(~places.is_in([places[at] for at, _ in broken]))


def _read_only(values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Return `values` as an array that cannot be written to."""
    values.flags.writeable = False
    return values


def _typed(table: pl.DataFrame, columns: dict[str, c.Column], file: str, rows: pl.Series) -> pl.DataFrame:
    """Select the declared columns, cast to their types; absent ones are null."""
    out: list[pl.Series | pl.Expr] = []
    for name, column in columns.items():
        if name not in table.columns:
            out.append(pl.lit(None, column.dtype).alias(name))  # one value for all rows takes no memory
            continue
        values = table[name]
        if values.dtype.is_float():
            values = values.fill_nan(None)
        if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone is not None:
            values = _local(values, column, file, rows)
        if values.dtype == column.dtype:
            out.append(values)
            continue
        cast = _years(values) if name == c.SEASON and values.dtype == pl.String else _cast(values, column.dtype)
        lost = (values.is_not_null() & cast.is_null()).arg_max()
        if lost is not None and values[lost] is not None and cast[lost] is None:
            raise DataError(repr(values[lost]), column.expected, file=file, row=rows[lost], column=name)
        out.append(cast.alias(name))
    # Of a table without any column of ours, the number of rows is all that is left.
    rows_alone = pl.repeat(0, table.height, eager=True).alias(PLACEHOLDER)
    return rows_alone.to_frame().with_columns(out).drop(PLACEHOLDER)


def _years(labels: pl.Series) -> pl.Series:
    """Return the years of season labels such as 2018 or 2018-19; null where a label cannot be read."""
    years: dict[str, int | None] = {}
    for label in labels.drop_nulls().unique():
        try:
            years[label] = parse_season(label)
        except InputError:
            years[label] = None
    return labels.replace_strict(years, default=None, return_dtype=pl.Int32)


def _local(values: pl.Series, column: c.Column, file: str, rows: pl.Series) -> pl.Series:
    """Return moments as local time without a zone; refuse universal time, which may fall on another date."""
    known = values.is_not_null()
    if str(values.dtype.time_zone).lower().removeprefix("etc/") in UNIVERSAL and known.any():  # type: ignore[attr-defined]
        at = known.arg_max() or 0
        remedy = 'convert it, or use gatecast.read_games with time_zone = "America/New_York" in its mapping'
        error = DataError(f"'{values[at]}'", "the local time of each ballpark", remedy)
        raise error.at(file=file, row=rows[at], column=column.name)
    return values.dt.replace_time_zone(None)


def _cast(values: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    """Cast values to `dtype`; null where a value cannot be cast."""
    unusable = pl.Series([None] * len(values), dtype=dtype)
    if dtype.is_temporal() and values.dtype == pl.String:
        if dtype is pl.Date:
            return values.str.to_date("%Y-%m-%d", strict=False)
        return values.str.to_time("%H:%M", strict=False).fill_null(values.str.to_time("%H:%M:%S", strict=False))
    if dtype.is_temporal() and not values.dtype.is_temporal():
        return unusable
    if dtype.is_integer() and values.dtype.is_float():
        values = values.set(values != values.round(), None)
    try:
        return values.cast(dtype, strict=False)
    except pl.exceptions.PolarsError:
        return unusable
