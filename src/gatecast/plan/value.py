"""What plans were worth: past games replayed under four beliefs about tickets, with the gate that came.

Four plans are made by the same rules from the same operations. They differ only in what they believe of the tickets:

    forecast     the whole predictive distribution
    point        its median, taken as certain
    naive        the mean of the club's latest earlier season on the same weekday, taken as certain
    hindsight    the tickets that were sold (and the people who came, where a club counted them)

All four know the cost of too few and too many, and that show rate and sales per head vary: the naive plan is a
manager's careful habit, not a straw man. The cost of a choice is its expected cost given the gate that came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError
from gatecast.evaluate.quantiles import LEAD, MEDIAN, QUANTILE_COLUMNS
from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.plan.crowd import Crowd, forecast_crowd, known_crowd
from gatecast.plan.decide import KINDS, needs
from gatecast.plan.forecasts import checked_forecast
from gatecast.plan.operations import Operations
from gatecast.progress import Progress, silent

__all__ = ["PLANS", "naive_gates", "plan_value"]

FloatArray = npt.NDArray[np.float64]

PLANS = ("forecast", "point", "naive", "hindsight")
FORECAST, POINT, NAIVE, HINDSIGHT = range(4)
RESAMPLES = 1000
RESAMPLES_AT_ONCE = 100
CONFIDENCE = 0.95
EVERY = "all"
NAIVE_GATE = "naive_gate"


def plan_value(
    games: Games, forecasts: pl.DataFrame, operations: Operations, *, seed: int = 0, progress: Progress = silent
) -> dict[str, Any]:
    """Replay past games and say what each plan cost.

    Parameters
    ----------
    games : Games
        With dates, and the attendance of the games forecast and of seasons before.
    forecasts : polars.DataFrame
        One row a game and lead, as a backtest writes it.
    operations : Operations
    seed : int
        Of the resampling of games.
    progress : Progress
        Called after each role, item and service.

    Returns
    -------
    dict
        Ready for JSON. `results` holds one entry for each lead, season (and all of them) and decision (staff, stock,
        transport and all of them): games; cost a game of each plan; `saved_over_naive` and `saved_over_point`, money
        a game; `captured`, the share of the gap between the naive plan and hindsight that the forecast closes. Each
        of the last three has an estimate and a 95 % interval from resampling games.

    Raises
    ------
    DataError
        No game of the forecasts was played, or the games carry no dates.
    """
    replayed, skipped = _replayed(games, forecasts)
    costs = _costs(replayed, operations, progress)
    draw = np.random.default_rng(seed)
    results = []
    for lead, season, rows in _groups(replayed):
        resampled = _resampled(costs[rows], draw)
        for place, decision in enumerate((*KINDS, EVERY)):
            worth = _worth(costs[rows, place].mean(axis=0), resampled[:, place])
            results.append({"lead": lead, "season": season, "decision": decision, "games": len(rows), **worth})
    return {
        "currency": operations.currency,
        "confidence": CONFIDENCE,
        "resamples": RESAMPLES,
        "games_without_naive": skipped,
        "results": results,
    }


def naive_gates(games: Games) -> pl.DataFrame:
    """What a manager's habit expects: the mean gate of the same club and weekday in its latest earlier season.

    Where the club had no game on that weekday, its mean of that season; where it had no earlier season, the mean of
    all clubs in theirs; null before the first season.

    Parameters
    ----------
    games : Games

    Returns
    -------
    polars.DataFrame
        game_id and naive_gate, people.
    """
    weekday = pl.col(c.DATE).dt.weekday().alias("weekday")
    table = games.table.select(c.GAME_ID, c.SEASON, c.HOME, weekday, pl.col(c.ATTENDANCE).cast(pl.Float64))
    played = table.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_GATE)
    mean = pl.col(c.ATTENDANCE).mean()
    seasons = played.select(c.SEASON, c.HOME).unique()
    before = seasons.sort(c.SEASON).rename({c.SEASON: "before"})
    latest = (
        table.sort(c.SEASON)
        .with_columns((pl.col(c.SEASON) - 1).alias("year"))
        .join_asof(before, left_on="year", right_on="before", by=c.HOME, strategy="backward", check_sortedness=False)
    )
    by_weekday = played.group_by(c.HOME, pl.col(c.SEASON).alias("before"), "weekday").agg(mean.alias("same_weekday"))
    by_season = played.group_by(c.HOME, pl.col(c.SEASON).alias("before")).agg(mean.alias("same_club"))
    by_year = played.group_by(pl.col(c.SEASON).alias("any_before")).agg(mean.alias("any_club")).sort("any_before")
    return (
        latest.join_asof(by_year, left_on="year", right_on="any_before", strategy="backward")
        .join(by_weekday, on=[c.HOME, "before", "weekday"], how="left")
        .join(by_season, on=[c.HOME, "before"], how="left")
        .select(c.GAME_ID, pl.coalesce("same_weekday", "same_club", "any_club").alias(NAIVE_GATE))
    )


def _replayed(games: Games, forecasts: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Forecast rows of games that were played, with their gates and the naive gate."""
    if not games.dated:
        raise DataError("games with no dates", "dated games", "a plan is replayed by season and weekday", column=c.DATE)
    table = checked_forecast(forecasts)
    if table[LEAD].null_count():
        raise DataError("no lead", "days before the game, or preseason", "give a backtest's file", column=LEAD)
    played = games.table.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_GATE)
    joined = table.select(c.GAME_ID, LEAD, *QUANTILE_COLUMNS).join(
        played.select(c.GAME_ID, c.SEASON, c.CAPACITY, c.ATTENDANCE, c.SCANNED), on=c.GAME_ID, maintain_order="left"
    )
    if joined.height == 0:
        got = "no game with both a forecast and a gate"
        raise DataError(
            got, "forecasts of games in the games table", "give the two files of one backtest", column=c.GAME_ID
        )
    known = joined.join(naive_gates(games), on=c.GAME_ID, maintain_order="left")
    usable = known.filter(pl.col(NAIVE_GATE).is_not_null())
    if usable.height == 0:
        raise DataError("no earlier season", "gates of at least one season before those forecast", column=c.SEASON)
    return usable, known.height - usable.height


def _costs(table: pl.DataFrame, operations: Operations, progress: Progress) -> FloatArray:
    """Cost of each plan, money a game, shape (rows, kinds and their sum, plans)."""
    settings = operations.crowd

    def certain(column: str) -> Crowd:
        return known_crowd(table[column].cast(pl.Float64).to_numpy(), settings)

    scanned = table[c.SCANNED].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    came = known_crowd(table[c.ATTENDANCE].cast(pl.Float64).to_numpy(), settings, scanned)
    beliefs = (forecast_crowd(table, settings), certain(MEDIAN), certain(NAIVE_GATE), came)
    costs = np.zeros((table.height, len(KINDS) + 1, len(PLANS)))
    total = sum(len(getattr(operations, kind)) for kind in KINDS)
    together = zip(needs(came, operations), *(needs(belief, operations) for belief in beliefs), strict=True)
    for done, (real, *believed) in enumerate(together, start=1):
        for plan, need in enumerate(believed):
            costs[:, KINDS.index(real.kind), plan] += real.cost(need.choose(heed_rules=plan != HINDSIGHT))
        progress("replaying plans", done, total)
    costs[:, -1] = costs[:, :-1].sum(axis=1)
    return costs


def _groups(table: pl.DataFrame) -> Iterator[tuple[str, int | str, npt.NDArray[np.uint32]]]:
    """Row numbers of every lead and season, then of the lead over all seasons."""
    rows = table.select(LEAD, c.SEASON).with_row_index("row")
    for lead in rows[LEAD].unique(maintain_order=True):
        one = rows.filter(pl.col(LEAD) == lead)
        for season in one[c.SEASON].unique().sort():
            yield lead, season, one.filter(pl.col(c.SEASON) == season)["row"].to_numpy()
        yield lead, EVERY, one["row"].to_numpy()


def _resampled(costs: FloatArray, draw: np.random.Generator) -> FloatArray:
    """Mean costs over games drawn with replacement, shape (resamples, kinds, plans)."""
    games = len(costs)
    flat = costs.reshape(games, -1)
    even = np.full(games, 1 / games)
    batches = [
        draw.multinomial(games, even, size=RESAMPLES_AT_ONCE) @ flat / games
        for _ in range(RESAMPLES // RESAMPLES_AT_ONCE)
    ]
    return np.concatenate(batches).reshape(RESAMPLES, *costs.shape[1:])


def _worth(mean: FloatArray, resampled: FloatArray) -> dict[str, Any]:
    """Costs a game, savings and the share of the gap captured, with intervals."""
    both = np.vstack([mean, resampled])
    gap = both[:, NAIVE] - both[:, HINDSIGHT]
    saved = both[:, NAIVE] - both[:, FORECAST]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(gap > 0, saved / gap, np.nan)
    return {
        "cost_a_game": {plan: round(float(cost), 2) for plan, cost in zip(PLANS, mean, strict=True)},
        "saved_over_naive": _interval(saved),
        "saved_over_point": _interval(both[:, POINT] - both[:, FORECAST]),
        "captured": _interval(share),
    }


def _interval(values: FloatArray) -> dict[str, float | None]:
    """The first value, and the range that holds 95 % of the others."""
    finite = values[1:][np.isfinite(values[1:])]
    low, high = np.quantile(finite, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) if len(finite) else (np.nan, np.nan)
    named = {"estimate": values[0], "low": low, "high": high}
    return {name: round(float(value), 4) if np.isfinite(value) else None for name, value in named.items()}
