"""What a ballpark decides before a game, and what too many and too few cost: roles, items, services.

Each number carries its unit and the values it may take, so that a settings file, a form or a caller in Python is
held to the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from gatecast.errors import SettingsError
from gatecast.plan.settings import Named, Number, Settings

__all__ = ["CrowdSettings", "Operations", "StaffRole", "StockItem", "TransportService"]

LONGEST_CURRENCY = 5


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
        Most shifts that can be filled.
    """

    people_per_shift: Annotated[float, Number("people", above=True)]
    cost: Annotated[float, Number("money a shift", above=True)]
    shortage_cost: Annotated[float, Number("money a missing shift", above=True)]
    minimum: Annotated[int, Number("shifts", whole=True)] = 0
    minimum_one_per: Annotated[float | None, Number("people", above=True, optional=True)] = None
    pool: Annotated[int | None, Number("shifts", whole=True, optional=True)] = None

    def _check(self) -> None:
        super()._check()
        if self.shortage_cost <= self.cost:
            raise SettingsError(
                repr(self.shortage_cost),
                f"more than the cost of a shift, {self.cost:g}",
                "if a missing shift costs no more than a shift, take the role out",
                key="shortage_cost",
            )
        if self.pool is not None and self.pool < self.minimum:
            raise SettingsError(
                repr(self.pool),
                f"at least the minimum, {self.minimum}",
                "raise the pool or lower the minimum",
                key="pool",
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
    """

    sold_per_head: Annotated[float, Number("units a person", above=True, high=100)]
    sold_per_head_spread: Annotated[float, Number("units a person", high=100)] = 0.0
    price: Annotated[float, Number("money a unit", above=True)]
    unit_cost: Annotated[float, Number("money a unit", above=True)]
    salvage: Annotated[float, Number("money an unsold unit")] = 0.0
    case_size: Annotated[int, Number("units", whole=True, low=1, high=1_000_000)] = 1

    def _check(self) -> None:
        super()._check()
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
        People one vehicle takes, over all its trips.
    cost : float
        What a vehicle costs.
    penalty : float
        What each person left waiting costs: a taxi, a refund, ill will.
    minimum, fleet : int
        Fewest and most vehicles.
    """

    share: Annotated[float, Number("share of the crowd", above=True, high=1)]
    share_spread: Annotated[float, Number("share of the crowd", high=0.5)] = 0.0
    seats: Annotated[int, Number("people a vehicle", whole=True, low=1, high=100_000)]
    cost: Annotated[float, Number("money a vehicle", above=True)]
    penalty: Annotated[float, Number("money a person left waiting", above=True)]
    minimum: Annotated[int, Number("vehicles", whole=True)] = 0
    fleet: Annotated[int | None, Number("vehicles", whole=True, optional=True)] = None

    def _check(self) -> None:
        super()._check()
        if self.penalty * self.seats <= self.cost:
            raise SettingsError(
                repr(self.penalty),
                f"more than {self.cost / self.seats:g}, the cost of a seat",
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
