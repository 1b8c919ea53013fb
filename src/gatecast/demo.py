"""The sample league end to end: games, accuracy, forecast, plan and report in one folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from gatecast.collect import SIMULATED_NOTICE, SampleLeague, sample_league, write_games
from gatecast.collect.sample.clubs import CLUBS, YOURS
from gatecast.errors import InputError
from gatecast.evaluate import compared, homestand, write_report
from gatecast.evaluate.backtesting import backtest
from gatecast.evaluate.baselines import BASELINES
from gatecast.evaluate.report import OURS
from gatecast.files import write_table
from gatecast.forecast import BacktestMethod, Forecaster
from gatecast.formatting import clock, day
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import FORECAST_COLUMNS, MEAN, MODEL
from gatecast.networks import PRETRAINED
from gatecast.plan import Operations, Plan, default_operations, make_plan, read_operations, write_plan
from gatecast.plan.columns import CHOICE, NAME, PEOPLE, UNIT
from gatecast.plan.operations.toml import write_operations
from gatecast.progress import Progress, silent

__all__ = ["DEMO_FILES", "Demo", "make_demo", "sample_operations"]

DEMO_FILES = {
    "report.html": "the next homestand, the plan, and how good forecasts were",
    "plan.xlsx": "staff, stock and transport for each game, to print",
    "forecast.csv": "the games to come with their ranges",
    "operations.toml": "what is decided and what it costs: put in your own numbers",
    "games.parquet": "the games played",
    "upcoming.csv": "the games to come as a club would list them",
}
LEADS = (1, 7)
SLOW = "boosted trees"


@dataclass(frozen=True)
class Demo:
    """Results of a demo.

    Parameters
    ----------
    forecast : polars.DataFrame
        As `Forecaster.forecast` returns it.
    scores : polars.DataFrame
        As `evaluate.compared` returns them, of the last whole season.
    plan : Plan
    files : dict of str to str
        Each file in the folder, and what it holds.
    """

    forecast: pl.DataFrame
    scores: pl.DataFrame
    plan: Plan
    files: dict[str, str]


def make_demo(
    folder: str | Path,
    *,
    progress: Progress = silent,
    note: Callable[[str], None] = lambda text: None,
) -> Demo:
    """Forecast and plan for the sample league, and write all of it to a folder.

    Files of an earlier demo are replaced, each as a whole, once everything is made.

    Parameters
    ----------
    folder : path
        Made if absent.
    progress : callable
    note : function of str
        Told of each step in a line.

    Raises
    ------
    InputError
        There is no folder of that name, and none can be made.
    """
    home = Path(folder)
    if not (home.is_dir() if home.exists() else home.resolve().parent.is_dir()):
        raise InputError(f"{home.name}: got a name where no folder can be made, expected a free one or a folder")
    league = sample_league()
    games = league.games
    seasons = games.table[c.SEASON].unique().sort().to_list()
    note(SIMULATED_NOTICE)
    note(
        f"{len(games):,} games of eight clubs, {seasons[0]} to {day(league.as_of)} {seasons[-1]}; yours: {league.club}"
    )
    note(f"forecasting the season of {seasons[-2]} from the seasons before it, to see how good forecasts are")
    own, simple = _backtest(games, seasons[-2], progress)
    note(f"weighing the pretrained network on past games; forecasting your next {len(league.upcoming)} home games")
    forecaster = Forecaster(PRETRAINED).fit(games, progress=progress)
    forecast = forecaster.forecast(games, league.upcoming, league.as_of)
    note("planning staff, stock and transport, and writing the report")
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".draft-") as draft:
        plan = _write(Path(draft), league, forecast, own, simple)
        for name in DEMO_FILES:
            os.replace(Path(draft) / name, home / name)  # noqa: PTH105
    return Demo(forecast, compared(own, simple, games), plan, dict(DEMO_FILES))


def _backtest(games: Games, season: int, progress: Progress) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return forecasts of one season by default settings, and by the simple methods that are quick."""
    others = {name: make for name, make in BASELINES.items() if name != SLOW}
    ours = {OURS: lambda season: BacktestMethod(Forecaster(PRETRAINED), None, f"{season}", progress)}
    rows = backtest(games, [season], LEADS, {**ours, **others}, progress=progress)
    own = rows.filter(pl.col(MODEL) == OURS).select(FORECAST_COLUMNS)
    return own, rows.filter(pl.col(MODEL) != OURS)


def _write(folder: Path, league: SampleLeague, forecast: pl.DataFrame, own: pl.DataFrame, simple: pl.DataFrame) -> Plan:
    """Write every file of the demo."""
    write_games(league.games, folder / "games.parquet", notice=SIMULATED_NOTICE)
    coming = league.upcoming.table
    write_table(coming.select(s.name for s in coming if s.null_count() < coming.height), folder / "upcoming.csv")
    write_table(forecast, folder / "forecast.csv")
    write_operations(sample_operations(), folder / "operations.toml")
    plan = make_plan(forecast, read_operations(folder / "operations.toml"))
    write_plan(plan, folder / "plan.xlsx", notice=SIMULATED_NOTICE)
    people = f"{PEOPLE}_{MEAN}"
    upcoming = forecast.join(coming.select(c.GAME_ID, c.PROMOTION), on=c.GAME_ID, maintain_order="left").join(
        plan.games.select(c.GAME_ID, pl.col(people).alias(f"{c.SCANNED}_{MEAN}")), on=c.GAME_ID, maintain_order="left"
    )
    write_report(
        folder / "report.html",
        title=league.club,
        notice=SIMULATED_NOTICE,
        games=league.games,
        forecasts=own,
        baselines=simple,
        upcoming=upcoming,
        plan_table=_homestand_plan(plan, len(homestand(upcoming).games)),
    )
    return plan


def sample_operations() -> Operations:
    """Return the default operations for the sample league's own club, of 6,200 seats."""
    return default_operations(CLUBS[YOURS].capacity)


def _homestand_plan(plan: Plan, games: int) -> pl.DataFrame:
    """Return the plan of the first games: one row a decision, one column a game."""
    first = plan.games.head(games)
    days = [day(date) for date in first[c.DATE]]
    starts = [clock(start) for start in first[c.START_TIME]]
    heads = [f"{d}, {s}" if days.count(d) > 1 else d for d, s in zip(days, starts, strict=True)]
    columns = [
        plan.table.filter(pl.col(c.GAME_ID) == game)[CHOICE].cast(pl.Int64).alias(head)
        for game, head in zip(first[c.GAME_ID], heads, strict=True)
    ]
    decisions = plan.table.filter(pl.col(c.GAME_ID) == first[c.GAME_ID][0]).select(
        pl.format("{} ({})", NAME, UNIT).alias("to get ready")
    )
    return decisions.with_columns(columns)
