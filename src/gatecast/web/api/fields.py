"""Types of values that the API takes and returns, as the OpenAPI document describes them."""

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
    "Cell",
    "Clock",
    "Day",
    "Moment",
    "Page",
    "ResponseBody",
    "Text",
    "Value",
    "answer_type",
    "input_type",
    "one_of",
    "with_fields",
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
"""Types that a request may send for a custom column; the column's declaration says which one it holds."""
Value = int | float | bool | str | None
"""Types that a response may hold for a custom column."""


class Body(BaseModel):
    """A request body: unknown names and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ResponseBody(BaseModel):
    """A response."""

    model_config = ConfigDict(extra="forbid")


class Page(ResponseBody):
    """A page of a list."""

    total: Annotated[int, Field(ge=0, description="Total number of items.")]
    next: Annotated[str | None, Field(description="Address of the next page; null on the last.")]


def with_fields(fields: Mapping[str, Any]) -> Callable[[type[Model]], type[Model]]:
    """Return a decorator that adds fields to a model.

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
    """Return the type that accepts one of some texts."""
    return Literal[values]


def input_type(column: Column) -> Any:  # noqa: ANN401  a type
    """Return the type of the values that a body may give for a column."""
    kind = answer_type(column)
    if column.dtype.is_numeric():
        return Annotated[kind, Field(ge=kind(column.low), le=kind(column.high))]
    return Text if kind is str else kind


def answer_type(column: Column) -> Any:  # noqa: ANN401  a type
    """Return the type of a column's values in an answer, without null."""
    if column.values:
        return one_of(column.values)
    if column.dtype.is_numeric():
        return int if column.dtype.is_integer() else float
    if column.dtype is pl.Date:
        return Day
    return Clock if column.dtype is pl.Time else str
