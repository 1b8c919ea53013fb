"""Sales from a list of deliveries: stock on a shelf, the oldest sold first, until its shelf life is over.

Everything is counted in running totals, in cases, from the start of a run: `supply` has been delivered and `gone` has
passed its shelf life by a game, `outflow` has been sold or thrown out. As the oldest leaves first, its age need not be
followed: before a game the outflow is at least what is gone, at least the supply less what the store holds, and never
falls; at the game it rises by what is sold, up to the supply. Both steps are a larger or a smaller of two totals.

Source: Nahmias, Perishable Inventory Systems (2011), chapter 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatecast.plan.optimize.deliveries import Deliveries
from gatecast.plan.optimize.newsvendor import ROUNDING

__all__ = ["Sales", "next_case_sold", "outflow_after", "outflow_before", "running_totals", "sales"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def outflow_before(outflow: FloatArray, supply: FloatArray, gone: FloatArray, room: float) -> FloatArray:
    """Return the outflow after throwing out perished stock and stock that the store cannot hold."""
    before: FloatArray = np.maximum(outflow, np.maximum(gone, supply - room))
    return before


def outflow_after(before: FloatArray, need: FloatArray, supply: FloatArray) -> FloatArray:
    """Return the outflow after a game has been served."""
    after: FloatArray = np.minimum(before + need, supply)
    return after


@dataclass(frozen=True)
class Sales:
    """Sales and waste of the stock, in cases, by game in the order of the deliveries.

    Parameters
    ----------
    on_hand, sold, wasted : ndarray of float, shape (games,)
        In the store before the game, sold at it, and never sold after it: perished before the next game, or left at
        the end. Cases that do not fit in the store count at the game they were delivered for. Means over the scenarios.
    short : ndarray of float, shape (games,)
        Share of scenarios in which demand exceeded the stock.
    """

    on_hand: FloatArray
    sold: FloatArray
    wasted: FloatArray
    short: FloatArray


def sales(need: FloatArray, cases: IntArray, deliveries: Deliveries, room: float) -> Sales:
    """Return sales and waste of a list of deliveries.

    Parameters
    ----------
    need : ndarray of float, shape (games, scenarios)
        Cases asked for, in the order of the deliveries.
    cases : ndarray of int, shape (games,)
        Cases delivered for each game, if a delivery comes.
    deliveries : Deliveries
    room : float
        Most cases in the store.
    """
    supply, gone = running_totals(cases, deliveries)
    on_hand, sold, wasted, short = np.zeros((4, len(need)))
    runs = np.argsort(-deliveries.games, kind="stable")
    starts, games = deliveries.first[runs], deliveries.games[runs]
    outflow = np.zeros((len(starts), need.shape[1]))
    for step in range(int(games.max(initial=0))):
        open_ = games > step
        rows, outflow = starts[open_] + step, outflow[: open_.sum()]
        there, old = supply[rows, None], gone[rows, None]
        kept = np.maximum(outflow, old)
        if step:
            wasted[rows - 1] += (kept - outflow).mean(axis=1)
        before = outflow_before(outflow, there, old, room)
        outflow = outflow_after(before, need[rows], there)
        left = np.where(games[open_] == step + 1, (there - outflow).mean(axis=1), 0.0)
        wasted[rows] = (before - kept).mean(axis=1) + left
        on_hand[rows], sold[rows] = (there - before).mean(axis=1), (outflow - before).mean(axis=1)
        short[rows] = (need[rows] > outflow - before + ROUNDING).mean(axis=1)
    return Sales(on_hand, sold, wasted, short)


def next_case_sold(need: FloatArray, cases: IntArray, deliveries: Deliveries, room: float) -> FloatArray:
    """Return the expected share sold of one more case with the last delivery up to each game.

    Parameters
    ----------
    need, cases, deliveries, room
        As in `sales`.

    Returns
    -------
    ndarray of float, shape (games,)
        0 if no delivery keeps at the game.
    """
    supply, gone = running_totals(cases, deliveries)
    added = np.flatnonzero(deliveries.comes)
    run = deliveries.run[added]
    added = added[np.argsort(-deliveries.games[run], kind="stable")]
    run = deliveries.run[added]
    starts, games, place = deliveries.first[run], deliveries.games[run], deliveries.arrived[added]
    shape = (len(added), need.shape[1])
    outflow, more, extra = np.zeros(shape), np.zeros(shape), np.zeros(len(added))
    for step in range(int(games.max(initial=0))):
        count = int((games > step).sum())
        rows, outflow, more = starts[:count] + step, outflow[:count], more[:count]
        there, old = supply[rows, None], gone[rows, None]
        one_more = there + (deliveries.arrived[rows] >= place[:count])[:, None]
        one_old = old + (deliveries.expired[rows] >= place[:count])[:, None]
        before, before_more = outflow_before(outflow, there, old, room), outflow_before(more, one_more, one_old, room)
        outflow, more = outflow_after(before, need[rows], there), outflow_after(before_more, need[rows], one_more)
        extra[:count] += (more - before_more - outflow + before).mean(axis=1)
    by_delivery = np.zeros(len(need))
    by_delivery[added] = extra
    latest = np.maximum.accumulate(np.where(deliveries.comes, np.arange(len(need)), 0))
    used: FloatArray = np.where(deliveries.reachable, by_delivery[latest], 0.0)
    return used


def running_totals(cases: IntArray, deliveries: Deliveries) -> tuple[FloatArray, FloatArray]:
    """Return cases delivered and cases past their shelf life by each game, since its run began; shape (games,)."""
    delivered = np.concatenate([[0], np.cumsum(cases[deliveries.comes])])
    start = np.cumsum(deliveries.comes) - deliveries.arrived
    supply, gone = (delivered[start + count] - delivered[start] for count in (deliveries.arrived, deliveries.expired))
    return supply.astype(np.float64), gone.astype(np.float64)
