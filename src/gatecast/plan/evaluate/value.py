"""The value of plans: past games replayed under several beliefs about tickets, given the attendance that came.

The plans are made by the same rules from the same operations. They differ only in their belief about the tickets:

    forecast     the whole predictive distribution
    point        its median, taken as certain
    naive        the mean of the club's latest earlier season on the same weekday, taken as certain
    hindsight    the tickets that were sold (and the people who came, if a club counted them)

and any other method's distribution, if its forecasts are given. All know the cost of too few and too many, and that
show rate and sales per head vary: the naive plan is a manager's careful habit, not a straw man. The cost of a choice is
its expected cost given the attendance that came, with the units then had late.

Errors of one homestand are correlated, so intervals come from resampling whole homestands, the same for all plans
(cluster bootstrap: Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import LEAD
from gatecast.games.homestands import homestand_of
from gatecast.plan.columns import KINDS
from gatecast.plan.demand.forecast_table import ForecastTable
from gatecast.plan.evaluate.replay import FORECAST, HINDSIGHT, NAIVE, entries_of, replay_costs, replayed
from gatecast.plan.evaluate.scaling import REFERENCE_SEATS
from gatecast.plan.operations.model import Operations
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine

__all__ = ["EVERY", "plan_value", "saved_over"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

RESAMPLES = 10_000
RESAMPLES_AT_ONCE = 500
CONFIDENCE = 0.95
EVERY = "all"


def plan_value(
    games: Games,
    forecasts: pl.DataFrame | ForecastTable,
    operations: Operations,
    *,
    against: Mapping[str, pl.DataFrame] | None = None,
    scaled: bool = False,
    seed: int = 0,
    progress: Progress = silent,
    engine: Engine = HERE,
) -> dict[str, Any]:
    """Replay past games and compare the costs of plans.

    Parameters
    ----------
    games : Games
        With dates, and the attendance of the games forecast and of seasons before.
    forecasts : polars.DataFrame or ForecastTable
        One row a game and lead, as a backtest writes it.
    operations : Operations
    against : mapping of str to polars.DataFrame, optional
        Other methods' forecasts by name, as `gatecast.plan.evaluate.other_forecasts.read_others` returns them. Only
        games that all files hold are replayed.
    scaled : bool
        Take `operations` as those of a ballpark of `REFERENCE_SEATS`, and scale them to each ballpark's seats.
    seed : int
        Of the resampling of homestands.
    progress : Progress
    engine : Engine
        Runs each season at each lead: this process, or a cluster (`gatecast.cluster.engine`).

    Returns
    -------
    dict
        Ready for JSON. `results` holds one entry for each lead, season (and all of them) and decision (staff, stock,
        transport and all of them): games and homestands; cost a game of each plan; `saved_over_naive`,
        `saved_over_point` and `saved_over_` each other method, money a game; `captured`, the share of the gap between
        the naive plan and hindsight that the forecast closes. Each of these has an estimate and a 95% interval.
        `parts` has the same for every role, item and service.

    Raises
    ------
    InputError
        The games cannot be replayed: see `gatecast.plan.evaluate.replay.replayed`.
    """
    past = replayed(games, forecasts, against)
    costs = replay_costs(past, operations, scaled=scaled, progress=progress, engine=engine)
    entries = entries_of(operations)
    sums = {kind: [place for place, (one, _) in enumerate(entries) if one == kind] for kind in KINDS}
    sums[EVERY] = list(range(len(entries)))
    stands = homestand_of(past.table, [LEAD])
    draw = np.random.default_rng(seed)
    results, parts = [], []
    for lead, season, rows in _groups(past.table):
        drawn = _means(costs[rows], stands[rows], draw)
        facts = {"lead": lead, "season": season, "games": len(rows), "homestands": len(np.unique(stands[rows]))}
        for decision, places in sums.items():
            results.append({**facts, "decision": decision, **_worth(drawn[:, places].sum(axis=1), past.plans)})
        for place, (decision, name) in enumerate(entries):
            parts.append({**facts, "decision": decision, "name": name, **_worth(drawn[:, place], past.plans)})
    return {
        "currency": operations.currency,
        "confidence": CONFIDENCE,
        "resamples": RESAMPLES,
        "plans": list(past.plans),
        "scaled_from_seats": REFERENCE_SEATS if scaled else None,
        "games_without_naive": past.without_naive,
        "games_without_others": past.without_others,
        "results": results,
        "parts": parts,
    }


def saved_over(plan: str) -> str:
    """Return the key of the money that the forecast saved over another plan."""
    return f"saved_over_{plan}"


def _groups(table: pl.DataFrame) -> Iterator[tuple[str, int | str, npt.NDArray[np.uint32]]]:
    """Yield the row numbers of every lead and season, then of the lead over all seasons."""
    rows = table.select(LEAD, c.SEASON).with_row_index("row")
    for lead in rows[LEAD].unique(maintain_order=True):
        one = rows.filter(pl.col(LEAD) == lead)
        for season in one[c.SEASON].unique().sort():
            yield lead, season, one.filter(pl.col(c.SEASON) == season)["row"].to_numpy()
        yield lead, EVERY, one["row"].to_numpy()


def _means(costs: FloatArray, stands: IntArray, draw: np.random.Generator) -> FloatArray:
    """Return the mean cost a game: all games, then homestands resampled, shape (1 + draws, entries, plans)."""
    _, stand = np.unique(stands, return_inverse=True)
    sums = np.zeros((stand.max() + 1, costs[0].size))
    np.add.at(sums, stand, costs.reshape(len(costs), -1))
    games = np.bincount(stand)
    even = np.full(len(games), 1 / len(games))
    means = [sums.sum(axis=0, keepdims=True) / games.sum()]
    for _ in range(RESAMPLES // RESAMPLES_AT_ONCE):
        times = draw.multinomial(len(games), even, size=RESAMPLES_AT_ONCE)
        means.append(times @ sums / (times @ games)[:, None])
    return np.concatenate(means).reshape(-1, *costs.shape[1:])


def _worth(means: FloatArray, plans: tuple[str, ...]) -> dict[str, Any]:
    """Return costs a game, savings and the share of the gap captured, with intervals; `means` (1 + draws, plans)."""
    cost = dict(zip(plans, means.T, strict=True))
    gap = cost[NAIVE] - cost[HINDSIGHT]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(gap > 0, (cost[NAIVE] - cost[FORECAST]) / gap, np.nan)
    compared = [plan for plan in plans if plan not in (FORECAST, HINDSIGHT)]
    return {
        "cost_a_game": {plan: round(float(cost[plan][0]), 2) for plan in plans},
        **{saved_over(plan): _interval(cost[plan] - cost[FORECAST]) for plan in compared},
        "captured": _interval(share),
    }


def _interval(values: FloatArray) -> dict[str, float | None]:
    """Return the first value, and the range that holds 95% of the others."""
    finite = values[1:][np.isfinite(values[1:])]
    low, high = np.quantile(finite, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) if len(finite) else (np.nan, np.nan)
    named = {"estimate": values[0], "low": low, "high": high}
    return {name: round(float(value), 4) if np.isfinite(value) else None for name, value in named.items()}
