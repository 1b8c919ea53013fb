"""Extra transport: one block a service, with the vehicles for each game."""

from __future__ import annotations

import polars as pl

from gatecast.formatting import capital
from gatecast.plan.columns import CHOICE, KIND, NAME, REASON, TRANSPORT
from gatecast.plan.export.workbook.labels import COUNT_WIDTH, Labels, why
from gatecast.plan.export.workbook.page import PERCENT, WHOLE, Block, Heading, Page
from gatecast.plan.export.workbook.staff import enough
from gatecast.plan.operations.model import TransportService
from gatecast.plan.plan import Plan

__all__ = ["transport_page"]

ROOM = "room"


def transport_page(plan: Plan, labels: Labels) -> Page:
    """Each service with its vehicles for each game, the people they take away, and why."""
    return Page(
        tab="Transport",
        title="Transport: extra vehicles to run",
        note="Room: people that the vehicles take away in time. Enough in: share of outcomes in which nobody is left"
        " waiting.",
        headings=[
            *labels.headings,
            Heading("Vehicles", COUNT_WIDTH, WHOLE),
            Heading("Room for\npeople", COUNT_WIDTH, WHOLE),
            Heading("Enough in", COUNT_WIDTH, PERCENT),
            Heading("Why", 62),
        ],
        blocks=[_block(plan, labels, service) for service in plan.operations.transport],
        kept=len(labels.headings),
        apart=True,
    )


def _block(plan: Plan, labels: Labels, service: TransportService) -> Block:
    told = plan.table.filter(pl.col(KIND) == TRANSPORT, pl.col(NAME) == service.name)
    reasons = why(told[REASON].to_list(), told[NAME].to_list())
    room = (pl.col(CHOICE) * service.people_per_vehicle).alias(ROOM)
    chosen = told.select(CHOICE, room, enough()).rows()
    return Block(
        [(*label, *row, reason) for label, row, reason in zip(labels.rows, chosen, reasons, strict=True)],
        _described(service),
    )


def _described(service: TransportService) -> str:
    """A service with what one vehicle takes away, and how many there are."""
    told = f"{capital(service.name)}: a vehicle takes {service.people_per_vehicle:,} people"
    if service.trip_minutes is not None:
        trips = f"{service.trips} trip{'s' if service.trips != 1 else ''} of {service.trip_minutes:g} minutes"
        told += f", {service.seats:,} on each of {trips} within {service.minutes_to_clear:g}"
    return told + (f"; {service.fleet:,} in the fleet" if service.fleet is not None else "")
