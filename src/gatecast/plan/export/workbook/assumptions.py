"""Every number that a plan assumes, with its unit and source."""

from __future__ import annotations

from itertools import groupby

from gatecast.formatting import capital
from gatecast.plan.export.workbook.page import TEXT, Block, Heading, Page
from gatecast.plan.operations.toml import assumptions
from gatecast.plan.plan import Plan

__all__ = ["assumptions_page"]

HEADINGS = (
    Heading("Setting", 24),
    Heading("Value", 11, "#,##0.###"),
    Heading("Unit", 28),
    Heading("Source", 70, TEXT),
)


def assumptions_page(plan: Plan) -> Page:
    """The settings of every role, item and service."""
    groups = groupby(assumptions(plan.operations), lambda found: (found.group, found.name))
    return Page(
        tab="Assumptions",
        title="What the plan assumes",
        note="An assumption is a plain starting point: put your own numbers in the operations file.",
        headings=HEADINGS,
        blocks=[
            Block(
                [(capital(f.setting.replace("_", " ")), f.value, f.unit, f.source) for f in found],
                f"{capital(name)} ({group})",
            )
            for (group, name), found in groups
        ],
    )
