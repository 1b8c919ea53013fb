"""The kinds of values that the API takes and gives, each as the OpenAPI document describes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model

from gatecast.games import Column

__all__ = [
    "LARGEST_WHOLE",
    "LONGEST_TEXT",
    "PLAIN",
    "Body",
    "CachedResponse",
    "Cell",
    "Clock",
    "Day",
    "Moment",
    "Page",
    "Text",
    "Value",
    "cell_type",
    "having",
    "one_of",
    "told_type",
]

LARGEST_WHOLE = 2**31 - 1
LONGEST_TEXT = 200
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Text without control signs: no spreadsheet holds them, and PostgreSQL refuses one of them."""
DAYS = r"^(18[5-9][0-9]|19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

Model = TypeVar("Model", bound=BaseModel)


def _real_day(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("a day of the calendar") from None
    return text


Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=PLAIN)]
Day = Annotated[
    str, Field(pattern=DAYS, json_schema_extra={"format": "date"}, examples=["2025-06-14"]), AfterValidator(_real_day)
]
Clock = Annotated[str, Field(pattern=CLOCK, examples=["19:05"])]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2025-06-09T06:00:00+00:00"])]
Cell = (
    Annotated[int, Field(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]
    | Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
    | bool
    | Text
    | None
)
"""What a body may give for a column of the club's own: the column says which of them it holds."""
Value = int | float | bool | str | None
"""What an answer may give for a column of the club's own."""


class Body(BaseModel):
    """What is given: names that are not known are refused, and so are values of another kind."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CachedResponse(BaseModel):
    """What is told."""

    model_config = ConfigDict(extra="forbid")


class Page(CachedResponse):
    """Some of what there is."""

    total: Annotated[int, Field(ge=0, description="How many there are in all.")]
    next: Annotated[str | None, Field(description="Where the next ones are; null after the last.")]


def having(fields: Mapping[str, Any]) -> Callable[[type[Model]], type[Model]]:
    """A decorator that gives a model further fields, made of the columns of a table.

    Parameters
    ----------
    fields : mapping of str to tuple
        Type and default by name, as `pydantic.create_model` takes them.
    """

    def made(model: type[Model]) -> type[Model]:
        create: Any = create_model
        names = {"__base__": model, "__doc__": model.__doc__, "__module__": model.__module__}
        found: type[Model] = create(model.__name__, **names, **fields)
        return found

    return made


def one_of(values: tuple[str, ...]) -> Any:  # noqa: ANN401  a type
    """The type of some words."""
    return Literal[values]


def cell_type(column: Column) -> Any:  # noqa: ANN401  a type
    """The values that a body may give for a column."""
    kind = told_type(column)
    if column.dtype.is_numeric():
        return Annotated[kind, Field(ge=kind(column.low), le=kind(column.high))]
    return Text if kind is str else kind


def told_type(column: Column) -> Any:  # noqa: ANN401  a type
    """The values that an answer may give for a column, but for null."""
    if column.values:
        return one_of(column.values)
    if column.dtype.is_numeric():
        return int if column.dtype.is_integer() else float
    if column.dtype is pl.Date:
        return Day
    return Clock if column.dtype is pl.Time else str
