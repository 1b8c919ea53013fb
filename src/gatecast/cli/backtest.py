"""`gatecast backtest`: how good forecasts of past seasons would have been."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatecast.cli.console import held_notes, resumable_folder, say, show_table, shown_progress
from gatecast.cli.options import (
    Cluster,
    Epochs,
    GamesFile,
    Members,
    Network,
    Seed,
    checked_output,
    parse_leads,
    parse_seasons,
    training_settings,
    work_folder,
)
from gatecast.networks import AUTO, chosen_network

if TYPE_CHECKING:
    from gatecast.games import Games

__all__ = ["backtest"]


def backtest(
    games: GamesFile,
    *,
    seasons: Annotated[str, typer.Option("--seasons", metavar="YEARS", help="Seasons to forecast: 2018,2019.")],
    leads: Annotated[
        str, typer.Option("--leads", metavar="LEADS", help="Days before each game, or preseason: 1,7,30,preseason.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Forecasts to write: .parquet, .csv or .xlsx.")],
    network: Network = AUTO,
    members: Members = None,
    epochs: Epochs = None,
    seed: Seed = 0,
    no_baselines: Annotated[
        bool, typer.Option("--no-baselines", help="Skip the simple methods for comparison.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Also write a report: .html.")] = None,
    cluster: Cluster = None,
) -> None:
    """Forecast past seasons, each from earlier seasons only, and score the forecasts.

    If interrupted, run the same command again to continue.
    """
    checked_output(out, games)
    if report:
        checked_output(report, endings=(".html",))
    years, days = parse_seasons(seasons), parse_leads(leads)
    settings = training_settings(network, members, epochs, seed)
    network = settings.network

    from gatecast.cluster import engine
    from gatecast.collect import read_games
    from gatecast.evaluate.backtesting import backtest as run
    from gatecast.evaluate.baselines import BASELINES
    from gatecast.files import write_table
    from gatecast.forecast import BacktestMethod, Forecaster
    from gatecast.games.forecast_columns import FORECAST_COLUMNS, MODEL

    with held_notes() as notes:
        past = read_games(games, note=notes)
        if notice := past.league.notice(past.table):
            notes(notice)
    network = chosen_network(network, len(past))
    others = {} if no_baselines else BASELINES
    with resumable_folder(work_folder(out)) as folder, engine(cluster) as where, shown_progress() as progress:
        # Another machine has no folder of this one.
        kept = None if where.elsewhere else folder

        def ours(season: int) -> BacktestMethod:
            forecaster = Forecaster(network, seed=seed, settings=settings)
            return BacktestMethod(forecaster, kept / str(season) if kept else None, name=f"{season}")

        rows = run(past, years, days, {network: ours, **others}, progress=progress, engine=where)
        own = rows.filter(rows[MODEL] == network).select(FORECAST_COLUMNS)
        write_table(own, out)
    simple = rows.filter(rows[MODEL] != network) if others else None
    _show(own, simple, past)
    say(f"{out}: {own.height:,} forecasts")
    if report:
        _report(report, games, past, own, simple)


def _show(own: Any, simple: Any, games: Games) -> None:  # noqa: ANN401
    """Show the scores beside those of the simple methods on the same games."""
    from gatecast.evaluate import compared, score
    from gatecast.evaluate.report import versus_table
    from gatecast.evaluate.tables import page_table

    if simple is not None:
        show_table(versus_table(compared(own, simple, games)))
    show_table(page_table(score(own, games), "All scores by lead, in people unless marked %"))


def _report(path: Path, file: Path, games: Games, own: Any, simple: Any) -> None:  # noqa: ANN401
    from gatecast.collect import notice_of
    from gatecast.evaluate import write_report

    title = f"Backtest on {file.name}"
    write_report(path, title=title, notice=notice_of(file), games=games, forecasts=own, baselines=simple)
    say(f"{path}: the report")
