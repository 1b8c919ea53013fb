"""Replay past games: the cost of plans made from several beliefs about tickets, given the attendance that came.

Every plan is made by the same rules from the same operations, before the game; shifts called in late are paid after it.
Each lead and each season is planned separately, with its homestands and stores; so is each ballpark of a club if
operations are scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.errors import DataError, InputError
from gatecast.evaluate.scores import SMALLEST_SCORED_ATTENDANCE
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEDIAN, QUANTILE_COLUMNS
from gatecast.plan.columns import KINDS
from gatecast.plan.demand.crowd import Crowd, forecast_crowd, known_crowd
from gatecast.plan.demand.forecast_table import ForecastTable
from gatecast.plan.demand.game_days import GameDays
from gatecast.plan.evaluate.baseline import NAIVE_ATTENDANCE, naive_attendance
from gatecast.plan.evaluate.other_forecasts import checked_others, completed_quantiles
from gatecast.plan.evaluate.scaling import scaled_operations
from gatecast.plan.operations.model import CrowdSettings, Operations
from gatecast.plan.optimize.requirements import Requirement, requirements
from gatecast.progress import Progress, silent
from gatecast.tasks import HERE, Engine

__all__ = [
    "FORECAST",
    "HINDSIGHT",
    "NAIVE",
    "POINT",
    "ReplayData",
    "entries_of",
    "hindsight",
    "observed_crowd",
    "replay_costs",
    "replayed",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

FORECAST, POINT, NAIVE, HINDSIGHT = "forecast", "point", "naive", "hindsight"
ROW = "row"
REPLAY_BYTES_A_GAME = 300_000
"""Bytes of memory that replaying takes for each game: every outcome under every belief."""


@dataclass(frozen=True)
class ReplayData:
    """Past games with the beliefs about them and the attendance that came.

    Parameters
    ----------
    table : polars.DataFrame
        One row a game and lead, by lead and in order of play: quantiles, as_of, date, home, venue, season, capacity,
        attendance, naive_attendance, and a struct of quantiles for each method compared with, named by `others`.
    others : mapping of str to str
        Methods compared with, and the columns that hold their quantiles.
    without_naive, without_others : int
        Games and leads left out because no earlier season was known or a method compared with has no forecast.
    """

    table: pl.DataFrame
    others: Mapping[str, str]
    without_naive: int
    without_others: int

    @property
    def plans(self) -> tuple[str, ...]:
        """The belief behind each plan, in the order of the costs."""
        return (FORECAST, POINT, NAIVE, *self.others, HINDSIGHT)


def replayed(
    games: Games, forecasts: pl.DataFrame | ForecastTable, against: Mapping[str, pl.DataFrame] | None = None
) -> ReplayData:
    """Join forecasts of played games with their attendance and with the beliefs compared with.

    Parameters
    ----------
    games : Games
        With dates, and the attendance of the games forecast and of seasons before.
    forecasts : polars.DataFrame or ForecastTable
        One row a game and lead, as a backtest writes it.
    against : mapping of str to polars.DataFrame, optional
        Other methods' forecasts, as `read_others` returns them.

    Raises
    ------
    DataError
        No game of the forecasts was played, the games have no dates, or the files have no game in common.
    InputError
        A method compared with has the name of one of the plans.
    """
    if not games.dated:
        raise DataError("games with no dates", "dated games", "a plan is replayed by season and weekday", column=c.DATE)
    table = (forecasts if isinstance(forecasts, ForecastTable) else ForecastTable.check(forecasts)).frame
    if table[LEAD].null_count():
        raise DataError("no lead", "days before the game, or preseason", "give a backtest's file", column=LEAD)
    known = (c.DATE, c.START_TIME, c.NUMBER, c.HOME, c.VENUE, c.SEASON, c.CAPACITY, c.ATTENDANCE, c.SCANNED)
    played = games.table.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE).select(c.GAME_ID, *known)
    joined = table.select(c.GAME_ID, LEAD, AS_OF, *QUANTILE_COLUMNS).join(played, on=c.GAME_ID, maintain_order="left")
    if joined.height == 0:
        got, remedy = "no game with both a forecast and an attendance", "give the two files of one backtest"
        raise DataError(got, "forecasts of games in the games table", remedy, column=c.GAME_ID)
    with_naive = joined.join(naive_attendance(games), on=c.GAME_ID, maintain_order="left")
    usable = with_naive.filter(pl.col(NAIVE_ATTENDANCE).is_not_null())
    if usable.height == 0:
        raise DataError("no earlier season", "attendance of at least one season before those forecast", column=c.SEASON)
    others = {name: f"by {name}" for name in against or {}}
    common = usable
    for name, frame in (against or {}).items():
        common = _with_quantiles(common, name, others[name], frame)
    leads = usable.select(pl.col(LEAD).unique(maintain_order=True)).with_row_index("place")
    ordered = common.join(leads, on=LEAD).sort("place", c.DATE, c.NUMBER, c.START_TIME, c.GAME_ID, nulls_last=True)
    left_out = (with_naive.height - usable.height, usable.height - common.height)
    return ReplayData(ordered.drop("place"), others, *left_out)


def replay_costs(
    games: ReplayData,
    operations: Operations,
    *,
    scaled: bool = False,
    progress: Progress = silent,
    engine: Engine = HERE,
) -> FloatArray:
    """Return the cost of each plan, game by game.

    Parameters
    ----------
    games : ReplayData
    operations : Operations
    scaled : bool
        Take minimums, pools, fleets and stores in proportion to the seats of each ballpark.
    progress : Progress
        Called before each season at each lead, and within them after each ballpark.
    engine : Engine
        Runs each season at each lead: this process, or a cluster.

    Returns
    -------
    ndarray of float, shape (rows, entries, plans)
        Money: the expected cost of each choice, given the attendance that came; entries in the order of
        `entries_of`.
    """
    table = games.table.with_row_index(ROW)
    costs = np.zeros((table.height, len(entries_of(operations)), len(games.plans)))
    parts = table.partition_by(LEAD, c.SEASON, maintain_order=True)
    for part in parts:
        _ballparks(part, operations, scaled)  # Refuses what cannot be scaled before anything is replayed.
    names = [f"replaying plans of {part[c.SEASON][0]}, lead {part[LEAD][0]}" for part in parts]
    shared = (games.others, operations, scaled)
    memory = max((part.height for part in parts), default=0) * REPLAY_BYTES_A_GAME
    # Elsewhere the engine tells of parts that run side by side; here each is told once it is done.
    told = progress if engine.elsewhere else silent
    results = engine.results(_replay, shared, parts, names=names, progress=told, memory=memory)
    for done, (place, result) in enumerate(results, 1):
        costs[parts[place][ROW].to_numpy()] = result
        if not engine.elsewhere or done == len(parts):
            progress("replaying plans", done, len(parts))
    return costs


def _replay(shared: tuple[Mapping[str, str], Operations, bool], part: pl.DataFrame, progress: Progress) -> FloatArray:
    """Return the cost of each plan for the games of one season at one lead, shape (games, entries, plans)."""
    others, operations, scaled = shared
    beliefs = _beliefs(part, others, operations.crowd)
    real = observed_crowd(part, operations.crowd)
    costs = np.zeros((part.height, len(entries_of(operations)), len(beliefs) + 1))
    ballparks = _ballparks(part, operations, scaled)
    for done, (rows, own) in enumerate(ballparks):
        crowds = [_of(belief, rows) for belief in beliefs]
        costs[rows] = _costs(_of(real, rows), crowds, own, GameDays.of(part[rows]))
        progress("ballparks of a season", done + 1, len(ballparks))
    return costs


def entries_of(operations: Operations) -> list[tuple[str, str]]:
    """Return kind and name of every role, item and service, in the order of decisions."""
    return [(kind, entry.name) for kind in KINDS for entry in getattr(operations, kind)]


def observed_crowd(table: pl.DataFrame, settings: CrowdSettings) -> Crowd:
    """Return the crowd known after the games: tickets sold, and the people who came if they were counted."""
    scanned = table[c.SCANNED].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return known_crowd(table[c.ATTENDANCE].cast(pl.Float64).to_numpy(), settings, scanned)


def hindsight(real: Requirement, others: IntArray | None = None) -> tuple[IntArray, FloatArray]:
    """Return the best choice for the crowd that came, without rules of one for so many people, and its cost.

    Parameters
    ----------
    real : Requirement
        For the crowd that came.
    others : ndarray of int, shape (plans, games), optional
        Other choices. Order lists for several games are solved to within a share of their cost; if one of these is
        better, it is the one in hindsight.

    Returns
    -------
    choice, cost : ndarray, shape (games,)
    """
    choice = real.choose(heed_rules=False)
    if others is None or not real.linked:
        return choice, real.cost(choice)
    choices = np.vstack([choice, others])
    costs = np.stack([real.cost(one) for one in choices])
    _, store = np.unique(real.days.stores, return_inverse=True)
    best = np.stack([np.bincount(store, weights=one) for one in costs]).argmin(axis=0)[store]
    games = np.arange(len(store))
    return choices[best, games], costs[best, games]


def _with_quantiles(table: pl.DataFrame, name: str, column: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that another method forecast, too, with all its quantiles as a struct."""
    reserved = (FORECAST, POINT, NAIVE, HINDSIGHT)
    if not name.strip() or not name.isprintable() or name in reserved:
        raise InputError(f"got a method named {name!r}, expected a name of one line other than {', '.join(reserved)}")
    checked = checked_others(frame)
    columns = checked.columns[2:]
    both = table.select(c.GAME_ID, LEAD, c.CAPACITY).join(checked, on=[c.GAME_ID, LEAD], maintain_order="left")
    if both.height == 0:
        expected = "forecasts of the same games at the same leads"
        raise DataError(f"no game that {name} and the forecasts share", expected, column=c.GAME_ID)
    seats = both[c.CAPACITY].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    whole = pl.DataFrame(completed_quantiles(both.select(columns).to_numpy(), columns, seats), schema=QUANTILE_COLUMNS)
    quantiles = both.select(c.GAME_ID, LEAD).with_columns(whole.to_struct(column))
    return table.join(quantiles, on=[c.GAME_ID, LEAD], maintain_order="left")


def _ballparks(table: pl.DataFrame, operations: Operations, scaled: bool) -> list[tuple[Rows, Operations]]:
    """Return the rows planned together with their operations: all of them, or each ballpark with its own."""
    if not scaled:
        return [(np.arange(table.height), operations)]
    if table[c.CAPACITY].null_count():
        game = table.filter(pl.col(c.CAPACITY).is_null())[c.GAME_ID][0]
        raise DataError(f"no seats for {game}", "seats of every game", "give them, or do not scale", column=c.CAPACITY)
    places = table.select(c.HOME, c.VENUE, c.CAPACITY).with_row_index(ROW)
    groups = places.group_by(c.HOME, c.VENUE, c.CAPACITY, maintain_order=True).agg(ROW)
    seats_and_rows = zip(groups[c.CAPACITY], groups[ROW], strict=True)
    return [(rows.to_numpy().astype(np.intp), scaled_operations(operations, seats)) for seats, rows in seats_and_rows]


def _beliefs(table: pl.DataFrame, others: Mapping[str, str], settings: CrowdSettings) -> list[Crowd]:
    """Return the crowd that each plan but hindsight believed in."""

    def certain(column: str) -> Crowd:
        return known_crowd(table[column].cast(pl.Float64).to_numpy(), settings)

    compared = (table.with_columns(table[column].struct.unnest()) for column in others.values())
    whole = [forecast_crowd(frame, settings) for frame in compared]
    return [forecast_crowd(table, settings), certain(MEDIAN), certain(NAIVE_ATTENDANCE), *whole]


def _of(crowd: Crowd, rows: Rows) -> Crowd:
    return Crowd(crowd.tickets[rows], crowd.people[rows])


def _costs(real: Crowd, beliefs: list[Crowd], operations: Operations, days: GameDays) -> FloatArray:
    """Return the cost of each plan, hindsight last, shape (games, entries, plans)."""
    costs = []
    for requirement, *believed in zip(
        *(requirements(crowd, operations, days) for crowd in (real, *beliefs)), strict=True
    ):
        choices = np.stack([one.choose() for one in believed])
        _, least = hindsight(requirement, choices)
        costs.append(np.vstack([*(requirement.cost(choice) for choice in choices), least]).T)
    return np.stack(costs, axis=1)
