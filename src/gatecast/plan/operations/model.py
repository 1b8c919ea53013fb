"""What a ballpark decides before a game, and what too many and too few cost: roles, items, services.

Each number carries its unit and the values it may take, so that a settings file, a form or a caller in Python is
held to the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from gatecast.errors import SettingsError
from gatecast.plan.operations.numbers import Named, Number, Settings

__all__ = ["WEEKDAYS", "CrowdSettings", "Entry", "Operations", "StaffRole", "StockItem", "TransportService"]

LONGEST_CURRENCY = 5
LONGEST_HOME_STAND = 100
LONGEST_NOTICE = 365
LONGEST_SHELF_LIFE = 3650
DAY_MINUTES = 1440
ROUNDING = 1e-9

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays as a settings file spells them, in the order of `datetime.date.weekday`."""


@dataclass(frozen=True, kw_only=True)
class CrowdSettings(Settings):
    """How many of the tickets sold become people through the gate.

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


@dataclass(frozen=True, kw_only=True)
class StaffRole(Named):
    """One kind of temporary staff, hired by the shift.

    Parameters
    ----------
    people_per_shift : float
        People through the gate that one shift serves.
    cost, shortage_cost : float
        What a shift costs, needed or not; what each needed shift that is missing costs.
    minimum : int
        Shifts hired for any game.
    minimum_one_per : float, optional
        At least one shift for each this many people, by law or contract.
    pool : int, optional
        People who can be engaged, so the most shifts at a game. May be below what the minimum asks: the plan then hires
        all there are and says what is lacking.
    minimum_shifts : int
        Fewest shifts for each person engaged for a home stand; all its games where it has fewer.
    call_in_days : int
        Days before a game by which its shifts are hired.
    call_in_cost : float, optional
        What a shift called in after that costs; nobody can be called in if None.
    call_in_pool : int, optional
        Most shifts that can be called in so late for one game.
    """

    people_per_shift: Annotated[float, Number("people", above=True)]
    cost: Annotated[float, Number("money a shift", above=True)]
    shortage_cost: Annotated[float, Number("money a missing shift", above=True)]
    minimum: Annotated[int, Number("shifts", whole=True)] = 0
    minimum_one_per: Annotated[float | None, Number("people", above=True, optional=True)] = None
    pool: Annotated[int | None, Number("people", whole=True, optional=True)] = None
    minimum_shifts: Annotated[int, Number("shifts a person", whole=True, high=LONGEST_HOME_STAND)] = 0
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

    def _check(self) -> None:
        super()._check()
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


@dataclass(frozen=True, kw_only=True)
class StockItem(Named):
    """One thing sold, ordered by the case.

    Parameters
    ----------
    sold_per_head, sold_per_head_spread : float
        Units sold for each person through the gate, and the standard deviation of that from game to game.
    price, unit_cost, salvage : float
        What a unit sells for, what it costs, and what an unsold one is still worth after the game.
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
    delivery_days: tuple[str, ...] = ()
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

    def _check(self) -> None:
        super()._check()
        object.__setattr__(self, "delivery_days", _weekdays(self.delivery_days, "delivery_days"))
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


@dataclass(frozen=True, kw_only=True)
class TransportService(Named):
    """One extra service, run by the vehicle.

    Parameters
    ----------
    share, share_spread : float
        Share of the people through the gate that want it, and its standard deviation from game to game.
    seats : int
        People one vehicle takes on a trip; over all its trips where the times below are not given.
    cost : float
        What a vehicle costs.
    penalty : float
        What each person left waiting costs: a taxi, a refund, ill will.
    minimum, fleet : int
        Fewest and most vehicles.
    trip_minutes, minutes_to_clear : float, optional
        How long a trip takes, there and back, and the longest time in which all who want the service must be away.

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
    def trips(self) -> int:
        """Trips a vehicle makes while the crowd leaves; at least one."""
        if self.trip_minutes is None or self.minutes_to_clear is None:
            return 1
        return max(int(self.minutes_to_clear / self.trip_minutes + ROUNDING), 1)

    @property
    def people_per_vehicle(self) -> int:
        """People one vehicle takes away in time, over all its trips."""
        return self.seats * self.trips

    def _check(self) -> None:
        super()._check()
        for given, other in (("trip_minutes", "minutes_to_clear"), ("minutes_to_clear", "trip_minutes")):
            if getattr(self, given) is not None and getattr(self, other) is None:
                got = f"{getattr(self, given)!r} with no {other}"
                raise SettingsError(got, "both or neither", f"add {other}, or take {given} out", key=given)
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


Entry = StaffRole | StockItem | TransportService


@dataclass(frozen=True, kw_only=True)
class Operations:
    """Everything a plan needs beside the forecast.

    Parameters
    ----------
    currency : str
        Sign or code shown with money.
    crowd : CrowdSettings
    staff, stock, transport : tuple
        What is decided for each game.
    """

    crowd: CrowdSettings
    currency: str = "$"
    staff: tuple[StaffRole, ...] = ()
    stock: tuple[StockItem, ...] = ()
    transport: tuple[TransportService, ...] = ()

    def __post_init__(self) -> None:
        text = self.currency
        fits = isinstance(text, str) and text.isprintable() and '"' not in text and 0 < len(text) <= LONGEST_CURRENCY
        if not fits:
            raise SettingsError(repr(text), "a sign or code such as $ or EUR", key="currency")
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


def _weekdays(given: object, key: str) -> tuple[str, ...]:
    """Weekdays in the order of the week, each once."""
    if not isinstance(given, list | tuple):
        raise SettingsError(repr(given), 'a list of weekdays such as ["mon", "thu"]', "put it in brackets", key=key)
    days = [day.casefold() if isinstance(day, str) else day for day in given]
    for place, day in enumerate(days):
        if day not in WEEKDAYS:
            raise SettingsError(repr(given[place]), f"one of {', '.join(WEEKDAYS)}", "write three letters", key=key)
        if day in days[:place]:
            raise SettingsError(f"{day!r} a second time", "each weekday once", "remove one", key=key)
    return tuple(day for day in WEEKDAYS if day in days)
