"""Decisions of a ballpark and their costs: staff roles, stock items and transport services.

These pydantic models serve the operations file, the form of the settings page, the HTTP API and Python: one description
of every setting, with its unit, its limits and its errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from gatecast.errors import SettingsError
from gatecast.plan.operations.numbers import Number

__all__ = [
    "MODELS",
    "WEEKDAYS",
    "CrowdSettings",
    "Decisions",
    "Entry",
    "Named",
    "Operations",
    "Settings",
    "StaffRole",
    "StockItem",
    "TransportService",
    "numbers_of",
]

LONGEST_NAME = 60
LONGEST_CURRENCY = 5
LONGEST_HOMESTAND = 100
LONGEST_NOTICE = 365
LONGEST_SHELF_LIFE = 3650
DAY_MINUTES = 1440
ROUNDING = 1e-9
MOST_ENTRIES = 40
"""Entries of one kind that the API takes."""
PLAIN = r"^[^\x00-\x1f\x7f]*$"
PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
CROWD_EXPECTED = "a [crowd] table with show_rate"

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays as a settings file runs them, in the order of `datetime.date.weekday`."""


def _described(schema: dict[str, Any], model: type[Settings]) -> None:
    """Complete the description of a model for the OpenAPI document."""
    schema["description"] = (model.__doc__ or "").partition("\n")[0]
    if "sources" in schema.get("properties", {}):
        schema["properties"]["sources"] = {
            "type": "object",
            "propertyNames": {"enum": list(model.model_fields)},
            "additionalProperties": {"type": "string", "pattern": PROSE},
            "description": "Where a number comes from.",
            "default": {},
        }


class Checked(BaseModel):
    """A model whose constructor raises SettingsError: key, got, expected, remedy."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_described)

    if not TYPE_CHECKING:

        def __init__(self, **values: object) -> None:
            try:
                super().__init__(**values)
            except ValidationError as problem:
                raise _settings_error(problem, type(self), values) from problem

        # Tells pydantic to validate nested models itself, so that one error names the whole place.
        __init__.__pydantic_base_init__ = True

    def replace(self, **changes: Any) -> Self:  # noqa: ANN401  values of any field
        """Return a copy with some settings changed, checked like any other.

        Examples
        --------
        >>> CrowdSettings(show_rate=0.8).replace(show_rate=0.9).show_rate
        0.9
        """
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | changes)


class Settings(Checked):
    """A group of settings that refuses values it cannot use.

    Parameters
    ----------
    sources : mapping of setting to text
        Where a number comes from; a number that is not named here is an assumption.
    """

    sources: dict[str, str] = Field(default_factory=dict)

    @field_validator("sources", mode="before")
    @classmethod
    def _check_sources(cls, sources: object) -> object:
        if not isinstance(sources, Mapping):
            raise SettingsError(repr(sources), "a table of setting = text")
        for name, text in sources.items():
            if name not in cls.model_fields:
                raise _unknown_key(name, list(cls.model_fields), name)
            if not isinstance(text, str):
                raise SettingsError(repr(text), "text in quotes", key=name)
        return dict(sources)


class Named(Settings):
    """Settings of one role, item or service."""

    name: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_NAME, "pattern": PLAIN})]

    @field_validator("name", mode="before")
    @classmethod
    def _check_name(cls, name: object) -> object:
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise SettingsError(repr(name), "a name of one line")
        if len(name) > LONGEST_NAME:
            raise SettingsError(f"{len(name)} characters", f"a name of at most {LONGEST_NAME}")
        return name


def numbers_of(model: type[Settings]) -> dict[str, Number]:
    """Return the units and limits of the settings of `model` that are numbers, in the order of its fields."""
    marked = ((name, mark) for name, field in model.model_fields.items() for mark in field.metadata)
    return {name: mark for name, mark in marked if isinstance(mark, Number)}


def _weekdays(days: object) -> tuple[str, ...]:
    """Return weekdays in the order of the week; refuse one that is unknown or stands twice."""
    if not isinstance(days, list | tuple):
        raise SettingsError(repr(days), 'a list of weekdays such as ["mon", "thu"]', "put it in brackets")
    names = [day.casefold() if isinstance(day, str) else day for day in days]
    for place, day in enumerate(names):
        if day not in WEEKDAYS:
            raise SettingsError(repr(days[place]), f"one of {', '.join(WEEKDAYS)}", "write three letters")
        if day in names[:place]:
            raise SettingsError(f"{day!r} a second time", "each weekday once", "remove one")
    return tuple(day for day in WEEKDAYS if day in names)


class CrowdSettings(Settings):
    """The share of tickets sold that become people through the gate.

    Parameters
    ----------
    show_rate : float
        Share of the tickets sold that are used.
    show_rate_spread : float
        Standard deviation of that share from game to game.
    minimum_certainty : float
        Share of outcomes in which a role's minimum of one shift per so many people must be met.
    """

    show_rate: Annotated[float, Number("share of tickets", high=1, above=True)]
    show_rate_spread: Annotated[float, Number("share of tickets", high=0.5)] = 0.0
    minimum_certainty: Annotated[float, Number("share of outcomes", low=0.5, high=0.999)] = 0.95


class StaffRole(Named):
    """One kind of temporary staff, hired by the shift.

    Parameters
    ----------
    people_per_shift : float
        People through the gate that one shift serves.
    cost, shortage_cost : float
        Cost of a shift, needed or not; cost of each needed shift that is missing.
    minimum : int
        Shifts hired for any game.
    minimum_one_per : float, optional
        At least one shift for each this many people, by law or contract.
    pool : int, optional
        People who can be engaged, so the most shifts at a game. May be below the minimum: the plan then hires all of
        them and names the shortfall.
    minimum_shifts : int
        Fewest shifts for each person engaged for a homestand; all its games if it has fewer.
    call_in_days : int
        Days before a game by which its shifts are hired.
    call_in_cost : float, optional
        Cost of a shift called in after that; nobody can be called in if None.
    call_in_pool : int, optional
        Most shifts that can be called in so late for one game.
    """

    people_per_shift: Annotated[float, Number("people", above=True)]
    cost: Annotated[float, Number("money a shift", above=True)]
    shortage_cost: Annotated[float, Number("money a missing shift", above=True)]
    minimum: Annotated[int, Number("shifts", whole=True)] = 0
    minimum_one_per: Annotated[float | None, Number("people", above=True, optional=True)] = None
    pool: Annotated[int | None, Number("people", whole=True, optional=True)] = None
    minimum_shifts: Annotated[int, Number("shifts a person", whole=True, high=LONGEST_HOMESTAND)] = 0
    call_in_days: Annotated[int, Number("days before the game", whole=True, high=LONGEST_NOTICE)] = 2
    call_in_cost: Annotated[float | None, Number("money a shift called in", above=True, optional=True)] = None
    call_in_pool: Annotated[int | None, Number("shifts called in", whole=True, optional=True)] = None

    @property
    def served_by_one(self) -> float:
        """People that one shift serves."""
        return self.people_per_shift

    @property
    def cost_of_one(self) -> float:
        """Money that one shift costs."""
        return self.cost

    @property
    def most(self) -> int | None:
        """Most shifts at a game; None without a limit."""
        return self.pool

    @property
    def limited(self) -> bool:
        """True if something other than cost holds the choice down."""
        return self.pool is not None or self.minimum_shifts > 0

    @property
    def linked(self) -> bool:
        """True if one choice can serve several games; a shift serves one."""
        return False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.shortage_cost <= self.cost:
            raise SettingsError(
                repr(self.shortage_cost),
                f"more than the cost of a shift, {self.cost:g}",
                "if a missing shift costs no more than a shift, take the role out",
                key="shortage_cost",
            )
        if self.call_in_cost is not None and not self.cost < self.call_in_cost < self.shortage_cost:
            raise SettingsError(
                repr(self.call_in_cost),
                f"more than cost, {self.cost:g}, and less than shortage_cost, {self.shortage_cost:g}",
                "leave the line out if nobody can be called in late",
                key="call_in_cost",
            )
        if self.call_in_pool is not None and self.call_in_cost is None:
            raise SettingsError(
                f"{self.call_in_pool!r} with no call_in_cost",
                "both or neither",
                "add what a shift called in late costs, or take call_in_pool out",
                key="call_in_pool",
            )
        return self


class StockItem(Named):
    """One thing sold, ordered by the case.

    Parameters
    ----------
    sold_per_head, sold_per_head_spread : float
        Units sold for each person through the gate, and the standard deviation of that from game to game.
    price, unit_cost, salvage : float
        Selling price of a unit, its cost, and the value of an unsold one after the game.
    case_size : int
        Units in a case.
    shelf_life_days : int
        Days an item keeps from its delivery; 1 is the day of delivery only.
    delivery_days : tuple of str
        Weekdays on which deliveries come, of `WEEKDAYS`; empty for every day.
    order_days : int
        Days before a delivery by which it is ordered.
    store_size : int, optional
        Most cases the store holds after a delivery.
    """

    sold_per_head: Annotated[float, Number("units a person", above=True, high=100)]
    sold_per_head_spread: Annotated[float, Number("units a person", high=100)] = 0.0
    price: Annotated[float, Number("money a unit", above=True)]
    unit_cost: Annotated[float, Number("money a unit", above=True)]
    salvage: Annotated[float, Number("money an unsold unit")] = 0.0
    case_size: Annotated[int, Number("units", whole=True, low=1, high=1_000_000)] = 1
    shelf_life_days: Annotated[int, Number("days", whole=True, low=1, high=LONGEST_SHELF_LIFE)] = 1
    delivery_days: Annotated[
        tuple[str, ...],
        BeforeValidator(_weekdays),
        Field(json_schema_extra={"items": {"enum": list(WEEKDAYS)}, "maxItems": len(WEEKDAYS)}),
    ] = ()
    order_days: Annotated[int, Number("days before the delivery", whole=True, high=LONGEST_NOTICE)] = 1
    store_size: Annotated[int | None, Number("cases", whole=True, low=1, optional=True)] = None

    @property
    def served_by_one(self) -> int:
        """Units in one case."""
        return self.case_size

    @property
    def cost_of_one(self) -> float:
        """Money that one case costs."""
        return self.case_size * self.unit_cost

    @property
    def minimum(self) -> int:
        """Fewest cases for any game."""
        return 0

    @property
    def most(self) -> int | None:
        """Most cases in the store; None without a limit."""
        return self.store_size

    @property
    def limited(self) -> bool:
        """True if something other than cost holds the choice down."""
        return self.store_size is not None

    @property
    def linked(self) -> bool:
        """True if one choice can serve several games: stock keeps for later games, or comes on some days only."""
        return self.shelf_life_days > 1 or bool(self.delivery_days)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.price <= self.unit_cost:
            raise SettingsError(
                repr(self.price),
                f"more than the unit cost, {self.unit_cost:g}",
                "swap them if they are mixed up",
                key="price",
            )
        if self.salvage >= self.unit_cost:
            raise SettingsError(
                repr(self.salvage),
                f"less than the unit cost, {self.unit_cost:g}",
                "an unsold unit loses something: storage, handling, age",
                key="salvage",
            )
        return self


class TransportService(Named):
    """One extra service, run by the vehicle.

    Parameters
    ----------
    share, share_spread : float
        Share of the people through the gate that want it, and its standard deviation from game to game.
    seats : int
        People one vehicle takes on a trip; over all its trips if the times below are not given.
    cost : float
        Cost of a vehicle.
    penalty : float
        Cost of each person left waiting: a taxi, a refund, ill will.
    minimum, fleet : int
        Fewest and most vehicles.
    trip_minutes, minutes_to_clear : float, optional
        Minutes of a trip, there and back, and the longest time in which all who want the service must be away.

    Examples
    --------
    >>> buses = TransportService(
    ...     name="buses", share=0.1, seats=50, cost=300, penalty=20, trip_minutes=25, minutes_to_clear=60
    ... )
    >>> buses.trips, buses.people_per_vehicle
    (2, 100)
    """

    share: Annotated[float, Number("share of the crowd", above=True, high=1)]
    share_spread: Annotated[float, Number("share of the crowd", high=0.5)] = 0.0
    seats: Annotated[int, Number("people a vehicle", whole=True, low=1, high=100_000)]
    cost: Annotated[float, Number("money a vehicle", above=True)]
    penalty: Annotated[float, Number("money a person left waiting", above=True)]
    minimum: Annotated[int, Number("vehicles", whole=True)] = 0
    fleet: Annotated[int | None, Number("vehicles", whole=True, optional=True)] = None
    trip_minutes: Annotated[float | None, Number("minutes", above=True, high=DAY_MINUTES, optional=True)] = None
    minutes_to_clear: Annotated[float | None, Number("minutes", above=True, high=DAY_MINUTES, optional=True)] = None

    @property
    def served_by_one(self) -> int:
        """People that one vehicle takes away in time."""
        return self.people_per_vehicle

    @property
    def cost_of_one(self) -> float:
        """Money that one vehicle costs."""
        return self.cost

    @property
    def most(self) -> int | None:
        """Most vehicles; None without a limit."""
        return self.fleet

    @property
    def limited(self) -> bool:
        """True if something other than cost holds the choice down."""
        return self.fleet is not None

    @property
    def linked(self) -> bool:
        """True if one choice can serve several games; a vehicle is ordered for one."""
        return False

    @property
    def trips(self) -> int:
        """Trips a vehicle makes while the crowd leaves; at least one."""
        if self.trip_minutes is None or self.minutes_to_clear is None:
            return 1
        return max(int(self.minutes_to_clear / self.trip_minutes + ROUNDING), 1)

    @property
    def people_per_vehicle(self) -> int:
        """People one vehicle takes away in time, over all its trips."""
        return self.seats * self.trips

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, other in (("trip_minutes", "minutes_to_clear"), ("minutes_to_clear", "trip_minutes")):
            if getattr(self, name) is not None and getattr(self, other) is None:
                got = f"{getattr(self, name)!r} with no {other}"
                raise SettingsError(got, "both or neither", f"add {other}, or take {name} out", key=name)
        if self.penalty * self.people_per_vehicle <= self.cost:
            raise SettingsError(
                repr(self.penalty),
                f"more than {self.cost / self.people_per_vehicle:g}, the cost of a seat",
                "below that no vehicle is ever worth running: raise it or take the service out",
                key="penalty",
            )
        if self.fleet is not None and self.fleet < self.minimum:
            raise SettingsError(
                repr(self.fleet),
                f"at least the minimum, {self.minimum}",
                "raise the fleet or lower the minimum",
                key="fleet",
            )
        return self


Entry = StaffRole | StockItem | TransportService


class Decisions(Checked):
    """Decisions of a club for each game: at least one role, item or service."""

    crowd: CrowdSettings
    staff: Annotated[tuple[StaffRole, ...], Field(json_schema_extra={"maxItems": MOST_ENTRIES})] = ()
    stock: Annotated[tuple[StockItem, ...], Field(json_schema_extra={"maxItems": MOST_ENTRIES})] = ()
    transport: Annotated[tuple[TransportService, ...], Field(json_schema_extra={"maxItems": MOST_ENTRIES})] = ()

    @field_validator("crowd", mode="before")
    @classmethod
    def _check_crowd(cls, crowd: object) -> object:
        if not isinstance(crowd, dict | CrowdSettings):
            raise SettingsError(repr(crowd), CROWD_EXPECTED)
        return crowd


def _entries(kind: str, entries: object) -> object:
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, dict | Named) for entry in entries):
        remedy = "write the heading with two brackets on each side"
        raise SettingsError("a single table or value", f"[[{kind}]] entries", remedy)
    return entries


class Operations(Decisions):
    """Decisions of a club for each game with their costs; optional settings that are switched off are None.

    Parameters
    ----------
    currency : str
        Sign or code shown with money.
    crowd : CrowdSettings
    staff, stock, transport : tuple
        The roles, items and services decided for each game.
    """

    currency: Annotated[
        str,
        Field(
            description="Sign or code.",
            json_schema_extra={"minLength": 1, "maxLength": LONGEST_CURRENCY, "pattern": r'^[^\x00-\x1f\x7f"]*$'},
        ),
    ] = "$"

    @field_validator("currency", mode="before")
    @classmethod
    def _check_currency(cls, text: object) -> object:
        fits = isinstance(text, str) and text.isprintable() and '"' not in text and 0 < len(text) <= LONGEST_CURRENCY
        if not fits:
            raise SettingsError(repr(text), "a sign or code such as $ or EUR")
        return text

    @field_validator("staff", "stock", "transport", mode="before")
    @classmethod
    def _check_entries(cls, entries: object, info: ValidationInfo) -> object:
        return _entries(info.field_name or "", entries)

    @model_validator(mode="after")
    def _check(self) -> Self:
        groups: Mapping[str, tuple[Named, ...]] = {
            "staff": self.staff,
            "stock": self.stock,
            "transport": self.transport,
        }
        if not any(groups.values()):
            raise SettingsError("nothing to decide", "at least one [[staff]], [[stock]] or [[transport]] entry")
        for kind, entries in groups.items():
            names = [entry.name.casefold() for entry in entries]
            twice = next((entry.name for i, entry in enumerate(entries) if names[i] in names[:i]), None)
            if twice is not None:
                raise SettingsError(
                    f"{twice!r} a second time", "each name once", "rename or remove one", key=f"{kind}.name"
                )
        return self


MODELS: Mapping[str, type[Settings]] = {
    "crowd": CrowdSettings,
    "staff": StaffRole,
    "stock": StockItem,
    "transport": TransportService,
}
"""The settings of each group of an operations file."""
FIRST_REPORTED = ("extra_forbidden", "missing")


def _settings_error(error: ValidationError, model: type[Checked], values: Mapping[str, Any]) -> SettingsError:
    """Return the first problem of a pydantic error, by precedence: a misspelled key also leaves another one missing."""
    problems = error.errors(include_url=False)
    ranks = {kind: rank for rank, kind in enumerate(FIRST_REPORTED)}
    first = min(problems, key=lambda each: ranks.get(each["type"], len(ranks)))
    place = first["loc"]
    whole = issubclass(model, Decisions)
    owner: type[Checked] = MODELS[str(place[0])] if whole and len(place) > 1 else model
    key = ".".join(_label(values, place[:i], part) if isinstance(part, int) else part for i, part in enumerate(place))
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, SettingsError):
        inner = ".".join(part for part in (key, cause.key) if part)
        return SettingsError(cause.got, cause.expected, cause.remedy, key=inner)
    if first["type"] == "extra_forbidden":
        return _unknown_key(str(place[-1]), list(owner.model_fields), key)
    if first["type"] == "missing":
        name = str(place[-1])
        if name == "crowd":
            return SettingsError("nothing", CROWD_EXPECTED, key=key)
        number = numbers_of(owner).get(name) if issubclass(owner, Settings) else None
        return SettingsError(
            "nothing", f"{number.expected} ({number.unit})" if number else "a name", "add the line", key=key
        )
    return SettingsError(repr(first["input"]), first["msg"], key=key)


def _label(values: Mapping[str, Any], place: tuple[int | str, ...], number: int) -> str:
    """Return the name of an entry if it has a usable one, else its number from 1."""
    entry = values[str(place[0])][number]
    name = entry.get("name") if isinstance(entry, Mapping) else getattr(entry, "name", None)
    return name if isinstance(name, str) and name.strip() and name.isprintable() else str(number + 1)


def _unknown_key(name: str, known: Sequence[str], key: str) -> SettingsError:
    close = get_close_matches(name, known, n=1)
    remedy = f"did you mean {close[0]}?" if close else "remove it, or correct its spelling"
    return SettingsError("an unknown key", f"one of {', '.join(known)}", remedy, key=key)
