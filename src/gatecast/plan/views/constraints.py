"""The constraints that hold a plan down: rules that cannot be met, and limits worth raising."""

from __future__ import annotations

import polars as pl

from gatecast.formatting import capital, money
from gatecast.games import columns as c
from gatecast.plan.columns import DELIVERY, KIND, KINDS, MARGINAL_WORTH, NAME, SHORTFALL, STOCK, UNIT
from gatecast.plan.operations.model import Operations
from gatecast.plan.plan import Plan

__all__ = ["limits_that_bind"]

LIMITED, LACKING, MOST, WORTH, UNREACHED = "limited", "lacking", "most", "worth", "unreached"
SMALLEST_WORTH = 0.5
"""Money below which one more unit counts as worth nothing, as rounding and the gap of a solver leave that much."""


def limits_that_bind(plan: Plan) -> list[str]:
    """Return one plain sentence for each role, item or service that a constraint holds down, in the order of the plan.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    list of str
        Empty if every minimum is met and one more of anything would cost more than it saves.
    """
    limited = pl.Series(LIMITED, _limited(plan.operations), pl.String)
    label = pl.format("{} {}", KIND, NAME)
    worth = pl.when(label.is_in(limited.implode())).then(pl.col(MARGINAL_WORTH)).otherwise(0.0)
    dated = plan.table[[c.GAME_ID]].join(plan.games.select(c.GAME_ID, c.DATE), on=c.GAME_ID, maintain_order="left")
    rows = plan.table.with_columns(dated[c.DATE]).group_by(KIND, NAME, UNIT, maintain_order=True).agg(
        (pl.col(SHORTFALL) > 0).sum().alias(LACKING),
        pl.col(SHORTFALL).max().alias(MOST),
        (worth > SMALLEST_WORTH).sum().alias(LIMITED),
        worth.max().alias(WORTH),
        ((pl.col(KIND) == STOCK) & pl.col(c.DATE).is_not_null() & pl.col(DELIVERY).is_null()).sum().alias(UNREACHED),
    )  # fmt: skip
    sentences = []
    for row in rows.iter_rows(named=True):
        name = capital(row[NAME])
        if row[LACKING]:
            games = _of(row[LACKING], plan.games.height)
            sentences.append(f"{name}: too few for the rules at {games}, by up to {row[MOST]:,} {row[UNIT]}.")
        elif row[LIMITED]:
            games, saved = _of(row[LIMITED], plan.games.height), money(row[WORTH], plan.operations.currency)
            sentences.append(f"{name}: held down by a limit at {games}; one more would save up to {saved} net.")
        if row[UNREACHED]:
            sentences.append(
                f"{name}: nothing to sell at {_of(row[UNREACHED], plan.games.height)}: every earlier"
                " delivery is past its shelf life."
            )
    return sentences


def _limited(operations: Operations) -> list[str]:
    """Return kind and name of every entry that has a limit."""
    return [f"{kind} {entry.name}" for kind in KINDS for entry in getattr(operations, kind) if entry.limited]


def _of(count: int, games: int) -> str:
    if games == 1:
        return "the game"
    return f"each of the {games:,} games" if count == games else f"{count:,} of {games:,} games"
