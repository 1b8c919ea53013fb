"""Plans as the API returns them: the form of `gatecast.plan.export.json.plan_as_dict`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from gatecast.errors import SettingsError
from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, quantile_column
from gatecast.plan import columns as p
from gatecast.plan.columns import KINDS
from gatecast.plan.demand.forecast_table import CONTEXT
from gatecast.plan.operations.model import MOST_ENTRIES, PROSE, Decisions, Operations
from gatecast.store.schema import ISSUES, PLANS
from gatecast.web.api.fields import Body, Day, Moment, Page, ResponseBody, answer_type, one_of, with_fields

__all__ = ["MOST_STAND", "NextOrders", "OperationsBody", "Plan", "PlanIssued", "PlanPage", "PlanRequest"]

MOST_STAND = 1000
STORABLE = re.compile(PROSE)
SEASON = CANONICAL[c.SEASON]
CROWDS = tuple(
    f"{what}_{each}" for what in (p.TICKETS, p.PEOPLE) for each in (MEAN, *map(quantile_column, (0.1, 0.5, 0.9)))
)
WHOLE, MONEY, WORDS = (int, ...), (float, ...), (str, ...)
DAY = (Day | None, ...)


class Assumption(ResponseBody):
    """A number behind the plan, with its unit and where it comes from."""

    group: str
    name: str
    setting: str
    value: float
    unit: str
    source: str


@with_fields(
    {
        c.GAME_ID: WORDS,
        LEAD: (str | None, ...),
        AS_OF: DAY,
        **{name: (answer_type(CANONICAL[name]) | None, ...) for name in CONTEXT},
        p.HOMESTAND: WHOLE,
        P_SELLOUT: (float | None, ...),
        **dict.fromkeys(CROWDS, (float, ...)),
        p.SHIFTS: WHOLE,
        p.EXPECTED_COST: MONEY,
    }
)
class PlanGame(ResponseBody):
    """A game of a plan: tickets and people through the gate, shifts in all, expected cost in money."""


@with_fields(
    {
        c.GAME_ID: WORDS,
        p.KIND: (one_of(KINDS), ...),
        **dict.fromkeys((p.NAME, p.UNIT), WORDS),
        p.CHOICE: WHOLE,
        **dict.fromkeys((p.EXPECTED_COST, p.RISK_SHORT, p.MARGINAL_WORTH), (float | None, ...)),
        p.RISK_ALONE: (float | None, None),
        p.SHORTFALL: WHOLE,
        p.ENGAGED: (int | None, ...),
        p.ON_HAND: (float | None, ...),
        **dict.fromkeys((p.DELIVERY, p.DECIDE_BY), DAY),
        p.REASON: WORDS,
    }
)
class Decision(ResponseBody):
    """The decision about a role, an item or a service for a game; docs/operations.md explains the numbers."""


@with_fields(
    {
        **dict.fromkeys((p.DELIVERY, p.DECIDE_BY, p.KEEPS_UNTIL), DAY),
        c.HOME: (str | None, ...),
        p.NAME: WORDS,
        **dict.fromkeys((p.CASES, p.CASE_SIZE, p.UNITS_ORDERED), WHOLE),
        p.SERVES: (list[str], ...),
    }
)
class Delivery(ResponseBody):
    """An item of a delivery: cases and units, the last days to order and to sell it, and the games it serves."""


class OrderRule(ResponseBody):
    """How many cases of an item to order for a game, by the tickets that the latest game before the order sold."""

    name: str
    game_id: str
    seen_game_id: str
    decide_by: Day
    cases: Annotated[int, Field(description="If that game sells about as forecast.")]
    more_above: Annotated[int, Field(description="Tickets above which cases_more are ordered.")]
    cases_more: int
    less_below: Annotated[int, Field(description="Tickets below which cases_less are ordered.")]
    cases_less: int
    method: Annotated[str, Field(description="The policy that decides.")]


class NextOrder(ResponseBody):
    """Cases of an item to order for the next game, now that the games before it are known."""

    name: str
    game_id: str
    decide_by: Day
    cases: int
    cases_expected: Annotated[int, Field(description="Cases if the latest game had sold as forecast.")]
    method: str


class NextOrders(ResponseBody):
    """The next orders of a homestand."""

    items: list[NextOrder]


class Amount(ResponseBody):
    """A number of shifts or cases of one role or item."""

    name: str
    amount: int
    unit: str


@with_fields({p.KIND: (one_of(KINDS), ...)})
class Deadline(ResponseBody):
    """A deadline: what to do, and the last day to do it."""

    decide_by: Day
    on: Day
    home: str | None
    games: list[str]
    amounts: list[Amount]
    what: str
    passed: bool


class ByHand(ResponseBody):
    """A figure set by hand beside the model's: a forecast in people, or a number of a decision."""

    game_id: str
    kind: Annotated[str, Field(description="forecast, staff, stock or transport.")]
    name: Annotated[str, Field(description="Of the role, item or service; empty for a forecast.")]
    unit: str
    by_hand: float
    model: float
    cost: Annotated[float | None, Field(description="Expected cost of the figure set by hand, money.")]
    model_cost: Annotated[float | None, Field(description="Expected cost of the model's figure, money.")]
    risk_short: Annotated[float | None, Field(description="Chance that the figure set by hand is not enough.")]
    model_risk_short: Annotated[float | None, Field(description="The same of the model's.")]
    note: Annotated[str, Field(description="Why it was set.")]


class Plan(ResponseBody):
    """The plan of a homestand: staff, orders and transport for each game, with all assumptions."""

    format: str
    version: int
    notice: str
    currency: str
    operations: Decisions
    assumptions: list[Assumption]
    games: list[PlanGame]
    decisions: list[Decision]
    deliveries: list[Delivery]
    order_rules: list[OrderRule] = Field(default_factory=list)
    deadlines: list[Deadline]
    by_hand: Annotated[
        list[ByHand], Field(default_factory=list, description="Figures set by hand; absent in older plans.")
    ]


def _storable(operations: Operations) -> Operations:
    """Refuse operations that the database cannot hold, or too many of them."""
    for kind in KINDS:
        if len(getattr(operations, kind)) > MOST_ENTRIES:
            raise SettingsError(f"{len(getattr(operations, kind))} entries", f"at most {MOST_ENTRIES}", key=kind)
    for settings in (operations.crowd, *operations.staff, *operations.stock, *operations.transport):
        for name, text in settings.sources.items():
            if not STORABLE.match(text):
                raise SettingsError(repr(text), "text without control characters", key=f"sources.{name}")
    return operations


OperationsBody = Annotated[Operations, AfterValidator(_storable)]
"""Operations as a request gives them."""


class PlanRequest(Body):
    """The homestand to plan, numbered as in the calendar (by default the next one), and the operations to plan with."""

    season: Annotated[int | None, Field(ge=int(SEASON.low), le=int(SEASON.high))] = None
    stand: Annotated[int | None, Field(ge=1, le=MOST_STAND, description="Number of the homestand in its season.")] = (
        None
    )
    operations: Annotated[
        OperationsBody | None, Field(description="Used instead of the saved ones, for this plan only.")
    ] = None


class PlanIssued(ResponseBody):
    """A stored plan."""

    plan_id: int
    new: Annotated[bool, Field(description="False if the last stored plan is identical.")]
    plan: Plan


@with_fields(
    {
        PLANS.c.plan_id.name: WHOLE,
        PLANS.c.issued_at.name: (Moment, ...),
        ISSUES.c.issue_id.name: (
            Annotated[int | None, Field(description="The forecast it was made from.")],
            ...,
        ),
    }
)
class PlanListed(ResponseBody):
    """A stored plan."""


class PlanPage(Page):
    """A page of the list, the oldest first."""

    items: list[PlanListed]
