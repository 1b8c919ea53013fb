"""Plans as the API gives them, in the form of `gatecast.plan.export.json.plan_as_dict`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, quantile_column
from gatecast.plan import columns as p
from gatecast.plan.columns import KINDS
from gatecast.plan.demand.forecast_table import CONTEXT
from gatecast.store.schema import ISSUES, PLANS
from gatecast.web.api.fields import Body, CachedResponse, Day, Moment, Page, having, one_of, told_type
from gatecast.web.api.operations_body import Decided, Operations

__all__ = ["Plan", "PlanIssued", "PlanPage", "PlanRequest"]

MOST_STAND = 1000
SEASON = CANONICAL[c.SEASON]
CROWDS = tuple(
    f"{what}_{each}" for what in (p.TICKETS, p.PEOPLE) for each in (MEAN, *map(quantile_column, (0.1, 0.5, 0.9)))
)
WHOLE, MONEY, WORDS = (int, ...), (float, ...), (str, ...)
DAY = (Day | None, ...)


class Assumption(CachedResponse):
    """A number behind the plan, with its unit and where it comes from."""

    group: str
    name: str
    setting: str
    value: float
    unit: str
    source: str


@having(
    {
        c.GAME_ID: WORDS,
        LEAD: (str | None, ...),
        AS_OF: DAY,
        **{name: (told_type(CANONICAL[name]) | None, ...) for name in CONTEXT},
        p.HOMESTAND: WHOLE,
        P_SELLOUT: (float | None, ...),
        **dict.fromkeys(CROWDS, (float, ...)),
        p.SHIFTS: WHOLE,
        p.EXPECTED_COST: MONEY,
    }
)
class PlanGame(CachedResponse):
    """A game of a plan: tickets and people through the gate, shifts in all, expected cost in money."""


@having(
    {
        c.GAME_ID: WORDS,
        p.KIND: (one_of(KINDS), ...),
        **dict.fromkeys((p.NAME, p.UNIT), WORDS),
        p.CHOICE: WHOLE,
        **dict.fromkeys((p.EXPECTED_COST, p.RISK_SHORT, p.MARGINAL_WORTH), (float | None, ...)),
        p.SHORTFALL: WHOLE,
        p.ENGAGED: (int | None, ...),
        p.ON_HAND: (float | None, ...),
        **dict.fromkeys((p.DELIVERY, p.DECIDE_BY), DAY),
        p.REASON: WORDS,
    }
)
class Decision(CachedResponse):
    """What is decided of a role, an item or a service for a game; docs/operations.md says what the numbers are."""


@having(
    {
        **dict.fromkeys((p.DELIVERY, p.DECIDE_BY, p.KEEPS_UNTIL), DAY),
        c.HOME: (str | None, ...),
        p.NAME: WORDS,
        **dict.fromkeys((p.CASES, p.CASE_SIZE, p.UNITS_ORDERED), WHOLE),
        p.SERVES: (list[str], ...),
    }
)
class Delivery(CachedResponse):
    """An item on a delivery: cases and units, the last days to order and to sell it, and the games it is for."""


class Amount(CachedResponse):
    """Shifts or cases of one role or item."""

    name: str
    amount: int
    unit: str


@having({p.KIND: (one_of(KINDS), ...)})
class Deadline(CachedResponse):
    """One thing to do, and the last day to do it."""

    decide_by: Day
    on: Day
    home: str | None
    games: list[str]
    amounts: list[Amount]
    what: str
    passed: bool


class Plan(CachedResponse):
    """Staff, orders and transport for each game of a home stand, by day, with all that they were decided on."""

    format: str
    version: int
    notice: str
    currency: str
    operations: Decided
    assumptions: list[Assumption]
    games: list[PlanGame]
    decisions: list[Decision]
    deliveries: list[Delivery]
    deadlines: list[Deadline]


class PlanRequest(Body):
    """Which home stand to plan, as the calendar counts them (the next one if not said), and on which operations."""

    season: Annotated[int | None, Field(ge=int(SEASON.low), le=int(SEASON.high))] = None
    stand: Annotated[int | None, Field(ge=1, le=MOST_STAND, description="Number of the home stand in its season.")] = (
        None
    )
    operations: Annotated[
        Operations | None, Field(description="In place of those that are saved, for this plan only.")
    ] = None


class PlanIssued(CachedResponse):
    """A plan that is kept."""

    plan_id: int
    new: Annotated[bool, Field(description="False where it is the last one that was kept, to the letter.")]
    plan: Plan


@having(
    {
        PLANS.c.plan_id.name: WHOLE,
        PLANS.c.issued_at.name: (Moment, ...),
        ISSUES.c.issue_id.name: (
            Annotated[int | None, Field(description="The forecast that it was made from.")],
            ...,
        ),
    }
)
class PlanListed(CachedResponse):
    """A plan that is kept."""


class PlanPage(Page):
    """The oldest first."""

    items: list[PlanListed]
