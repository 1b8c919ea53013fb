"""The differences between two plans: other choices, their effect on the cost, and why."""

from __future__ import annotations

from typing import Any

import polars as pl

from gatecast.errors import InputError
from gatecast.formatting import capital, money, rounded
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, quantile_column
from gatecast.plan.columns import (
    AFTER,
    BEFORE,
    CHOICE,
    EXPECTED_COST,
    KIND,
    NAME,
    PEOPLE,
    REASON,
    SHOWN_LEVELS,
    UNIT,
    after,
    before,
)
from gatecast.plan.plan import Plan

__all__ = ["compare"]

SAME_MONEY = 0.005
SAME_PEOPLE = 0.5
CROWD = (MEAN, *(quantile_column(level) for level in SHOWN_LEVELS))


def compare(plan_before: Plan, plan_after: Plan) -> pl.DataFrame:
    """Return the differences between two plans of the same games.

    Parameters
    ----------
    plan_before, plan_after : Plan
        Such as of the two forecasts of `gatecast.forecast.what_if`, or of one forecast with two operations files.

    Returns
    -------
    polars.DataFrame
        One row a game and decision whose choice or expected cost differs, in the order of the second plan: game_id,
        kind, name, unit, choice_before, choice_after, expected_cost_before, expected_cost_after, reason. Null on one
        side if a decision is part of the other plan only.

    Raises
    ------
    InputError
        The plans are of different games, or in different currencies.
    """
    _check_same_games(plan_before, plan_after)
    key = [c.GAME_ID, KIND, NAME, UNIT]
    both = plan_after.table.select(*key, CHOICE, EXPECTED_COST).join(
        plan_before.table.select(*key, CHOICE, EXPECTED_COST),
        on=key, how="full", coalesce=True, maintain_order="left_right", suffix="_",
    )  # fmt: skip
    both = both.select(
        *key,
        pl.col(f"{CHOICE}_").alias(before(CHOICE)),
        pl.col(CHOICE).alias(after(CHOICE)),
        pl.col(f"{EXPECTED_COST}_").alias(before(EXPECTED_COST)),
        pl.col(EXPECTED_COST).alias(after(EXPECTED_COST)),
    )
    dearer = pl.col(after(EXPECTED_COST)) - pl.col(before(EXPECTED_COST))
    same = pl.col(after(CHOICE)).eq_missing(pl.col(before(CHOICE))) & (dearer.abs() <= SAME_MONEY).fill_null(False)
    shown = [f"{PEOPLE}_{each}" for each in CROWD]
    crowds = plan_before.games.select(c.GAME_ID, pl.col(shown).name.suffix(f"_{BEFORE}")).join(
        plan_after.games.select(c.GAME_ID, pl.col(shown).name.suffix(f"_{AFTER}")), on=c.GAME_ID
    )
    changed = both.filter(~same).join(crowds, on=c.GAME_ID, how="left", maintain_order="left")
    settings_differ = plan_before.operations != plan_after.operations
    currency = plan_after.operations.currency
    sentences = [_reason(row, currency, settings_differ) for row in changed.iter_rows(named=True)]
    return changed.select(both.columns).with_columns(pl.Series(REASON, sentences, pl.String))


def _check_same_games(plan_before: Plan, plan_after: Plan) -> None:
    first, second = (set(plan.games[c.GAME_ID]) for plan in (plan_before, plan_after))
    if first != second:
        lone = sorted(first ^ second)[0]
        raise InputError(f"plans: got game {lone} in one of them only, expected plans of the same games")
    money = [plan.operations.currency for plan in (plan_before, plan_after)]
    if money[0] != money[1]:
        raise InputError(f"plans: got costs in {money[0]} and in {money[1]}, expected one currency")


def _reason(row: dict[str, Any], currency: str, settings_differ: bool) -> str:
    """Return a sentence: the choice, its cause, and its effect on the expected cost."""
    name, unit = capital(row[NAME]), row[UNIT]
    was, now = row[before(CHOICE)], row[after(CHOICE)]
    if was is None:
        return f"{name}: {now:,} {unit}, not part of the plan before."
    if now is None:
        return f"{name}: no longer decided, {was:,} {unit} before."
    amount = f"{now:,} {unit} as before" if was == now else f"{now:,} {unit} in place of {was:,}"
    dearer = row[after(EXPECTED_COST)] - row[before(EXPECTED_COST)]
    cost = f"expected cost {money(abs(dearer), currency)} {'more' if dearer > 0 else 'less'}"
    return f"{name}: {amount}, {_cause(row, settings_differ)}; {cost}."


def _cause(row: dict[str, Any], settings_differ: bool) -> str:
    """Return the cause of a difference: the crowd, the settings, or else the games decided together with it."""
    moved = [abs(row[after(f"{PEOPLE}_{each}")] - row[before(f"{PEOPLE}_{each}")]) >= SAME_PEOPLE for each in CROWD]
    causes = []
    if moved[0]:
        now, was = (row[column(f"{PEOPLE}_{MEAN}")] for column in (after, before))
        causes.append(f"{rounded(now)} people are expected through the gate in place of {rounded(was)}")
    elif any(moved):
        causes.append("the range of the crowd differs")
    if settings_differ:
        causes.append("the operations differ")
    return "as " + (" and ".join(causes) or "it is decided together with games that changed")
