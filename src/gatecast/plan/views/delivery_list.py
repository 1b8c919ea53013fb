"""The orders of a plan: one row a delivery and item, with the games it is for."""

from __future__ import annotations

import polars as pl

from gatecast.games import columns as c
from gatecast.plan.columns import (
    CASE_SIZE,
    CASES,
    CHOICE,
    DECIDE_BY,
    DELIVERY,
    KEEPS_UNTIL,
    KIND,
    NAME,
    SERVES,
    STOCK,
    UNITS_ORDERED,
)
from gatecast.plan.plan import Plan

__all__ = ["delivery_list"]

PLACE, SHELF_LIFE, ORDER_DAYS, COMING = "place", "shelf_life", "order_days", "coming"


def delivery_list(plan: Plan) -> pl.DataFrame:
    """Return the deliveries of a plan.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    polars.DataFrame
        One row a delivery and item with cases: delivery, decide_by (the last day to order), home, name, cases,
        case_size, units, keeps_until (the last day on which it can be sold), serves (ids of the games from this
        delivery to the next of the item, while it keeps). By day, club and the order of the operations file; empty
        if games have no dates.
    """
    # A delivery without an order does not come: the one before it serves its games.
    comes = pl.col(CHOICE).sum().over(c.HOME, NAME, DELIVERY) > 0
    coming = pl.when(comes).then(pl.col(DELIVERY)).forward_fill().over(c.HOME, NAME).alias(COMING)
    return (
        _ordered(plan)
        .with_columns(coming)
        .filter(pl.col(COMING).is_not_null())
        .with_columns((pl.col(COMING) + pl.duration(days=pl.col(SHELF_LIFE) - 1)).alias(KEEPS_UNTIL))
        .group_by(COMING, c.HOME, PLACE, maintain_order=True)
        .agg(
            pl.col(NAME, CASE_SIZE, ORDER_DAYS, KEEPS_UNTIL).first(),
            pl.col(CHOICE).sum().alias(CASES),
            pl.col(c.GAME_ID).filter(pl.col(c.DATE) <= pl.col(KEEPS_UNTIL)).alias(SERVES),
        )
        .sort(COMING, c.HOME, PLACE, nulls_last=True, maintain_order=True)
        .select(
            pl.col(COMING).alias(DELIVERY),
            (pl.col(COMING) - pl.duration(days=pl.col(ORDER_DAYS))).alias(DECIDE_BY),
            c.HOME,
            NAME,
            CASES,
            CASE_SIZE,
            (pl.col(CASES) * pl.col(CASE_SIZE)).alias(UNITS_ORDERED),
            KEEPS_UNTIL,
            SERVES,
        )
    )


def _ordered(plan: Plan) -> pl.DataFrame:
    """Return each game and item with the day of its delivery and the settings of the item."""
    items = pl.DataFrame(
        [
            (item.name, place, item.case_size, item.shelf_life_days, item.order_days)
            for place, item in enumerate(plan.operations.stock)
        ],
        schema={NAME: pl.String, **dict.fromkeys((PLACE, CASE_SIZE, SHELF_LIFE, ORDER_DAYS), pl.Int64)},
        orient="row",
    )
    games = plan.games.select(c.GAME_ID, c.DATE, c.HOME)
    return (
        plan.table.filter(pl.col(KIND) == STOCK, pl.col(DELIVERY).is_not_null())
        .select(c.GAME_ID, NAME, CHOICE, DELIVERY)
        .join(games, on=c.GAME_ID, maintain_order="left")
        .join(items, on=NAME, maintain_order="left")
    )
