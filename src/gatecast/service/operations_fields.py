"""The settings of operations as fields of a form: each with its key, its unit and where its number comes from.

A setting goes by a key: its group, the name of its role, item or service, and its own name, joined by points, such as
`staff.ushers.cost`. That of the crowd is `crowd.show_rate`; one of an entry to be added has no name, `staff..cost`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from types import MappingProxyType

from gatecast.plan import CrowdSettings, Operations, StaffRole, StockItem, TransportService, assumptions
from gatecast.plan.columns import KINDS, STAFF, STOCK, TRANSPORT
from gatecast.plan.operations.numbers import Number, Settings, numbers_of
from gatecast.service.typed_numbers import number_text

__all__ = [
    "CROWD",
    "CURRENCY",
    "DELIVERY_DAYS",
    "MODELS",
    "NAME",
    "SOURCES",
    "Entry",
    "Field",
    "defaults_of",
    "entries_of",
    "key_of",
    "new_entry",
    "places_of",
    "settings_of",
    "typed_text",
]

CROWD, CURRENCY, NAME, DELIVERY_DAYS, SOURCES = "crowd", "currency", "name", "delivery_days", "sources"
MODELS: Mapping[str, type[Settings]] = {
    CROWD: CrowdSettings,
    STAFF: StaffRole,
    STOCK: StockItem,
    TRANSPORT: TransportService,
}
WHOLE_CROWD = "whole crowd"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Field:
    """A setting as a form shows it.

    Parameters
    ----------
    key, setting : str
    value : object
        A number, a text, weekdays as a tuple; None where nothing is set.
    number : Number or None
        Its unit, with the currency in it, and its limits; None where it is no number.
    source : str
        Where the number comes from; empty where nothing is set.
    typed, error : str
        What stands in the field, and why that cannot be used.
    """

    key: str
    setting: str
    value: object
    number: Number | None
    source: str
    typed: str
    error: str


@dataclass(frozen=True)
class Entry:
    """A role, an item or a service with its fields; or the crowd, whose name is empty, as that of one to be added."""

    group: str
    name: str
    fields: tuple[Field, ...]

    @property
    def refused(self) -> bool:
        """Whether something typed into it cannot be used."""
        return any(field.error for field in self.fields)


def key_of(group: str, name: str, setting: str) -> str:
    """The key of a setting.

    Examples
    --------
    >>> key_of("staff", "ushers", "cost"), key_of("crowd", "", "show_rate")
    ('staff.ushers.cost', 'crowd.show_rate')
    """
    return f"{group}.{setting}" if group == CROWD else f"{group}.{name}.{setting}"


def typed_text(value: object) -> str:
    """A value as it would be typed; weekdays side by side.

    Examples
    --------
    >>> typed_text(0.83), typed_text(None), typed_text(("mon", "thu"))
    ('0.83', '', 'mon thu')
    """
    if isinstance(value, tuple | list):
        return " ".join(value)
    return number_text(value) if isinstance(value, int | float) else str(value or "")


def entries_of(
    operations: Operations, typed: Mapping[str, str] = NOTHING, errors: Mapping[str, str] = NOTHING
) -> tuple[Entry, ...]:
    """The crowd and every role, item and service with their fields, in the order of the file.

    Parameters
    ----------
    operations : Operations
    typed, errors : mapping of str to str
        By key; what is not typed stands as it is set.
    """
    sources = {(found.group, found.name, found.setting): found.source for found in assumptions(operations)}
    made = []
    for group, name, settings in places_of(operations):
        shown = tuple(
            Field(
                key := key_of(group, name, setting),
                setting,
                value := getattr(settings, setting),
                number,
                sources.get((group, name or WHOLE_CROWD, setting), ""),
                typed.get(key, typed_text(value)),
                errors.get(key, ""),
            )
            for setting, number in settings_of(type(settings), operations.currency)
        )
        made.append(Entry(group, name, shown))
    return tuple(made)


def new_entry(
    group: str, currency: str, typed: Mapping[str, str] = NOTHING, errors: Mapping[str, str] = NOTHING
) -> Entry:
    """The fields of a role, an item or a service to be added, as they are if left out.

    Parameters
    ----------
    group : str
        staff, stock or transport.
    currency : str
    typed, errors : mapping of str to str
        By key.
    """
    left_out = defaults_of(MODELS[group])
    shown = tuple(
        Field(
            key := key_of(group, "", setting),
            setting,
            left_out.get(setting),
            number,
            "",
            typed.get(key, typed_text(left_out.get(setting))),
            errors.get(key, ""),
        )
        for setting, number in settings_of(MODELS[group], currency)
    )
    return Entry(group, "", shown)


def defaults_of(model: type[Settings]) -> dict[str, object]:
    """What settings are if left out; those that must be given are not in it."""
    return {each.name: each.default for each in fields(model) if each.default is not MISSING}


def places_of(operations: Operations) -> Iterator[tuple[str, str, Settings]]:
    """Group, name and settings of the crowd and of every role, item and service, in the order of the file."""
    yield CROWD, "", operations.crowd
    for kind in KINDS:
        for entry in getattr(operations, kind):
            yield kind, entry.name, entry


def settings_of(model: type[Settings], currency: str) -> Iterator[tuple[str, Number | None]]:
    """The settings of a form in order, the name first, with their units in a currency."""
    numbers = numbers_of(model)
    names = [each.name for each in fields(model) if each.name != SOURCES]
    for name in sorted(names, key=lambda each: each != NAME):
        number = numbers.get(name)
        yield name, number and replace(number, unit=number.unit.replace("money", currency, 1))
