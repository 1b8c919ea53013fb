"""Data frames of other libraries: pandas, polars (eager or lazy), Arrow and whatever else narwhals reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from gatecast.errors import InputError
from gatecast.games.columns import DATE

__all__ = ["Frame", "IntoFrame", "as_the_kind_of", "to_polars"]

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame
else:
    # Games read from files need no narwhals.
    IntoFrame = Any

OWN = ("gatecast", "builtins")
"""Packages whose objects are no data frames."""
Frame = TypeVar("Frame", bound="IntoFrame")
"""A data frame of one library: what goes in comes out as the same kind."""


def to_polars(frame: IntoFrame, argument: str = "table") -> pl.DataFrame:
    """Return a data frame of any library as a polars one, its rows in their order.

    Named levels of a pandas index become columns, unless a column has that name; an index of dates without a name
    becomes the column date; other indices are left out.

    Parameters
    ----------
    frame : pandas, polars or Arrow table, or any other frame that narwhals reads
        A lazy frame is collected.
    argument : str
        Name to use in the error message.

    Raises
    ------
    InputError
        The object is no data frame.

    Examples
    --------
    >>> import pyarrow as pa
    >>> to_polars(pa.table({"attendance": [4210]})).columns
    ['attendance']
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    import narwhals as nw

    try:
        narwhal: Any = nw.from_native(frame)
    except TypeError:
        raise InputError(
            f"{argument}: got {type(frame).__name__}, expected games or a data frame (pandas, polars, Arrow)"
        ) from None
    if isinstance(narwhal, nw.LazyFrame):
        polars: pl.DataFrame = narwhal.collect(backend="polars").to_native()
        return polars
    if narwhal.implementation.is_pandas_like():
        native = narwhal.to_native()
        named = [name for name in native.index.names if name is not None and name not in native.columns]
        if native.index.dtype.kind == "M" and native.index.name is None and DATE not in native.columns:
            native, named = native.rename_axis(DATE), [DATE]
        narwhal = nw.from_native(native.reset_index(named) if named else native)
    return narwhal.to_polars()  # type: ignore[no-any-return]


def as_the_kind_of(table: pl.DataFrame, frame: Any, *, row_for_row: bool = False) -> Any:  # noqa: ANN401
    """Return a polars table as a data frame of the library that `frame` is of.

    Parameters
    ----------
    table : polars.DataFrame
    frame : data frame, or anything else
        Anything that is no data frame, such as `Games`, leaves `table` as it is.
    row_for_row : bool
        True where `table` has one row for each row of `frame`, in the same order: pandas rows keep their index.

    Examples
    --------
    >>> import pyarrow as pa
    >>> type(as_the_kind_of(pl.DataFrame({"mean": [4210.0]}), pa.table({}))).__module__
    'pyarrow.lib'
    """
    if isinstance(frame, pl.DataFrame) or type(frame).__module__.partition(".")[0] in OWN:
        return table
    import narwhals as nw

    narwhal: Any = nw.from_native(frame, pass_through=True)
    if narwhal is frame:
        return table
    result: Any = nw.from_native(table)
    kind = narwhal.implementation
    if isinstance(narwhal, nw.LazyFrame):
        return table.lazy() if kind.is_polars() else result.lazy(backend=kind).to_native()
    if kind.is_pyarrow():
        return table.to_arrow()
    if not kind.is_pandas_like():
        return nw.from_dict(table.to_dict(as_series=False), backend=kind).to_native()
    pandas: Any = table.to_pandas() if kind.is_pandas() else nw.from_arrow(table, backend=kind).to_native()
    return pandas.set_axis(narwhal.to_native().index) if row_for_row else pandas
