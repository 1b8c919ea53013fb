"""The columns of a plan's tables."""

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
    "HOME_STAND",
    "KEEPS_UNTIL",
    "KIND",
    "MARGINAL_WORTH",
    "NAME",
    "ON_HAND",
    "PEOPLE",
    "REASON",
    "RISK_SHORT",
    "SERVES",
    "SHIFTS",
    "SHORTFALL",
    "TICKETS",
    "UNIT",
    "UNITS_ORDERED",
    "after",
    "before",
]

KIND, NAME, UNIT, CHOICE, REASON = "kind", "name", "unit", "choice", "reason"
EXPECTED_COST, RISK_SHORT, MARGINAL_WORTH = "expected_cost", "risk_short", "marginal_worth"
DECIDE_BY, DELIVERY, ON_HAND = "decide_by", "delivery", "on_hand"
SHORTFALL, ENGAGED, HOME_STAND = "shortfall", "engaged", "home_stand"
SHIFTS, TICKETS, PEOPLE = "shifts", "tickets", "people"
CASES, CASE_SIZE, UNITS_ORDERED = "cases", "case_size", "units"
KEEPS_UNTIL, SERVES = "keeps_until", "serves"
BEFORE, AFTER = "before", "after"


def before(name: str) -> str:
    """The column that holds `name` of the plan compared with."""
    return f"{name}_{BEFORE}"


def after(name: str) -> str:
    """The column that holds `name` of the plan compared.

    Examples
    --------
    >>> before(CHOICE), after(CHOICE)
    ('choice_before', 'choice_after')
    """
    return f"{name}_{AFTER}"
