"""Why each number was chosen, a block a game."""

from __future__ import annotations

from gatecast.formatting import capital
from gatecast.plan.columns import KIND, REASON
from gatecast.plan.export.workbook.labels import Labels
from gatecast.plan.export.workbook.page import Block, Heading, Page
from gatecast.plan.plan import Plan

__all__ = ["reasons_page"]


def reasons_page(plan: Plan, labels: Labels) -> Page:
    """The reason of every choice."""
    each = plan.table.height // plan.games.height
    told = [(capital(kind), reason) for kind, reason in plan.table.select(KIND, REASON).iter_rows()]
    return Page(
        tab="Reasons",
        title="Why each number was chosen",
        note="Outcomes: equally likely ways a game may turn out, by the forecast and your operations settings.",
        headings=[Heading("Decision", 12), Heading("Why", 150)],
        blocks=[Block(told[place * each : (place + 1) * each], line) for place, line in enumerate(labels.lines)],
    )
