"""The columns of a plan's tables."""

__all__ = [
    "CHOICE",
    "EXPECTED_COST",
    "KIND",
    "MARGINAL_WORTH",
    "NAME",
    "PEOPLE",
    "REASON",
    "RISK_SHORT",
    "SHIFTS",
    "TICKETS",
    "UNIT",
]

KIND, NAME, UNIT, CHOICE, REASON = "kind", "name", "unit", "choice", "reason"
EXPECTED_COST, RISK_SHORT, MARGINAL_WORTH = "expected_cost", "risk_short", "marginal_worth"
SHIFTS, TICKETS, PEOPLE = "shifts", "tickets", "people"
