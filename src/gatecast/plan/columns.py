"""The columns of a plan's tables, and the kinds of decisions."""

__all__ = [
    "AFTER",
    "BEFORE",
    "CASES",
    "CASE_SIZE",
    "CHOICE",
    "DECIDE_BY",
    "DELIVERY",
    "ENGAGED",
    "EXPECTED_COST",
    "FORECAST",
    "HOMESTAND",
    "KEEPS_UNTIL",
    "KIND",
    "KINDS",
    "MARGINAL_WORTH",
    "NAME",
    "ON_HAND",
    "PEOPLE",
    "REASON",
    "RISK_ALONE",
    "RISK_SHORT",
    "SERVES",
    "SHIFTS",
    "SHORTFALL",
    "SHOWN_LEVELS",
    "STAFF",
    "STOCK",
    "TICKETS",
    "TRANSPORT",
    "UNIT",
    "UNITS",
    "UNITS_ORDERED",
    "after",
    "before",
]

KIND, NAME, UNIT, CHOICE, REASON = "kind", "name", "unit", "choice", "reason"
EXPECTED_COST, RISK_SHORT, MARGINAL_WORTH = "expected_cost", "risk_short", "marginal_worth"
RISK_ALONE = "risk_alone"
DECIDE_BY, DELIVERY, ON_HAND = "decide_by", "delivery", "on_hand"
# Tables of plans are stored and exported: their columns keep these names.
SHORTFALL, ENGAGED, HOMESTAND = "shortfall", "engaged", "home_stand"
SHIFTS, TICKETS, PEOPLE = "shifts", "tickets", "people"
CASES, CASE_SIZE, UNITS_ORDERED = "cases", "case_size", "units"
KEEPS_UNTIL, SERVES = "keeps_until", "serves"
BEFORE, AFTER = "before", "after"

STAFF, STOCK, TRANSPORT = "staff", "stock", "transport"
FORECAST = "forecast"
"""Kind of a forecast set by hand, beside the kinds of decisions."""
KINDS = (STAFF, STOCK, TRANSPORT)
UNITS = {STAFF: "shifts", STOCK: "cases", TRANSPORT: "vehicles"}
"""Unit of a choice of each kind."""
SHOWN_LEVELS = (0.10, 0.50, 0.90)
"""Levels of the quantiles of tickets and people that a plan shows."""


def before(name: str) -> str:
    """Return `name_before`, the column of the first plan of a comparison."""
    return f"{name}_{BEFORE}"


def after(name: str) -> str:
    """Return `name_after`, the column of the second plan of a comparison.

    Examples
    --------
    >>> before(CHOICE), after(CHOICE)
    ('choice_before', 'choice_after')
    """
    return f"{name}_{AFTER}"
