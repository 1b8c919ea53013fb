"""Compare two plans: what is decided differently by role, item and service, and what that does to the cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.games import columns as c
from gatecast.plan import Plan, compare
from gatecast.plan.columns import CHOICE, ENGAGED, EXPECTED_COST, KIND, NAME, UNIT, after, before

__all__ = ["DecisionChange", "Differences", "differences", "restricted_to"]


@dataclass(frozen=True)
class DecisionChange:
    """A role, an item or a service whose choices or costs differ between two plans.

    Parameters
    ----------
    kind, name, unit : str
    total_before, total_after : int or None
        Units in all; None where it is part of the other plan only.
    engaged_before, engaged_after : int or None
        People to engage; None for what is not staff.
    dearer : float
        Expected cost after, less that before.
    games : int
        Games whose choice differs.
    """

    kind: str
    name: str
    unit: str
    total_before: int | None
    total_after: int | None
    engaged_before: int | None
    engaged_after: int | None
    dearer: float
    games: int


@dataclass(frozen=True)
class Differences:
    """Differences between two plans of the same games.

    Parameters
    ----------
    changes : tuple of DecisionChange
        In the order of the second plan; those that only cost otherwise included.
    choices : tuple of dict
        The choices that differ, as `gatecast.plan.compare` returns them.
    cost_before, cost_after : float
        Expected cost in all.
    currency : str
    """

    changes: tuple[DecisionChange, ...]
    choices: tuple[dict[str, Any], ...]
    cost_before: float
    cost_after: float
    currency: str

    @property
    def dearer(self) -> float:
        """Expected cost after, less that before."""
        return self.cost_after - self.cost_before

    @property
    def dearer_unchanged(self) -> float:
        """The part of `dearer` that comes from decisions that stay, but cost otherwise."""
        columns = (after(EXPECTED_COST), before(EXPECTED_COST))
        later, earlier = (sum(each[name] or 0.0 for each in self.choices) for name in columns)
        return self.dearer - (later - earlier)


def restricted_to(plan: Plan, games: Collection[str]) -> Plan:
    """Return a plan with only some of its games."""
    here = pl.col(c.GAME_ID).is_in(list(games))
    return Plan(plan.table.filter(here), plan.games.filter(here), plan.operations)


def differences(plan_before: Plan, plan_after: Plan) -> Differences:
    """Return what differs between two plans.

    Parameters
    ----------
    plan_before, plan_after : Plan
        Of the same games.

    Raises
    ------
    InputError
        The plans are of different games, or in different currencies.
    """
    rows = compare(plan_before, plan_after)
    chosen = pl.col(after(CHOICE)).ne_missing(pl.col(before(CHOICE)))
    key = [KIND, NAME, UNIT]
    touched = rows.group_by(key, maintain_order=True).agg(chosen.sum().alias(c.GAME_ID))
    totals = touched.join(_totals(plan_before), on=key, how="left", maintain_order="left").join(
        _totals(plan_after), on=key, how="left", maintain_order="left", suffix="_"
    )
    changes = (
        DecisionChange(kind, name, unit, total, total_, engaged, engaged_, (cost_ or 0.0) - (cost or 0.0), games)
        for kind, name, unit, games, total, engaged, cost, total_, engaged_, cost_ in totals.iter_rows()
    )
    return Differences(
        tuple(changes),
        tuple(rows.filter(chosen).to_dicts()),
        float(plan_before.table[EXPECTED_COST].sum()),
        float(plan_after.table[EXPECTED_COST].sum()),
        plan_after.operations.currency,
    )


def _totals(plan: Plan) -> pl.DataFrame:
    """Return units, people engaged and expected cost of each role, item and service."""
    return plan.table.group_by(KIND, NAME, UNIT).agg(
        pl.col(CHOICE).sum(), pl.col(ENGAGED).max(), pl.col(EXPECTED_COST).sum()
    )
