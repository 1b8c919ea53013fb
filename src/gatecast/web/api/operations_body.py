"""Operations as the API takes and gives them, made of the settings that a plan reads."""

from __future__ import annotations

from dataclasses import MISSING, fields
from types import GenericAlias
from typing import Annotated, Any

from pydantic import Field

from gatecast.plan import CrowdSettings, StaffRole, StockItem, TransportService
from gatecast.plan.operations.model import LONGEST_CURRENCY, WEEKDAYS
from gatecast.plan.operations.numbers import LONGEST_NAME, Number, Settings, numbers_of
from gatecast.web.api.fields import PLAIN, Body, one_of, with_fields

__all__ = ["Decided", "Operations"]

MOST_ENTRIES = 40
NAME = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN)]
CURRENCY = Annotated[
    str, Field(min_length=1, max_length=LONGEST_CURRENCY, pattern=r'^[^\x00-\x1f\x7f"]*$', description="Sign or code.")
]
SOURCE = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")]


def _fields(model: type[Settings]) -> dict[str, Any]:
    """A field for each setting, with its unit and limits."""
    numbers, names = numbers_of(model), tuple(each.name for each in fields(model))
    others: dict[str, tuple[Any, Any]] = {
        "name": (NAME, ...),
        "delivery_days": (GenericAlias(list, one_of(WEEKDAYS)), Field([], max_length=len(WEEKDAYS))),
        "sources": (GenericAlias(dict, (one_of(names), SOURCE)), Field({}, description="Where a number comes from.")),
    }
    return {
        each.name: (_kind(numbers[each.name]), ... if each.default is MISSING else each.default)
        if each.name in numbers
        else others[each.name]
        for each in fields(model)
    }


def _kind(number: Number) -> Any:  # noqa: ANN401  a type
    limits = Field(ge=number.least, le=number.high, description=number.unit)
    kind: Any = Annotated[int if number.whole else float, limits]
    return kind | None if number.optional else kind


@with_fields(_fields(CrowdSettings))
class Crowd(Body):
    """How many of the tickets sold become people through the gate."""


@with_fields(_fields(StaffRole))
class Role(Body):
    """One kind of temporary staff, hired by the shift."""


@with_fields(_fields(StockItem))
class Item(Body):
    """One thing sold, ordered by the case."""


@with_fields(_fields(TransportService))
class Service(Body):
    """One extra service, run by the vehicle."""


class Decided(Body):
    """What a club decides for each game: at least one role, item or service."""

    crowd: Crowd
    staff: list[Role] = Field([], max_length=MOST_ENTRIES)
    stock: list[Item] = Field([], max_length=MOST_ENTRIES)
    transport: list[Service] = Field([], max_length=MOST_ENTRIES)


class Operations(Decided):
    """What a club decides for each game, and what that costs; what is left out for good is absent."""

    currency: CURRENCY = "$"
